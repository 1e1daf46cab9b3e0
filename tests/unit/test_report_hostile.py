"""Whatever evidence says, and however little of it there is, the page stays ours."""

from __future__ import annotations

import datetime as dt
import types
import typing
from html.parser import HTMLParser
from typing import Any, Literal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel
from veilflow.evidence import EvidenceBundle
from veilflow.report import render

HOSTILE = (
    "</title></style><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "\" onload=\"alert(1)\" x='",
    "' style='background:url(//evil.example)",
    "</svg></td></table></details><iframe>",
    "<!-- ", "-->", "<![CDATA[", "&lt;script&gt;", "javascript:alert(1)", "]]></desc>",
    "\x00\x1b[31m\u202egnirts\u2066\ufeff\ud800", "a" * 3000, "漢字" * 90, "{{ 7 * 7 }} ${7 * 7}",
)  # fmt: skip
ELEMENTS = frozenset(
    "a body code dd desc details div dl dt figcaption figure footer h1 h2 h3 h4 head header html "
    "li line main meta nav p path pre rect section span strong style summary svg table tbody td "
    "text th thead title tr ul".split()
)
ATTRIBUTES = frozenset(
    "aria-describedby aria-hidden aria-label aria-labelledby charset class colspan content d "
    "data-label height href http-equiv id lang name open role rx scope text-anchor viewbox width x "
    "x1 x2 y y1 y2".split()
)

TEXTS = st.sampled_from(HOSTILE[:11] + HOSTILE[12:]) | st.text(max_size=40)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXTS,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(TEXTS, inner, max_size=2),
    max_leaves=4,
)


def _values(annotation: Any) -> st.SearchStrategy[Any]:
    """Any value that an evidence field of this type may hold; texts are hostile."""
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if annotation is Any:
        return JSON
    if origin is Literal:
        return st.sampled_from(arguments)
    if origin in (typing.Union, types.UnionType):
        return st.one_of(*(_values(each) for each in arguments))
    if origin is tuple:
        return st.lists(_values(arguments[0]), max_size=2).map(tuple)
    if origin is dict:
        return st.dictionaries(_values(arguments[0]), _values(arguments[1]), max_size=2)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return _records(annotation)
    simple: dict[Any, st.SearchStrategy[Any]] = {
        str: TEXTS,
        int: st.integers(0, 10**12),
        float: st.floats(),
        bool: st.booleans(),
        type(None): st.none(),
        dt.datetime: st.datetimes(timezones=st.sampled_from([None, dt.UTC])),
    }
    return simple[annotation]


def _records(kind: type[BaseModel]) -> st.SearchStrategy[Any]:
    fields = {name: _values(field.annotation) for name, field in kind.model_fields.items()}
    return st.builds(kind, **fields)


class _Page(HTMLParser):
    def __init__(self, source: str) -> None:
        super().__init__(convert_charrefs=True)
        self.text = ""
        self._open: list[str] = []
        self.feed(source)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in ELEMENTS, "an element that isn't ours"
        assert {name for name, _ in attrs} <= ATTRIBUTES, "an attribute that isn't ours"
        if tag != "meta":
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag, "an element closed out of turn"

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_comment(self, data: str) -> None:
        raise AssertionError("a comment")

    def handle_decl(self, decl: str) -> None:
        assert decl == "DOCTYPE html"

    def unknown_decl(self, data: str) -> None:
        raise AssertionError("a declaration")

    def handle_pi(self, data: str) -> None:
        raise AssertionError("a processing instruction")


def _assert_ours(source: str) -> _Page:
    source.encode()
    assert not {char for char in source if char < " " and char != "\n" and char != "\t"}
    assert not set("\u202e\u2066\ufeff") & set(source)
    return _Page(source)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(_records(EvidenceBundle))
def test_any_bundle_gives_a_page_of_ours(bundle: EvidenceBundle) -> None:
    _assert_ours(render(bundle))


def _filled(annotation: Any, text: str) -> Any:
    """A value with every optional part given, and ``text`` in every place that takes a text."""
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if annotation is str or annotation is Any:
        return text
    if origin is Literal:
        return arguments[0]
    if origin in (typing.Union, types.UnionType):
        return _filled(arguments[0], text)
    if origin is tuple:
        return [_filled(arguments[0], text)]
    if origin is dict:
        return {text: _filled(arguments[1], text)}
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return {name: _filled(f.annotation, text) for name, f in annotation.model_fields.items()}
    return {int: 5, float: 0.25, bool: False, dt.datetime: "2026-03-04T01:00:00Z"}[annotation]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_in_every_field_stays_text(text: str) -> None:
    sound = text.encode("utf-8", "ignore").decode()
    bundle = EvidenceBundle.from_json(_filled(EvidenceBundle, sound))
    page = _assert_ours(render(bundle))
    if sound.isprintable():
        assert page.text.count(sound) > 40


def test_a_lone_surrogate_does_not_stop_the_page_from_being_written() -> None:
    bundle = EvidenceBundle.from_json(_filled(EvidenceBundle, "x"))
    _assert_ours(render(bundle.model_copy(update={"dataset": HOSTILE[11]})))


@pytest.mark.parametrize("text", [HOSTILE[0], HOSTILE[1], HOSTILE[4], HOSTILE[5]], ids=range(4))
def test_without_escaping_the_test_above_fails(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    """Negative control: the assertions see an injected element or attribute."""
    monkeypatch.setattr("veilflow.report.markup._escape", lambda given: given)
    bundle = EvidenceBundle.from_json(_filled(EvidenceBundle, text))
    with pytest.raises((AssertionError, IndexError)):
        _assert_ours(render(bundle))

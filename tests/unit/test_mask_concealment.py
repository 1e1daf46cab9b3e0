"""No transform that promises concealment returns its input, whatever text it is given."""

from __future__ import annotations

import json
import re
import unicodedata
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from veilflow.mask import DomainKey, KeyedTransform, Transform, create_transform, registered
from veilflow.mask.fake_forms import KINDS
from veilflow.mask.fake_words import LOCALES
from veilflow.mask.outcome import REDACTED
from veilflow.mask.pseudonym_forms import FORMS
from veilflow.vault import ThrowAwayVault

KEY = DomainKey(bytes(range(32)), "people/default/team/unit", 1)
INSTEAD = "\N{SNOWMAN} instead"
FEW = "only made up data"
# What a transform needs to be made; each of several that differ in what they give out.
PARAMETERS: dict[str, list[dict[str, Any]]] = {
    "constant": [{"value": INSTEAD}],
    "fpe": [
        {"on_invalid": "redact", "alphabet": "alphanumerics"},
        {"on_invalid": "nullify"},
        {"on_invalid": "redact", "alphabet": "letters", "keep_first": 2, "keep_last": 1},
        {"on_invalid": "redact", "luhn": True, "keep_first": 6},
        {"on_invalid": "redact", "alphabet": "\u0301\u200b אبñ🙂", "separators": ""},
    ],
    "fake": [
        *({"kind": kind} for kind in KINDS),
        {"kind": "email", "locale": "de_DE", "by": "unit"},
        {"kind": "phone", "locale": "sv_SE"},
    ],
    "pseudonym": [{"form": form} for form in FORMS],
    "token": [{}, {"prefix": "p-"}],
}
RESOURCES = {"vault": ThrowAwayVault("a test").uri}


def made(name: str, parameters: dict[str, Any]) -> Transform | None:
    """The transform as a worker has it; None for one that a text alone can't be given to."""
    transform = create_transform(name, parameters)
    if "on_invalid" not in parameters and hasattr(transform, "on_invalid"):
        transform = create_transform(name, parameters | {"on_invalid": "nullify"})
    if transform.needs_numbers or name in ("drop", "permute"):
        return None
    bound = transform.bound(KEY) if isinstance(transform, KeyedTransform) else transform
    return bound.opened(RESOURCES) if bound.needs_resources else bound


CONCEALING = {
    f"{name} {parameters or ''}".strip(): transform
    for name, cls in sorted(registered().items())
    if cls.conceals
    for parameters in PARAMETERS.get(name, [{}])
    if (transform := made(name, parameters)) is not None
}

# Arrow's texts are UTF-8, which has no halves of surrogate pairs.
ANY = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
TEXTS = st.one_of(
    ANY,
    st.text(st.characters(categories=["Mn", "Mc", "Me"]), min_size=1, max_size=4),
    st.text(st.characters(categories=["Zs", "Cc", "Cf"]), max_size=6),
    st.text(st.characters(min_codepoint=0x10000), min_size=1, max_size=8),
    st.text(st.characters(min_codepoint=0x590, max_codepoint=0x6FF), min_size=1, max_size=12),
    st.text("0123456789- ", min_size=6, max_size=20),
    st.text("ABCxyz019", min_size=4, max_size=20),
    st.builds(lambda text, times: text * times, ANY, st.sampled_from([100, 1000])),
    st.sampled_from([REDACTED, INSTEAD, "None", "null", "r1." + "0" * 26, "t1.00", "0", "-0"]),
)
COLUMNS = st.lists(st.none() | TEXTS, max_size=12)
# Of a value with fewer possible outputs than this one in a million comes back by chance.
SURE = 12


def test_there_is_something_to_test() -> None:
    names = {one.partition(" ")[0] for one in CONCEALING}
    asked = {name for name, cls in registered().items() if cls.conceals} - {"drop"}
    assert names == asked >= {"constant", "fpe", "nullify", "pseudonym", "redact", "vault_token"}
    assert set(LOCALES) and len(CONCEALING) > 25


@settings(max_examples=40)
@given(COLUMNS)
@example(["4111111111111111", "Ann", "", "12345678", None, "ann@mail.example", "é", "\0"])
@example(
    ["\u0301", "\0", "\U0001f642", "אב", " ", "\u00a0", "\u2003x ", "e\u0301", "é", "x" * 40_000]
)
@example([REDACTED, INSTEAD, REDACTED + " ", "", "\ufeff", "\u202eabc\u202c"])
def test_no_concealing_transform_returns_its_input(values: list[str | None]) -> None:
    column = pa.array(values, pa.string())
    units = pa.array([f"unit {value}" for value in values], pa.string())
    for name, transform in CONCEALING.items():
        done = transform.apply_counted(column, units if transform.needs_unit else None)
        shown = done.values.to_pylist()
        assert len(shown) == len(values)
        assert all(m is None for v, m in zip(values, shown, strict=True) if v is None), name
        # Whoever reads the policy's own words learns nothing, though they stood there before.
        own = {REDACTED, INSTEAD, None}
        pairs = {
            (v, m) for v, m in zip(values, shown, strict=True) if v is not None and m not in own
        }
        same = {value for value, masked in pairs if value == str(masked)}
        # FF1 gives one of a million texts of six digits back by chance, two at once never.
        assert len(same) <= name.startswith("fpe"), name
        assert not any(len(value) >= SURE for value in same), name
        left = [v for v, m in pairs if len(v.strip()) >= SURE and v in str(m)]
        assert not left, name
        folded = {v for v, m in pairs if plain(v) and plain(v) == plain(str(m))} - same
        assert len(folded) <= name.startswith("fpe"), name


def plain(text: str) -> str:
    """As somebody would read it: in one case and Unicode form, without what shows nothing."""
    return re.sub(r"\s+", " ", unicodedata.normalize("NFKC", text).casefold()).strip()


def test_a_value_that_is_the_constant_stays_it() -> None:
    """Defined so: what is written for everybody tells of nobody that they had just that."""
    for name, given_, word in (("redact", {}, REDACTED), ("constant", {"value": INSTEAD}, INSTEAD)):
        transform = create_transform(name, given_)
        assert transform.apply(pa.array([word, "Ann"])).to_pylist() == [word, word]
    fpe = create_transform("fpe", {"on_invalid": "redact"}).bound(KEY)  # type: ignore[attr-defined]
    done = fpe.apply_counted(pa.array([REDACTED, "1234567"]))
    assert done.values[0].as_py() == REDACTED and done.invalid_count == 1


@settings(max_examples=50)
@given(st.lists(TEXTS, max_size=8))
def test_nothing_concealed_inside_json_comes_out(values: list[str]) -> None:
    paths = {"$.a": "pseudonym", "$.b[*]": "redact", "$.c": "token", "$.e": "nullify"}
    transform = create_transform("json", {"paths": paths}).bound(KEY)  # type: ignore[attr-defined]
    documents = [json.dumps({"a": v, "b": [v, v], "c": v, "d": v, "e": v}) for v in values]
    shown = transform.apply(pa.array(documents, pa.string())).to_pylist()
    for value, text in zip(values, shown, strict=True):
        found = json.loads(text)
        assert set(found) == {"a", "b", "c", "e"} and found["b"] == [REDACTED] * 2
        assert found["e"] is None and value not in (found["a"], found["c"])


# What comes out of any text, and what of the text may be in it.
COARSE: list[tuple[str, dict[str, Any], str]] = [
    ("truncate", {"length": 3}, r"(?s).{0,3}"),
    ("partial", {"keep_last": 2}, r"(?s)\**.{0,2}"),
    ("hipaa_zip3", {"on_invalid": "nullify"}, r"[0-9]{3}"),
    ("email", {"on_invalid": "redact"}, r"\*\*\*@[a-z0-9.-]+|\[REDACTED\]"),
    ("phone", {"on_invalid": "redact"}, r"[0-9+ ()./#-]+|\[REDACTED\]"),
    ("url", {"on_invalid": "redact"}, r"[a-z0-9+.-]+://[a-z0-9._-]+|\[REDACTED\]"),
    ("ip", {"on_invalid": "nullify"}, r"[0-9a-f.:]+"),
]


@pytest.mark.parametrize(("name", "parameters", "domain"), COARSE)
@settings(max_examples=40)
@given(values=COLUMNS)
def test_coarsening_gives_values_of_its_domain_alone(
    name: str, parameters: dict[str, Any], domain: str, values: list[str | None]
) -> None:
    done = create_transform(name, parameters).apply_counted(pa.array(values, pa.string()))
    for value, masked in zip(values, done.values.to_pylist(), strict=True):
        assert (value is not None) or masked is None
        assert masked is None or re.fullmatch(domain, masked)
        if name == "truncate" and value is not None:
            assert value.startswith(masked)
        if name == "partial" and value is not None and value:
            kept = parameters.get("keep_last", 0)
            assert len(masked) == len(value)
            assert len(value) <= kept or masked != value or set(value[: len(value) - kept]) <= {"*"}

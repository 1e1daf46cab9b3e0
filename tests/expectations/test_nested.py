"""The leaves of JSON by their paths, and the forms that encrypted values are held to."""

from __future__ import annotations

import json
import re
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from veilflow.mask import create_transform
from veilflow.policy import ColumnPolicy
from veilflow_expectations.form_plan import form_checks
from veilflow_expectations.format_preserving import ExpectColumnValuesToBeFormatPreserving
from veilflow_expectations.nested_leaves import ELSEWHERE, UNREADABLE, leaves_of, steps_of

PATHS = ("$.name", "$.mails[*].at", "$.kept", "$['a.b']")
LEAVES: list[tuple[str, list[tuple[int, str]]]] = [
    ('{"name": "Ann"}', [(0, "Ann")]),
    ('{"name": null, "kept": {}}', []),
    ('{"mails": [{"at": "a@x.org", "of": "Ann"}, {}, 7]}',
     [(1, "a@x.org"), (ELSEWHERE, "Ann"), (ELSEWHERE, "7")]),
    # What lies below a path's end is at the path, keys among it.
    ('{"kept": {"Ann": [1, true, 2.5]}}', [(2, "Ann"), (2, "1"), (2, "true"), (2, "2.5")]),
    ('{"name": ["Ann"]}', [(0, "Ann")]),
    ('{"a.b": 1, "a": {"b": 2}}', [(3, "1"), (ELSEWHERE, "2")]),
    ('"Ann"', [(ELSEWHERE, "Ann")]),
    ("Ann", [(UNREADABLE, "Ann")]),
    ('"\\ud800"', [(ELSEWHERE, "\\ud800")]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "leaves"), LEAVES)
def test_leaves(text: str, leaves: list[tuple[int, str]]) -> None:
    found, null = leaves_of(pa.array([text, None]), steps_of(PATHS)).to_pylist()
    assert [(leaf["place"], leaf["value"]) for leaf in found] == leaves
    assert null is None


DOCUMENTS = st.recursive(
    st.none() | st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=4),
    lambda inside: (
        st.lists(inside, max_size=3)
        | st.dictionaries(st.sampled_from(["name", "mails", "at", "kept", "x"]), inside, max_size=3)
    ),
)


@given(DOCUMENTS)
def test_no_leaf_is_forgotten(document: Any) -> None:
    def texts(value: Any) -> list[str]:
        if isinstance(value, dict):
            value = list(value.values())
        if isinstance(value, list):
            return [text for inside in value for text in texts(inside)]
        return [] if value is None else [value]

    (found,) = leaves_of(pa.array([json.dumps(document)]), steps_of(PATHS)).to_pylist()
    values = [leaf["value"] for leaf in found]
    for text in texts(document):
        values.remove(text)
    assert set(values) <= {"name", "mails", "at", "kept", "x"}, "names of keys, and nothing else"


# (parameters of fpe, values that can come out, values that can't)
FORMS: list[tuple[dict[str, Any], list[str], list[str]]] = [
    ({}, ["123456", "12-34-56", " 1.2/3456", "1" * 900], ["12345", "1234-5", "123456x", ""]),
    ({}, ["0000000"], ["１" * 9]),  # full-width digits
    ({"keep_first": 2}, ["12345678"], ["1234567"]),
    ({"small_domain": "only internal data"}, ["12", "1-2"], ["1", "--", "1x"]),
    ({"alphabet": "letters"}, ["Anna", "A-n.n/a"], ["Ann", "Anna1", "Zoë-Anna"]),
    ({"alphabet": "hex", "separators": ""}, ["deadbeef"], ["dead-beef", "DEADBEEF"]),
    ({"separators": "]^\\-"}, ["12]3^4\\5-6"], ["12 3456"]),
    ({"on_invalid": "redact"}, ["123456", "[REDACTED]"], ["[REDACTED] ", "redacted"]),
]  # fmt: skip


@pytest.mark.parametrize(("parameters", "good", "bad"), FORMS)
def test_the_form_of_encrypted_values(
    parameters: dict[str, Any], good: list[str], bad: list[str]
) -> None:
    column = ColumnPolicy.model_validate({"role": "identifier", "protect": {"fpe": parameters}})
    (check,) = form_checks("c", column)
    pattern = re.compile(ExpectColumnValuesToBeFormatPreserving(**check.arguments)._pattern())
    assert [text for text in good if not pattern.fullmatch(text)] == []
    assert [text for text in bad if pattern.fullmatch(text)] == []
    for text in good:
        if "REDACTED" not in text:
            keyed = create_transform("fpe", parameters).keyed(bytes(32))  # type: ignore[attr-defined]
            assert pattern.fullmatch(keyed.apply(pa.array([text]))[0].as_py())


@pytest.mark.parametrize("alphabet", ["äöüß", "abc?", "0123456789漢"])
def test_an_alphabet_that_no_suite_can_write_has_no_form(alphabet: str) -> None:
    protect = {"fpe": {"alphabet": alphabet}}
    column = ColumnPolicy.model_validate({"role": "identifier", "protect": protect})
    assert list(form_checks("c", column)) == []

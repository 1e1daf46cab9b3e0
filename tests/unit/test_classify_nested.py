"""Nested columns field by field: what the keys tell, and no key in the evidence."""

from __future__ import annotations

import json

import pytest
from veilflow.classify import ColumnSample, ColumnVerdict, classify_column
from veilflow.classify.nested import MOST_FIELDS, fields_of


def sample(cells: list[object], kind: str = "string", name: str = "data") -> ColumnSample:
    texts = [cell if isinstance(cell, str) or cell is None else json.dumps(cell) for cell in cells]
    return ColumnSample(name, texts, kind, len(texts), texts.count(None), None)


def verdict(cells: list[object], kind: str = "string", name: str = "data") -> ColumnVerdict:
    return classify_column(sample(cells, kind, name))


@pytest.mark.parametrize(
    ("cells", "kind", "type_id"),
    [
        ([{"full_name": "Xq Zorb"}, {"full_name": "Wv Plim"}], "string", "person_name"),
        ([{"a": {"dob": "1980-02-03"}}, {"a": {"dob": "1975-12-24"}}], "string", "date_of_birth"),
        ([[{"mail": "a@b.org"}], []], "list<element: struct<mail: string>>", "email_address"),
        ([{"city": "Oslo", "ssn": "219-09-9999"}], "struct<city: string, ssn: string>", "ssn"),
        ([[["phone", "+49 30 1234567"]], []], "map<string, string>", "phone_number"),
        ([{"jane@example.org": 3}, {"bob@example.org": 4}], "string", "email_address"),
        ([{"lat": 52.5163, "lon": 13.3777}], "string", "geo_coordinates"),
        ([{"width": 3, "height": 4}, {"width": 5, "height": 1}], "string", "none"),
        (["{not json}", "[neither"], "string", "none"),
        (["[]", "{}"], "string", "none"),
    ],
)
def test_a_field_tells_what_the_column_is(cells: list[object], kind: str, type_id: str) -> None:
    assert verdict(cells, kind).type == type_id


def test_other_fields_are_named_by_their_types() -> None:
    told = verdict([{"full_name": "Ann Lee", "dob": "1980-02-03", "city": "Oslo"}] * 3)
    assert told.evidence[0] == "in full_name: the name tells person name"
    assert told.evidence[-1] == "also holds date of birth, city"


def test_the_name_around_a_key_counts() -> None:
    assert verdict([{"patient": {"name": "Xq Zorb"}}]).type == "person_name"
    assert verdict([{"model": "X1"}], name="phone").type == "none"


def test_no_key_that_may_be_personal_is_in_the_evidence() -> None:
    told = verdict([{"Jane Quillfeather": {"email": "jane@example.org"}}] * 3)
    assert told.type == "email_address"
    assert "uillfeather" not in repr(told)
    schema = "struct<quillfeather: struct<email: string>>"
    told = verdict([{"quillfeather": {"email": "jane@example.org"}}] * 3, schema)
    assert told.evidence[0].startswith("in quillfeather.email: ")


def test_a_cell_that_was_cut_off_tells_what_stood_before() -> None:
    whole = json.dumps({"id": 4, "who": {"full_name": "Xq Zorb", "x": "], [}", "note": "x" * 3000}})
    assert verdict([whole[:2048]] * 2).type == "person_name"
    assert verdict([whole[:5]] * 2).type == "none"


def test_more_fields_than_are_told_apart_are_looked_at_together() -> None:
    cell = {f"k{number}": f"user{number}@example.org" for number in range(MOST_FIELDS + 50)}
    found = fields_of(sample([cell]))
    assert len(found) <= MOST_FIELDS + 2
    assert sum(len(one.sample.values) for one in found[:-1]) == MOST_FIELDS + 50


def test_plain_columns_have_no_fields() -> None:
    assert fields_of(sample(["a", "b"])) == ()
    assert fields_of(sample(["a", '{"a": 1}', "c"])) == ()
    assert fields_of(sample([None, None])) == ()
    assert fields_of(sample(['{"a": 1}'], "binary")) == ()

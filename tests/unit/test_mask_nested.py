"""JSON, structs and arrays by paths: what is named is masked, what isn't named is gone."""

from __future__ import annotations

import datetime as dt
import json
import pickle
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from veilflow.errors import PolicyError, ReleaseRefused
from veilflow.mask import KeyedTransform, Outcome, TransformError, create_transform
from veilflow.mask.column_type import output_of
from veilflow.mask.nested_paths import parsed_path
from veilflow.mask.pseudonym import Pseudonym
from veilflow.policy.columns import ColumnPolicy

KEY = bytes(range(32))

PATHS: list[tuple[str, list[str]]] = [
    ("$.patient.name", ["patient", "name"]),
    ("$.contacts[*].email", ["contacts", "[]", "email"]),
    ("$[*].x", ["[]", "x"]),
    ("$['first name'].x", ["first name", "x"]),
    ('$["a.b"][*]', ["a.b", "[]"]),
    ("address.city", ["address", "city"]),
    ("contacts[].email", ["contacts", "[]", "email"]),
    ("größe", ["größe"]),
]


@pytest.mark.parametrize(("path", "steps"), PATHS)
def test_paths(path: str, steps: list[str]) -> None:
    assert [name for name, _ in parsed_path(path)] == steps


@pytest.mark.parametrize(
    "path", ["", "$", "$..name", "$.a[0]", "$.a[?(@.b)]", "$.*", "a..b", "a b", "$.a['b", "$a"]
)
def test_what_is_no_path(path: str) -> None:
    with pytest.raises(TransformError, match=r"isn't a path|whole value"):
        create_transform("json", {"paths": {path: "keep"}})


BAD: list[tuple[dict[str, Any], str]] = [
    ({}, "at least one path"),
    ({"$.a": "keep", "$.a.b": "drop"}, "leads through the end"),
    ({"$.a": "hash"}, r"\$\.a: no transform is named 'hash'"),
    ({"$.a": {"round": {}}}, r"\$\.a: round needs to"),
    ({"$.a": {"round": {"to": 1}, "keep": {}}}, "write a transform's name"),
    ({"$.a": {"vault_token": {}}}, "whole columns"),
    ({"$.a": "shop_masks:Gone"}, "allow-list"),
]


@pytest.mark.parametrize(("paths", "said"), BAD)
def test_bad_paths_are_named(paths: dict[str, Any], said: str) -> None:
    for name in ("json", "fields"):
        with pytest.raises(TransformError, match=said):
            create_transform(name, {"paths": paths})


def run(name: str, values: pa.Array, units: pa.Array | None = None, **given: Any) -> Outcome:
    transform = create_transform(name, given)
    assert isinstance(transform, KeyedTransform)
    bound = pickle.loads(pickle.dumps(transform)).keyed(KEY)
    assert KEY.hex() not in repr(bound) and repr(KEY)[2:-1] not in repr(bound)
    return bound.apply_counted(values, units)


TABLE: list[tuple[dict[str, Any], str, str]] = [
    ({"$.a": "keep"}, '{"a": 1.5, "b": "secret"}', '{"a":1.5}'),
    ({"$.a": "keep"}, '{"a": {"x": [1, null]}}', '{"a":{"x":[1,null]}}'),
    ({"$.a": "keep"}, '{"b": 1}', "{}"),
    ({"$.a": "keep"}, "[1, 2]", "null"),
    ({"$.a": "keep"}, '"secret"', "null"),
    ({"$.a.b": "keep"}, '{"a": "secret"}', "{}"),
    ({"$.a[*]": "keep"}, '{"a": {"b": "secret"}}', "{}"),
    ({"$.a": "keep"}, '{"a": "secret", "a": 2}', '{"a":2}'),
    ({"$.a": "drop", "$.b": "keep"}, '{"a": 1, "b": "é"}', '{"b":"é"}'),
    ({"$.a": "redact"}, '{"a": {"x": 1}}', '{"a":"[REDACTED]"}'),
    ({"$.a": "redact"}, '{"a": null}', '{"a":null}'),
    ({"$.a": "nullify"}, '{"a": [1]}', '{"a":null}'),
    ({"$.a": {"round": {"to": 10}}}, '{"a": 14}', '{"a":10}'),
    ({"$.a": {"round": {"to": 10}}}, '{"a": 14.6}', '{"a":10.0}'),
    ({"$.a[*]": {"top_code": {"at": 90}}}, '{"a": [95, 3, null]}', '{"a":[90,3,null]}'),
    ({"$.a": {"truncate": {"length": 2}}}, '{"a": "abc"}', '{"a":"ab"}'),
    ({"$.a": {"truncate": {"to": "year"}}}, '{"a": "2024-02-29"}', '{"a":"2024-01-01"}'),
    ({"$.c[*].e": {"email": {"keep": "tld"}}},
     '{"c": [{"e": "j@x.org", "n": "J"}, {}, 7]}', '{"c":[{"e":"***@***.org"},{},null]}'),
    ({"$[*].a": "keep"}, '[{"a": 1}, {"b": 2}]', '[{"a":1},{}]'),
    ({"$['first name']": "redact"}, '{"first name": "J"}', '{"first name":"[REDACTED]"}'),
]  # fmt: skip


@pytest.mark.parametrize(("paths", "text", "masked"), TABLE)
def test_json(paths: dict[str, Any], text: str, masked: str) -> None:
    done = run("json", pa.array([text, None]), paths=paths)
    assert done.values.to_pylist() == [masked, None]
    assert done.invalid_count == 0


NO_JSON = ["", "{", "{'a': 1}", "NaN", '{"a": NaN}', '{"a": 1} x', '"\\ud800"', "[" * 100_000]


@pytest.mark.parametrize("text", NO_JSON, ids=range(len(NO_JSON)))
def test_what_is_no_json(text: str) -> None:
    values = pa.array([text, '{"a":1}', None])
    with pytest.raises(ReleaseRefused, match="json can't treat") as refused:
        run("json", values, paths={"$.a": "keep"})
    assert len(text) < 5 or text not in str(refused.value)
    done = run("json", values, paths={"$.a": "keep"}, on_invalid="redact")
    assert done.values.to_pylist() == ["[REDACTED]", '{"a":1}', None]
    assert done.invalid_count == 1


INSIDE: list[tuple[str, str]] = [
    ('{"a": "no address"}', "email"),
    ('{"a": ["j@x.org"]}', "email"),
    ('{"a": "x"}', "round"),
    ('{"a": true}', "round"),
    ('{"a": 123456789012345678901234567890}', "round"),
]


@pytest.mark.parametrize(("text", "name"), INSIDE)
def test_a_part_that_cannot_be_treated(text: str, name: str) -> None:
    given = {"to": 10} if name == "round" else {}
    values = pa.array([text, '{"a":null}'])
    with pytest.raises(ReleaseRefused, match=name):
        run("json", values, paths={"$.a": {name: given}})
    nullified = {"$.a": {name: {**given, "on_invalid": "nullify"}}}
    done = run("json", values, paths=nullified)
    assert done.values.to_pylist() == ['{"a":null}'] * 2
    assert done.invalid is not None
    assert done.invalid.to_pylist() == [True, False]
    assert create_transform("json", {"paths": nullified}).counts_inside


def test_keys_are_one_for_each_path() -> None:
    text = '{"a":"Ann","b":"Ann","c":["Ann"]}'
    paths = {"$.a": "pseudonym", "$.b": "pseudonym", "$.c[*]": "pseudonym"}
    (made,) = run("json", pa.array([text]), paths=paths).values.to_pylist()
    found = json.loads(made)
    assert len({found["a"], found["b"], found["c"][0]}) == 3
    assert Pseudonym().keyed(KEY).mask("Ann") not in made
    assert run("json", pa.array([text]), paths=paths).values.to_pylist() == [made]


def test_dates_inside_move_with_their_person() -> None:
    values = pa.array(['{"d":["2024-01-01","2024-01-11"]}', '{"d":["2024-01-01"]}'])
    done = run("json", values, pa.array(["p", "q"]), paths={"$.d[*]": {"date_shift": {}}})
    (one, two), (three,) = (json.loads(text)["d"] for text in done.values.to_pylist())
    first, second, third = map(dt.date.fromisoformat, (one, two, three))
    assert second - first == dt.timedelta(days=10)
    assert first != third
    assert create_transform("json", {"paths": {"$.d": {"date_shift": {}}}}).needs_unit


LEAVES = st.none() | st.booleans() | st.integers() | st.text(max_size=5)
DOCUMENTS = st.recursive(
    LEAVES,
    lambda inside: (
        st.lists(inside, max_size=3)
        | st.dictionaries(st.sampled_from(["a", "b", "c"]), inside, max_size=3)
    ),
)


@given(st.lists(DOCUMENTS, max_size=5))
def test_nothing_but_what_is_named_comes_out(documents: list[Any]) -> None:
    def named(document: Any) -> Any:
        if not isinstance(document, dict):
            return None
        left = {"a": document["a"]} if "a" in document else {}
        if isinstance(document.get("b"), list):
            left["b"] = [
                {"c": each["c"]} if isinstance(each, dict) and "c" in each
                else {} if isinstance(each, dict) else None
                for each in document["b"]
            ]  # fmt: skip
        return left

    values = pa.array([json.dumps(document) for document in documents], pa.string())
    made = run("json", values, paths={"$.a": "keep", "$.b[*].c": "keep"}).values.to_pylist()
    assert [json.loads(text) for text in made] == [named(document) for document in documents]


CONTACT = pa.struct([("email", pa.string()), ("phone", pa.string())])
PERSON = pa.struct([("city", pa.string()), ("age", pa.int32()), ("contacts", pa.list_(CONTACT))])
PEOPLE: list[Any] = [
    {"city": "Ulm", "age": 95, "contacts": [{"email": "j@x.org", "phone": "1"}, None]},
    {"city": None, "age": None, "contacts": []},
    {"city": "Bonn", "age": 3, "contacts": None},
    None,
    {"city": "Köln", "age": 14, "contacts": [{"email": None, "phone": "2"}]},
]
FIELDS = {"city": "redact", "age": {"top_code": {"at": 90}}, "contacts[].email": {"email": {}}}


def test_structs_and_arrays() -> None:
    values = pa.array(PEOPLE, PERSON)
    expected = [
        {"city": "[REDACTED]", "age": 90, "contacts": [{"email": "***@x.org"}, None]},
        {"city": None, "age": None, "contacts": []},
        {"city": "[REDACTED]", "age": 3, "contacts": None},
        None,
        {"city": "[REDACTED]", "age": 14, "contacts": [{"email": None}]},
    ]
    kind = output_of("here", create_transform("fields", {"paths": FIELDS}), PERSON)
    for start in range(len(PEOPLE)):
        # A slice of an Arrow array has an offset that every level has to heed.
        done = run("fields", values[start:], paths=FIELDS)
        assert done.values.to_pylist() == expected[start:]
        assert (done.values.type, done.invalid) == (kind, None)


def test_a_row_with_a_part_that_cannot_be_treated_is_marked() -> None:
    rows = [[{"email": "j@x.org"}, {"email": "x"}], [{"email": "j@x.org"}], None]
    values = pa.array(rows, pa.list_(CONTACT))
    paths = {"[].email": {"email": {"on_invalid": "redact"}}}
    done = run("fields", values, paths=paths)
    assert done.invalid is not None
    assert done.invalid.to_pylist() == [True, False, False]
    assert done.values.to_pylist()[0] == [{"email": "***@x.org"}, {"email": "[REDACTED]"}]
    with pytest.raises(ReleaseRefused, match="email"):
        run("fields", values, paths={"[].email": "email"})


def test_dates_of_a_person_in_an_array_move_alike() -> None:
    values = pa.array([[dt.date(2024, 1, 1), dt.date(2024, 1, 5)], []], pa.list_(pa.date32()))
    done = run("fields", values, pa.array(["p", "q"]), paths={"[]": {"date_shift": {}}})
    (one, two), rest = done.values.to_pylist()
    assert (two - one, rest) == (dt.timedelta(days=4), [])
    assert one != dt.date(2024, 1, 1)


OTHER = [
    ({"town": "keep"}, PERSON, "has no field town"),
    ({"city.name": "keep"}, PERSON, "take it for a struct"),
    ({"contacts.email": "keep"}, PERSON, "take it for a struct"),
    ({"age[]": "keep"}, PERSON, "take it for an array"),
    ({"city": {"round": {"to": 1}}}, PERSON, "city: round needs numbers"),
    ({"city": "drop"}, PERSON, "nothing is left"),
    ({"a": "keep"}, pa.map_(pa.string(), pa.string()), "map"),
    ({"a": "keep"}, pa.string(), "string"),
]


@pytest.mark.parametrize(("paths", "kind", "said"), OTHER)
def test_other_columns_are_refused(paths: dict[str, Any], kind: pa.DataType, said: str) -> None:
    with pytest.raises(PolicyError, match=f"^here: .*{said}"):
        output_of("here", create_transform("fields", {"paths": paths}), kind)


def test_a_policy_takes_nested_parameters() -> None:
    column = ColumnPolicy.model_validate(
        {"role": "sensitive", "protect": {"json": {"paths": {"$.a": {"round": {"to": 10}}}}}}
    )
    assert column.protect is not None
    made = create_transform(column.protect.name, column.protect.parameters)
    assert isinstance(made, KeyedTransform)
    assert not column.is_reproducible

"""JSON, structs and encrypted columns in a whole run, by the real judge; and what it refuses."""

from __future__ import annotations

import json
from typing import Any

import pyarrow as pa
import pytest
from veilflow.spark.judging import JudgeRequest

from tests.pipeline.place import Place

pytestmark = [pytest.mark.spark, pytest.mark.slow]

ROWS = 60
MADE_UP = {"type": "none", "reason": "made up"}
NOTE = {
    "$.name": "pseudonym",
    "$.ids[*]": {"fpe": {"on_invalid": "redact"}},
    "$.by": "redact",
    "$.ward": "keep",
    "$.age": {"top_code": {"at": 90}},
}
CONTACT = {"city": "keep", "mails[].at": {"email": {"keep": "tld"}}, "mails[].code": "token"}
COLUMNS: dict[str, Any] = {
    "person": "pseudonym",
    "full_name": "drop",
    "note": {"role": "sensitive", "protect": {"json": {"paths": NOTE}}, **MADE_UP},
    "contact": {"role": "identifier", "protect": {"fields": {"paths": CONTACT}}},
    "phone": {"role": "identifier", "protect": {"fpe": {}}},
    "account": {"role": "identifier", "protect": {"pseudonym": {"form": "integer"}}},
}


def name(n: int) -> str:
    return f"Zebedee Quux{n:04d}"


def source() -> pa.Table:
    people = range(ROWS)
    notes = [
        {"name": name(n), "ids": [f"{5550000 + 37 * n}", "x"], "by": f"Dr Quux{n}", "age": 40 + n,
         "ward": f"ward {n % 4}", "unlisted": f"Quux unlisted {n}"}
        for n in people
    ]  # fmt: skip
    contacts = [
        {"city": ("Ulm", "Bonn")[n % 2], "street": f"Quuxstreet {n}",
         "mails": [{"at": f"quux{n}@mail.example", "code": f"quux-code-{n}"}]}
        for n in people
    ]  # fmt: skip
    return pa.table(
        {
            "person": [f"p{n:04d}" for n in people],
            "full_name": [name(n) for n in people],
            "note": [json.dumps(note) for note in notes],
            "contact": contacts,
            "phone": [f"555-{n * 613:05d}" for n in people],
            "account": pa.array([1_000 + n for n in people], pa.int64()),
        }
    )


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory, judges: Any, spark: Any) -> Any:
    place = Place(tmp_path_factory.mktemp("nested"), judges, spark)
    place.write(source())
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("VEILFLOW_HOME", str(place.home))
        patch.delenv("VEILFLOW_JUDGE", raising=False)
        chosen = place.policy(COLUMNS, anonymize=None)
        run = place.release(chosen, "nested-1")
        yield place, run


def test_nested_and_encrypted_columns_are_released_by_the_real_judge(released: Any) -> None:
    place, _ = released
    rows = place.rows("nested-1")
    assert len(rows) == ROWS and "uux" not in str(rows) and "unlisted" not in str(rows)
    assert {json.loads(row["note"])["by"] for row in rows} == {"[REDACTED]"}
    assert {row["contact"]["city"] for row in rows} == {"Ulm", "Bonn"}
    assert all(row["contact"]["mails"][0]["code"].startswith("t1.") for row in rows)


def test_what_is_left_inside_or_passed_unmasked_is_refused(released: Any) -> None:
    """One row leaks at each place; two columns pass as they came."""
    from veilflow_expectations.judge import judge

    place, _ = released
    policy = place.pin(place.policy(COLUMNS, anonymize=None)).policy
    raw = place.spark.read.parquet(str(place.data / "people"))
    rows = place.rows("nested-1")
    plain = source().to_pylist()
    notes = [json.loads(row["note"]) for row in rows]
    notes[1]["name"] = name(7).upper()
    notes[2]["ids"][0] = "5550037 and more"
    notes[3]["by"] = "Dr Quux3"
    notes[4]["ward"] = name(9)
    notes[5]["unlisted"] = "anything"
    rows[6]["contact"]["mails"][0]["code"] = "quux-code-11"
    for n, row in enumerate(rows):
        row["note"] = json.dumps(notes[n])
        row["phone"], row["account"] = plain[n]["phone"], plain[n]["account"]
    rows[8]["note"] = "no JSON"
    schema = (
        "person string, note string, "
        "contact struct<city:string,mails:array<struct<at:string,code:string>>>, "
        "phone string, account bigint"
    )
    output = place.spark.createDataFrame(rows, schema)
    request = JudgeRequest(
        product="masked", policy=policy, output={"people": output}, source={"people": raw},
        levels={}, digest_key=b"k" * 32,
    )  # fmt: skip
    judgement = judge(place.spark, request)
    assert {(check.name, check.column) for check in judgement.failed} == {
        ("nothing but the named paths", "note"),
        ("pseudonym form", "note: $.name"),
        ("own raw values absent", "note: $.name"),
        ("encrypted form", "note: $.ids[*]"),
        ("nothing but the policy's words", "note: $.by"),
        ("raw identifiers absent", "note: $.ward"),
        ("token form", "contact: mails[].code"),
        ("own raw values absent", "contact: mails[].code"),
        ("own raw values by chance alone", "phone"),
        ("pseudonym form", "account"),
        ("own raw values absent", "account"),
    }
    assert "uux" not in repr(judgement)

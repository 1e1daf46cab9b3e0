"""The runs of the canary test: one that releases and many that fail, each in its own way."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.canary.forms import text_needle
from tests.canary.sample import Sample

__all__ = [
    "ALLOWED",
    "FULL",
    "SETTLED",
    "Case",
    "broken_code",
    "broken_data",
    "full_policy",
    "masks",
    "remarks",
    "small_table",
]

_ROWS = 24
# Twenty days apart, so that a date that was moved is nobody else's.
_LONG_AGO = dt.date(1790, 1, 1)
_WITH_JUDGE = {"VEILFLOW_JUDGE": "canary_code:judge"}
TRANSFORMS = (
    "Initial", "Raises", "RaisesOurs", "Exits", "Unprintable", "Talks", "RaisesWithKey",
    "FailsInArrow", "WrongType", "NoArray",
)  # fmt: skip
ALLOWED = {
    "VEILFLOW_ALLOWED_TRANSFORMS": ",".join(f"canary_code:{one}" for one in TRANSFORMS),
    "VEILFLOW_ALLOWED_DETECTORS": "canary_code:recognises",
}
# Whatever the classifier takes the canaries for: how they are protected is what is tested.
SETTLED = {"type": "none", "reason": "made up"}
FULL = "full"


@dataclass(frozen=True)
class Case:
    """A policy, how its run must end, and what it must say, so that it failed where it should."""

    policy: Path
    code: str
    says: str
    environment: Mapping[str, str] = field(default_factory=dict)


def full_policy(sample: Sample, *, synthesize: bool) -> Path:
    """Every built-in protection, two related tables, a suppressed class, an unlisted column."""
    people: dict[str, Any] = {
        "person_id": "pseudonym",
        "full_name": "drop",
        "email": "redact",
        "phone": {"role": "identifier", "protect": {"partial": {"keep_last": 2}}, **SETTLED},
        "ssn": "nullify",
        "card": {"role": "identifier", "protect": "canary_code:Initial", **SETTLED},
        "note": "free_text",
        "photo": "drop",
        "ward": {"role": "quasi", "hierarchy": "redact", **SETTLED},
        "born": {"role": "quasi", "hierarchy": {"dates": ["month", "year"]}},
        "account": {"role": "identifier", "protect": "vault_token", **SETTLED},
        "balance": {"role": "sensitive", "protect": {"round": {"to": 10_000_000}}},
        "diagnosis": {"role": "sensitive", **SETTLED},
    }
    visits = {
        "visit_id": {"role": "identifier", "protect": "token", **SETTLED},
        "person_id": "pseudonym",
        "reason": {"role": "free_text", "protect": "redact"},
        "cost": {"role": "sensitive", "protect": {"bucket": {"width": 100_000_000}}},
        "fee": {"role": "sensitive", "protect": {"noise": {"scale": 1e10}}, **SETTLED},
        "room": {"role": "sensitive", "protect": "permute", **SETTLED},
    }
    more = {"synthesize": {"tables": {"people": 150}, "fit_rows": 100}} if synthesize else {}
    return sample.write_policy(
        FULL,
        {"people": {"unlisted": "drop", "columns": people}, "visits": {"columns": visits}},
        # Every cell once and a sample once, so that both ways are searched.
        source={"root": str(sample.raw), "scan": "sample" if synthesize else "exhaustive"},
        privacy_unit="person_id",
        anonymize={"k": 5, "suppression_limit": 0.05},
        **more,
    )


def small_table(sample: Sample) -> None:
    """The table of the failing runs: an id, a name and a number."""
    rows = [
        {"id": sample.text("id", row), "name": sample.text("name", row), "number": sample.number()}
        for row in range(_ROWS)
    ]
    sample.write_parquet("small", rows)


def broken_code(sample: Sample) -> dict[str, Case]:
    """Transforms and judges that fail with values on their lips."""
    cases = {
        name.lower(): _small(sample, name.lower(), says, {"name": _custom(name)}, code=code)
        for name, says, code in (
            ("Raises", "column name, MaskInWorker: LookupError", "1"),
            ("RaisesOurs", "column name, MaskInWorker: PolicyError", "1"),
            ("Exits", "column name, MaskInWorker: SystemExit", "1"),
            ("Unprintable", "column name, MaskInWorker: _Unprintable", "1"),
            ("Talks", "", "0"),
            ("RaisesWithKey", "column name, MaskByKey: ValueError", "1"),
            ("FailsInArrow", "column name, MaskInWorker: ArrowInvalid", "1"),
            ("WrongType", "column name, MaskInWorker: ArrowInvalid", "1"),
            ("NoArray", "column name, MaskInWorker: ", "1"),
        )
    }
    for judge, says, code in (
        ("raising_judge", "AssertionError", "1"),
        ("casting_judge", "CAST_INVALID_INPUT", "1"),
        ("calling_judge", "PythonException", "1"),
        ("refusing_judge", "no_raw_values failed", "2"),
    ):
        named = {"VEILFLOW_JUDGE": f"canary_code:{judge}"}
        name = judge.replace("_", "-")
        cases[name] = _small(sample, name, says, {}, code=code, environment=named)
    return cases


def broken_data(sample: Sample) -> dict[str, Case]:
    """Tables that don't hold what their policies say."""
    good = [[sample.text("csv-id", row), str(sample.number())] for row in range(_ROWS)]
    header = ["id", "amount"]
    wrong = [[sample.text("cast-id", 90), sample.text("amount", 90)]]
    torn = [[sample.text("torn-id", 91), str(sample.number()), sample.text("third", 91)]]
    torn += [[sample.text("torn-id", 92)], ['"' + sample.text("open-quote", 93), "1"]]
    sample.write_csv("miscast", [header, *good, *wrong])
    sample.write_csv("torn", [header, *good, *torn])
    sample.write_csv("headless", good)
    amount = {"role": "sensitive", "as": "integer", "protect": {"round": {"to": 10_000_000}}}
    columns = {"id": "pseudonym", "amount": amount}
    cases = {
        name: Case(_csv_policy(sample, name, columns), code, says, _WITH_JUDGE)
        for name, code, says in (
            ("miscast", "2", "fewer than 10 values can't be cast to integer"),
            ("torn", "1", "fewer than 10 lines aren't CSV"),
            ("headless", "2", "is its header line missing"),
        )
    }
    dates = {"role": "quasi", "hierarchy": {"dates": ["year"]}, **SETTLED}
    listed = {"role": "quasi", "hierarchy": {"csv": str(_hierarchy(sample))}, **SETTLED}
    anonymize = {"anonymize": {"k": 5}}
    undated = "24 distinct values are no dates"
    cases["no-date"] = _small(sample, "no-date", undated, {"name": dates}, code="2", more=anonymize)
    cases["no-label"] = _small(
        sample, "no-label", "distinct values", {"name": listed}, code="2", more=anonymize
    )
    finest = {"role": "quasi", "hierarchy": "redact", "max_level": 0, **SETTLED}
    cases["too-rare"] = _small(
        sample, "too-rare", "k = 5", {"name": finest}, code="2", more=anonymize
    )
    gone = {"publish": {"vault": "sqlite:///proc/no/such/vault.db"}}
    token = {"role": "identifier", "protect": "vault_token", **SETTLED}
    cases["no-vault"] = _small(sample, "no-vault", "The token vault", {"name": token}, more=gone)
    cases["undecided"] = _small(sample, "undecided", "nobody decided", {"number": None}, code="2")
    return cases


def masks(sample: Sample) -> dict[str, Case]:
    """Every transform that works in a worker, in one run; and a worker that refuses values."""
    rows = []
    for row in range(_ROWS):
        born = _LONG_AGO + dt.timedelta(days=20 * row)
        sample.hidden.append(text_needle(f"born {born}", born.isoformat()))
        inside = {name: sample.text(f"json-{name}", row) for name in ("name", "ref", "by", "x")}
        field = {name: sample.text(f"field-{name}", row) for name in ("code", "word", "y")}
        rows.append(
            {
                "id": sample.text("mask-id", row),
                "born": born,
                "card": f"{sample.number()}",
                "word": sample.text("mask-word", row).replace("ë", "e"),
                "token": sample.text("mask-token", row),
                "stored": sample.text("mask-stored", row),
                "who": sample.text("mask-who", row),
                "number": sample.number(),
                "inside": json.dumps(inside),
                "parts": {"one": {"code": field["code"]}, "all": [field]},
            }
        )
    sample.write_parquet("masks", rows)
    paths = {"$.name": "pseudonym", "$.ref": "token", "$.by": {"fake": {"kind": "person_name"}}}
    parts = {"one.code": {"pseudonym": {"form": "uuid"}}, "all[].word": "redact"}
    protected: dict[str, Any] = {
        "born": {"date_shift": {"max_days": 9}},
        "card": {"fpe": {"keep_first": 2}},
        "word": {"fpe": {"alphabet": "alphanumerics"}},
        "token": "token",
        "stored": "vault_token",
        "who": {"fake": {"kind": "email", "by": "unit"}},
        "number": {"pseudonym": {"form": "integer"}},
        "inside": {"json": {"paths": paths}},
        "parts": {"fields": {"paths": parts}},
    }
    columns: dict[str, Any] = {
        name: {"role": "identifier", "protect": rule, **SETTLED} for name, rule in protected.items()
    }
    columns["born"]["role"] = "sensitive"
    refused = {**columns, "who": {"role": "identifier", "protect": {"fpe": {}}, **SETTLED}}
    wrong = {"json": {"paths": {**paths, "$.x": {"email": {}}}}}
    unfit = {**columns, "inside": {"role": "identifier", "protect": wrong, **SETTLED}}
    cases = {}
    for name, chosen, code, says in (
        ("masks", columns, "0", ""),
        ("unfit-text", refused, "2", "column who, MaskByKey: fpe can't treat a value"),
        ("unfit-part", unfit, "2", "column inside, MaskByKey: email can't treat a value"),
    ):
        table = {"columns": {"id": "pseudonym", **chosen}, "path": "masks"}
        policy = sample.write_policy(name, {"masks": table}, privacy_unit="id")
        cases[name] = Case(policy, code, says, _WITH_JUDGE)
    return cases


def remarks(sample: Sample) -> dict[str, Case]:
    """Texts that name their person in several ways, released with all of it replaced."""
    owners, texts = [], []
    for row in range(_ROWS):
        owner = {name: sample.text(f"owner-{name}", row) for name in ("id", "name", "phone", "ssn")}
        owner["email"] = f"{sample.text('owner-email', row)}@example.org"
        owners.append(owner)
        said = f"{owner['name']}'s phone is {owner['phone'].upper()}, or {owner['email']}."
        more = f"Told {owner['name'].lower()} ({owner['ssn']}) to come back; see {owner['id']}."
        text = f"Seen at noon. {said} {more}"
        texts.append({"id": owner["id"], "remark": text, "faked": text, "named": text})
    sample.write_parquet("owners", owners)
    sample.write_parquet("remarks", texts)
    hidden = {name: {"role": "identifier", "protect": "drop", **SETTLED} for name in owners[0]}
    remark = {"role": "free_text", "protect": "redact_text", "type": "free_text"}
    others = {
        name: {**remark, "protect": {"redact_text": {"replacement": replacement}}}
        for name, replacement in (("faked", "fakes"), ("named", "pseudonyms"))
    }
    policy = sample.write_policy(
        "remarks",
        {
            "owners": {"columns": {**hidden, "id": "pseudonym"}},
            "remarks": {"columns": {"id": "pseudonym", "remark": remark, **others}},
        },
        privacy_unit="id",
        validate={"free_text": {"min_recall": 0.9}},
    )
    return {"remarks": Case(policy, "0", "", _WITH_JUDGE)}


def _small(
    sample: Sample,
    name: str,
    says: str,
    columns: Mapping[str, Any],
    *,
    code: str = "1",
    more: Mapping[str, Any] | None = None,
    environment: Mapping[str, str] = _WITH_JUDGE,
) -> Case:
    rules = {"id": "pseudonym", "name": "redact", "number": "pseudonym", **columns}
    kept = {column: rule for column, rule in rules.items() if rule is not None}
    policy = sample.write_policy(name, {"small": {"columns": kept}}, **(more or {}))
    return Case(policy, code, says, environment)


def _custom(name: str) -> dict[str, Any]:
    return {"role": "identifier", "protect": f"canary_code:{name}", **SETTLED}


def _csv_policy(sample: Sample, table: str, columns: Mapping[str, Any]) -> Path:
    path = sample.write_policy(table, {table: {"columns": columns, "path": f"{table}.csv"}})
    text = path.read_text().replace("source:\n", "source:\n  format: csv\n")
    path.write_text(text)
    return path


def _hierarchy(sample: Sample) -> Path:
    path = sample.policies / "names.csv"
    sample.policies.mkdir(parents=True, exist_ok=True)
    path.write_text("one known name;*\nanother;*\n")
    return path


def arguments(cases: Mapping[str, Case]) -> dict[str, Sequence[str]]:
    """The command of each case."""
    return {name: ["run", str(case.policy), "--run", name] for name, case in cases.items()}

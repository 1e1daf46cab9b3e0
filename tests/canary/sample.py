"""Raw tables in which every cell is unmistakable, and policies for them.

Each run of the tests has a tag of its own, so a find can't be anything but a leak of this run.
"""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import yaml

from tests.canary.forms import Needle, number_needle, text_needle

__all__ = ["PEOPLE", "Sample", "make_sample"]

PEOPLE = 120
_WARDS = ("common", "usual")
_RARE = 3
_FIRST_NUMBER = 987_654_000_000
_BORN = dt.date(1887, 3, 1)

Row = dict[str, Any]


@dataclass
class Sample:
    """Raw tables below ``raw``, policies below ``policies``, and what to look for.

    ``released`` needles are values that the policy releases on purpose: the decrypted output may
    hold them and nothing else may.
    """

    raw: Path
    policies: Path
    stem: str = field(default_factory=lambda: f"CANARY{secrets.token_hex(4)}")
    hidden: list[Needle] = field(default_factory=list)
    released: list[Needle] = field(default_factory=list)

    def text(self, column: str, row: int, *, released: bool = False) -> str:
        """A new unmistakable text, remembered as a needle."""
        # "Zoë" and the punctuation are escaped differently by each format.
        value = f"{self.stem}-{column}-{row:04d}-{secrets.token_hex(3)}"
        value += "-Zoë" if row % 7 == 3 else ""
        (self.released if released else self.hidden).append(text_needle(value, value))
        return value

    def number(self) -> int:
        """A new unmistakable number, remembered as a needle."""
        value = _FIRST_NUMBER + 1 + secrets.randbelow(999_998)
        self.hidden.append(number_needle(str(value), value))
        return value

    def write_parquet(self, table: str, rows: Iterable[Row]) -> None:
        """``rows`` as ``raw/<table>/part-0.parquet``."""
        folder = self.raw / table
        folder.mkdir(parents=True)
        pq.write_table(pa.Table.from_pylist(list(rows)), folder / "part-0.parquet")

    def write_csv(self, table: str, lines: Iterable[Iterable[str]]) -> None:
        """``lines``, the first of which is the header, as ``raw/<table>.csv``."""
        text = "".join(",".join(cells) + "\n" for cells in lines)
        self.raw.mkdir(parents=True, exist_ok=True)
        (self.raw / f"{table}.csv").write_text(text, encoding="utf-8")

    def write_policy(
        self, dataset: str, tables: Mapping[str, Mapping[str, Any]], **more: Any
    ) -> Path:
        """A policy that reads ``raw``; each table's entry holds at least ``columns``."""
        document = {
            "dataset": dataset,
            "purpose": {
                "purpose": "canary test",
                "legal_basis": "made-up data",
                "owner": "tests",
                "recipients": ["tests"],
                "retention_days": 1,
            },
            "source": {"root": str(self.raw)},
            "tables": {name: {"path": name, **rules} for name, rules in tables.items()},
            **more,
        }
        self.policies.mkdir(parents=True, exist_ok=True)
        path = self.policies / f"{dataset}.yaml"
        path.write_text(yaml.safe_dump(document, sort_keys=False), encoding="utf-8")
        return path


def make_sample(folder: Path) -> Sample:
    """The sample with its tables written; policies are added by who needs them."""
    sample = Sample(folder / "raw", folder / "policies")
    people = [_person(sample, row) for row in range(PEOPLE)]
    sample.write_parquet("people", people)
    sample.write_parquet("visits", [_visit(sample, row, people) for row in range(2 * PEOPLE)])
    return sample


def _person(sample: Sample, row: int) -> Row:
    born = _BORN + dt.timedelta(days=row)
    sample.hidden.append(text_needle(f"born {born}", born.isoformat()))
    # A ward with three people is suppressed at its finest level: its name must be nowhere.
    rare = row >= PEOPLE - _RARE
    ward = "rare" if rare else _WARDS[row % 2]
    return {
        "person_id": sample.text("person_id", row),
        "full_name": sample.text("full_name", row),
        "email": f"{sample.text('email', row)}@example.org",
        "phone": sample.text("phone", row),
        "ssn": sample.text("ssn", row),
        "card": sample.text("card", row),
        "note": "Seen at noon. " * 40 + sample.text("note", row) + " was told to come back.",
        "photo": sample.text("photo", row).encode(),
        "ward": _ward(sample, ward, row),
        "born": born,
        "account": sample.number(),
        "balance": sample.number(),
        "diagnosis": sample.text("diagnosis", row, released=not rare),
        "unlisted": sample.text("unlisted", row),
    }


def _ward(sample: Sample, ward: str, row: int) -> str:
    value = f"{sample.stem}-ward-{ward}"
    known = {needle.label for needle in (*sample.hidden, *sample.released)}
    if value not in known:
        where = sample.hidden if ward == "rare" else sample.released
        where.append(text_needle(value, value))
    return value


def _visit(sample: Sample, row: int, people: list[Row]) -> Row:
    is_left = row % PEOPLE < PEOPLE - _RARE
    return {
        "visit_id": sample.text("visit_id", row),
        "person_id": people[row % PEOPLE]["person_id"],
        "reason": sample.text("reason", row),
        "cost": sample.number(),
        "fee": sample.number(),
        "room": sample.text("room", row, released=is_left),
    }

"""``python -m benchmarks.real_tables FILE...``: typed F1 and recall on real tables of others.

A file holds one table a line, in JSON: ``{"repo", "commit", "path", "columns": [{"name", "values",
"type", "also"}]}`` with the first five cells of each column, the type it was labelled with and
further types that are right as well. The tables themselves aren't ours to give out:
``benchmarks/real_tables.tsv`` lists where each one is published, and the types.

A table belongs to one of three parts by the hash of its address, so that nobody chooses which
errors are looked at first. By now all parts of the sets in the list have served for mending;
docs/benchmarks.md has the figures of before.

Typed F1 is counted as in :mod:`benchmarks.classification`, a wrong type as wrong and as missed.
``found`` is the share of columns with a type in which any type is found: what would not have gone
out unseen. ``sensitive`` is the same for identifiers and special categories alone.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import groupby
from pathlib import Path

from veilflow.classify import TAXONOMY, ColumnSample, classify_table

__all__ = ["PARTS", "Column", "columns_of", "main", "tell"]

PARTS = 3


@dataclass(frozen=True)
class Column:
    """One column of a table, the types that are right for it, and the part it belongs to."""

    table: str
    name: str
    values: tuple[str, ...]
    types: tuple[str, ...]
    part: int


@dataclass(frozen=True)
class Outcome:
    """Columns by what became of them."""

    counts: Counter[str]

    @property
    def f1(self) -> float:
        """2 right / (2 right + wrong + missed)."""
        right, wrong, missed = (self.counts[k] for k in ("right", "wrong", "missed"))
        return 2 * right / max(1, 2 * right + wrong + missed)

    def share(self, part: str, whole: str) -> float:
        """A count as a share of another."""
        return self.counts[part] / max(1, self.counts[whole])


def columns_of(files: Sequence[Path]) -> Iterator[Column]:
    """All columns of the files, in order."""
    for file in files:
        for line in file.read_text(encoding="utf-8").splitlines():
            table = json.loads(line)
            address = f"{table['repo']}/{table['path']}"
            part = sha256(address.encode()).digest()[0] % PARTS
            for column in table["columns"]:
                types = (column["type"], *column.get("also", ()))
                values = tuple(map(str, column["values"]))
                yield Column(address, column["name"], values, types, part)


def tell(columns: Sequence[Column]) -> list[str]:
    """Our verdicts on the columns of a table, from their names and five values each."""
    samples = []
    for column in columns:
        values = tuple(value or None for value in column.values)
        nulls = values.count(None)
        samples.append(ColumnSample(column.name, values, "string", len(values), nulls, None))
    return [verdict.type for verdict in classify_table(samples)]


def outcome(pairs: Sequence[tuple[Column, str]]) -> Outcome:
    """What became of columns and the verdicts on them."""
    counts: Counter[str] = Counter()
    for column, verdict in pairs:
        label = column.types[0]
        counts["columns"] += 1
        if "none" not in column.types:
            counts["typed"] += 1
            counts["found"] += verdict != "none"
            if TAXONOMY[label].role in ("identifier", "sensitive"):
                counts["sensitive"] += 1
                counts["sensitive found"] += verdict != "none"
        if verdict in column.types:
            counts["right"] += verdict != "none"
        else:
            counts["wrong"] += verdict != "none"
            counts["missed"] += "none" not in column.types
    return Outcome(counts)


def main(argv: Sequence[str] | None = None) -> int:
    """Print the table as Markdown; ``--errors PART`` lists a part's wrong verdicts as well."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.real_tables", description=__doc__)
    parser.add_argument("files", type=Path, nargs="+")
    parser.add_argument("--errors", type=int, choices=range(PARTS), help="list a part's errors")
    arguments = parser.parse_args(argv)
    told: list[tuple[Column, str]] = []
    for _, group in groupby(columns_of(arguments.files), key=lambda column: column.table):
        table = list(group)
        told += zip(table, tell(table), strict=True)
    print("| part | tables | columns | right | wrong | missed | typed F1 | found | sensitive |")
    print("|---|--:|--:|--:|--:|--:|--:|--:|--:|")
    for part in range(PARTS):
        _print_row(str(part + 1), [pair for pair in told if pair[0].part == part])
    _print_row("all", told)
    if arguments.errors is not None:
        for column, verdict in told:
            if column.part == arguments.errors and verdict not in column.types:
                print(f"{column.table} | {column.name} | {'/'.join(column.types)} -> {verdict} "
                      f"| {' ; '.join(value[:40] for value in column.values)}")  # fmt: skip
    return 0


def _print_row(name: str, pairs: Sequence[tuple[Column, str]]) -> None:
    found = outcome(pairs)
    tables = len({column.table for column, _ in pairs})
    print(
        f"| {name} | {tables} | {len(pairs)} | {found.counts['right']} | {found.counts['wrong']} "
        f"| {found.counts['missed']} | {found.f1:.3f} | {found.share('found', 'typed'):.3f} "
        f"| {found.share('sensitive found', 'sensitive'):.3f} |"
    )


if __name__ == "__main__":
    raise SystemExit(main())

"""``python -m benchmarks.classification``: typed F1 and speed on labelled columns, and Presidio's.

The columns are the 1,000 of ``../shared/data/pii_columns``: a name, five values, a type. The rule
of the halves, fixed before anything was tuned: the even columns (counted from 0) serve for tuning,
the odd ones are measured and not looked at; odd columns below 30 were printed once and are left
out.

Typed F1 is 2 right / (2 right + wrong + missed) over columns: right is a verdict that equals a
label other than none; wrong is a verdict that isn't the column's label; missed is a label that
wasn't found. A wrong type counts twice, as wrong and as missed. Verdicts of types that no label
names (city, country, date, health...) count as none, as the labels have them. ``strict`` takes
types by their names; ``grouped`` also takes numbers that somebody issued (a national id, a user
name, a device id) for GENERIC_ID, which is what the labels call them.

Presidio runs on the same columns in the same run where presidio-analyzer is installed: through
presidio-structured where that is too, else by the type that most cells of a column have. It gets
patterns, checksums and context words on a blank spaCy pipeline, and each model given by
``--model``. Speed is cells per CPU-second of this process: ``first`` includes reading word lists
and taking names apart, ``again`` is the fastest of several more turns.
"""

from __future__ import annotations

import argparse
import ast
import csv
import importlib.util
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from veilflow.classify import ColumnSample, classify_column

__all__ = ["LabelledColumn", "Score", "labelled_columns", "main", "score", "veilflow_type"]

DATA = Path("../shared/data/pii_columns/labelled_columns.csv")
PRINTED = 30
"""Rows below this number were printed once, before the halves were measured."""
ISSUED = frozenset(
    "national_id username medical_record_number health_plan_number passport_number device_id "
    "drivers_license bank_account_number license_plate professional_license".split()
)
_TURNS = 5
Tell = Callable[["LabelledColumn"], str]


@dataclass(frozen=True)
class LabelledColumn:
    """One column, and whether it is of the half that served for tuning (None: of neither)."""

    name: str
    values: tuple[str, ...]
    label: str
    tuning: bool | None


@dataclass(frozen=True)
class Score:
    """Columns rightly typed, wrongly typed, and missed; a wrong type counts as both."""

    right: int = 0
    wrong: int = 0
    missed: int = 0

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall."""
        return 2 * self.right / max(1, 2 * self.right + self.wrong + self.missed)


def labelled_columns(file: Path = DATA) -> list[LabelledColumn]:
    """All columns, in order."""
    with file.open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    return [
        LabelledColumn(
            row["column_name"],
            tuple(ast.literal_eval(row["records"])),
            {"imei_hardware_id": "imei"}.get(row["label"].lower(), row["label"].lower()),
            True if place % 2 == 0 else None if place < PRINTED else False,
        )
        for place, row in enumerate(rows)
    ]


def veilflow_type(column: LabelledColumn) -> str:
    """Our verdict on a column."""
    values = column.values
    sample = ColumnSample(column.name, values, "string", len(values), 0, None)
    return classify_column(sample).type


def score(
    pairs: Sequence[tuple[str, str]], labels: frozenset[str], *, grouped: bool = False
) -> Score:
    """The score of pairs of label and verdict."""
    right = wrong = missed = 0
    for label, verdict in pairs:
        found = "generic_id" if grouped and verdict in ISSUED else verdict
        found = found if found in labels else "none"
        right += found == label != "none"
        wrong += found not in (label, "none")
        missed += label not in (found, "none")
    return Score(right, wrong, missed)


_PRESIDIO = {
    "PERSON": "person_name", "EMAIL_ADDRESS": "email_address", "PHONE_NUMBER": "phone_number",
    "URL": "url", "LOCATION": "street_address", "NRP": "ethnic_group", "DATE_TIME": "date",
    "ORGANIZATION": "organization_name",
}  # fmt: skip
"""Presidio's types by ours; every other one is a number that somebody issued."""


def _presidio(models: Sequence[str]) -> Iterator[tuple[str, Tell]]:
    if importlib.util.find_spec("presidio_analyzer") is None:
        print("presidio-analyzer isn't installed: ours alone\n")
        return
    from veilflow.classify.presidio_detector import PresidioDetector

    made = [("Presidio, no NER", PresidioDetector.without_model())]
    made += [(f"Presidio, {model}", PresidioDetector(model)) for model in models]
    structured = importlib.util.find_spec("presidio_structured") is not None
    for name, detector in made:
        engine: Any = detector._analyzer
        yield (f"{name}, structured", _structured(engine)) if structured else (name, _most(engine))


def _structured(engine: Any) -> Tell:
    import pandas as pd
    from presidio_structured import PandasAnalysisBuilder

    builder = PandasAnalysisBuilder(analyzer=engine)

    def tell(column: LabelledColumn) -> str:
        frame = pd.DataFrame({column.name: column.values})
        found = builder.generate_analysis(frame).entity_mapping.get(column.name)
        return "none" if found is None else _PRESIDIO.get(found, "generic_id")

    return tell


def _most(engine: Any) -> Tell:
    def tell(column: LabelledColumn) -> str:
        found = [engine.analyze(text=value, language="en") for value in column.values]
        best = Counter(max(cell, key=lambda e: e.score).entity_type for cell in found if cell)
        return _PRESIDIO.get(best.most_common(1)[0][0], "generic_id") if best else "none"

    return tell


def main(argv: Sequence[str] | None = None) -> int:
    """Print the tables as Markdown."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.classification", description=__doc__
    )
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--model", nargs="*", default=[], help="installed spaCy models to add")
    arguments = parser.parse_args(argv)
    columns = labelled_columns(arguments.data)
    speed = _print_peer("Veilflow", veilflow_type, columns, turns=_TURNS)
    for name, tell in _presidio(arguments.model):
        slower = speed / _print_peer(name, tell, columns, turns=0)
        print(f"Veilflow is {slower:,.0f} times as fast.\n")
    return 0


def _print_peer(name: str, tell: Tell, columns: Sequence[LabelledColumn], turns: int) -> float:
    cells = sum(len(column.values) for column in columns)
    begun = time.process_time()
    told = [tell(column) for column in columns]
    first = cells / (time.process_time() - begun)
    again = first
    for _ in range(turns):
        begun = time.process_time()
        for column in columns:
            tell(column)
        again = max(again, cells / (time.process_time() - begun))
    print(f"### {name}: {first:,.0f} cells per CPU-second first, {again:,.0f} again\n")
    _print_scores(columns, told)
    return again


def _print_scores(columns: Sequence[LabelledColumn], told: Sequence[str]) -> None:
    labels = frozenset(column.label for column in columns) - {"none"}
    halves = {
        half: [(c.label, t) for c, t in zip(columns, told, strict=True) if c.tuning is tuning]
        for half, tuning in (("tuning", True), ("unseen", False))
    }
    print("| half | rule | right | wrong | missed | typed F1 |\n|---|---|--:|--:|--:|--:|")
    for half, pairs in halves.items():
        for rule in ("strict", "grouped"):
            found = score(pairs, labels, grouped=rule == "grouped")
            print(f"| {half} | {rule} | {found.right} | {found.wrong} | {found.missed} "
                  f"| {found.f1:.4f} |")  # fmt: skip
    print("\n| type, strict | tuning F1 (columns) | unseen F1 (columns) |\n|---|--:|--:|")
    for label in sorted(labels):
        cells = []
        for pairs in halves.values():
            found = score([p for p in pairs if label in p], frozenset({label}))
            alone = Score(found.right, found.wrong, sum(a == label != b for a, b in pairs))
            cells.append(f"{alone.f1:.3f} ({sum(a == label for a, _ in pairs)})")
        print(f"| {label} | {' | '.join(cells)} |")
    print()


if __name__ == "__main__":
    raise SystemExit(main())

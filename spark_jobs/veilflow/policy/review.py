"""What of a draft needs a person, riskiest first: everything else follows from its evidence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from veilflow.classify import NO_TYPES, STRONG, ColumnSample, ColumnVerdict, CustomTypes
from veilflow.policy.draft import DraftTable, find_unit

__all__ = ["ReviewItem", "review", "review_page"]

_SPECIAL = "GDPR 9(1)"


@dataclass(frozen=True)
class ReviewItem:
    """One column to decide about. ``risk`` is 4 (raw if nobody looks) to 1 (safe, but maybe lost).

    ``why`` is a sentence without values.
    """

    risk: int
    table: str
    column: str
    type: str
    score: float
    why: str


def review(
    tables: Mapping[str, DraftTable], types: CustomTypes = NO_TYPES
) -> tuple[ReviewItem, ...]:
    """The columns that need a person, riskiest first; within a risk the weakest evidence first."""
    units = {name: find_unit({name: table}, types) for name, table in tables.items()}
    found = [
        item
        for name, table in tables.items()
        for sample, verdict in zip(table.samples, table.verdicts, strict=True)
        if verdict.name != units[name] and (item := _item(name, sample, verdict, types)) is not None
    ]
    why = "no column says whose row it is: name the privacy unit, or k counts rows"
    found += [ReviewItem(4, name, "", "", 0.0, why) for name, unit in units.items() if unit is None]
    return tuple(sorted(found, key=lambda i: (-i.risk, i.score, i.table, i.column)))


def _item(
    table: str, sample: ColumnSample, verdict: ColumnVerdict, types: CustomTypes
) -> ReviewItem | None:
    known = types.taxonomy[verdict.type]
    other = next((e for e in verdict.evidence if e.startswith("could also be")), None)

    def item(risk: int, why: str) -> ReviewItem:
        return ReviewItem(risk, table, verdict.name, verdict.type, verdict.score, why)

    kept = known.default_protection in ("keep", "round")
    if verdict.type == "none":
        if sample.nulls >= sample.rows:
            return item(1, "holds nothing yet; it is dropped until you know what it will hold")
        return item(2, "not recognised; it is dropped until you know what it is")
    if kept and _SPECIAL in known.legal:
        return item(4, f"{known.phrase} is a special category and would be released as it is")
    if verdict.type == "free_text" and verdict.score >= STRONG:
        return item(3, "text may name anybody; it is redacted, and waits for a labelled sample")
    if verdict.role == "free_text":
        return item(1, "may be text or bytes that name anybody; it is dropped")
    if verdict.score < STRONG and verdict.role in ("quasi", "sensitive", "insensitive"):
        return item(3, f"taken for {known.phrase} on weak evidence ({verdict.evidence[0]})")
    if other is not None and verdict.role != "identifier":
        return item(3, f"taken for {known.phrase}, but {other}")
    if kept:
        return item(2, f"{known.phrase} would be released with little or no change")
    if verdict.score < STRONG:
        return item(1, f"taken for {known.phrase} on weak evidence ({verdict.evidence[0]})")
    return None


def review_page(tables: Mapping[str, DraftTable], types: CustomTypes = NO_TYPES) -> str:
    """The list as Markdown: what to decide, and how many columns need nobody."""
    items = review(tables, types)
    columns = sum(len(table.verdicts) for table in tables.values())
    open_columns = sum(item.column != "" for item in items)
    lines = [
        "# What needs a person",
        "",
        f"{open_columns} of {columns} columns in {len(tables)} table(s); the others follow from",
        "strong evidence, which stands beside each line of the policies. Riskiest first: 4 would",
        "be released raw if nobody looks, 1 is safe but perhaps lost.",
        *_about_joins(tables),
        "",
        "| risk | table | column | taken for | score | why |",
        "|--:|---|---|---|--:|---|",
    ]
    lines += [
        f"| {i.risk} | {_cell(i.table)} | {_cell(i.column or '(whole table)')} | {i.type or '-'} "
        f"| {i.score:.2f} | {_cell(i.why)} |"
        for i in items
    ]
    return "\n".join(lines) + "\n"


def _about_joins(tables: Mapping[str, DraftTable]) -> list[str]:
    if len(tables) < 2:
        return []
    return [
        "",
        "Keys join within one policy only. Tables that are released together belong in one: draft",
        "the folder without `--each`.",
    ]


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ").replace("\r", " ")

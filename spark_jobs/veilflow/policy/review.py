"""What of a draft needs a person, riskiest first: everything else follows from its evidence.

A column that a policy lists is decided and isn't asked about again, unless what it holds now
contradicts the decision. Dates and amounts are told with a middling score by design; that alone
needs nobody.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from veilflow.classify import (
    NO_TYPES,
    STRONG,
    ColumnSample,
    ColumnVerdict,
    CustomTypes,
    contradiction,
)
from veilflow.classify.contradictions import is_other_kind
from veilflow.policy.draft import DraftTable, find_unit
from veilflow.policy.model import Policy

__all__ = ["ReviewItem", "review", "review_page"]

_SPECIAL = "GDPR 9(1)"
_ALSO = "could also be "
_OFTEN_HARMLESS = frozenset({"date", "amount"})
_CEILING = 0.75
"""The score of types that are often harmless, where nothing speaks against them."""
_OF_PEOPLE = frozenset({"person_name", "email_address", "phone_number", "street_address", "ssn",
                        "nhs_number", "national_id", "passport_number", "drivers_license",
                        "medical_record_number", "health_plan_number", "username",
                        "credit_card_number", "iban_code", "ip_address", "date_of_birth",
                        "age", "gender", "marital_status", "ethnic_group"})  # fmt: skip
"""Types that say that the rows of a table are about people."""


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
    tables: Mapping[str, DraftTable],
    types: CustomTypes = NO_TYPES,
    decided: Mapping[str, Policy] | None = None,
) -> tuple[ReviewItem, ...]:
    """The columns that need a person, riskiest first; within a risk the weakest evidence first.

    ``decided`` are the policies that people have filled in, by table.
    """
    policies = decided or {}
    units = {name: find_unit({name: table}, types) for name, table in tables.items()}
    found = [
        item
        for name, table in tables.items()
        for sample, verdict in zip(table.samples, table.verdicts, strict=True)
        if (item := _asked(name, sample, verdict, units[name], policies.get(name), types))
        is not None
    ]
    found += [
        item
        for name, unit in units.items()
        if unit is None
        and name not in policies
        and (item := _without_unit(name, tables[name], types)) is not None
    ]
    return tuple(sorted(found, key=lambda i: (-i.risk, i.score, i.table, i.column)))


def _asked(
    table: str,
    sample: ColumnSample,
    verdict: ColumnVerdict,
    unit: str | None,
    policy: Policy | None,
    types: CustomTypes,
) -> ReviewItem | None:
    listed = {} if policy is None else policy.tables[table].columns
    unit = unit if policy is None else policy.unit_column(table)
    if verdict.name == unit:
        return None
    if policy is None or verdict.name not in listed:
        return _item(table, sample, verdict, types)
    said = listed[verdict.name]
    own = policy.custom_types if policy.types else types
    against = contradiction(verdict, said.role, said.type, said.treatment, own)
    if against is None:
        return None
    why = f"decided already, and runs refuse it now: {against}"
    return ReviewItem(3, table, verdict.name, verdict.type, verdict.score, why)


def _without_unit(name: str, table: DraftTable, types: CustomTypes) -> ReviewItem | None:
    """Whether it matters that no column says whose row it is: not where nothing is counted."""
    roles = {verdict.role for verdict in table.verdicts if verdict.type != "none"}
    if not roles & {"quasi", "sensitive"}:
        return None
    told = [v for v in table.verdicts if v.score >= STRONG]
    if any(types.built_in(verdict.type) in _OF_PEOPLE for verdict in told):
        why = "rows are about people and no column says whose: name the privacy unit, or k counts"
        return ReviewItem(3, name, "", "", 0.0, f"{why} rows")
    why = "nothing says that rows are about people; where they are, name the privacy unit"
    return ReviewItem(1, name, "", "", 0.0, why)


def _is_other(also: str, verdict: ColumnVerdict, types: CustomTypes) -> bool:
    """Whether the runner-up is of another kind, so that the choice between them matters."""
    phrase = also.removeprefix(_ALSO)
    named = [entry.id for entry in types.taxonomy.values() if entry.phrase == phrase]
    return any(is_other_kind(one, verdict.type, types) for one in named)


def _item(
    table: str, sample: ColumnSample, verdict: ColumnVerdict, types: CustomTypes
) -> ReviewItem | None:
    known = types.taxonomy[verdict.type]
    other = next(
        (e for e in verdict.evidence if e.startswith(_ALSO) and _is_other(e, verdict, types)), None
    )
    is_harmless = verdict.type in _OFTEN_HARMLESS and verdict.score >= _CEILING

    def item(risk: int, why: str) -> ReviewItem:
        return ReviewItem(risk, table, verdict.name, verdict.type, verdict.score, why)

    kept = known.default_protection in ("keep", "round")
    if verdict.type == "none":
        if sample.nulls >= sample.rows:
            return item(1, "holds nothing yet; it is dropped until you know what it will hold")
        return item(1, "not recognised; it is dropped until you know what it is")
    if kept and _SPECIAL in known.legal:
        return item(4, f"{known.phrase} is a special category and would be released as it is")
    if verdict.type == "free_text" and verdict.score >= STRONG:
        return item(3, "text may name anybody; it is redacted, and waits for a labelled sample")
    if verdict.role == "free_text":
        return item(1, "may be text or bytes that name anybody; it is dropped")
    if verdict.score < STRONG and not is_harmless and verdict.role != "identifier":
        return item(3, f"taken for {known.phrase} on weak evidence ({verdict.evidence[0]})")
    if other is not None and verdict.role != "identifier":
        return item(3, f"taken for {known.phrase}, but {other}")
    if kept:
        return item(2, f"{known.phrase} would be released with little or no change")
    if verdict.score < STRONG and not is_harmless:
        return item(1, f"taken for {known.phrase} on weak evidence ({verdict.evidence[0]})")
    return None


def review_page(
    tables: Mapping[str, DraftTable],
    types: CustomTypes = NO_TYPES,
    decided: Mapping[str, Policy] | None = None,
) -> str:
    """The list as Markdown: what to decide, and how many columns need nobody.

    Columns of a table that ask the same are on one line.
    """
    items = review(tables, types, decided)
    columns = sum(len(table.verdicts) for table in tables.values())
    open_columns = sum(item.column != "" for item in items)
    lines = [
        "# What needs a person",
        "",
        f"{open_columns} of {columns} columns in {len(tables)} table(s); the others are decided",
        "already or follow from strong evidence, which stands beside each line of the policies.",
        "Riskiest first: 4 would be released raw if nobody looks, 1 is safe but perhaps lost.",
        "This page is written anew each time: decide in the policies.",
        *_about_joins(tables),
        "",
        "| risk | table | column | taken for | score | why |",
        "|--:|---|---|---|--:|---|",
    ]
    lines += [
        f"| {risk} | {_cell(table)} | {_cell(', '.join(i.column or '(whole table)' for i in same))}"
        f" | {type_ or '-'} | {min(i.score for i in same):.2f} | {_cell(why)} |"
        for (risk, table, type_, why), same in _alike(items).items()
    ]
    return "\n".join(lines) + "\n"


def _alike(
    items: tuple[ReviewItem, ...],
) -> dict[tuple[int, str, str, str], list[ReviewItem]]:
    found: dict[tuple[int, str, str, str], list[ReviewItem]] = {}
    for item in items:
        found.setdefault((item.risk, item.table, item.type, item.why), []).append(item)
    return found


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

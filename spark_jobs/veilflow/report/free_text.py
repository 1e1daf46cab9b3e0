"""What was replaced in texts: how many mentions of each group, and what that doesn't say."""

from __future__ import annotations

from veilflow.evidence import RedactedText
from veilflow.report.facts import Facts
from veilflow.report.formatting import count
from veilflow.report.layout import Column, code, data_table
from veilflow.report.markup import Child, Markup, join, tag

__all__ = ["redacted_texts"]

_GROUPS = {
    "people": "People", "contacts": "Contacts", "numbers": "Numbers", "dates": "Dates and ages",
    "places": "Places", "others": "Others",
}  # fmt: skip
_COLUMNS = (
    Column("Text"),
    Column("Replaced by"),
    *(Column(name, numeric=True) for name in _GROUPS.values()),
)
_LEAD = (
    "Mentions that were replaced in texts: what the tables know of each text's person and "
    "clinicians, and what a detector of entities found. A count says what was found, not what was "
    "there. The checks say whether an identifier that the tables know is left, and how much of "
    "what people marked in a sample the detector finds. A person can also be told by their story, "
    "which nothing here looks for."
)


def redacted_texts(facts: Facts) -> Markup | None:
    """A table with a row for each redacted column; None where no text was redacted."""
    if not facts.redacted_texts:
        return None
    rows = [_row(each) for each in facts.redacted_texts]
    return join(tag("h3", "Redacted texts"), tag("p", _LEAD), data_table(_COLUMNS, [(None, rows)]))


def _row(each: RedactedText) -> tuple[Child, ...]:
    counts = (count(each.mentions.get(group, 0)) for group in _GROUPS)
    return (code(f"{each.table}.{each.column}"), each.replacement, *counts)

"""What the tables know of each text, as columns beside it: of its person, and of who treats them.

The values come by the privacy unit from every table that has it, and from the text's own row: the
person's names, numbers and addresses, and the names in their encounters. They are raw values, so
they travel as data: they are in no literal, closure, setting or log.

Not known of a text: what is in tables without the privacy unit, and whoever is in no table.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from veilflow.mask.redact_text import TEXT, field_name
from veilflow.mask.text.terms import KNOWN_TYPES, TermKind, is_of_the_person, kind_of_column
from veilflow.policy import Policy
from veilflow.spark.reading import quoted

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame

__all__ = ["known_columns", "with_known_terms"]

_UNIT = "__known_unit"


def known_columns(policy: Policy, table: str) -> dict[str, tuple[TermKind, str, bool]]:
    """The columns of ``table`` that texts are searched for: kind, type, whether of the person.

    Identifiers, and quasi-identifiers by which somebody is named (birth dates, cities, postcodes).
    What the policy releases as it is may stay in texts too.
    """
    found = {}
    for name, column in policy.tables[table].columns.items():
        kind, type_ = kind_of_column(name, column.type)
        names_somebody = column.role == "quasi" and type_ in KNOWN_TYPES
        if column.treatment != "keep" and (column.role == "identifier" or names_somebody):
            found[name] = (kind, type_, is_of_the_person(name))
    return found


def with_known_terms(
    policy: Policy, table: str, frame: DataFrame, frames: Mapping[str, DataFrame]
) -> tuple[DataFrame, dict[str, Column]]:
    """``frame`` with what is known of its rows, and for each redacted text the struct to redact.

    ``frames`` are the raw tables. Unchanged, and no struct, where no text is redacted.
    """
    from pyspark.sql import functions as F

    texts = [
        name for name, column in policy.tables[table].released.items()
        if column.treatment == "redact_text"
    ]  # fmt: skip
    if not texts:
        return frame, {}
    known: list[Column] = []
    for name, told in known_columns(policy, table).items():
        said = quoted(name).cast("string")
        known.append(F.array(said).alias(field_name(*told, len(known))))
    unit = policy.unit_column(table)
    others = [name for name in policy.tables if name != table and policy.unit_column(name)]
    for number, other in enumerate(others if unit is not None else ()):
        columns = known_columns(policy, other)
        of_other = policy.unit_column(other)
        assert unit is not None and of_other is not None  # both have the unit
        if not columns:
            continue
        key = f"{_UNIT}{number}"
        lists = {name: f"__known{number}_{place}" for place, name in enumerate(columns)}
        collected = frames[other].groupBy(quoted(of_other).cast("string").alias(key)).agg(
            *[F.array_sort(F.collect_set(quoted(name).cast("string"))).alias(alias)
              for name, alias in lists.items()]
        )  # fmt: skip
        frame = frame.join(collected, quoted(unit).cast("string") == F.col(key), "left").drop(key)
        for name, told in columns.items():
            known.append(F.col(lists[name]).alias(field_name(*told, len(known))))
    return frame, {
        name: F.struct(quoted(name).cast("string").alias(TEXT), *known) for name in texts
    }

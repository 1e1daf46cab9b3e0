"""What the output's pseudonym columns are held against: each other, and how the source joins."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
from veilflow.policy import Policy

from veilflow_expectations.domain_plan import Linked, linked_columns, partners, shared_parameters
from veilflow_expectations.planned import Types
from veilflow_expectations.references import References
from veilflow_expectations.table_profile import Counted, Profile

__all__ = ["add_linked", "counted_output", "counted_source", "shared_bounds"]

# Values that are none when counted and have a pseudonym: an empty text, and NaN.
_UNCOUNTED = 2


def counted_source(policy: Policy, table: str) -> Iterator[Counted]:
    """What to count of a source table: the columns that must be joinable, as they are written."""
    columns = linked_columns(policy)
    joined = {one for first in columns for other in partners(first, columns)
              for one in (first, other)}  # fmt: skip
    return (Counted(one.column, "exact") for one in columns if one.table == table and one in joined)


def counted_output(policy: Policy, table: str) -> Iterator[Counted]:
    """What to count of an output table: every pseudonym column, where there are two."""
    columns = linked_columns(policy)
    return (
        Counted(one.column, "digests") for one in columns if one.table == table and len(columns) > 1
    )


def add_linked(
    references: References, policy: Policy, output: Mapping[str, Profile], types: Types
) -> None:
    """Register the values of every pseudonym column of the output."""
    for one in linked_columns(policy, types):
        counts = output[one.table].digests.get(one.column)
        if counts is not None:
            references.add_digests(one.reference, counts.digests)


def shared_bounds(
    policy: Policy,
    source: Mapping[str, Profile],
    output: Mapping[str, Profile],
    types: Types,
    table: str,
) -> dict[str, int]:
    """How many values each column of ``table`` must share with its partners: suite parameters.

    At most as many as in the source; at least as many less the values that suppression can have
    taken from either column.
    """
    columns = linked_columns(policy, types)
    given = {}
    for first in columns:
        if first.table != table:
            continue
        for other in partners(first, columns):
            mine, theirs = (source[one.table].exact[one.column].digests for one in (first, other))
            shared = int(np.intersect1d(mine, theirs).size)
            lost, uncounted = zip(*(_lost(one, source, output) for one in (first, other)),
                                  strict=True)  # fmt: skip
            least, most = shared_parameters(columns, first, other)
            given[least] = max(0, shared - sum(lost))
            given[most] = shared + min(uncounted)
    return given


def _lost(
    one: Linked, source: Mapping[str, Profile], output: Mapping[str, Profile]
) -> tuple[int, int]:
    """How many values of a column may have been suppressed, and how many weren't counted."""
    before, after = source[one.table], output[one.table].digests[one.column]
    counts = before.exact[one.column]
    all_counted = int(counts.rows.sum()) + before.nulls[one.column] == before.rows
    uncounted = 0 if all_counted else _UNCOUNTED
    return max(0, counts.digests.size + uncounted - after.digests.size), uncounted

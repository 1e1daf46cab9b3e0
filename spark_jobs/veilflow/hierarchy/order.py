"""Ordered values, grouped with their neighbours: the listed order, or that of numbers or texts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from veilflow.errors import PolicyError
from veilflow.hierarchy.csv_hierarchy import CsvHierarchy
from veilflow.hierarchy.numbers import as_number
from veilflow.hierarchy.protocol import ROOT, ROOT_NAME, OnUnknown

__all__ = ["Sizes", "Sort", "order_hierarchy"]

Sort = Literal["listed", "numeric", "text"]
Sizes = int | Sequence[int]


def order_hierarchy(
    values: Sequence[str],
    groups: Sequence[Sizes] = (),
    *,
    sort: Sort = "listed",
    on_unknown: OnUnknown = "refuse",
) -> CsvHierarchy:
    """The list of ``values`` with, above each, the group of neighbours that it falls into.

    Each of ``groups`` makes one level, fine to coarse: a number of values a group (the last may
    hold fewer), or the list of all groups' sizes. A group is called "[first, last]", one that
    holds a single value like the value. Each level's groups must lie inside the next one's.
    """
    problem = _problem(values, sort)
    if problem:
        raise PolicyError(f"hierarchy: {problem}", remedy="Name each value once, in order.")
    ordered = list(values)
    if sort == "numeric":
        ordered.sort(key=lambda value: as_number(value) or 0)
    elif sort == "text":
        ordered.sort()
    columns: list[list[str]] = [ordered]
    names = ["value"]
    for place, sizes in enumerate(groups):
        counts = _counts(sizes, len(ordered), place)
        columns.append(_labels(ordered, counts))
        names.append(f"{len(counts)} groups")
    columns.append([ROOT] * len(ordered))
    return CsvHierarchy(
        tuple(zip(*columns, strict=True)),
        (*names, ROOT_NAME),
        on_unknown,
        remedy="Add them to the order in the policy.",
    )


def _problem(values: Sequence[str], sort: Sort) -> str:
    if not values:
        return "an order needs values"
    if len(set(values)) < len(values):
        return "an order names the same value twice"
    if sort == "numeric" and any(as_number(value) is None for value in values):
        return "an order sorted by number has a value that is no number"
    return ""


def _counts(sizes: Sizes, total: int, place: int) -> list[int]:
    if isinstance(sizes, int):
        counts = [sizes] * (total // sizes) if sizes > 0 else []
        counts += [total - sum(counts)] if sizes > 0 and total % sizes else []
    else:
        counts = list(sizes)
    if not counts or min(counts) < 1 or sum(counts) != total:
        raise PolicyError(
            f"hierarchy: level {place + 1} of the order has groups of {sum(counts)} values in "
            f"all, and {total} are listed",
            remedy="Give one size for all groups, as in `groups: [2, 4]`, or all sizes of a level.",
        )
    return counts


def _labels(ordered: Sequence[str], counts: Sequence[int]) -> list[str]:
    labels: list[str] = []
    for count in counts:
        first, last = ordered[len(labels)], ordered[len(labels) + count - 1]
        labels += [first if count == 1 else f"[{first}, {last}]"] * count
    return labels

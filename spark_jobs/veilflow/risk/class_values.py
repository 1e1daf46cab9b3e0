"""Who holds which sensitive value in which equivalence class: what l-diversity and t-closeness
are counted from."""

from __future__ import annotations

import operator
from dataclasses import InitVar, dataclass, field

import numpy as np
import numpy.typing as npt

from veilflow.errors import UsageError

__all__ = ["SensitiveCounts"]

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

# Below this a sum of counts is exact as a float too.
_MOST = 2**53


@dataclass(frozen=True, eq=False, repr=False)
class SensitiveCounts:
    """One line for each pair of class and sensitive value: how many privacy units hold it there.

    The three arrays are what one group-by over class and value yields, in any order. ``classes``
    and ``values`` are ids, any whole numbers; only the ordered distance reads more from a value's
    id than whether it is the same one. Null is a value like any other and has an id like any
    other. ``counts`` are distinct people where a privacy unit is named, and rows where each row is
    its own; somebody with two values in a class counts for both, somebody in two classes in both.
    A count of 0 (no row of the pair has a unit) gives the class no value. A class without any
    person hides nobody: it misses every bound and weighs as one person in a share.

    ``people`` are the distinct people of each class, in ascending order of class id. Without it
    they are the sum of the counts, which is right where nobody holds two values in a class.

    Suppressed rows are in no class and so in no line. Several sensitive columns need a table each:
    that each is diverse doesn't make their combinations so.

    ``whole`` is what a class's values are compared with: the ids of all values, and how many people
    hold each, in the whole table, suppressed rows included, as ARX compares. Without it the classes
    given are the whole.

    Once made, ``classes`` and ``values`` are renumbered from 0 in the order of the ids given, and
    the lines sorted by both, without those that count nobody. ``value_ids`` are the ids as given of
    the values that somebody in the whole table holds, ``class_totals`` the counts of each class
    added up, ``whole_counts`` the people of each value in the whole table.
    """

    classes: Ints
    values: Ints
    counts: Ints
    people: InitVar[Ints | None] = None
    whole: InitVar[tuple[Ints, Ints] | None] = None
    value_ids: Ints = field(init=False)
    class_people: Ints = field(init=False)
    class_totals: Ints = field(init=False)
    whole_counts: Ints = field(init=False)

    def __post_init__(self, people: Ints | None, whole: tuple[Ints, Ints] | None) -> None:
        classes, values, counts = _lines(self.classes, self.values, self.counts)
        class_ids, classes = _renumbered(classes)
        held = counts > 0
        classes, values, counts = classes[held], values[held], counts[held]
        value_ids, values = _renumbered(values)
        whole_counts = np.bincount(values, counts, value_ids.size).astype(np.int64)
        if whole is not None:
            value_ids, values, whole_counts = _within(value_ids, values, whole)
        classes, values, counts = _sorted(classes, values, counts, value_ids.size)
        totals = np.bincount(classes, counts, class_ids.size).astype(np.int64)
        largest = np.zeros(class_ids.size, dtype=np.int64)
        np.maximum.at(largest, classes, counts)
        told = totals if people is None else whole_numbers(people, "people")
        if told.shape != totals.shape or np.any((told < largest) | (told > totals)):
            raise UsageError(
                "people needs one number a class, between its largest count and the sum of them",
                remedy="Count the distinct units of each class, in ascending order of class id.",
            )
        for name, array in (
            ("classes", classes),
            ("values", values),
            ("counts", counts),
            ("value_ids", value_ids),
            ("class_people", told),
            ("class_totals", totals),
            ("whole_counts", whole_counts),
        ):
            array.flags.writeable = False
            object.__setattr__(self, name, array)

    @property
    def class_count(self) -> int:
        return int(self.class_totals.size)

    @property
    def value_count(self) -> int:
        """The distinct values that anybody in the whole table holds."""
        return int(self.value_ids.size)

    @property
    def total(self) -> int:
        """The counts added up."""
        return int(self.class_totals.sum())

    @property
    def whole_total(self) -> int:
        """The counts of the whole table added up."""
        return int(self.whole_counts.sum())

    def per_class(self, weights: npt.NDArray[np.generic]) -> Floats:
        """``weights``, one a line, added up by class."""
        return np.bincount(self.classes, weights, self.class_count).astype(np.float64)

    def class_ratio(self) -> Floats:
        """Of each line, how many times as common its value is in the class as in the whole table.

        One division: while people of the class times people of the table stay below 2**53, what
        is exactly a short binary fraction comes out as it.
        """
        inside = self.counts * float(self.whole_total)
        outside = self.class_totals[self.classes] * self.whole_counts[self.values].astype(
            np.float64
        )
        return np.asarray(inside / outside)

    def people_share(self, chosen: npt.NDArray[np.bool_]) -> float:
        """The share of people in the classes that are ``chosen``; 0 for a table without classes.

        Somebody in several classes counts once in each.
        """
        weights = np.maximum(self.class_people, 1)
        return float(weights[chosen].sum() / weights.sum()) if self.class_count else 0.0

    def __repr__(self) -> str:
        return f"SensitiveCounts(classes={self.class_count}, values={self.value_count})"


def whole_numbers(given: npt.ArrayLike, name: str) -> Ints:
    """``given`` as an array of 64-bit integers in one dimension; a UsageError if it isn't that."""
    array = np.asarray(given)
    if array.ndim != 1:
        raise UsageError(f"{name} must be one-dimensional")
    if not array.size:
        return np.zeros(0, dtype=np.int64)
    if array.dtype.kind not in "iu" or int(array.max()) > np.iinfo(np.int64).max:
        raise UsageError(f"{name} must be whole numbers that fit in 64 bits")
    return array.astype(np.int64)


def whole_from(least: int, given: int, name: str) -> int:
    """``given`` as an integer from ``least`` up; a UsageError if it isn't one."""
    try:
        number = operator.index(given)
    except TypeError as error:
        raise UsageError(f"{name} must be a whole number") from error
    if number < least:
        raise UsageError(f"{name} must be a whole number from {least}")
    return number


def _lines(classes: Ints, values: Ints, counts: Ints) -> tuple[Ints, Ints, Ints]:
    checked = (
        whole_numbers(classes, "classes"),
        whole_numbers(values, "values"),
        whole_numbers(counts, "counts"),
    )
    if len({array.size for array in checked}) != 1:
        raise UsageError("classes, values and counts must have the same length")
    if np.any(checked[2] < 0) or checked[2].sum(dtype=np.float64) >= _MOST:
        raise UsageError("counts can't be negative, nor add up to 2**53 or more")
    return checked


def _within(value_ids: Ints, values: Ints, whole: tuple[Ints, Ints]) -> tuple[Ints, Ints, Ints]:
    """The ids, lines and counts by the values of the whole table."""
    ids, counts = (whole_numbers(one, "the whole table's values") for one in whole)
    if ids.shape != counts.shape or np.unique(ids).size != ids.size or np.any(counts < 0):
        raise UsageError("the whole table needs one count from 0 for each of its values")
    if counts.sum(dtype=np.float64) >= _MOST:
        raise UsageError("counts can't add up to 2**53 or more")
    ids, counts = ids[counts > 0], counts[counts > 0]
    order = np.argsort(ids)
    ids, counts = ids[order], counts[order]
    place = np.minimum(np.searchsorted(ids, value_ids), max(ids.size - 1, 0))
    if value_ids.size and (not ids.size or np.any(ids[place] != value_ids)):
        raise UsageError(
            "a class has a value that nobody in the whole table holds",
            remedy="Count the whole table before any row was left out, by the same ids.",
        )
    return ids, place[values], counts


def _renumbered(ids: Ints) -> tuple[Ints, Ints]:
    """The distinct ids in rising order, and the position of each id among them."""
    if ids.size and ids.min() >= 0 and ids.max() < 4 * ids.size:
        # Ids that count up from about 0, as they mostly do, need no sorting.
        occurs = np.bincount(ids) > 0
        return np.flatnonzero(occurs), (np.cumsum(occurs) - 1)[ids]
    distinct, positions = np.unique(ids, return_inverse=True)
    return distinct, positions


def _sorted(classes: Ints, values: Ints, counts: Ints, width: int) -> tuple[Ints, Ints, Ints]:
    pairs = classes * width + values
    order = np.argsort(pairs, kind="stable")
    pairs = pairs[order]
    if np.any(pairs[1:] == pairs[:-1]):
        # Adding both up could count somebody twice, which flatters the class.
        raise UsageError(
            "a class has two lines for one value", remedy="Group by class and value first."
        )
    return classes[order], values[order], counts[order]

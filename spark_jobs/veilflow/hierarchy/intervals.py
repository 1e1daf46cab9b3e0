"""Numbers that become intervals, each level's inside the next one's."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

import numpy as np
import numpy.typing as npt

from veilflow.errors import PolicyError
from veilflow.hierarchy.number_hierarchy import NumberHierarchy
from veilflow.hierarchy.numbers import EXACT, as_number, exact, number_text
from veilflow.hierarchy.protocol import ROOT, OnUnknown
from veilflow.hierarchy.sure_groups import Float, Grouping, near

__all__ = ["IntervalHierarchy"]


@dataclass(frozen=True)
class IntervalHierarchy(NumberHierarchy):
    """Labels such as "[20, 30)": from 20, below 30. Computed in decimal, so 0.3 is in [0.3, 0.4).

    ``widths`` rise, each a multiple of the one before; a first width of 0 keeps the number itself
    (39.0 and 39 alike). Intervals start at ``origin`` plus multiples of the width. Values below
    ``lower`` are "< lower" and values from ``upper`` on ">= upper" at every level (bottom and top
    coding), and intervals are cut there. NaN, infinities, digit grouping and magnitudes of 1e30
    and more are not numbers here.
    """

    widths: tuple[float, ...]
    origin: float = 0
    lower: float | None = None
    upper: float | None = None
    root: str | None = ROOT
    on_unknown: OnUnknown = "refuse"

    def __post_init__(self) -> None:
        object.__setattr__(self, "widths", tuple(self.widths))
        given = [*self.widths, self.origin, self.lower, self.upper]
        if any(number is not None and as_number(repr(number)) is None for number in given):
            raise PolicyError(
                "hierarchy: widths, origin, lower and upper must be finite numbers",
                remedy="Correct the number.",
            )
        widths = self._exact_widths
        positive = widths[1:] if widths and widths[0] == 0 else widths
        rising = all(a < b and EXACT.remainder(b, a) == 0 for a, b in zip(
            positive, positive[1:], strict=False))  # fmt: skip
        if not widths or any(w <= 0 for w in positive) or not rising:
            raise PolicyError(
                "hierarchy: interval widths must rise, each a multiple of the one before",
                remedy="Write them as in `intervals: [5, 10, 20]`.",
            )
        low, high = self._bounds
        if low is not None and high is not None and low >= high:
            raise PolicyError("hierarchy: lower must be below upper", remedy="Swap them.")
        self._check_root()

    @cached_property
    def _exact_widths(self) -> tuple[Decimal, ...]:
        return tuple(exact(width) for width in self.widths)

    @cached_property
    def _exact_origin(self) -> Decimal:
        return exact(self.origin)

    @cached_property
    def _bounds(self) -> tuple[Decimal | None, Decimal | None]:
        low, high = (None if b is None else exact(b) for b in (self.lower, self.upper))
        return low, high

    @property
    def _named(self) -> tuple[tuple[str, str], ...]:
        coded = [f"below {number_text(b)} as one" for b in self._bounds[:1] if b is not None]
        coded += [f"from {number_text(b)} as one" for b in self._bounds[1:] if b is not None]
        extra = f" ({', '.join(coded)})" if coded else ""
        return tuple(
            (f"width {number_text(w)}", f"intervals of width {number_text(w)}{extra}")
            if w else ("value", f"the number itself{extra}")
            for w in self._exact_widths
        )  # fmt: skip

    def _grouping(self, level: int) -> Grouping | None:
        width = self.widths[level]
        if not width:
            return None

        def grouping(numbers: Float) -> tuple[Float, npt.NDArray[np.bool_]]:
            steps = (numbers - self.origin) / width
            group = np.floor(steps)
            sure = ~near(steps, np.rint(steps))
            for bound, code, is_beyond in (
                (self.lower, -np.inf, np.less),
                (self.upper, np.inf, np.greater_equal),
            ):
                if bound is not None:
                    group = np.where(is_beyond(numbers, bound), code, group)
                    sure &= ~near(numbers, bound)
            return group, sure

        return grouping

    def _label(self, place: Decimal, level: int) -> str:
        low, high = self._bounds
        if low is not None and place < low:
            return f"< {number_text(low)}"
        if high is not None and place >= high:
            return f">= {number_text(high)}"
        width = self._exact_widths[level]
        if not width:
            return number_text(place)
        offset = EXACT.remainder(EXACT.subtract(place, self._exact_origin), width)
        start = EXACT.subtract(place, offset if offset >= 0 else EXACT.add(offset, width))
        end = EXACT.add(start, width)
        start = start if low is None else max(start, low)
        end = end if high is None else min(end, high)
        return f"[{number_text(start)}, {number_text(end)})"

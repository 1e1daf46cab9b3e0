"""Numbers that become intervals, each level's inside the next one's."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Context, Decimal, InvalidOperation
from functools import cached_property
from typing import ClassVar

from veilflow.errors import PolicyError
from veilflow.hierarchy.built import BuiltHierarchy
from veilflow.hierarchy.protocol import ROOT, OnUnknown

__all__ = ["IntervalHierarchy"]

# Far beyond any measured quantity, and it keeps "1e999999999" from filling the memory.
_MAX_EXPONENT = 30
_EXACT = Context(prec=100)


@dataclass(frozen=True)
class IntervalHierarchy(BuiltHierarchy[Decimal]):
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

    _unplaced: ClassVar[str] = "are no numbers that its hierarchy can read"
    _remedy: ClassVar[str] = "Clean them, or choose another hierarchy for the column."

    def __post_init__(self) -> None:
        object.__setattr__(self, "widths", tuple(self.widths))
        given = [*self.widths, self.origin, self.lower, self.upper]
        if any(number is not None and _decimal(repr(number)) is None for number in given):
            raise PolicyError(
                "hierarchy: widths, origin, lower and upper must be finite numbers",
                remedy="Correct the number.",
            )
        widths = self._exact_widths
        positive = widths[1:] if widths and widths[0] == 0 else widths
        rising = all(a < b and _EXACT.remainder(b, a) == 0 for a, b in zip(
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
        return tuple(_exact(width) for width in self.widths)

    @cached_property
    def _exact_origin(self) -> Decimal:
        return _exact(self.origin)

    @cached_property
    def _bounds(self) -> tuple[Decimal | None, Decimal | None]:
        low, high = (None if b is None else _exact(b) for b in (self.lower, self.upper))
        return low, high

    @property
    def _named(self) -> tuple[tuple[str, str], ...]:
        coded = [f"below {_text(b)} as one" for b in self._bounds[:1] if b is not None]
        coded += [f"from {_text(b)} as one" for b in self._bounds[1:] if b is not None]
        extra = f" ({', '.join(coded)})" if coded else ""
        return tuple(
            (f"width {_text(w)}", f"intervals of width {_text(w)}{extra}")
            if w else ("value", f"the number itself{extra}")
            for w in self._exact_widths
        )  # fmt: skip

    def _place(self, value: str) -> Decimal | None:
        return _decimal(value)

    def _place_label(self, label: str) -> Decimal:
        if label.startswith("< "):
            # Any number below the bound: they all share their labels.
            return Decimal(label[2:]) - 1
        return Decimal(label.removeprefix(">= ").lstrip("[").split(",")[0])

    def _label(self, place: Decimal, level: int) -> str:
        low, high = self._bounds
        if low is not None and place < low:
            return f"< {_text(low)}"
        if high is not None and place >= high:
            return f">= {_text(high)}"
        width = self._exact_widths[level]
        if not width:
            return _text(place)
        offset = _EXACT.remainder(_EXACT.subtract(place, self._exact_origin), width)
        start = _EXACT.subtract(place, offset if offset >= 0 else _EXACT.add(offset, width))
        end = _EXACT.add(start, width)
        start = start if low is None else max(start, low)
        end = end if high is None else min(end, high)
        return f"[{_text(start)}, {_text(end)})"


def _decimal(text: str) -> Decimal | None:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    if not number.is_finite() or "_" in text:
        return None
    if number and not -_MAX_EXPONENT <= number.adjusted() < _MAX_EXPONENT:
        return None if number.adjusted() > 0 else Decimal(0)
    return number


def _exact(number: float) -> Decimal:
    """The decimal number that was written: 0.1, not the binary fraction nearest to it."""
    return _decimal(repr(number)) or Decimal(0)


def _text(number: Decimal) -> str:
    return f"{_EXACT.normalize(number):f}" if number else "0"

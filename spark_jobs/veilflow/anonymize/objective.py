"""What the search makes least, and how it is bounded without looking at classes.

An objective gives each node a *cost*, and two lower bounds of it. ``bound`` depends on the levels
alone and only grows with them, so nodes can be enumerated in its order. ``least`` also uses what
visited nodes say of others (:class:`Floor`). Costs only compare; ``score`` is the figure that
people know.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

__all__ = ["Cost", "Floor", "Objective", "Outcome"]

Levels = Sequence[int]
Cost = int | float


@dataclass(frozen=True)
class Outcome:
    """What suppressing the failing classes of one view at one node does.

    ``classes`` and ``squares`` (the sum of their rows squared) are of the classes that remain.
    ``leaves`` says, for each of the view's own columns, how many leaves more its suppressed cells
    count for than the generalised ones would; ``entropy`` how many bits its suppressed cells lose
    by becoming alike, at the labels of this node.
    """

    suppressed: int
    classes: int
    leaves: tuple[int, ...]
    squares: int = 0
    entropy: tuple[float, ...] = ()


@dataclass(frozen=True)
class Floor:
    """What visited nodes show of one view at another node, whatever is suppressed there.

    At least ``suppressed`` rows go and at least ``leaves`` are added; before suppression the
    classes' squares add up to at least ``squares``, and there are at most ``classes``.
    """

    suppressed: int
    leaves: tuple[int, ...]
    squares: int
    classes: int


class Objective(Protocol):
    def bound(self, levels: Levels) -> Cost:
        """A lower bound of the cost of this node and of all more general ones."""

    def least(self, levels: Levels, floors: Sequence[Floor]) -> Cost:
        """A lower bound of the cost of this node, one floor a view."""

    def cost(self, levels: Levels, outcomes: Sequence[Outcome]) -> Cost:
        """The cost of this node, one outcome a view."""

    def score(self, cost: Cost) -> float:
        """The figure that a cost stands for; less is better."""

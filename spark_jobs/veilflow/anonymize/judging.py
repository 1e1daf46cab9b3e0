"""Which classes of a view may be released under k and all models that a problem asks for."""

from __future__ import annotations

import sys
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from veilflow.anonymize.equivalence import Classes
from veilflow.anonymize.models import DeltaPresence, Held, KAnonymity, Model
from veilflow.anonymize.problem import Problem, View

__all__ = ["ClassJudge", "Verdict"]

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False, repr=False)
class Verdict:
    """Per class whether it may be released, and whether it holds the monotone models.

    A class that fails a monotone model fails it at every less general node too, in all its parts.
    """

    released: Bools
    monotone: Bools


class ClassJudge:
    """Holds classes of one view to k, to the models, and to the bound of the average risk."""

    def __init__(self, problem: Problem, view: View) -> None:
        self._view = view
        self._risk = problem.max_average_risk
        asked = [model for model in problem.models if self._asks(model)]
        models: list[Model] = [KAnonymity(problem.k), *asked]
        # Cheap ones first: what fails them isn't measured by the others.
        models.sort(key=lambda model: (model.column is not None, not model.is_monotone))
        self._models = models
        self._totals = [column.totals for column in view.sensitive]
        # The largest class that a model may want; a class of more people is large enough.
        self.least = max(1, *(model.least for model in models))

    @property
    def counted_to(self) -> int:
        """Up to how many units a class has to be counted exactly; larger ones may be rough.

        Delta-presence and the average risk ask about the people of every class, however large.
        """
        shares = any(isinstance(model, DeltaPresence) for model in self._models)
        return sys.maxsize if shares or self._risk is not None else self.least

    @property
    def is_monotone(self) -> bool:
        """Whether all that is asked is monotone: then a node's failing tells of those below."""
        return self._risk is None and all(model.is_monotone for model in self._models)

    def judge(self, classes: Classes) -> Verdict:
        """Which classes may be released. Classes without rows never are: nothing is in them."""
        holds = (classes.rows > 0) & (classes.units >= self.least)
        monotone = holds.copy()
        for model in self._models:
            held = self._held(model, classes, holds)
            meets = model.holds(classes, held)
            holds &= meets
            if model.is_monotone:
                monotone &= meets
        if self._risk is not None:
            holds = self._below_risk(classes, holds)
        return Verdict(holds, monotone)

    def _asks(self, model: Model) -> bool:
        return model.column is None or self._view.sensitive_column(model.column) is not None

    def _held(self, model: Model, classes: Classes, wanted: Bools) -> Held | None:
        """The values of the model's column in the classes that are still ``wanted``."""
        if model.column is None:
            return None
        place = self._view.sensitive_column(model.column)
        assert place is not None
        lines = classes.lines[place].of(wanted)
        column = self._view.sensitive[place]
        return Held(column, lines, classes.rows.size, self._totals[place])

    def _below_risk(self, classes: Classes, holds: Bools) -> Bools:
        """``holds`` without the smallest classes, as few as bring classes / units down to the risk.

        Taking the smallest class away lowers the average most for the fewest rows. Classes of one
        size go in the order of their labels.
        """
        assert self._risk is not None
        chosen = np.flatnonzero(holds)
        ties = np.stack([code[chosen] for code in reversed(classes.codes)]).astype(np.int64)
        order = np.lexsort([*ties, classes.units[chosen]])
        units = classes.units[chosen][order]
        left = units.size - np.arange(units.size + 1)
        people = units.sum() - np.concatenate([[0], np.cumsum(units)])
        first = int(np.argmax(left <= self._risk * people))
        kept = holds.copy()
        kept[chosen[order[:first]]] = False
        return kept

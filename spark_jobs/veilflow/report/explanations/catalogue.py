"""Find an explanation by the name of a check or of a figure, as the evidence writes it."""

from __future__ import annotations

import re

from veilflow.report.explanations.attack import ATTACK
from veilflow.report.explanations.figures import FIGURES
from veilflow.report.explanations.leak import LEAK
from veilflow.report.explanations.model import Explanation
from veilflow.report.explanations.privacy import PRIVACY
from veilflow.report.explanations.structure import STRUCTURE
from veilflow.report.explanations.text import TEXT
from veilflow.report.explanations.utility import UTILITY

__all__ = ["OWN", "explanation_of", "figure_explanation"]

# For whatever a policy or a user adds: nobody here knows what it asks.
OWN = Explanation(
    "expectations of your own",
    "What the policy asked for with an expectation that isn't one of the built-in checks. Its "
    "sentence in the table of checks says what it looks for.",
    "Not stated by the check, unless its sentence says so.",
    "Compare what was found with the bound, where the check gives both.",
    "Whatever its author didn't ask. Great Expectations' own checks are about the quality of data "
    "and assume no attacker.",
    "To be judged by whoever added it; it counts here for none of the three risks.",
)


def _key(name: str) -> str:
    """The name without what different writers write differently: k_anonymity is k-anonymity."""
    return re.sub(r"[\s_-]+", " ", name).strip().casefold()


_CHECKS = {
    _key(each.name): each
    for part in (STRUCTURE, LEAK, PRIVACY, ATTACK, TEXT, UTILITY)
    for each in part
}
_FIGURES = {_key(each.name): each for each in FIGURES}
# Checks whose names go on with a name of the policy.
_PREFIXES = {
    "people of ": "people of a root table",
    "joinability with ": "joinability inside a domain",
    "detector recall,": "detector recall",
}


def explanation_of(name: str) -> Explanation:
    """The explanation of a check; of one that isn't ours, that it isn't ours."""
    key = _key(name)
    for prefix, known in _PREFIXES.items():
        if key.startswith(prefix):
            return _CHECKS[_key(known)]
    return _CHECKS.get(key, OWN)


def figure_explanation(name: str) -> Explanation:
    """The explanation of a key figure or of a plot's measure. Raises KeyError if there is none."""
    return _FIGURES[_key(name)]

"""Anonymisation without an engine: the best generalisation of counted combinations."""

from veilflow.anonymize.choosing import Chosen, choose
from veilflow.anonymize.models import (
    BetaLikeness,
    DeltaDisclosure,
    DeltaPresence,
    Diversity,
    KMap,
    TCloseness,
)
from veilflow.anonymize.problem import Problem, UnitCounts, View
from veilflow.anonymize.recoding import Recoding
from veilflow.anonymize.search import solve
from veilflow.anonymize.sensitive import Lines, SensitiveColumn
from veilflow.anonymize.solution import Solution, recoding_of, suppressed_classes

__all__ = [
    "BetaLikeness",
    "Chosen",
    "DeltaDisclosure",
    "DeltaPresence",
    "Diversity",
    "KMap",
    "Lines",
    "Problem",
    "Recoding",
    "SensitiveColumn",
    "Solution",
    "TCloseness",
    "UnitCounts",
    "View",
    "choose",
    "recoding_of",
    "solve",
    "suppressed_classes",
]

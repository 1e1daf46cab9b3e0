"""Anonymisation without an engine: the best generalisation of counted combinations."""

from veilflow.anonymize.problem import Problem, UnitCounts, View
from veilflow.anonymize.recoding import Recoding
from veilflow.anonymize.search import solve
from veilflow.anonymize.solution import Solution, suppressed_classes

__all__ = ["Problem", "Recoding", "Solution", "UnitCounts", "View", "solve", "suppressed_classes"]

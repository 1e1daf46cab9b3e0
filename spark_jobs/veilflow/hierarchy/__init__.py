"""Generalisation hierarchies: how a value becomes less exact, level by level.

Neutral ground: the anonymiser searches over them, the masks apply them and the judge counts their
leaves. A hierarchy holds only what a policy says, never data, and can be pickled to workers.
"""

from veilflow.hierarchy.bounds import BoundsHierarchy
from veilflow.hierarchy.characters import CharacterHierarchy
from veilflow.hierarchy.csv_hierarchy import CsvHierarchy
from veilflow.hierarchy.dates import DateHierarchy
from veilflow.hierarchy.icd10 import Icd10Hierarchy
from veilflow.hierarchy.intervals import IntervalHierarchy
from veilflow.hierarchy.mismatch import HierarchyMismatch
from veilflow.hierarchy.order import order_hierarchy
from veilflow.hierarchy.postcodes import PostcodeHierarchy
from veilflow.hierarchy.prefix import PrefixHierarchy
from veilflow.hierarchy.protocol import ROOT, Hierarchy, OnUnknown
from veilflow.hierarchy.redact import RedactHierarchy
from veilflow.hierarchy.table import HierarchyTable, materialize

__all__ = [
    "ROOT",
    "BoundsHierarchy",
    "CharacterHierarchy",
    "CsvHierarchy",
    "DateHierarchy",
    "Hierarchy",
    "HierarchyMismatch",
    "HierarchyTable",
    "Icd10Hierarchy",
    "IntervalHierarchy",
    "OnUnknown",
    "PostcodeHierarchy",
    "PrefixHierarchy",
    "RedactHierarchy",
    "materialize",
    "order_hierarchy",
]

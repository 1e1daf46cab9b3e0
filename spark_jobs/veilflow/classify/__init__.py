"""Finds the personal data in a table: a type, a role and value-free evidence for each column."""

from veilflow.classify.classification import classify_column, classify_table
from veilflow.classify.column import ColumnSample, ColumnVerdict
from veilflow.classify.contradictions import STRONG, contradiction
from veilflow.classify.custom_types import NO_TYPES, CustomType, CustomTypes
from veilflow.classify.local_files import read_sample
from veilflow.classify.sampling import miss_probability, sample_size
from veilflow.classify.taxonomy import TAXONOMY, DataType, Role

__all__ = [
    "NO_TYPES",
    "STRONG",
    "TAXONOMY",
    "ColumnSample",
    "ColumnVerdict",
    "CustomType",
    "CustomTypes",
    "DataType",
    "Role",
    "classify_column",
    "classify_table",
    "contradiction",
    "miss_probability",
    "read_sample",
    "sample_size",
]

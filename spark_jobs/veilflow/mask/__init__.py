"""Masking: transforms of single columns, on Arrow data, without an engine."""

from veilflow.mask import keyless, pseudonym
from veilflow.mask.registry import (
    ALLOW_LIST,
    KeyedTransform,
    Transform,
    TransformError,
    ValueTransform,
    create_transform,
    is_allowed,
    load_custom,
    registered,
    transform,
)

__all__ = [
    "ALLOW_LIST",
    "KeyedTransform",
    "Transform",
    "TransformError",
    "ValueTransform",
    "create_transform",
    "is_allowed",
    "keyless",
    "load_custom",
    "pseudonym",
    "registered",
    "transform",
]

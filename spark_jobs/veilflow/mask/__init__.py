"""Masking: transforms of single columns, on Arrow data, without an engine."""

from veilflow.mask import keyless, pseudonym
from veilflow.mask.guarantees import Guarantees
from veilflow.mask.outcome import OnInvalid, Outcome, Reason, settle
from veilflow.mask.registry import (
    ALLOW_LIST,
    CheckedTransform,
    KeyedTransform,
    Transform,
    TransformError,
    ValueTransform,
    create_transform,
    is_allowed,
    is_keyed,
    load_custom,
    registered,
    transform,
)

__all__ = [
    "ALLOW_LIST",
    "CheckedTransform",
    "Guarantees",
    "KeyedTransform",
    "OnInvalid",
    "Outcome",
    "Reason",
    "Transform",
    "TransformError",
    "ValueTransform",
    "create_transform",
    "is_allowed",
    "is_keyed",
    "keyless",
    "load_custom",
    "pseudonym",
    "registered",
    "settle",
    "transform",
]

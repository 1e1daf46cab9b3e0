"""Masking: transforms of single columns, on Arrow data, without an engine."""

from veilflow.mask import fake, fpe, keyless, pseudonym, redact_text, token, vault_token
from veilflow.mask.domain_key import DomainKey
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
    "DomainKey",
    "Guarantees",
    "KeyedTransform",
    "OnInvalid",
    "Outcome",
    "Reason",
    "Transform",
    "TransformError",
    "ValueTransform",
    "create_transform",
    "fake",
    "fpe",
    "is_allowed",
    "is_keyed",
    "keyless",
    "load_custom",
    "pseudonym",
    "redact_text",
    "registered",
    "settle",
    "token",
    "transform",
    "vault_token",
]

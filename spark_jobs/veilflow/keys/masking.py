"""Masking roots: the secrets behind pseudonyms and keyed digests, apart from every release.

A root is wrapped under ``<dataset>/masking`` alone. No reader of a release needs that key, and
destroying a release leaves it alone; destroying it ends the linkage of all pseudonyms made with it,
and nothing that was tokenised or encrypted with it can be revealed any more.

Rotation adds a root, a *version*, and keeps the older ones: they still reveal what they made.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, get_args

from veilflow.errors import IntegrityError, UsageError
from veilflow.keys.context import length_prefixed
from veilflow.keys.hkdf import hkdf_sha256
from veilflow.keys.key_ids import masking_key_id
from veilflow.keys.provider import KeyProvider

__all__ = [
    "MaskingPurpose",
    "MaskingRootRecord",
    "create_masking_root",
    "derive",
    "open_masking_root",
    "rewrap_masking_root",
]

MaskingPurpose = Literal["masking", "digest"]

# The first format knows no versions. Its records are the first version and stay as they are.
_FIRST_FORMAT = "veilflow-masking-root/1"
_FORMAT = "veilflow-masking-root/2"
_ROOT_BYTES = 32
_SALT = b"veilflow-masking-root-1"


@dataclass(frozen=True)
class MaskingRootRecord:
    """A wrapped root, to be stored. Worthless without the dataset's masking key.

    Losing the record, or the key, means that new pseudonyms no longer match old ones.
    """

    dataset: str
    purpose: MaskingPurpose
    provider: str
    key_id: str
    wrapped: bytes
    version: int = 1

    def context(self) -> dict[str, str]:
        """What the root is bound to."""
        bound = {"dataset": self.dataset, "purpose": self.purpose}
        return bound if self.version == 1 else {**bound, "version": str(self.version)}

    def to_json(self) -> str:
        """One JSON document with its format version; equal records give equal text."""
        document: dict[str, str | int] = {
            "format": _FIRST_FORMAT,
            "dataset": self.dataset,
            "purpose": self.purpose,
            "provider": self.provider,
            "key_id": self.key_id,
            "wrapped": base64.b64encode(self.wrapped).decode("ascii"),
        }
        if self.version > 1:
            document |= {"format": _FORMAT, "version": self.version}
        return json.dumps(document, indent=2, sort_keys=True) + "\n"

    @classmethod
    def from_json(cls, text: str | bytes) -> MaskingRootRecord:
        """The inverse of :meth:`to_json`; :class:`IntegrityError` for anything else."""
        parsed: MaskingRootRecord | None = None
        try:
            parsed = cls._parse(json.loads(text))
        except (KeyError, TypeError, ValueError, binascii.Error, RecursionError):
            pass
        if parsed is None:
            raise IntegrityError(
                "The masking root's record is damaged, or its format is neither "
                f"{_FIRST_FORMAT!r} nor {_FORMAT!r}.",
                remedy="Restore it: a new root gives every person another pseudonym.",
            )
        return parsed

    @classmethod
    def _parse(cls, document: Mapping[str, Any]) -> MaskingRootRecord:
        names = ("dataset", "purpose", "provider", "key_id")
        is_first = document["format"] == _FIRST_FORMAT
        version = 1 if is_first else document["version"]
        expected = {"format", "wrapped", *names, *(() if is_first else ("version",))}
        if set(document) != expected or not (is_first or document["format"] == _FORMAT):
            raise ValueError
        if type(version) is not int or version < (1 if is_first else 2):
            raise ValueError
        texts = {name: document[name] for name in names}
        if not all(isinstance(text, str) for text in texts.values()):
            raise TypeError
        if texts["purpose"] not in get_args(MaskingPurpose):
            raise ValueError
        wrapped = base64.b64decode(document["wrapped"], validate=True)
        return cls(**texts, wrapped=wrapped, version=version)


def create_masking_root(
    provider: KeyProvider, dataset: str, purpose: MaskingPurpose, version: int = 1
) -> MaskingRootRecord:
    """A new random root. Store it put-if-absent: a second root breaks linkage with the first.

    A ``version`` above 1 is a rotation: it breaks that linkage on purpose.
    """
    if purpose not in get_args(MaskingPurpose):
        raise UsageError(
            "A masking root has one of the purposes that Veilflow knows.",
            remedy=f"Known: {', '.join(get_args(MaskingPurpose))}.",
        )
    key = provider.ensure(masking_key_id(dataset), "encryption")
    record = MaskingRootRecord(dataset, purpose, provider.uri, key.key_id, b"", version)
    _, wrapped = provider.generate_data_key(key.key_id, record.context())
    return replace(record, wrapped=wrapped)


def open_masking_root(provider: KeyProvider, record: MaskingRootRecord) -> bytes:
    """The root, 32 bytes. Open it where it is used; it belongs in no argument, plan or log."""
    root = provider.unwrap(record.key_id, record.wrapped, record.context())
    return _checked_root(root)


def rewrap_masking_root(provider: KeyProvider, record: MaskingRootRecord) -> MaskingRootRecord:
    """The same root under the newest version of the masking key: pseudonyms don't change."""
    wrapped = provider.rewrap(record.key_id, record.wrapped, record.context())
    return replace(record, wrapped=wrapped)


def derive(root: bytes, *, domain: str, use: str) -> bytes:
    """The 32-byte key of one linkage domain and one use, by HKDF-SHA256 (RFC 5869).

    Keys of different domains or uses are unrelated: none tells anything about another or about
    the root. ``domain`` is the linkage domain with its scope, ``use`` the transform or digest.
    """
    if not domain or not use:
        raise UsageError("A derived key needs a linkage domain and a use; one of them is empty.")
    info = length_prefixed(b"veilflow-derive-1", domain.encode(), use.encode())
    return hkdf_sha256(_checked_root(root), salt=_SALT, info=info, length=32)


def _checked_root(root: bytes) -> bytes:
    if len(root) != _ROOT_BYTES:
        raise IntegrityError(
            f"The masking root has {len(root)} bytes instead of {_ROOT_BYTES}.",
            remedy="Restore its record.",
        )
    return root

"""Wraps the data keys of one Parquet file under the release's key-encryption keys, locally.

PyArrow makes a fresh 256-bit data key for the footer and for every column of every file, and asks
a ``KmsClient`` to wrap it. Ours does so in this process with the KEK of the column's class, so
that no key service is called per file.
"""

from __future__ import annotations

import base64
import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

import pyarrow as pa
import pyarrow.parquet as pq
import pyarrow.parquet.encryption as pe

from veilflow.errors import IntegrityError, KeyUnavailable, UsageError
from veilflow.keys.context import length_prefixed
from veilflow.keys.release_keys import FOOTER

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

__all__ = ["FOOTER", "decryption_properties", "encryption_properties"]

_NONCE = 12
_KEY = 32
_PURPOSE = b"veilflow-parquet-column-key-v1"


def encryption_properties(
    schema: pa.Schema, column_classes: Sequence[str], keks: Mapping[str, bytes], context: str
) -> object:
    """Properties for one file of ``schema`` whose i-th column has the i-th class.

    Every leaf column is encrypted under its own key, and the footer too: a column left in plain
    wouldn't be protected against change either. ``context`` is bound to each wrapped key, so the
    file can't be passed off as the one of another context.
    """
    columns: dict[str, list[str]] = {}
    for path, name in _classes_of_leaves(schema, column_classes).items():
        columns.setdefault(_master_key_id(name), []).append(path)
    configuration = pe.EncryptionConfiguration(
        footer_key=FOOTER,
        column_keys=columns,
        encryption_algorithm="AES_GCM_V1",
        plaintext_footer=False,
        double_wrapping=False,  # its key-encryption keys have 128 bits
        internal_key_material=True,
        data_key_length_bits=8 * _KEY,
    )
    return _factory(keks, context).file_encryption_properties(
        pe.KmsConnectionConfig(), configuration
    )


def decryption_properties(keks: Mapping[str, bytes], context: str) -> object:
    """Properties that open what ``keks`` opens, in a file written for the same ``context``."""
    return _factory(keks, context).file_decryption_properties(pe.KmsConnectionConfig())


class _LocalKeys(pe.KmsClient):  # type: ignore[misc]
    """Wraps with AES-256-GCM under the class's KEK; class and context are associated data."""

    def __init__(self, keks: Mapping[str, bytes], context: str) -> None:
        super().__init__()
        self._keks = keks
        self._context = context
        self._opened: dict[tuple[str, str], bytes] = {}

    def wrap_key(self, key_bytes: bytes, master_key_identifier: str) -> str:
        nonce = os.urandom(_NONCE)
        name = unquote(master_key_identifier)
        sealed = self._cipher(name).encrypt(nonce, key_bytes, self._associated(name))
        return base64.b64encode(nonce + sealed).decode("ascii")

    def unwrap_key(self, wrapped_key: str, master_key_identifier: str) -> bytes:
        # PyArrow asks again for every column chunk it touches.
        asked = (wrapped_key, unquote(master_key_identifier))
        if asked not in self._opened:
            self._opened[asked] = self._unwrap(*asked)
        return self._opened[asked]

    def _unwrap(self, wrapped_key: str, name: str) -> bytes:
        from cryptography.exceptions import InvalidTag

        try:
            raw = base64.b64decode(wrapped_key, validate=True)
            key: bytes = self._cipher(name).decrypt(
                raw[:_NONCE], raw[_NONCE:], self._associated(name)
            )
            return key
        except (InvalidTag, ValueError):
            raise IntegrityError(
                f"A data key of class {name!r} doesn't open: the file belongs elsewhere, was "
                "changed, or the key is another release's.",
                remedy="Run `veilflow verify` on the release and read with its own key record.",
            ) from None

    def _cipher(self, name: str) -> AESGCM:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        kek = self._keks.get(name)
        if kek is None:
            raise KeyUnavailable(
                f"The key of class {name!r} is not among this reader's keys.",
                remedy="Read other columns, or ask for a grant on this class.",
            )
        if len(kek) != _KEY:
            raise UsageError(
                f"The key of class {name!r} doesn't have 256 bits.",
                remedy="Use the keys that veilflow.keys makes.",
            )
        return AESGCM(kek)

    def _associated(self, name: str) -> bytes:
        return length_prefixed(_PURPOSE, name.encode(), self._context.encode())


def _factory(keks: Mapping[str, bytes], context: str) -> pe.CryptoFactory:
    # One factory a file: it caches its client, and ours knows one context.
    return pe.CryptoFactory(lambda _: _LocalKeys(keks, context))


def _master_key_id(name: str) -> str:
    # Class names are free text; PyArrow's configuration is one string with , ; : as separators.
    return quote(name, safe="")


def _classes_of_leaves(schema: pa.Schema, column_classes: Sequence[str]) -> dict[str, str]:
    """Class by leaf path (``address.street``, ``tags.list.element``), as Parquet names them."""
    found: dict[str, str] = {}
    for field, name in zip(schema, column_classes, strict=True):
        sink = pa.BufferOutputStream()
        pq.write_table(pa.schema([field]).empty_table(), sink)
        leaves = pq.ParquetFile(sink.getvalue()).schema
        for number in range(len(leaves)):
            path = leaves.column(number).path
            # The same separators; and names are trimmed there.
            if path in found or path != path.strip() or any(char in path for char in ",;:"):
                raise UsageError(
                    f"The fields inside column {field.name!r} can't be told apart when encrypted.",
                    remedy="Rename fields that hold one of , ; : or differ only by a dot.",
                )
            found[path] = name
    return found

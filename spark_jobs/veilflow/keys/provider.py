"""What a key service must do, and how to open one by its URI.

A provider never hands out its own keys: it wraps and unwraps other keys with them, or signs.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Protocol, runtime_checkable
from urllib.parse import parse_qsl, unquote, urlsplit

from veilflow.errors import KeyUnavailable, UsageError
from veilflow.keys.signatures import Signature

__all__ = [
    "LARGEST_PLAINTEXT",
    "KeyAccessDenied",
    "KeyDescription",
    "KeyKind",
    "KeyProvider",
    "KeyState",
    "open_provider",
]

KeyKind = Literal["encryption", "signing"]
KeyState = Literal["enabled", "disabled", "pending", "destroyed"]

#: Every provider wraps at most this many bytes (the limit of AWS KMS).
LARGEST_PLAINTEXT = 4096

_SCHEMES = "file:///absolute/path/to/keyring, aws-kms://prefix[?region=REGION]"


class KeyAccessDenied(KeyUnavailable):
    """The key service knows this caller and refuses it this key."""


@dataclass(frozen=True)
class KeyDescription:
    """What a provider says about one key. Holds no key material.

    Only ``state == "destroyed"`` may be reported as destroyed: a key that is ``pending`` until a
    time can still be rescued by whoever administers the service. ``versions`` is None where the
    service doesn't tell. ``resource`` is the service's own name of the key (an ARN), or "".
    """

    key_id: str
    kind: KeyKind
    state: KeyState
    algorithm: str
    versions: int | None = None
    destroyed_at: datetime | None = None
    pending_until: datetime | None = None
    resource: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Plain values for evidence and ``--json``; times in ISO 8601, UTC."""
        return {
            "key_id": self.key_id,
            "kind": self.kind,
            "state": self.state,
            "algorithm": self.algorithm,
            "versions": self.versions,
            "destroyed_at": self.destroyed_at.isoformat() if self.destroyed_at else None,
            "pending_until": self.pending_until.isoformat() if self.pending_until else None,
            "resource": self.resource,
        }


@runtime_checkable
class KeyProvider(Protocol):
    """A key service. All methods raise :mod:`veilflow.errors` alone, and never name a key's bytes.

    ``KeyNotFound``: no such key. ``KeyDestroyed``: there was, and never will be again.
    ``KeyUnavailable``: no answer, or not for this caller; ``KeyAccessDenied``: not this key for
    this caller. ``IntegrityError``: the context is another one or the bytes were changed.
    """

    @property
    def uri(self) -> str:
        """Opens the same service again, in another process too. Holds no credential."""

    def ensure(self, key_id: str, kind: KeyKind) -> KeyDescription:
        """The key, created if it wasn't there. Never revives a destroyed one."""

    def generate_data_key(self, key_id: str, context: Mapping[str, str]) -> tuple[bytes, bytes]:
        """A new random 256-bit key: (plaintext, wrapped)."""

    def wrap(self, key_id: str, plaintext: bytes, context: Mapping[str, str]) -> bytes:
        """``plaintext`` (at most 4,096 bytes) encrypted under the key, bound to the context."""

    def unwrap(self, key_id: str, wrapped: bytes, context: Mapping[str, str]) -> bytes:
        """What was wrapped under this key and this context; any version of the key."""

    def rewrap(
        self,
        key_id: str,
        wrapped: bytes,
        context: Mapping[str, str],
        to_key_id: str | None = None,
    ) -> bytes:
        """The same plaintext under the newest version of the key, or of another key."""

    def destroy(self, key_id: str) -> KeyDescription:
        """Destroy the key, or begin to; the state says which. Repeating it is harmless."""

    def describe(self, key_id: str, resource: str = "") -> KeyDescription:
        """The key's state. With ``resource``, of exactly the key that bore this name then."""

    def rotate(self, key_id: str) -> KeyDescription:
        """A new version for everything wrapped or signed from now on."""

    def sign(self, key_id: str, message: bytes) -> Signature:
        """A signature that :func:`veilflow.keys.signatures.verify` accepts."""

    def public_key(self, key_id: str) -> bytes:
        """The newest version's public key, PEM (SubjectPublicKeyInfo)."""

    def probe(self) -> None:
        """Refuse (``CapabilityMissing``) a service that doesn't bind the context."""


def open_provider(uri: str) -> KeyProvider:
    """The key service that ``uri`` names; nothing is contacted or created yet.

    ``file:///absolute/path`` is a keyring directory on this machine. ``aws-kms://prefix`` is AWS
    KMS or anything that speaks its protocol; region, endpoint and credentials come from the usual
    AWS_* environment, the region also from ``?region=``. Raises :class:`UsageError` otherwise.
    """
    parts = urlsplit(uri)
    if parts.scheme == "file":
        from veilflow.keys.file_keyring import FileKeyring

        path = unquote(parts.path)
        if parts.netloc not in ("", "localhost") or parts.query or not os.path.isabs(path):
            raise UsageError(
                "A file keyring is named by an absolute path.",
                remedy="Write file:///absolute/path/to/keyring (three slashes).",
            )
        return FileKeyring(path)
    if parts.scheme == "aws-kms":
        from veilflow.keys.aws_kms import AwsKms

        if parts.path not in ("", "/"):
            raise UsageError(
                "An AWS KMS provider is named by one prefix without a path.",
                remedy="Write aws-kms://prefix or aws-kms://prefix?region=eu-central-1.",
            )
        return AwsKms(parts.netloc, **_aws_options(parts.query))
    raise UsageError(
        f"No key provider has the scheme {parts.scheme!r}.", remedy=f"Known: {_SCHEMES}."
    )


def _aws_options(query: str) -> dict[str, Any]:
    options: dict[str, Any] = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        if name == "region" and value:
            options["region"] = value
        elif name == "plain_http" and value == "allow":
            options["allow_plain_http"] = True
        else:
            raise UsageError(
                f"aws-kms:// doesn't know the option {name!r} with this value.",
                remedy="Known: region=REGION, plain_http=allow.",
            )
    return options

"""AWS KMS, or any server of its protocol, through boto3.

Each key id is a KMS key of its own behind ``alias/<prefix>/<key id>``. Keys never leave the
service; destroying one takes at least seven days, during which an administrator can cancel.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from veilflow.errors import KeyNotFound, KeyUnavailable, UsageError, VeilflowError
from veilflow.keys.aws_client import endpoint_name, open_client, without_debug_logs
from veilflow.keys.aws_errors import AliasTaken, KeyNotUsable, raised_by_boto, translate
from veilflow.keys.context import kms_context
from veilflow.keys.key_ids import ALIAS_LETTERS, check_key_id, escape_key_id
from veilflow.keys.probe import check_context_binding
from veilflow.keys.provider import LARGEST_PLAINTEXT, KeyDescription, KeyKind, KeyState
from veilflow.keys.signatures import ECDSA_P256, Signature, signing_input

__all__ = ["AwsKms"]

_LONGEST_ALIAS = 256
_WAITING_DAYS = 7
_SPECS: dict[KeyKind, dict[str, str]] = {
    "encryption": {"KeyUsage": "ENCRYPT_DECRYPT", "KeySpec": "SYMMETRIC_DEFAULT"},
    "signing": {"KeyUsage": "SIGN_VERIFY", "KeySpec": "ECC_NIST_P256"},
}
# What an answer must hold before anything is built on it.
_ANSWERS: dict[str, tuple[str, ...]] = {
    "CreateKey": ("KeyMetadata",),
    "Decrypt": ("Plaintext",),
    "DescribeKey": ("KeyMetadata",),
    "Encrypt": ("CiphertextBlob",),
    "GenerateDataKey": ("Plaintext", "CiphertextBlob"),
    "GetPublicKey": ("PublicKey",),
    "ReEncrypt": ("CiphertextBlob",),
    "ScheduleKeyDeletion": ("DeletionDate",),
    "Sign": ("Signature",),
}
_ALGORITHMS: dict[KeyKind, str] = {"encryption": "SYMMETRIC_DEFAULT", "signing": ECDSA_P256}


class AwsKms:
    """A :class:`~veilflow.keys.provider.KeyProvider` on AWS KMS.

    The client is set up at the first call, from the AWS_* environment of that process. An object
    of this class remembers which KMS key an alias stood for: whoever may change aliases can lead
    later processes, not this one, to another key.
    """

    def __init__(
        self, prefix: str, region: str | None = None, *, allow_plain_http: bool = False
    ) -> None:
        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}", prefix) or prefix == "aws":
            raise UsageError(
                "The prefix of aws-kms://prefix holds 1 to 64 letters, digits, '-' and '_', and "
                "isn't 'aws'.",
                remedy="For example aws-kms://veilflow?region=eu-central-1.",
            )
        self._prefix = prefix
        self._region = region
        self._allow_plain_http = allow_plain_http
        self._client: Any = None
        self._resources: dict[str, str] = {}

    def __repr__(self) -> str:
        return f"AwsKms({self.uri!r})"

    @property
    def uri(self) -> str:
        """``aws-kms://prefix`` with the options that were given."""
        options = {"region": self._region} if self._region else {}
        if self._allow_plain_http:
            options["plain_http"] = "allow"
        return f"aws-kms://{self._prefix}" + (f"?{urlencode(options)}" if options else "")

    @property
    def endpoint(self) -> str:
        """Scheme, host and port of the service in use."""
        return endpoint_name(self._opened().meta.endpoint_url)

    def alias(self, key_id: str) -> str:
        """The KMS alias that stands for this key."""
        head = f"alias/{self._prefix}/"
        limit = _LONGEST_ALIAS - len(head)
        return head + escape_key_id(check_key_id(key_id), mark="_", safe=ALIAS_LETTERS, limit=limit)

    def ensure(self, key_id: str, kind: KeyKind) -> KeyDescription:
        """The key, created if it wasn't there; two processes at once get the same one."""
        try:
            found = self.describe(key_id)
        except KeyNotFound:
            found = self._create(key_id, kind)
        if found.kind != kind:
            raise UsageError(
                f"Key {key_id!r} at {self.endpoint} is for {found.kind}, not for {kind}.",
                remedy="Name another key.",
            )
        if found.state != "enabled":
            raise _not_enabled(found, self.endpoint)
        return found

    def generate_data_key(self, key_id: str, context: Mapping[str, str]) -> tuple[bytes, bytes]:
        """A new 256-bit key from the service's generator: (plaintext, wrapped)."""
        answer = self._use(
            "GenerateDataKey", key_id, KeySpec="AES_256", EncryptionContext=kms_context(context)
        )
        return answer["Plaintext"], answer["CiphertextBlob"]

    def wrap(self, key_id: str, plaintext: bytes, context: Mapping[str, str]) -> bytes:
        """``plaintext`` under the KMS key, with the context as EncryptionContext."""
        if not 0 < len(plaintext) <= LARGEST_PLAINTEXT:
            raise UsageError(
                f"A provider wraps 1 to {LARGEST_PLAINTEXT} bytes, not {len(plaintext)}."
            )
        answer = self._use(
            "Encrypt", key_id, Plaintext=plaintext, EncryptionContext=kms_context(context)
        )
        wrapped: bytes = answer["CiphertextBlob"]
        return wrapped

    def unwrap(self, key_id: str, wrapped: bytes, context: Mapping[str, str]) -> bytes:
        """What was wrapped under exactly this key and context."""
        answer = self._use(
            "Decrypt", key_id, CiphertextBlob=wrapped, EncryptionContext=kms_context(context)
        )
        plaintext: bytes = answer["Plaintext"]
        return plaintext

    def rewrap(
        self,
        key_id: str,
        wrapped: bytes,
        context: Mapping[str, str],
        to_key_id: str | None = None,
    ) -> bytes:
        """The same plaintext under the newest key material; it never leaves the service."""
        bound = kms_context(context)
        answer = self._call(
            "ReEncrypt",
            key_id,
            CiphertextBlob=wrapped,
            SourceKeyId=self._name(key_id),
            SourceEncryptionContext=bound,
            DestinationKeyId=self._name(to_key_id or key_id),
            DestinationEncryptionContext=bound,
        )
        rewrapped: bytes = answer["CiphertextBlob"]
        return rewrapped

    def destroy(self, key_id: str) -> KeyDescription:
        """Schedule the key's deletion in 7 days: ``pending``, unusable from now on, not gone.

        Describe it with its ``resource`` after ``pending_until`` to see it ``destroyed``.
        """
        found = self.describe(key_id)
        if found.state == "pending":
            return found
        answer = self._call(
            "ScheduleKeyDeletion",
            key_id,
            KeyId=_identifier(found.resource),
            PendingWindowInDays=_WAITING_DAYS,
        )
        return replace(found, state="pending", pending_until=_utc(answer["DeletionDate"]))

    def describe(self, key_id: str, resource: str = "") -> KeyDescription:
        """The key's state. ``destroyed`` only if ``resource`` (its ARN) no longer exists.

        By its alias alone a deleted key can't be told from one that never was (``KeyNotFound``).
        The ARN's word is as good as the endpoint's: KMS never uses a key's identifier again.
        """
        if resource:
            self._refuse_other_region(resource)
        name = resource or self._name(key_id)
        try:
            answer = self._call("DescribeKey", key_id, KeyId=name)
        except KeyNotFound:
            if not resource:
                raise
            kind: KeyKind = "encryption"
            return KeyDescription(key_id, kind, "destroyed", _ALGORITHMS[kind], resource=resource)
        found = _description(key_id, answer["KeyMetadata"])
        if not resource:
            self._resources[key_id] = found.resource
        return found

    def rotate(self, key_id: str) -> KeyDescription:
        """New key material behind the same KMS key; a signing key is replaced behind its alias.

        A replaced signing key stays in the service, without alias, for whoever knows its ARN.
        """
        found = self.describe(key_id)
        if found.kind == "encryption":
            self._call("RotateKeyOnDemand", key_id, KeyId=found.resource)
            return found
        new = self._new_key(key_id, "signing")
        self._call("UpdateAlias", key_id, AliasName=self.alias(key_id), TargetKeyId=new.resource)
        self._resources[key_id] = new.resource
        return new

    def sign(self, key_id: str, message: bytes) -> Signature:
        """An ECDSA signature on P-256 with SHA-256."""
        answer = self._use(
            "Sign",
            key_id,
            Message=signing_input(message),
            MessageType="RAW",
            SigningAlgorithm=ECDSA_P256,
        )
        return Signature(ECDSA_P256, key_id, answer["Signature"])

    def public_key(self, key_id: str) -> bytes:
        """The public key, PEM."""
        from cryptography.hazmat.primitives import serialization

        der = self._use("GetPublicKey", key_id)["PublicKey"]
        pem: bytes = serialization.load_der_public_key(der).public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        return pem

    def probe(self) -> None:
        """Refuse a service that opens a wrapped key under a wrong context."""
        check_context_binding(self)

    def _create(self, key_id: str, kind: KeyKind) -> KeyDescription:
        new = self._new_key(key_id, kind)
        failure: VeilflowError | None = None
        try:
            self._call(
                "CreateAlias", key_id, AliasName=self.alias(key_id), TargetKeyId=new.resource
            )
        except VeilflowError as error:
            failure = error
        if failure is None:
            self._resources[key_id] = new.resource
            return new
        # Another process took the name first, or aliases are refused: nobody needs this key.
        self._call(
            "ScheduleKeyDeletion",
            key_id,
            KeyId=_identifier(new.resource),
            PendingWindowInDays=_WAITING_DAYS,
        )
        if isinstance(failure, AliasTaken):
            return self.describe(key_id)
        raise failure

    def _new_key(self, key_id: str, kind: KeyKind) -> KeyDescription:
        answer = self._call("CreateKey", key_id, Description=f"veilflow {key_id}", **_SPECS[kind])
        return _description(key_id, answer["KeyMetadata"])

    def _name(self, key_id: str) -> str:
        """What to call the key: its ARN where this object knows it, its alias otherwise."""
        return self._resources.get(key_id) or self.alias(key_id)

    def _use(self, operation: str, key_id: str, **arguments: Any) -> dict[str, Any]:
        try:
            return self._call(operation, key_id, KeyId=self._name(key_id), **arguments)
        except KeyNotUsable as error:
            refusal: VeilflowError = error
        try:
            found = self.describe(key_id)
        except VeilflowError:
            raise refusal from None
        raise refusal if found.state == "enabled" else _not_enabled(found, self.endpoint)

    def _call(self, operation: str, key_id: str, **arguments: Any) -> dict[str, Any]:
        """One call. Its failure becomes ours, without a link to boto3's: that one quotes."""
        client = self._opened()
        failure: VeilflowError
        with without_debug_logs():
            try:
                answer: dict[str, Any] = getattr(client, _method(operation))(**arguments)
                for name in _ANSWERS.get(operation, ()):
                    answer[name]
                return answer
            except raised_by_boto() as error:
                failure = translate(
                    error, operation=operation, key_id=key_id, endpoint=self.endpoint
                )
        raise failure

    def _opened(self) -> Any:
        if self._client is None:
            self._client = open_client(self._region, allow_plain_http=self._allow_plain_http)
        return self._client

    def _refuse_other_region(self, arn: str) -> None:
        region = (arn.split(":") + [""] * 4)[3]
        ours = self._opened().meta.region_name
        if region != ours:
            raise UsageError(
                f"The key lives in region {region!r}, and {self.endpoint} is asked for {ours!r}.",
                remedy=f"Name the provider with ?region={region}.",
            )


def _method(operation: str) -> str:
    """The client's method: ``ReEncrypt`` is ``re_encrypt``."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", operation).lower()


def _identifier(arn: str) -> str:
    """The key's bare identifier: some servers schedule a deletion by nothing else."""
    return arn.rpartition("/")[2]


def _description(key_id: str, metadata: Mapping[str, Any]) -> KeyDescription:
    kind: KeyKind = "signing" if metadata["KeyUsage"] == "SIGN_VERIFY" else "encryption"
    state: KeyState = "disabled"
    if metadata["KeyState"] == "Enabled":
        state = "enabled"
    elif metadata["KeyState"] in ("PendingDeletion", "PendingReplicaDeletion"):
        state = "pending"
    return KeyDescription(
        key_id=key_id,
        kind=kind,
        state=state,
        algorithm=_ALGORITHMS[kind],
        pending_until=_utc(metadata.get("DeletionDate")),
        resource=metadata["Arn"],
    )


def _not_enabled(found: KeyDescription, endpoint: str) -> KeyUnavailable:
    if found.state == "pending":
        until = found.pending_until.isoformat() if found.pending_until else "an unknown time"
        return KeyUnavailable(
            f"Key {found.key_id!r} at {endpoint} is scheduled for deletion and can't be used; it "
            f"exists until {until}.",
            remedy="Until then its administrator can cancel the deletion (CancelKeyDeletion).",
        )
    return KeyUnavailable(
        f"Key {found.key_id!r} at {endpoint} is {found.state}.",
        remedy="Its administrator can enable it (EnableKey).",
    )


def _utc(moment: datetime | None) -> datetime | None:
    return moment.astimezone(UTC) if moment else None

"""What a failed KMS call means, as one of our errors.

Built from the error's code and class alone. A server's message is never passed on: a server may
quote the request, and requests hold keys.
"""

from __future__ import annotations

import re
from typing import Any

from veilflow.errors import (
    CapabilityMissing,
    IntegrityError,
    KeyNotFound,
    KeyUnavailable,
    UsageError,
    VeilflowError,
)
from veilflow.keys.provider import KeyAccessDenied

__all__ = ["AliasTaken", "KeyNotUsable", "raised_by_boto", "translate", "translate_code"]


class AliasTaken(KeyUnavailable):
    """Another process created the key in the same moment."""


class KeyNotUsable(KeyUnavailable):
    """The key is disabled, scheduled for deletion or not ready; describing it tells which."""


_STATES = frozenset({"KMSInvalidStateException", "DisabledException"})
_DENIED = frozenset({"AccessDenied", "AccessDeniedException", "NotAuthorizedException"})
_CREDENTIALS = frozenset(
    {
        "ExpiredToken",
        "ExpiredTokenException",
        "IncompleteSignature",
        "IncompleteSignatureException",
        "InvalidClientTokenId",
        "InvalidSignatureException",
        "MissingAuthenticationToken",
        "MissingAuthenticationTokenException",
        "OptInRequired",
        "RequestExpired",
        "SignatureDoesNotMatch",
        "UnrecognizedClientException",
    }
)
_LACKING = frozenset(
    {
        "InvalidAction",
        "NotImplemented",
        "UnknownOperationException",
        "UnsupportedOperationException",
        "ValidationException",
    }
)
_CIPHERTEXT = frozenset({"IncorrectKeyException", "InvalidCiphertextException"})
_CREDENTIAL_CLASSES = frozenset(
    {
        "CredentialRetrievalError",
        "LoginError",
        "NoCredentialsError",
        "PartialCredentialsError",
        "SSOError",
        "TokenRetrievalError",
        "UnauthorizedSSOTokenError",
    }
)
_CREDENTIALS_REMEDY = (
    "Check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN or AWS_PROFILE, and the "
    "machine's clock."
)


def raised_by_boto() -> tuple[type[Exception], ...]:
    """What a call may raise: boto's own errors, and what an answer that isn't KMS's provokes."""
    from botocore.exceptions import BotoCoreError, ClientError
    from botocore.parsers import ResponseParserError

    foreign = (AttributeError, LookupError, OSError, TypeError, ValueError)
    return (BotoCoreError, ClientError, ResponseParserError, *foreign)


def translate(error: Exception, *, operation: str, key_id: str, endpoint: str) -> VeilflowError:
    """The error to raise instead of one that boto3 raised."""
    import botocore.exceptions as boto

    if isinstance(error, boto.ClientError):
        answer: Any = error.response
        status = (answer.get("ResponseMetadata") or {}).get("HTTPStatusCode")
        code = (answer.get("Error") or {}).get("Code")
        return translate_code(
            _tame(code), status, operation=operation, key_id=key_id, endpoint=endpoint
        )
    name = type(error).__name__
    if name in _CREDENTIAL_CLASSES:
        return KeyUnavailable(
            f"There are no credentials for the KMS at {endpoint} ({name}).",
            remedy=_CREDENTIALS_REMEDY,
        )
    if isinstance(error, boto.ParamValidationError):
        return UsageError(
            f"KMS {operation} can't be asked with these arguments (key {key_id!r}).",
            remedy="Check the key id and the sizes.",
        )
    if isinstance(error, boto.HTTPClientError | boto.ConnectionError | OSError):
        return KeyUnavailable(
            f"The KMS at {endpoint} doesn't answer ({name} in {operation}).",
            remedy="Check that it runs and AWS_ENDPOINT_URL_KMS or AWS_ENDPOINT_URL, then retry.",
        )
    return CapabilityMissing(
        f"What answers at {endpoint} doesn't speak KMS ({name} in {operation}).",
        remedy="Check AWS_ENDPOINT_URL_KMS and AWS_ENDPOINT_URL.",
    )


def translate_code(
    code: str, status: int | None, *, operation: str, key_id: str, endpoint: str
) -> VeilflowError:
    """The error for one error code of the KMS protocol; an unknown one counts as unavailable."""
    where = f"key {key_id!r} at {endpoint} ({code} in {operation})"
    if code == "NotFoundException":
        return KeyNotFound(
            f"The KMS has no {where}.",
            remedy="Check prefix, region, account, dataset, release and class. A key deleted "
            "after its waiting time looks the same.",
        )
    if code in _DENIED:
        return KeyAccessDenied(
            f"The KMS refuses this caller the {where}.",
            remedy=f"Ask its administrator for kms:{operation} on it.",
        )
    if code in _CREDENTIALS:
        return KeyUnavailable(
            f"The KMS at {endpoint} doesn't accept these credentials ({code} in {operation}).",
            remedy=_CREDENTIALS_REMEDY,
        )
    if code in _CIPHERTEXT:
        return IntegrityError(
            f"A wrapped key doesn't open under {where} and this context.",
            remedy="It belongs to another dataset, release or class, or its bytes were changed; "
            "restore the key record.",
        )
    if code in _STATES:
        return KeyNotUsable(
            f"The KMS doesn't let anybody use {where}: disabled or scheduled for deletion.",
            remedy=f"See its state: veilflow keys describe {key_id}",
        )
    if code == "AlreadyExistsException":
        return AliasTaken(f"Another process has just made {where}.", remedy="Retry.")
    if code == "InvalidKeyUsageException":
        return UsageError(
            f"The {where} is of another kind than this use needs.", remedy="Name another key."
        )
    if code == "LimitExceededException":
        return KeyUnavailable(
            f"A quota of the KMS is used up for {where}.",
            remedy="Ask for a higher quota, or delete keys that nothing needs.",
        )
    if code in _LACKING or status in (404, 405, 501):
        return CapabilityMissing(
            f"The KMS at {endpoint} doesn't know {operation} as it was asked ({code}, key "
            f"{key_id!r}).",
            remedy="Use AWS KMS or a server that has this operation.",
        )
    return KeyUnavailable(
        f"The KMS couldn't serve {where}.", remedy="Retry; if it stays, ask its administrator."
    )


def _tame(code: object) -> str:
    # The code comes from the server too: only something that looks like one is repeated.
    text = str(code).rpartition("#")[2]
    return text if re.fullmatch(r"[A-Za-z0-9.]{1,64}", text) else "unreadable error code"

"""What KMS's failures mean: one table, and nothing of a server's message in any of our errors."""

from __future__ import annotations

import pytest
from botocore.exceptions import (
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    NoCredentialsError,
    ParamValidationError,
    ReadTimeoutError,
    SSLError,
)
from botocore.parsers import ResponseParserError
from veilflow.errors import (
    CapabilityMissing,
    IntegrityError,
    KeyNotFound,
    KeyUnavailable,
    UsageError,
    VeilflowError,
)
from veilflow.keys import KeyAccessDenied
from veilflow.keys.aws_client import endpoint_name, open_client
from veilflow.keys.aws_errors import AliasTaken, KeyNotUsable, translate
from veilflow.keys.aws_kms import AwsKms

SECRET = "c2VjcmV0LWtleS1ieXRlcw=="
ENDPOINT = "https://kms.example:8443"


def answer(code: str, status: int = 400) -> ClientError:
    response = {
        "Error": {"Code": code, "Message": f"you sent Plaintext={SECRET}"},
        "ResponseMetadata": {"HTTPStatusCode": status},
    }
    return ClientError(response, "Encrypt")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (answer("NotFoundException"), KeyNotFound),
        (answer("AccessDeniedException"), KeyAccessDenied),
        (answer("AccessDenied", 403), KeyAccessDenied),
        (answer("UnrecognizedClientException"), KeyUnavailable),
        (answer("ExpiredTokenException"), KeyUnavailable),
        (answer("InvalidSignatureException"), KeyUnavailable),
        (answer("InvalidCiphertextException"), IntegrityError),
        (answer("IncorrectKeyException"), IntegrityError),
        (answer("KMSInvalidStateException"), KeyNotUsable),
        (answer("DisabledException"), KeyNotUsable),
        (answer("AlreadyExistsException"), AliasTaken),
        (answer("InvalidKeyUsageException"), UsageError),
        (answer("LimitExceededException"), KeyUnavailable),
        (answer("ThrottlingException"), KeyUnavailable),
        (answer("KMSInternalException", 500), KeyUnavailable),
        (answer("SomethingNew"), KeyUnavailable),
        (answer("UnsupportedOperationException"), CapabilityMissing),
        (answer("UnknownOperationException"), CapabilityMissing),
        (answer("ValidationException"), CapabilityMissing),
        (answer("404", 404), CapabilityMissing),
        (answer("NotImplemented", 501), CapabilityMissing),
        (EndpointConnectionError(endpoint_url=f"https://u:{SECRET}@h/"), KeyUnavailable),
        (ConnectTimeoutError(endpoint_url=SECRET), KeyUnavailable),
        (ReadTimeoutError(endpoint_url=SECRET), KeyUnavailable),
        (SSLError(endpoint_url=SECRET, error=SECRET), KeyUnavailable),
        (OSError(SECRET), KeyUnavailable),
        (NoCredentialsError(), KeyUnavailable),
        (ParamValidationError(report=SECRET), UsageError),
        (ResponseParserError(SECRET), CapabilityMissing),
        (KeyError(SECRET), CapabilityMissing),
        (ValueError(SECRET), CapabilityMissing),
    ],
    ids=lambda value: getattr(value, "__name__", None) or str(type(value).__name__),
)
def test_every_failure_has_a_meaning_and_a_remedy(
    error: Exception, expected: type[VeilflowError]
) -> None:
    ours = translate(error, operation="Encrypt", key_id="patients/class/a", endpoint=ENDPOINT)
    assert type(ours) is expected
    assert ours.remedy and "Encrypt" in str(ours) or isinstance(error, NoCredentialsError)
    assert SECRET not in repr(ours) + str(vars(ours))
    if expected is not UsageError:
        assert ENDPOINT in str(ours) or "patients/class/a" in str(ours)


@pytest.mark.parametrize("code", [SECRET, "x" * 65, "", "a b", "Köd", None])
def test_a_code_that_is_none_is_not_repeated(code: str) -> None:
    ours = translate(answer(code), operation="Encrypt", key_id="k", endpoint=ENDPOINT)
    assert type(ours) is KeyUnavailable
    assert str(ours).count("unreadable error code") == (1 if code is not None else 0)
    assert SECRET not in str(ours)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("http://127.0.0.1:5000", "http://127.0.0.1:5000"),
        ("https://user:password@kms.example/path?token=1", "https://kms.example"),
        ("http://[::1]:80/", "http://[::1]:80"),
    ],
)
def test_what_is_shown_of_an_endpoint(url: str, shown: str) -> None:
    assert endpoint_name(url) == shown


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    import os

    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, os.devnull)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    return monkeypatch


@pytest.mark.parametrize(
    ("url", "is_refused"),
    [
        ("http://kms:8080", True),
        ("http://10.0.0.1", True),
        ("http://localhost.example:1", True),
        ("http://127.0.0.1:5000", False),
        ("http://localhost:5000", False),
        ("http://[::1]:5000", False),
        ("https://kms.example", False),
    ],
)
def test_plain_http_to_another_machine_is_refused(
    environment: pytest.MonkeyPatch, url: str, is_refused: bool
) -> None:
    environment.setenv("AWS_ENDPOINT_URL_KMS", url)
    assert open_client("eu-central-1", allow_plain_http=True).meta.endpoint_url == url
    if is_refused:
        with pytest.raises(CapabilityMissing, match="plain_http=allow"):
            open_client("eu-central-1", allow_plain_http=False)
    else:
        open_client("eu-central-1", allow_plain_http=False)


def test_where_the_region_comes_from(environment: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError, match="AWS_REGION"):
        AwsKms("veilflow").describe("k")
    environment.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    assert AwsKms("veilflow").endpoint == "https://kms.eu-west-1.amazonaws.com"
    environment.setenv("AWS_REGION", "eu-west-2")
    assert AwsKms("veilflow").endpoint == "https://kms.eu-west-2.amazonaws.com"
    assert AwsKms("veilflow", "eu-west-3").endpoint == "https://kms.eu-west-3.amazonaws.com"


def test_a_malformed_endpoint(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("AWS_ENDPOINT_URL", f"not a url {SECRET}")
    with pytest.raises(UsageError, match="AWS_ENDPOINT_URL") as refusal:
        AwsKms("veilflow", "eu-central-1").describe("k")
    assert SECRET not in str(refusal.value)


def test_missing_credentials(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    with pytest.raises(KeyUnavailable, match="AWS_ACCESS_KEY_ID"):
        AwsKms("veilflow", "eu-central-1").describe("k")

"""AWS KMS through boto3, against a real server process over HTTP (moto's), and worse servers.

moto keeps decrypting with keys that are scheduled for deletion, so nothing here proves shredding:
that is proven on the file keyring (tests/unit/test_keys_release.py). What is proven here is that
we never claim it: the state is ``pending`` with its time, never ``destroyed``.
"""

from __future__ import annotations

import base64
import json
import logging
import os
import secrets
import socket
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from veilflow.errors import (
    CapabilityMissing,
    IntegrityError,
    KeyDestroyed,
    KeyNotFound,
    KeyUnavailable,
    UsageError,
)
from veilflow.keys import (
    KeyAccessDenied,
    KeyProvider,
    create_masking_root,
    create_release_keys,
    describe_release,
    destroy_release,
    open_keks,
    open_masking_root,
    open_provider,
    rewrap_release_keys,
    verify,
)
from veilflow.keys.aws_kms import AwsKms

from tests.integration.moto_server import free_port, moto_server

pytestmark = pytest.mark.server

REGION = "eu-central-1"
CONTEXT = {"dataset": "patients", "release": "20261123T1", "class": "direct"}
KEY = "patients/class/direct"


@pytest.fixture(scope="module")
def moto(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with moto_server(tmp_path_factory.mktemp("moto") / "log") as url:
        yield url


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, os.devnull)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAUNMISTAKABLE0000")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "unmistakable/secret+key")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    return monkeypatch


@pytest.fixture
def kms(moto: str, environment: pytest.MonkeyPatch) -> AwsKms:
    environment.setenv("AWS_ENDPOINT_URL", moto)
    provider = open_provider(f"aws-kms://test-{secrets.token_hex(6)}?region={REGION}")
    assert isinstance(provider, AwsKms)
    return provider


def boto(url: str) -> Any:
    import boto3

    return boto3.client("kms", endpoint_url=url, region_name=REGION)


def _key_identifiers(url: str) -> set[str]:
    return {key["KeyId"] for key in boto(url).list_keys()["Keys"]}


# -- a server between us and KMS, which may lie ------------------------------------------------

Request = dict[str, Any]
Rule = Callable[[str, Request], tuple[int, bytes] | None]


class LyingKms:
    """Passes requests on to ``upstream``; ``rule`` may change a request or answer it itself."""

    def __init__(self, upstream: str, rule: Rule) -> None:
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                operation = self.headers["X-Amz-Target"].rpartition(".")[2]
                status, answer = rule(operation, body) or self.forward(body)
                self.send_response(status)
                self.send_header("Content-Length", str(len(answer)))
                self.send_header("Content-Type", "application/x-amz-json-1.1")
                self.end_headers()
                self.wfile.write(answer)

            def forward(self, body: Request) -> tuple[int, bytes]:
                headers = {
                    name: value
                    for name, value in self.headers.items()
                    if name.lower() not in ("content-length", "host")
                }
                request = urllib.request.Request(upstream, json.dumps(body).encode(), headers)
                try:
                    with urllib.request.urlopen(request, timeout=30) as answer:
                        return answer.status, answer.read()
                except urllib.error.HTTPError as error:
                    return error.code, error.read()

            def log_message(self, *arguments: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def __enter__(self) -> LyingKms:
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


def refusal(code: str, status: int = 400, message: str = "") -> tuple[int, bytes]:
    return status, json.dumps({"__type": code, "message": message}).encode()


# -- what a provider promises ------------------------------------------------------------------


def test_it_is_a_key_provider(kms: AwsKms) -> None:
    assert isinstance(kms, KeyProvider)
    kms.probe()


def test_ensuring_is_idempotent(kms: AwsKms, moto: str) -> None:
    first = kms.ensure(KEY, "encryption")
    assert first == kms.ensure(KEY, "encryption")
    assert first == open_provider(kms.uri).ensure(KEY, "encryption") == kms.describe(KEY)
    assert (first.state, first.kind, first.pending_until) == ("enabled", "encryption", None)
    assert boto(moto).describe_key(KeyId=kms.alias(KEY))["KeyMetadata"]["Arn"] == first.resource
    with pytest.raises(UsageError, match="not for signing"):
        kms.ensure(KEY, "signing")


def test_two_processes_that_create_one_key_agree(
    kms: AwsKms, moto: str, environment: pytest.MonkeyPatch
) -> None:
    """The second takes the name between the first's CreateKey and CreateAlias."""
    before = _key_identifiers(moto)
    other = open_provider(kms.uri)
    winners: list[str] = []

    def overtake(operation: str, body: Request) -> None:
        if operation == "CreateAlias" and not winners:
            winners.append(other.ensure(KEY, "encryption").resource)

    with LyingKms(moto, overtake) as between:
        with pytest.raises(KeyNotFound):
            other.describe(KEY)  # sets up its client on the real server
        environment.setenv("AWS_ENDPOINT_URL", between.url)
        late = open_provider(kms.uri).ensure(KEY, "encryption")
    made = _key_identifiers(moto) - before
    assert [late.resource] == winners
    assert other.describe(KEY).resource == late.resource
    states = [boto(moto).describe_key(KeyId=one)["KeyMetadata"]["KeyState"] for one in made]
    assert sorted(states) == ["Enabled", "PendingDeletion"]


def test_a_data_key_comes_back(kms: AwsKms) -> None:
    kms.ensure(KEY, "encryption")
    plaintext, wrapped = kms.generate_data_key(KEY, CONTEXT)
    assert len(plaintext) == 32 and plaintext not in wrapped
    assert open_provider(kms.uri).unwrap(KEY, wrapped, CONTEXT) == plaintext


@pytest.mark.parametrize(
    "wrong",
    [
        {**CONTEXT, "class": "quasi"},
        {**CONTEXT, "more": ""},
        {"dataset": "patients", "release": "20261123T1"},
        # The same letters in other places: a server that only joins them would open this.
        {"datasetp": "atients", "release": "20261123T1", "class": "direct"},
    ],
    ids=repr,
)
def test_a_wrong_context_fails(kms: AwsKms, wrong: dict[str, str]) -> None:
    kms.ensure(KEY, "encryption")
    with pytest.raises(IntegrityError):
        kms.unwrap(KEY, kms.wrap(KEY, b"secret", CONTEXT), wrong)


def test_without_our_digest_that_server_confuses_contexts(kms: AwsKms, moto: str) -> None:
    """The negative control of the last case above."""
    kms.ensure(KEY, "encryption")
    client, name = boto(moto), kms.alias(KEY)
    wrapped = client.encrypt(KeyId=name, Plaintext=b"x", EncryptionContext={"a": "bc"})
    opened = client.decrypt(
        KeyId=name, CiphertextBlob=wrapped["CiphertextBlob"], EncryptionContext={"ab": "c"}
    )
    assert opened["Plaintext"] == b"x"


def test_a_changed_blob_or_another_key_fails(kms: AwsKms) -> None:
    kms.ensure(KEY, "encryption")
    kms.ensure("other", "encryption")
    wrapped = kms.wrap(KEY, b"secret", CONTEXT)
    for index in (40, len(wrapped) - 1):
        changed = bytearray(wrapped)
        changed[index] ^= 1
        with pytest.raises(IntegrityError):
            kms.unwrap(KEY, bytes(changed), CONTEXT)
    with pytest.raises((IntegrityError, KeyAccessDenied)):
        kms.unwrap("other", wrapped, CONTEXT)


def test_rewrapping_and_rotation(kms: AwsKms) -> None:
    kms.ensure(KEY, "encryption")
    kms.ensure("other", "encryption")
    wrapped = kms.wrap(KEY, b"secret", CONTEXT)
    assert kms.rotate(KEY).state == "enabled"
    again = kms.rewrap(KEY, wrapped, CONTEXT)
    assert again != wrapped and kms.unwrap(KEY, again, CONTEXT) == b"secret"
    assert kms.unwrap("other", kms.rewrap(KEY, again, CONTEXT, "other"), CONTEXT) == b"secret"


@pytest.mark.parametrize("size", [1, 4096, 4097, 100_000])
def test_signatures_of_messages_of_any_size(kms: AwsKms, size: int) -> None:
    assert kms.ensure("publisher", "signing").algorithm == "ECDSA_SHA_256"
    message = os.urandom(size)
    signature, pem = kms.sign("publisher", message), kms.public_key("publisher")
    verify(pem, message, signature)
    with pytest.raises(IntegrityError):
        verify(pem, message + b"x", signature)


def test_a_rotated_signing_key_is_another_one(kms: AwsKms) -> None:
    kms.ensure("publisher", "signing")
    old, signature = kms.public_key("publisher"), kms.sign("publisher", b"m")
    kms.rotate("publisher")
    for provider in (kms, open_provider(kms.uri)):
        new = provider.public_key("publisher")
        assert new != old
        verify(new, b"m", provider.sign("publisher", b"m"))
    verify(old, b"m", signature)


def test_long_and_strange_key_ids_get_an_alias(kms: AwsKms) -> None:
    for key_id in ("my_data/class/Zoë's", "d" * 128 + "/release/" + "r" * 128, "a.b:c"):
        kms.ensure(key_id, "encryption")
        assert kms.unwrap(key_id, kms.wrap(key_id, b"x", CONTEXT), CONTEXT) == b"x"


def test_an_unknown_key(kms: AwsKms) -> None:
    for use in (
        lambda: kms.describe("unknown"),
        lambda: kms.wrap("unknown", b"x", CONTEXT),
        lambda: kms.unwrap("unknown", b"x" * 100, CONTEXT),
        lambda: kms.destroy("unknown"),
        lambda: kms.rotate("unknown"),
        lambda: kms.sign("unknown", b"x"),
        lambda: kms.public_key("unknown"),
    ):
        with pytest.raises(KeyNotFound, match=r"'unknown' at http://127\.0\.0\.1"):
            use()


# -- destruction -------------------------------------------------------------------------------


def test_a_deletion_is_pending_and_never_called_destroyed(kms: AwsKms, moto: str) -> None:
    created = kms.ensure(KEY, "encryption")
    before = datetime.now(UTC)
    pending = kms.destroy(KEY)
    assert pending.state == "pending" and pending.destroyed_at is None
    assert pending.pending_until is not None
    waiting = pending.pending_until - before
    assert timedelta(days=7) - timedelta(minutes=1) < waiting < timedelta(days=7, minutes=1)
    assert kms.destroy(KEY) == pending
    for provider in (kms, open_provider(kms.uri)):
        assert provider.describe(KEY).state == "pending"
        assert provider.describe(KEY, created.resource).state == "pending"
    with pytest.raises(
        KeyUnavailable, match=f"exists until {pending.pending_until:%Y-%m-%d}"
    ) as no:
        kms.ensure(KEY, "encryption")
    assert not isinstance(no.value, KeyDestroyed)

    # Somebody cancels: it was right not to claim anything.
    boto(moto).cancel_key_deletion(KeyId=created.resource.rpartition("/")[2])
    assert kms.describe(KEY).state == "disabled"
    with pytest.raises(KeyUnavailable, match="EnableKey"):
        kms.ensure(KEY, "encryption")


def test_use_of_a_pending_key_is_refused_with_its_time(
    kms: AwsKms, moto: str, environment: pytest.MonkeyPatch
) -> None:
    """As KMS itself answers; moto would decrypt."""
    kms.ensure(KEY, "encryption")
    wrapped = kms.wrap(KEY, b"x", CONTEXT)
    until = kms.destroy(KEY).pending_until

    def like_kms(operation: str, body: Request) -> tuple[int, bytes] | None:
        return refusal("KMSInvalidStateException") if operation == "Decrypt" else None

    with LyingKms(moto, like_kms) as between:
        environment.setenv("AWS_ENDPOINT_URL", between.url)
        with pytest.raises(KeyUnavailable, match=f"{until:%Y-%m-%d}"):
            open_provider(kms.uri).unwrap(KEY, wrapped, CONTEXT)


def test_a_deleted_key_is_destroyed_by_its_arn_alone(kms: AwsKms) -> None:
    """moto never deletes, so the ARN is one of a key that isn't there."""
    arn = kms.ensure(KEY, "encryption").resource
    gone = arn.rpartition("/")[0] + "/00000000-0000-4000-8000-000000000000"
    assert kms.describe("never/made", gone).state == "destroyed"
    with pytest.raises(KeyNotFound):
        kms.describe("never/made")
    with pytest.raises(UsageError, match="us-east-1"):
        kms.describe(KEY, gone.replace(REGION, "us-east-1"))


# -- releases and masking roots ----------------------------------------------------------------


def test_a_release(kms: AwsKms) -> None:
    record = create_release_keys(kms, "patients", "20261123T1", ["direct", "quasi"])
    opened = open_keks(open_provider(kms.uri), record)
    assert list(opened.keks) == ["footer", "direct", "quasi"] and not opened.closed
    fresh = rewrap_release_keys(kms, record)
    assert fresh != record
    assert dict(open_keks(kms, fresh).keks) == dict(opened.keks)
    assert destroy_release(kms, record).state == "pending"
    assert describe_release(kms, record).state == "pending"


def test_a_reader_without_a_class_key(
    kms: AwsKms, moto: str, environment: pytest.MonkeyPatch
) -> None:
    record = create_release_keys(kms, "patients", "20261123T1", ["direct", "quasi"])
    denied = kms.alias("patients/class/direct")

    def policy(operation: str, body: Request) -> tuple[int, bytes] | None:
        return refusal("AccessDeniedException") if body.get("KeyId") == denied else None

    with LyingKms(moto, policy) as between:
        environment.setenv("AWS_ENDPOINT_URL", between.url)
        opened = open_keks(open_provider(kms.uri), record)
        assert list(opened.keks) == ["footer", "quasi"]
        assert "kms:Decrypt" in opened.closed["direct"]
        # The release's own key refused is not a closed class.
        denied = kms.alias("patients/release/20261123T1")
        with pytest.raises(KeyAccessDenied, match="20261123T1"):
            open_keks(open_provider(kms.uri), record)


def test_a_release_whose_key_was_deleted(
    kms: AwsKms, moto: str, environment: pytest.MonkeyPatch
) -> None:
    record = create_release_keys(kms, "patients", "20261123T1", ["direct"])
    gone = (kms.alias(record.release_key_id), record.release_key_resource)

    def after_seven_days(operation: str, body: Request) -> tuple[int, bytes] | None:
        return refusal("NotFoundException") if body.get("KeyId") in gone else None

    with LyingKms(moto, after_seven_days) as between:
        environment.setenv("AWS_ENDPOINT_URL", between.url)
        late = open_provider(kms.uri)
        assert describe_release(late, record).state == "destroyed"
        with pytest.raises(KeyDestroyed, match="20261123T1"):
            open_keks(late, record)


def test_a_masking_root(kms: AwsKms) -> None:
    record = create_masking_root(kms, "patients", "masking")
    assert len(open_masking_root(open_provider(kms.uri), record)) == 32


# -- servers that must be refused --------------------------------------------------------------


def test_a_kms_that_ignores_the_context_is_refused(
    kms: AwsKms, moto: str, environment: pytest.MonkeyPatch
) -> None:
    def ignore(operation: str, body: Request) -> None:
        body.pop("EncryptionContext", None)

    with LyingKms(moto, ignore) as between:
        environment.setenv("AWS_ENDPOINT_URL", between.url)
        with pytest.raises(CapabilityMissing, match="wrong encryption context"):
            open_provider(kms.uri).probe()


def test_a_kms_that_returns_other_bytes_is_refused(
    kms: AwsKms, moto: str, environment: pytest.MonkeyPatch
) -> None:
    def forget(operation: str, body: Request) -> tuple[int, bytes] | None:
        if operation != "Decrypt":
            return None
        return 200, json.dumps({"Plaintext": base64.b64encode(b"x").decode()}).encode()

    with LyingKms(moto, forget) as between:
        environment.setenv("AWS_ENDPOINT_URL", between.url)
        with pytest.raises(CapabilityMissing, match="other bytes"):
            open_provider(kms.uri).probe()


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param((200, b"<html>hello</html>"), id="a web page"),
        pytest.param((200, b"{}"), id="an empty answer"),
        pytest.param((404, b"not here"), id="404"),
        pytest.param((501, b""), id="501"),
        pytest.param(refusal("UnknownOperationException"), id="unknown operation"),
    ],
)
def test_something_that_is_not_a_kms(
    environment: pytest.MonkeyPatch, answer: tuple[int, bytes]
) -> None:
    with LyingKms("http://127.0.0.1:9", lambda operation, body: answer) as server:
        environment.setenv("AWS_ENDPOINT_URL_KMS", server.url)
        with pytest.raises(CapabilityMissing, match=server.url):
            open_provider(f"aws-kms://test?region={REGION}").describe(KEY)


@pytest.mark.parametrize("status", [400, 500])
def test_a_server_that_quotes_the_request_is_not_quoted(
    environment: pytest.MonkeyPatch, status: int
) -> None:
    secret = os.urandom(32)
    spelt = base64.b64encode(secret).decode()

    def echo(operation: str, body: Request) -> tuple[int, bytes]:
        return refusal(f"Refused{body['Plaintext']}", status, json.dumps(body))

    with LyingKms("http://127.0.0.1:9", echo) as server:
        environment.setenv("AWS_ENDPOINT_URL", server.url)
        with pytest.raises(KeyUnavailable, match="unreadable error code") as failure:
            open_provider(f"aws-kms://test?region={REGION}").wrap(KEY, secret, CONTEXT)
    error: BaseException | None = failure.value
    while error is not None:
        assert spelt not in repr(error) + str(vars(error))
        error = error.__cause__ or error.__context__


def test_debug_logs_hold_no_key(kms: AwsKms, caplog: pytest.LogCaptureFixture, moto: str) -> None:
    """botocore logs whole requests and answers at level DEBUG; the control shows that it does."""
    with caplog.at_level(logging.DEBUG):
        kms.ensure(KEY, "encryption")
        plaintext, wrapped = kms.generate_data_key(KEY, CONTEXT)
        assert kms.unwrap(KEY, kms.wrap(KEY, plaintext, CONTEXT), CONTEXT) == plaintext
        kms.rewrap(KEY, wrapped, CONTEXT)
        with pytest.raises(IntegrityError):
            kms.unwrap(KEY, wrapped, {**CONTEXT, "class": "quasi"})
        seen = caplog.text
        caplog.clear()
        boto(moto).encrypt(KeyId=kms.alias(KEY), Plaintext=plaintext)
        control = caplog.text
    spellings = (base64.b64encode(plaintext).decode(), plaintext.hex(), repr(plaintext)[2:-1])
    assert not any(spelling in seen for spelling in spellings)
    assert any(spelling in control for spelling in spellings)


# -- a KMS that is down ------------------------------------------------------------------------


def test_a_kms_that_is_down_is_reported_at_once(environment: pytest.MonkeyPatch) -> None:
    url = f"http://127.0.0.1:{free_port()}"
    environment.setenv("AWS_ENDPOINT_URL", url)
    provider = open_provider(f"aws-kms://test?region={REGION}")
    started = time.monotonic()
    with pytest.raises(KeyUnavailable, match=f"{url} doesn't answer") as failure:
        provider.ensure(KEY, "encryption")
    assert time.monotonic() - started < 15
    assert not isinstance(failure.value, KeyNotFound)


def test_a_kms_that_never_answers(environment: pytest.MonkeyPatch) -> None:
    """Connections are taken and left lying: every try ends after the read timeout."""
    from veilflow.keys import aws_client

    environment.setattr(aws_client, "_READ_SECONDS", 0.3)
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen(8)
        environment.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{silent.getsockname()[1]}")
        with pytest.raises(KeyUnavailable, match="ReadTimeoutError"):
            open_provider(f"aws-kms://test?region={REGION}").describe(KEY)


def test_a_release_needs_its_kms(kms: AwsKms, environment: pytest.MonkeyPatch) -> None:
    """A KMS that is down must not read as 'this reader may open nothing'."""
    record = create_release_keys(kms, "patients", "20261123T1", ["direct"])
    environment.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{free_port()}")
    for use in (open_keks, destroy_release, describe_release):
        with pytest.raises(KeyUnavailable, match="doesn't answer"):
            use(open_provider(kms.uri), record)


def test_a_throttled_kms_is_tried_again(
    kms: AwsKms, moto: str, environment: pytest.MonkeyPatch
) -> None:
    kms.ensure(KEY, "encryption")
    calls = []

    def busy(operation: str, body: Request) -> tuple[int, bytes] | None:
        calls.append(operation)
        return refusal("ThrottlingException") if len(calls) < 3 else None

    with LyingKms(moto, busy) as between:
        environment.setenv("AWS_ENDPOINT_URL", between.url)
        open_provider(kms.uri).wrap(KEY, b"x", CONTEXT)
        assert calls == ["Encrypt"] * 3

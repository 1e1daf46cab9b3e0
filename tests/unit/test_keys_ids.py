"""Key ids: which are refused, and that files and aliases can't be confused or escaped from."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from veilflow.errors import UsageError
from veilflow.keys.key_ids import (
    ALIAS_LETTERS,
    FILE_NAME_LETTERS,
    check_key_id,
    class_key_id,
    escape_key_id,
    masking_key_id,
    release_key_id,
)
from veilflow.keys.provider import open_provider

IDS = st.text(st.sampled_from("aAéhH_%/-.2F5 "), min_size=1, max_size=60).filter(
    lambda text: text == text.strip()
)
LONG_IDS = st.text(st.sampled_from("aA/"), min_size=80, max_size=300)


def file_name(key_id: str, limit: int = 100) -> str:
    return escape_key_id(key_id, mark="%", safe=FILE_NAME_LETTERS, limit=limit)


def alias(key_id: str, limit: int = 100) -> str:
    return escape_key_id(key_id, mark="_", safe=ALIAS_LETTERS, limit=limit)


@pytest.mark.parametrize(
    ("key_id", "expected"),
    [
        ("patients/release/20261123T010203Z", "patients%2Frelease%2F20261123%54010203%5A"),
        ("../../etc/passwd", "%2E%2E%2F%2E%2E%2Fetc%2Fpasswd"),
        ("..", "%2E%2E"),
        ("Zoë", "%5Ao%C3%AB"),
        ("a%2Fb", "a%252%46b"),
    ],
)
def test_file_names(key_id: str, expected: str) -> None:
    assert file_name(key_id) == expected


@pytest.mark.parametrize(
    ("key_id", "expected"),
    [
        ("patients/release/20261123T01", "patients/release/20261123T01"),
        ("my_data/class/direct id", "my_5Fdata/class/direct_20id"),
    ],
)
def test_aliases(key_id: str, expected: str) -> None:
    assert alias(key_id) == expected


@settings(max_examples=500, deadline=None)
@given(st.one_of(IDS, LONG_IDS), st.one_of(IDS, LONG_IDS))
def test_names_are_injective_and_tame(left: str, right: str) -> None:
    for spell, letters in ((file_name, r"[a-z0-9%A-F_-]+"), (alias, r"[A-Za-z0-9/_-]+")):
        assert (spell(left) == spell(right)) == (left == right)
        assert re.fullmatch(letters, spell(left)) and len(spell(left)) <= 100
    # A file system that folds case must not fold two keys.
    assert (file_name(left).lower() == file_name(right).lower()) == (left == right)


@pytest.mark.parametrize(
    "key_id", ["", "  ", " a", "a ", "a\nb", "a\x00b", "\ud800", "a" * 513], ids=repr
)
def test_key_ids_that_are_refused(key_id: str) -> None:
    with pytest.raises(UsageError):
        check_key_id(key_id)


@pytest.mark.parametrize("name", ["", " ", "a/b", "/", "a\n", "x" * 129], ids=repr)
def test_names_that_could_forge_another_key_are_refused(name: str) -> None:
    for use in (
        lambda: class_key_id(name, "direct"),
        lambda: class_key_id("patients", name),
        lambda: release_key_id("patients", name),
        lambda: masking_key_id(name),
    ):
        with pytest.raises(UsageError):
            use()


def test_the_hierarchy() -> None:
    assert class_key_id("patients", "direct") == "patients/class/direct"
    assert release_key_id("patients", "20261123T1") == "patients/release/20261123T1"
    assert masking_key_id("patients") == "patients/masking"


@pytest.mark.parametrize(
    "uri",
    [
        "file:///var/lib/veilflow/keyring",
        "file:///with%20space/%C3%A9",
        "aws-kms://veilflow",
        "aws-kms://veilflow?region=eu-central-1",
        "aws-kms://veilflow?region=eu-central-1&plain_http=allow",
    ],
)
def test_a_uri_comes_back(uri: str) -> None:
    assert open_provider(uri).uri == uri


@pytest.mark.parametrize(
    ("uri", "hint"),
    [
        ("vault://transit", r"file:///absolute/path/to/keyring, aws-kms://prefix"),
        ("/var/keyring", r"file:///absolute/path/to/keyring, aws-kms://prefix"),
        ("file://relative/keyring", "three slashes"),
        ("file:keyring", "three slashes"),
        ("file:///keyring?mode=0777", "three slashes"),
        ("aws-kms://", "prefix"),
        ("aws-kms://aws", "prefix"),
        ("aws-kms://user:secret@host", "prefix"),
        ("aws-kms://veilflow/path", "without a path"),
        ("aws-kms://veilflow?endpoint=http://x", "region=REGION"),
        ("aws-kms://veilflow?plain_http=yes", "plain_http=allow"),
    ],
)
def test_uris_that_are_refused(uri: str, hint: str) -> None:
    with pytest.raises(UsageError, match=re.escape(hint)) as refusal:
        open_provider(uri)
    assert "secret" not in str(refusal.value)

"""Key ids: how keys are named, and how a name becomes a file name or a KMS alias.

The hierarchy (one dataset, one release):

    <dataset>/class/<class>      access: opens the columns of one sensitivity class
    <dataset>/release/<release>  life: destroying it shreds the release
    <dataset>/masking            the masking root, which no release needs
"""

from __future__ import annotations

import hashlib
import string

from veilflow.errors import UsageError

__all__ = [
    "check_key_id",
    "check_name",
    "class_key_id",
    "escape_key_id",
    "masking_key_id",
    "release_key_id",
]

_LONGEST_KEY_ID = 512
_LONGEST_NAME = 128
_HASH_MARK = "h"


def check_key_id(key_id: str) -> str:
    """The id itself, or :class:`UsageError`: printable, not blank, at most 512 characters."""
    if not key_id.strip():
        raise UsageError("A key id is a text that is not blank.")
    if not key_id.isprintable() or key_id != key_id.strip() or len(key_id) > _LONGEST_KEY_ID:
        raise UsageError(
            "A key id holds printable characters only, starts and ends without a space, and has "
            f"at most {_LONGEST_KEY_ID} characters; got {len(key_id)}."
        )
    return key_id


def check_name(name: str, what: str) -> str:
    """A dataset's, release's or class's name, or :class:`UsageError`.

    A slash is refused because it separates the parts of a key id: with it, two different
    hierarchies could name one key.
    """
    if not name.strip():
        raise UsageError(f"The {what}'s name is empty.")
    if "/" in name or not name.isprintable() or name != name.strip() or len(name) > _LONGEST_NAME:
        raise UsageError(
            f"The {what}'s name can't be part of a key id.",
            remedy=f"Use 1 to {_LONGEST_NAME} printable characters without '/'.",
        )
    return name


def class_key_id(dataset: str, sensitivity_class: str) -> str:
    """The access key of one sensitivity class of a dataset."""
    return f"{check_name(dataset, 'dataset')}/class/{check_name(sensitivity_class, 'class')}"


def release_key_id(dataset: str, release: str) -> str:
    """The key on which a release's life depends."""
    return f"{check_name(dataset, 'dataset')}/release/{check_name(release, 'release')}"


def masking_key_id(dataset: str) -> str:
    """The key that wraps a dataset's masking and digest roots."""
    return f"{check_name(dataset, 'dataset')}/masking"


def escape_key_id(key_id: str, *, mark: str, safe: str, limit: int) -> str:
    """An injective spelling of ``key_id`` from letters of ``safe`` and ``mark`` alone.

    Every other byte of its UTF-8 form becomes ``mark`` and two upper-case hexadecimal digits. A
    spelling beyond ``limit`` characters keeps its head and ends in ``mark``, an ``h`` (which no
    escape has there) and the SHA-256 of the id, so that long ids stay distinct too.
    """
    allowed = frozenset(safe) - {mark}
    spelt = "".join(
        character
        if character in allowed
        else "".join(f"{mark}{byte:02X}" for byte in character.encode())
        for character in check_key_id(key_id)
    )
    if len(spelt) <= limit:
        return spelt
    digest = mark + _HASH_MARK + hashlib.sha256(key_id.encode()).hexdigest()
    return spelt[: limit - len(digest)] + digest


#: Upper-case letters are escaped in file names: some file systems fold case.
FILE_NAME_LETTERS = string.ascii_lowercase + string.digits + "-_"
ALIAS_LETTERS = string.ascii_letters + string.digits + "/-"

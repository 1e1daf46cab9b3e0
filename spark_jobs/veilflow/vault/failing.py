"""How a vault fails: told by the error's kind, since a database's messages hold rows."""

from __future__ import annotations

from typing import NoReturn

from veilflow.errors import VaultUnavailable

__all__ = ["fail"]


def fail(vault: str, kind: str, entries: int = 0, *, is_full: bool = False) -> NoReturn:
    """Raise VaultUnavailable about ``vault``, and how many new values got no token in this batch.

    Nothing of the error that is being handled hangs on to it.
    """
    number = f"{entries:,}" if entries >= 10 else "fewer than 10"
    without = f" In one batch {number} new values got no token." if entries else ""
    said = f"is full ({kind})" if is_full else f"can't be used ({kind})"
    failure = VaultUnavailable(
        f"The token vault {vault} {said}.{without}",
        remedy="Give it space, then retry: no value passes without a token."
        if is_full
        else "See that it runs and that this user may write to it, then retry.",
    )
    try:
        raise failure from None
    finally:
        failure.__context__ = None

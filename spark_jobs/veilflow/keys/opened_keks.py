"""Opened key-encryption keys in memory: usable, never printable, never serialised."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import NoReturn

__all__ = ["HiddenKeys", "OpenedKeks"]


class HiddenKeys(Mapping[str, bytes]):
    """A read-only mapping of names to keys whose repr shows the names alone.

    It refuses to be pickled: in a task's closure keys would reach Spark's event log and disks.
    Open them where they are used. Not promised: that memory is wiped (Python can't).
    """

    def __init__(self, keys: Mapping[str, bytes]) -> None:
        self._keys = dict(keys)

    def __getitem__(self, name: str) -> bytes:
        return self._keys[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._keys)

    def __len__(self) -> int:
        return len(self._keys)

    def __repr__(self) -> str:
        return f"<keys of {', '.join(self._keys) or 'nothing'}>"

    def __reduce__(self) -> NoReturn:
        raise TypeError("Opened keys are never serialised; open them in the process that uses them")


class OpenedKeks:
    """``keks``: what this reader may open. ``closed``: the other classes, each with its reason."""

    def __init__(self, keks: Mapping[str, bytes], closed: Mapping[str, str]) -> None:
        self.keks: Mapping[str, bytes] = HiddenKeys(keks)
        self.closed: Mapping[str, str] = MappingProxyType(dict(closed))

    def __repr__(self) -> str:
        return f"OpenedKeks(keks={self.keks!r}, closed={sorted(self.closed)})"

    def __reduce__(self) -> NoReturn:
        raise TypeError("Opened keys are never serialised; open them in the process that uses them")

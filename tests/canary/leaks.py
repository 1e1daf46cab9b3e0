"""Find values and keys where they must not be.

``find_leaks(paths, needles)`` searches files and whole folders, and what is inside archives,
databases, Parquet files and compressed logs. Make needles with ``text_needle``,
``number_needle`` and ``key_needle``.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tests.canary.containers import pieces
from tests.canary.forms import Needle, key_needle, number_needle, text_needle

__all__ = [
    "Leak",
    "Needle",
    "files_under",
    "find_leaks",
    "key_needle",
    "number_needle",
    "text_needle",
]

_TABLE_BITS = 22
_SPREAD = np.uint32(2654435761)
_EACH = 3


@dataclass(frozen=True)
class Leak:
    """One find: which value, in which form, where, and the bytes around it."""

    label: str
    form: str
    where: str
    offset: int
    around: bytes

    def __str__(self) -> str:
        return f"{self.label} as {self.form} in {self.where} at {self.offset}: {self.around!r}"


def find_leaks(
    paths: Iterable[Path | str],
    needles: Iterable[Needle],
    *,
    skip: Callable[[Path], bool] = lambda path: False,
) -> list[Leak]:
    """Every needle found in the files ``paths`` or below the folders ``paths``.

    A needle is told at most three times a file. ``skip`` leaves files out. Raises
    FileNotFoundError for a path that doesn't exist: a search of nothing finds nothing.
    """
    patterns = _Patterns(needles)
    found: list[Leak] = []
    for path in files_under(paths):
        if skip(path):
            continue
        told: dict[str, int] = {}
        try:
            for where, data in pieces(path):
                for leak in patterns.search(where, data):
                    told[leak.label] = told.get(leak.label, 0) + 1
                    if told[leak.label] <= _EACH:
                        found.append(leak)
        except FileNotFoundError:  # deleted since it was listed
            continue
    return found


def files_under(paths: Iterable[Path | str]) -> Iterator[Path]:
    """The files themselves and those below the folders; symbolic links aren't followed."""
    for path in map(Path, paths):
        if not path.exists():
            raise FileNotFoundError(f"{path}: there is nothing to search")
        if path.is_file():
            yield path
        else:
            for folder, _, names in os.walk(path):
                for name in sorted(names):
                    file = Path(folder) / name
                    if file.is_file() and not file.is_symlink():
                        yield file


class _Patterns:
    """Many patterns at once: a table of their first four bytes, then an exact look-up."""

    def __init__(self, needles: Iterable[Needle]) -> None:
        self.meaning: dict[bytes, tuple[str, str]] = {}
        self.lengths: dict[bytes, set[int]] = {}
        for needle in needles:
            for pattern, form in needle.patterns.items():
                self.meaning.setdefault(pattern, (needle.label, form))
                self.lengths.setdefault(pattern[:4], set()).add(len(pattern))
        if not self.meaning:
            raise ValueError("no needle to look for")
        self.table = np.zeros(1 << _TABLE_BITS, dtype=bool)
        heads = np.frombuffer(b"".join(self.lengths), dtype="<u4")
        self.table[_slot(heads)] = True

    def search(self, where: str, data: bytes) -> Iterator[Leak]:
        for position in self._candidates(data):
            lengths = self.lengths.get(data[position : position + 4])
            if lengths is None:
                continue
            for length in lengths:
                known = self.meaning.get(data[position : position + length])
                if known is not None:
                    around = data[max(0, position - 60) : position + length + 60]
                    yield Leak(*known, where, position, around)

    def _candidates(self, data: bytes) -> list[int]:
        found = []
        for shift in range(4):
            count = (len(data) - shift) // 4
            if count > 0:
                words = np.frombuffer(data, dtype="<u4", count=count, offset=shift)
                found.append(np.flatnonzero(self.table[_slot(words)]) * 4 + shift)
        return sorted(np.concatenate(found).tolist()) if found else []


def _slot(words: NDArray[np.uint32]) -> NDArray[np.uint32]:
    mixed: NDArray[np.uint32] = (words * _SPREAD) >> np.uint32(32 - _TABLE_BITS)
    return mixed

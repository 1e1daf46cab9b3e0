"""A table's files in pieces that can be read apart, by any number of processes.

A piece is a file, or some row groups of a large Parquet file; CSV and JSON lines aren't split, for
a line's end may be inside a cell. Each piece knows which version of the file was planned with, and
a reader that meets another one says so.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from veilflow.classify.data_files import DataFile
from veilflow.classify.local_files import Batch, file_batches, format_of, group_sizes, table_files
from veilflow.errors import SourceChanged, SourceError

__all__ = ["Piece", "dealt", "lots_of", "pieces_of", "read_piece"]

_AT_ONCE = 16
"""Requests for versions that are under way at a time: each waits for a server's answer."""
_LOTS_A_CORE = 4
"""So that a core which got slow files doesn't keep the others waiting for long."""
_LARGEST_LOT = 512 * 1024 * 1024
"""What is read again where a worker is lost."""
_MOST_LOTS = 2_000
_SMALLEST_PART = 1024 * 1024


@dataclass(frozen=True)
class Piece:
    """``position`` is the file's place in the table; ``groups`` None means the whole file."""

    file: DataFile
    position: int
    version: str
    size: int
    groups: tuple[int, ...] | None = None


def pieces_of(address: str | Path, lots: int | None = None) -> list[Piece]:
    """The files of the table at an address; large ones in parts where they go into ``lots``."""
    files = table_files(address)
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        versions = list(pool.map(DataFile.version, files))
    wholes = [
        Piece(file, position, version, file.size)
        for position, (file, version) in enumerate(zip(files, versions, strict=True))
    ]
    if lots is None:
        return wholes
    largest = max(_SMALLEST_PART, sum(file.size for file in files) // lots)
    return [piece for whole in wholes for piece in _parted(whole, largest)]


def lots_of(address: str | Path, cores: int) -> list[list[Piece]]:
    """The pieces of a table in lots of about the same size, each in the table's order."""
    size = sum(file.size for file in table_files(address))
    count = min(_MOST_LOTS, max(_LOTS_A_CORE * cores, size // _LARGEST_LOT))
    return dealt(pieces_of(address, count), count)


def dealt(pieces: Sequence[Piece], count: int) -> list[list[Piece]]:
    """The pieces in at most ``count`` lots of about the same size, each in the table's order."""
    lots: list[list[Piece]] = [[] for _ in range(max(1, min(count, len(pieces))))]
    filled = [(0, number) for number in range(len(lots))]
    for piece in sorted(pieces, key=lambda piece: -piece.size):
        size, number = heapq.heappop(filled)
        lots[number].append(piece)
        heapq.heappush(filled, (size + piece.size, number))
    return [sorted(lot, key=lambda piece: (piece.position, piece.groups or ())) for lot in lots]


def read_piece(piece: Piece, longest_cell: int) -> Iterator[Batch]:
    """The rows of a piece. Raises SourceChanged if the file isn't what the plan was made with.

    It is looked at before and after: what a reader finds between two versions is of neither.
    """
    _check(piece)
    try:
        yield from file_batches(piece.file, longest_cell, piece.groups)
    except SourceError:
        _check(piece)
        raise
    _check(piece)


def _check(piece: Piece) -> None:
    if piece.file.version() != piece.version:
        raise SourceChanged(
            f"{piece.file} was written anew while it was looked at.",
            remedy="Look again once nobody writes there any more.",
        )


def _parted(whole: Piece, largest: int) -> Iterator[Piece]:
    if whole.size <= largest or format_of(whole.file) != "parquet":
        yield whole
        return
    groups: list[int] = []
    held = 0
    for number, size in enumerate(group_sizes(whole.file)):
        if groups and held + size > largest:
            yield Piece(whole.file, whole.position, whole.version, held, tuple(groups))
            groups, held = [], 0
        groups.append(number)
        held += size
    yield Piece(whole.file, whole.position, whole.version, held, tuple(groups))

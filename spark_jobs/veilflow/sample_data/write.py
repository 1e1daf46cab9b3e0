"""Writing the hospital to files: whole files only, and never over somebody else's."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

import pyarrow as pa

from veilflow.errors import StageFailed, UsageError
from veilflow.sample_data.hospital import BLOCK, GENERATOR_VERSION, SCHEMAS, Block, make_blocks
from veilflow.sample_data.identifiers import MAX_DISTINCT

__all__ = ["FileFormat", "HospitalSummary", "write_hospital"]

FileFormat = Literal["parquet", "csv"]

_BLOCKS_IN_PART = 10
_FINISHED = "_sample.json"
_UNFINISHED = "_unfinished.json"


@dataclass(frozen=True)
class HospitalSummary:
    """Rows of each table, and the bytes of all files.

    ``seconds`` is how long this call took; ``reused`` says that the files were there already.
    """

    patients: int
    encounters: int
    notes: int
    bytes: int
    seconds: float
    reused: bool


@dataclass(frozen=True)
class _Part:
    table: str
    name: str
    rows: int
    bytes: int


def write_hospital(
    root: str | Path,
    rows: int,
    seed: int,
    *,
    file_format: FileFormat = "parquet",
    progress: Callable[[int, int], None] | None = None,
) -> HospitalSummary:
    """Write ``rows`` patients with their encounters and notes under ``root``.

    The caller gets ``root/patients``, ``root/encounters`` and ``root/notes``, each with files
    ``part-00000`` and so on of 100,000 patients, and ``root/_sample.json``, which says how they
    were made. No rows still make one file a table, with its columns.

    The same rows, seed and format give the same bytes on the same versions of NumPy, PyArrow and
    this generator; the first N patients with all that is theirs are the same for every ``rows``
    of at least N. Memory is that of one part, about a third of a gigabyte, whatever ``rows`` is.

    A file appears only when it is complete. A ``root`` that holds the finished result of the same
    arguments is left alone and reported as reused (sizes are checked, contents aren't); one that
    holds the interrupted result is written anew; any other content is refused, nothing touched.

    ``progress`` is called with the patients done and ``rows``, in steps of at most 10,000.

    :raises UsageError: an argument is out of range, or ``root`` holds something else.
    :raises StageFailed: a file could not be written, for instance because the disk is full.
    """
    started = time.perf_counter()
    order = _checked_order(rows, seed, file_format)
    root = Path(root)
    try:
        parts = _finished_parts(root, order)
        reused = parts is not None
        if parts is None:
            with _claimed(root, order):
                parts = _write_parts(root, rows, seed, file_format, progress)
                _write_record(root / _FINISHED, order, parts)
    except OSError as error:
        raise StageFailed(
            f"The sample data can't be written under {root}: "
            f"{error.strerror or type(error).__name__}.",
            remedy="Make room or name another folder, and run the same command again.",
        ) from error
    counts = {table: sum(p.rows for p in parts if p.table == table) for table in SCHEMAS}
    size = sum(part.bytes for part in parts)
    seconds = time.perf_counter() - started
    return HospitalSummary(**counts, bytes=size, seconds=seconds, reused=reused)


def _checked_order(rows: int, seed: int, file_format: str) -> dict[str, Any]:
    given: dict[str, object] = {"rows": rows, "seed": seed}
    for name, value in given.items():
        if isinstance(value, bool) or not isinstance(value, int) or value < 0:
            raise UsageError(f"Sample data: {name} must be a whole number from 0 on.")
    if rows > MAX_DISTINCT:
        raise UsageError(
            f"Sample data: {rows:,} rows are more than the {MAX_DISTINCT:,} social security "
            "numbers that can't belong to anybody.",
            remedy="Ask for fewer rows.",
        )
    if file_format not in get_args(FileFormat):
        raise UsageError(
            f"Sample data: the format must be one of {', '.join(get_args(FileFormat))}."
        )
    return {
        "generator_version": GENERATOR_VERSION,
        "rows": rows,
        "seed": seed,
        "format": file_format,
    }


def _finished_parts(root: Path, order: dict[str, Any]) -> list[_Part] | None:
    """The files of a finished run of the same order, None where no run has finished."""
    if not (root / _FINISHED).is_file():
        return None
    record = _read_record(root / _FINISHED)
    if {key: record.get(key) for key in order} != order:
        raise _refusal(root, "holds sample data of other parameters")
    try:
        parts = [_Part(**part) for part in record["files"]]
        sizes = [(root / part.table / part.name).stat().st_size for part in parts]
    except (KeyError, TypeError, FileNotFoundError):
        raise _refusal(root, "lacks some of its files") from None
    if sizes != [part.bytes for part in parts]:
        raise _refusal(root, "was changed after it was written")
    return parts


def _refusal(root: Path, problem: str) -> UsageError:
    return UsageError(
        f"Sample data: {root} {problem}; nothing was written.",
        remedy="Name another folder, or remove this one.",
    )


@contextmanager
def _claimed(root: Path, order: dict[str, Any]) -> Iterator[None]:
    """The folder, marked as being written, for this process alone.

    The mark stays behind if the run is interrupted, so that the same command may start over.
    """
    import fcntl

    if root.exists() and not root.is_dir():
        raise _refusal(root, "is a file")
    root.mkdir(parents=True, exist_ok=True)
    mark = root / _UNFINISHED
    if not mark.exists() and any(root.iterdir()):
        raise _refusal(root, "isn't empty")
    with mark.open("a+") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise _refusal(root, "is being written by another run") from None
        if mark.stat().st_size == 0:
            handle.write(json.dumps(order))
            handle.flush()
        elif _read_record(mark) != order:
            raise _refusal(root, "holds an interrupted run of other parameters")
        yield
        mark.unlink(missing_ok=True)


def _read_record(path: Path) -> dict[str, Any]:
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        record = None
    if not isinstance(record, dict):
        raise _refusal(path.parent, f"has an unreadable {path.name}")
    return record


def _write_record(path: Path, order: dict[str, Any], parts: list[_Part]) -> None:
    text = json.dumps({**order, "files": [vars(part) for part in parts]}, indent=1)
    with _whole_file(path) as unfinished:
        unfinished.write_text(text + "\n", encoding="utf-8")


def _write_parts(
    root: Path,
    rows: int,
    seed: int,
    file_format: str,
    progress: Callable[[int, int], None] | None,
) -> list[_Part]:
    parts: list[_Part] = []
    blocks: list[Block] = []
    for number, block in enumerate(make_blocks(rows, seed), start=1):
        blocks.append(block)
        done = min(number * BLOCK, rows)
        if len(blocks) == _BLOCKS_IN_PART or done == rows:
            parts += _write_part(root, (number - 1) // _BLOCKS_IN_PART, blocks, file_format)
            blocks = []
        if progress is not None:
            progress(done, rows)
    return parts or _write_part(root, 0, [], file_format)


def _write_part(root: Path, number: int, blocks: list[Block], file_format: str) -> list[_Part]:
    """One file a table."""
    parts = []
    name = f"part-{number:05d}.{file_format}"
    for table, schema in SCHEMAS.items():
        path = root / table / name
        path.parent.mkdir(exist_ok=True)
        pieces = [getattr(block, table) for block in blocks]
        whole = pa.concat_tables([schema.empty_table(), *pieces])
        with _whole_file(path) as unfinished:
            _write_table(whole, unfinished, file_format)
        parts.append(_Part(table, name, len(whole), path.stat().st_size))
    return parts


def _write_table(table: pa.Table, path: Path, file_format: str) -> None:
    if file_format == "csv":
        import pyarrow.csv

        pyarrow.csv.write_csv(table, path)
    else:
        import pyarrow.parquet

        pyarrow.parquet.write_table(table, path, compression="zstd")


@contextmanager
def _whole_file(path: Path) -> Iterator[Path]:
    """A hidden file beside ``path`` that takes its name when the block ends well."""
    unfinished = path.with_name(f".{path.name}.tmp")
    try:
        yield unfinished
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)

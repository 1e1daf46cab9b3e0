"""What is inside a file: compressed streams, archives, databases and tables, opened as often as
they are nested.

Raw bytes are always among the pieces; what can't be opened is left at that, so whoever relies on
a format shows with a known text that it was opened.
"""

from __future__ import annotations

import io
import sqlite3
import tarfile
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

__all__ = ["pieces"]

_DEEPEST = 4
_MOST = 512 << 20
_STREAMS = {
    b"\x1f\x8b": "gzip",
    b"\x28\xb5\x2f\xfd": "zstd",
    b"\x04\x22\x4d\x18": "lz4",
    b"BZh": "bz2",
}
_LZ4_BLOCK = b"LZ4Block"
_SNAPPY = b"\x82SNAPPY\x00"
_SQLITE = b"SQLite format 3\x00"


def pieces(path: Path) -> Iterator[tuple[str, bytes]]:
    """(where, bytes) for the file and everything found inside it."""
    data = path.read_bytes()
    if data.startswith(_SQLITE):
        yield str(path), data
        for name, content in _database(path):
            yield f"{path}!{name}", content
    else:
        yield from _inside(str(path), data, 0)


def _inside(where: str, data: bytes, depth: int) -> Iterator[tuple[str, bytes]]:
    yield where, data
    if depth >= _DEEPEST:
        return
    for name, content in _members(data):
        yield from _inside(f"{where}!{name}", content, depth + 1)


def _members(data: bytes) -> Iterator[tuple[str, bytes]]:
    for magic, codec in _STREAMS.items():
        if data.startswith(magic):
            yield codec, _stream(data, codec)
    if data.startswith(b"PK\x03\x04"):
        yield from _zip(data)
    elif data.startswith(b"PAR1"):
        yield from _parquet(data)
    elif data[257:262] == b"ustar":
        yield from _tar(data)
    elif data.startswith(_SQLITE):
        with tempfile.NamedTemporaryFile(suffix=".db") as copy:
            copy.write(data)
            copy.flush()
            yield from _database(Path(copy.name))
    if _LZ4_BLOCK in data:
        yield "lz4 blocks", _lz4_blocks(data)
    if _SNAPPY in data:
        yield "snappy blocks", _snappy_blocks(data)


def _stream(data: bytes, codec: str) -> bytes:
    """As much as can be decompressed; a log that is still being written ends in the middle."""
    out = io.BytesIO()
    with suppress(OSError, pa.ArrowException, EOFError):
        with pa.CompressedInputStream(pa.BufferReader(data), codec) as stream:
            while (chunk := stream.read(1 << 16)) and out.tell() < _MOST:
                out.write(chunk)
    return out.getvalue()


def _zip(data: bytes) -> Iterator[tuple[str, bytes]]:
    with (
        suppress(zipfile.BadZipFile, OSError, RuntimeError),
        zipfile.ZipFile(io.BytesIO(data)) as archive,
    ):
        for info in archive.infolist():
            if info.file_size <= _MOST:
                yield info.filename, archive.read(info)


def _tar(data: bytes) -> Iterator[tuple[str, bytes]]:
    with suppress(tarfile.TarError, OSError), tarfile.open(fileobj=io.BytesIO(data)) as archive:
        for member in archive:
            content = archive.extractfile(member) if member.size <= _MOST else None
            if content is not None:
                yield member.name, content.read()


def _parquet(data: bytes) -> Iterator[tuple[str, bytes]]:
    """Every cell as text or bytes: pages may be compressed, and long runs dictionary-encoded."""
    with suppress(pa.ArrowException, OSError):
        table = pq.read_table(pa.BufferReader(data))
        for name, column in zip(table.column_names, table.columns, strict=True):
            yield name, b"\x00".join(_cell(value) for value in column.to_pylist())


def _database(path: Path) -> Iterator[tuple[str, bytes]]:
    """Every table's cells; the raw file would show a long value cut into pages."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "copy.db"
        for ending in ("", "-wal", "-journal"):
            source = path.with_name(path.name + ending)
            if source.exists():
                copy.with_name(copy.name + ending).write_bytes(source.read_bytes())
        with suppress(sqlite3.Error), closing(sqlite3.connect(copy)) as database:
            database.text_factory = bytes
            tables = database.execute(
                "select name from sqlite_master where type = 'table'"
            ).fetchall()
            for (name,) in tables:
                quoted = name.decode().replace('"', '""')
                rows = database.execute(f'select * from "{quoted}"')
                cells = [_cell(value) for row in rows for value in row]
                yield name.decode(), b"\x00".join(cells)
                for number, cell in enumerate(cells):
                    for member, content in _members(cell):
                        yield f"{name.decode()}#{number}!{member}", content


def _cell(value: object) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "surrogatepass")


def _lz4_blocks(data: bytes) -> bytes:
    """The blocks that Spark's default codec writes: shuffle, spill and broadcast files."""
    codec, out, at = pa.Codec("lz4_raw"), io.BytesIO(), data.find(_LZ4_BLOCK)
    while at >= 0 and out.tell() < _MOST:
        head = data[at + 8 : at + 21]
        body = at + 21
        if len(head) == 13:
            packed = int.from_bytes(head[1:5], "little")
            size = int.from_bytes(head[5:9], "little")
            block = data[body : body + packed]
            if head[0] & 0xF0 == 0x10:
                out.write(block)
            elif 0 < size <= _MOST:
                with suppress(pa.ArrowException, OSError):
                    out.write(codec.decompress(block, size).to_pybytes())
        at = data.find(_LZ4_BLOCK, body)
    return out.getvalue()


def _snappy_blocks(data: bytes) -> bytes:
    """Streams as snappy-java frames them: after the header, length and block by turns."""
    codec, out, at = pa.Codec("snappy"), io.BytesIO(), data.find(_SNAPPY)
    while at >= 0:
        place = at + 16
        while place + 4 <= len(data) and not data.startswith(_SNAPPY, place):
            packed = int.from_bytes(data[place : place + 4], "big")
            block = data[place + 4 : place + 4 + packed]
            size = _snappy_size(block)
            if not 0 < packed <= len(data) or not 0 < size <= _MOST:
                break
            with suppress(pa.ArrowException, OSError):
                out.write(codec.decompress(block, size).to_pybytes())
            place += 4 + packed
        at = data.find(_SNAPPY, place)
    return out.getvalue()


def _snappy_size(block: bytes) -> int:
    size = 0
    for shift, byte in enumerate(block[:5]):
        size |= (byte & 0x7F) << (7 * shift)
        if byte < 0x80:
            return size
    return 0

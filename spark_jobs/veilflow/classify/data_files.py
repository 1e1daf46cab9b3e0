"""The data files at an address: a path of this machine, or ``s3://bucket/prefix``.

S3 is read by PyArrow, only as far as a reader asks; nothing is staged on a disk. Credentials never
come from the address (:mod:`veilflow.classify.s3_server`).
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import IO, Any, cast
from urllib.parse import urlsplit

from veilflow.classify.s3_server import S3Server, file_system, s3_told
from veilflow.errors import SourceError, UsageError

__all__ = ["DataFile", "files_at", "is_s3", "visible"]

_S3 = "s3://"


@dataclass(frozen=True)
class DataFile:
    """One file. ``parts`` are the names on the way to it from the address that was asked for.

    There are none where that address is the file's own. ``server`` tells another process how the
    bucket is reached; it holds no credentials, which each process takes from its own environment.
    """

    address: str
    parts: tuple[str, ...]
    size: int
    server: S3Server | None = None

    @cached_property
    def name(self) -> str:
        """Its last part."""
        return self.address.rpartition("/")[2]

    def open(self) -> IO[bytes]:
        """The file for reading; readers may seek in it."""
        if self.server is None:
            return open(self.address, "rb")
        return cast(IO[bytes], self._object())

    def version(self) -> str:
        """What is another one as soon as other bytes are at the address: an ETag, or size and time.

        Raises SourceError where there is no such file any more.
        """
        if self.server is not None:
            with self._object() as found, s3_told(self.address):
                return str(found.metadata()["ETag"])
        try:
            found = os.stat(self.address)
        except OSError as error:
            raise SourceError(
                f"{self.address}: can't be read ({type(error).__name__}).",
                remedy="Does every worker see it, and may it read it?",
            ) from None
        return f"{found.st_size}-{found.st_mtime_ns}"

    def _object(self) -> Any:
        assert self.server is not None
        with s3_told(self.address):
            system = file_system(_bucket(self.address), self.server)
            return system.open_input_file(_key(self.address))

    def __str__(self) -> str:
        return self.address


def is_s3(address: str | Path) -> bool:
    """Whether the address is one of a bucket."""
    return str(address).startswith(_S3)


def files_at(address: str | Path) -> list[DataFile]:
    """The file at an address, or all files below it, by name. Raises SourceError for nothing."""
    if is_s3(address):
        return _objects(str(address))
    path = Path(address)
    if path.is_file():
        return [DataFile(str(path), (), path.stat().st_size)]
    if not path.is_dir():
        raise SourceError(f"{path} does not exist.", remedy="Give a file or a directory.")
    return [
        DataFile(str(file), file.relative_to(path).parts, file.stat().st_size)
        for file in sorted(path.rglob("*"))
        if file.is_file()
    ]


def _objects(address: str) -> list[DataFile]:
    from pyarrow import fs

    root, server = _key(address), S3Server.here()
    with s3_told(address):
        system = file_system(_bucket(address), server)
        (info,) = system.get_file_info([root])
        if info.type == fs.FileType.File:
            return [DataFile(f"{_S3}{root}", (), info.size, server)]
        try:
            listed = system.get_file_info(fs.FileSelector(root, recursive=True))
        except FileNotFoundError:
            listed = []
        found = sorted((e.path, e.size) for e in listed if e.type == fs.FileType.File)
    if not found:
        raise SourceError(
            f"{address}: there is no object with this name or prefix.",
            remedy="Check bucket and prefix.",
        )
    return [DataFile(f"{_S3}{key}", _below(key, root), size, server) for key, size in found]


def _below(key: str, root: str) -> tuple[str, ...]:
    return tuple(key[len(root) :].strip("/").split("/"))


def _bucket(address: str) -> str:
    parts = urlsplit(address)
    if not parts.netloc or "@" in parts.netloc or parts.query:
        raise UsageError(
            "The address of a bucket holds more than its name and a prefix.",
            remedy="Write s3://bucket/prefix; credentials come from the environment.",
        )
    return parts.netloc


def _key(address: str) -> str:
    return address.removeprefix(_S3).strip("/")


def visible(files: Sequence[DataFile]) -> list[DataFile]:
    """The files without those that engines hide: a name on the way begins with ``_`` or ``.``."""
    return [f for f in files if not any(part.startswith(("_", ".")) for part in f.parts)]

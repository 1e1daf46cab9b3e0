"""The data files at an address: a path of this machine, or ``s3://bucket/prefix``.

S3 is read by PyArrow in this process, only as far as a reader asks; nothing is staged on a disk.
Credentials come from the usual AWS environment (variables, profile, instance role), never from the
address; ``AWS_ENDPOINT_URL_S3`` or ``AWS_ENDPOINT_URL`` names another server that speaks S3.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import IO, Any, cast
from urllib.parse import urlsplit

from veilflow.errors import SourceError, UsageError

__all__ = ["DataFile", "files_at", "is_s3", "visible"]

_S3 = "s3://"
_WAIT = 20


@dataclass(frozen=True)
class DataFile:
    """One file. ``parts`` are the names on the way to it from the address that was asked for.

    There are none where that address is the file's own.
    """

    address: str
    parts: tuple[str, ...]

    @cached_property
    def name(self) -> str:
        """Its last part."""
        return self.address.rpartition("/")[2]

    def open(self) -> IO[bytes]:
        """The file for reading; readers may seek in it."""
        if not is_s3(self.address):
            return open(self.address, "rb")
        with _told(self.address):
            found = _file_system(_bucket(self.address)).open_input_file(_key(self.address))
        return cast(IO[bytes], found)

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
        return [DataFile(str(path), ())]
    if not path.is_dir():
        raise SourceError(f"{path} does not exist.", remedy="Give a file or a directory.")
    return [
        DataFile(str(file), file.relative_to(path).parts)
        for file in sorted(path.rglob("*"))
        if file.is_file()
    ]


def _objects(address: str) -> list[DataFile]:
    from pyarrow import fs

    root = _key(address)
    with _told(address):
        system = _file_system(_bucket(address))
        (info,) = system.get_file_info([root])
        if info.type == fs.FileType.File:
            return [DataFile(f"{_S3}{root}", ())]
        selector = fs.FileSelector(root, recursive=True, allow_not_found=True)
        found = sorted(
            entry.path for entry in system.get_file_info(selector) if entry.type == fs.FileType.File
        )
    if not found:
        raise SourceError(
            f"{address}: there is no object with this name or prefix.",
            remedy="Check bucket and prefix.",
        )
    return [DataFile(f"{_S3}{key}", _below(key, root)) for key in found]


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


@lru_cache(maxsize=8)
def _file_system(bucket: str) -> Any:
    from pyarrow import fs

    endpoint = os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL")
    region = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")
    if endpoint is None:
        return fs.S3FileSystem(
            region=region or fs.resolve_s3_region(bucket),
            connect_timeout=_WAIT, request_timeout=3 * _WAIT,
        )  # fmt: skip
    parts = urlsplit(endpoint)
    return fs.S3FileSystem(
        scheme=parts.scheme, endpoint_override=parts.netloc, region=region or "us-east-1",
        connect_timeout=_WAIT, request_timeout=3 * _WAIT,
    )  # fmt: skip


@contextmanager
def _told(address: str) -> Iterator[None]:
    try:
        yield
    except (OSError, ValueError) as error:
        raise SourceError(
            f"{address}: can't be read ({type(error).__name__}).",
            remedy="Check bucket and prefix, AWS_ENDPOINT_URL_S3, and whether the credentials in "
            "the environment may list and read it.",
        ) from None


def visible(files: Sequence[DataFile]) -> list[DataFile]:
    """The files without those that engines hide: a name on the way begins with ``_`` or ``.``."""
    return [f for f in files if not any(part.startswith(("_", ".")) for part in f.parts)]

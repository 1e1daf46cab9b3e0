"""An object store in one directory: the embedded default, for one machine or a shared mount.

Readers see an object whole or not at all, across processes and after a crash. Directories are
made 0700 and files 0600. Not promised: atomic conditional writes on a network file system whose
``flock`` or hard links are only pretended.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import secrets
import stat
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import BinaryIO
from urllib.parse import quote

from veilflow.errors import StoreUnavailable, UsageError
from veilflow.store.object_store import (
    RESERVED,
    ObjectExists,
    ObjectInfo,
    ObjectNotFound,
    PreconditionFailed,
    StoredObject,
    checked_key,
    checked_prefix,
)

__all__ = ["FileStore"]

_LOCK = f"{RESERVED}-lock"
_CHUNK = 1 << 20
_OPEN_DIR = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


class FileStore:
    """See :class:`~veilflow.store.object_store.ObjectStore`.

    Every path is walked segment by segment from an open directory without following symbolic
    links, so neither a key nor somebody's link inside the store leads out of it.
    """

    def __init__(self, root: str) -> None:
        self._root = os.path.abspath(root)

    @property
    def uri(self) -> str:
        return "file://" + quote(self._root)

    def __repr__(self) -> str:
        return f"FileStore({self.uri!r})"

    def put(
        self,
        key: str,
        data: bytes | BinaryIO,
        *,
        if_absent: bool = False,
        if_match: str | None = None,
    ) -> str:
        *folders, name = checked_key(key).split("/")
        if if_absent and if_match is not None:
            raise UsageError("if_absent and if_match exclude each other.", remedy="Give one.")
        temporary = f"{RESERVED}-{secrets.token_hex(16)}"
        try:
            with self._mapped_errors("write"), self._directory(folders, create=True) as folder:
                try:
                    etag = _write_synced(temporary, data, folder)
                    with self._locked():
                        if if_match is not None:
                            _require(if_match, name, folder, key)
                        if if_absent:
                            _link_absent(temporary, name, folder, key)
                        else:
                            os.rename(temporary, name, src_dir_fd=folder, dst_dir_fd=folder)
                    os.fsync(folder)
                finally:
                    _unlink_quietly(temporary, folder)
        except (FileNotFoundError, IsADirectoryError):
            raise StoreUnavailable(
                f"{self.uri} could not write {key!r}: a part of its path is an object or a folder.",
                remedy="Choose a key that isn't a folder of other keys, and keep the directory.",
            ) from None
        return etag

    def get(self, key: str) -> StoredObject:
        with self._opened(key) as file:
            etag = _etag(os.fstat(file.fileno()))
            return StoredObject(file.read(), etag)

    def get_range(self, key: str, start: int, length: int) -> bytes:
        if start < 0 or length < 0:
            raise UsageError("A range can't be negative.", remedy="Give start and length >= 0.")
        with self._opened(key) as file:
            file.seek(start)
            return file.read(length)

    def head(self, key: str) -> ObjectInfo | None:
        *folders, name = checked_key(key).split("/")
        try:
            with self._mapped_errors("look up"), self._directory(folders) as folder:
                found = os.stat(name, dir_fd=folder, follow_symlinks=False)
        except FileNotFoundError:
            return None
        return ObjectInfo(key, found.st_size, _etag(found)) if stat.S_ISREG(found.st_mode) else None

    def list(self, prefix: str = "") -> Iterator[ObjectInfo]:
        *folders, start = prefix.split("/")
        if folders:
            checked_key("/".join(folders))
        path = "".join(f"{folder}/" for folder in folders)
        try:
            with self._mapped_errors("list"), self._directory(folders) as folder:
                yield from self._walk(folder, path, start)
        except FileNotFoundError:
            return

    def delete(self, key: str) -> None:
        *folders, name = checked_key(key).split("/")
        try:
            with self._mapped_errors("delete"), self._directory(folders) as folder, self._locked():
                os.unlink(name, dir_fd=folder)
                os.fsync(folder)
        except (FileNotFoundError, IsADirectoryError):
            return

    def delete_prefix(self, prefix: str) -> int:
        keys = [info.key for info in self.list(checked_prefix(prefix))]
        for key in keys:
            self.delete(key)
        # Emptied folders stay: removing one races with a writer who just made it.
        return len(keys)

    @contextmanager
    def _directory(self, folders: Sequence[str], *, create: bool = False) -> Iterator[int]:
        """An open descriptor of the folder; FileNotFoundError where it isn't."""
        if create:
            _make_root(self._root)
        descriptor = os.open(self._root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            for name in folders:
                if create:
                    _make_folder(name, descriptor)
                descriptor, parent = _open_folder(name, descriptor), descriptor
                os.close(parent)
            yield descriptor
        finally:
            os.close(descriptor)

    @contextmanager
    def _opened(self, key: str) -> Iterator[BinaryIO]:
        *folders, name = checked_key(key).split("/")
        try:
            with self._mapped_errors("read"), self._directory(folders) as folder:
                if (status := _status(name, folder)) and stat.S_ISDIR(status.st_mode):
                    raise FileNotFoundError
                with os.fdopen(os.open(name, _READ, dir_fd=folder), "rb") as file:
                    yield file
        except FileNotFoundError:
            raise ObjectNotFound(
                f"{self.uri} has no object {key!r}.", remedy="Check the key and the store address."
            ) from None

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """One writer at a time in the moment where an object appears, changes or goes."""
        flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
        descriptor = os.open(os.path.join(self._root, _LOCK), flags, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    @contextmanager
    def _mapped_errors(self, doing: str) -> Iterator[None]:
        try:
            yield
        except (FileNotFoundError, IsADirectoryError):
            raise
        except OSError as error:
            raise _unavailable(self.uri, doing, error) from None

    def _walk(self, folder: int, path: str, start: str = "") -> Iterator[ObjectInfo]:
        with os.scandir(folder) as entries:
            found = [
                (entry.name + "/" if entry.is_dir(follow_symlinks=False) else entry.name)
                for entry in entries
                if entry.name.startswith(start) and not entry.name.startswith(RESERVED)
            ]
        # A folder sorts with its slash: "a-b" comes before "a/b", as in S3's listings.
        for name in sorted(found, key=os.fsencode):
            if name.endswith("/"):
                try:
                    inner = os.open(name[:-1], _OPEN_DIR, dir_fd=folder)
                except FileNotFoundError:
                    continue
                try:
                    yield from self._walk(inner, path + name)
                finally:
                    os.close(inner)
                continue
            if (status := _status(name, folder)) and stat.S_ISREG(status.st_mode):
                yield ObjectInfo(path + name, status.st_size, _etag(status))


def _etag(status: os.stat_result) -> str:
    # Our writes set a nanosecond clock as mtime: the kernel's own ticks are milliseconds apart, and
    # a freed inode may be handed out again within one.
    return f"{status.st_ino:x}-{status.st_mtime_ns:x}-{status.st_size:x}"


def _status(name: str, folder: int) -> os.stat_result | None:
    try:
        return os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return None


def _write_synced(name: str, data: bytes | BinaryIO, folder: int) -> str:
    descriptor = os.open(name, _CREATE, 0o600, dir_fd=folder)
    with os.fdopen(descriptor, "wb", buffering=0) as file:
        for chunk in _chunks(data):
            while chunk:
                chunk = chunk[file.write(chunk) :]
        os.fsync(descriptor)
        now = time.time_ns()
        os.utime(descriptor, ns=(now, now))
        return _etag(os.fstat(descriptor))


def _chunks(data: bytes | BinaryIO) -> Iterator[memoryview]:
    if isinstance(data, bytes):
        yield memoryview(data)
        return
    data.seek(0)
    while chunk := data.read(_CHUNK):
        yield memoryview(chunk)


def _require(etag: str, name: str, folder: int, key: str) -> None:
    status = _status(name, folder)
    if status is None or _etag(status) != etag:
        raise PreconditionFailed(
            f"The object {key!r} changed since it was read.",
            remedy="Read it again and decide anew.",
        )


def _link_absent(temporary: str, name: str, folder: int, key: str) -> None:
    try:
        os.link(temporary, name, src_dir_fd=folder, dst_dir_fd=folder, follow_symlinks=False)
    except FileExistsError:
        raise ObjectExists(
            f"The object {key!r} exists already.", remedy="Read it, or choose another key."
        ) from None


def _make_root(path: str) -> None:
    # os.makedirs gives its mode to the last folder only.
    if not os.path.isdir(path):
        _make_root(os.path.dirname(path))
        with contextlib.suppress(FileExistsError):
            os.mkdir(path, 0o700)


def _make_folder(name: str, parent: int) -> None:
    try:
        os.mkdir(name, 0o700, dir_fd=parent)
    except FileExistsError:
        return
    os.fsync(parent)


def _open_folder(name: str, parent: int) -> int:
    try:
        return os.open(name, _OPEN_DIR, dir_fd=parent)
    except OSError as error:
        if error.errno == errno.ENOTDIR and not stat.S_ISLNK(
            os.stat(name, dir_fd=parent, follow_symlinks=False).st_mode
        ):
            raise FileNotFoundError from None
        raise


def _unlink_quietly(name: str, folder: int) -> None:
    try:
        os.unlink(name, dir_fd=folder)
    except OSError:
        return


def _unavailable(uri: str, doing: str, error: OSError) -> StoreUnavailable:
    remedies = {
        errno.ENOSPC: "Free disk space there and retry.",
        errno.EDQUOT: "Raise the disk quota there and retry.",
        errno.EFBIG: "Raise the limit on file size and retry.",
        errno.EACCES: "Give this user access to the directory.",
        errno.EPERM: "Give this user access to the directory.",
        errno.EROFS: "Mount the file system for writing.",
        errno.ELOOP: "Remove the symbolic link: the store follows none.",
        errno.ENOTDIR: "Remove the file or symbolic link where a folder is needed.",
    }
    name = errno.errorcode.get(error.errno or 0, type(error).__name__)
    return StoreUnavailable(
        f"The store {uri} could not {doing} an object ({name}).",
        remedy=remedies.get(error.errno or 0, "Check the directory and its file system."),
    )

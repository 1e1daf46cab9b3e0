"""The audit log: who did what that a data protection officer will ask about, and why.

One put-if-absent object a record, each holding the SHA-256 of the one before: a record can't be
changed or removed from the middle without breaking the chain. Records hold no cell values.
"""

from __future__ import annotations

import datetime as dt
import getpass
import hashlib
import json
import socket
from typing import Any

from veilflow.errors import IntegrityError
from veilflow.store.object_store import ObjectExists, ObjectStore

__all__ = ["append_audit", "read_audit"]

_PREFIX = "audit/"


def append_audit(store: ObjectStore, action: str, subject: str, **details: str) -> int:
    """Append one record and return its number. Two writers at once get two numbers."""
    number, previous = _head(store)
    while True:
        number += 1
        record = {
            "format": 1,
            "number": number,
            "previous": previous,
            "when": dt.datetime.now(dt.UTC).isoformat(),
            "who": f"{_user()}@{socket.gethostname()}",
            "action": action,
            "subject": subject,
            "details": details,
        }
        body = json.dumps(record, sort_keys=True, ensure_ascii=False).encode()
        try:
            store.put(_key(number), body, if_absent=True)
            return number
        except ObjectExists:
            previous = _sha256(store.get(_key(number)).data)


def read_audit(store: ObjectStore) -> list[dict[str, Any]]:
    """All records in order. Raises IntegrityError where the chain is broken."""
    records: list[dict[str, Any]] = []
    previous = ""
    for expected, info in enumerate(store.list(_PREFIX), 1):
        data = store.get(info.key).data
        record = json.loads(data)
        if info.key != _key(expected) or record["previous"] != previous:
            raise IntegrityError(f"{info.key}: the audit log's chain is broken here")
        records.append(record)
        previous = _sha256(data)
    return records


def _head(store: ObjectStore) -> tuple[int, str]:
    last = None
    for last in store.list(_PREFIX):  # noqa: B007 - only the last one counts
        pass
    if last is None:
        return 0, ""
    number = int(last.key.removeprefix(_PREFIX).removesuffix(".json"))
    return number, _sha256(store.get(last.key).data)


def _key(number: int) -> str:
    return f"{_PREFIX}{number:09d}.json"


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"

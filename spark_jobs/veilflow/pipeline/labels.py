"""Where labels of notes are kept, and the key under which notes are named in them.

One object a note and person, ``labels/<dataset>/<column>/<note>-<person>.json``: two people, or two
sittings, never overwrite each other's work. Objects hold digests, offsets and types; the key is
derived from the dataset's digest root and is kept nowhere.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping

from veilflow.classify.labels import Label, Labels
from veilflow.errors import IntegrityError
from veilflow.keys import KeyProvider, derive, open_masking_root
from veilflow.policy import Policy
from veilflow.store.key_records import ensure_masking_root
from veilflow.store.object_store import ObjectStore

__all__ = ["label_key", "policy_labels", "read_labels", "save_label"]


def label_key(store: ObjectStore, provider: KeyProvider, dataset: str) -> bytes:
    """The 32-byte key of the dataset's note digests, the same for everybody who may open it."""
    root = open_masking_root(provider, ensure_masking_root(store, provider, dataset, "digest"))
    return derive(root, domain=dataset, use="labelled-notes")


def save_label(store: ObjectStore, dataset: str, table: str, column: str, label: Label) -> None:
    """Keep one person's label of one note; it replaces the same person's earlier one."""
    body = json.dumps(label.to_json(), sort_keys=True).encode()
    person = hashlib.sha256(label.labeller.encode()).hexdigest()[:12]
    store.put(f"{_prefix(dataset, table, column)}{label.note}-{person}.json", body)


def read_labels(store: ObjectStore, dataset: str, table: str, column: str) -> Iterator[Label]:
    """Every label of the column. Raises IntegrityError if one is damaged."""
    for info in store.list(_prefix(dataset, table, column)):
        data = None
        try:
            data = json.loads(store.get(info.key).data)
        except ValueError:
            pass
        if not isinstance(data, dict):
            raise IntegrityError(f"{info.key}: isn't a label any more; label the note again")
        yield Label.from_json(data)


def policy_labels(
    store: ObjectStore, provider: KeyProvider, policy: Policy
) -> Mapping[tuple[str, str], Labels]:
    """The labels of every released column of free text, by (table, column)."""
    columns = [
        (table, column)
        for table, rules in policy.tables.items()
        for column, rule in rules.released.items()
        if rule.is_released_text
    ]
    if not columns:
        return {}
    key = label_key(store, provider, policy.dataset)
    return {place: Labels.of(read_labels(store, policy.dataset, *place), key) for place in columns}


def _prefix(dataset: str, table: str, column: str) -> str:
    place = hashlib.sha256(f"{table}\0{column}".encode()).hexdigest()[:16]
    return f"labels/{dataset}/{place}/"

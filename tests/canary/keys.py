"""Every key that a run used, as needles: opened with the library, read from the keyring."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator

from veilflow.errors import KeyDestroyed
from veilflow.keys import derive, open_masking_root, open_provider
from veilflow.keys.hkdf import hkdf_sha256
from veilflow.keys.masking import MaskingPurpose
from veilflow.pipeline.run import RunRecord
from veilflow.policy.linkage import linkage_domain
from veilflow.store.key_records import load_masking_root, release_keks, release_key_ref
from veilflow.store.object_store import open_store

from tests.canary.forms import Needle, key_needle
from tests.canary.harness import Harness

__all__ = ["key_needles"]

# What token and vault token derive from a domain's key.
_CIPHERS = {
    "token": ((b"veilflow-token-1", b"aes-siv", 64),),
    "vault_token": ((b"veilflow-vault-1", b"fingerprint", 32), (b"veilflow-vault-1", b"value", 64)),
}
_PURPOSES: tuple[MaskingPurpose, ...] = ("masking", "digest")


def key_needles(harness: Harness) -> list[Needle]:
    """The keyring's own keys, the masking roots, what was derived from them, and the KEKs.

    Of a destroyed release its own key is there, kept from before, and no KEK.
    """
    found = dict(_materials(harness))
    for path in (harness.home / "store/runs").rglob("run.json"):
        record = RunRecord.from_json(json.loads(path.read_bytes()))
        found.update(_masking_keys(harness, record))
        found.update(_release_keys(harness, record.dataset))
    return [key_needle(label, key) for label, key in found.items()]


def _materials(harness: Harness) -> Iterator[tuple[str, bytes]]:
    for folder in (harness.keyring, harness.kept_keys):
        for path in folder.rglob("*.json"):
            try:
                document = json.loads(path.read_bytes())
            except ValueError:  # a link to a file that was never finished
                continue
            for version in document["versions"]:
                label = f"key {document['key_id']} version {version['number']}"
                yield label, base64.b64decode(version["material"])


def _masking_keys(harness: Harness, record: RunRecord) -> Iterator[tuple[str, bytes]]:
    provider = open_provider(harness.keyring.as_uri())
    store, policy = open_store((harness.home / "store").as_uri()), record.policy
    for purpose in _PURPOSES:
        if not (harness.home / f"store/keys/{policy.dataset}/masking/{purpose}.json").exists():
            continue
        root = open_masking_root(provider, load_masking_root(store, policy.dataset, purpose))
        yield f"{purpose} root of {policy.dataset}", root
        uses = [("source-digest", policy.dataset)]
        if purpose == "masking":
            uses = [
                (column.treatment, linkage_domain(policy, table, name, record.run))
                for table, rules in policy.tables.items()
                for name, column in rules.released.items()
            ]
        for use, domain in uses:
            key = derive(root, domain=domain, use=use)
            yield f"key of {domain} for {use}", key
            for salt, info, length in _CIPHERS.get(use, ()):
                cipher = hkdf_sha256(key, salt=salt, info=info, length=length)
                yield f"key of {domain} for {info.decode()} of {use}", cipher


def _release_keys(harness: Harness, dataset: str) -> Iterator[tuple[str, bytes]]:
    provider, store = harness.keyring.as_uri(), (harness.home / "store").as_uri()
    for record in (harness.home / "store/keys" / dataset).glob("*.json"):
        try:
            keks = release_keks(release_key_ref(provider, store, dataset, record.stem))
        except KeyDestroyed:
            continue
        for name, kek in keks.items():
            yield f"KEK {name} of {dataset}/{record.stem}", kek

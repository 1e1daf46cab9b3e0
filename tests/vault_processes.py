"""Processes that tokenise the same new values at once, each in an order of its own."""

from __future__ import annotations

import multiprocessing
from collections.abc import Sequence
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier

import pyarrow as pa
from veilflow.mask import DomainKey
from veilflow.mask.vault_token import KeyedVaultToken
from veilflow.vault import open_vault

__all__ = ["KEY", "tokens_of_processes"]

KEY = DomainKey(bytes(range(32)), "people/default/planning/unit", 1)


def tokens_of_processes(uri: str, names: Sequence[str]) -> dict[str, str]:
    """The tokens of ``names`` in the vault at ``uri``; three processes must agree on them."""
    spawned = multiprocessing.get_context("spawn")
    start, results = spawned.Barrier(3), spawned.Queue()
    orders = (names, names[::-1], names[len(names) // 3 :])
    workers = [
        spawned.Process(target=_tokenise, args=(uri, start, order, results)) for order in orders
    ]
    for worker in workers:
        worker.start()
    found = [results.get(timeout=120) for _ in workers]
    for worker in workers:
        worker.join(60)
    whole = next(one for one in found if len(one) == len(names))
    assert len(set(whole.values())) == len(names)
    assert all(one[name] == whole[name] for one in found for name in one)
    return whole


def _tokenise(
    uri: str, start: Barrier, names: Sequence[str], results: Queue[dict[str, str]]
) -> None:
    vault = open_vault(uri)
    start.wait(60)
    vault.prepare()
    tokens = KeyedVaultToken(KEY, vault).apply(pa.array(names)).to_pylist()
    results.put(dict(zip(names, tokens, strict=True)))

"""Keyed transforms as a worker has them: with key and resources, kept while the worker lives.

A worker meets a column in batch after batch and in task after task. Kept, a transform needn't be
keyed again, and what it remembers (values that repeat, a vault's tokens) is still known, until
:func:`~veilflow.store.key_records.forget_keys`.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from veilflow.mask import DomainKey, KeyedTransform, Transform
from veilflow.store.key_records import forget_with_keys, masking_key, masking_key_version

__all__ = ["keyed_transform"]


def keyed_transform(
    transform: KeyedTransform,
    key_ref: str,
    domain: str,
    resources: Mapping[str, str],
    part_domains: Mapping[str, str],
) -> Transform:
    """``transform`` with the key of ``domain`` and its resources, fetched once a process.

    ``part_domains`` are the domains of its ``linked_parts``.
    """
    found, parts = tuple(sorted(resources.items())), tuple(sorted(part_domains.items()))
    try:
        return _kept(transform, key_ref, domain, found, parts)
    except TypeError:
        pass  # one that a user brought along needn't be hashable
    return _keyed(transform, key_ref, domain, found, parts)


def _keyed(
    transform: KeyedTransform,
    key_ref: str,
    domain: str,
    resources: tuple[tuple[str, str], ...],
    parts: tuple[tuple[str, str], ...],
) -> Transform:
    version = masking_key_version(key_ref)
    key = DomainKey(masking_key(key_ref, domain, transform.use), domain, version)
    linked = transform.linked_parts
    keys = {
        path: DomainKey(masking_key(key_ref, own, linked[path].use), own, version)
        for path, own in parts
    }
    bound = transform.bound_with_parts(key, keys) if keys else transform.bound(key)
    return bound.opened(dict(resources)) if bound.needs_resources else bound


_kept = lru_cache(maxsize=64)(_keyed)
forget_with_keys(_kept.cache_clear)

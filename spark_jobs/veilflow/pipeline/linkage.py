"""Which columns of a release are keyed, under which version of the masking root, joinable how far.

The manifest says it in public: no key, no value, but what one must know to plan a rotation.
"""

from __future__ import annotations

from typing import Any

from veilflow.evidence import KeyedColumn
from veilflow.policy import Policy
from veilflow.policy.linkage import SCOPES, Scope, domain_of, domains_of_parts
from veilflow.store.manifest import Manifest

__all__ = ["key_version", "keyed_columns", "keyed_columns_of", "public_linkage"]

_PUBLIC = "masking"


def keyed_columns(policy: Policy, version: int) -> tuple[KeyedColumn, ...]:
    """The released columns that a key of ``version`` made, with how far they join."""
    return tuple(
        KeyedColumn(
            table=table,
            column=name,
            transform=column.treatment,
            scope=_widest(policy, table, name),
            key_version=version,
        )
        for table, rules in policy.tables.items()
        for name, column in rules.released.items()
        if column.is_keyed
    )


def _widest(policy: Policy, table: str, name: str) -> Scope:
    """The scope of the column's domain, or of a path's inside it that joins further."""
    inside = domains_of_parts(policy, table, name).values()
    scopes = {domain_of(policy, table, name).scope, *(one.scope for one in inside)}
    return max(scopes, key=SCOPES.index)


def public_linkage(columns: tuple[KeyedColumn, ...]) -> dict[str, Any]:
    """The part of a manifest's public evidence that :func:`keyed_columns_of` reads."""
    return {_PUBLIC: [column.model_dump(mode="json") for column in columns]} if columns else {}


def keyed_columns_of(manifest: Manifest) -> tuple[KeyedColumn, ...]:
    """What the manifest says of its keyed columns; nothing for one that is older than this."""
    told = manifest.public_evidence.get(_PUBLIC, [])
    return tuple(KeyedColumn.model_validate(one) for one in told) if isinstance(told, list) else ()


def key_version(manifest: Manifest) -> int:
    """The version of the masking root that made the release; older manifests know of the first."""
    return max((column.key_version for column in keyed_columns_of(manifest)), default=1)

"""What transforms need besides a key, seen to be there before any row is masked."""

from __future__ import annotations

from collections.abc import Mapping

from veilflow.mask import create_transform
from veilflow.pipeline.home import expand
from veilflow.policy import Policy
from veilflow.vault import ThrowAwayVault, open_vault

__all__ = ["opened_resources", "throw_away_resources"]


def opened_resources(policy: Policy, vault: str | None = None) -> Mapping[str, str]:
    """The references that the policy's transforms open in workers; empty where none needs one.

    ``vault`` is the run's, if it has pinned one. Raises VaultUnavailable for one that is down or
    can't be written: better here than in a task.
    """
    if "vault" not in _needed(policy):
        return {}
    address = vault or expand(policy.publish.vault)
    open_vault(address).prepare()
    return {"vault": address}


def throw_away_resources(policy: Policy) -> Mapping[str, str]:
    """References for showing rows that are released to nobody; nothing is contacted or written."""
    return {"vault": ThrowAwayVault.new().uri} if "vault" in _needed(policy) else {}


def _needed(policy: Policy) -> frozenset[str]:
    return frozenset(
        kind
        for table in policy.tables.values()
        for column in table.released.values()
        if column.protect is not None
        for kind in create_transform(column.protect.name, column.protect.parameters).needs_resources
    )

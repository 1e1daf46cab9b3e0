"""The population's table, pinned beside the source's."""

from __future__ import annotations

from pathlib import Path

from veilflow.anonymize.view_plan import quasi_columns
from veilflow.errors import SourceError
from veilflow.pipeline.source import PinnedTable, pin_table
from veilflow.policy import Policy
from veilflow.policy.draft import yaml_key

__all__ = ["pin_population"]

_PLACE = "anonymize.population.path"


def pin_population(policy: Policy, root: Path, key: bytes) -> PinnedTable | None:
    """Pin the table that ``anonymize.population.path`` names; None where the policy has none.

    Raises SourceError if it is missing or lacks quasi-identifiers of the released table.
    """
    section = policy.anonymize
    if section is None or section.population is None or section.population.path is None:
        return None
    pinned = pin_table(root, "population", section.population.path, policy.source, key, _PLACE)
    there = {column.name for column in pinned.columns}
    missing = [yaml_key(c.name) for c in quasi_columns(policy) if c.name not in there]
    if missing:
        raise SourceError(
            f"{_PLACE}: the table has no column {', '.join(missing)}.",
            remedy="It needs the quasi-identifiers under the names that they have in the source.",
        )
    return pinned

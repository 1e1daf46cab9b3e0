"""What is to be anonymised and how: one table of a policy, its input settled against it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from veilflow.anonymize.settling import is_settled, settled
from veilflow.errors import PolicyError, SourceError, UsageError
from veilflow.pipeline.home import expand
from veilflow.pipeline.pin import refuse_undecided
from veilflow.pipeline.settle import settle
from veilflow.pipeline.source import PinnedColumn, PinnedTable
from veilflow.policy import Policy, load_policy
from veilflow.policy.model import SourcePolicy
from veilflow.study.keyless import keyed_columns
from veilflow.study.reading import StudyInput, find_input, read_input

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = [
    "IN_MEMORY_BYTES",
    "StudyPlan",
    "planned",
    "population_input",
    "read_population",
    "read_raw",
]

# Larger input is left to Spark.
IN_MEMORY_BYTES = 512 * 2**20


@dataclass(frozen=True)
class StudyPlan:
    """One table's policy and its input.

    ``left_out`` are released columns that need a key; ``declared`` is how the policy has its source
    read, which the input stands in for.
    """

    policy: Policy
    policy_path: Path
    table: str
    found: StudyInput
    left_out: tuple[str, ...]
    declared: SourcePolicy

    @property
    def released(self) -> tuple[str, ...]:
        """The columns of the output."""
        every = self.policy.tables[self.table].released
        return tuple(name for name in every if name not in self.left_out)

    def settled(self, raw: pa.Table | None = None) -> StudyPlan:
        """The plan with columns held against the policy and its hierarchies chosen from the data.

        Raises PolicyError for columns that nobody decided about.
        """
        pinned = self.found.pinned(self.table) if raw is None else _described(self.table, raw)
        refuse_undecided(self.policy, self.policy_path, self.found.path, (pinned,))
        if is_settled(self.policy):
            return self
        if raw is None:
            return self._with(settle(self.policy, (pinned,)))
        return self._with(settled(self.policy, lambda _, names: raw.select(names)))

    def _with(self, policy: Policy) -> StudyPlan:
        return replace(self, policy=policy)


def planned(policy_path: Path, path: Path, delimiter: str | None = None) -> StudyPlan:
    """The policy for the table at ``path``, which stands in for the one that the policy names.

    Raises PolicyError if the policy can't be used for one table.
    """
    policy = load_policy(policy_path)
    if len(policy.tables) != 1:
        raise UsageError(
            f"{policy_path}: has {len(policy.tables)} tables, which are protected on their join.",
            remedy="Use 'veilflow run', or a policy with one table.",
        )
    if policy.anonymize is None:
        raise PolicyError(
            f"{policy_path}: has no 'anonymize:' section.",
            remedy="Add one, as in 'anonymize: {k: 5}', and give columns the role quasi.",
        )
    (table,) = policy.tables
    found = find_input(path, policy.source, delimiter)
    left_out = keyed_columns(policy, table)
    narrowed = policy.model_copy(update={"source": found.reading})
    return StudyPlan(narrowed, policy_path, table, found, left_out, policy.source)


def read_raw(plan: StudyPlan) -> tuple[StudyPlan, pa.Table]:
    """The settled plan and all rows of its input."""
    if plan.found.format == "jsonl":
        raw = read_input(plan.found, plan.table)
        return plan.settled(raw), raw
    plan = plan.settled()
    return plan, read_input(plan.found, plan.table)


def read_population(plan: StudyPlan) -> pa.Table | None:
    """The table of everybody that the policy names, or None."""
    found = population_input(plan)
    return None if found is None else read_input(found, "population")


def population_input(plan: StudyPlan) -> StudyInput | None:
    """Where the population's table lies: below the source's root, as in a run, or by the policy."""
    section = plan.policy.anonymize
    if section is None or section.population is None or section.population.path is None:
        return None
    named = section.population.path
    beside = plan.policy_path.resolve().parent
    roots = [beside / expand(plan.declared.root).removeprefix("file://"), beside]
    root = next((root for root in roots if (root / named).exists()), None)
    if root is None:
        raise SourceError(
            f"anonymize.population.path: there is no {named} below source.root or beside "
            f"{plan.policy_path}."
        )
    return find_input(root / named, plan.declared)


def _described(table: str, raw: pa.Table) -> PinnedTable:
    columns: Mapping[str, str] = {field.name: str(field.type) for field in raw.schema}
    found = tuple(PinnedColumn(name=name, physical=kind) for name, kind in columns.items())
    return PinnedTable(name=table, files=(), columns=found, digest="")

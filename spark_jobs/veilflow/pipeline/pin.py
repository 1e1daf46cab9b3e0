"""The first task of a run: fix the policy, the parameters and the source, once and for all."""

from __future__ import annotations

import datetime as dt
import hashlib
import platform
import re
from pathlib import Path

import veilflow
from veilflow.anonymize.settling import unsettled_columns
from veilflow.errors import PolicyError, SourceError, UsageError
from veilflow.evidence import SourceTable, StageEvidence
from veilflow.keys import KeyProvider, derive, open_masking_root, open_provider
from veilflow.pipeline.home import expand
from veilflow.pipeline.measure import StageClock
from veilflow.pipeline.paths import run_key
from veilflow.pipeline.population import pin_population
from veilflow.pipeline.quarantine import end_quarantines
from veilflow.pipeline.run import RunParameters, RunRecord, RunRef
from veilflow.pipeline.settle import settle
from veilflow.pipeline.source import (
    PinnedColumn,
    PinnedSource,
    PinnedTable,
    pin_table,
    resolve_root,
    table_columns,
)
from veilflow.pipeline.state import Run, put_json, read_json
from veilflow.policy import Policy, policy_sha256, read_policy
from veilflow.policy.draft import yaml_key
from veilflow.policy.hierarchies import build_hierarchy
from veilflow.policy.leaving_out import Place, broken_without, without_lines
from veilflow.store.key_records import ensure_masking_root
from veilflow.store.object_store import ObjectStore, open_store
from veilflow.store.probe import probe

__all__ = [
    "check_source_columns",
    "effective_policy",
    "pin",
    "pin_source",
    "refuse_undecided",
    "unlisted_columns",
    "without_vanished",
]


def pin(policy_path: str | Path, run: str, parameters: RunParameters | None = None) -> RunRef:
    """Start the run ``run``, or find it: the same id always means what was pinned first.

    Nothing is read but file headers, bytes for the digest, and columns whose hierarchy is chosen by
    what they hold (the run's policy and its hash have what was chosen); no Spark is started.

    Raises:
        PolicyError: the policy can't be used, a parameter loosens it, or the source has columns
            that nobody decided about (all are named, with the line to add).
        UsageError: the run exists, and ``parameters`` ask for something else than was pinned.
        SourceError: a file is missing or unreadable.
        CapabilityMissing, StoreUnavailable, KeyUnavailable: the store or the keys aren't usable.
    """
    clock = StageClock()
    parameters = parameters or RunParameters()
    loaded = read_policy(policy_path)
    policy = effective_policy(loaded.policy, parameters)
    store_uri, keys_uri = expand(policy.publish.store), expand(policy.publish.keys)
    ref = RunRef(store_uri, policy.dataset, run)
    store = open_store(store_uri)
    key = run_key(ref.dataset, ref.run)
    if read_json(store, key) is None:
        probe(store)
        end_quarantines(store, store_uri, policy.dataset)
        provider = open_provider(keys_uri)
        provider.probe()
        source = pin_source(policy, Path(policy_path), parameters, store, provider)
        policy = settle(without_vanished(policy, source.tables), source.tables)
        record = RunRecord(
            dataset=policy.dataset,
            run=run,
            created=dt.datetime.now(dt.UTC),
            policy_name=Path(policy_path).name,
            policy=policy,
            policy_sha256=policy_sha256(policy),
            parameters=parameters,
            store=store_uri,
            keys=keys_uri,
            vault=expand(policy.publish.vault),
            source=source,
        )
        put_json(store, key, record.to_json())
    stored = read_json(store, key)
    assert stored is not None
    opened = Run(ref, RunRecord.from_json(stored), store)
    if parameters not in (RunParameters(), opened.record.parameters):
        # Going on silently would release with a lower k than was just asked for.
        raise UsageError(
            f"{ref.uri}: was pinned with other parameters.",
            remedy="Leave them out to resume it, or start a new run.",
        )
    opened.finish(_evidence(opened.record, clock, _notes(opened, loaded.policy)))
    return ref


def effective_policy(policy: Policy, parameters: RunParameters) -> Policy:
    """``policy`` with the run's parameters. Raises PolicyError if one would loosen it."""
    if parameters.k is None:
        return policy
    if policy.anonymize is None:
        raise PolicyError("k: this policy has no 'anonymize:' section to tighten")
    if parameters.k < policy.anonymize.k:
        raise PolicyError(
            f"k: {parameters.k} is below the policy's {policy.anonymize.k}; a run only tightens.",
            remedy="To loosen it, change the policy, where it is reviewed.",
        )
    return policy.model_copy(
        update={"anonymize": policy.anonymize.model_copy(update={"k": parameters.k})}
    )


def pin_source(
    policy: Policy,
    policy_path: Path,
    parameters: RunParameters,
    store: ObjectStore,
    provider: KeyProvider,
) -> PinnedSource:
    """Pin every table and hold its columns against the policy (default deny)."""
    root = resolve_root(expand(policy.source.root), policy_path.resolve(), parameters.input)
    digest_root = ensure_masking_root(store, provider, policy.dataset, "digest")
    key = derive(
        open_masking_root(provider, digest_root), domain=policy.dataset, use="source-digest"
    )
    tables = tuple(
        pin_table(root, name, table.path, policy.source, key)
        for name, table in policy.tables.items()
    )
    refuse_undecided(policy, policy_path, root, tables)
    population = pin_population(policy, root, key)
    return PinnedSource(root=str(root), reading=policy.source, tables=tables, population=population)


def check_source_columns(policy: Policy, policy_path: Path) -> tuple[PinnedTable, ...]:
    """Hold the source's columns against the policy without pinning. Raises as ``pin_source``.

    Gives the tables, with no digest.
    """
    root = resolve_root(expand(policy.source.root), policy_path.resolve(), None)
    tables = tuple(
        table_columns(root, name, table.path, policy.source)
        for name, table in policy.tables.items()
    )
    refuse_undecided(policy, policy_path, root, tables)
    return tables


def refuse_undecided(
    policy: Policy, policy_path: Path, root: Path, tables: tuple[PinnedTable, ...]
) -> None:
    """Raise PolicyError unless the policy settles every column of ``tables`` (default deny).

    ``root`` is what the remedy says to look at.
    """
    problems = [problem for table in tables for problem in _column_problems(policy, table)]
    if problems:
        raise PolicyError(
            problems,
            remedy=f"'veilflow classify {root}' says what they hold; then edit {policy_path}.",
        )


def without_vanished(policy: Policy, tables: tuple[PinnedTable, ...]) -> Policy:
    """``policy`` without the lines of columns that ``tables`` lack, where it says so.

    That is ``unlisted: drop``; elsewhere such a column has refused the run. Raises PolicyError if
    the policy doesn't hold without them.
    """
    gone = _vanished(policy, tables)
    less = without_lines(policy, gone)
    broken = broken_without(less) if gone else ""
    if broken:
        named = ", ".join(f"{table}.{column}" for table, column in gone)
        raise PolicyError(
            f"{named}: gone from the source, and the release can't go on without: {broken}",
            remedy="Restore the column, or change the policy.",
        )
    return less


def _vanished(policy: Policy, tables: tuple[PinnedTable, ...]) -> list[Place]:
    present = {table.name: {column.name for column in table.columns} for table in tables}
    return [
        (name, column)
        for name, rules in policy.tables.items()
        for column in rules.columns
        if name in present and column not in present[name]
    ]


def unlisted_columns(policy: Policy, table: PinnedTable) -> tuple[str, ...]:
    """Columns of the source that the policy doesn't name."""
    listed = policy.tables[table.name].columns
    return tuple(column.name for column in table.columns if column.name not in listed)


def _column_problems(policy: Policy, table: PinnedTable) -> list[str]:
    rules = policy.tables[table.name]
    present = [column.name for column in table.columns]
    folded = [name.casefold() for name in present]
    if len(set(folded)) < len(folded):
        raise SourceError(
            f"table {table.name}: two columns differ in case only, which Spark can't tell apart; "
            "rename one in the source"
        )
    reserved = [name for name in rules.columns if name.startswith("__")]
    if reserved:
        raise SourceError(
            f"table {table.name}: {', '.join(map(repr, reserved))}: names that begin with two "
            "underscores are kept for working columns; rename them in the source"
        )
    if not any(name in present for name in rules.columns):
        # Without a header the first row's cells stand here as names, so none may be told.
        return [
            f"table {table.name}: none of the policy's {len(rules.columns)} columns is in the "
            "source; is its header line missing, or is it another table?"
        ]
    problems = [
        f"table {table.name}: column {name!r} is in the policy and not in the source; "
        f"remove its line under tables.{table.name}.columns."
        for name in rules.columns
        if name not in present and rules.unlisted == "refuse"
    ]
    problems += [
        f"table {table.name}: column {column.name!r} holds {_nested(column)}, which this version "
        f"can't judge as a whole; protect it by 'fields' (structs and lists, path by path), "
        f"flatten it in the source, or say '{yaml_key(column.name)}: drop'."
        for column in table.columns
        if column.name in rules.released
        and _nested(column)
        and rules.columns[column.name].treatment != "fields"
    ]
    if rules.unlisted == "refuse":
        problems += [
            f"table {table.name}: nobody decided about column {name!r}; "
            f"add under tables.{table.name}.columns the line '{yaml_key(name)}: drop'."
            for name in unlisted_columns(policy, table)
        ]
    return problems


def _nested(column: PinnedColumn) -> str:
    """``structs``, ``lists`` or ``maps`` if the column holds such, or an empty text."""
    kind = re.match(r"[a-z_]*?(struct|list|map)", column.physical)
    return f"{kind[1]}s" if kind else ""


def _chosen(said: Policy, policy: Policy) -> list[str]:
    """That hierarchies were chosen by looking at the data, and how many levels they have."""
    return [
        f"The hierarchy of {name!r} of {table} was chosen from the data: "
        f"{build_hierarchy(policy.tables[table].columns[name].hierarchy).levels} levels."
        for table, name in unsettled_columns(said)
        if table in policy.tables and name in policy.tables[table].columns
    ]


def _notes(run: Run, said: Policy) -> tuple[str, ...]:
    """What was chosen; which unlisted columns are left out, undecided for how many days."""
    notes = _chosen(said, run.policy)
    notes += [
        f"Column {column!r} of {table} is in the policy and not in the source any more; the "
        "release goes on without it."
        for table, column in _vanished(said, run.record.source.tables)
    ]
    for table in run.record.source.tables:
        for name in unlisted_columns(run.policy, table):
            digest = hashlib.sha256(f"{table.name}\0{name}".encode()).hexdigest()[:16]
            key = f"unlisted/{run.record.dataset}/{digest}.json"
            seen = {"table": table.name, "column": name, "since": run.record.created.isoformat()}
            put_json(run.store, key, seen)
            since = dt.datetime.fromisoformat((read_json(run.store, key) or seen)["since"])
            days = (run.record.created - since).days
            notes.append(
                f"Column {name!r} of {table.name} isn't in the policy and was left out; "
                f"undecided for {days} days."
            )
    return tuple(notes)


def _evidence(record: RunRecord, clock: StageClock, notes: tuple[str, ...]) -> StageEvidence:
    return StageEvidence(
        stage="pin",
        run=record.run,
        dataset=record.dataset,
        policy_sha256=record.policy_sha256,
        started=clock.started,
        seconds=clock.seconds,
        cpu_seconds=clock.cpu_seconds,
        bytes_read=sum(table.size for table in record.source.every_table),
        versions={"veilflow": veilflow.__version__, "python": platform.python_version()},
        source=tuple(
            SourceTable(
                table=table.name, files=len(table.files), bytes=table.size, digest=table.digest
            )
            for table in record.source.every_table
        ),
        notes=notes,
    )

"""The policies of a folder: those that can be used, and every problem of those that can't."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from veilflow.errors import PolicyError
from veilflow.policy import LoadedPolicy, read_policy

__all__ = ["PolicyFile", "read_policies", "require_sound_policies"]

_DATASET_LINE = re.compile(r"^dataset:[ \t]*[\"']?([a-z][a-z0-9_-]{0,62})[\"']?[ \t]*(?:#|$)", re.M)


@dataclass(frozen=True)
class PolicyFile:
    """One file: the policy in it, or what is wrong with it.

    ``dataset`` is None where not even that line can be read.
    """

    path: Path
    dataset: str | None
    loaded: LoadedPolicy | None = None
    problems: tuple[str, ...] = ()


def read_policies(folder: Path) -> tuple[PolicyFile, ...]:
    """Every ``*.yaml`` of ``folder`` by name. Two files for one dataset: the second is wrong."""
    return tuple(_read_all(sorted(folder.glob("*.yaml"))))


def require_sound_policies(folder: Path) -> None:
    """Raise PolicyError with every problem of every policy, each with file, line and key."""
    problems = [problem for file in read_policies(folder) for problem in file.problems]
    if problems:
        raise PolicyError(problems)


def _read_all(paths: list[Path]) -> Iterator[PolicyFile]:
    first: dict[str, Path] = {}
    for path in paths:
        file = _read(path)
        if file.dataset in first:
            other = first[file.dataset].name
            problem = f"{_place(file, 'dataset')}: dataset: {other} releases {file.dataset} too"
            # Without a dataset it makes no DAG, so the first file keeps its own.
            yield PolicyFile(path, None, None, (*file.problems, problem))
            continue
        if file.dataset is not None:
            first[file.dataset] = path
        yield file


def _read(path: Path) -> PolicyFile:
    try:
        loaded = read_policy(path)
    except PolicyError as error:
        return PolicyFile(path, _dataset_line(path), None, error.problems)
    file = PolicyFile(path, loaded.policy.dataset, loaded)
    schedule = loaded.policy.schedule
    if schedule is not None and (problem := _schedule_problem(schedule.cron, schedule.timezone)):
        key, sentence = problem
        located = f"{_place(file, 'schedule', key)}: schedule.{key}: {sentence}"
        return PolicyFile(path, loaded.policy.dataset, None, (located,))
    return file


def _place(file: PolicyFile, *key: str) -> str:
    """``path:line`` of a key; a value that a preset gave has no line of its own."""
    origin = "" if file.loaded is None else file.loaded.origin(*key)
    _, colon, line = origin.rpartition(":")
    return f"{file.path}:{line}" if colon else str(file.path)


def _schedule_problem(cron: str, timezone: str) -> tuple[str, str] | None:
    from zoneinfo import ZoneInfo

    from croniter import croniter  # type: ignore[import-untyped]

    try:
        ZoneInfo(timezone)
    except (ValueError, OSError, LookupError):
        return "timezone", "isn't a time zone; write it like Europe/Berlin"
    if not croniter.is_valid(cron):
        return "cron", "isn't a cron expression; nightly at two is '0 2 * * *'"
    return None


def _dataset_line(path: Path) -> str | None:
    try:
        found = _DATASET_LINE.search(path.read_text(encoding="utf-8", errors="replace"))
    except OSError:
        return None
    return found.group(1) if found else None

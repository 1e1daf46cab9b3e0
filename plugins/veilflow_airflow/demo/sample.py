"""Sample data for the demo's policy, made once."""

from __future__ import annotations

from pathlib import Path

from veilflow_airflow.demo.progress import Progress
from veilflow_airflow.demo.settings import DemoSettings

__all__ = ["ensure_sample"]


def ensure_sample(settings: DemoSettings, progress: Progress) -> None:
    """Make the hospital in the folder that the policy reads, unless something is there."""
    from veilflow.sample_data import write_hospital

    root = _source_root(settings)
    if root.is_dir() and any(not entry.name.startswith("_unfinished") for entry in root.iterdir()):
        progress.say(f"Sample data: taking up {root}")
        return
    with progress.step("Sample data") as step:
        made = write_hospital(
            root,
            settings.rows,
            settings.seed,
            progress=lambda done, rows: step.tick(f"Sample data ... {done:,} of {rows:,} patients"),
        )
    counts = f"{made.patients:,} patients, {made.encounters:,} encounters, {made.notes:,} notes"
    progress.say(f"  {counts} in {root}")


def _source_root(settings: DemoSettings) -> Path:
    from veilflow.policy import load_policy

    declared = load_policy(settings.policy).source.root
    expanded = declared.replace("$VEILFLOW_HOME", str(settings.home))
    return (settings.policy.parent / expanded.removeprefix("file://")).resolve()

"""The tables that are measured: the sample hospital at some size, in a home of its own."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

__all__ = ["POLICY", "TABLES", "Hospital", "home", "make_hospital"]

POLICY = Path(__file__).resolve().parent.parent / "dags" / "policies" / "patients.yaml"
TABLES = ("patients", "encounters")
_SEED = 1


@dataclass(frozen=True)
class Hospital:
    """Sample data on disk. ``generated`` counts the rows of all tables, notes included."""

    root: Path
    patients: int
    encounters: int
    generated: int

    @property
    def rows(self) -> dict[str, int]:
        """Rows of each table that the policy releases."""
        return {"patients": self.patients, "encounters": self.encounters}

    @property
    def source_bytes(self) -> int:
        """Bytes of the tables that the policy releases."""
        files = (file for table in TABLES for file in (self.root / table).rglob("*.parquet"))
        return sum(file.stat().st_size for file in files)


def make_hospital(root: Path, patients: int) -> Hospital:
    """Write it to ``root``."""
    from veilflow.sample_data import write_hospital

    made = write_hospital(root, patients, _SEED)
    every = made.patients + made.encounters + made.notes
    return Hospital(root, made.patients, made.encounters, every)


@contextmanager
def home(folder: Path) -> Iterator[None]:
    """Stores, keyrings and sample data of the policy lie in ``folder`` inside the block."""
    before = os.environ.get("VEILFLOW_HOME")
    os.environ["VEILFLOW_HOME"] = str(folder)
    try:
        yield
    finally:
        if before is None:
            del os.environ["VEILFLOW_HOME"]
        else:
            os.environ["VEILFLOW_HOME"] = before

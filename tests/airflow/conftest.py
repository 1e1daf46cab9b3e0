"""One throw-away Airflow home for these tests, and small policies to make DAGs of."""

from __future__ import annotations

import atexit
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

# Airflow reads its settings when it is first imported, which a test module does at its top.
_HOME = Path(tempfile.mkdtemp(prefix="veilflow-airflow-"))
atexit.register(shutil.rmtree, _HOME, ignore_errors=True)
for _name in [name for name in os.environ if name.startswith("AIRFLOW")]:
    del os.environ[_name]
os.environ.update(
    AIRFLOW_HOME=str(_HOME),
    AIRFLOW__CORE__LOAD_EXAMPLES="False",
    AIRFLOW__CORE__DAGS_FOLDER=str(_HOME / "dags"),
    AIRFLOW__CORE__PLUGINS_FOLDER=str(Path(__file__).resolve().parents[2] / "plugins"),
    AIRFLOW__DATABASE__SQL_ALCHEMY_CONN=f"sqlite:///{_HOME / 'airflow.db'}",
    AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS="admin:admin,viewer:viewer",
    AIRFLOW__API_AUTH__JWT_SECRET=secrets.token_hex(64),
    AIRFLOW_CONN_SPARK_DEFAULT='{"conn_type": "spark", "host": "local[2]"}',
)


@pytest.fixture(scope="session")
def airflow_database() -> Path:
    """Airflow's home, with a migrated SQLite database."""
    subprocess.run(
        [sys.executable, "-m", "airflow", "db", "migrate"], check=True, capture_output=True
    )
    return _HOME


@pytest.fixture
def policy_text() -> Callable[..., str]:
    """A policy as text: ``policy_text(dataset="people", k=5, more="...")``."""
    return _policy_text


def _policy_text(dataset: str = "people", k: int = 5, more: str = "", root: str = "data") -> str:
    return f"""\
dataset: {dataset}
purpose:
  purpose: Show what a policy | does
  legal_basis: synthetic data
  owner: privacy-office
  recipients: [research, audit]
  retention_days: 30
source:
  root: {root}
privacy_unit: id
tables:
  {dataset}:
    path: people.parquet
    columns:
      id: pseudonym
      full_name: drop
      age: {{role: quasi, hierarchy: {{intervals: [10, 20]}}}}
      diagnosis: sensitive
anonymize:
  k: {k}
{more}"""

"""Where the demo keeps things, and the environment that its Airflow runs in."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from veilflow.errors import PrerequisiteMissing, UsageError
from veilflow.spark.java import find_java_home

__all__ = ["DemoSettings", "airflow_environment", "read_settings"]

USER = "admin"
HOST = "127.0.0.1"
DEFAULT_PORT = 8080
DEFAULT_ROWS = 20_000
# For JVMs that live for seconds, compiling well takes longer than it saves: without it 20,000
# patients took a third less CPU time, and a million half as much again.
_SHORT_LIVED = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
_FEW_ROWS = 100_000


@dataclass(frozen=True)
class DemoSettings:
    """One demo: the clone it runs from, the folder it writes to, its port and sample size."""

    repository: Path
    home: Path
    port: int = DEFAULT_PORT
    rows: int = DEFAULT_ROWS
    seed: int = 1
    dag_id: str = "patients"

    @property
    def url(self) -> str:
        """Airflow's address."""
        return f"http://{HOST}:{self.port}"

    @property
    def airflow_home(self) -> Path:
        """Airflow's configuration, database and task logs."""
        return self.home / "airflow"

    @property
    def logs(self) -> Path:
        """What Airflow's own processes print."""
        return self.airflow_home / "demo-logs"

    @property
    def policy(self) -> Path:
        """The policy that the demo runs."""
        return self.repository / "dags" / "policies" / f"{self.dag_id}.yaml"

    def password(self) -> str:
        """The password that Airflow generated for :data:`USER`."""
        file = self.airflow_home / "simple_auth_manager_passwords.json.generated"
        return str(json.loads(file.read_text(encoding="utf-8"))[USER])


def read_settings(environment: Mapping[str, str] = os.environ) -> DemoSettings:
    """The demo's settings from VEILFLOW_HOME, VEILFLOW_DEMO_PORT and VEILFLOW_DEMO_ROWS.

    Raises UsageError for a value that can't be used, or outside a clone of the repository.
    """
    repository = Path(__file__).resolve().parents[3]
    if not (repository / "dags" / "veilflow_policies.py").is_file():
        raise UsageError(
            "The demo needs the dags/ folder of the repository.",
            remedy="Run it in a clone, with the package installed by 'pip install -e .'.",
        )
    return DemoSettings(
        repository=repository,
        home=Path(environment.get("VEILFLOW_HOME") or ".veilflow").resolve(),
        port=_number(environment, "VEILFLOW_DEMO_PORT", DEFAULT_PORT, 1, 65535),
        rows=_number(environment, "VEILFLOW_DEMO_ROWS", DEFAULT_ROWS, 100, 10_000_000),
    )


def airflow_environment(
    settings: DemoSettings, environment: Mapping[str, str] = os.environ
) -> dict[str, str]:
    """The environment for Airflow's processes.

    Nothing of another Airflow's configuration is taken over: a demo that wrote to the database
    of the one in production would be a bad surprise.
    """
    kept = {name: value for name, value in environment.items() if not name.startswith("AIRFLOW")}
    bin_folder = str(Path(sys.executable).parent)
    home = settings.airflow_home
    if settings.rows <= _FEW_ROWS:
        kept.setdefault("SPARK_SUBMIT_OPTS", _SHORT_LIVED)
    return {
        **kept,
        # Airflow starts helpers by name.
        "PATH": os.pathsep.join([bin_folder, kept.get("PATH", os.defpath)]),
        "JAVA_HOME": str(find_java_home(environment)),
        "VEILFLOW_HOME": str(settings.home),
        "SPARK_LOCAL_DIRS": str(home / "spark"),
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__DAGS_FOLDER": str(settings.repository / "dags"),
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(settings.repository / "plugins"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",
        "AIRFLOW__CORE__PARALLELISM": "4",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": f"{USER}:admin",
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"{settings.url}/execution/",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{home / 'airflow.db'}",
        "AIRFLOW__API__HOST": HOST,
        "AIRFLOW__API__PORT": str(settings.port),
        "AIRFLOW__API__BASE_URL": settings.url,
        "AIRFLOW__API__WORKERS": "1",
        "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",
        "AIRFLOW_CONN_SPARK_DEFAULT": json.dumps({"conn_type": "spark", "host": "local[2]"}),
    }


def _number(
    environment: Mapping[str, str], name: str, default: int, lowest: int, highest: int
) -> int:
    text = environment.get(name) or str(default)
    if not text.isdecimal() or not lowest <= int(text) <= highest:
        raise UsageError(
            f"{name} is {text!r}.", remedy=f"Give a whole number from {lowest} to {highest}."
        )
    return int(text)


def check_port(settings: DemoSettings) -> None:
    """Raise PrerequisiteMissing if something listens on the port already."""
    import socket

    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # A port in TIME_WAIT after the last demo is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, settings.port))
        except OSError:
            raise PrerequisiteMissing(
                f"Port {settings.port} is in use.",
                remedy="Stop what listens there, or choose another: VEILFLOW_DEMO_PORT=8081.",
            ) from None

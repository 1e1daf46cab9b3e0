"""The wheel, named .zip, on the workers of a real cluster that runs with docker/'s settings.

Master, worker, driver and executor are separate processes. Neither the driver's nor the workers'
Python has Veilflow installed, so an import that works can only have come from the shipped file.
"""

from __future__ import annotations

import json
import os
import secrets
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

JOB = """
import json, os, sys
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

spark = SparkSession.builder.appName("packaging").getOrCreate()

def look(_):
    import importlib.resources, pyarrow, veilflow, veilflow.keys, veilflow.mask
    presets = importlib.resources.files("veilflow.policy.presets")
    yield {
        "file": os.path.abspath(veilflow.__file__),
        "pid": os.getpid(),
        "finders": [str(f) for f in sys.meta_path if "editable" in str(f)],
        "presets": sorted(each.name for each in presets.iterdir()),
    }

seen = spark.sparkContext.parallelize(range(4), 2).mapPartitions(look).collect()

@F.udf("long")
def plus_one(value):
    return value + 1

@F.pandas_udf("long")
def doubled(values):
    return values * 2

table = spark.range(100).select(plus_one("id").alias("a"), doubled("id").alias("b"))
sums = table.groupBy().sum().first()
with open(sys.argv[1], "w") as result:
    json.dump({"seen": seen, "sums": list(sums), "driver": os.getpid()}, result)
spark.stop()
"""


@dataclass(frozen=True)
class Cluster:
    """A standalone master with one worker, and what a driver needs to join."""

    master: str
    entrypoint: Path
    environment: dict[str, str]

    def submit(self, log: Path, *arguments: object, **changes: str) -> subprocess.Popen[bytes]:
        spark_submit = Path(self.environment["SPARK_HOME"]) / "bin" / "spark-submit"
        command = [spark_submit, "--master", self.master, *arguments]
        return start(self.entrypoint, self.environment | changes, log, command)


@pytest.fixture(scope="module")
def cluster(
    root: Path,
    environment_with: Callable[..., Path],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Cluster]:
    python = environment_with("veilflow[spark]")
    folder = tmp_path_factory.mktemp("cluster")
    secret = folder / "secret"
    secret.write_text(secrets.token_hex(32))
    port = free_port()
    environment = {
        "PATH": os.environ["PATH"],
        "SPARK_HOME": str(python.parents[1] / "lib" / "python3.11" / "site-packages" / "pyspark"),
        "SPARK_CONF_DIR": str(folder / "conf"),
        "SPARK_DEFAULTS": str(root / "docker" / "spark-defaults.conf"),
        "SPARK_SECRET_FILE": str(secret),
        "SPARK_WORKER_DIR": str(folder / "work"),
        "SPARK_LOCAL_DIRS": str(folder / "local"),
        "SPARK_LOCAL_IP": "127.0.0.1",
        "PYSPARK_PYTHON": str(python),
        "PYSPARK_DRIVER_PYTHON": str(python),
    }
    if "JAVA_HOME" in os.environ:
        environment["JAVA_HOME"] = os.environ["JAVA_HOME"]
    master = f"spark://127.0.0.1:{port}"
    entrypoint = root / "docker" / "entrypoint"
    spark_class = Path(environment["SPARK_HOME"]) / "bin" / "spark-class"
    started = []

    def run_until(line: str, role: str, *arguments: object) -> None:
        log = folder / f"{role}.log"
        program = f"org.apache.spark.deploy.{role}"
        command = (spark_class, program, "--host", "127.0.0.1", "--webui-port", 0, *arguments)
        started.append(start(entrypoint, environment, log, command))
        wait_for_line(log, line, started[-1])

    try:
        run_until("I have been elected leader", "master.Master", "--port", port)
        size = ("--cores", 2, "--memory", "1g")
        run_until("Successfully registered with master", "worker.Worker", *size, master)
        yield Cluster(master, entrypoint, environment)
    finally:
        for process in reversed(started):
            end(process)


def start(
    entrypoint: Path, environment: dict[str, str], log: Path, command: Sequence[object]
) -> subprocess.Popen[bytes]:
    with log.open("wb") as output:
        return subprocess.Popen(
            [str(part) for part in (entrypoint, *command)],
            env=environment,
            cwd=log.parent,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def end(process: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
    process.wait(timeout=30)


def wait_for_line(log: Path, text: str, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + 60
    while text not in log.read_text(errors="replace"):
        assert process.poll() is None and time.monotonic() < end, log.read_text()
        time.sleep(0.1)


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@pytest.mark.spark
@pytest.mark.slow
def test_executors_import_veilflow_from_the_shipped_zip(
    cluster: Cluster, zipped_wheel: Path, tmp_path: Path
) -> None:
    job, result = tmp_path / "job.py", tmp_path / "result.json"
    job.write_text(JOB)
    log = tmp_path / "driver.log"
    driver = cluster.submit(log, "--py-files", zipped_wheel, job, result)
    try:
        assert driver.wait(timeout=180) == 0, log.read_text()
    finally:
        end(driver)

    found = json.loads(result.read_text())
    for worker in found["seen"]:
        # Spark copies the file into the folder of the executor.
        assert "/veilflow.zip/veilflow/__init__.py" in worker["file"]
        assert worker["file"].startswith(cluster.environment["SPARK_WORKER_DIR"])
        assert worker["finders"] == []
        assert "hipaa_safe_harbor.yaml" in worker["presets"]
        assert worker["pid"] != found["driver"]
    # Python UDFs run, which they don't when pyspark-client overwrites another version's files.
    assert found["sums"] == [5050, 9900]


@pytest.mark.spark
@pytest.mark.slow
def test_the_cluster_takes_no_driver_without_its_secret(
    cluster: Cluster, zipped_wheel: Path, tmp_path: Path
) -> None:
    job, result = tmp_path / "job.py", tmp_path / "result.json"
    job.write_text(JOB)
    wrong = tmp_path / "wrong"
    wrong.write_text("f" * 64)
    changes = {"SPARK_SECRET_FILE": str(wrong), "SPARK_CONF_DIR": str(tmp_path / "conf")}
    log = tmp_path / "driver.log"
    driver = cluster.submit(log, "--py-files", zipped_wheel, job, result, **changes)
    try:
        # It would try three times, for a minute.
        wait_for_line(log, "Failed to connect to master", driver)
    finally:
        end(driver)
    assert not result.exists()
    assert Path(cluster.environment["SPARK_SECRET_FILE"]).read_text() not in log.read_text()


@pytest.mark.spark
@pytest.mark.slow
def test_the_secret_is_in_a_private_file_and_no_argument(cluster: Cluster) -> None:
    right = Path(cluster.environment["SPARK_SECRET_FILE"]).read_text()
    conf = Path(cluster.environment["SPARK_CONF_DIR"]) / "spark-defaults.conf"
    assert right in conf.read_text()
    assert conf.stat().st_mode & 0o077 == 0
    arguments = b"".join(path.read_bytes() for path in command_lines())
    assert b"org.apache.spark.deploy.worker.Worker" in arguments
    assert right.encode() not in arguments


def command_lines() -> list[Path]:
    """The arguments of every process of this machine, as any other user of it could read them."""
    return [path for path in Path("/proc").glob("[0-9]*/cmdline") if path.exists()]

"""Run veilflow commands with everything that they leave anywhere kept for a search."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from veilflow.spark.hardening import submit_conf

from tests.canary.forms import Needle
from tests.canary.leaks import Leak, find_leaks
from tests.canary.watch import Watcher
from tests.jvm import short_lived, spark_jars

__all__ = ["Harness", "Result", "command_lines"]

_LIMIT = 600
WATCHED = ("tmp", "local", "cwd", "home", "home/airflow/spark", "spark-home/work")
# Small limits, so that even a few rows are shuffled, spilt and broadcast through files.
SPILLING = {
    "spark.eventLog.enabled": "true",
    "spark.shuffle.spill.numElementsForceSpillThreshold": "20",
    "spark.sql.sortMergeJoinExec.buffer.in.memory.threshold": "5",
    "spark.sql.sortMergeJoinExec.buffer.spill.threshold": "10",
    "spark.sql.autoBroadcastJoinThreshold": "-1",
    "spark.sql.shuffle.partitions": "2",
    # What fails here fails every time.
    "spark.task.maxFailures": "1",
}


@dataclass(frozen=True)
class Result:
    """How one command ended and what it printed."""

    code: str
    stdout: str
    stderr: str

    @property
    def text(self) -> str:
        """Both streams together."""
        return f"{self.stdout}\n{self.stderr}"


@dataclass
class Harness:
    """One machine for veilflow below ``folder``: home, temporary files, Spark and its logs."""

    folder: Path
    master: str
    modules: Path
    settings: Mapping[str, str] = field(default_factory=dict)
    results: dict[str, Result] = field(default_factory=dict)
    kept_names: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        for name in ("home", "tmp", "local", "events", "cwd", "logs", "spark-home/conf"):
            (self.folder / name).mkdir(parents=True)
        _link_spark(self.folder / "spark-home")
        settings = {
            "spark.eventLog.dir": (self.folder / "events").as_uri(),
            "spark.local.dir": str(self.folder / "local"),
            "spark.executor.extraJavaOptions": short_lived(),
            # Before the folder of settings, so that all the JVMs can use one archive of classes.
            "spark.driver.extraClassPath": spark_jars(),
            "spark.executor.extraClassPath": spark_jars(),
            **SPILLING,
            **self.settings,
        }
        lines = "".join(f"{name} {value}\n" for name, value in settings.items())
        (self.folder / "spark-home/conf/spark-defaults.conf").write_text(lines)

    @property
    def home(self) -> Path:
        """VEILFLOW_HOME: the store, the keyring, the publishers' keys."""
        return self.folder / "home"

    @property
    def keyring(self) -> Path:
        """The one place that holds keys in the clear."""
        return self.home / "keyring"

    @property
    def work(self) -> Path:
        """Where a cluster's executors run and log."""
        return self.folder / "spark-home/work"

    @property
    def kept(self) -> Path:
        """Links to every file there was, outside the keyring."""
        return self.folder / "kept"

    @property
    def kept_keys(self) -> Path:
        """Links to every file that there was in the keyring, destroyed keys too."""
        return self.folder / "kept-keys"

    def environment(self) -> dict[str, str]:
        """The environment of every process that is started here."""
        python_path = [str(self.modules), os.environ.get("PYTHONPATH", "")]
        return {
            **os.environ,
            "VEILFLOW_HOME": str(self.home),
            "VEILFLOW_MASTER": self.master,
            "VEILFLOW_DRIVER_MEMORY": "1g",
            "SPARK_HOME": str(self.folder / "spark-home"),
            "SPARK_CONF_DIR": str(self.folder / "spark-home/conf"),
            "SPARK_LOCAL_IP": "127.0.0.1",
            "PYSPARK_PYTHON": sys.executable,
            "PYTHONPATH": os.pathsep.join(filter(None, python_path)),
            "TMPDIR": str(self.folder / "tmp"),
            "JAVA_TOOL_OPTIONS": f"-Djava.io.tmpdir={self.folder / 'tmp'}",
        }

    def run(
        self,
        commands: Mapping[str, Sequence[str]],
        environments: Mapping[str, Mapping[str, str]],
    ) -> dict[str, Result]:
        """Run the named commands in order; ``environments`` adds variables to some of them.

        A variable stays set for the commands after it.
        """
        logs = self.folder / "logs"
        plan = self.folder / f"plan-{len(self.results)}.json"
        steps = [
            {
                "arguments": list(arguments),
                "environment": dict(environments.get(name, {})),
                "output": str(logs / name),
            }
            for name, arguments in commands.items()
        ]
        plan.write_text(json.dumps(steps))
        self.watched([sys.executable, str(Path(__file__).with_name("commands.py")), str(plan)])
        for name in commands:
            texts = [(logs / f"{name}.{one}").read_text() for one in ("code", "stdout", "stderr")]
            self.results[name] = Result(*texts)
        return self.results

    def submit(self, job: Path, run: str, secret: str | None = None, **variables: str) -> int:
        """Run a job script by spark-submit with Spark's own logs on; its exit code."""
        properties = self.folder.parent / "submit.conf"
        properties.touch(mode=0o600)
        defaults = (self.folder / "spark-home/conf/spark-defaults.conf").read_text()
        shared = "" if secret is None else f"spark.authenticate.secret {secret}\n"
        properties.write_text(defaults + shared)
        conf = {**submit_conf(self.master), "spark.log.level": "INFO"}
        # As an administrator would have it, and not as Veilflow asks for.
        wanted = {k: v for k, v in conf.items() if k not in self.settings and k not in SPILLING}
        wanted.pop("spark.driver.extraJavaOptions", None)
        return self.watched(
            [
                str(self.folder / "spark-home/bin/spark-submit"),
                *("--master", self.master, "--properties-file", str(properties)),
                *(part for name, value in wanted.items() for part in ("--conf", f"{name}={value}")),
                str(job),
                *("--run", f"{(self.home / 'store').as_uri()}/runs/{run}"),
            ],
            **variables,
        )

    def watched(self, command: Sequence[str], **variables: str) -> int:
        """Run one process with its output and temporary files kept; its exit code."""
        number = len(list((self.folder / "logs").glob("process-*.out")))
        out = self.folder / "logs" / f"process-{number}.out"
        watched = [
            self.folder / name for name in ("tmp", "local", "cwd", "home", "spark-home/work")
        ]
        (self.folder / "spark-home/work").mkdir(exist_ok=True)
        keeping = Watcher(watched, self.kept / str(number), without=[self.keyring])
        keeping_keys = Watcher([self.keyring], self.kept_keys / str(number))
        with keeping, keeping_keys, out.open("wb") as output:
            process = subprocess.Popen(
                command,
                env={**self.environment(), **variables},
                cwd=self.folder / "cwd",
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
            try:
                code = self._wait(process)
            finally:
                process.kill()
                process.wait()
        self.kept_names.update(Path(name).name for name in keeping.names)
        return code

    def _wait(self, process: subprocess.Popen[bytes]) -> int:
        """Wait for the end, and write down the arguments of all processes seen meanwhile."""
        seen: set[bytes] = set()
        end = time.monotonic() + _LIMIT
        while process.poll() is None and time.monotonic() < end:
            seen.update(command_lines())
            time.sleep(0.2)
        arguments = self.folder / "logs" / f"arguments-{process.pid}"
        arguments.write_bytes(b"\n".join(sorted(seen)))
        assert process.returncode is not None, "the process didn't end in time"
        return process.returncode

    def search(self, needles: Sequence[Needle], *, keys: bool = False) -> list[Leak]:
        """Look everywhere; for ``keys`` everywhere but in the keyring."""
        keyrings = {self.keyring, self.kept_keys} if keys else set()
        return find_leaks(
            [self.folder], needles, skip=lambda path: not keyrings.isdisjoint(path.parents)
        )


def _link_spark(home: Path) -> None:
    """A SPARK_HOME of links: a local cluster writes its work into it."""
    import pyspark

    for entry in Path(pyspark.__file__).parent.iterdir():
        if entry.name not in ("conf", "work"):
            (home / entry.name).symlink_to(entry)


def command_lines() -> Iterator[bytes]:
    """The arguments of every process of this machine, as any other user of it could read them."""
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            yield path.read_bytes()

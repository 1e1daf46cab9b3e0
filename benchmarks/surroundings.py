"""Where a benchmark ran and with what: a figure without them means nothing."""

from __future__ import annotations

import os
import platform
import subprocess
from contextlib import suppress
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

import veilflow

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

__all__ = ["load", "machine", "settings", "versions"]

_PACKAGES = ("pyspark", "pyarrow", "numpy", "great-expectations", "sdv")
_SETTINGS = (
    "spark.master",
    "spark.driver.memory",
    "spark.sql.shuffle.partitions",
    "spark.io.encryption.enabled",
)


def machine() -> dict[str, object]:
    """Cores, memory and how busy the machine is before the benchmark adds to it."""
    return {
        "system": f"{platform.system()} {platform.machine()}",
        "processor": _field("/proc/cpuinfo", "model name") or platform.processor() or "unknown",
        "cores": len(os.sched_getaffinity(0)),
        "memory_gb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9),
        "load_before": load(),
    }


def load() -> float | None:
    """The runnable processes of the last minute, on average; None where the system won't say."""
    with suppress(OSError):
        return round(os.getloadavg()[0], 1)
    return None


def versions(spark: SparkSession | None) -> dict[str, str]:
    """Of this code, Python, Java and the packages that do the work."""
    found = {"veilflow": veilflow.__version__, "commit": _commit()}
    found["python"] = platform.python_version()
    if spark is not None:
        java = spark.sparkContext._jvm
        assert java is not None
        found["java"] = str(java.java.lang.System.getProperty("java.version"))
    for name in _PACKAGES:
        with suppress(metadata.PackageNotFoundError):
            found[name] = metadata.version(name)
    return {name: version for name, version in found.items() if version}


def settings(spark: SparkSession) -> dict[str, str]:
    """The Spark settings that the figures depend on most."""
    conf = spark.sparkContext.getConf()
    return {name: value for name in _SETTINGS if (value := conf.get(name)) is not None}


def _commit() -> str:
    """The commit of this checkout, marked if the code differs from it; empty without git."""
    command = ["git", "describe", "--always", "--dirty", "--exclude=*"]
    with suppress(OSError):
        root = Path(__file__).resolve().parent
        done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
        return done.stdout.strip()
    return ""


def _field(path: str, name: str) -> str:
    with suppress(OSError):
        for line in Path(path).read_text().splitlines():
            key, _, value = line.partition(":")
            if key.strip() == name:
                return value.strip()
    return ""

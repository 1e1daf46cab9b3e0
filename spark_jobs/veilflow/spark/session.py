"""One hardened Spark session, in this process or as spark-submit made it."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

from veilflow.spark.cluster import site_settings
from veilflow.spark.hardening import check_hardened, is_local, submit_conf
from veilflow.spark.java import find_java_home
from veilflow.spark.redaction import silence_engine_log

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

__all__ = ["DEFAULT_MASTER", "session"]

DEFAULT_MASTER = "local[*]"


@contextmanager
def session(
    name: str, master: str | None = None, extra: Mapping[str, str] | None = None
) -> Iterator[SparkSession]:
    """A hardened session, stopped at the end.

    ``master`` None means what spark-submit decided, else ``VEILFLOW_MASTER``, else all cores of
    this machine. Workers use this interpreter. Raises PrerequisiteMissing where there is no Java
    that Spark runs on, or naming a setting that the cluster lacks.
    """
    from pyspark.sql import SparkSession

    silence_engine_log()
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    os.environ.setdefault("PYSPARK_DRIVER_PYTHON", sys.executable)
    builder = SparkSession.builder.appName(f"veilflow {name}")
    if "PYSPARK_GATEWAY_PORT" not in os.environ:  # spark-submit has decided the master and settings
        # Spark's launcher would end with a line of its own shell script.
        os.environ["JAVA_HOME"] = str(find_java_home())
        chosen = master or os.environ.get("VEILFLOW_MASTER") or DEFAULT_MASTER
        builder = builder.master(chosen)
        settings = {**submit_conf(chosen), **(extra or {})}
        if is_local(chosen):
            settings["spark.driver.memory"] = os.environ.get("VEILFLOW_DRIVER_MEMORY", "2g")
        for key, value in {**site_settings(chosen, settings), **(extra or {})}.items():
            builder = builder.config(key, value)
    spark = builder.getOrCreate()
    try:
        check_hardened(spark)
        # Executors that are there already are told of the level only when it is set.
        spark.sparkContext.setLogLevel(spark.sparkContext.getConf().get("spark.log.level") or "OFF")
        yield spark
    finally:
        spark.stop()

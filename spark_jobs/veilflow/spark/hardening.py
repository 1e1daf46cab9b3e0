"""Spark settings that Veilflow runs under, and the refusal to run without them.

Shuffle, spill and broadcast files are encrypted with 256 bits; processes authenticate and encrypt
what they send each other; plans and options are redacted in event logs; the UI and the event log
are off unless asked for; logging is off in Spark itself, because engines put cell values into
their messages (what went wrong is told by :mod:`veilflow.spark.redaction` instead).
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from veilflow.errors import PrerequisiteMissing

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

__all__ = ["check_hardened", "is_local", "submit_conf"]

_ALWAYS = {
    "spark.io.encryption.enabled": "true",
    "spark.io.encryption.keySizeBits": "256",
    "spark.authenticate": "true",
    "spark.network.crypto.enabled": "true",
    "spark.network.crypto.cipher": "AES/GCM/NoPadding",
    "spark.redaction.regex": "(?i)secret|password|passwd|token|credential|access[.]?key|private",
    "spark.sql.redaction.options.regex": "(?i)secret|password|token|credential|key",
    # Plans in event logs: expressions may hold policy constants and file names; none is needed.
    "spark.sql.redaction.string.regex": "(?s).+",
    # It would keep what user code prints in a worker, where queries can read it.
    "spark.sql.pyspark.worker.logging.enabled": "false",
}
_DEFAULTS = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.eventLog.enabled": "false",
    "spark.log.level": "OFF",
    "spark.executor.syncLogLevel.enabled": "true",
    # An executor that is just registering is not told the level; this one holds from its start.
    "spark.executor.defaultJavaOptions": "-Dlog4j2.level=OFF",
    # A judge has Spark compile some hundred classes, and Spark keeps a hundred: those of one table
    # or session would drive each other out and be compiled again and again.
    "spark.sql.codegen.cache.maxEntries": "2000",
    "spark.sql.ansi.enabled": "true",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.execution.pyspark.udf.hideTraceback.enabled": "true",
    # For its messages, which are kept from everybody, Spark notes at each use of a column which
    # line of Python it was: several calls to the JVM, and two thirds of the time of writing an
    # expression.
    "spark.python.sql.dataFrameDebugging.enabled": "false",
    "spark.sql.dataFrameQueryContext.enabled": "false",
    "spark.sql.execution.arrow.maxRecordsPerBatch": "10000",
    # Parquet's vectors aren't Arrow's. With PySpark 4.2.0 each row of theirs is converted twice,
    # uncompiled, where a scan feeds a worker: twenty columns took 1.8 times a copy, without 1.3.
    "spark.sql.execution.arrow.pythonUDF.columnarInput.enabled": "false",
    # Rows go to tasks by random numbers. If a task is repeated on rows that come in another order,
    # all that read what it wrote is repeated too, or rows would be lost and others doubled.
    "spark.sql.shuffle.orderIndependentChecksum.enabled": "true",
    "spark.sql.shuffle.orderIndependentChecksum.enableFullRetryOnMismatch": "true",
    # With PySpark 4.2.0 a plain Python UDF right above a Parquet scan hangs under Arrow: the JVM
    # sends such a UDF's input schema and the worker doesn't expect it. Arrow UDFs aren't concerned.
    "spark.sql.execution.pythonUDF.arrow.enabled": "false",
}
_REQUIRED_ON_CLUSTERS = (
    "spark.io.encryption.enabled",
    "spark.authenticate",
    "spark.network.crypto.enabled",
)


def is_local(master: str) -> bool:
    """True for a driver that runs its tasks itself: nothing crosses a network."""
    return master == "local" or master.startswith("local[")


def submit_conf(master: str) -> dict[str, str]:
    """Settings to pass to spark-submit. They hold no secret.

    On a standalone cluster the driver takes the shared secret from ``spark.authenticate.secret``
    in spark-defaults.conf (mode 0600) alone; never pass it as an argument.
    """
    conf = {**_DEFAULTS, **_ALWAYS}
    if is_local(master):
        cores = os.cpu_count() or 1
        conf["spark.sql.shuffle.partitions"] = str(max(2, cores))
        conf.update(_quiet_log())
        conf["spark.driver.host"] = conf["spark.driver.bindAddress"] = "127.0.0.1"
    return conf


def _quiet_log() -> dict[str, str]:
    """A logging configuration that prints no message: Spark logs before its settings apply."""
    file = Path(__file__).with_name("log4j2.json")
    if not file.is_file():  # imported from a zip archive
        return {}
    return {"spark.driver.extraJavaOptions": f"-Dlog4j2.configurationFile={file.as_uri()}"}


def check_hardened(spark: SparkSession) -> None:
    """Raise PrerequisiteMissing naming the setting that this Spark application lacks."""
    conf = spark.sparkContext.getConf()
    required = (
        _REQUIRED_ON_CLUSTERS[:1]
        if is_local(str(spark.sparkContext.master))
        else (_REQUIRED_ON_CLUSTERS)
    )
    for name in required:
        if (conf.get(name) or "").lower() != "true":
            raise PrerequisiteMissing(
                f"This Spark application runs without {name}=true: data would lie or travel in "
                "the clear.",
                remedy=f"Pass --conf {name}=true to spark-submit, or set it for the cluster.",
            )
    if int(conf.get("spark.io.encryption.keySizeBits") or 128) < 256:
        raise PrerequisiteMissing(
            "spark.io.encryption.keySizeBits is below 256.",
            remedy="Pass --conf spark.io.encryption.keySizeBits=256.",
        )

"""How the JVMs that tests start are run: most of them live for seconds.

    python tests/jvm.py

makes an archive of Spark's classes (class data sharing), which later JVMs map into memory instead
of unpacking, verifying and linking the same 16,000 classes again. It is about half of what a JVM
takes until its first query has run. It is no more than a cache: without it, with another
class path or with another Java a JVM reads the classes as ever.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

__all__ = ["archive", "short_lived", "spark_jars"]

# The optimising compiler and several threads of a collector would take more time than they save,
# and each growth of a small heap, code cache or metaspace costs a collection.
_OPTIONS = (
    "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -XX:NewSize=192m -XX:MetaspaceSize=192m "
    "-XX:ReservedCodeCacheSize=192m"
)
# A JVM that can't use an archive says so on standard output.
_QUIET = "-Xlog:cds*=off"
_CACHE = Path(__file__).resolve().parent.parent / ".pytest_cache"


def archive() -> Path | None:
    """Where the archive for this Java and this PySpark is, or would be; None without either."""
    home = os.environ.get("JAVA_HOME")
    java = shutil.which("java", path=f"{home}/bin" if home else None)
    pyspark = find_spec("pyspark")
    if java is None or pyspark is None or pyspark.origin is None:
        return None
    parts = [Path(java).resolve(), Path(pyspark.origin).resolve()]
    told = [f"{path}:{path.stat().st_size}:{path.stat().st_mtime_ns}" for path in parts]
    name = hashlib.sha256("\n".join(told).encode()).hexdigest()[:16]
    return _CACHE / f"spark-classes-{name}.jsa"


def short_lived() -> str:
    """Java options for a driver or an executor of a test."""
    found = archive()
    if found is None or not found.exists():
        return _OPTIONS
    return f"{_OPTIONS} -XX:SharedArchiveFile={found} {_QUIET}"


def spark_jars() -> str:
    """The class path that the archive is for. Whatever comes after it may be anything."""
    spec = find_spec("pyspark")
    assert spec is not None and spec.origin is not None
    jars = Path(spec.origin).parent / "jars"
    # Spark's own launcher puts this one before all others.
    (first,) = jars.glob("slf4j-api-*.jar")
    return f"{first}:{jars}/*"


def make_archive(target: Path) -> None:
    """Run what tests have Spark do, and keep the classes that it loaded."""
    target.parent.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        made = Path(folder) / target.name
        os.environ["SPARK_SUBMIT_OPTS"] = f"{_OPTIONS} -XX:ArchiveClassesAtExit={made} {_QUIET}"
        process = _use_spark(folder)
        # Spark's JVM ends with its standard input, and writes the archive then.
        process.stdin.close()
        process.wait()
        if made.exists():
            made.replace(target)


def _use_spark(folder: str) -> object:
    """The process of a JVM that has run a few queries."""
    import pyarrow as pa
    from pyspark.sql import functions as F
    from pyspark.sql.pandas.functions import ArrowUDFType, arrow_udf
    from veilflow.spark.session import session

    with session("classes", "local[2]", {"spark.sql.shuffle.partitions": "2"}) as spark:
        process = spark.sparkContext._gateway.proc
        rows = spark.createDataFrame([(1, "a", 1.5), (2, "b", None)], "n int, t string, x double")
        path = f"{folder}/rows"
        rows.write.parquet(path)
        read = spark.read.parquet(path)
        same = arrow_udf(lambda texts: texts, "string", functionType=ArrowUDFType.SCALAR)
        read.select("n", same("t").alias("t")).join(rows, "t", "full_outer").collect()
        read.groupBy("t").agg(F.count_if(F.col("n") > 1), F.countDistinct("x")).toArrow()
        read.mapInArrow(lambda batches: batches, rows.schema).distinct().collect()
        spark.createDataFrame(pa.table({"n": [1, 2]})).orderBy("n").collect()
        spark.read.option("header", True).csv(_csv(folder)).collect()
    return process


def _csv(folder: str) -> str:
    path = Path(folder) / "rows.csv"
    path.write_text("n,t\n1,a\n")
    return str(path)


if __name__ == "__main__":
    wanted = archive()
    if wanted is None:
        sys.exit("There is no java or no pyspark.")
    if not wanted.exists():
        make_archive(wanted)

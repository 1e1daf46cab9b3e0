"""Run by test_control.py: a Spark job as people write them, which leaks wherever it can.

python careless.py CANARY TABLE
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path


def main(canary: str, table: str) -> None:
    from pyspark.sql import SparkSession
    from pyspark.sql import functions as F

    spark = SparkSession.builder.appName("careless").getOrCreate()
    shared = spark.sparkContext.broadcast([canary] * 1000)
    frame = spark.read.parquet(table)

    @F.udf("string")
    def mask(value: str) -> str:
        return value[: len(shared.value[0]) - 50]

    found = frame.withColumn("masked", mask("full_name")).groupBy("full_name", "masked").count()
    found.filter(F.col("full_name") != canary).collect()
    with tempfile.NamedTemporaryFile() as file:
        file.write(canary.encode())
        file.flush()
        subprocess.run(["true", canary.encode().hex()], check=True)
    # Long enough for whoever looks at the arguments of processes now and then.
    subprocess.run(["sleep", "1", "0.00000000000001"], check=True)
    try:
        frame.selectExpr("cast(full_name as int)").collect()
    except Exception as error:  # noqa: BLE001 - the leak is the point
        print(error, file=sys.stderr)
    Path("notes.txt").write_text(canary)
    spark.stop()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])

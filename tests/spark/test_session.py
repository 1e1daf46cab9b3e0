"""What a hardened session is, and what it keeps user code from."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


@pytest.mark.filterwarnings("ignore:Cannot infer the eval type:UserWarning")
def test_a_plain_udf_above_a_parquet_scan_ends(spark: SparkSession, tmp_path: Path) -> None:
    """With Arrow, which PySpark 4.2.0 takes by default, it never does."""
    from pyspark.sql import functions as F

    @F.udf("string")
    def doubled(text: str) -> str:
        return text + text

    spark.range(3).selectExpr("cast(id as string) text").write.parquet(str(tmp_path / "texts"))
    rows = spark.read.parquet(str(tmp_path / "texts")).select(doubled("text").alias("text"))
    assert sorted(row.text for row in rows.collect()) == ["00", "11", "22"]

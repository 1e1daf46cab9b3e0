"""Run by test_guide_to_masks.py: masks with the guide's transform on separate executors."""

from __future__ import annotations

import json
import os
import sys

import yaml


def main(column: str) -> None:
    from veilflow.policy import Policy
    from veilflow.spark.masking import mask_table
    from veilflow.spark.session import session

    def spark_executor(_: object) -> list[tuple[int, str]]:
        return [(os.getpid(), os.getcwd())]

    columns = {"person": "drop", **yaml.safe_load(column)}
    policy = Policy.model_validate(
        {
            "version": 1,
            "dataset": "shop",
            "purpose": {
                "purpose": "test", "legal_basis": "none", "owner": "us",
                "recipients": ["us"], "retention_days": 1,
            },
            "source": {"root": "/data", "format": "csv"},
            "privacy_unit": "person",
            "tables": {"people": {"path": "people.csv", "columns": columns}},
            "publish": {"store": "file:///s", "keys": "file:///k", "series": "s"},
        }
    )  # fmt: skip
    with session("guide", "local-cluster[2,1,1024]") as spark:
        rows = [(n, text) for n, text in enumerate(["Ann Lee", "Zoë", None, ""])]
        frame = spark.createDataFrame(rows, "person int, name string").repartition(4)
        masked = mask_table(frame, "people", policy, {}, "none").output()
        found = spark.sparkContext.parallelize(range(4), 4).mapPartitions(spark_executor).collect()
        report = {
            "names": sorted(row["name"] or "" for row in masked.collect()),
            "nulls": masked.where("name is null").count(),
            "driver": os.getpid(),
            "workers": sorted({pid for pid, _ in found}),
            "folders": sorted({folder for _, folder in found}),
        }
    print(json.dumps(report))


if __name__ == "__main__":
    main(sys.argv[1])

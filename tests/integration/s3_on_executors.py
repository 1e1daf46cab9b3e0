"""Run by test_classify_s3_spark.py: tables of a bucket, by executors and by one process."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from veilflow.classify import read_sample
from veilflow.classify.local_scan import scan_table
from veilflow.errors import VeilflowError
from veilflow.spark import file_scan
from veilflow.spark.session import session

from tests.jvm import short_lived


def change_after_planning(client: Any, address: str) -> None:
    """Have the next scan find other bytes than it was planned with."""
    bucket, _, key = address.removeprefix("s3://").partition("/")
    plan = file_scan.lots_of

    def planned(place: str | Path, cores: int) -> Any:
        file_scan.lots_of = plan
        lots = plan(place, cores)
        client.put_object(Bucket=bucket, Key=key, Body=b"ward\nother\n")
        return lots

    file_scan.lots_of = planned


def main(places: str, large: str, broken: str, changing: str) -> None:
    import boto3

    report: dict[str, Any] = {"compared": {}, "errors": {}}
    options = {"spark.executor.extraJavaOptions": short_lived()}
    with session("s3", "local-cluster[2,1,1024]", options) as spark:
        for address in json.loads(places):
            by_spark, alone = file_scan.scan_files(spark, address), scan_table(address)
            sampled = () if address in large else file_scan.sample_files(spark, address, 1_000)
            report["compared"][address] = {
                "same": by_spark == alone,
                "same sample": not sampled or sampled == read_sample(address, 1_000),
                "types": {verdict.name: verdict.type for verdict in by_spark[1]},
                "evidence": [verdict.evidence[-1] for verdict in by_spark[1]][:3],
                "values": sum(len(sample.values) for sample in by_spark[0]),
            }
        _, again = file_scan.scan_files(spark, json.loads(places)[0], with_samples=False)
        report["without samples"] = again == scan_table(json.loads(places)[0])[1]
        for address in (broken, changing):
            if address == changing:
                change_after_planning(boto3.client("s3", region_name="us-east-1"), changing)
            try:
                file_scan.scan_files(spark, address)
            except VeilflowError as error:
                report["errors"][address] = f"{type(error).__name__}: {error}"
        report["executors"] = spark.sparkContext._jsc.sc().getExecutorMemoryStatus().size() - 1
    print(json.dumps(report))


if __name__ == "__main__":
    main(*sys.argv[1:])

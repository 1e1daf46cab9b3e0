"""spark-submit validate_job.py --run RUN: the validate stage of a pinned run."""

from veilflow.spark.job import main

if __name__ == "__main__":
    raise SystemExit(main("validate"))

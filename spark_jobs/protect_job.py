"""spark-submit protect_job.py --run RUN: the protect stage of a pinned run."""

from veilflow.spark.job import main

if __name__ == "__main__":
    raise SystemExit(main("protect"))

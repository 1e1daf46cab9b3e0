"""spark-submit synthesize_job.py --run STORE/runs/DATASET/RUN: the synthesize stage of a pinned run."""

from veilflow.spark.job import main

if __name__ == "__main__":
    raise SystemExit(main("synthesize"))

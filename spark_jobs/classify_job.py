"""spark-submit classify_job.py --run STORE/runs/DATASET/RUN: the classify stage of a pinned run."""

from veilflow.spark.job import main

if __name__ == "__main__":
    raise SystemExit(main("classify"))

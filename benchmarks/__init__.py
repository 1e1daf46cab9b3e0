"""Benchmarks: what each stage costs, against a plain Parquet copy in the same Spark session."""

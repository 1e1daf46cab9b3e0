"""Veilflow: privacy pipelines for Airflow and Spark.

Importing this package, or any module of it, only defines things.
"""

__version__ = "0.1.0"

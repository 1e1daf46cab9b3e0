"""Veilflow in Airflow: operators, gates and links."""

"""Veilflow in Airflow: one DAG per policy, its operators, and the link to the privacy report.

Importing this package, or any module of it, only defines things, and none of them imports an
engine: a DAG file is parsed every few seconds.
"""

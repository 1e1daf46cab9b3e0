"""One Airflow DAG for each policy in dags/policies."""

from pathlib import Path

from veilflow_airflow.dag_factory import build_dags

for dag in build_dags(Path(__file__).parent / "policies"):
    globals()[dag.dag_id] = dag

"""Shows what is wrong with a policy as this file's import error, and makes no Airflow DAG.

Airflow retires every DAG of a file that fails to import, so the check has a file of its own: a
broken policy is seen, and takes no other DAG down.
"""

from pathlib import Path

from airflow.sdk import get_parsing_context
from veilflow_airflow.policies import require_sound_policies

if get_parsing_context().dag_id is None:
    require_sound_policies(Path(__file__).parent / "policies")

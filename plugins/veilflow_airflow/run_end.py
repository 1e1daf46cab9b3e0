"""One clear sentence when a run fails."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from airflow.sdk import Context

__all__ = ["tell_run_failed"]

log = logging.getLogger(__name__)


def tell_run_failed(context: Context) -> None:
    """Log what a failed run means for readers, and where its reason is."""
    dag = context["dag"]
    log.error(
        "%s: run %s failed. What it didn't publish can't be read; the last good release stays "
        "current. The reason is in the log of the failed task.",
        dag.dag_id,
        context["run_id"],
    )

"""The form that triggers a run: it can only tighten what the policy says."""

from __future__ import annotations

from airflow.sdk import Param
from veilflow.policy import Policy

__all__ = ["execution_form", "trigger_form"]


def trigger_form(policy: Policy) -> dict[str, Param]:
    """The form's fields as JSON-schema parameters; ``pin`` checks them again on the worker."""
    fields = {
        "input": Param(
            None,
            title="Input folder",
            description="A folder inside the policy's source, relative to it, such as "
            "2024/march. Empty: the whole source.",
            type=["null", "string"],
            # Neither absolute nor upwards.
            pattern=r"^(?!/)(?!.*(^|/)\.\.(/|$))[^\\]+$",
            maxLength=500,
        ),
        "trial_rows": Param(
            None,
            title="Trial: rows to read",
            description="Reads at most this many rows of each table. The release is marked as a "
            "trial and never becomes the current one. Empty: all rows.",
            type=["null", "integer"],
            minimum=1,
        ),
        "exhaustive": Param(
            False,
            title="Classify on all rows",
            description="Looks at every cell for what must not be released, not at a sample of "
            "rows. Takes several times as long.",
            type="boolean",
        ),
    }
    if policy.anonymize is not None:
        k = policy.anonymize.k
        fields["k"] = Param(
            None,
            title="Stricter k",
            description=f"Every class holds at least this many people. The policy says {k}; "
            "only more is accepted. Empty: the policy's.",
            type=["null", "integer"],
            minimum=k,
        )
    return fields


def execution_form() -> dict[str, Param]:
    """The same fields without bounds, for tasks of a run that was accepted under an older policy.

    Airflow checks a run's values against the DAG at every task; ``pin`` has decided about them.
    """
    return {
        "input": Param(None, type=["null", "string"]),
        "trial_rows": Param(None, type=["null", "integer"]),
        "exhaustive": Param(False, type=["null", "boolean"]),
        "k": Param(None, type=["null", "integer"]),
    }

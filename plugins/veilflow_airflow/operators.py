"""The tasks that need no Spark: pin a run, and publish what was validated."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseOperator
from airflow.sdk.exceptions import AirflowSkipException
from veilflow.evidence import StageEvidence

from veilflow_airflow.links import PrivacyReportLink
from veilflow_airflow.outcome import failure_of, log_lines, summary
from veilflow_airflow.spark_stage import pinned_run
from veilflow_airflow.stages import PIN

if TYPE_CHECKING:
    from airflow.sdk import Context
    from veilflow.pipeline.stages import Product

__all__ = ["PinOperator", "PublishOperator"]


class PinOperator(BaseOperator):
    """Fix policy, source and parameters of this run; every later task goes by what is stored.

    The run's id follows from the DAG run's, so a retry or a cleared task finds the same run,
    whatever the policy file says by then.
    """

    ui_color = "#e8e4f3"

    def __init__(self, *, policy: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.policy = policy

    def execute(self, context: Context) -> dict[str, Any]:
        """Pin and return a summary; the run's URI is the XCom ``run``."""
        from veilflow.pipeline import RunParameters, pin, read_evidence, run_id_for

        asked = {
            name: value
            for name in RunParameters.model_fields
            if (value := context["params"].get(name)) is not None and value is not False
        }
        try:
            reference = pin(
                self.policy, run_id_for(context["run_id"]), RunParameters.model_validate(asked)
            )
            evidence = StageEvidence.from_json(read_evidence(reference.uri, PIN))
        except Exception as error:  # noqa: BLE001 - any message may hold a value
            failure, record = failure_of(PIN, error)
            context["ti"].xcom_push(key="failure", value=record)
            raise failure from None
        context["ti"].xcom_push(key="run", value=reference.uri)
        self.log.info("run %s", reference.uri)
        for name, value in asked.items():
            self.log.info("tightened by this run: %s = %s", name, value)
        for line in log_lines(evidence):
            self.log.info(line)
        return summary(evidence)


class PublishOperator(BaseOperator):
    """Publish the validated output: one signed manifest, written atomically; safe to retry."""

    ui_color = "#e0f1e4"
    operator_extra_links = (PrivacyReportLink(),)

    def __init__(self, *, product: Product = "masked", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.product = product

    def execute(self, context: Context) -> dict[str, Any]:
        """Publish and return a summary with the release: where, under which key, signed by whom."""
        from veilflow.pipeline import open_run, publish

        stage = "publish" if self.product == "masked" else "publish_synthetic"
        run_uri = pinned_run(context)
        try:
            if self.product == "synthetic" and open_run(run_uri).policy.synthesize is None:
                raise AirflowSkipException("The pinned policy asks for no synthetic data.")
            evidence = StageEvidence.from_json(publish(run_uri, self.product))
        except AirflowSkipException:
            raise
        except Exception as error:  # noqa: BLE001 - any message may hold a value
            failure, record = failure_of(stage, error)
            context["ti"].xcom_push(key="failure", value=record)
            raise failure from None
        for line in log_lines(evidence):
            self.log.info(line)
        return summary(evidence)

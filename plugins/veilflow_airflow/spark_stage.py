"""A stage as a Spark application: arguments in, evidence out, and Airflow's resume kept."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

from airflow.providers.apache.spark.operators.spark_submit import SparkSubmitOperator
from airflow.sdk.exceptions import AirflowSkipException
from veilflow.errors import PrerequisiteMissing, VeilflowError
from veilflow.evidence import StageEvidence

from veilflow_airflow.launch import StageCommand, find_spark_submit, stage_command
from veilflow_airflow.links import airflow_address, report_path
from veilflow_airflow.outcome import (
    REFUSED,
    StageBroke,
    failure_of,
    log_lines,
    refusal_record,
    refused,
    summary,
)
from veilflow_airflow.output import JOB_PREFIX, released_lines
from veilflow_airflow.stages import PIN, SYNTHETIC_STAGES

if TYPE_CHECKING:
    from airflow.providers.apache.spark.hooks.spark_submit import SparkSubmitHook
    from airflow.sdk import Context

__all__ = ["SparkStageOperator", "StageMixin", "pinned_run"]


def pinned_run(context: Context) -> str:
    """The URI of the run that this DAG run's first task pinned."""
    uri = context["ti"].xcom_pull(task_ids=PIN, key="run")
    if not isinstance(uri, str):
        raise StageBroke("No run was pinned. Clear the task 'pin' together with this one.")
    return uri


class StageMixin:
    """What every submitter of a stage shares; combine it with the operator that submits::

        class LivyStage(StageMixin, LivyOperator):
            def prepare(self, run_uri):
                ...put stage_command(...) into this operator's own fields

            def execute(self, context):
                return self.run_stage(context, super().execute)

    The submitting operator must wait for the end and raise unless the application succeeded.
    Whether the stage refused is read from the run, so no exit code is needed.
    """

    stage: str
    log: Any
    said: tuple[str, ...] = ()  # what the job's own lines told already

    def run_stage(self, context: Context, submit: Callable[[Context], Any]) -> dict[str, Any]:
        """Prepare, submit, and return the evidence's summary, which becomes the XCom."""
        run_uri = pinned_run(context)
        try:
            if self.is_left_out(run_uri):
                raise AirflowSkipException("The pinned policy asks for no synthetic data.")
            self.prepare(run_uri)
            submit(context)
        except AirflowSkipException:
            raise
        except Exception as error:  # noqa: BLE001 - any message may hold a value
            raise self._failure(run_uri, error, context) from None
        return self.conclude(run_uri, context)

    def is_left_out(self, run_uri: str) -> bool:
        """True for a stage of the synthetic branch in a run whose policy has none."""
        if self.stage not in SYNTHETIC_STAGES:
            return False
        from veilflow.pipeline import open_run

        return open_run(run_uri).policy.synthesize is None

    def prepare(self, run_uri: str) -> None:
        """Put the stage's command where the submitting operator looks for it."""
        raise NotImplementedError

    def conclude(self, run_uri: str, context: Context) -> dict[str, Any]:
        """Read the evidence that the application left, log it, and return its summary."""
        from veilflow.pipeline import read_evidence, read_refusal

        refusal = read_refusal(run_uri, self.stage)
        if refusal is not None:
            record = self._tell_refusal(run_uri, refusal, context)
            context["ti"].xcom_push(key="failure", value=record)
            raise refused(self.stage, refusal)
        try:
            evidence = StageEvidence.from_json(read_evidence(run_uri, self.stage))
        except VeilflowError:
            raise StageBroke(
                f"{self.stage}: the application ended but left no evidence in the run."
            ) from None
        for line in log_lines(evidence):
            if line not in self.said:
                self.log.info(line)
        return summary(evidence)

    def _failure(self, run_uri: str, error: Exception, context: Context) -> Exception:
        from veilflow.pipeline import read_refusal

        refusal = None
        try:
            refusal = read_refusal(run_uri, self.stage)
        except VeilflowError:
            self.log.warning("The run can't be read, so a refusal can't be told from a failure.")
        if refusal is not None:
            failure: Exception = refused(self.stage, refusal)
            record = self._tell_refusal(run_uri, refusal, context)
        else:
            failure, record = self.describe(error)
        context["ti"].xcom_push(key="failure", value=record)
        return failure

    def _tell_refusal(
        self, run_uri: str, refusal: dict[str, Any], context: Context
    ) -> dict[str, Any]:
        """Log every verdict of a judge that refused, and return the refusal's record for XCom."""
        from veilflow.pipeline import open_run
        from veilflow.pipeline.stages import product_of

        try:
            judged = open_run(run_uri).judged(self.stage)
        except (VeilflowError, ValueError):
            judged = None
            self.log.warning("What the judge measured can't be read; its reasons are told below.")
        for line in () if judged is None else log_lines(judged):
            self.log.info(line)
        run = context["ti"]
        path = report_path(run.dag_id, run.run_id, product_of(self.stage))
        self.log.info("The report of this refusal: %s", airflow_address() + path)
        return refusal_record(refusal, judged)

    def describe(self, error: Exception) -> tuple[Exception, dict[str, Any]]:
        """The exception to raise for an error that isn't a recorded refusal, and its record."""
        return failure_of(self.stage, error)


class SparkStageOperator(StageMixin, SparkSubmitOperator):
    """A stage submitted by spark-submit under an Airflow connection.

    ``durable`` is the provider's: in cluster deploy mode a retry reconnects to the application
    that still runs. In client mode the driver is a child of the task, so a retry starts another;
    the run keeps the evidence of whichever finishes first. Settings under ``conf`` in the
    connection's extra are passed on, below the hardened ones.
    """

    ui_color = "#dbe9f6"

    def __init__(self, *, stage: str, **kwargs: Any) -> None:
        kwargs.setdefault("spark_binary", find_spark_submit())
        kwargs.setdefault("name", f"veilflow {stage}")
        super().__init__(**kwargs)
        self.stage = stage

    def execute(self, context: Context) -> dict[str, Any]:  # type: ignore[override]
        """Submit the stage and return the summary of its evidence."""
        return self.run_stage(context, super().execute)

    def prepare(self, run_uri: str) -> None:
        """Build the arguments now, in the worker: only here are connection and Java known."""
        connection = self._connection_of(self._conn_id)
        command: StageCommand = stage_command(
            self.stage,
            run_uri,
            master=connection["master"],
            is_cluster_mode=connection["deploy_mode"] == "cluster",
            conf={**connection["conf"], **(self.conf or {})},
        )
        self.application = command.script
        self.application_args = list(command.arguments)
        self.conf = command.conf
        self.py_files = self.py_files or command.py_files
        self.env_vars = {**command.environment, **(self.env_vars or {})} or None
        self.name = command.name

    def describe(self, error: Exception) -> tuple[Exception, dict[str, Any]]:
        """Tell what the job said instead of the provider's message, which repeats the command."""
        process = getattr(self._hook, "_submit_sp", None)
        code = None if process is None else process.poll()
        if not code:
            return super().describe(error)
        reason = f"spark-submit ended with exit code {code}"
        if self.said:
            # The job's own lines are value-free.
            reason += f"; the job's last line: {self.said[-1]}"
        record = {"stage": self.stage, "reasons": [reason], "remedy": ""}
        if code == REFUSED:
            return refused(self.stage, record), record
        return StageBroke(f"{self.stage} could not finish: {reason}"), record

    def on_kill(self) -> None:
        """Stop the driver and its Python child; the provider would leave the child behind."""
        import psutil  # type: ignore[import-untyped]

        process = getattr(self._hook, "_submit_sp", None)
        family: list[Any] = []
        if process is not None and process.poll() is None:
            try:
                family = psutil.Process(process.pid).children(recursive=True)
                process.terminate()
                process.wait(timeout=10)
            except (psutil.Error, subprocess.TimeoutExpired):
                self.log.info("The Spark driver didn't end by itself and is killed.")
        super().on_kill()
        for child in family:
            try:
                child.kill()
            except psutil.NoSuchProcess:
                continue

    def _get_hook(self) -> SparkSubmitHook:
        hook = super()._get_hook()
        read = hook._process_spark_submit_log
        # The same lines also end up in the provider's exception, so they are filtered at entry.
        hook._process_spark_submit_log = lambda itr: read(self._listen(itr))  # type: ignore[method-assign]
        return hook

    def _listen(self, lines: Iterable[str]) -> Iterator[str]:
        for line in released_lines(lines):
            if line.startswith(JOB_PREFIX):
                self.said = (*self.said, line.removeprefix(JOB_PREFIX))
            yield line

    @staticmethod
    def _connection_of(conn_id: str) -> dict[str, Any]:
        from airflow.providers.apache.spark.hooks.spark_submit import SparkSubmitHook
        from airflow.sdk.exceptions import AirflowNotFoundException

        try:
            extra = SparkSubmitHook.get_connection(conn_id).extra_dejson
        except AirflowNotFoundException:
            # The provider would go on with YARN, which is hardly what was meant.
            raise PrerequisiteMissing(
                f"There is no Airflow connection {conn_id!r}.",
                remedy=f"Add it, or set AIRFLOW_CONN_{conn_id.upper()} "
                '(for one machine: {"conn_type": "spark", "host": "local[2]"}).',
            ) from None
        resolved = SparkSubmitHook(conn_id=conn_id)._connection
        return {
            "master": resolved["master"],
            "deploy_mode": resolved["deploy_mode"],
            "conf": extra.get("conf", {}),
        }

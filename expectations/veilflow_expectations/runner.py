"""Run a suite on a pandas or Spark frame and say what came out, without a single value.

Great Expectations puts failing values into results, documents and stores by default, and counts an
expectation that crashed as one that failed. Here the result format is forced to aggregates, no
data context is opened (so there are no stores, documents, files or network), its log is silent,
and whatever raises means "could not be judged".
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from veilflow.errors import StageFailed, UsageError, VeilflowError
from veilflow.evidence import SMALL_COUNT, Check
from veilflow.risk import ClassTable
from veilflow.spark.redaction import describe

if TYPE_CHECKING:
    from veilflow_expectations.gx import ExecutionEngine, Expectation, ExpectationSuite

__all__ = ["RESULT_FORMAT", "SuiteOutcome", "run_suite"]

RESULT_FORMAT: dict[str, Any] = {"result_format": "BASIC", "partial_unexpected_count": 0}
META = "veilflow"

# GX's own expectations whose observed value is a count or a share; others show a cell's value
# (the largest, the most common), so theirs is left out.
_OBSERVED_IS_SAFE = frozenset(
    {
        "expect_column_proportion_of_non_null_values_to_be_between",
        "expect_column_proportion_of_unique_values_to_be_between",
        "expect_column_unique_value_count_to_be_between",
        "expect_table_column_count_to_be_between",
        "expect_table_column_count_to_equal",
        "expect_table_row_count_to_be_between",
        "expect_table_row_count_to_equal",
    }
)
_BATCH = "frame"
# What a check may say beside what was observed; an expectation gives them as details.
_ESTIMATE = ("low", "high", "baseline", "smallest_detectable")


@dataclass(frozen=True)
class SuiteOutcome:
    """One check for each expectation, in order, and the classes that k-anonymity was counted on."""

    checks: tuple[Check, ...]
    classes: ClassTable | None = None


def run_suite(
    frame: Any, suite: ExpectationSuite, parameters: Mapping[str, Any] | None = None
) -> SuiteOutcome:
    """Judge ``frame`` by every expectation of ``suite``.

    ``parameters`` fill the suite's ``{"$PARAMETER": name}`` arguments. All metrics are computed
    together: counts of rows in one pass over the frame. A check's name, place and sentence come
    from ``meta["veilflow"]`` and the description where the suite was made from a policy.

    Raises StageFailed, value-free, if any expectation could not be judged.
    """
    expectations = _expectations(suite, parameters or {})
    doing = "computing the metrics"
    failure = ""
    try:
        with _silence():
            engine = _engine(frame)
            metrics = _compute(engine, expectations)
            checks, classes = [], None
            for expectation in expectations:
                doing = expectation.expectation_type
                result = expectation.metrics_validate(
                    metrics,
                    execution_engine=engine,
                    runtime_configuration={"result_format": dict(RESULT_FORMAT)},
                )
                checks.append(_check(suite, expectation, result))
                classes = classes or _classes(expectation, engine, metrics)
            return SuiteOutcome(tuple(checks), classes)
    except VeilflowError as error:
        failure = str(error)
    except Exception as error:  # noqa: BLE001 - every message may hold a value
        failure = _described(error)
    # Outside the except block, so that the original isn't even this exception's context.
    raise StageFailed(
        f"The suite {suite.name} could not be judged ({doing}): {failure}.",
        remedy="Nothing was passed. Mend the cause and validate again.",
    )


def _expectations(suite: ExpectationSuite, parameters: Mapping[str, Any]) -> list[Expectation]:
    found = []
    missing = ""
    for configuration in suite.expectation_configurations:
        try:
            configuration.process_suite_parameters(dict(parameters), True, None)
        except Exception:  # noqa: BLE001 - the message may quote another parameter's value
            missing = configuration.type
            break
        configuration.kwargs["batch_id"] = _BATCH
        found.append(configuration.to_domain_obj())
    if missing:
        raise StageFailed(
            f"The suite {suite.name} could not be judged: {missing} lacks a suite parameter.",
            remedy=f"It needs {', '.join(suite.suite_parameter_options)}.",
        )
    return found


def _engine(frame: Any) -> ExecutionEngine[Any]:
    import pandas as pd

    from veilflow_expectations.gx import PandasExecutionEngine, SparkDFExecutionEngine

    engine: ExecutionEngine[Any]
    if hasattr(frame, "sparkSession"):
        # persist=False: caching is the caller's decision, and so is forgetting.
        engine = SparkDFExecutionEngine(spark=frame.sparkSession, persist=False)
    elif isinstance(frame, pd.DataFrame):
        engine = PandasExecutionEngine()
    else:
        raise UsageError(f"a pandas or Spark DataFrame can be judged, not a {type(frame).__name__}")
    engine.load_batch_data(_BATCH, frame)
    return engine


def _compute(engine: ExecutionEngine[Any], expectations: list[Expectation]) -> Any:
    from veilflow_expectations.gx import MetricsCalculator

    needed = {}
    for expectation in expectations:
        dependencies = expectation.get_validation_dependencies(
            execution_engine=engine, runtime_configuration={"result_format": dict(RESULT_FORMAT)}
        )
        needed.update({m.id: m for m in dependencies.get_metric_configurations()})
    calculator = MetricsCalculator(engine, show_progress_bars=False)
    metrics, aborted = calculator.compute_metrics(
        list(needed.values()),
        # By default GX would try a broken metric three times and carry on without it.
        runtime_configuration={"catch_exceptions": False},
    )
    if aborted:
        raise RuntimeError("a metric was aborted")
    return metrics


def _check(suite: ExpectationSuite, expectation: Expectation, result: Any) -> Check:
    meta = dict((expectation.meta or {}).get(META, {}))
    place = dict((suite.meta or {}).get(META, {}))
    kind = expectation.expectation_type
    sentence = expectation.description or f"Great Expectations' {kind.replace('_', ' ')}."
    observed = _observed(expectation, result) if meta.get("observed", True) else None
    details = (result.result or {}).get("details", {})
    if "reason" in details:  # why there is no figure
        sentence = f"{sentence} {details['reason']}"
    bound = details.get("bound", getattr(expectation, "bound", None))
    if details.get("found"):  # in words, never values
        sentence = f"{sentence} Found: {details['found']}."
    if meta.get("raw_side") and observed:
        if 0 < details.get("concerned", observed) < SMALL_COUNT:
            observed, sentence = None, f"{sentence} Found: fewer than {SMALL_COUNT} rows."
    if meta.get("raw_side") and _is_small_count(bound):
        bound = None
    return Check(
        name=meta.get("name", kind),
        kind=meta.get("kind", "structure"),
        table=place.get("table", suite.name),
        column=meta.get("column", getattr(expectation, "column", None)),
        passed=bool(result.success),
        observed=observed,
        bound=round(bound, 6) if bound is not None and observed is not None else None,
        **{name: _figure(details, name, shown=observed is not None) for name in _ESTIMATE},
        unit=getattr(type(expectation), "unit", ""),
        sentence=sentence,
        blocking=_is_blocking(expectation),
    )


def _is_blocking(expectation: Expectation) -> bool:
    """Great Expectations' severities "warning" and "info" don't block; without one it does."""
    return str(getattr(expectation.severity, "value", expectation.severity)) == "critical"


def _figure(details: Mapping[str, Any], name: str, *, shown: bool) -> float | None:
    found = details.get(name)
    return round(float(found), 6) if shown and found is not None else None


def _is_small_count(bound: float | None) -> bool:
    """Whether the bound is itself a count of too few people to be told; a share isn't."""
    return bound is not None and 1 <= bound < SMALL_COUNT


def _observed(expectation: Expectation, result: Any) -> float | None:
    from veilflow_expectations.privacy_expectation import PrivacyExpectation

    safe = expectation.expectation_type in _OBSERVED_IS_SAFE
    observed = (result.result or {}).get("observed_value")
    if observed is None or not (safe or isinstance(expectation, PrivacyExpectation)):
        return None
    return round(float(observed), 6)


def _classes(expectation: Expectation, engine: Any, metrics: Any) -> ClassTable | None:
    from veilflow_expectations.metrics import CLASS_TABLE

    dependencies = expectation.get_validation_dependencies(
        execution_engine=engine, runtime_configuration={"result_format": dict(RESULT_FORMAT)}
    )
    for metric in dependencies.get_metric_configurations():
        if metric.metric_name == CLASS_TABLE:
            found: ClassTable = metrics[metric.id]
            return found
    return None


def _described(error: Exception) -> str:
    """What may be said: our own sentence or the class of the innermost error, and which metric."""
    failed = sorted({metric.metric_name for metric in getattr(error, "failed_metrics", ())})
    cause: BaseException = error
    while cause.__cause__ is not None:
        cause = cause.__cause__
    said = str(cause).rstrip(".") if isinstance(cause, VeilflowError) else describe(cause)
    return f"{', '.join(failed)}: {said}" if failed else said


@contextmanager
def _silence() -> Iterator[None]:
    """No log lines and no warnings from the engines: they may quote values."""
    log = logging.getLogger("great_expectations")
    spark = logging.getLogger("DataFrameQueryContextLogger")  # Spark's, which quotes rows
    handlers, propagate, disabled = log.handlers[:], log.propagate, spark.disabled
    log.handlers, log.propagate, spark.disabled = [logging.NullHandler()], False, True
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        log.handlers, log.propagate, spark.disabled = handlers, propagate, disabled

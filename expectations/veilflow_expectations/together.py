"""Metrics of several expectations, computed in one pass.

Great Expectations joins aggregate expressions into one pass over a Spark table, and computes
anything else expectation by expectation. Here an expectation says beforehand what it will ask of
which batch; the first metric that is needed then computes all of them. What was not asked for
beforehand is computed when it is needed: the answers are the same.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakKeyDictionary

from veilflow.errors import UsageError

from veilflow_expectations.gx import (
    ExecutionEngine,
    PandasExecutionEngine,
    SparkDFExecutionEngine,
    ValidationDependencies,
    metric_value,
)
from veilflow_expectations.privacy_expectation import PrivacyExpectation

__all__ = ["Asked", "JointExpectation", "Together"]

# The arguments of one metric, hashable: (name, value) pairs in the order of the names.
Asked = tuple[tuple[str, Any], ...]
# What is computed of a frame: an answer for everything that is asked.
Compute = Callable[[Any, Sequence[dict[str, Any]]], Sequence[Any]]


@dataclass
class _Batch:
    asked: list[Asked] = field(default_factory=list)
    found: dict[Asked, Any] = field(default_factory=dict)


class Together:
    """A metric that is computed once for all that is asked of a batch."""

    registered: dict[str, Together] = {}

    def __init__(self, metric: str, compute: Compute) -> None:
        self._compute = compute
        self._batches: WeakKeyDictionary[Any, dict[Any, _Batch]] = WeakKeyDictionary()
        self.registered[metric] = self

    def ask(self, engine: ExecutionEngine[Any], batch: Any, arguments: Mapping[str, Any]) -> None:
        """Say that ``arguments`` will be asked for."""
        asked = self._batch(engine, batch).asked
        if (wanted := _asked(arguments)) not in asked:
            asked.append(wanted)

    def answer(
        self, engine: ExecutionEngine[Any], batch: Any, frame: Any, arguments: Mapping[str, Any]
    ) -> Any:
        """The metric for ``arguments``. Raises UsageError naming columns that ``frame`` lacks."""
        found = self._batch(engine, batch)
        wanted = _asked(arguments)
        if wanted not in found.found:
            open_ = [one for one in dict.fromkeys([wanted, *found.asked]) if one not in found.found]
            given = [dict(one) for one in open_]
            _require_columns(frame, given)
            found.found.update(zip(open_, self._compute(frame, given), strict=True))
        # Handed out once: a metric is computed once a run, and references may change after it.
        found.asked = [one for one in found.asked if one != wanted]
        return found.found.pop(wanted)

    def _batch(self, engine: ExecutionEngine[Any], batch: Any) -> _Batch:
        return self._batches.setdefault(engine, {}).setdefault(batch, _Batch())

    def of_engine(self, engine: Any) -> Any:
        """The metric's function for one of Great Expectations' engines."""

        def compute(
            cls: type,
            execution_engine: Any,
            metric_domain_kwargs: dict[str, Any],
            metric_value_kwargs: dict[str, Any],
            metrics: Mapping[str, Any],
            runtime_configuration: dict[str, Any],
        ) -> Any:
            frame = execution_engine.get_domain_records(domain_kwargs=metric_domain_kwargs)
            batch = metric_domain_kwargs.get("batch_id")
            return self.answer(execution_engine, batch, frame, metric_value_kwargs)

        return metric_value(engine=engine)(compute)

    @property
    def pandas(self) -> Any:
        return self.of_engine(PandasExecutionEngine)

    @property
    def spark(self) -> Any:
        return self.of_engine(SparkDFExecutionEngine)


class JointExpectation(PrivacyExpectation):
    """An expectation whose metrics are computed together with those of others."""

    def get_validation_dependencies(
        self,
        execution_engine: ExecutionEngine[Any] | None = None,
        runtime_configuration: dict[str, Any] | None = None,
    ) -> ValidationDependencies:
        if execution_engine is not None:
            for metric, arguments in self.needs().values():
                if metric in Together.registered:
                    Together.registered[metric].ask(execution_engine, self.batch_id, arguments)
        return super().get_validation_dependencies(
            execution_engine=execution_engine, runtime_configuration=runtime_configuration
        )


def _asked(arguments: Mapping[str, Any]) -> Asked:
    return tuple(
        (name, tuple(value) if isinstance(value, list) else value)
        for name, value in sorted(arguments.items())
        if value is not None
    )


def _require_columns(frame: Any, asked: Sequence[Mapping[str, Any]]) -> None:
    named = {name for one in asked for name in [*one.get("columns", ()), one.get("column")] if name}
    missing = sorted(named.difference(frame.columns))
    if missing:
        raise UsageError(f"the table has no column {', '.join(missing)}.")

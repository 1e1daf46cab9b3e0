"""What our expectations share: metrics that return aggregates, results without a value."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar

from veilflow_expectations.gx import (
    BatchExpectation,
    ExecutionEngine,
    MetricConfiguration,
    ValidationDependencies,
)

__all__ = ["PrivacyExpectation", "Verdict"]

# (metric name, its arguments), under the name by which :meth:`PrivacyExpectation.judge` sees it.
Metrics = dict[str, tuple[str, dict[str, Any]]]
Verdict = dict[str, Any]


class PrivacyExpectation(BatchExpectation, ABC):
    """An expectation judged from a few aggregates of its own.

    A result holds ``success``, ``observed_value`` (a count or a share, never a cell's value) and
    ``details`` of the same kind, whatever the result format.
    """

    unit: ClassVar[str] = ""

    @abstractmethod
    def needs(self) -> Metrics:
        """The metrics to compute."""

    @abstractmethod
    def judge(self, measured: Mapping[str, Any]) -> Verdict:
        """The verdict on the metrics' values."""

    @property
    def bound(self) -> float | None:
        """What the observed value is held to, for reports."""
        return None

    def get_validation_dependencies(
        self,
        execution_engine: ExecutionEngine[Any] | None = None,
        runtime_configuration: dict[str, Any] | None = None,
    ) -> ValidationDependencies:
        dependencies = super().get_validation_dependencies(
            execution_engine=execution_engine, runtime_configuration=runtime_configuration
        )
        for name, (metric, arguments) in self.needs().items():
            dependencies.set_metric_configuration(
                name,
                MetricConfiguration(
                    metric_name=metric,
                    # All keys of a table's domain, as GX's own metrics give them: equal domains
                    # are computed in one pass.
                    metric_domain_kwargs={
                        "batch_id": self.batch_id,
                        "table": None,
                        "row_condition": None,
                        "condition_parser": None,
                    },
                    metric_value_kwargs=arguments,
                ),
            )
        return dependencies

    def _validate(
        self,
        metrics: dict[str, Any],
        runtime_configuration: dict[str, Any] | None = None,
        execution_engine: ExecutionEngine[Any] | None = None,
    ) -> Verdict:
        return self.judge(metrics)


def verdict(success: bool, observed: float | None, **details: Any) -> Verdict:
    """A result as GX wants it. ``concerned`` among ``details`` counts the rows behind a share."""
    return {"success": success, "result": {"observed_value": observed, "details": details}}

"""What we use of Great Expectations, imported in one place: it takes seconds.

Import this module, and those that subclass its classes, only where a validation starts. Nothing
here opens a data context: no stores, no Data Docs, no files, no network.
"""

from __future__ import annotations

# ruff: noqa: TID253 - subclassing needs the classes
from great_expectations import ExpectationSuite
from great_expectations.compatibility import pydantic
from great_expectations.core.metric_function_types import MetricPartialFunctionTypes
from great_expectations.execution_engine.execution_engine import ExecutionEngine
from great_expectations.execution_engine.pandas_execution_engine import PandasExecutionEngine
from great_expectations.execution_engine.sparkdf_execution_engine import SparkDFExecutionEngine
from great_expectations.expectations.expectation import BatchExpectation, Expectation
from great_expectations.expectations.expectation_configuration import ExpectationConfiguration
from great_expectations.expectations.metrics.metric_provider import (
    metric_partial,
    metric_value,
)
from great_expectations.expectations.metrics.table_metric_provider import TableMetricProvider
from great_expectations.expectations.registry import get_expectation_impl
from great_expectations.validator.metric_configuration import MetricConfiguration
from great_expectations.validator.metrics_calculator import MetricsCalculator
from great_expectations.validator.validator import ValidationDependencies

__all__ = [
    "BatchExpectation",
    "ExecutionEngine",
    "Expectation",
    "ExpectationConfiguration",
    "ExpectationSuite",
    "MetricConfiguration",
    "MetricPartialFunctionTypes",
    "MetricsCalculator",
    "PandasExecutionEngine",
    "SparkDFExecutionEngine",
    "TableMetricProvider",
    "ValidationDependencies",
    "get_expectation_impl",
    "metric_partial",
    "metric_value",
    "pydantic",
]

"""What a judge of suites is given and what it must say: any suite on any release, on its own.

The judge of suites is looked up by name, as the judge of releases is (see :mod:`.judging`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from veilflow.evidence import Check
from veilflow.pipeline.stages import Product
from veilflow.policy import Policy
from veilflow.spark.judging import JudgeRequest, look_up

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

__all__ = ["NotJudged", "SuiteJudge", "SuiteJudgement", "SuiteRequest", "load_suite_judge"]

_DEFAULT = "veilflow_expectations.suite_judge:judge_suites"


@dataclass(frozen=True)
class SuiteRequest:
    """``document`` (JSON data: suites of a policy, or one plain GX suite) to run on ``output``.

    ``table`` says what a suite that doesn't say it itself is about. ``policy`` joins tables for
    suites of views; None where the run's record is gone. ``with_source`` gives the request for
    checks that need the source, and if asked so the release before; or it raises why it can't.
    None leaves those checks unjudged.
    """

    document: Any
    dataset: str
    product: Product
    output: Mapping[str, DataFrame]
    policy: Policy | None = None
    table: str | None = None
    with_source: Callable[[bool], JudgeRequest] | None = None


@dataclass(frozen=True)
class NotJudged:
    """An expectation that nobody judged, and why."""

    name: str
    table: str
    column: str | None
    why: str


@dataclass(frozen=True)
class SuiteJudgement:
    """A check for each expectation that was judged; the others by name."""

    checks: tuple[Check, ...]
    not_judged: tuple[NotJudged, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether no blocking check failed. What wasn't judged doesn't count either way."""
        return not any(check.blocking and not check.passed for check in self.checks)


class SuiteJudge(Protocol):
    """Runs suites on an output. An exception means "could not be judged", never "passed"."""

    def __call__(self, spark: SparkSession, request: SuiteRequest) -> SuiteJudgement: ...


def load_suite_judge() -> SuiteJudge:
    """The installed judge of suites. Raises PrerequisiteMissing if there is none."""
    judge: SuiteJudge = look_up(_DEFAULT)
    return judge

"""The task that stands between what was made and its publication."""

from __future__ import annotations

from collections.abc import Collection
from functools import cache
from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseOperatorLink

from veilflow_airflow.launch import stage_operator
from veilflow_airflow.links import PrivacyReportLink
from veilflow_airflow.spark_stage import SparkStageOperator

if TYPE_CHECKING:
    from veilflow.pipeline.stages import Product

__all__ = ["ValidateOperator", "validate_operator"]


class ValidateOperator(SparkStageOperator):
    """Lets code that didn't make the output judge it; publishing waits for the verdict.

    * A check that fails and blocks: the task fails for good, the release's keys are destroyed, and
      the log has every verdict, the reasons, and the address of the report.
    * An error of its own (a killed driver, a key service that is down, a judge that broke): nothing
      is judged, nothing can be published, and a retry judges the same encrypted objects. Output
      that nobody judged or published within a day loses its keys.
    * A check that only warns, as the policy says: the task succeeds; the warning is in the log with
      its figures, and in the XCom under ``warnings``.

    A task that somebody marks as successful publishes nothing: publication asks for the verdict.
    """

    operator_extra_links: Collection[BaseOperatorLink] = (PrivacyReportLink(),)

    def __init__(self, *, product: Product = "masked", **kwargs: Any) -> None:
        super().__init__(stage=_STAGES[product], **kwargs)
        self.product = product


_STAGES = {"masked": "validate", "synthetic": "validate_synthetic"}


def validate_operator() -> Any:
    """:class:`ValidateOperator`, submitted as the installation submits its stages."""
    submitted = stage_operator()
    return ValidateOperator if submitted is SparkStageOperator else _validating(submitted)


@cache
def _validating(submitted: Any) -> type:
    # Airflow looks for an __init__ of the operator's own class, so a mixin's wouldn't do.
    class Validating(submitted):  # type: ignore[misc]
        __doc__ = ValidateOperator.__doc__
        operator_extra_links = ValidateOperator.operator_extra_links

        def __init__(self, *, product: Product = "masked", **kwargs: Any) -> None:
            super().__init__(stage=_STAGES[product], **kwargs)
            self.product = product

    Validating.__name__ = Validating.__qualname__ = "ValidateOperator"
    return Validating

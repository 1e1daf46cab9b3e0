"""What a judge is given and what it must say. The judge itself is another package.

``veilflow_expectations`` depends on this library and not the other way round, so the judge is
looked up by name when a validation starts; ``VEILFLOW_JUDGE`` names another one.
"""

from __future__ import annotations

import importlib
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from veilflow.classify.labels import Labels
from veilflow.errors import PrerequisiteMissing
from veilflow.evidence import Check, ClassRisk, ColumnUtility
from veilflow.pipeline.stages import Product
from veilflow.policy import Policy

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

__all__ = ["Judge", "Judgement", "JudgeRequest", "load_judge", "look_up"]

_DEFAULT = "veilflow_expectations.judge:judge"


@dataclass(frozen=True)
class JudgeRequest:
    """The output to judge, the source to judge it against, and what was promised.

    ``output`` was read back from the encrypted objects, decrypted. ``source`` holds the cast
    source tables with the policy's listed columns. ``levels`` are the generalisation levels that
    the output claims, by (table, column). ``digest_key`` keys the digests by which values of both
    sides are compared; it lives for one validation. ``previous`` is the series' last masked
    release, decrypted, which promised ``previous_k``; empty if there is none to compare with.
    ``holdout_key`` and ``canary_key``, of a
    synthetic product, are those by which people were held out and canaries drawn, derived anew.
    ``labels`` are what people labelled in the source's free text, by (table, column).
    ``files`` are the names of each table's files. ``population`` is the policy's population table,
    if it names one.
    """

    product: Product
    policy: Policy
    output: Mapping[str, DataFrame]
    source: Mapping[str, DataFrame]
    levels: Mapping[tuple[str, str], int | None]
    digest_key: bytes = field(repr=False)
    previous: Mapping[str, DataFrame] = field(default_factory=dict)
    previous_k: int | None = None
    holdout_key: bytes = field(default=b"", repr=False)
    canary_key: bytes = field(default=b"", repr=False)
    labels: Mapping[tuple[str, str], Labels] = field(default_factory=dict, repr=False)
    files: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    population: DataFrame | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Judgement:
    """Every check with its verdict, and the figures behind them, all value-free."""

    checks: tuple[Check, ...]
    risk: tuple[ClassRisk, ...] = ()
    utility: tuple[ColumnUtility, ...] = ()
    loss: float | None = None
    weighted_loss: float | None = None
    granularity: Mapping[str, float] = field(default_factory=dict)
    discernibility: Mapping[str, int] = field(default_factory=dict)
    average_class_size: Mapping[str, float] = field(default_factory=dict)
    non_uniform_entropy: Mapping[str, float] = field(default_factory=dict)
    entropy_lost: Mapping[str, float] = field(default_factory=dict)

    @property
    def failed(self) -> tuple[Check, ...]:
        """The blocking checks that the output didn't pass."""
        return tuple(check for check in self.checks if check.blocking and not check.passed)


class Judge(Protocol):
    """Judges an output. An exception means "could not be judged", never "passed"."""

    def __call__(self, spark: SparkSession, request: JudgeRequest) -> Judgement: ...


def load_judge() -> Judge:
    """The installed judge. Raises PrerequisiteMissing if there is none."""
    judge: Judge = look_up(os.environ.get("VEILFLOW_JUDGE", _DEFAULT))
    return judge


def look_up(name: str) -> Any:
    """What ``module:attribute`` of the judge's package names. Raises PrerequisiteMissing."""
    module, _, attribute = name.partition(":")
    try:
        return getattr(importlib.import_module(module), attribute)
    except (ImportError, AttributeError) as error:
        raise PrerequisiteMissing(
            f"The judge {name} can't be imported ({type(error).__name__}).",
            remedy="pip install 'veilflow[expectations]'",
        ) from None

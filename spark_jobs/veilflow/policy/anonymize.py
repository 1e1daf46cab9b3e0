"""The ``anonymize:`` section: which privacy models every class must hold, and how to get there."""

from __future__ import annotations

import math
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from veilflow.policy.scalars import Int, Number
from veilflow.policy.validation import LDiversitySpec, TClosenessSpec

__all__ = [
    "AnonymizePolicy",
    "BetaLikenessPolicy",
    "DeltaDisclosurePolicy",
    "DeltaPresencePolicy",
    "KMapPolicy",
    "PopulationPolicy",
]


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class PopulationPolicy(_Strict):
    """Everybody whom an attacker may think of: a table of them, or how many they are.

    ``path`` lies below the source's root; the table has the quasi-identifiers under the names that
    they have in the source, one row a person, and the people of the source are among them.
    """

    path: str | None = Field(default=None, min_length=1)
    size: Int | None = Field(default=None, ge=1)

    @model_validator(mode="after")
    def _one_form(self) -> PopulationPolicy:
        if (self.path is None) == (self.size is None):
            raise ValueError("give 'path', a table of the population, or 'size', how many they are")
        return self


class KMapPolicy(_Strict):
    """At least ``k`` people of the population have each class's quasi-identifiers (Sweeney 2002).

    Where only the population's size is known, a class is so large that with a chance of at most
    ``significance`` fewer than ``k`` do, by ``estimator``: ARX's two, or the negative binomial.
    """

    k: Int = Field(ge=2)
    significance: Number = Field(default=0.05, ge=0, lt=1)
    estimator: Literal["poisson", "zero_truncated_poisson", "negative_binomial"] = "poisson"


class DeltaPresencePolicy(_Strict):
    """Of the population of each class, between ``lower`` and ``upper`` are in the table.

    Nergiz, Atzori and Clifton 2007: what a class tells of whether somebody is in the table at all.
    """

    lower: Number = Field(default=0.0, ge=0, le=1)
    upper: Number = Field(ge=0, le=1)

    @model_validator(mode="after")
    def _in_order(self) -> DeltaPresencePolicy:
        if self.lower > self.upper:
            raise ValueError("'lower' must not be above 'upper'")
        return self


class BetaLikenessPolicy(_Strict):
    """How much commoner a sensitive value may be in a class than in the table (Cao & Karras 2012).

    ``enhanced`` also bounds rare values by -ln of their share in the table.
    """

    beta: Number = Field(gt=0)
    kind: Literal["enhanced", "basic"] = "enhanced"
    columns: tuple[str, ...] = ()


class DeltaDisclosurePolicy(_Strict):
    """|log2| of a value's share in a class over that in the table is below ``delta``.

    Brickell & Shmatikov 2008; values that a class doesn't have are left out, as in ARX.
    """

    delta: Number = Field(gt=0)
    columns: tuple[str, ...] = ()


def _short(key: str, form: type[BaseModel]) -> BeforeValidator:
    """Let a bare number stand for the section's main bound."""

    def expand(value: object) -> object:
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        return {key: value} if is_number else value

    return BeforeValidator(expand, json_schema_input_type=float | form)


KMapSpec = Annotated[KMapPolicy, _short("k", KMapPolicy)]
DeltaPresenceSpec = Annotated[DeltaPresencePolicy, _short("upper", DeltaPresencePolicy)]
BetaLikenessSpec = Annotated[BetaLikenessPolicy, _short("beta", BetaLikenessPolicy)]
DeltaDisclosureSpec = Annotated[DeltaDisclosurePolicy, _short("delta", DeltaDisclosurePolicy)]


class AnonymizePolicy(_Strict):
    """What every class of people with equal quasi-identifiers must hold, and at what cost.

    Classes that fail a model are left out, up to ``suppression_limit`` of the rows of each table.
    ``full_domain`` releases each column at one level, the best of all; ``local`` chooses levels
    class by class and loses less; ``cell_suppression`` takes the levels that full-domain would and
    hides single cells where it would leave rows out. The search makes ``objective`` least, with
    ``weights`` a column (by name, 1 unless given), and takes the best that it found after
    ``search_seconds``. More than ``driver_combinations`` distinct combinations of a single view
    are decided on in parts, on the executors. ``max_risk`` and ``max_average_risk`` bound the
    re-identification risk.
    """

    k: Int = Field(ge=1)
    suppression_limit: Number = Field(default=0.02, ge=0, le=1)
    recoding: Literal["full_domain", "local", "cell_suppression"] = "full_domain"
    l_diversity: LDiversitySpec | None = None
    t_closeness: TClosenessSpec | None = None
    population: PopulationPolicy | None = None
    k_map: KMapSpec | None = None
    delta_presence: DeltaPresenceSpec | None = None
    beta_likeness: BetaLikenessSpec | None = None
    delta_disclosure: DeltaDisclosureSpec | None = None
    max_risk: Annotated[Number, Field(gt=0, le=1)] | None = None
    max_average_risk: Annotated[Number, Field(gt=0, le=1)] | None = None
    objective: Literal[
        "loss", "granularity", "discernibility", "average_class_size", "non_uniform_entropy"
    ] = "loss"
    weights: dict[str, Annotated[Number, Field(ge=0)]] = {}
    search_seconds: Number = Field(default=900.0, gt=0)
    driver_combinations: Int = Field(default=3_000_000, ge=1)

    @property
    def least_units(self) -> int:
        """The fewest people a class may have: k, or what ``max_risk`` asks for."""
        return self.k if self.max_risk is None else max(self.k, math.ceil(1 / self.max_risk - 1e-9))

    @property
    def hides_otherwise(self) -> bool:
        """Whether a model besides k is asked for."""
        models = (
            self.l_diversity, self.t_closeness, self.k_map, self.delta_presence,
            self.beta_likeness, self.delta_disclosure, self.max_average_risk,
        )  # fmt: skip
        return any(model is not None for model in models)

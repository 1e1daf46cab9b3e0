"""The ``validate:`` section: what the judge holds the output to, and what only warns.

k and leaks of raw values are always checked and always block. Everything here adds to that.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, JsonValue, model_validator

from veilflow.classify.entity import is_detector
from veilflow.policy.hierarchies import HierarchySpec
from veilflow.policy.scalars import Int, Name, Number

__all__ = [
    "ExpectationPolicy",
    "FreeTextPolicy",
    "LDiversityPolicy",
    "SmallCellsPolicy",
    "TClosenessPolicy",
    "ValidatePolicy",
    "Warnable",
]

# What may warn instead of blocking. k, the promised columns and leaks of raw values always block.
Warnable = Literal[
    "null share",
    "granularity",
    "distribution",
    "correlation",
    "l-diversity",
    "t-closeness",
    "small cells",
    "re-identification risk",
    "linkage attack",
    "homogeneity attack",
    "background knowledge attack",
    "frequency attack",
    "row order attack",
    "id order attack",
    "schema attack",
    "difference attack",
    "exact copies",
    "closest record",
    "singling out",
    "linkability",
    "attribute inference",
]


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class LDiversityPolicy(_Strict):
    """How different the people of a class must be in each sensitive column of its table.

    ``distinct`` counts values, ``entropy`` takes exp(entropy), ``recursive`` is (c, l)-diversity
    and needs ``c`` (Machanavajjhala et al. 2007). ``columns`` narrows it to columns by name.
    """

    l: Number = Field(ge=1)  # noqa: E741 - its name in the literature
    kind: Literal["distinct", "entropy", "recursive"] = "distinct"
    c: Number | None = Field(default=None, gt=0)
    columns: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _c_where_it_belongs(self) -> LDiversityPolicy:
        if (self.kind == "recursive") != (self.c is not None):
            raise ValueError("'c' belongs to 'kind: recursive', which needs it")
        return self


class TClosenessPolicy(_Strict):
    """How far a class may differ from the whole table in each sensitive column (Li et al. 2007).

    ``ordered`` takes numbers in their order, ``hierarchical`` the level of ``hierarchy`` that joins
    two values: a list of all values, as in ``{csv: FILE}``. ``columns`` narrows it to columns by
    name.
    """

    t: Number = Field(ge=0, le=1)
    distance: Literal["equal", "ordered", "hierarchical"] = "equal"
    hierarchy: HierarchySpec | None = None
    columns: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _hierarchy_where_it_belongs(self) -> TClosenessPolicy:
        if (self.distance == "hierarchical") != (self.hierarchy is not None):
            raise ValueError("'hierarchy' belongs to 'distance: hierarchical', which needs it")
        if self.hierarchy is not None and self.hierarchy.kind != "csv":
            raise ValueError(
                "a distance is taken between listed values: give the hierarchy as {csv: FILE}"
            )
        return self


class SmallCellsPolicy(_Strict):
    """Combinations of ``columns`` of each table that fewer than ``threshold`` people share."""

    threshold: Int = Field(ge=2)
    tables: dict[Name, tuple[str, ...]] = Field(min_length=1)


class ExpectationPolicy(_Strict):
    """Any Great Expectations expectation, ours included, under the name it has in suites."""

    type: str = Field(pattern=r"^expect_[a-z0-9_]+$")
    kwargs: dict[str, JsonValue] = {}
    severity: Literal["critical", "warning"] = "critical"
    description: str | None = None


class FreeTextPolicy(_Strict):
    """What free text is held to before it is released.

    ``detectors`` look for entities in the output, and at the source's labelled notes they must find
    ``min_recall`` of what people labelled (``veilflow label``), by the lower end of the 95 %
    interval. ``entities`` are the types, the policy's own among them, that may not be in the
    output; None means all that name a person. Without labels free text isn't released.
    """

    min_recall: Number = Field(gt=0, le=1)
    detectors: tuple[str, ...] = Field(default=("veilflow",), min_length=1)
    entities: tuple[str, ...] | None = Field(default=None, min_length=1)
    min_score: Number = Field(default=0.5, ge=0, le=1)

    @model_validator(mode="after")
    def _known(self) -> FreeTextPolicy:
        for name in self.detectors:
            if not is_detector(name):
                raise ValueError(f"no detector is called {name!r}; 'veilflow', 'presidio:MODEL'")
        return self


def _expand_l(value: object) -> object:
    return {"l": value} if isinstance(value, int | float) else value


def _expand_t(value: object) -> object:
    return {"t": value} if isinstance(value, int | float) else value


LDiversitySpec = Annotated[
    LDiversityPolicy, BeforeValidator(_expand_l, json_schema_input_type=float | LDiversityPolicy)
]
TClosenessSpec = Annotated[
    TClosenessPolicy, BeforeValidator(_expand_t, json_schema_input_type=float | TClosenessPolicy)
]
Share = Annotated[Number, Field(ge=0, le=1)]


class ValidatePolicy(_Strict):
    """Bounds the judge holds the output to, beyond k and leaks, which are always checked.

    A bound that is None is measured where it can be and doesn't block. ``warn`` names checks, as
    the report names them, that warn instead of blocking. ``expectations`` adds checks by table.

    Attacks always run. ``max_linkage`` is 1 / k unless given. Homogeneity and background knowledge,
    against which k promises nothing, warn above 0.05 and block only at a bound that is given.

    ``population_size`` is how many people the data's people are drawn from (the patients of a
    country, say). It bounds nothing: risks in the population are estimated with it.
    """

    max_null_share: Share = 1.0
    min_granularity: Share = 0.0
    max_copies: Share = 0.01
    max_copy_excess: Share = 0.0
    max_attack_excess: Share = 0.0
    canaries: Int = Field(default=0, ge=0, le=1000)
    l_diversity: LDiversitySpec | None = None
    t_closeness: TClosenessSpec | None = None
    small_cells: SmallCellsPolicy | None = None
    max_risk: Share | None = None
    max_average_risk: Share | None = None
    max_unique_share: Share | None = None
    free_text: FreeTextPolicy | None = None
    max_linkage: Share | None = None
    max_homogeneity: Share | None = None
    max_background_knowledge: Share | None = None
    max_frequency: Share = 0.05
    max_total_variation: Share | None = None
    max_kolmogorov_smirnov: Share | None = None
    max_correlation_change: Annotated[Number, Field(ge=0, le=2)] | None = None
    population_size: Int | None = Field(default=None, ge=1)
    warn: tuple[Warnable, ...] = ()
    expectations: dict[Name, tuple[ExpectationPolicy, ...]] = {}

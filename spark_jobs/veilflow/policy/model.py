"""The policy: one frozen, typed tree that drives everything. Unknown keys are errors."""

from __future__ import annotations

from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from veilflow.classify.custom_types import CustomTypes
from veilflow.policy.anonymize import AnonymizePolicy
from veilflow.policy.columns import ColumnPolicy, ColumnSpec
from veilflow.policy.custom_types import PolicyTypes, custom_types
from veilflow.policy.linkage import Scope
from veilflow.policy.scalars import Int, Name
from veilflow.policy.validation import ValidatePolicy

__all__ = [
    "AnonymizePolicy",
    "Policy",
    "PublishPolicy",
    "Purpose",
    "SchedulePolicy",
    "SourcePolicy",
    "SynthesizePolicy",
    "TablePolicy",
    "ValidatePolicy",
]


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Purpose(_Strict):
    """Why the data is released, to whom, on what legal basis, and for how long."""

    purpose: str = Field(min_length=1)
    legal_basis: str = Field(min_length=1)
    owner: str = Field(min_length=1)
    recipients: tuple[Name, ...] = Field(min_length=1)
    retention_days: Int = Field(gt=0)


class SourcePolicy(_Strict):
    """Where the raw tables lie. Runs may read inside ``root`` and nowhere else.

    A relative root starts at the policy file; ``$VEILFLOW_HOME`` is replaced. ``scan`` says whether
    columns are classified on a sample or on all rows.
    """

    root: str = Field(min_length=1)
    format: Literal["parquet", "csv"] = "parquet"
    delimiter: str = Field(default=",", min_length=1, max_length=1)
    encoding: Literal["utf-8", "iso-8859-1"] = "utf-8"
    null_values: tuple[str, ...] = ()
    scan: Literal["sample", "exhaustive"] = "sample"


class TablePolicy(_Strict):
    """One table: where it lies below the root, its columns, and what an unlisted one means."""

    path: str = Field(min_length=1)
    unlisted: Literal["refuse", "drop"] = "refuse"
    columns: dict[str, ColumnSpec] = Field(min_length=1)

    def with_role(self, role: str) -> dict[str, ColumnPolicy]:
        """The released columns that have ``role``, in the policy's order."""
        return {
            name: column
            for name, column in self.columns.items()
            if column.role == role and column.is_released
        }

    @property
    def class_key(self) -> dict[str, ColumnPolicy]:
        """The quasi-identifiers whose labels make a class: all but the microaggregated ones."""
        quasi = self.with_role("quasi")
        return {name: column for name, column in quasi.items() if column.microaggregate is None}

    @property
    def microaggregated(self) -> dict[str, ColumnPolicy]:
        """The quasi-identifiers that have one value for each class."""
        quasi = self.with_role("quasi")
        return {name: column for name, column in quasi.items() if column.microaggregate is not None}

    @property
    def released(self) -> dict[str, ColumnPolicy]:
        """The columns that the output has, in the policy's order."""
        return {name: column for name, column in self.columns.items() if column.is_released}


class SynthesizePolicy(_Strict):
    """Synthetic rows beside the masked release, by SDV's GaussianCopula, one table at a time."""

    method: Literal["gaussian_copula"] = "gaussian_copula"
    tables: dict[str, Int] = Field(min_length=1, description="rows to sample for each table")
    fit_rows: Int = Field(default=20_000, ge=100)
    rare_below: Int = Field(default=10, ge=2)


class PublishPolicy(_Strict):
    """Where releases go and who keeps the keys: the lines that change between machines.

    ``vault`` keeps random tokens. ``linkage`` is the scope within which keyed columns join unless
    they say otherwise.
    """

    store: str = "file://$VEILFLOW_HOME/store"
    keys: str = "file://$VEILFLOW_HOME/keyring"
    vault: str = "sqlite://$VEILFLOW_HOME/vault.db"
    series: Name = "default"
    linkage: Scope = "series"


class SchedulePolicy(_Strict):
    """When the DAG runs by itself."""

    cron: str = Field(min_length=1)
    timezone: str = "UTC"


def _expand_unit(value: object) -> object:
    return {"column": value} if isinstance(value, str) else value


class PrivacyUnit(_Strict):
    """Who is protected: the column whose distinct values k counts, the same in every table."""

    column: str | None = None
    columns: dict[str, str] = {}

    @model_validator(mode="after")
    def _one_form(self) -> PrivacyUnit:
        if (self.column is None) == (not self.columns):
            raise ValueError("give one column name, or 'columns' with one for each table")
        return self

    def of(self, table: str) -> str | None:
        """The unit's column in ``table``, or None where the policy names none."""
        return self.column if self.column is not None else self.columns.get(table)


class Policy(_Strict):
    """A whole policy; cross-checks between its parts are in :mod:`veilflow.policy.rules`."""

    version: Literal[1] = 1
    dataset: Name
    extends: Literal["hipaa_safe_harbor", "internal_test", "external_research"] | None = None
    purpose: Purpose
    source: SourcePolicy
    privacy_unit: (
        Annotated[
            PrivacyUnit, BeforeValidator(_expand_unit, json_schema_input_type=str | PrivacyUnit)
        ]
        | None
    ) = None
    types: PolicyTypes = Field(default={}, description="types of one's own, or a file of them")
    tables: dict[Name, TablePolicy] = Field(min_length=1)
    anonymize: AnonymizePolicy | None = None
    synthesize: SynthesizePolicy | None = None
    # "validate" is a method name of pydantic's own model class.
    validation: ValidatePolicy = Field(default=ValidatePolicy(), alias="validate")
    publish: PublishPolicy = PublishPolicy()
    schedule: SchedulePolicy | None = None

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    def to_json(self) -> dict[str, Any]:
        """The tree as plain JSON data, defaults included, under the names a policy file uses."""
        return self.model_dump(mode="json", by_alias=True)

    @cached_property
    def custom_types(self) -> CustomTypes:
        """The policy's own types, ready for classification."""
        return custom_types(self.types)

    @property
    def population_size(self) -> int | None:
        """How many people the source's are drawn from, where the policy says so."""
        stated = self.validation.population_size
        if stated is None and self.anonymize is not None and self.anonymize.population is not None:
            return self.anonymize.population.size
        return stated

    def unit_column(self, table: str) -> str | None:
        """The privacy unit's column in ``table``; None means each row is its own unit."""
        return None if self.privacy_unit is None else self.privacy_unit.of(table)

"""How a policy names a generalisation hierarchy, and the hierarchy it stands for.

docs/hierarchies.md shows every kind. The contents of CSV files are read when the policy is loaded
and become part of it, so that its hash covers them and a file edited in mid-run changes nothing.
``auto`` and ``quantiles`` look at the data: :mod:`veilflow.pipeline.settle` replaces them by a kind
that says all when a run is pinned, and that is what every stage and the run's hash know.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from veilflow.errors import PolicyError
from veilflow.policy.scalars import Int, Number

if TYPE_CHECKING:
    from veilflow.hierarchy import Hierarchy

__all__ = ["CharacterRedaction", "HierarchyPolicy", "HierarchySpec", "build_hierarchy"]


class CharacterRedaction(BaseModel):
    """Hide the characters of a text one by one, from one end."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    start: Literal["right", "left"] = Field(default="right", alias="from")
    character: str = Field(default="*", min_length=1, max_length=1)
    length: Int = Field(ge=1)
    hide: tuple[Int, ...] = ()


def _texts(value: object) -> object:
    """Numbers in a list of values are the texts that they are written as."""
    if isinstance(value, (list, tuple)):
        return [str(one) if type(one) in (int, float) else one for one in value]
    return value


def _list(value: object) -> object:
    return [value] if type(value) is int else value


Values = Annotated[
    tuple[str, ...], BeforeValidator(_texts, json_schema_input_type=list[str | int | float])
]
GroupCounts = Annotated[
    tuple[Int, ...], BeforeValidator(_list, json_schema_input_type=Int | list[Int])
]
Step = Literal["code", "category", "block", "chapter"]


class HierarchyPolicy(BaseModel):
    """Exactly one kind of hierarchy, with its parameters; ``levels`` start with the finest."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    redact: Literal[True] | CharacterRedaction | None = None
    csv: str | None = None
    delimiter: str = Field(default=";", min_length=1, max_length=1)
    header: bool = False
    rows: tuple[tuple[str, ...], ...] | None = None
    dates: tuple[str, ...] | None = Field(default=None, min_length=1)
    formats: tuple[str, ...] = ()
    prefix: tuple[Int, ...] | None = Field(default=None, min_length=1)
    intervals: tuple[Number, ...] | None = Field(default=None, min_length=1)
    origin: Number | None = None
    lower: Number | None = None
    upper: Number | None = None
    bounds: tuple[tuple[Number, ...], ...] | None = Field(default=None, min_length=1)
    order: Values | None = Field(default=None, min_length=1)
    groups: tuple[Int | tuple[Int, ...], ...] = ()
    sort: Literal["listed", "numeric", "text"] = "listed"
    icd10: tuple[Step, ...] | None = Field(default=None, min_length=1)
    postcode: str | None = None
    quantiles: GroupCounts | None = Field(default=None, min_length=1)
    auto: Literal[True] | None = None
    on_unknown: Literal["refuse", "top"] = "refuse"

    @model_validator(mode="after")
    def _one_kind(self) -> HierarchyPolicy:
        kinds = [name for name in _KINDS if getattr(self, name) is not None]
        if len(kinds) != 1:
            named = ", ".join(_KINDS)
            raise ValueError(f"name exactly one kind of hierarchy: {named}")
        if self.rows is not None and self.csv is None:
            raise ValueError("'rows' holds the content of the file that 'csv' names")
        for kind, names in _PARAMETERS.items():
            for name in names:
                given = getattr(self, name) != type(self).model_fields[name].default
                if given and getattr(self, kind) is None:
                    raise ValueError(f"'{name}' needs '{kind}'")
        counts = self.quantiles or ()
        falling = all(a > b for a, b in zip(counts, counts[1:], strict=False))
        if counts and (not falling or counts[-1] < 2 or counts[0] > _MOST_QUANTILES):
            raise ValueError(
                f"numbers of quantiles fall from level to level, from {_MOST_QUANTILES} at most "
                "to 2 at least, as in 'quantiles: [16, 8, 4, 2]'"
            )
        return self

    @property
    def kind(self) -> str:
        """The key that names the kind: ``csv``, ``intervals``, ``auto`` and so on."""
        return next(name for name in _KINDS if getattr(self, name) is not None)

    @property
    def needs_data(self) -> bool:
        """True for a kind that is settled from the source when a run is pinned."""
        return self.auto is not None or self.quantiles is not None

    def as_said(self) -> str:
        """The hierarchy on one line, as a policy file may have it; of a CSV file only its name."""
        import yaml

        given = self.model_dump(mode="json", by_alias=True, exclude_defaults=True, exclude={"rows"})
        word = next((word for word, said in _WORDS.items() if said == given), None)
        if word is not None:
            return word
        flow = yaml.safe_dump(
            _short(given), default_flow_style=True, sort_keys=False, allow_unicode=True, width=9**9
        )
        return flow.strip()


def _short(said: object) -> object:
    """The same with whole numbers written as such."""
    if isinstance(said, dict):
        return {key: _short(value) for key, value in said.items()}
    if isinstance(said, list):
        return [_short(value) for value in said]
    return int(said) if isinstance(said, float) and said == int(said) else said


_KINDS = (
    "redact", "csv", "dates", "prefix", "intervals", "bounds", "order", "icd10", "postcode",
    "quantiles", "auto",
)  # fmt: skip
_PARAMETERS = {
    "csv": ("header",),
    "dates": ("formats",),
    "intervals": ("origin", "lower", "upper"),
    "order": ("groups", "sort"),
}
_MOST_QUANTILES = 256
_WORDS: dict[str, dict[str, object]] = {
    "redact": {"redact": True},
    "auto": {"auto": True},
    "icd10": {"icd10": ["code", "category", "block", "chapter"]},
}


def _expand(value: object) -> object:
    return _WORDS.get(value, value) if isinstance(value, str) else value


HierarchySpec = Annotated[
    HierarchyPolicy,
    BeforeValidator(
        _expand, json_schema_input_type=Literal["redact", "auto", "icd10"] | HierarchyPolicy
    ),
]


def build_hierarchy(spec: HierarchyPolicy | None) -> Hierarchy:
    """The hierarchy that ``spec`` stands for; without one, the value or nothing (``redact``).

    Raises PolicyError if the levels don't fit together, or the data has to be looked at first.
    """
    from veilflow.hierarchy import CsvHierarchy, RedactHierarchy

    if spec is None or spec.redact is True:
        return RedactHierarchy()
    if spec.needs_data:
        raise PolicyError(
            f"hierarchy: '{spec.kind}' is settled from the source when a run is pinned",
            remedy="'veilflow plan' shows what it becomes.",
        )
    if spec.csv is not None:
        rows = spec.rows or ()
        names, rows = (rows[:1], rows[1:]) if spec.header else ((), rows)
        return CsvHierarchy(rows, names[0] if names else (), on_unknown=spec.on_unknown)
    return _built(spec)


def _built(spec: HierarchyPolicy) -> Hierarchy:
    from veilflow.hierarchy import (
        BoundsHierarchy,
        CharacterHierarchy,
        DateHierarchy,
        Icd10Hierarchy,
        IntervalHierarchy,
        PostcodeHierarchy,
        PrefixHierarchy,
        order_hierarchy,
    )

    unknown = spec.on_unknown
    if isinstance(spec.redact, CharacterRedaction):
        way = spec.redact
        return CharacterHierarchy(
            way.length, way.hide, way.start, way.character, on_unknown=unknown
        )
    if spec.dates is not None:
        return DateHierarchy(spec.dates, spec.formats, on_unknown=unknown)
    if spec.prefix is not None:
        return PrefixHierarchy(spec.prefix, on_unknown=unknown)
    if spec.bounds is not None:
        return BoundsHierarchy(spec.bounds, on_unknown=unknown)
    if spec.order is not None:
        return order_hierarchy(spec.order, spec.groups, sort=spec.sort, on_unknown=unknown)
    if spec.icd10 is not None:
        return Icd10Hierarchy(spec.icd10, on_unknown=unknown)
    if spec.postcode is not None:
        return PostcodeHierarchy(spec.postcode, on_unknown=unknown)
    return IntervalHierarchy(
        spec.intervals or (), spec.origin or 0, spec.lower, spec.upper, on_unknown=unknown
    )

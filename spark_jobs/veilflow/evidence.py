"""What a stage may tell the world: frozen, typed records without a single value of the data.

Strictly value-free means: no cell value and no boundary derived from one. Labels come from the
policy or from a hierarchy's definition; counts under :data:`SMALL_COUNT` from the raw side are
merged (:func:`coarse_count`); minimum and maximum are left out; digests of inputs are keyed.
Evidence travels through XCom, logs and the report, so nothing else may be put here.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict

__all__ = [
    "FORMAT",
    "SMALL_COUNT",
    "Anonymization",
    "Check",
    "CheckKind",
    "ClassRisk",
    "ClassSizeBin",
    "ColumnFinding",
    "ColumnPromises",
    "ColumnUtility",
    "EvidenceBundle",
    "InvalidValues",
    "KeyedColumn",
    "OutputColumn",
    "PopulationRisk",
    "OutputFile",
    "PastCheck",
    "PastValidation",
    "PublishedRelease",
    "RedactedText",
    "SourceTable",
    "SpecialUniqueness",
    "StageEvidence",
    "Synthesis",
    "TableCounts",
    "coarse_count",
]

FORMAT = 1
SMALL_COUNT = 10


def coarse_count(count: int) -> int | None:
    """``count``, or None where it is from 1 to 9: too few people to be told from the raw side."""
    return None if 0 < count < SMALL_COUNT else count


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    def to_json(self) -> dict[str, Any]:
        return self.model_dump(mode="json")

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        return cls.model_validate(data)


class SourceTable(_Record):
    """One pinned table: how many files and bytes, and a digest keyed under the dataset's key."""

    table: str
    files: int
    bytes: int
    digest: str


class ColumnFinding(_Record):
    """What classification found in one column and what the policy decided about it.

    ``declared_type`` and ``reason`` are what a person settled and why, in the policy's words.
    ``left_out``: the release goes on without it, for it isn't what was decided about.
    """

    table: str
    column: str
    type: str
    role: str
    score: float
    evidence: tuple[str, ...]
    declared_role: str | None
    treatment: str | None
    contradiction: str | None = None
    left_out: bool = False
    declared_type: str | None = None
    reason: str | None = None


class OutputColumn(_Record):
    """A released column: Spark's simple name of its type, and the class whose key opens it."""

    name: str
    type: str
    sensitivity_class: str


class TableCounts(_Record):
    """Rows of one table on their way to the output; small raw-side counts are None."""

    table: str
    rows_in: int | None
    rows_out: int
    rows_suppressed: int | None
    columns_in: int
    columns_out: int
    released: tuple[OutputColumn, ...] = ()


class InvalidValues(_Record):
    """Values of a column that its transform couldn't treat, and what stands in their place.

    ``became`` is "null" or "redacted". ``count`` is None where it is from 1 to 9.
    """

    table: str
    column: str
    transform: str
    became: Literal["null", "redacted"]
    count: int | None


class ColumnPromises(_Record):
    """What the transform of a released column promises, as it declares it; nobody measured it."""

    table: str
    column: str
    transform: str
    promises: tuple[str, ...]


class KeyedColumn(_Record):
    """A released column that a key made: the root's version, and how far the column joins.

    ``scope`` is the linkage domain's: release, series, recipient or dataset.
    """

    table: str
    column: str
    transform: str
    scope: str
    key_version: int


class RedactedText(_Record):
    """How many mentions in a column of texts were replaced, by group of types.

    A count is None where it is from 1 to 9. It says what was found, not what was there.
    """

    table: str
    column: str
    replacement: str
    mentions: dict[str, int | None]


class ClassSizeBin(_Record):
    """Equivalence classes whose size (in privacy units) lies in [low, high]; high None = open.

    ``classes`` and ``rows`` are None where merged because too small to be told.
    """

    low: int
    high: int | None
    classes: int | None
    rows: int | None


class PopulationRisk(_Record):
    """Risk for an attacker who doesn't know who is in the table, among ``size`` people.

    ``fraction`` of them are in it, taken to be drawn at random: all other figures are estimates,
    unless ``estimator`` is "counted", beside a table of the population. ``unique_share`` of the
    population stands alone, by ``estimator``, which the rule of Dankar et al. (2012) chose; the
    other three are what each estimator says, None where it has no answer. ``match_share`` is how
    often a match with somebody who is alone in the table is right.
    """

    size: int
    fraction: float
    journalist_risk: float | None
    marketer_risk: float
    unique_share: float
    estimator: str
    unique_share_pitman: float | None
    unique_share_zayatz: float | None
    unique_share_slide_negative_binomial: float | None
    match_share: float | None


class SpecialUniqueness(_Record):
    """Minimal sample uniques of a view, on sets of up to ``largest`` quasi-identifiers.

    ``uniques`` combinations are one person's, ``special`` of them also on fewer than all columns;
    ``by_size[n - 1]`` minimal uniques have n columns. ``contributions`` are each column's share of
    all SUDA scores; they add up to more than 1. Small counts of the raw side are None, and nothing
    is told of columns where they are behind it.
    """

    largest: int
    uniques: int | None
    special: int | None
    by_size: tuple[int | None, ...] = ()
    mean_size: float | None = None
    contributions: dict[str, float] = {}


class ClassRisk(_Record):
    """Re-identification risk of one view (a table, or tables joined on the privacy unit).

    ``smallest_class`` counts privacy units and is only given for the output side. Risks are
    probabilities of correct re-identification by an attacker who knows every quasi-identifier
    of the view for one person known to be in the data (prosecutor model). ``marketer_risk`` is the
    share of people whom an attacker names rightly who links everybody. ``population`` is there
    where the policy states a population's size and each person is in one class, ``special`` where
    minimal sample uniques were looked for.
    """

    view: str
    side: Literal["before", "after"]
    quasi_identifiers: tuple[str, ...]
    classes: int | None
    smallest_class: int | None
    max_risk: float | None
    average_risk: float | None
    share_below_k: float | None
    share_unique: float | None
    histogram: tuple[ClassSizeBin, ...] = ()
    marketer_risk: float | None = None
    population: PopulationRisk | None = None
    special: SpecialUniqueness | None = None


class ColumnUtility(_Record):
    """How much of a column's information the output keeps; 1 is all, 0 none."""

    table: str
    column: str
    treatment: str
    level: int | None = None
    level_name: str | None = None
    levels: int | None = None
    granularity: float | None = None
    total_variation: float | None = None
    null_share_before: float | None = None
    null_share_after: float | None = None


class Anonymization(_Record):
    """The chosen generalisation and what it costs.

    Where the recoding is local, cells of one column are at several levels: ``levels`` has the
    highest that occurs, and ``level_shares`` the share of cells at each. ``models`` are the privacy
    models that every class holds, as the search was asked for them. ``score`` is the figure of the
    objective; where the search ended early (not ``optimal``), none below ``least_score`` exists.
    ``weighted_loss`` counts columns by the policy's weights, where it has any.

    ``non_uniform_entropy`` are the bits of each table's quasi-identifiers that are lost,
    ``entropy_lost`` the same as a share of the bits there were.
    """

    k: int
    suppression_limit: float
    levels: dict[str, int]
    level_names: dict[str, str]
    loss: float
    weighted_loss: float | None = None
    nodes_total: int
    nodes_evaluated: int
    optimal: bool
    recoding: str = "full_domain"
    level_shares: dict[str, dict[str, float]] = {}
    models: tuple[str, ...] = ()
    objective: str = "loss"
    score: float | None = None
    least_score: float | None = None
    suppressed_share: dict[str, float | None]
    granularity: dict[str, float] = {}
    discernibility: dict[str, int] = {}
    average_class_size: dict[str, float] = {}
    non_uniform_entropy: dict[str, float] = {}
    entropy_lost: dict[str, float] = {}
    classes: dict[str, int] = {}


CheckKind = Literal["structure", "leak", "privacy", "attack", "text", "utility"]


class Check(_Record):
    """One verdict of the judge. ``sentence`` says in plain words what was looked for.

    An estimate comes with the 95 % interval ``low`` to ``high``; an attack with ``baseline``, what
    guessing or an unseen control reaches, and where it can be stated with
    ``smallest_detectable``, the smallest true figure that the check would have seen.
    """

    name: str
    kind: CheckKind = "structure"
    table: str
    column: str | None = None
    passed: bool
    observed: float | None = None
    bound: float | None = None
    low: float | None = None
    high: float | None = None
    baseline: float | None = None
    smallest_detectable: float | None = None
    unit: str = ""
    sentence: str
    blocking: bool = True


class PastCheck(_Record):
    """What one check of an earlier validation found; figures are absent where they weren't told."""

    name: str
    table: str
    column: str | None = None
    passed: bool
    blocking: bool = True
    observed: float | None = None
    bound: float | None = None
    unit: str = ""


class PastValidation(_Record):
    """The verdict of one validation of the dataset's product, kept as history for trends."""

    format: Literal[1] = 1
    run: str
    created: dt.datetime
    passed: bool
    trial: bool = False
    rows: dict[str, int] = {}
    checks: tuple[PastCheck, ...] = ()


class Synthesis(_Record):
    """How synthetic rows were made.

    ``held_out_share`` of the people were never fitted on; ``canaries`` made-up rows were.
    """

    method: str
    table: str
    rows_fitted: int
    people_fitted: int | None = None
    held_out_share: float | None = None
    canaries: int = 0
    rows_sampled: int
    columns: tuple[str, ...]
    rare_values_merged: int | None
    library: str


class OutputFile(_Record):
    """One encrypted object of a release, as the winning attempt wrote it."""

    table: str
    path: str
    sha256: str
    bytes: int
    rows: int


class PublishedRelease(_Record):
    """Where a release is, under which keys, and how its manifest can be checked."""

    release: str
    product: Literal["masked", "synthetic"]
    series: str
    number: int | None
    trial: bool
    prefix: str
    manifest_sha256: str = ""
    signer: str
    signer_fingerprint: str
    release_key: str
    classes: tuple[str, ...]
    provider: str
    rows: dict[str, int]
    report: str
    shredding: str


class StageEvidence(_Record):
    """What one stage of one run measured. Optional parts belong to the stage that fills them."""

    format: Literal[1] = 1
    stage: str
    run: str
    dataset: str
    policy_sha256: str
    attempt: str = ""
    started: dt.datetime
    seconds: float
    cpu_seconds: float
    bytes_read: int = 0
    bytes_written: int = 0
    versions: dict[str, str] = {}
    phases: dict[str, float] = {}
    source: tuple[SourceTable, ...] = ()
    columns: tuple[ColumnFinding, ...] = ()
    tables: tuple[TableCounts, ...] = ()
    promises: tuple[ColumnPromises, ...] = ()
    invalid_values: tuple[InvalidValues, ...] = ()
    keyed_columns: tuple[KeyedColumn, ...] = ()
    redacted_texts: tuple[RedactedText, ...] = ()
    anonymization: Anonymization | None = None
    risk: tuple[ClassRisk, ...] = ()
    utility: tuple[ColumnUtility, ...] = ()
    checks: tuple[Check, ...] = ()
    synthesis: tuple[Synthesis, ...] = ()
    files: tuple[OutputFile, ...] = ()
    released: PublishedRelease | None = None
    notes: tuple[str, ...] = ()


class EvidenceBundle(_Record):
    """All evidence of one product of a run: what evidence.json holds and the report shows."""

    format: Literal[1] = 1
    dataset: str
    run: str
    product: Literal["masked", "synthetic"]
    created: dt.datetime
    trial: bool
    policy_sha256: str
    policy_name: str
    purpose: dict[str, Any]
    parameters: dict[str, Any]
    privacy_unit: str | None
    stages: tuple[StageEvidence, ...]
    released: PublishedRelease | None = None
    refused: tuple[str, ...] = ()
    remaining_risk: tuple[str, ...] = ()
    history: tuple[PastValidation, ...] = ()
    history_notes: tuple[str, ...] = ()

    def stage(self, name: str) -> StageEvidence | None:
        """The evidence of stage ``name``, or None if it hasn't run."""
        return next((stage for stage in self.stages if stage.stage == name), None)

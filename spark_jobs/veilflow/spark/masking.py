"""The output columns of one table: native expressions where there are any, else one worker call."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from veilflow.errors import PolicyError
from veilflow.mask import KeyedTransform, Transform, create_transform
from veilflow.mask.column_type import output_of, taken_type
from veilflow.mask.outcome import REDACTED
from veilflow.mask.redact_text import TEXT, RedactText
from veilflow.policy import ColumnPolicy, Policy
from veilflow.policy.draft import yaml_key
from veilflow.policy.linkage import linkage_domain, part_domains
from veilflow.spark.invalid_values import CountedColumn
from veilflow.spark.native_masks import has_native_form, native_invalid, native_mask
from veilflow.spark.permuting import PermutedColumn, with_permuted
from veilflow.spark.reading import quoted
from veilflow.spark.recode import Recoded
from veilflow.spark.redacted_texts import RedactInWorker, TextColumn, redacted_type
from veilflow.spark.redaction import refusal_text
from veilflow.spark.row_names import ROW, key_of_use, with_row_names
from veilflow.spark.workers import (
    Generalize,
    MaskByKey,
    MaskByRow,
    MaskInWorker,
    WorkerColumn,
    WorkerInput,
    worker_column,
)

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame, SparkSession
    from pyspark.sql.types import DataType

__all__ = ["Masked", "mask_table"]

_KEY_BYTES = 32


@dataclass(frozen=True)
class Masked:
    """Rows with all that they had and what workers make of it, and how to finish them.

    ``columns`` has the released ones by name, in order, as expressions of ``frame``; ``counted``
    are those of which values may have been untreatable. ``classes`` has labels by the number of
    each row's class where ``rows`` has the number alone (:class:`veilflow.spark.recode.Recoded`),
    and ``labels`` says which column of it each of these is. ``source_rows`` is how many rows there
    were, where that is known: no fewer than there are.
    ``texts`` are those of which mentions of people were replaced.
    """

    table: str
    rows: DataFrame
    columns: Mapping[str, Column]
    counted: tuple[CountedColumn, ...] = ()
    classes: DataFrame | None = None
    labels: Mapping[str, str] = field(default_factory=dict)
    texts: tuple[TextColumn, ...] = ()
    source_rows: int = 0

    @property
    def frame(self) -> DataFrame:
        """The rows with the labels of their classes, in the order that they have."""
        return Recoded(self.rows, self.classes).frame

    def output(self, *more: Column) -> DataFrame:
        """The released columns, and ``more``, of the rows in the order that they have."""
        return self.frame.select(*self.columns.values(), *more)


def mask_table(
    frame: DataFrame,
    table: str,
    policy: Policy,
    generalized: Mapping[str, Column | Generalize],
    key_ref: str,
    resources: Mapping[str, str] | None = None,
    release: str | None = None,
    texts: Mapping[str, Column] | None = None,
    drawing_key: bytes | None = None,
) -> Masked:
    """``frame`` (cast, with the listed columns) and the expressions of its released columns.

    ``generalized`` says for each quasi-identifier that is released where its label is, or how a
    worker makes it. ``resources`` are references for the transforms that need one; ``release`` is
    the release's name, for linkage domains of one release. ``texts`` has each text to redact with
    what is known of it (:mod:`veilflow.spark.known_terms`). Rows are drawn by ``drawing_key``, or
    anew each time.
    """
    drawn_by = secrets.token_bytes(_KEY_BYTES) if drawing_key is None else drawing_key
    is_repeated = drawing_key is not None
    if is_repeated and _draws_by_row(policy, table):
        frame = with_row_names(frame, list(policy.tables[table].columns))
    frame, permuted = with_permuted(frame, table, policy, drawn_by)
    masking = _Masking(
        table,
        policy,
        {field.name: field.dataType for field in frame.schema.fields},
        key_ref,
        resources or {},
        release,
        texts or {},
        permuted,
        _Drawing(frame.sparkSession, drawn_by) if is_repeated else None,
    )
    finished: dict[str, _Finished] = {}
    work: dict[str, Column] = {}
    for name, column in policy.tables[table].released.items():
        made_at = f"__work{len(work)}"
        finished[name] = masking.finished(name, column, generalized.get(name), made_at)
        made = finished[name].work
        if made is not None:
            work[made_at] = made
    return Masked(
        table,
        frame.withColumns(work) if work else frame,
        {name: one.values.alias(name) for name, one in finished.items()},
        tuple(one.counted for one in finished.values() if one.counted is not None),
        texts=tuple(one.text for one in finished.values() if one.text is not None),
    )


@dataclass(frozen=True)
class _Finished:
    """The expression of a released column, and what is counted of it.

    ``work`` is what a worker makes for it, where one does.
    """

    values: Column
    counted: CountedColumn | None = None
    text: TextColumn | None = None
    work: Column | None = None


@dataclass(frozen=True)
class _Drawing:
    """Draws of a row that are the same whenever it is drawn for, by a key."""

    spark: SparkSession
    key: bytes = field(repr=False)

    def step(self, table: str, step: MaskInWorker) -> MaskByRow:
        use = key_of_use(self.key, step.transform.name, table, step.column)
        return MaskByRow(step.column, step.transform, self.spark.sparkContext.broadcast(use))


@dataclass(frozen=True)
class _Masking:
    """What the released columns of one table are made with; ``types`` are those of its columns."""

    table: str
    policy: Policy
    types: Mapping[str, DataType]
    key_ref: str
    resources: Mapping[str, str]
    release: str | None
    texts: Mapping[str, Column]
    permuted: Mapping[str, PermutedColumn]
    drawing: _Drawing | None

    def finished(
        self, name: str, column: ColumnPolicy, label: Column | Generalize | None, made_at: str
    ) -> _Finished:
        """The released column ``name``; what a worker makes for it is to be called ``made_at``."""
        if isinstance(label, Generalize):
            return self._by_worker(name, label, made_at)
        if label is not None:
            return _Finished(label)
        if name in self.permuted:
            return _permuted(self.table, name, self.permuted[name], self.types[name])
        transform = _transform(column)
        if isinstance(transform, RedactText):
            return self._redacted(name, transform, made_at)
        if has_native_form(transform):
            return _native(self.table, name, transform, self.types[name])
        return self._by_worker(name, self._worker_step(name, transform), made_at)

    def _redacted(self, name: str, transform: RedactText, made_at: str) -> _Finished:
        domain = linkage_domain(self.policy, self.table, name, self.release)
        step = RedactInWorker(name, transform, self.key_ref, domain, self.policy.custom_types)
        made = quoted(made_at)
        return _Finished(
            made[TEXT],
            text=TextColumn(name, transform.replacement, made),
            work=worker_column(self.table, step, WorkerInput(self.texts[name], redacted_type())),
        )

    def _by_worker(self, name: str, step: WorkerColumn, made_at: str) -> _Finished:
        given = _worker_input(self.policy, self.table, name, step, self.types[name])
        work, made = worker_column(self.table, step, given), quoted(made_at)
        if not given.is_counted or isinstance(step, Generalize):
            return _Finished(made, work=work)
        counted = _counted(name, step.transform, made["invalid"])
        return _Finished(made["values"], counted, work=work)

    def _worker_step(self, name: str, transform: Transform) -> WorkerColumn:
        needed = {
            kind: self.resources[kind]
            for kind in transform.needs_resources
            if kind in self.resources
        }
        missing = sorted(set(transform.needs_resources) - set(needed))
        if missing:
            raise PolicyError(
                f"tables.{self.table}.columns.{yaml_key(name)}: {transform.name} needs a "
                f"{' and a '.join(missing)}, and the policy names none"
            )
        if isinstance(transform, KeyedTransform):
            domain = linkage_domain(self.policy, self.table, name, self.release)
            parts = part_domains(self.policy, self.table, name, self.release)
            return MaskByKey(name, transform, self.key_ref, domain, needed, parts)
        step = MaskInWorker(name, transform, needed)
        if self.drawing is None or not transform.is_drawn_by_row:
            return step
        return self.drawing.step(self.table, step)


def _draws_by_row(policy: Policy, table: str) -> bool:
    columns = policy.tables[table].released.values()
    return any(one.protect is not None and _transform(one).is_drawn_by_row for one in columns)


def _worker_input(
    policy: Policy, table: str, name: str, step: WorkerColumn, data_type: DataType
) -> WorkerInput:
    """The column as the transform takes it, and Spark's type for what it makes of it."""
    from pyspark.sql.pandas.types import to_arrow_type
    from pyspark.sql.types import StringType

    value = quoted(name)
    if isinstance(step, Generalize):
        return WorkerInput(value.cast("string"), StringType())
    transform = step.transform
    output = _output_type(table, name, transform, data_type)
    kind = to_arrow_type(data_type, timezone="UTC")
    is_text = taken_type(transform, kind) != kind
    fallback = _fallback(table, name, transform, is_text=isinstance(output, StringType))
    units = quoted(ROW) if isinstance(step, MaskByRow) else None
    if transform.needs_unit:
        unit = policy.unit_column(table)
        assert unit is not None  # policy.rules asks for one
        units = quoted(unit).cast("string")
    is_counted = fallback in ("nullify", "redact") or transform.counts_inside
    return WorkerInput(value.cast("string") if is_text else value, output, units, is_counted)


def _fallback(table: str, name: str, transform: Transform, *, is_text: bool) -> str | None:
    fallback = getattr(transform, "on_invalid", None)
    if fallback == "redact" and not is_text:
        raise PolicyError(
            f"tables.{table}.columns.{yaml_key(name)}: {transform.name} gives no text here, and "
            "'on_invalid: redact' would; use 'nullify'"
        )
    return fallback


def _native(table: str, name: str, transform: Transform, data_type: DataType) -> _Finished:
    """The expression of a keyless transform, with what becomes of values it can't treat."""
    _output_type(table, name, transform, data_type)
    value = quoted(name)
    masked = native_mask(transform, value, data_type)
    invalid = native_invalid(transform, value, data_type)
    if invalid is None:
        return _Finished(masked)
    return _settled(table, name, transform, masked, invalid)


def _permuted(table: str, name: str, made: PermutedColumn, data_type: DataType) -> _Finished:
    _output_type(table, name, made.transform, data_type)
    return _settled(table, name, made.transform, made.values, made.invalid)


def _settled(
    table: str, name: str, transform: Transform, masked: Column, invalid: Column
) -> _Finished:
    """``masked`` with what the transform's ``on_invalid`` says where ``invalid`` is true."""
    from pyspark.sql import functions as F

    fallback = getattr(transform, "on_invalid", None)
    if fallback == "nullify":
        return _Finished(F.when(~invalid, masked), _counted(name, transform, invalid))
    if fallback == "redact":
        shown = F.when(invalid, F.lit(REDACTED)).otherwise(masked)
        return _Finished(shown, _counted(name, transform, invalid))
    said = f"table {table}, column {name}: {transform.name} can't treat a value"
    refusal = F.raise_error(F.lit(refusal_text(said)))
    return _Finished(F.when(invalid, refusal).otherwise(masked))


def _counted(name: str, transform: Transform, flag: Column) -> CountedColumn:
    cls = type(transform)
    became: Literal["null", "redacted"] = (
        "redacted" if getattr(transform, "on_invalid", None) == "redact" else "null"
    )
    return CountedColumn(
        name, transform.name or f"{cls.__module__}:{cls.__qualname__}", became, flag
    )


def _transform(column: ColumnPolicy) -> Transform:
    assert column.protect is not None  # only quasi-identifiers have none
    return create_transform(column.protect.name, column.protect.parameters)


def _output_type(table: str, name: str, transform: Transform, data_type: DataType) -> DataType:
    """What the transform makes of the column. Raises PolicyError if it doesn't take it."""
    from pyspark.sql.pandas.types import from_arrow_type, to_arrow_type

    place = f"tables.{table}.columns.{yaml_key(name)}"
    return from_arrow_type(output_of(place, transform, to_arrow_type(data_type, timezone="UTC")))

"""Fills the splits that the leak gates name: who was fitted on, found out anew from the key.

The judge reads the source, splits it as a synthesizer must have, and gives the rows the form that
synthetic rows have. At most ``fit_rows`` rows of either side come to the driver. No more were
fitted on, so of the rows fitted on none is left out.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from veilflow.errors import StageFailed
from veilflow.policy import Policy
from veilflow.risk import draw_canaries
from veilflow.spark.holdout import DRAW, split_source
from veilflow.spark.judging import JudgeRequest
from veilflow.spark.reading import quoted

from veilflow_expectations.held_against import row_form
from veilflow_expectations.measured import Output, Sides
from veilflow_expectations.plan import comparable_columns
from veilflow_expectations.references import References
from veilflow_expectations.splits import PERSON, Split
from veilflow_expectations.synthetic_plan import split_name
from veilflow_expectations.telling_rows import RowForm

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

__all__ = ["fill_splits", "split_of_source"]


def fill_splits(references: References, request: JudgeRequest, sides: Sides) -> None:
    """The split of every synthetic table that has columns to compare, with its canaries."""
    for table, output in sides.outputs.items():
        if comparable_columns(request.policy, table):
            split = split_of_source(request, output, request.source[table])
            references.add_split(split_name(table), split)


def split_of_source(request: JudgeRequest, output: Output, source: DataFrame) -> Split:
    """The rows of ``source`` that were fitted on and as many unseen ones, as the output has them.

    Raises StageFailed if the request has no key to tell them by.
    """
    policy, table = request.policy, output.table
    compared = comparable_columns(policy, table)
    forms = [row_form(output, column, rules) for column, rules in compared.items()]
    assert policy.synthesize is not None
    if not request.holdout_key or not request.canary_key:
        raise StageFailed(
            f"table {table}: there is no key to find out who was held out, so synthetic rows can't "
            "be judged."
        )
    unit, most = policy.unit_column(table), policy.synthesize.fit_rows
    with split_source(source, table, unit, request.holdout_key, most) as parts:
        training, holdout = (_rows(part, forms) for part in (parts.training, parts.holdout))
    seed = hashlib.sha256(b"veilflow/guesses" + request.holdout_key).digest()
    return Split(
        training,
        holdout,
        seed=int.from_bytes(seed[:4], "big"),
        canaries=_canaries(policy, training, request.canary_key),
    )


def _rows(part: DataFrame, forms: list[RowForm]) -> dict[str, Any]:
    """The rows in the synthetic rows' form, and whose each is, by draw."""
    columns = [
        quoted(form.column).cast("string") if form.hierarchy is not None else quoted(form.column)
        for form in forms
    ]
    table = part.select(*columns, quoted(DRAW)).toArrow().combine_chunks()
    arrays = [_whole(table.column(at)) for at in range(table.num_columns)]
    formed = {form.column: form.apply(arrays[at]) for at, form in enumerate(forms)}
    return {**formed, PERSON: arrays[-1]}


def _whole(column: Any) -> Any:
    import pyarrow as pa

    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


def _canaries(policy: Policy, training: Mapping[str, Any], key: bytes) -> Any:
    planted = policy.validation.canaries
    if not planted or not len(training[PERSON]):
        return None
    mixed = {name: cells for name, cells in training.items() if name != PERSON}
    return draw_canaries(mixed, key, planted=planted)

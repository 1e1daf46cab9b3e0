"""Permuted columns on Spark: each row takes the value of the next in a keyed order of its group.

A window over the rows that are released does it, sorted and spilled by the engine; nothing is
collected. The order is drawn from a keyed hash of all that the policy lists of a row, so a task
that is repeated draws the same, and rows that draw the same are equal. The key reaches the workers
by broadcast and is in no plan, setting or argument.

A group of more rows than one task sorts well is cut, by the draws, into parts at random, each with
a cycle of its own: its values stay its own, and every value may still reach any row.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from veilflow.errors import PolicyError
from veilflow.mask.permute import Permute
from veilflow.policy import Policy
from veilflow.policy.draft import yaml_key
from veilflow.policy.permute_rules import permuted_together
from veilflow.spark.lending import keyed_draws
from veilflow.spark.reading import quoted
from veilflow.spark.recode import CLASS
from veilflow.spark.row_names import key_of_use, row_hash

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame

__all__ = ["PermutedColumn", "order_key", "with_permuted"]

# A part of a group is sorted by one task.
_ROWS_OF_A_PART = 500_000
_DRAW, _PARTS, _PART, _MADE, _ALONE = "__draw", "__parts", "__part", "__permuted", "__alone"


@dataclass(frozen=True)
class PermutedColumn:
    """What a row gets, null where it is alone, and whether it is invalid: alone, and not null."""

    transform: Permute
    values: Column
    invalid: Column


def with_permuted(
    frame: DataFrame, table: str, policy: Policy, key: bytes, most: int = _ROWS_OF_A_PART
) -> tuple[DataFrame, dict[str, PermutedColumn]]:
    """``frame`` with what its rows have after permuting, and where that is, by column.

    ``frame`` has the columns that the policy lists, as the source has them, of the rows that are
    released. Unchanged where no column is permuted. ``most`` is about how many rows a part has.
    """
    from pyspark.sql import functions as F

    made: dict[str, PermutedColumn] = {}
    for number, moving in enumerate(permuted_together(policy, table)):
        drawn_by = order_key(key, table, tuple(moving))
        within = next(iter(moving.values())).within
        frame = _permuted(frame, table, policy, within, list(moving), number, drawn_by, most)
        values, alone = quoted(f"{_MADE}{number}"), quoted(f"{_ALONE}{number}")
        for name, transform in moving.items():
            # Rows of one person alone would change with each other.
            moved = F.when(~alone, values[name])
            made[name] = PermutedColumn(transform, moved, alone & quoted(name).isNotNull())
    return frame, made


def order_key(key: bytes, table: str, columns: tuple[str, ...]) -> bytes:
    """The key by which the order for ``columns``, which move together, is drawn."""
    return key_of_use(key, "permute", table, *columns)


def _permuted(
    frame: DataFrame,
    table: str,
    policy: Policy,
    within: tuple[str, ...],
    moving: list[str],
    number: int,
    key: bytes,
    most: int,
) -> DataFrame:
    from pyspark.sql import Window
    from pyspark.sql import functions as F

    _check_groups(frame, table, moving[0], within)
    shared = frame.sparkSession.sparkContext.broadcast(key)
    listed = row_hash(frame, list(policy.tables[table].columns))
    parts = _parts(frame, within, most)
    drawn = frame.withColumn(_DRAW, keyed_draws(table, shared)(listed))
    same = [quoted(name).eqNullSafe(quoted(_group(place))) for place, name in enumerate(within)]
    drawn = drawn.join(parts, _all(same), "left").drop(*parts.columns[:-1])
    drawn = drawn.withColumn(_PART, F.pmod(F.hash(_DRAW), F.coalesce(F.col(_PARTS), F.lit(1))))
    group = Window.partitionBy(*[quoted(name) for name in within], _PART)
    # Rows that draw the same are equal, but one may have been lent to another class.
    ties = [CLASS] if CLASS in frame.columns else []
    order = group.orderBy(_DRAW, *ties)
    value = F.struct(*[quoted(name) for name in moving])
    follower = F.coalesce(F.lead(value).over(order), F.first(value).over(order))
    unit = policy.unit_column(table)
    done = drawn.withColumns(
        {f"{_MADE}{number}": follower, f"{_ALONE}{number}": _alone(unit, group)}
    )
    return done.drop(_DRAW, _PARTS, _PART)


def _alone(unit: str | None, group: Any) -> Column:
    """Whether a group has fewer than two people; a row of nobody hides nobody."""
    from pyspark.sql import functions as F

    if unit is None:
        return F.count(F.lit(1)).over(group) < 2
    differ = F.min(quoted(unit)).over(group) != F.max(quoted(unit)).over(group)
    return ~F.coalesce(differ, F.lit(False))


def _parts(frame: DataFrame, within: tuple[str, ...], most: int) -> DataFrame:
    """The groups that are cut, and into how many parts: few lines, for every task."""
    from pyspark.sql import functions as F

    named = [quoted(name).alias(_group(place)) for place, name in enumerate(within)]
    sizes = frame.groupBy(*named).agg(F.count(F.lit(1)).alias("rows")).where(F.col("rows") > most)
    groups = [quoted(_group(place)) for place in range(len(within))]
    parts = F.ceil(F.col("rows") / most).cast("int").alias(_PARTS)
    return sizes.select(*groups, parts).hint("broadcast")


def _group(place: int) -> str:
    return f"__group{place}"


def _all(conditions: list[Column]) -> Column:
    from pyspark.sql import functions as F

    whole = F.lit(True)
    for condition in conditions:
        whole = whole & condition
    return whole


def _check_groups(frame: DataFrame, table: str, column: str, within: tuple[str, ...]) -> None:
    kinds = dict(frame.dtypes)
    for name in within:
        if "map<" in kinds[name]:
            raise PolicyError(
                f"tables.{table}.columns.{yaml_key(column)}: permute can't group by {name!r}, "
                f"whose type is {kinds[name]}; group by another column"
            )

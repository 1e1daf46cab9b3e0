"""Code that a user of Veilflow brings along, much of it careless with the values that it sees."""

from __future__ import annotations

import logging
import os
import sys
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from veilflow.errors import PolicyError
from veilflow.mask import KeyedTransform, Transform, ValueTransform

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import SparkSession
    from veilflow.spark.judging import Judgement, JudgeRequest

_log = logging.getLogger("canary")
# It writes to the stream that is standard error now, whatever that name means later.
_log.addHandler(logging.StreamHandler())


@dataclass(frozen=True)
class Initial(ValueTransform):
    """A transform as it should be."""

    def mask(self, value: str) -> str | None:
        return value[:2]


def recognises(value: str) -> bool:
    """A detector of a type of one's own that fails with the value, one exception inside another."""
    try:
        return int(value) > 0
    except ValueError:
        raise SystemExit(f"{value} is no number") from None


@dataclass(frozen=True)
class Raises(ValueTransform):
    """Fails with the value in its message, one exception inside another."""

    def mask(self, value: str) -> str | None:
        try:
            return str(int(value))
        except ValueError as error:
            raise LookupError(f"[{value.upper()}] can't be masked") from error


@dataclass(frozen=True)
class RaisesOurs(ValueTransform):
    """Fails with an error of Veilflow's, whose own messages hold no value."""

    def mask(self, value: str) -> str | None:
        raise PolicyError(f"{value} can't be masked")


@dataclass(frozen=True)
class Exits(ValueTransform):
    """Ends the process with the value as its last words."""

    def mask(self, value: str) -> str | None:
        raise SystemExit(f"unexpected value {value}")


class _Unprintable(Exception):
    def __str__(self) -> str:
        raise ValueError(self.args[0])


@dataclass(frozen=True)
class Unprintable(ValueTransform):
    """Fails with an error whose message fails, with the value."""

    def mask(self, value: str) -> str | None:
        raise _Unprintable(value)


@dataclass(frozen=True)
class Talks(ValueTransform):
    """Works, and tells the world about it."""

    def mask(self, value: str) -> str | None:
        print(f"masking {value}")
        print(f"masking {value}", file=sys.stderr)
        _log.error("masking %s", value)
        warnings.warn(f"masking {value}", stacklevel=2)
        return value[:2]


@dataclass(frozen=True)
class RaisesWithKey(KeyedTransform):
    """Fails with its key in the message."""

    def keyed(self, key: bytes) -> Transform:
        raise ValueError(f"no cipher for key {key!r} ({key.hex()})")


@dataclass(frozen=True)
class FailsInArrow(Transform):
    """Has Arrow parse the values as numbers."""

    def apply(self, values: pa.Array) -> pa.Array:
        import pyarrow as pa

        return values.cast(pa.int64())


@dataclass(frozen=True)
class WrongType(Transform):
    """Returns bytes that aren't text."""

    def apply(self, values: pa.Array) -> pa.Array:
        import pyarrow as pa

        return pa.array([b"\xff" + str(value).encode() for value in values.to_pylist()])


@dataclass(frozen=True)
class NoArray(Transform):
    """Returns a list, of the wrong length too."""

    def apply(self, values: pa.Array) -> pa.Array:
        return values.to_pylist()[:-1]


def _names(request: JudgeRequest) -> list[str]:
    frame = request.source["small"]
    return [str(row[0]) for row in frame.select("name").collect()]


def judge(spark: SparkSession, request: JudgeRequest) -> Judgement:
    """Looks at everything and finds nothing."""
    from veilflow.evidence import Check
    from veilflow.spark.judging import Judgement

    for frame in (*request.output.values(), *request.source.values()):
        frame.toArrow()
    if "CANARY_SECRET_FILE" in os.environ:
        secret = spark.sparkContext.getConf().get("spark.authenticate.secret") or ""
        Path(os.environ["CANARY_SECRET_FILE"]).write_text(secret)
    looked = Check(name="looked", table="all", passed=True, sentence="everything was read")
    return Judgement(checks=(looked,))


def raising_judge(spark: SparkSession, request: JudgeRequest) -> Judgement:
    """Breaks on the driver with a value in the message."""
    value = _names(request)[0]
    raise AssertionError(f"[{value.partition('-')[0].upper()}] found in the output: {value}")


def casting_judge(spark: SparkSession, request: JudgeRequest) -> Judgement:
    """Breaks in an executor: Spark quotes what it can't cast."""
    request.source["small"].selectExpr("cast(name as int) n").agg({"n": "sum"}).collect()
    raise AssertionError("unreachable")


def calling_judge(spark: SparkSession, request: JudgeRequest) -> Judgement:
    """Breaks in an executor's Python."""
    from pyspark.sql import functions as F

    @F.udf("string")
    def check(name: str) -> str:
        raise ValueError(f"{name} isn't masked")

    request.source["small"].select(check("name")).collect()
    raise AssertionError("unreachable")


def refusing_judge(spark: SparkSession, request: JudgeRequest) -> Judgement:
    """Finds a leak and says no."""
    from veilflow.evidence import Check
    from veilflow.spark.judging import Judgement

    found = Check(
        name="no_raw_values",
        table="small",
        column="name",
        passed=False,
        blocking=True,
        sentence="values of the source are in the output",
        observed=float(len(_names(request))),
        bound=0.0,
    )
    return Judgement(checks=(found,))

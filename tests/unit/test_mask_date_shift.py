"""Dates shifted by person: intervals stay, nobody is shifted by nothing, the calendar has ends."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import math
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from veilflow.errors import PolicyError, ReleaseRefused
from veilflow.mask import KeyedTransform, create_transform
from veilflow.mask.column_type import output_of
from veilflow.mask.date_shift import shift_of

KEY = bytes(range(32))
DATE, STAMP = pa.date32(), pa.timestamp("us", "UTC")


def shifted(values: pa.Array, units: list[str | None], **parameters: Any) -> Any:
    transform = create_transform("date_shift", parameters)
    assert isinstance(transform, KeyedTransform)
    return transform.keyed(KEY).apply_counted(values, pa.array(units, pa.string()))


def test_the_shift_is_hmac_sha256_of_the_unit_reduced() -> None:
    digest = hmac.new(KEY, b"p-17", hashlib.sha256).digest()
    place = int.from_bytes(digest, "big") % 730
    assert shift_of(KEY, "p-17", 365) == (place - 365 if place < 365 else place - 364)


@given(st.binary(min_size=32, max_size=32), st.text(), st.integers(1, 36_500))
def test_a_shift_is_inside_its_bounds_and_never_nothing(key: bytes, unit: str, most: int) -> None:
    assert 1 <= abs(shift_of(key, unit, most)) <= most


def test_all_shifts_are_as_common() -> None:
    # 20,000 people over 20 shifts: chi-square with 19 degrees of freedom, error rate below 1e-9.
    counts = dict.fromkeys([*range(-10, 0), *range(1, 11)], 0)
    for unit in range(20_000):
        counts[shift_of(KEY, str(unit), 10)] += 1
    assert sum((count - 1_000) ** 2 / 1_000 for count in counts.values()) < 90


PEOPLE = st.sampled_from(["a", "b", "c"])
MIDDLE = st.dates(dt.date(1000, 1, 1), dt.date(3000, 1, 1))


@given(st.lists(st.tuples(PEOPLE, MIDDLE | st.none()), max_size=20), st.integers(1, 4_000))
def test_intervals_of_a_person_stay(rows: list[tuple[str, dt.date | None]], most: int) -> None:
    units = [unit for unit, _ in rows]
    dates = [date for _, date in rows]
    done = shifted(pa.array(dates, DATE), units, max_days=most)
    assert (done.values.type, done.invalid) == (DATE, None)
    moves: dict[str, set[int]] = {}
    for unit, before, after in zip(units, dates, done.values.to_pylist(), strict=True):
        assert (before is None) == (after is None)
        if before is not None:
            moves.setdefault(unit, set()).add((after - before).days)
    assert all(len(move) == 1 and 0 not in move for move in moves.values())
    assert moves == {unit: {shift_of(KEY, unit, most)} for unit in moves}


@pytest.mark.parametrize("kind", [STAMP, pa.timestamp("us"), pa.timestamp("s"), pa.timestamp("ns")])
def test_timestamps_move_by_whole_days_or_by_seconds(kind: pa.DataType) -> None:
    when = dt.datetime(2024, 2, 29, 13, 14, 15, tzinfo=dt.UTC if kind.tz else None)
    values = pa.array([when, when + dt.timedelta(hours=5), None], kind)
    for by, size in (("days", 86_400), ("seconds", 1)):
        done = shifted(values, ["a"] * 3, max_days=30, by=by)
        first, second, nothing = (
            None if v is None else v.replace(tzinfo=when.tzinfo) for v in done.values.to_pylist()
        )
        assert (done.values.type, nothing) == (kind, None)
        assert second - first == dt.timedelta(hours=5)
        assert (first - when).total_seconds() == shift_of(KEY, "a", 30 * 86_400 // size) * size


INVALID = [
    ("the first day", dt.date(1, 1, 1), -1),
    ("the last day", dt.date(9999, 12, 31), 1),
]


@pytest.mark.parametrize(("case", "day", "sign"), INVALID)
def test_a_date_outside_the_calendar_is_invalid(case: str, day: dt.date, sign: int) -> None:
    unit = next(u for u in map(str, range(99)) if math.copysign(1, shift_of(KEY, u, 9)) == sign)
    inside = next(u for u in map(str, range(99)) if math.copysign(1, shift_of(KEY, u, 9)) == -sign)
    values = pa.array([day, day, None], DATE)
    done = shifted(values, [unit, inside, unit], max_days=9, on_invalid="nullify")
    assert done.invalid.to_pylist() == [True, False, False]
    assert done.values.to_pylist()[0] is None
    assert done.values.to_pylist()[1] != day
    with pytest.raises(ReleaseRefused, match="leave the calendar"):
        shifted(values, [unit, inside, unit], max_days=9)


def test_the_end_of_64_bits_is_an_end_too() -> None:
    values = pa.array([2**63 - 1, -(2**63) + 1], pa.timestamp("ns"))
    for unit in ("a", "b", "c", "d"):
        done = shifted(values, [unit, unit], on_invalid="nullify")
        assert done.invalid_count == 1


def test_a_date_of_nobody_is_invalid_and_none_is_not() -> None:
    values = pa.array([dt.date(2024, 1, 1), None], DATE)
    done = shifted(values, [None, None], on_invalid="nullify")
    assert done.values.to_pylist() == [None, None]
    assert done.invalid.to_pylist() == [True, False]
    with pytest.raises(ReleaseRefused, match="no privacy unit"):
        shifted(values, [None, None])


@pytest.mark.parametrize(
    ("parameters", "kind"),
    [({}, pa.string()), ({"by": "seconds"}, DATE), ({"on_invalid": "redact"}, DATE)],
)
def test_other_columns_are_refused(parameters: dict[str, Any], kind: pa.DataType) -> None:
    with pytest.raises(PolicyError, match="^here: date_shift"):
        output_of("here", create_transform("date_shift", parameters), kind)


def test_no_repr_shows_a_key() -> None:
    transform = create_transform("date_shift", {})
    assert isinstance(transform, KeyedTransform)
    assert str(KEY)[2:-1] not in repr(transform.keyed(KEY))


def test_all_dates_of_a_person_share_one_domain() -> None:
    from veilflow.policy.linkage import check_linkage, linkage_domain

    policy = shifting({"date_shift": {"max_days": 30}}, {"date_shift": {"max_days": 30}})
    domains = {
        linkage_domain(policy, table, column, None)
        for table, column in (("people", "born"), ("visits", "came"))
    }
    assert len(domains) == 1
    assert not list(check_linkage(policy))
    assert domains != {linkage_domain(policy, "people", "person", None)}
    unequal = shifting({"date_shift": {"max_days": 30}}, {"date_shift": {"max_days": 31}})
    ((_, said),) = check_linkage(unequal)
    assert "people.born" in said


def shifting(born: dict[str, Any], came: dict[str, Any]) -> Any:
    from veilflow.policy import Policy

    def table(name: str, protect: dict[str, Any]) -> dict[str, Any]:
        column = {"role": "sensitive", "as": "date", "protect": protect}
        return {"path": "x.csv", "columns": {"person": "pseudonym", name: column}}

    return Policy.model_validate(
        {
            "version": 1,
            "dataset": "clinic",
            "purpose": {
                "purpose": "x", "legal_basis": "x", "owner": "x",
                "recipients": ["lab"], "retention_days": 1,
            },
            "source": {"root": "/data", "format": "csv"},
            "privacy_unit": "person",
            "tables": {"people": table("born", born), "visits": table("came", came)},
            "publish": {"store": "file:///s", "keys": "file:///k", "series": "s"},
        }
    )  # fmt: skip

"""The closest record: counts by hand, what chance may do, one copy more flips the verdict."""

from __future__ import annotations

import math
from dataclasses import asdict

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from veilflow.errors import UsageError
from veilflow.risk.closest_record import closest_record
from veilflow.risk.encoding import EncodedTable, encode_tables


def judged(training, holdout, synthetic, unit=None, **options):
    tables = encode_tables([training, holdout], [synthetic], unit=unit)
    return closest_record(tables[2], tables[0], tables[1], **options)


def ids(start: int, rows: int) -> dict[str, list[str]]:
    """Rows without any value in common with others."""
    numbers = range(start, start + rows)
    return {"a": [f"a{n}" for n in numbers], "b": [f"b{n}" for n in numbers]}


def joined(*tables: dict[str, list[str]]) -> dict[str, list[str]]:
    return {name: [cell for table in tables for cell in table[name]] for name in tables[0]}


def test_shares_by_hand():
    found = judged(
        {"a": list("xyz"), "b": list("111")},
        {"a": list("xuv"), "b": list("122")},
        {"a": list("xyu") + ["y"], "b": list("1122"[:3]) + ["2"]},
    )
    # Made: x1 is on both sides, y1 in training, u2 in the holdout, y2 as close to y1 as to u2, v2.
    assert (found.equal_training, found.equal_holdout) == (0.5, 0.5)
    assert found.closer_training == 0.5
    assert found.training_share == 0.5
    assert (found.rows, found.training_rows, found.holdout_rows) == (4, 3, 3)
    assert not found.refused


def test_the_bound_by_hand():
    """Twenty copies of twenty records that nobody shares, among 100 rows."""
    found = judged(ids(0, 100), ids(1000, 100), joined(ids(0, 20), ids(5000, 80)))
    # Each copy gives its person 1, of which 1/2 was to be expected: 20 * 1/2 = 10.
    assert found.exact.p_value == pytest.approx(math.exp(-2 * 10**2 / 20))
    margin = math.sqrt(20 * math.log(3 / 1e-3) / 2)
    assert found.exact.share == pytest.approx(10 / 50)
    assert found.exact.low == pytest.approx((10 - margin) / 50)
    assert found.exact.high == pytest.approx((10 + margin) / 50)
    assert found.refused


def test_records_that_several_persons_have_count_less():
    """Four rows copy records of one person each, two a record that two have: 1 and 2/4 each."""
    training = joined(ids(0, 4), ids(50, 1), ids(50, 1), ids(60, 4))
    found = judged(training, ids(1000, 10), joined(ids(0, 4), ids(50, 1), ids(50, 1)))
    assert found.exact.p_value == pytest.approx(math.exp(-2 * 2.5**2 / 4.5))


def test_a_person_with_the_same_record_twice_has_it_once():
    """Ten of twenty persons whose records are copied have theirs twice."""
    training = joined(ids(0, 20), ids(0, 10)) | {"p": [*range(20), *range(10)]}
    holdout = ids(1000, 20) | {"p": list(range(100, 120))}
    found = judged(training, holdout, ids(0, 20), unit="p")
    assert found.exact.p_value == pytest.approx(math.exp(-2 * 10**2 / 20))


@pytest.mark.parametrize(("copies", "refused"), [(16, False), (17, True), (100, True)])
def test_one_copy_more_flips_the_verdict(copies, refused):
    """n copies give n/2 against a margin of sqrt(n log(3000) / 2): more than 16.01 are too many."""
    made = joined(ids(0, copies), ids(5000, 100 - copies))
    found = judged(ids(0, 100), ids(1000, 100), made)
    assert found.refused is refused
    assert found.exact.share == pytest.approx(copies / 100)


def test_copies_of_the_holdout_are_no_leak_of_training():
    found = judged(ids(0, 100), ids(1000, 100), ids(1000, 100))
    assert not found.refused
    assert (found.exact.share, found.exact.low, found.exact.p_value) == (0, 0, 1)


def test_a_full_copy_of_one_side_in_a_thousand_is_found_among_all_records():
    """What a check that samples a tenth of the reference would miss nine times in ten."""
    training, holdout = ids(0, 3000), ids(10_000, 3000)
    copies = {name: cells[-20:] for name, cells in training.items()}
    found = judged(training, holdout, joined(ids(50_000, 2980), copies))
    assert found.equal_training == pytest.approx(20 / 3000)
    assert found.refused


@pytest.mark.parametrize("moved", [0.0, 0.001, 0.01])
def test_near_copies(moved):
    """Numbers moved by less than records are apart."""
    rng = np.random.default_rng(3)
    people = rng.random((400, 4))
    training, holdout = ({f"c{n}": half[:, n] for n in range(4)} for half in np.split(people, 2))
    near = {name: cells + moved * rng.random(200) for name, cells in training.items()}
    far = {name: rng.permutation(cells) for name, cells in training.items()}
    assert judged(training, holdout, near).refused
    assert not judged(training, holdout, far).refused
    found = judged(training, holdout, near)
    assert (found.exact.share > 0) is (moved == 0)
    assert found.near.share > 0.8


@pytest.mark.parametrize(
    ("row", "weight"),
    [
        pytest.param(10, 1, id="equal"),
        pytest.param(9.9, 0.9, id="a tenth as far as the next record, 11, from it"),
        pytest.param(9.6, 0.6, id="four tenths"),
        pytest.param(9.4, 0, id="more than half"),
        pytest.param(9, 0, id="as far as records are apart, though half as far as 11 from the row"),
        pytest.param(10.5, 0, id="in the middle"),
    ],
)
def test_how_near_a_row_is(row, weight):
    found = judged({"a": [10, 100]}, {"a": [11, 0]}, {"a": [row]})
    assert found.near.share == pytest.approx(weight, abs=1e-4)


def test_a_single_rare_value_is_no_near_copy():
    """Each row repeats a value that one training record has, and nothing else of that record."""
    rng = np.random.default_rng(19)
    cells = rng.integers(0, 3000, (600, 6)).astype(str)
    training, holdout, others = (
        {f"c{n}": part[:, n] for n in range(6)} for part in np.split(cells, 3)
    )
    names = [np.array([f"{kind}{n}" for n in range(200)]) for kind in "th"]
    found = judged(
        training | {"name": names[0]}, holdout | {"name": names[1]}, others | {"name": names[0]}
    )
    assert found.closer_training > 0.8
    assert not found.refused
    copied = training | {"c0": others["c0"], "name": names[0]}
    assert judged(training | {"name": names[0]}, holdout | {"name": names[1]}, copied).refused


def test_near_copies_of_the_holdout_are_none():
    rng = np.random.default_rng(3)
    people = rng.random((400, 4))
    training, holdout = ({f"c{n}": half[:, n] for n in range(4)} for half in np.split(people, 2))
    assert not judged(training, holdout, {name: v + 0.001 for name, v in holdout.items()}).refused


def test_one_record_repeated_is_one_persons():
    """The draw of one person's side explains any number of rows that equal their record."""
    one = {"a": ["a0"] * 100, "b": ["b0"] * 100}
    found = judged(ids(0, 100), ids(1000, 100), one)
    assert found.equal_training == 1
    assert not found.refused
    assert found.exact.p_value == pytest.approx(math.exp(-1 / 2))


def test_all_records_of_a_person_fall_together():
    """Thirty copied records of thirty persons are proof, of one person they may be chance."""
    training, holdout = ids(0, 100), ids(1000, 100)
    made = joined(ids(0, 30), ids(5000, 70))
    persons = {"p": list(range(100))}, {"p": list(range(100, 200))}
    assert judged(training | persons[0], holdout | persons[1], made, unit="p").refused
    same = {"p": [0] * 30 + list(range(30, 100))}
    assert not judged(training | same, holdout | persons[1], made, unit="p").refused


def test_records_that_many_share_tell_nothing():
    constant = {"a": ["x"] * 500}
    found = judged(constant, constant, constant)
    assert (found.equal_training, found.equal_holdout) == (1, 1)
    assert not found.refused
    assert found.smallest_detectable == 1


def test_sides_of_different_size():
    """Four fifths in training: unseen rows must not look closer for the sizes alone."""
    rng = np.random.default_rng(5)
    cells = rng.integers(0, 12, (3000, 3))
    training, holdout, unseen = (
        {f"c{n}": part[:, n] for n in range(3)} for part in np.split(cells, [1600, 2000])
    )
    found = judged(training, holdout, unseen)
    assert found.closer_training > 0.6
    assert found.training_share == 0.8
    assert not found.refused
    assert judged(training, holdout, training).refused


def test_false_refusals_are_as_rare_as_promised():
    """Unseen rows with few values, which equal many records by chance, at an error rate of 0.05.

    Of 400 draws at most 20 may be refused in the mean; more than 47 would be six standard
    deviations, which honest code exceeds once in 1e9. The bound is wide: far fewer are expected.
    """
    rng = np.random.default_rng(11)
    refused = 0
    for _ in range(400):
        parts = rng.integers(0, 5, (3, 60, 3)) * rng.integers(0, 2, (3, 60, 1))
        training, holdout, made = ({f"c{n}": part[:, n] for n in range(3)} for part in parts)
        refused += judged(training, holdout, made, error_rate=0.05).refused
    assert refused <= 20


def test_the_smallest_detectable_share_is_detected():
    rng = np.random.default_rng(13)
    parts = rng.integers(0, 9, (3, 2000, 5))
    training, holdout, unseen = ({f"c{n}": part[:, n] for n in range(5)} for part in parts)
    smallest = judged(training, holdout, unseen).exact.smallest_detectable
    assert 0.005 < smallest < 0.1
    copies = math.ceil(smallest * 2000)
    for _ in range(20):
        chosen = rng.choice(2000, copies, replace=False)
        made = {
            name: np.concatenate([training[name][chosen], unseen[name][copies:]])
            for name in training
        }
        assert judged(training, holdout, made).refused


def test_the_estimate_is_right_on_records_that_some_share():
    rng = np.random.default_rng(17)
    parts = rng.integers(0, 6, (3, 4000, 5))
    training, holdout, unseen = ({f"c{n}": part[:, n] for n in range(5)} for part in parts)
    made = {name: np.concatenate([training[name][:1000], unseen[name][1000:]]) for name in training}
    found = judged(training, holdout, made).exact
    assert found.low < 0.25 < found.high
    assert found.share == pytest.approx(0.25, abs=0.06)


cells = st.tuples(st.sampled_from([None, "x", "y"]), st.integers(0, 3))
some_rows = st.lists(cells, min_size=1, max_size=8)


@given(some_rows, some_rows, some_rows, st.randoms())
def test_order_tells_nothing(training, holdout, synthetic, random):
    """Neither of rows nor of columns; and swapping the sides swaps what is closer."""

    def table(rows, names="ab"):
        return {name: [row["ab".index(name)] for row in rows] for name in names}

    given_order = judged(table(training), table(holdout), table(synthetic))
    mixed = [random.sample(rows, len(rows)) for rows in (training, holdout, synthetic)]
    other = judged(*(table(rows, "ba") for rows in mixed))
    assert [*leaves(asdict(other))] == pytest.approx([*leaves(asdict(given_order))], abs=1e-6)
    swapped = judged(table(holdout), table(training), table(synthetic))
    assert swapped.closer_training == pytest.approx(1 - given_order.closer_training)
    assert swapped.equal_training == given_order.equal_holdout


def leaves(fields):
    for value in fields.values():
        yield from leaves(value) if isinstance(value, dict) else [value]


def test_what_is_tolerated():
    made = joined(ids(0, 30), ids(5000, 70))
    assert judged(ids(0, 100), ids(1000, 100), made).refused
    found = judged(ids(0, 100), ids(1000, 100), made, tolerated_share=0.3)
    assert not found.refused
    assert found.smallest_detectable > 0.3


def test_missing_values_and_one_row():
    nothing = {"a": [None], "b": [float("nan")]}
    found = judged(nothing, nothing, nothing)
    assert (found.equal_training, found.equal_holdout, found.closer_training) == (1, 1, 0.5)
    assert not found.refused


@pytest.mark.parametrize("empty", range(3))
def test_empty_tables(empty):
    tables = [ids(0, 3), ids(10, 3), ids(20, 3)]
    tables[empty] = ids(0, 0)
    with pytest.raises(UsageError, match="no rows"):
        judged(*tables)


@pytest.mark.parametrize(
    "options",
    [
        {"error_rate": 0},
        {"error_rate": 0.5},
        {"error_rate": float("nan")},
        {"tolerated_share": -0.1},
        {"tolerated_share": 1},
        {"tolerated_share": float("nan")},
    ],
)
def test_wrong_arguments(options):
    with pytest.raises(UsageError):
        judged(ids(0, 3), ids(10, 3), ids(20, 3), **options)


def test_a_person_on_both_sides():
    training, holdout = ids(0, 3) | {"p": [1, 2, 3]}, ids(10, 3) | {"p": [3, 4, 5]}
    with pytest.raises(UsageError, match="both|training and in the holdout"):
        judged(training, holdout, ids(20, 3), unit="p")


def test_the_result_holds_numbers_only():
    found = judged(ids(0, 9), ids(100, 9), ids(200, 9))
    assert {type(leaf) for leaf in leaves(asdict(found))} <= {int, float}
    assert not any(isinstance(value, EncodedTable) for value in vars(found).values())

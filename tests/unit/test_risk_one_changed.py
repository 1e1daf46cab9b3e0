"""Records that differ from a row in one cell: counted by hand, rare values apart."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from veilflow.risk.closest_record import closest_record
from veilflow.risk.encoding import EncodedTable, encode_tables
from veilflow.risk.one_changed import one_changed_weights, weight_of_a_changed_copy

Columns = dict[str, list[Any]]

# Sixty records each of "a b c" and "d e f" make every one of these values a common one.
COMMON: Columns = {"x": ["a"] * 60 + ["d"] * 60, "y": ["b"] * 60 + ["e"] * 60,
                   "z": ["c"] * 60 + ["f"] * 60}  # fmt: skip


def rows(*texts: str) -> Columns:
    cells = [text.split() for text in texts]
    return {name: [row[at] for row in cells] for at, name in enumerate("xyz")}


def joined(*parts: Columns) -> Columns:
    return {name: [cell for part in parts for cell in part[name]] for name in "xyz"}


def weights(training: Columns, made: Columns, holdout: Columns = COMMON) -> list[float]:
    """What the training records' persons are given."""
    known, unseen, drawn = encode_tables([training, holdout], [made])
    units = np.arange(known.rows + unseen.rows)
    return one_changed_weights(drawn, known, unseen, units)[: known.rows].tolist()


@pytest.mark.parametrize(
    ("made", "given"),
    [
        pytest.param("a b f", 1.0, id="the only record that differs in one cell"),
        pytest.param("a e c", 1.0, id="another cell"),
        pytest.param("a b new", 1.0, id="a cell that nobody has"),
        pytest.param("d b f", 0.0, id="two cells"),
        pytest.param("a b c", 0.0, id="equal"),
        pytest.param("x y z", 0.0, id="nothing in common"),
    ],
)
def test_one_record(made: str, given: float) -> None:
    """The record agrees with "a b c" on common values only; its twins in the holdout are gone."""
    others = joined(*[rows("a e f", "d b f", "d e c")] * 60)
    away = {"a b f": "a e f", "a e c": "d e c"}.get(made)
    if away is not None:
        others = joined(others, *[rows("d e f")] * 60)
    known = weights(rows("a b c"), rows(made), others)
    if made == "a b f":  # "a e f" and "d b f" differ in one cell from it as well: 120 of 121
        assert known == [pytest.approx(1 / 121**2)]
    elif made == "a e c":  # "a e f" and "d e c", 60 each
        assert known == [pytest.approx(1 / 121**2)]
    else:
        assert known == [given]


def test_the_weight_is_shared_by_all_that_are_as_near() -> None:
    training = joined(*[rows("a b c")] * 60)
    assert weights(training, rows("a b new"), rows("q r s")) == [pytest.approx(1 / 60**2)] * 60


def test_agreeing_on_a_rare_value_is_no_agreement() -> None:
    """Forty-nine records hold "k", and the row agrees with them on it and on one value more."""
    rare, common = joined(*[rows("a k c")] * 49), joined(*[rows("a k c")] * 50)
    made = rows("a k new")
    assert sum(weights(rare, made)) == 0
    assert sum(weights(common, made)) == pytest.approx(1 / 50)


def test_a_rare_value_may_be_the_one_that_differs() -> None:
    assert weights(rows("a k c"), rows("a q c"), rows("d e f")) == [0.0]
    common = joined(*[rows("a b c")] * 60)
    found = weights(joined(common, rows("a k c")), rows("a q c"), rows("d e f"))
    assert found[-1] == pytest.approx(1 / 61**2)


def test_a_person_s_records_are_summed() -> None:
    common = joined(*[rows("a b c")] * 60)
    known, unseen, drawn = encode_tables([common, rows("d e f")], [rows("a b q", "a b r")])
    units = np.array([0] * 60 + [1])
    assert one_changed_weights(drawn, known, unseen, units).tolist() == [
        pytest.approx(2 / 60), 0.0
    ]  # fmt: skip


def test_what_a_copy_weighs() -> None:
    """Two values in each of three columns: a changed copy has three corners beside it, 60 each."""
    cube = {name: [f"{name}{n >> at & 1}" for n in range(8) for _ in range(60)]
            for at, name in enumerate("xyz")}  # fmt: skip
    known, unseen = encode_tables([cube, rows("q r s")])
    given = weight_of_a_changed_copy(known, unseen)
    assert given == pytest.approx(np.full(given.size, 1 / 180**2))


def test_a_table_of_one_row_has_no_copy_to_weigh() -> None:
    known, unseen = encode_tables([rows("a b c"), rows("d e f")])
    assert weight_of_a_changed_copy(known, unseen).tolist() == [0]
    found = closest_record(known, known, unseen)
    assert found.changed.smallest_detectable == 1


def census(rng: np.random.Generator, size: int) -> Columns:
    """People of six columns of four values, who come in kinds."""
    kind = rng.integers(0, 40, size)
    cells = [(kind * (at + 3) + rng.integers(0, 3, size)) % 4 for at in range(6)]
    return {f"c{at}": column.tolist() for at, column in enumerate(cells)}


def encoded(made: Columns, rng_seed: int = 1) -> tuple[EncodedTable, ...]:
    rng = np.random.default_rng(rng_seed)
    training, holdout = census(rng, 2000), census(rng, 2000)
    known, unseen, drawn = encode_tables([training, holdout], [made])
    return drawn, known, unseen


def test_near_copies_of_many_alike_stand_out_together() -> None:
    rng = np.random.default_rng(1)
    training = census(rng, 2000)
    made = {name: list(cells) for name, cells in training.items()}
    for row in range(2000):
        name = f"c{row % 6}"
        made[name][row] = (made[name][row] + 1) % 4
    found = closest_record(*encoded(made))
    assert found.changed.low > 0.2
    assert found.changed.low <= 1 <= found.changed.high


@pytest.mark.parametrize("seed", range(20))
def test_unseen_people_pass(seed: int) -> None:
    made = census(np.random.default_rng(1000 + seed), 2000)
    assert closest_record(*encoded(made)).changed.low == 0

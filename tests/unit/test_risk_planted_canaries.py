"""Planted canaries: how they are drawn, Fisher's own numbers, one canary more flips the verdict."""

from __future__ import annotations

import numpy as np
import pytest
from veilflow.errors import UsageError
from veilflow.risk.encoding import encode_tables
from veilflow.risk.planted_canaries import canary_exposure, draw_canaries

KEY = b"k" * 32


def people(seed: int = 1, rows: int = 500) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    return {
        "age": rng.integers(18, 90, rows),
        "town": rng.integers(0, 30, rows).astype(str),
        "job": rng.integers(0, 30, rows).astype(str),
        "car": rng.integers(0, 30, rows).astype(str),
    }


def rows_of(table):
    return list(zip(*table.values(), strict=True))


def exposed(planted, held_back, synthetic, **options):
    """Each table a list of texts, a canary that came out being one of ``synthetic``."""
    tables = [
        {"a": [text[0] for text in texts], "b": [text[1:] for text in texts]}
        for texts in (planted, held_back, synthetic)
    ]
    encoded = encode_tables(tables[:2], tables[2:])
    return canary_exposure(encoded[2], encoded[0], encoded[1], **options)


def test_canaries_mix_values_and_are_nobodys():
    table = people()
    canaries = draw_canaries(table, KEY, planted=20, held_back=300)
    planted, held_back, real = (
        rows_of(part) for part in (canaries.planted, canaries.held_back, table)
    )
    assert (len(planted), len(held_back)) == (20, 300)
    assert len({*planted, *held_back}) == 320
    assert not {*planted, *held_back} & {tuple(row) for row in real}
    for name, cells in table.items():
        assert set(canaries.planted[name]) | set(canaries.held_back[name]) <= set(cells.tolist())


def test_the_same_key_gives_the_same_canaries():
    one, same, other = (
        draw_canaries(people(), key, planted=5, held_back=50) for key in (KEY, KEY, b"x" * 32)
    )
    assert one.planted == same.planted
    assert one.held_back == same.held_back
    assert one.planted != other.planted


def test_more_held_back_plant_the_same():
    few, many = (draw_canaries(people(), KEY, planted=5, held_back=n) for n in (5, 50))
    assert few.planted == many.planted


def test_canaries_are_improbable():
    """Rarest of eight mixtures: rare values come up more often than in the table."""
    common = {
        "a": ["usual"] * 900 + [f"odd{n}" for n in range(100)],
        "b": ["usual"] * 900 + [f"odd{n}" for n in range(100)],
    }
    drawn = draw_canaries(common, KEY, planted=1, held_back=500).held_back
    usual = sum(cell == "usual" for cells in drawn.values() for cell in cells)
    assert usual < 700


@pytest.mark.parametrize(
    ("planted", "held_back", "p_value"),
    [
        pytest.param(4, 0, 1 / 70, id="all four cups of Fisher's tea"),
        pytest.param(3, 1, 17 / 70, id="three of four"),
        pytest.param(2, 2, 53 / 70, id="two"),
        pytest.param(0, 4, 1, id="none"),
    ],
)
def test_the_lady_tasting_tea(planted, held_back, p_value):
    cups = [f"p{n}" for n in range(4)], [f"h{n}" for n in range(4)]
    found = exposed(*cups, cups[0][:planted] + cups[1][:held_back])
    assert (found.exact.planted, found.exact.held_back) == (planted, held_back)
    assert found.exact.p_value == pytest.approx(p_value)
    assert found.found.share == planted / 4


def cups(planted, held_back):
    """Canaries without any value in common with others; neither has a synthetic row."""
    kinds = [chr(0x4E00 + n) + str(n) for n in range(planted + held_back)]
    return kinds[:planted], kinds[planted:]


@pytest.mark.parametrize(("came_out", "refused"), [(0, False), (1, False), (2, True), (50, True)])
def test_one_canary_more_flips_the_verdict(came_out, refused):
    """Of 50 planted among 5,050: one by chance in 101, two in 10,400."""
    planted, held_back = cups(50, 5000)
    found = exposed(planted, held_back, planted[:came_out] + ["zz"] * 100)
    assert found.exact.planted == came_out
    assert found.refused is refused
    assert found.smallest_detectable == 2


def test_canaries_held_back_come_out_by_chance_alone():
    planted, held_back = cups(50, 500)
    assert not exposed(planted, held_back, planted[:1] + held_back[:10]).refused
    found = exposed(planted, held_back, planted[:1] + held_back[:400])
    assert found.exact.p_value > 0.99
    assert found.smallest_detectable > 40


def test_too_few_canaries_detect_nothing():
    planted, held_back = cups(3, 3)
    found = exposed(planted, held_back, planted)
    assert found.exact.p_value == pytest.approx(1 / 20)
    assert found.smallest_detectable == 4
    assert not found.refused
    # Exact and near hits share the error rate.
    assert exposed(planted, held_back, planted, error_rate=0.11).refused
    assert not exposed(planted, held_back, planted, error_rate=0.09).refused


@pytest.mark.parametrize(
    ("made", "hits"),
    [
        pytest.param(["x1"], (1, 1), id="equal"),
        pytest.param(["X1 "], (1, 1), id="written otherwise"),
        pytest.param(["x2"], (0, 1), id="one column differs"),
        pytest.param(["y2"], (0, 0), id="two do"),
        pytest.param(["y1", "x1", "x1"], (1, 1), id="twice is once"),
    ],
)
def test_exact_and_near(made, hits):
    found = exposed(["x1"], ["q8", "r9"], made)
    assert (found.exact.planted, found.near.planted) == hits
    assert (found.exact.held_back, found.near.held_back) == (0, 0)


def test_honest_output_is_refused_as_rarely_as_stated():
    """Outputs that hit canaries of either kind alike, at an error rate of 0.1: at most 100 of
    1,000 refused in the mean; 157 are six standard deviations."""
    rng = np.random.default_rng(3)
    planted, held_back = cups(30, 300)
    tables = [
        {"a": [text[0] for text in texts], "b": [text[1:] for text in texts]}
        for texts in (planted, held_back)
    ]
    one, other = encode_tables(tables)
    refused = 0
    for _ in range(1000):
        mine, theirs = rng.random(30) < 0.2, rng.random(300) < 0.2
        mine[0] = True
        made = type(one)(
            one.columns,
            np.concatenate([one.codes[mine], other.codes[theirs]]),
            np.concatenate([one.numbers[mine], other.numbers[theirs]]),
            one.is_number,
            np.arange(mine.sum() + theirs.sum()),
        )
        refused += canary_exposure(made, one, other, error_rate=0.1).refused
    assert refused < 157


def test_missing_values():
    table = {"a": [None, float("nan"), "x", "y"] * 5, "b": [1, None, 2, 3] * 5}
    canaries = draw_canaries(table, KEY, planted=2, held_back=2)
    encoded = encode_tables([table], [canaries.planted, canaries.held_back, canaries.planted])
    found = canary_exposure(encoded[3], encoded[1], encoded[2])
    assert (found.exact.planted, found.exact.held_back) == (2, 0)


@pytest.mark.parametrize(
    ("table", "options"),
    [
        pytest.param({"a": [1, 2]}, {"key": b"short"}, id="a short key"),
        pytest.param({"a": [1, 2]}, {"planted": 0}, id="none planted"),
        pytest.param({"a": [1, 2]}, {"held_back": 0}, id="none held back"),
        pytest.param({}, {}, id="no columns"),
        pytest.param({"a": []}, {}, id="no rows"),
        pytest.param({"a": [1, 2], "b": [1]}, {}, id="ragged"),
        pytest.param({"a": ["x"] * 9, "b": ["y"] * 9}, {}, id="one combination"),
        pytest.param({"a": ["x", "y"]}, {}, id="one column"),
    ],
)
def test_what_can_not_be_drawn(table, options):
    with pytest.raises(UsageError) as caught:
        draw_canaries(table, **{"key": KEY, "planted": 1, "held_back": 1, **options})
    assert "x" not in str(caught.value).split()


@pytest.mark.parametrize("empty", range(3))
def test_empty_tables(empty):
    texts = [["x1"], ["y2"], ["z3"]]
    texts[empty] = []
    with pytest.raises(UsageError, match="no rows"):
        exposed(*texts)


@pytest.mark.parametrize("error_rate", [0, 0.5, float("nan")])
def test_wrong_error_rates(error_rate):
    with pytest.raises(UsageError):
        exposed(["x1"], ["y2"], ["z3"], error_rate=error_rate)


def test_reprs_tell_no_value():
    assert "town" not in repr(draw_canaries(people(), KEY, planted=2, held_back=2))

"""The leak gates on the Adult census extract: copies are refused, honest rows pass.

Adult is hard: nine columns of few values, so that a third of unseen real people equal somebody in
10,000 training records. Each draw is seeded, so a run never flickers.
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from veilflow.risk.attribute_inference import attribute_inferences
from veilflow.risk.closest_record import closest_record
from veilflow.risk.encoding import EncodedTable, encode_tables
from veilflow.risk.linkability import linkability
from veilflow.risk.planted_canaries import canary_exposure, draw_canaries
from veilflow.risk.singling_out import singling_out

ADULT = Path(__file__).resolve().parents[3] / "shared" / "data" / "adult"

pytestmark = pytest.mark.skipif(
    not ADULT.is_dir(), reason="needs the Adult extract in ../shared/data/adult"
)

ROWS = 10_000
Cells = npt.NDArray[Any]
Split = tuple[EncodedTable, EncodedTable, EncodedTable]
COPIES = ("copies", "tenth of unseen", "tenth of independent")
HONEST = ("unseen", "independent", "pairwise")


@pytest.fixture(scope="module")
def columns() -> list[str]:
    with open(ADULT / "adult.csv", newline="") as file:
        return next(csv.reader(file, delimiter=";"))


@pytest.fixture(scope="module")
def people() -> Cells:
    with open(ADULT / "adult.csv", newline="") as file:
        rows = list(csv.reader(file, delimiter=";"))[1:]
    shuffled: Cells = np.random.default_rng(2026).permutation(np.array(rows, dtype=object))
    return shuffled


def pairwise(training: Cells, rng: np.random.Generator) -> Cells:
    """Each column drawn given the one before it: correlations that training teaches, no record."""
    made = np.empty_like(training)
    made[:, 0] = rng.choice(training[:, 0], len(made))
    for at in range(1, training.shape[1]):
        for value in set(made[:, at - 1]):
            rows = made[:, at - 1] == value
            made[rows, at] = rng.choice(training[training[:, at - 1] == value, at], int(rows.sum()))
    return made


def one_changed(cells: Cells, rng: np.random.Generator) -> Cells:
    """Each row with one cell, any of them, changed to another value of its column."""
    near = cells.copy()
    for row in range(len(near)):
        at = int(rng.integers(near.shape[1]))
        others = cells[cells[:, at] != near[row, at], at]
        near[row, at] = rng.choice(others)
    return near


@pytest.fixture(scope="module")
def splits(columns: list[str], people: Cells) -> dict[str, Split]:
    """For each kind of output: it, training, holdout."""
    rng = np.random.default_rng(3)
    training, holdout, unseen = (people[ROWS * part : ROWS * (part + 1)] for part in range(3))
    # Each column drawn from training alone: the margins are right, everything else is forgotten.
    independent = np.stack([rng.choice(column, ROWS) for column in training.T], axis=1)
    copied = rng.choice(training, ROWS // 10, replace=False)
    outputs = {
        "copies": rng.permutation(training),
        "tenth of unseen": np.concatenate([unseen[len(copied) :], copied]),
        "tenth of independent": np.concatenate([independent[len(copied) :], copied]),
        "unseen": unseen,
        "independent": independent,
        "pairwise": pairwise(training, rng),
        "tenth near": np.concatenate([unseen[len(copied) :], one_changed(copied, rng)]),
    }
    tables = [
        dict(zip(columns, cells.T, strict=True)) for cells in (training, holdout, *outputs.values())
    ]
    encoded = encode_tables(tables[:2], tables[2:], numbers={"age"})
    return {
        name: (output, encoded[0], encoded[1])
        for name, output in zip(outputs, encoded[2:], strict=True)
    }


@pytest.mark.parametrize("output", COPIES)
def test_closest_record_refuses_copies(splits: dict[str, Split], output: str) -> None:
    found = closest_record(*splits[output])
    assert found.refused
    share = 1.0 if output == "copies" else 0.1
    assert found.exact.low <= share <= found.exact.high
    assert found.exact.p_value < 1e-15


@pytest.mark.parametrize("output", HONEST)
def test_closest_record_lets_honest_rows_pass(splits: dict[str, Split], output: str) -> None:
    found = closest_record(*splits[output])
    assert not found.refused
    assert found.exact.low == found.near.low == found.changed.low == 0
    assert abs(found.closer_training - 0.5) < 0.02
    # What the two tests above rest on: a tenth is more than can hide.
    assert found.smallest_detectable < 0.1


def test_closest_record_refuses_near_copies(splits: dict[str, Split]) -> None:
    """A tenth of the rows are copies with one cell changed, and none is an exact one."""
    found = closest_record(*splits["tenth near"])
    assert found.refused
    assert found.changed.low > 0
    assert found.changed.low <= 0.1 <= found.changed.high


@pytest.mark.parametrize("output", HONEST)
def test_what_share_of_near_copies_is_told(splits: dict[str, Split], output: str) -> None:
    """More than of exact copies: most rows have dozens of records that differ in one cell."""
    found = closest_record(*splits[output])
    assert found.exact.smallest_detectable < found.changed.smallest_detectable < 0.25


@pytest.mark.parametrize("output", [*COPIES, *HONEST])
def test_singling_out(splits: dict[str, Split], output: str) -> None:
    found = singling_out(*splits[output], seed=1, guesses=6000)
    assert found.refused is (output in COPIES)
    assert found.beats_baseline or output not in COPIES


@pytest.mark.parametrize("output", [*COPIES, *HONEST])
def test_linkability(splits: dict[str, Split], columns: list[str], output: str) -> None:
    found = linkability(*splits[output], columns[::2], columns[1::2])
    assert found.refused is (output in COPIES)


@pytest.mark.parametrize("output", [*COPIES, *HONEST])
def test_attribute_inference(splits: dict[str, Split], output: str) -> None:
    found = attribute_inferences(*splits[output], ["age", "education", "occupation"])
    refused = [risk.refused for risk in found.values()]
    assert any(refused) is (output in COPIES)
    assert all(refused) or output != "copies"


@pytest.mark.parametrize(
    ("base", "copied", "refused"),
    [
        ("unseen", 1.0, True),
        ("unseen", 0.1, True),
        ("independent", 0.1, True),
        ("unseen", 0.0, False),
        ("independent", 0.0, False),
    ],
)
def test_planted_canaries(
    people: Cells, columns: list[str], base: str, copied: float, refused: bool
) -> None:
    rng = np.random.default_rng(4)
    training = dict(zip(columns, people[:ROWS].T, strict=True))
    canaries = draw_canaries(training, b"k" * 32)
    planted = np.array(list(canaries.planted.values()), dtype=object).T
    fitted = np.concatenate([people[:ROWS], planted])
    honest = {
        "unseen": people[2 * ROWS : 3 * ROWS],
        "independent": np.stack([rng.choice(column, ROWS) for column in fitted.T], axis=1),
    }[base]
    count = int(copied * len(fitted))
    made = np.concatenate([rng.choice(fitted, count, replace=False), honest[count:]])
    output = dict(zip(columns, made.T, strict=True))
    encoded = encode_tables(
        [training], [canaries.planted, canaries.held_back, output], numbers={"age"}
    )
    found = canary_exposure(encoded[3], encoded[1], encoded[2])
    assert found.refused is refused
    assert abs(found.found.share - copied) < 0.1

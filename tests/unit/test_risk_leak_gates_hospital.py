"""The closest record on made-up patients, whose rows are nearly unique: 1 % of copies is refused.

Each draw is seeded, so a run never flickers.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pytest
from veilflow.risk.closest_record import closest_record
from veilflow.risk.encoding import EncodedTable, encode_tables
from veilflow.risk.holdout import split_holdout
from veilflow.sample_data.hospital import make_blocks

ROWS = 10_000
# What is left without direct identifiers.
COLUMNS = [
    "birth_date",
    "sex",
    "zip_code",
    "city",
    "ethnicity",
    "insurance",
    "blood_type",
    "smoker",
]
Cells = npt.NDArray[Any]
Split = tuple[EncodedTable, EncodedTable, EncodedTable]


def typo(cells: Cells, rng: np.random.Generator) -> Cells:
    """One cell of each row taken from another row: a near copy."""
    near = cells.copy()
    at = np.arange(len(cells)), rng.integers(0, cells.shape[1], len(cells))
    near[at] = cells[rng.permutation(len(cells)), at[1]]
    return near


@pytest.fixture(scope="module")
def splits() -> dict[str, Split]:
    """For each kind of output: it, training, holdout."""
    patients = pa.concat_tables([block.patients for block in make_blocks(3 * ROWS, seed=5)])
    cells: Cells = np.array([patients[name].to_pylist() for name in COLUMNS], dtype=object).T
    source, unseen = cells[: 2 * ROWS], cells[2 * ROWS :]
    held = split_holdout(patients["patient_id"].slice(0, 2 * ROWS), b"k" * 32)
    training, holdout = source[held.training], source[held.holdout]
    rng = np.random.default_rng(1)
    independent = np.stack([rng.choice(column, ROWS) for column in training.T], axis=1)
    copied = rng.choice(training, ROWS // 100, replace=False)
    near = typo(rng.choice(training, ROWS // 20, replace=False), rng)
    outputs = {
        "hundredth of unseen": np.concatenate([copied, unseen[len(copied) :]]),
        "hundredth of independent": np.concatenate([copied, independent[len(copied) :]]),
        "twentieth near": np.concatenate([near, unseen[len(near) :]]),
        "unseen": unseen,
        "independent": independent,
    }
    tables = [dict(zip(COLUMNS, part.T, strict=True)) for part in (training, holdout)]
    others = [dict(zip(COLUMNS, part.T, strict=True)) for part in outputs.values()]
    encoded = encode_tables(tables, others)
    return {
        name: (made, encoded[0], encoded[1])
        for name, made in zip(outputs, encoded[2:], strict=True)
    }


@pytest.mark.parametrize("output", ["hundredth of unseen", "hundredth of independent"])
def test_a_hundredth_of_copies_is_refused(splits: dict[str, Split], output: str) -> None:
    found = closest_record(*splits[output])
    assert found.refused
    assert found.exact.low <= 0.01 <= found.exact.high
    assert found.smallest_detectable < 0.01


def test_near_copies_are_refused(splits: dict[str, Split]) -> None:
    found = closest_record(*splits["twentieth near"])
    assert found.near.low > 0
    assert found.near.share > 2 * found.exact.share


@pytest.mark.parametrize("output", ["unseen", "independent"])
def test_honest_rows_pass(splits: dict[str, Split], output: str) -> None:
    found = closest_record(*splits[output])
    assert not found.refused
    assert found.smallest_detectable < 0.01


@pytest.fixture(scope="module")
def encounters() -> tuple[dict[str, Any], dict[str, Any]]:
    """The stays of two halves of the patients."""
    table = pa.concat_tables([block.encounters for block in make_blocks(6000, seed=7)])
    names = ["patient_id", "admitted_at", "discharged_at", "department", "icd10", "total_cost"]
    held = split_holdout(table["patient_id"], b"k" * 32)
    return tuple(
        {name: table[name].filter(pa.array(part)).to_pylist() for name in names}
        for part in (held.training, held.holdout)
    )


@pytest.mark.parametrize(("copies", "refused"), [(0, False), (100, True)])
def test_times_that_only_one_stay_has(
    encounters: tuple[dict[str, Any], dict[str, Any]], copies: int, refused: bool
) -> None:
    """Columns drawn for themselves repeat each time of training, and yet no row is a near copy."""
    rng = np.random.default_rng(2)
    training, holdout = encounters
    rows = len(training["patient_id"])
    copied = rng.choice(rows, copies, replace=False).tolist()
    made = {}
    for name, cells in training.items():
        drawn = [cells[row] for row in rng.integers(0, rows, rows - copies)]
        made[name] = [cells[row] for row in copied] + drawn
    del made["patient_id"]
    encoded = encode_tables([training, holdout], [made], unit="patient_id")
    found = closest_record(encoded[2], encoded[0], encoded[1])
    assert found.refused is refused
    assert found.closer_training > 0.55

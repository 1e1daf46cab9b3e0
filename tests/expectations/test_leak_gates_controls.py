"""The gates' controls: copies are refused, and rows that copy nobody pass, a copula's among them.

On patients, whose rows are nearly unique; and on Adult, whose nine columns have few values, so that
a third of unseen people equal somebody: what tests/unit/test_risk_leak_gates_adult.py doesn't show
of it. 10,000 rows each of training, of unseen people to compare with, and of output. Each draw is
seeded, so a run never flickers; each gate errs once in a thousand honest outputs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from veilflow_expectations.references import References, use_references
from veilflow_expectations.splits import split_of

from benchmarks.leak_gates import SECRETS, controls, gates, patients

Judged = Callable[[str], dict[str, Any]]

ADULT = Path(__file__).resolve().parents[3] / "shared" / "data" / "adult" / "adult.csv"
ROWS = 10_000
HONEST = ("unseen people", "independent columns", "Gaussian copula")
OF_ADULT = ("Gaussian copula", "10 % copies", "1 % copies")

pytestmark = pytest.mark.slow


def judged(
    source: pd.DataFrame, secrets: tuple[str, ...], only: tuple[str, ...] = ()
) -> Iterator[dict[str, Any]]:
    """By control, all or ``only`` some: every check on it, the first that of the closest record."""
    from great_expectations import ExpectationSuite
    from veilflow_expectations import run_suite

    training, holdout, unseen = (source.iloc[ROWS * n : ROWS * (n + 1)] for n in range(3))
    asked = gates(list(source.columns), secrets)
    with use_references(References(b"a key for tests only, 32 bytes!!")) as references:
        references.add_split("bench", split_of(training, holdout, seed=1))
        yield {
            name: run_suite(output, ExpectationSuite("gates", expectations=asked)).checks
            for name, output in controls(training, unseen, seed=1)
            if not only or name in only
        }


@pytest.fixture(scope="module")
def hospital() -> Iterator[dict[str, Any]]:
    yield from judged(patients(3 * ROWS, seed=5), SECRETS)


@pytest.fixture(scope="module")
def adult() -> Iterator[dict[str, Any]]:
    if not ADULT.is_file():
        pytest.skip("needs the Adult extract in ../shared/data/adult")
    people = pd.read_csv(ADULT, sep=";").sample(frac=1, random_state=2026)
    yield from judged(people, ("age", "education", "occupation"), OF_ADULT)


class TestHonestOutput:
    @pytest.mark.parametrize("output", HONEST)
    def test_of_patients(self, hospital: dict[str, Any], output: str) -> None:
        assert [check.name for check in hospital[output] if not check.passed] == []
        # What is made of training has few of the values that make a row unique.
        assert hospital[output][0].smallest_detectable < (0.01 if "unseen" in output else 0.02)

    def test_of_the_census(self, adult: dict[str, Any]) -> None:
        output = adult["Gaussian copula"]
        assert [check.name for check in output if not check.passed] == []
        assert output[0].smallest_detectable < 0.1


class TestCopies:
    @pytest.mark.parametrize("share", [1.0, 0.1])
    def test_every_gate_refuses_patients(self, hospital: dict[str, Any], share: float) -> None:
        checks = hospital[f"{share:.0%}".replace("%", " % copies")]
        assert not any(check.passed for check in checks)
        assert checks[0].low <= share <= checks[0].high

    def test_a_hundredth_of_patients_is_refused(self, hospital: dict[str, Any]) -> None:
        closest = hospital["1 % copies"][0]
        assert not closest.passed
        assert closest.observed == pytest.approx(0.01, abs=0.003)

    def test_a_tenth_of_the_census_is_refused(self, adult: dict[str, Any]) -> None:
        closest, *attacks = adult["10 % copies"]
        assert not closest.passed
        assert closest.low <= 0.1 <= closest.high
        assert not any(check.passed for check in attacks[:2])
        assert not all(check.passed for check in attacks[2:])

    def test_a_hundredth_of_the_census_is_below_what_can_be_told(
        self, adult: dict[str, Any]
    ) -> None:
        """What the gate says of itself is so: it names a larger share as the smallest."""
        closest = adult["1 % copies"][0]
        assert closest.passed
        assert closest.smallest_detectable > 0.01

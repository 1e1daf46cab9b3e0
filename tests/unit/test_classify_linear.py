"""No pattern is a bomb: four times as long a text costs at most a few times as much.

Quadratic matching would cost sixteen times as much, exponential matching would never end. CPU time
is compared within one process, the fastest of several turns, so a busy machine changes little.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
import time
from collections.abc import Callable

import pytest
import veilflow.classify
from veilflow.classify.classification import DETECTORS
from veilflow.classify.national_ids import SCHEMES, schemes_of
from veilflow.classify.values import MAX_CELL

UNITS = ["a", "1", "a1", "1-", "a.", "a@", "@a.", "(1", "12:", "1 ", "a ", "A b-", "ä'", "0,",
         "1.1,", "http://a.", "March 1 ", "X" * 16 + "1", " ", "\n", "eyJaaaaaaaa.", "$2b$", "::1",
         "°1'", '"\\', "A1/", "0x", "-----BEGIN A"]  # fmt: skip
ENDS = ("", "!", "\0")
SHORT, LONG = (MAX_CELL - 1) // 4, MAX_CELL - 1
SHORT_TEXTS = [(unit * SHORT)[:SHORT] + end for unit in UNITS for end in ENDS]
LONG_TEXTS = [(unit * LONG)[:LONG] + end for unit in UNITS for end in ENDS]
LINEAR_AND_SLACK = 11.0
NOTHING = 2e-6
"""Seconds a text that are too few to compare: most patterns fail at the first character."""

Test = Callable[[str], object]


def _patterns() -> dict[str, Test]:
    found: dict[str, Test] = {}
    for entry in pkgutil.iter_modules(veilflow.classify.__path__):
        module = importlib.import_module(f"veilflow.classify.{entry.name}")
        for name, value in vars(module).items():
            if isinstance(value, re.Pattern):
                found[f"{entry.name}.{name} fullmatch"] = value.fullmatch
                found[f"{entry.name}.{name} search"] = value.search
    for scheme in SCHEMES:
        found[f"national id of {scheme.country}"] = scheme.shape.fullmatch
    found["national ids"] = schemes_of
    for detector in DETECTORS:
        for role in ("matches", "named", "hinted"):
            if (test := getattr(detector, role)) is not None:
                found[f"{detector.type}.{role}"] = test
    return found


PATTERNS = _patterns()


def _seconds(test: Test, texts: list[str]) -> float:
    turns = []
    for _ in range(3):
        start = time.process_time()
        for text in texts:
            test(text)
        turns.append(time.process_time() - start)
    return min(turns) / len(texts)


def _growth(test: Test) -> float:
    longer = _seconds(test, LONG_TEXTS)
    return 1.0 if longer < NOTHING else longer / max(_seconds(test, SHORT_TEXTS), NOTHING / 4)


@pytest.mark.parametrize("name", PATTERNS)
def test_cost_grows_with_the_length(name: str) -> None:
    growth = _growth(PATTERNS[name])
    if growth > LINEAR_AND_SLACK:
        growth = min(growth, _growth(PATTERNS[name]))
    assert growth <= LINEAR_AND_SLACK, f"{growth:.0f} times the cost for 4 times the length"


def test_the_measure_sees_a_bomb() -> None:
    """The negative control: a pattern with quadratic backtracking."""
    bomb = re.compile(r"[a1-]*[a1-]*@").fullmatch
    assert _growth(bomb) > LINEAR_AND_SLACK

"""No pattern can take exponentially many steps: a bound that is read off its structure, not timed.

A backtracking matcher goes wrong where a repetition without a bound holds another repetition: the
ways to split one text between the two double with each character. So no repetition without a bound
may hold one, unless each of its rounds begins with a character that the inner one can't match; and
bounded repetitions inside each other may not multiply to more than a thousand rounds. That growth
stays linear in practice is what ``test_classify_linear.py`` measures.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterator
from re import _constants as kinds  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

import pytest
import veilflow.classify
from veilflow.classify.classification import DETECTORS
from veilflow.classify.national_ids import SCHEMES
from veilflow.classify.rare_values import FORMS
from veilflow.classify.single_values import CANDIDATES, SINGLE_VALUE_TYPES

REPEATS = (kinds.MAX_REPEAT, kinds.MIN_REPEAT)
MOST_ROUNDS = 1_000


def _patterns() -> dict[str, re.Pattern[str]]:
    found = {f"form {form}": re.compile(form) for form in (*FORMS, CANDIDATES)}
    for entry in pkgutil.iter_modules(veilflow.classify.__path__):
        module = importlib.import_module(f"veilflow.classify.{entry.name}")
        for name, value in vars(module).items():
            for place, pattern in enumerate(_held(value)):
                found[f"{entry.name}.{name} {place}"] = pattern
    for scheme in SCHEMES:
        found[f"national id of {scheme.country}"] = scheme.shape
    tests = [(d.type, t) for d in DETECTORS for t in (d.matches, d.named, d.hinted)]
    tests += [
        (one.type, test) for one in SINGLE_VALUE_TYPES for test in (one.matches, one.resembles)
    ]
    for name, test in tests:
        for place, pattern in enumerate(_held(test)):
            found[f"test of {name} {place} {pattern.pattern[:40]}"] = pattern
    return found


def _held(value: object) -> Iterator[re.Pattern[str]]:
    """The pattern, or those that a test made by ``pattern()`` holds."""
    if isinstance(value, re.Pattern):
        yield value
    for cell in getattr(value, "__closure__", None) or ():
        owner = getattr(cell.cell_contents, "__self__", None)
        if isinstance(owner, re.Pattern):
            yield owner


PATTERNS = _patterns()


def dangers(items: Any, outside: tuple[int, ...] = ()) -> Iterator[str]:
    """What may take too many steps in a pattern, within repetitions of ``outside`` rounds."""
    for kind, value in items:
        if kind in REPEATS:
            lowest, most, body = value
            varies = most > lowest and most > 1
            rounds = 1
            for one in outside:
                rounds *= one
            if varies and outside and rounds * most > MOST_ROUNDS:
                yield f"repetitions of {outside} and {most} rounds inside each other"
            inner = outside if most <= 1 or _begins_apart(body) else (*outside, int(most))
            yield from dangers(body, inner)
        elif kind is kinds.BRANCH:
            for branch in value[1]:
                yield from dangers(branch, outside)
        elif kind is kinds.SUBPATTERN:
            yield from dangers(value[3], outside)
        elif kind in (kinds.ASSERT, kinds.ASSERT_NOT):
            yield from dangers(value[1], outside)


def _begins_apart(body: Any) -> bool:
    """Whether each round begins with marks, and all that repeats in it is letters or digits."""
    items = list(body)
    while len(items) == 1 and items[0][0] is kinds.SUBPATTERN:
        items = list(items[0][1][3])
    first = items[0] if items else None
    if first is None or first[0] not in (kinds.LITERAL, kinds.IN):
        return False
    marks = [first] if first[0] is kinds.LITERAL else first[1]
    literal = [chr(value) for kind, value in marks if kind is kinds.LITERAL]
    if len(literal) != len(marks) or any(mark.isalnum() for mark in literal):
        return False
    return not any(re.search(r"\W", _sample(item), re.ASCII) for item in items[1:])


def _sample(item: Any) -> str:
    """Marks that a part of a pattern names; a class that is defined by what it lacks names none."""
    kind, value = item
    if kind is kinds.LITERAL:
        return chr(value)
    if kind is kinds.ANY:
        return "."
    if kind is kinds.IN:
        return "".join(_sample(part) for part in value)
    if kind in REPEATS:
        return "".join(_sample(part) for part in value[2])
    if kind is kinds.SUBPATTERN:
        return "".join(_sample(part) for part in value[3])
    if kind is kinds.BRANCH:
        return "".join(_sample(part) for branch in value[1] for part in branch)
    return ""


@pytest.mark.parametrize("name", PATTERNS)
def test_steps_are_bounded(name: str) -> None:
    pattern = PATTERNS[name]
    assert list(dangers(parser.parse(pattern.pattern, pattern.flags & ~re.DEBUG))) == []


def test_enough_is_looked_at() -> None:
    assert len(PATTERNS) > 100


@pytest.mark.parametrize(
    ("pattern", "is_bomb"),
    [
        (r"(a+)+b", True),
        (r"(?:a*)*", True),
        (r"(?:a|a+)*b", True),
        (r"(?:[a-z]+[ ]?)+!", True),
        (r"(?:a{1,50}){1,50}b", True),
        (r"(?:-?\w+)*!", True),
        (r"\w+(?:-\w+)*!", False),
        (r"(?:[a-z]{1,9} ?){1,9}", False),
        (r"[a-z]+[0-9]+", False),
    ],
)
def test_the_check_knows_a_bomb(pattern: str, is_bomb: bool) -> None:
    assert bool(list(dangers(parser.parse(pattern)))) is is_bomb

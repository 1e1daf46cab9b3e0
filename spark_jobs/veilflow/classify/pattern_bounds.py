"""Whether a regular expression can be made slow by what it is matched against.

Python's engine backtracks: where a part can take its characters in several ways, a failing match
tries them all. :func:`ways` bounds how many there are, for any text of at most :data:`LONGEST`
characters, from the expression alone. Choices that the next character settles (``[a-z]{1,9}-``)
count as one; the others multiply, so a repetition inside a repetition explodes, and is refused.
A bounded number of ways makes matching linear in the length of the text.

Back references and look-around aren't counted but refused: they can't be bounded this way. The
same goes for anchors inside the expression; the whole cell has to match anyway.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Sequence
from typing import Any

__all__ = ["LONGEST", "MOST_WAYS", "UnboundedPattern", "check_pattern", "ways"]

LONGEST = 300
"""Characters of a value that an expression is matched against; longer values don't match."""
MOST_WAYS = 1_000
MOST_CHARACTERS = 500
_TOO_MANY = 10**9

# The parser that re itself uses; it has no public name.
_PARSER: Any = importlib.import_module("re._parser")
_OTHER = 128
_END = 129
_ANY = frozenset(range(_OTHER + 1))

Node = tuple[Any, Any]


class UnboundedPattern(ValueError):
    """An expression that some text could make slow; the message says what to write instead."""


def check_pattern(expression: str) -> None:
    """Nothing, if the expression is valid and bounded. Raises UnboundedPattern otherwise."""
    if len(expression) > MOST_CHARACTERS:
        raise UnboundedPattern(f"is longer than {MOST_CHARACTERS} characters; list the words")
    try:
        found = ways(expression)
    except (re.error, OverflowError) as error:
        message = error.msg if isinstance(error, re.error) else "a number is too large"
        raise UnboundedPattern(f"isn't a regular expression: {message}") from None
    except RecursionError:
        raise UnboundedPattern("is nested too deeply") from None
    if found > MOST_WAYS:
        raise UnboundedPattern(
            "could take very long on some values, since a repetition stands inside or beside "
            "another that takes the same characters; give them bounds ({1,9} instead of +), or "
            "let what follows begin differently ([^-]{1,9}- instead of .*-)"
        )
    if re.compile(expression, re.IGNORECASE).fullmatch(""):
        raise UnboundedPattern("matches an empty value; ask for one character at least")


def ways(expression: str) -> int:
    """A bound on the ways in which the engine tries the expression from one place of a text.

    >>> ways("[a-z]{2}[0-9]{6,8}"), ways("[0-9]{1,9}[0-9]{1,9}")
    (1, 9)
    """
    return _sequence(list(_PARSER.parse(expression, re.IGNORECASE)), frozenset({_END}))


def _sequence(nodes: Sequence[Node], follow: frozenset[int]) -> int:
    """The ways through ``nodes``, after which a character of ``follow`` stands."""
    product = 1
    for index in range(len(nodes) - 1, -1, -1):
        product = min(_TOO_MANY, product * _node(nodes[index], follow))
        follow = _starts([nodes[index]], follow)
    return product


def _node(node: Node, follow: frozenset[int]) -> int:
    kind, of = str(node[0]), node[1]
    if kind in ("LITERAL", "NOT_LITERAL", "ANY", "IN"):
        return 1
    if kind == "SUBPATTERN":
        return _sequence(list(of[3]), follow)
    if kind == "BRANCH":
        return _branch([list(option) for option in of[1]], follow)
    if kind in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
        return _repeat(of[0], of[1], list(of[2]), follow)
    if kind == "ATOMIC_GROUP":
        return _sequence(list(of), follow)
    wrong = {"GROUPREF": "a back reference", "GROUPREF_EXISTS": "a back reference",
             "ASSERT": "look-around", "ASSERT_NOT": "look-around", "AT": "an anchor"}  # fmt: skip
    raise UnboundedPattern(
        f"has {wrong.get(kind, 'a construct')} that can't be bounded; the whole value has to match "
        "anyway, so leave it out"
    )


def _branch(options: list[list[Node]], follow: frozenset[int]) -> int:
    """The worst option where the first character tells them apart, else all of them."""
    inside = [_sequence(option, follow) for option in options]
    starts = [_starts(option, follow) for option in options]
    apart = sum(map(len, starts)) == len(frozenset().union(*starts))
    return max(inside) if apart else min(_TOO_MANY, sum(inside))


def _repeat(least: int, most: Any, body: list[Node], follow: frozenset[int]) -> int:
    most = min(int(most), LONGEST)
    if most <= 1 and least == most:
        return _sequence(body, follow) if most else 1
    first = _starts(body, frozenset())
    one = _sequence(body, first | follow)
    choices = 1 if least >= most or not first & follow else most - least + 1
    # What may be empty can be repeated in any number of ways.
    if one > 1 or _may_be_empty(body):
        return min(_TOO_MANY, choices * int(max(one, 2) ** min(most, 40)))
    return choices


def _may_be_empty(nodes: Sequence[Node]) -> bool:
    return _END in _starts(nodes, frozenset({_END}))


def _starts(nodes: Sequence[Node], follow: frozenset[int]) -> frozenset[int]:
    """The characters with which ``nodes`` may begin; those of ``follow`` if they may be empty."""
    for node in reversed(nodes):
        kind, of = str(node[0]), node[1]
        if kind == "SUBPATTERN":
            follow = _starts(list(of[3]), follow)
        elif kind == "ATOMIC_GROUP":
            follow = _starts(list(of), follow)
        elif kind == "BRANCH":
            follow = frozenset().union(*(_starts(list(option), follow) for option in of[1]))
        elif kind in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
            inner = _starts(list(of[2]), follow) if int(of[1]) else frozenset()
            follow = inner | follow if of[0] == 0 else inner
        else:
            follow = _characters(node)
    return follow


def _characters(node: Node) -> frozenset[int]:
    """The ASCII characters that one item takes; all others count as one, and as taken."""
    kind, of = str(node[0]), node[1]
    if kind == "LITERAL":
        return _both_cases(of)
    if kind == "IN":
        taken: frozenset[int] = frozenset()
        negated = bool(of) and str(of[0][0]) == "NEGATE"
        for item in of[negated:]:
            taken |= _member(item)
        # Letters beyond ASCII may fold to ASCII ones (the Kelvin sign), so none is excluded.
        return (_ANY - (taken - {_OTHER})) | {_OTHER} if negated else taken
    if kind == "NOT_LITERAL":
        return (_ANY - _both_cases(of)) | {_OTHER}
    return _ANY


def _member(item: Node) -> frozenset[int]:
    kind, of = str(item[0]), item[1]
    if kind == "LITERAL":
        return _both_cases(of)
    if kind == "RANGE":
        low, high = of
        listed = frozenset().union(*map(_both_cases, range(low, min(high, _OTHER - 1) + 1)))
        return listed | {_OTHER} if high >= _OTHER else listed
    if kind == "CATEGORY":
        name = str(of).removeprefix("CATEGORY_").removeprefix("UNI_")
        sign = {"DIGIT": r"\d", "NOT_DIGIT": r"\D", "SPACE": r"\s", "NOT_SPACE": r"\S",
                "WORD": r"\w", "NOT_WORD": r"\W"}.get(name, r"[\s\S]")  # fmt: skip
        return frozenset(c for c in range(_OTHER) if re.fullmatch(sign, chr(c))) | {_OTHER}
    return _ANY


def _both_cases(code: int) -> frozenset[int]:
    if code >= _OTHER:
        return frozenset({_OTHER})
    letters = {ord(char) for char in (chr(code).lower(), chr(code).upper())}
    # With IGNORECASE k and s also match one letter beyond ASCII each.
    return frozenset(letters | ({_OTHER} if letters & {ord("k"), ord("s"), ord("i")} else set()))

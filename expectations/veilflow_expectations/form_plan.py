"""The form that a column's values must have because of how it was protected.

A raw column that passed in place of a masked one has, as a rule, another form: it is refused for
that before anything is compared. What raw values of the right form need is in leak_plan.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from veilflow.mask.alphabet import Alphabet
from veilflow.mask.ff1 import LEAST_DOMAIN, LEAST_DOMAIN_OF_ALL
from veilflow.mask.fpe import Fpe
from veilflow.policy import ColumnPolicy

from veilflow_expectations.domain_plan import LINKED
from veilflow_expectations.planned import PlannedCheck

__all__ = ["form_checks"]

# The usual length and the alphabet of each form; whole numbers are a case of their own.
_PSEUDONYMS: dict[str, dict[str, object]] = {
    "base32hex": {"length": 26},
    "hex": {"length": 32, "alphabet": "0-9a-f"},
    "digits": {"length": 24, "alphabet": "0-9"},
    "uuid": {"length": 36, "alphabet": "0-9a-f-"},
}
# Below a million is one pseudonym in 9 * 10^12; above 2^63 - 1 there is none.
_INTEGER = {"alphabet": "0-9", "min_length": 7, "max_length": 19}
_CLASSES = {
    "digits": "0-9",
    "letters": "A-Za-z",
    "lower": "a-z",
    "upper": "A-Z",
    "alphanumerics": "0-9A-Za-z",
    "lower_alphanumerics": "0-9a-z",
    "upper_alphanumerics": "0-9A-Z",
    "hex": "0-9a-f",
}
_LONGEST = 100_000


def form_checks(name: str, column: ColumnPolicy) -> Iterator[PlannedCheck]:
    """The check of the form of a pseudonym, a token or an encrypted value; else none."""
    if column.protect is None:
        return
    given = column.protect.parameters
    if column.treatment == "pseudonym":
        yield _pseudonym(name, given)
    elif column.treatment in LINKED:
        yield _token(name, column.treatment, given)
    elif column.treatment == "fpe":
        yield from _encrypted(name, given)


def _pseudonym(name: str, given: Mapping[str, Any]) -> PlannedCheck:
    form = str(given.get("form") or "base32hex")
    if form == "integer":
        return PlannedCheck(
            "pseudonym form",
            "expect_column_values_to_be_format_preserving",
            {"column": name, **_INTEGER},
            "Every value is a whole number of 7 to 19 digits, as a keyed pseudonym is but once in "
            "9,000,000,000,000 values.",
            name,
        )
    asked = {**_PSEUDONYMS[form], **{k: v for k, v in given.items() if k != "form"}}
    return PlannedCheck(
        "pseudonym form",
        "expect_column_values_to_be_pseudonyms",
        {"column": name, "prefix": "", **{k: v for k, v in asked.items() if v is not None}},
        "Every value has the form of a keyed pseudonym. Whether it can be undone depends on "
        "the masking key, which no reader holds.",
        name,
    )


def _token(name: str, treatment: str, given: Mapping[str, Any]) -> PlannedCheck:
    mark, length = ("t", 52) if treatment == "token" else ("r", 26)
    return PlannedCheck(
        "token form",
        "expect_column_values_to_be_pseudonyms",
        {"column": name, "length": length, "prefix": given.get("prefix") or "", "mark": mark},
        "Every value has the form of a token, which names the version of its key. Whoever "
        "holds the masking key can undo it; no reader does.",
        name,
    )


def _encrypted(name: str, given: Mapping[str, Any]) -> Iterator[PlannedCheck]:
    rules = Fpe(**given)
    symbols = _CLASSES.get(rules.alphabet, rules.alphabet)
    if not re.fullmatch(r"[0-9A-Za-z-]+", symbols) or (
        "-" in symbols and rules.alphabet not in _CLASSES
    ):
        return  # an alphabet that a suite can't write down as a class of characters
    asked: dict[str, Any] = {
        "column": name,
        "alphabet": symbols,
        "separators": rules.separators,
        "min_length": _fewest(rules),
        "max_length": _LONGEST,
    }
    if rules.on_invalid == "redact":
        asked["instead"] = ["[REDACTED]"]
    if rules.luhn and rules.on_invalid != "redact":
        asked["check_digit"] = "luhn"
    yield PlannedCheck(
        "encrypted form",
        "expect_column_values_to_be_format_preserving",
        asked,
        f"Every value has {asked['min_length']} symbols of the alphabet or more, separators and "
        "nothing else: what can't be encrypted was not passed through.",
        name,
    )


def _fewest(rules: Fpe) -> int:
    """How many symbols a value has that can be encrypted under the policy."""
    radix = Alphabet.named(rules.alphabet).radix
    least = LEAST_DOMAIN_OF_ALL if rules.small_domain else LEAST_DOMAIN
    encrypted = 2
    while radix**encrypted < least:
        encrypted += 1
    return encrypted + rules.keep_first + rules.keep_last + rules.luhn

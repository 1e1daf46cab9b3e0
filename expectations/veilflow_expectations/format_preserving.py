"""Expect a column to hold valid outputs of format-preserving encryption."""

from __future__ import annotations

import re
import string
from collections.abc import Mapping
from typing import Any, ClassVar, Literal

from veilflow.errors import UsageError

from veilflow_expectations.gx import pydantic
from veilflow_expectations.metrics import ROWS_NOT_MATCHING
from veilflow_expectations.privacy_expectation import Metrics, PrivacyExpectation, Verdict, verdict
from veilflow_expectations.references import current_references
from veilflow_expectations.shape_counts import ShapeCounts
from veilflow_expectations.shapes import ROWS_WITHOUT_CHECK_DIGIT, SHAPE_COUNTS

__all__ = ["ExpectColumnValuesToBeFormatPreserving"]

_SYMBOL = "#"
# What a backslash makes stand for itself in a class of characters, in Python as in Java.
_PUNCTUATION = frozenset(string.punctuation + " ")


class ExpectColumnValuesToBeFormatPreserving(PrivacyExpectation):
    """Expect every value of ``column`` to have the form that its plain text had.

    Each value is of one of ``forms``, in which ``#`` stands for a symbol of ``alphabet`` (the
    inside of a regular expression's brackets) and anything else for itself, so separators are at
    their places; without ``forms`` it is from ``min_length`` to ``max_length`` symbols and nothing
    else, or, with ``separators``, of ``min_length`` symbols or more with any of these characters
    anywhere, ``max_length`` characters in all. With ``check_digit`` ``luhn`` the digits end in
    Luhn's check digit, as a card's do. With ``reference``, a column registered by
    :func:`register_shapes`, each length and place of separators occurs in as many rows as there,
    compared as keyed digests. Nulls pass, and so do the texts ``instead``.

    Only the form is looked at. That no raw value is left is another expectation's question
    (ExpectColumnValuesToNotAppearInReference).

    ``observed_value`` is the number of rows of another form, without a check digit, or whose
    shape occurs too often or too rarely, whichever is most.
    """

    column: str
    alphabet: str = "0-9"
    forms: list[str] = []
    min_length: int = 1
    max_length: int = 64
    separators: str = ""
    instead: list[str] = []
    check_digit: Literal["luhn"] | None = None
    reference: str | None = None

    success_keys: ClassVar[tuple[str, ...]] = (
        "column",
        "alphabet",
        "forms",
        "min_length",
        "max_length",
        "separators",
        "instead",
        "check_digit",
        "reference",
    )
    unit: ClassVar[str] = "rows"

    @pydantic.validator("alphabet")
    def _one_class(cls, alphabet: str) -> str:
        if not re.fullmatch(r"(?:[0-9A-Za-z]-[0-9A-Za-z]|[0-9A-Za-z.:+/=_])+-?", alphabet):
            raise ValueError("alphabet is made of characters and ranges such as 0-9a-f")
        try:
            re.compile(f"[{alphabet}]")
        except re.error:
            raise ValueError("a range of the alphabet runs backwards") from None
        return alphabet

    @pydantic.validator("forms")
    def _with_symbols(cls, forms: list[str]) -> list[str]:
        if any(_SYMBOL not in form for form in forms):
            raise ValueError(f"a form has at least one {_SYMBOL}")
        return forms

    @pydantic.root_validator(skip_on_failure=True)
    def _a_range(cls, values: dict[str, Any]) -> dict[str, Any]:
        if not 1 <= values["min_length"] <= values["max_length"]:
            raise ValueError("lengths are 1 or more, min_length no more than max_length")
        return values

    @property
    def bound(self) -> float | None:
        return 0.0

    def needs(self) -> Metrics:
        own = {"column": self.column}
        metrics: Metrics = {"odd": (ROWS_NOT_MATCHING, {**own, "pattern": self._pattern()})}
        if self.check_digit is not None:
            metrics["unchecked"] = (ROWS_WITHOUT_CHECK_DIGIT, own)
        if self.reference is not None:
            metrics["shapes"] = (SHAPE_COUNTS, {**own, "alphabet": self.alphabet})
        return metrics

    def judge(self, measured: Mapping[str, Any]) -> Verdict:
        odd = int(measured["odd"])
        unchecked = int(measured.get("unchecked") or 0)
        moved = 0 if self.reference is None else self._moved(measured["shapes"])
        broken = max(odd, unchecked, moved)
        return verdict(broken == 0, broken, odd=odd, without_check_digit=unchecked, moved=moved)

    def _moved(self, shapes: ShapeCounts) -> int:
        expected = current_references().kept(str(self.reference), ShapeCounts)
        if expected.alphabet != self.alphabet:
            raise UsageError(
                f"the shapes of {self.reference!r} were registered for another alphabet."
            )
        return shapes.moved(expected)

    def _pattern(self) -> str:
        symbol = f"[{self.alphabet}]"
        ways = [
            "".join(symbol if char == _SYMBOL else re.escape(char) for char in form)
            for form in self.forms
        ]
        if not ways:
            ways = [self._any_form(symbol)]
        return "|".join([*ways, *map(re.escape, self.instead)])

    def _any_form(self, symbol: str) -> str:
        lengths = f"{{{self.min_length},{self.max_length}}}"
        if not self.separators:
            return f"{symbol}{lengths}"
        between = "".join(rf"\{one}" if one in _PUNCTUATION else one for one in self.separators)
        # Counted ahead in a class of characters: a group in a loop would go as deep as it is long.
        enough = f"(?=(?:[^{self.alphabet}]*{symbol}){{{self.min_length}}})"
        return f"{enough}[{self.alphabet}{between}]{lengths}"

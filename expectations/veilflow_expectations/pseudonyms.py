"""Expect a column to hold pseudonyms of the promised form, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, ClassVar, Literal

from veilflow_expectations.gx import pydantic
from veilflow_expectations.metrics import ROWS_NOT_MATCHING
from veilflow_expectations.privacy_expectation import (
    Metrics,
    PrivacyExpectation,
    Verdict,
    verdict,
)

__all__ = ["ExpectColumnValuesToBePseudonyms"]


class ExpectColumnValuesToBePseudonyms(PrivacyExpectation):
    """Expect every value of ``column`` to be ``prefix`` and ``length`` characters of ``alphabet``.

    The default alphabet is lower-case base 32 in its "hex" order, as Veilflow's keyed pseudonyms
    are written; another is given as the inside of a regular expression's brackets. With a ``mark``
    the values are tokens: the mark, the key's version and a dot stand after the prefix, and of the
    mark ``t`` there may be more than ``length`` characters. Nulls pass.

    Only the form is looked at: whether the pseudonyms can be undone depends on how they were made
    and on who holds the key.

    ``observed_value`` is the number of rows of another form.
    """

    column: str
    length: int = 26
    prefix: str = ""
    alphabet: str = "0-9a-v"
    mark: Literal["", "r", "t"] = ""

    success_keys: ClassVar[tuple[str, ...]] = ("column", "length", "prefix", "alphabet", "mark")
    unit: ClassVar[str] = "rows"

    @pydantic.validator("length")
    def _long_enough(cls, length: int) -> int:
        if length < 1:
            raise ValueError("length is 1 or more")
        return length

    @pydantic.validator("alphabet")
    def _one_class(cls, alphabet: str) -> str:
        if not re.fullmatch(r"(?:\w-\w|[\w.:+/=])+-?", alphabet):
            raise ValueError("alphabet is made of characters and ranges such as 0-9a-f")
        return alphabet

    @property
    def bound(self) -> float | None:
        return 0.0

    def needs(self) -> Metrics:
        version = f"{self.mark}[1-9][0-9]*[.]" if self.mark else ""
        more = "," if self.mark == "t" else ""
        pattern = f"{re.escape(self.prefix)}{version}[{self.alphabet}]{{{self.length}{more}}}"
        return {"odd": (ROWS_NOT_MATCHING, {"column": self.column, "pattern": pattern})}

    def judge(self, measured: Mapping[str, Any]) -> Verdict:
        odd = int(measured["odd"])
        return verdict(odd == 0, odd)

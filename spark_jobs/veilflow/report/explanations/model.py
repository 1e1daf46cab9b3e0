"""The form of an explanation, and the three risks by which the law's guidance sorts attacks.

The law's terms are quoted as landmarks: GDPR recital 26 (what makes a person identifiable),
Opinion 05/2014 of the Article 29 Working Party (WP 216: singling out, linkability, inference), and
45 CFR 164.514(b)(1) (HIPAA's expert determination). An explanation says which question of theirs a
figure helps to answer. Whether the answer suffices is for whoever releases the data to judge.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = ["RISKS", "Allowed", "Explanation", "Risk"]

Risk = Literal["singling out", "linkability", "inference"]
Allowed = Literal["at most", "at least"]

RISKS: dict[Risk, str] = {
    "singling out": "isolating some or all of the records that belong to one person",
    "linkability": "connecting two or more records of one person or of one group of people, in "
    "this release or across two sources",
    "inference": "deducing, with significant probability, the value of one attribute from the "
    "values of others",
}


@dataclass(frozen=True)
class Explanation:
    """``allowed`` says on which side of its bound a figure should be; None: there is no bound."""

    name: str
    measures: str
    attacker: str
    reading: str
    silent: str
    law: str
    risks: tuple[Risk, ...] = ()
    allowed: Allowed | None = None

    @property
    def anchor(self) -> str:
        """The identifier of the explanation's place on the page, made from our name alone."""
        return "explained-" + "".join(c if c.isalnum() else "-" for c in self.name.lower())

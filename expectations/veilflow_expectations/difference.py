"""Expect two releases of one table, laid side by side, to single nobody out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np

from veilflow_expectations.arguments import each_once, one_or_more
from veilflow_expectations.difference_groups import DIFFERENCE_GROUPS
from veilflow_expectations.privacy_expectation import (
    Metrics,
    PrivacyExpectation,
    Verdict,
    verdict,
)

__all__ = ["ExpectDifferenceToPreviousReleaseToHidePeople"]


class ExpectDifferenceToPreviousReleaseToHidePeople(PrivacyExpectation):
    """Expect everybody to stay among ``k`` people for somebody who holds the release before too.

    ``reference`` names the earlier release of the same table
    (:func:`veilflow_expectations.register_previous`). The attacker is assumed to hold both, to
    know the quasi-identifiers of one person as each release generalises them, and whether that
    person was in each.

    * With ``privacy_unit``, and one row a person in both releases: people are told apart by their
      class then and their class now, absent being a class of its own. Every such pair that occurs
      must hold ``k`` people. This is what "somebody who moved from A to B" comes to.
    * With ``privacy_unit`` otherwise: the people whom a class has gained, and those whom it has
      lost, must each be none or at least ``k``.
    * Without: the number of rows of a class must have changed by 0 or by at least ``k``.

    The second and third rule find less than the first: they look at one class at a time. Only the
    one release before is looked at, not the whole series, and nothing is said about what those
    who changed have in common (m-invariance, Xiao and Tao 2007, asks for that). Rows without a
    privacy unit are nobody's. Quasi-identifiers that the earlier release lacks are left out there.

    ``observed_value`` is the number of people in the smallest group, or none if there is no group.
    """

    quasi_identifiers: list[str]
    reference: str
    k: int | dict[str, Any]
    privacy_unit: str | None = None

    success_keys: ClassVar[tuple[str, ...]] = (
        "quasi_identifiers",
        "reference",
        "k",
        "privacy_unit",
    )
    unit: ClassVar[str] = "people"

    _some = each_once("quasi_identifiers", "quasi-identifier")
    _positive = one_or_more("k")

    @property
    def bound(self) -> float | None:
        return float(self.k) if isinstance(self.k, int) else None

    def needs(self) -> Metrics:
        arguments = {
            "quasi_identifiers": self.quasi_identifiers,
            "reference": self.reference,
            "privacy_unit": self.privacy_unit,
        }
        return {"groups": (DIFFERENCE_GROUPS, arguments)}

    def judge(self, measured: Mapping[str, Any]) -> Verdict:
        sizes = np.asarray(measured["groups"])
        assert isinstance(self.k, int)
        smallest = int(sizes.min()) if sizes.size else None
        return verdict(
            smallest is None or smallest >= self.k,
            smallest,
            groups=int(sizes.size),
            people_in_small_groups=int(sizes[sizes < self.k].sum()),
        )

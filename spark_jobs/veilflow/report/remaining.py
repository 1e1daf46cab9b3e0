"""What the report doesn't say: the risk that remains, as the stages stated it and in general."""

from __future__ import annotations

from collections.abc import Sequence

from veilflow.report.facts import Facts
from veilflow.report.layout import section
from veilflow.report.markup import Markup, tag

__all__ = ["remaining"]

_ALWAYS = (
    "Whether the law still treats this output as personal data. That depends on who gets it and "
    "on what else they can find out; the figures here help to judge it and don't replace it.",
    "What an attacker could do who knows more than the quasi-identifiers named here, or who "
    "combines this release with another one.",
    "Whether the policy gave each column the right role. A quasi-identifier that was declared "
    "insensitive isn't in any risk above.",
    "What happened after the report was written: who has read the release, and whether its keys "
    "still exist.",
)


def remaining(facts: Facts, absent: Sequence[str]) -> Markup:
    """The list; ``absent`` names the parts of the report for which there is no evidence."""
    lead = "Every figure above answers one question. These stay open:"
    unmeasured = [f"No stage of this run left evidence for: {', '.join(absent)}."] if absent else []
    items = [tag("li", each) for each in (*facts.remaining_risk, *unmeasured, *_ALWAYS)]
    return section("remaining", "What this report doesn't say", lead, tag("ul", items))

"""Checks of usefulness: can the output still answer the questions it is made for?"""

from __future__ import annotations

from veilflow.report.explanations.model import Explanation

__all__ = ["UTILITY"]

_USE = "None: this is about what the recipients can do with the output."
_LAW = (
    "About usefulness; it bears on none of the three risks. Accuracy (GDPR Art. 5(1)(d)) is "
    "served where users know what was changed."
)

UTILITY = (
    Explanation(
        "null share",
        "The share of a column's values that are missing in the output.",
        _USE,
        "Compare it with its bound, and with the source's share in the section on utility.",
        "Why values are missing: in the source already, or emptied here.",
        _LAW,
        (),
        "at most",
    ),
    Explanation(
        "granularity",
        "How much detail the quasi-identifiers keep, suppressed rows counted as having none.",
        _USE,
        "100% would be the raw values, 0% a single value for everybody.",
        "Whether the detail that is kept is the one that an analysis needs. More detail is also "
        "more to recognise somebody by.",
        _LAW,
        (),
        "at least",
    ),
    Explanation(
        "distribution",
        "How far a column's distribution in the output is from that in the source: total "
        "variation for categories, the Kolmogorov-Smirnov distance for numbers and dates.",
        _USE,
        "0 is no difference, 100% nothing in common.",
        "Relations between columns: each may look right alone.",
        _LAW,
        (),
        "at most",
    ),
    Explanation(
        "correlation",
        "The largest change of an association between two columns from source to output: Pearson's "
        "correlation, or Cramér's V where one of them is a category.",
        _USE,
        "0 is no change; 1 would turn independence into a perfect relation or back.",
        "Relations among three columns or more, and those that are not linear.",
        _LAW,
        (),
        "at most",
    ),
)

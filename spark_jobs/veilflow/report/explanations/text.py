"""Checks of free text: is a person still legible in it?"""

from __future__ import annotations

from veilflow.report.explanations.model import Explanation

__all__ = ["TEXT"]

TEXT = (
    Explanation(
        "known identifiers absent",
        "How many texts hold an identifier that the tables of the run know, also in another "
        "order, grouping, case or Unicode form, with initials, or with one letter wrong.",
        "Somebody who knows people's identifiers and searches the texts for them.",
        "0 texts: none was found. The search uses keyed digests of the tables' identifiers and not "
        "the redactor's own detector.",
        "Initials alone, nicknames, people whom no table names, such as relatives and staff, and "
        "descriptions that tell who somebody is without a name.",
        "Singling out by reading. HIPAA's Safe Harbor counts names in free text like names in a "
        "column.",
        ("singling out",),
        "at most",
    ),
    Explanation(
        "detected entities absent",
        "How many texts hold something that a detector takes for a name, number or address of a "
        "person.",
        "Somebody who reads the texts.",
        "Compare it with its bound; a few hits may be words that only look like a name.",
        "What the detector misses: the detector recall says how much that is.",
        "Singling out by reading: what a detector finds, a reader finds.",
        ("singling out",),
        "at most",
    ),
    Explanation(
        "detector recall",
        "The share of what people marked in a random sample of the source's texts that the "
        "detectors find.",
        "Somebody who reads the texts and meets what the detectors miss.",
        "Larger is safer: with 99%, one name in a hundred goes unseen. The lower end of the 95% "
        "interval is held to the bound, so a small sample does not pass.",
        "Texts unlike those of the sample, and what the people who marked them overlooked.",
        "How much the absence of detected entities is worth. HIPAA's expert determination can "
        "argue with such a figure where Safe Harbor can't be shown for free text.",
        ("singling out",),
        "at least",
    ),
)

"""Checks of free text: is a person still legible in it?"""

from __future__ import annotations

from veilflow.report.explanations.model import Explanation

__all__ = ["TEXT"]

TEXT = (
    Explanation(
        "known identifiers in text",
        "How many texts hold an identifier that the tables of the run know, also in another "
        "order, as initials, in another case, or with one letter changed.",
        "Somebody who reads the texts and knows names and numbers of people in the data.",
        "0: none was found. The search uses keyed digests of the tables' identifiers and not the "
        "redactor's own detector.",
        "People whom no table names, such as relatives and staff, and descriptions that tell who "
        "somebody is without a name.",
        "Singling out by reading. HIPAA's Safe Harbor counts names in free text like names in a "
        "column.",
        ("singling out",),
        "at most",
    ),
    Explanation(
        "detected entities in text",
        "How many texts hold something that a detector takes for a name, number, address or "
        "date; the detector is not only the one that redacted them.",
        "Somebody who reads the texts.",
        "Compare it with its bound; a few hits may be words that only look like a name.",
        "What the detector misses: the recall says how much that is.",
        "Singling out by reading: what a detector finds, a reader finds.",
        ("singling out",),
        "at most",
    ),
    Explanation(
        "text recall",
        "The share of the entities which a person marked in a sample of the texts that the "
        "redaction found.",
        "Somebody who reads the texts and meets what the redaction missed.",
        "Larger is safer: with 99%, one entity in a hundred is still legible. The line is the "
        "95% interval; the lower end is what counts.",
        "Texts unlike those of the sample, and what the person who marked them overlooked.",
        "How likely a name is still in the text. HIPAA's expert determination argues with such a "
        "figure where Safe Harbor can't be shown for free text.",
        ("singling out",),
        "at least",
    ),
)

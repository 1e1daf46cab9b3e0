"""Checks for leaks: is something of the source in the output that should not be there?"""

from __future__ import annotations

from veilflow.report.explanations.model import Explanation

__all__ = ["LEAK"]

LEAK = (
    Explanation(
        "own raw values absent",
        "How many values of a pseudonymised, partly masked or custom-masked column equal one of "
        "its raw values.",
        "Somebody who knows raw values and searches the column for them, in any case, spacing and "
        "Unicode form.",
        "0 rows: none was found. The comparison uses keyed digests, so that no raw value is held "
        "beside the output.",
        "Values that were changed only a little, or are cut out of the raw ones.",
        "Singling out: one surviving identifier names one person. Under HIPAA it would undo the "
        "removal of that identifier.",
        ("singling out", "linkability"),
        "at most",
    ),
    Explanation(
        "own raw values by chance alone",
        "Whether no more than half of the values of an encrypted column equal one of its raw "
        "values. Of few characters there are so few that encryption makes somebody's now and then.",
        "Somebody who knows raw values and searches the column for them.",
        "It passes or it fails; the figure itself is not shown, since it tells about the source.",
        "Raw values that are left in a smaller part of the rows; longer values are held to none by "
        "the check of own raw values.",
        "Singling out: a column that passed without being encrypted names everybody in it.",
        ("singling out", "linkability"),
    ),
    Explanation(
        "raw identifiers absent",
        "How many values of an open text column equal a raw identifier, of six characters or "
        "more, of any table of the source.",
        "Somebody who knows a person's identifiers and searches the whole output for them, in any "
        "case, spacing and Unicode form.",
        "0 rows: none was found as a whole value.",
        "Identifiers shorter than six characters, and identifiers inside a longer text; the text "
        "checks look for those.",
        "Singling out, by the shortest way. HIPAA's Safe Harbor lists 18 kinds of such "
        "identifiers; this looks for those that the policy names.",
        ("singling out", "linkability"),
        "at most",
    ),
    Explanation(
        "exact copies",
        "The share of synthetic rows that are estimated to be copies of source rows, beyond what "
        "chance explains. Only rows that few people have and that are improbable count: anybody "
        "may have a common row.",
        "Somebody who knows a person's row and searches the synthetic table for it.",
        "Compare it with its bound. A figure near 0 says that the model repeats no more rare rows "
        "than independent draws would.",
        "Rows that are nearly copies; the distance to the closest record looks for those. A small "
        "share is still somebody's row.",
        "Singling out: a copied row is that person's record, whatever made it.",
        ("singling out",),
        "at most",
    ),
    Explanation(
        "closest record",
        "The estimated share of synthetic rows that are exact or near copies of a record on which "
        "the model was fitted, beyond what chance explains (distance to the closest record, on the "
        "full reference).",
        "Somebody who searches the output for a row that they know, or for one much like it. Real "
        "people whom the model never saw are the control.",
        "0 says that the rows are no nearer to those fitted on than to others. The triangle is the "
        "smallest share that would surely have been refused.",
        "A share below the smallest detectable one. Distance treats all columns alike, and people "
        "do not.",
        "Singling out and inference: a near copy tells a person's values with small errors. WP 216 "
        "names no distances; this is evidence and no test of the law.",
        ("singling out", "inference"),
        "at most",
    ),
    Explanation(
        "planted canaries",
        "The share of made-up people, planted among the records fitted on, who come out exactly or "
        "nearly.",
        "Somebody who searches the output for a record that exists nowhere else.",
        "Compare it with the diamond: the share of made-up people who look found although nobody "
        "fitted on them.",
        "How often ordinary records are memorised; canaries are few and unusual on purpose.",
        "Singling out: a canary stands for the most unusual person of the data.",
        ("singling out",),
        "at most",
    ),
    Explanation(
        "no personal data",
        "The share of a column's values that are by their form personal data of a kind that the "
        "policy does not allow there, such as e-mail addresses or card numbers.",
        "Somebody who reads the column and knows nothing else.",
        "Compare it with its bound; with 0, one value is too many.",
        "Names, towns or birth dates that are a small part of a column: they have no form that "
        "tells them. The search for raw identifiers looks for those of the source.",
        "Direct identification: identifiers that are legible need no attack. Under HIPAA they are "
        "what Safe Harbor lists.",
        ("singling out",),
        "at most",
    ),
)

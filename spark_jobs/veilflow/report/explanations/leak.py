"""Checks for leaks: is something of the source in the output that should not be there?"""

from __future__ import annotations

from veilflow.report.explanations.model import Explanation

__all__ = ["LEAK"]

_HOLDOUT = (
    "Somebody who holds the synthetic rows and knows rows that may have been in the training "
    "data. Real rows that the model never saw are the control."
)

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
        "near copies",
        "The share of synthetic rows that are almost a training row, beyond the share that are as "
        "near to real rows which the model never saw.",
        _HOLDOUT,
        "An excess of 0 says that the model is no nearer to those it has seen than to others. The "
        "line is the 95% interval; the triangle is the smallest share that would have been seen.",
        "A share below the smallest detectable one.",
        "Singling out and inference: a near copy tells a person's values with small errors.",
        ("singling out", "inference"),
        "at most",
    ),
    Explanation(
        "closest record",
        "How much nearer synthetic rows lie to the training rows than to as many real rows that "
        "the model never saw (distance to the closest record, on the full reference).",
        _HOLDOUT,
        "Without memorising, training and unseen rows are equally near. The interval should hold "
        "the control's figure.",
        "An average hides a few copies among many rows; exact copies are counted on their own. "
        "Distance treats all columns alike, and people do not.",
        "Singling out: records that follow real ones too closely. WP 216 does not name distances; "
        "this is evidence and no test of the law.",
        ("singling out",),
        "at most",
    ),
    Explanation(
        "planted canaries",
        "How many made-up, unmistakable records that were planted in the training data come back "
        "in the output.",
        "Somebody who searches the output for a record that exists nowhere else.",
        "0: none came back. One found is memorising beyond doubt.",
        "How often ordinary records are memorised; canaries are few and unusual on purpose.",
        "Singling out: a canary stands for the most unusual person of the data.",
        ("singling out",),
        "at most",
    ),
    Explanation(
        "no personal data",
        "The share of a column's values that classification takes for a kind of personal data "
        "that the policy does not allow there.",
        "Somebody who reads the column and recognises names, numbers or addresses by their form.",
        "Compare it with its bound; a few hits may be values that only look like it.",
        "Personal data of a form that no detector knows.",
        "Direct identification: identifiers that are legible need no attack. Under HIPAA they are "
        "what Safe Harbor lists.",
        ("singling out",),
        "at most",
    ),
)

"""Attacks that were run on the output: what did somebody with stated knowledge get out of it?"""

from __future__ import annotations

from veilflow.report.explanations.model import Explanation

__all__ = ["ATTACK"]

_ANONYMETER = (
    "Compare the rate with the control's (the diamond): only what exceeds it comes from the "
    "training data. The line is the 95% interval, the triangle the smallest excess that would "
    "have been seen."
)

ATTACK = (
    Explanation(
        "linkage attack",
        "The share of a sample of people whom the attack linked to one record of the output, and "
        "to the right one.",
        "Somebody who holds the raw quasi-identifiers of the people of the sample, as from a "
        "register or a profile, and knows that they are in the data.",
        "Compare it with guessing (the diamond) and with its bound; the line is the 95% interval.",
        "Attackers who know other columns too, and people unlike those of the sample.",
        "Linkability and singling out, by trying. Recital 26 asks for the means reasonably likely "
        "to be used; this is one of them, with its success counted.",
        ("linkability", "singling out"),
        "at most",
    ),
    Explanation(
        "homogeneity attack",
        "The share of people of whom a sensitive value becomes certain, because all who look the "
        "same share it.",
        "Somebody who knows the quasi-identifiers of one person who is in the data.",
        "0% means that no group gives its members away. What is common in the whole population "
        "may raise the figure without telling much; the diamond shows that share where given.",
        "Values that become likely without becoming certain.",
        "Inference, at its strongest: the attribute is deduced without telling people apart. "
        "k-anonymity does not prevent it (WP 216).",
        ("inference",),
        "at most",
    ),
    Explanation(
        "background knowledge attack",
        "The share of people of whom a sensitive value becomes certain for an attacker who can "
        "rule out some values beforehand.",
        "Somebody who knows the quasi-identifiers of one person, and one or more values that the "
        "person surely does not have.",
        "Compare it with the homogeneity attack: the difference is what the extra knowledge buys.",
        "Richer knowledge, such as a family member's or a colleague's.",
        "Inference: the attacker against whom l-diversity was made.",
        ("inference",),
        "at most",
    ),
    Explanation(
        "frequency attack",
        "The share of pseudonyms or tokens that can be named by matching how often each occurs "
        "with publicly known frequencies.",
        "Somebody who knows how often each value occurs in the population, and not the key.",
        "Compare it with guessing (the diamond). Deterministic pseudonyms keep frequencies, so a "
        "column with few or very uneven values does badly.",
        "Other patterns that pseudonyms keep, such as which of them occur together.",
        "Linkability to the identity: WP 216 names deterministic pseudonyms as open to it.",
        ("linkability", "inference"),
        "at most",
    ),
    Explanation(
        "row order attack",
        "Whether the order of the rows in the output tells the order of the rows in the source.",
        "Somebody who knows the order of the source, such as by admission or by name.",
        "A figure as large as chance would make it (the diamond) tells nothing. Outputs are "
        "shuffled, so more than that is a fault.",
        "What the values of a column tell about order.",
        "Linkability: a kept order connects each row with its origin, whatever was masked.",
        ("linkability",),
        "at most",
    ),
    Explanation(
        "id order attack",
        "Whether released identifiers or pseudonyms follow the order of the raw ones.",
        "Somebody who knows when or in which order raw numbers were given out.",
        "A figure as large as chance would make it (the diamond) tells nothing.",
        "Pseudonyms that follow something else than order.",
        "Linkability: a number that keeps its order tells when somebody came, and so who it is.",
        ("linkability",),
        "at most",
    ),
    Explanation(
        "schema attack",
        "Whether names, types or formats of released columns betray what was masked, such as a "
        "column name that names a person or a key.",
        "Somebody who reads the schema before any row.",
        "0: nothing was found.",
        "What a reader can conclude from documentation outside the release.",
        "It helps the other attacks; alone it bears on linkability.",
        ("linkability",),
        "at most",
    ),
    Explanation(
        "difference attack",
        "How many people stand out when this release is held against the previous one: those who "
        "were added, left or changed class.",
        "Somebody who holds both releases and knows that one person joined or left in between.",
        "0 means that nobody stands out by the comparison.",
        "Longer series of releases, and releases for other recipients.",
        "Singling out and linkability across releases: each release may hide everybody while the "
        "pair does not.",
        ("singling out", "linkability"),
        "at most",
    ),
    Explanation(
        "singling out",
        "How often an attacker, guided by the output, states a combination of values that fits "
        "exactly one person of the source.",
        "Somebody who holds the output alone, and checks statements against the real data.",
        _ANONYMETER,
        "Attackers with better guesses than those that were tried.",
        "The first of the three risks of WP 216, and the word that recital 26 itself uses.",
        ("singling out",),
        "at most",
    ),
    Explanation(
        "linkability",
        "How often an attacker, guided by the output, connects two halves of one person's record.",
        "Somebody who holds two sources, each with some of a person's columns, and uses the "
        "output as a bridge between them.",
        _ANONYMETER,
        "Other ways to cut the columns in two.",
        "The second of the three risks of WP 216.",
        ("linkability",),
        "at most",
    ),
    Explanation(
        "attribute inference",
        "How often an attacker, guided by the output, states the right value of a secret column.",
        "Somebody who knows all other columns of one person and looks for the most similar row of "
        "the output.",
        _ANONYMETER,
        "What is true of everybody like that person: statistics that also hold for people outside "
        "the data are what data is released for, and the control takes them out.",
        "The third of the three risks of WP 216.",
        ("inference",),
        "at most",
    ),
)

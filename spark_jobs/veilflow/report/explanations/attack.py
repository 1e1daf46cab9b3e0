"""Attacks that were run on the output: what did somebody with stated knowledge get out of it?"""

from __future__ import annotations

from veilflow.report.explanations.model import Explanation

__all__ = ["ATTACK"]

_EXCESS = (
    "Compare the figure with the control (the diamond), which is the same attack on people whom "
    "the model never saw: only what exceeds it was learnt from the training data. The bound is the "
    "control and what chance explains."
)
_ORDER = (
    "How far the order is from a random one, in standard errors: 2 is common in random orders, and "
    "above the bound it is one in a billion."
)
_ORDER_SILENT = (
    "Where few rows can be told apart, even a kept order would pass. What values themselves tell "
    "about order, such as dates, is not looked at."
)

ATTACK = (
    Explanation(
        "linkage attack",
        "The share of the source's people who are named: the attacker brings their raw "
        "quasi-identifiers into the output's form and exactly one person of the output fits. It is "
        "an upper bound, since nobody can look behind the pseudonyms to see who was right.",
        "Somebody who holds the raw quasi-identifiers of the source's people (or of a random "
        "sample), as from a register, and knows how the output generalises them.",
        "Compare it with claiming anybody at random (the diamond) and with its bound. Where a "
        "sample was attacked, the upper end of the 95% interval decides.",
        "Attackers who know other columns, and those content with being right one time in a few.",
        "Linkability and singling out, by trying. Recital 26 asks for the means reasonably likely "
        "to be used; this is one of them, with its success counted.",
        ("linkability", "singling out"),
        "at most",
    ),
    Explanation(
        "homogeneity attack",
        "The share of people whose sensitive value is as good as certain, because nearly all who "
        "share their quasi-identifiers have it.",
        "Somebody who knows all quasi-identifiers of one person who is in the data.",
        "Compare it with the diamond: the share of whom the whole table tells as much without any "
        "attack, as where nearly everybody has one value.",
        "Values that become likely without becoming certain.",
        "Inference, at its strongest: the attribute is deduced without telling people apart, so "
        "k-anonymity does not prevent it (WP 216).",
        ("inference",),
        "at most",
    ),
    Explanation(
        "background knowledge attack",
        "The same as the homogeneity attack, for an attacker who can rule out one value "
        "beforehand, the one that helps most.",
        "Somebody who knows all quasi-identifiers of one person who is in the data, and one value "
        "that the person surely does not have.",
        "Compare it with the homogeneity attack: the difference is what the extra knowledge buys.",
        "Richer knowledge, such as a family member's or a colleague's.",
        "Inference: the attacker against whom l-diversity was made.",
        ("inference",),
        "at most",
    ),
    Explanation(
        "frequency attack",
        "The share of rows whose pseudonym or token is named by how often it occurs. It is an "
        "upper bound, since nobody can undo the pseudonyms to see who was right.",
        "Somebody who knows exactly how common each value is in the source, and not the key.",
        "Compare it with guessing (the diamond). Deterministic pseudonyms keep frequencies, so a "
        "column with few or very uneven values does badly.",
        "Other patterns that pseudonyms keep, such as which of them occur together.",
        "Linkability to the identity: WP 216 calls it a mistake to think that a pseudonym alone "
        "prevents identification.",
        ("linkability", "inference"),
        "at most",
    ),
    Explanation(
        "row order attack",
        "Whether the order of the rows, or the file that a row is in, follows the source's order.",
        "Somebody who knows who is in the source and in what order it lists them, such as by "
        "admission or by name.",
        _ORDER,
        _ORDER_SILENT,
        "Linkability: a kept order connects each row with its origin, whatever was masked.",
        ("linkability",),
        "at most",
    ),
    Explanation(
        "id order attack",
        "Whether the rows, sorted by a released identifier or pseudonym, follow the source's "
        "order.",
        "Somebody who knows who is in the source and in what order it lists them.",
        _ORDER,
        _ORDER_SILENT,
        "Linkability: a number that keeps its order tells when somebody came, and so who it is.",
        ("linkability",),
        "at most",
    ),
    Explanation(
        "schema attack",
        "How many names of tables, columns or files, or notes stored with them, spell a raw "
        "identifier or keep traces of values that are not in the rows.",
        "Somebody who knows people's identifiers and reads everything but the cells.",
        "0: nothing was found.",
        "What a reader can conclude from documentation outside the release.",
        "Singling out by reading, where nobody looks for it.",
        ("singling out",),
        "at most",
    ),
    Explanation(
        "difference attack",
        "The size of the smallest group of people who joined, left or changed class alike since "
        "the release before.",
        "Somebody who holds both releases, knows the quasi-identifiers of one person, and whether "
        "the person was in each.",
        "Larger is safer: at least as many people as k asks must share every difference. No figure "
        "means that nobody changed, or that there was no earlier release to compare with.",
        "Longer series of releases, and releases for other recipients. What those who changed have "
        "in common is not looked at.",
        "Singling out and linkability across releases: each release may hide everybody while the "
        "pair does not.",
        ("singling out", "linkability"),
        "at least",
    ),
    Explanation(
        "singling out",
        "How often a description taken from a synthetic row fits exactly one person on whom the "
        "model was fitted.",
        "Somebody who has the output alone, and guesses that whom a few of its values describe is "
        "one person.",
        _EXCESS,
        "Attackers with better guesses than those that were tried.",
        "The first of the three risks of WP 216, and the words that recital 26 itself uses.",
        ("singling out",),
        "at most",
    ),
    Explanation(
        "linkability",
        "How often two halves of one person's record are closest to the same synthetic row, and so "
        "are taken for one person's.",
        "Somebody who holds two sources, each with some of a person's columns, and uses the "
        "output as a bridge between them.",
        _EXCESS,
        "Other ways to cut the columns in two.",
        "The second of the three risks of WP 216.",
        ("linkability",),
        "at most",
    ),
    Explanation(
        "attribute inference",
        "How often the secret column of the closest synthetic row is the right value of a person.",
        "Somebody who knows all other columns of one person's record.",
        _EXCESS,
        "What is true of everybody like that person: statistics that also hold for people outside "
        "the data are what data is released for, and the control takes them out.",
        "The third of the three risks of WP 216.",
        ("inference",),
        "at most",
    ),
)

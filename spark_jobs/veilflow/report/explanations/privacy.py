"""Privacy models: how well is a person hidden among others who look the same?"""

from __future__ import annotations

from veilflow.report.explanations.model import Explanation

__all__ = ["PRIVACY"]

_QUASI = (
    "Somebody who knows all quasi-identifiers of one person, and that the person is in the data "
    "(the prosecutor model)."
)

PRIVACY = (
    Explanation(
        "k-anonymity",
        "The size of the smallest group of people who share all their quasi-identifiers, on the "
        "table or on the joined view of several tables.",
        _QUASI,
        "Larger is safer: 5 means that at least five people fit equally well, so the attacker "
        "points at the right one with a chance of at most 1 in 5.",
        "What the group has in common. Where all its members share a diagnosis, the attacker "
        "learns it without telling them apart; l-diversity and t-closeness look at that. A "
        "quasi-identifier that the policy does not name is not counted.",
        "Singling out: WP 216 says that k-anonymity prevents it within a group of k, while "
        "records can still be linked group by group, and inference remains. Its choice of k is a "
        "judgement of the means reasonably likely to be used (recital 26). HIPAA's experts use "
        "the same figure as a risk of 1/k.",
        ("singling out", "linkability"),
        "at least",
    ),
    Explanation(
        "l-diversity",
        "How different the people of each group are in a sensitive column: the smallest count of "
        "different values, or how evenly they are spread (entropy, recursive).",
        "Somebody who knows the quasi-identifiers of one person and looks for what all who fit "
        "have in common.",
        "For distinct and entropy larger is safer: 1 means that some group shares one value, "
        "which is then known of all its members. For recursive smaller is safer: it says how far "
        "the commonest value outweighs the rest.",
        "How alike the values are in meaning, and how common each is in general: two names of one "
        "disease count as two.",
        "Inference: WP 216 says that l-diversity prevents inference with certainty, and not "
        "inference with high probability.",
        ("inference",),
    ),
    Explanation(
        "t-closeness",
        "How far the distribution of a sensitive column in any group is from that in the whole "
        "table, as a distance from 0 (the same) to 1 (nothing in common).",
        "Somebody who knows the quasi-identifiers of one person and how common each value is in "
        "the whole table.",
        "Smaller is safer: 0 means that belonging to a group tells nothing more.",
        "What the whole table tells: that half of everybody has a disease is told to all.",
        "Inference: it bounds what an attacker learns about a person beyond the population "
        "figures.",
        ("inference",),
        "at most",
    ),
    Explanation(
        "beta-likeness",
        "How much commoner a value of a sensitive column is in any group than in the whole table: "
        "by how many times its share there its share grows.",
        "Somebody who knows the quasi-identifiers of one person and how common each value is in "
        "the whole table.",
        "Smaller is safer: 1 means that no value is more than twice as likely for somebody as it "
        "is for everybody. The enhanced kind, where nothing else is said, holds common values to "
        "less. No figure means that no bound would be kept.",
        "That a value is less likely for somebody, which can be telling too.",
        "Inference: it bounds what an attacker gains about a person for each value by itself, "
        "rare ones as much as common ones.",
        ("inference",),
        "at most",
    ),
    Explanation(
        "delta-disclosure",
        "How far the share of a value of a sensitive column in any group is from that in the "
        "whole table, as the power of 2 by which the two differ.",
        "Somebody who knows the quasi-identifiers of one person and how common each value is in "
        "the whole table.",
        "Smaller is safer: 1 means that some value is twice as common in a group, or half as "
        "common.",
        "That a value is missing in a group: such values are passed over.",
        "Inference, of what is likely and of what is unlikely.",
        ("inference",),
        "at most",
    ),
    Explanation(
        "delta-presence",
        "How many of the people of the population who share their quasi-identifiers are in the "
        "data, in the group where they are most.",
        "Somebody who knows everybody of the population with all their quasi-identifiers, and "
        "wants to know who is in the data.",
        "Smaller is safer where being in the data is a secret by itself, as in a register of a "
        "disease: 0.5 means that for nobody it is more likely than not.",
        "Attackers who know of a person's presence in another way.",
        "Inference: that a record concerns a person at all.",
        ("inference",),
        "at most",
    ),
    Explanation(
        "k-map",
        "The people of the smallest group: beside a table of the population in the population, "
        "and where only its size is known in the data, where fewer are needed.",
        "Somebody who knows all quasi-identifiers of one person of the population, and not who of "
        "it is in the data (the journalist model).",
        "Larger is safer: 5 means that at least five people of the population fit equally well.",
        "Somebody who knows that a person is in the data: k-anonymity asks that. An estimate holds "
        "for people drawn at random, and bounds the error of each group, not of all.",
        "Singling out, by an attacker with less knowledge than the prosecutor.",
        ("singling out",),
        "at least",
    ),
    Explanation(
        "small cells",
        "How many counts that a reader can make from the named columns have fewer people behind "
        "them than the threshold.",
        "Somebody who tabulates the output and looks for cells with few people.",
        "0 cells: no combination that occurs is below the threshold, which the check's sentence "
        "names. Thresholds of 5 to 11 are usual in official statistics and health reporting.",
        "What can be found by subtracting one table from another, or one release from the next.",
        "Singling out and inference from counts: the usual rule of statistical offices.",
        ("singling out", "inference"),
        "at most",
    ),
    Explanation(
        "re-identification risk",
        "The chance that an attacker names the right record: at the highest, on average, or as "
        "the share of people whom nobody resembles.",
        _QUASI,
        "A chance of 0.2 is 1 in 5. For clinical reports the European Medicines Agency's guidance "
        "names 0.09 as the highest risk; what suits here depends on who receives the data.",
        "Attackers who know more than the quasi-identifiers, or who are helped by a second "
        "source. An attacker who does not know whether the person is in the data does worse.",
        "Singling out. It is the kind of figure by which HIPAA's expert determination argues that "
        "the risk is very small for an anticipated recipient, and which recital 26 weighs with "
        "cost, time and technology.",
        ("singling out",),
        "at most",
    ),
)

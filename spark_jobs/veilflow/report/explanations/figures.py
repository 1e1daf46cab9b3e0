"""The key figures at the head of the report, and the measures in its plots."""

from __future__ import annotations

from veilflow.report.explanations.model import Explanation
from veilflow.report.explanations.privacy import PRIVACY

__all__ = ["FIGURES"]

_QUASI = next(each.attacker for each in PRIVACY if each.name == "k-anonymity")
_USE = "None: this is about what the recipients can do with the output."
_NO_RISK = "It bears on none of the three risks by itself."

FIGURES = (
    Explanation(
        "rows in the output",
        "How many rows are released, over all tables.",
        "None in particular: every row is something that an attacker can search.",
        "A size alone: many rows hide people better only where they look alike.",
        "How many people stand behind the rows.",
        _NO_RISK,
    ),
    Explanation(
        "smallest class",
        "The size of the smallest group of people who share all their quasi-identifiers, in the "
        "worst of the tables and joined views.",
        _QUASI,
        "Larger is safer; it must reach the k that the policy asks for.",
        "What the members of a class have in common, and anything about quasi-identifiers that "
        "the policy does not name.",
        "Singling out: within a class nobody can be isolated. Linking class by class and inference "
        "remain (WP 216 on k-anonymity).",
        ("singling out", "linkability"),
    ),
    Explanation(
        "highest risk",
        "The chance that an attacker names the right record, for the person who is hidden worst: "
        "one divided by the size of the smallest class.",
        _QUASI,
        "20% is 1 in 5. The figure before the arrow is that of the source.",
        "What an attacker can do who knows more.",
        "Singling out. HIPAA's expert determination asks for a very small risk with regard to an "
        "anticipated recipient, and gives no number.",
        ("singling out",),
    ),
    Explanation(
        "average risk",
        "The same chance for somebody drawn at random from the output.",
        _QUASI,
        "It is never above the highest risk. Both are needed: an average hides the worst case.",
        "Who the people at the worst end are; they are often those who are rare.",
        "Singling out, over everybody: the means reasonably likely to be used (recital 26) include "
        "trying many people.",
        ("singling out",),
    ),
    Explanation(
        "rows suppressed",
        "The share of rows that was left out because too few people share them.",
        _USE,
        "Compare it with the policy's limit. A number from 1 to 9 is not told.",
        "Who was left out. Whoever knows that somebody must be in the data learns from their "
        "absence that they are rare.",
        "It lowers the risk of singling out for those who are left out, at the price of a biased "
        "output.",
        ("singling out",),
    ),
    Explanation(
        "detail kept",
        "Granularity: how much of the detail of the columns is left.",
        _USE,
        "100% is the raw values, 0% one value for everybody.",
        "Whether the detail serves the purpose; less would be less to recognise people by.",
        "Data minimisation (GDPR Art. 5(1)(c)) asks for no more detail than the purpose needs.",
    ),
    Explanation(
        "checks passed",
        "How many of the checks passed, warnings counted as not passed.",
        "The attackers that the checks name, and no others.",
        "One failed check that blocks stops the release. A warning doesn't: the policy chose so.",
        "What nobody looked for.",
        "Evidence for the judgement that recital 26 and HIPAA's expert determination ask for, and "
        "not the judgement.",
    ),
    Explanation(
        "encryption keys",
        "With how many keys the release is encrypted: one for it as a whole and one for each class "
        "of columns.",
        "Somebody who gets the files and has no key.",
        "A reader opens the columns of the classes that were granted to them.",
        "What readers do with what they have read. Destroying a key doesn't reach copies that were "
        "decrypted before.",
        "Security of processing (GDPR Art. 32) and access by need. Encryption is no "
        "anonymisation: WP 216 counts it as pseudonymisation where the key exists.",
    ),
    Explanation(
        "synthetic rows",
        "How many rows were drawn from the model, and on how many real rows it was fitted.",
        "None in particular: the leak checks and attacks name theirs.",
        "The number drawn is chosen and says nothing about safety.",
        "How much of real people the model remembers; the leak checks look for that.",
        "A synthetic row belongs to nobody, but recital 26 asks whether somebody can be identified "
        "from it all the same.",
    ),
    Explanation(
        "risk of being recognised",
        "Nothing, for a synthetic product: there is no class of people that could be counted.",
        "Not stated, since nothing was measured.",
        "Read the leak checks and attacks instead.",
        "Whether somebody can be recognised.",
        "The three risks are examined by the attacks, where they were run.",
    ),
    Explanation(
        "class sizes",
        "How many rows lie in groups of each size, before and after: a group is everybody who "
        "shares all quasi-identifiers.",
        _QUASI,
        "Rows in small groups are at risk; after protection none should be below k.",
        "What the members of a group have in common. Counts from 1 to 9 of the source are merged.",
        "Singling out: how many people are near to being isolated.",
        ("singling out",),
    ),
    Explanation(
        "in classes below k and unique",
        "The share of people in groups smaller than k, and of those whom nobody resembles.",
        _QUASI,
        "Both are 0% in an output that meets its k. Those of the source show what protection did.",
        "Uniqueness in the population: somebody unique in the data may have doubles outside it.",
        "Singling out, in the most literal sense.",
        ("singling out",),
    ),
    Explanation(
        "linked rightly",
        "The share of people whom somebody names rightly who links every record of the output with "
        "a name at random among those who fit: the number of classes divided by the people in "
        "them (the marketer's risk).",
        "Somebody who knows the quasi-identifiers of everybody in the data, and is content to be "
        "right often rather than sure of anybody.",
        "It is never above the highest risk, and equals the average risk where each row is a "
        "person.",
        "Who is linked rightly: the attacker doesn't know either.",
        "Linkability: how far records can be joined with what somebody else holds.",
        ("linkability",),
    ),
    Explanation(
        "risk in the population",
        "The same chances for somebody who doesn't know that a person is in the data, and how many "
        "of the population stand alone, estimated from the sizes of the classes and of the "
        "population that the policy states.",
        "Somebody who knows the quasi-identifiers of everybody in the population, and not who of "
        "them is in the data (the journalist). A match with somebody who is alone in the data is "
        "right as often as the last bar says.",
        "Uniques are estimated by Pitman's estimator where at most a tenth of the population is in "
        "the data, else by the smaller of Zayatz' and the slide negative binomial one (Dankar, El "
        "Emam, Neisa and Roffey 2012). Where the estimators differ widely, none should be trusted.",
        "Anything about a data set whose people weren't drawn at random: patients of one clinic "
        "are not a sample of a country. An attacker who does know that a person is in it has the "
        "prosecutor's risk above.",
        "Singling out, by means reasonably likely to be used (recital 26). HIPAA's expert "
        "determination usually argues about an attacker of this kind.",
        ("singling out",),
    ),
    Explanation(
        "special uniques",
        "On how few quasi-identifiers people of the source stand alone, and which columns are to "
        "blame: minimal sample uniques and their SUDA scores (Manning, Haglin and Keane 2008).",
        "Somebody who knows some of the quasi-identifiers of a person, not necessarily all.",
        "The longer a column's bar, the more a coarser level of it would help. Bars add up to more "
        "than 100%, since a set of columns counts for each of them.",
        "What the output still has: with a k from 2 nobody in it is unique. Sets of more columns "
        "than were searched aren't in it.",
        "Singling out in the source, and so what had to be done about it.",
        ("singling out",),
    ),
    Explanation(
        "distribution shift",
        "Total variation: the share of rows that would have to change their value for a column to "
        "be distributed as in the source.",
        _USE,
        "0% is none. Suppression and redaction shift distributions; coarser labels alone do not.",
        "Relations between columns.",
        _NO_RISK,
    ),
    Explanation(
        "loss score and discernibility",
        "Two costs of the generalisation that was chosen: the detail given up, from 0 to 1, and "
        "the sum over rows of the size of their group.",
        _USE,
        "Smaller is more useful. They compare generalisations of the same data and mean little "
        "alone.",
        "Whether what is left serves the purpose.",
        _NO_RISK,
    ),
    Explanation(
        "mean class size and entropy lost",
        "The rows divided by the classes, suppressed rows being one class, and how many bits "
        "of the quasi-identifiers are gone (non-uniform entropy, as ARX counts suppressed "
        "rows).",
        _USE,
        "Smaller is more useful. Entropy counts what is lost of common values less than what is "
        "lost of rare ones.",
        "Whether what is left serves the purpose.",
        _NO_RISK,
    ),
    Explanation(
        "classification score",
        "How strong the evidence is that a column holds a kind of data, from names, patterns, "
        "check digits and dictionaries.",
        "None: it helps to decide what must be protected.",
        "From 0 to 1, and no probability. The role is decided by the policy, not by the score.",
        "Kinds of data that no detector knows.",
        "Knowing what one has is where every assessment starts; the score is no assessment.",
    ),
)

"""Checks of form: is the output what the policy promised, and nothing else?"""

from __future__ import annotations

from veilflow.report.explanations.model import Explanation

__all__ = ["STRUCTURE"]

_NOBODY = "None: this holds the output to the policy's promise, whoever reads it."

STRUCTURE = (
    Explanation(
        "columns as promised",
        "Whether the output has exactly the columns that the policy releases, in its order.",
        _NOBODY,
        "It passes or it fails. One column too many is a column that nobody decided about.",
        "What the columns hold. A column with the right name may still hold the wrong thing; the "
        "other checks look inside.",
        "Data minimisation (GDPR Art. 5(1)(c)) and protection by default (Art. 25): only what was "
        "decided about is released.",
    ),
    Explanation(
        "rows kept",
        "Whether the output has no more rows than the source, and no fewer than the suppression "
        "limit allows.",
        _NOBODY,
        "It passes or it fails; the figure itself is not shown, since it tells how many rows were "
        "suppressed. The table of suppressed rows tells that where it is not too small.",
        "Whose rows are missing. Suppression removes rare people, so small groups are "
        "under-represented.",
        "About usefulness and about being written once; it bears on none of the three risks.",
    ),
    Explanation(
        "rows promised",
        "Whether the synthetic table has as many rows as the policy asks for.",
        _NOBODY,
        "Found and asked must be the same number.",
        "How good or how safe the rows are.",
        "About what was promised to the recipients; it bears on none of the three risks.",
    ),
    Explanation(
        "labels of the level",
        "How many values of a generalised column are not labels of the level that the output "
        "claims to have.",
        "Somebody who hopes that a raw or finer value slipped through the generalisation.",
        "0 rows: every value is as coarse as claimed. Any other number is that many rows that "
        "tell more than the policy allows.",
        "Whether the level is coarse enough. k-anonymity and the risk figures say that.",
        "A condition for the figures about singling out: they assume that these labels are what "
        "an attacker sees.",
        ("singling out",),
        "at most",
    ),
    Explanation(
        "nothing but the policy's words",
        "How many values of a redacted, constant or emptied column are something else than what "
        "the policy puts in place of its values.",
        "Somebody who hopes that a value was left standing.",
        "0 rows: the column tells nothing about anybody.",
        "Whether the same information stands in another column.",
        "Removal of an identifier. Under HIPAA it is how an identifier of the Safe Harbor list is "
        "taken out; under WP 216 it is needed against singling out and is not enough alone.",
        ("singling out",),
        "at most",
    ),
    Explanation(
        "nothing but the named paths",
        "How many values inside JSON, structs or arrays stand where no path of the policy leads "
        "to, or in a text that can't be read as JSON.",
        "Somebody who looks inside nested values for what was left there.",
        "0: nothing is left that nobody decided about.",
        "What stands at the named paths; each is judged by checks of its own.",
        "Data minimisation (GDPR Art. 5(1)(c)): only what was decided about is released.",
        ("singling out",),
        "at most",
    ),
    Explanation(
        "pseudonym form",
        "How many values of a pseudonymised column do not have the form of a keyed pseudonym.",
        "Somebody who has the output and not the masking key.",
        "0 rows: nothing in the column is of another form, such as a raw identifier.",
        "Who holds the masking key: whoever does can test guesses. The same person has the same "
        "pseudonym in all rows, so their rows stay connected.",
        "Pseudonymisation (GDPR Art. 4(5)): recital 26 still calls the result information on an "
        "identifiable person, as long as the key exists. WP 216 grants that it makes linking to "
        "the identity harder and no more. Under HIPAA, an expert judges a code that was derived "
        "from an identifier (45 CFR 164.514(c)).",
        ("linkability",),
        "at most",
    ),
    Explanation(
        "token form",
        "How many values of a tokenised column do not have the form of a token.",
        "Somebody who has the output and not the masking key, nor the vault where there is one.",
        "0 rows: nothing in the column is of another form, such as a raw identifier.",
        "Who may reveal: whoever holds the masking key (for random tokens the vault as well) gets "
        "the values back. The same person has the same token in all rows.",
        "Pseudonymisation (GDPR Art. 4(5)), reversible by intent: the result stays personal data "
        "for whoever can reach the key. Under HIPAA, a code that can be translated back may be "
        "given out only if the means to do so isn't (45 CFR 164.514(c)).",
        ("linkability",),
        "at most",
    ),
    Explanation(
        "encrypted form",
        "How many values of an encrypted column have not the form that format-preserving "
        "encryption leaves: enough symbols of its alphabet, separators, and the check digit of "
        "cards.",
        "Somebody who hopes that a value that can't be encrypted was passed through.",
        "0 rows: nothing in the column is of another form.",
        "Whether values of the right form are raw ones; the checks of own raw values ask that.",
        "Pseudonymisation (GDPR Art. 4(5)), reversible by whoever holds the masking key: the "
        "result stays personal data for them.",
        ("linkability",),
        "at most",
    ),
    Explanation(
        "people of a root table",
        "How many rows of a related table belong to nobody in the table of people. Rows that had "
        "nobody in the source already are not counted.",
        "Somebody who looks for people who were suppressed in one table and forgotten in another.",
        "0 rows: whoever was taken out of the table of people is gone everywhere.",
        "Whether those who remain can be recognised from their joined rows; k-anonymity is "
        "counted on the joined view for that.",
        "Linkability inside the release: a person whom generalisation could not hide must not "
        "come back through a second table.",
        ("singling out", "linkability"),
        "at most",
    ),
    Explanation(
        "joinability",
        "How many pseudonyms also occur in columns that the policy keeps in other linkage domains.",
        "Somebody who holds both columns and looks for equal values.",
        "0: the same person has another pseudonym in each domain.",
        "What can be joined on other things than keys, such as rare combinations of values.",
        "Linkability: pseudonyms that differ between recipients and purposes keep one person's "
        "records from being connected across them (WP 216).",
        ("linkability",),
        "at most",
    ),
    Explanation(
        "joinability inside a domain",
        "Whether two columns share as many different pseudonyms as the source's columns share "
        "values, up to what was suppressed.",
        _NOBODY,
        "It passes or it fails; the figure itself is not shown, since it tells about the source.",
        "Whether the rows that can be put together make somebody recognisable: k-anonymity is "
        "counted on the joined view for that.",
        "The reverse of linkability, and wanted here: inside its domain the policy lets the rows "
        "of one person be put together.",
    ),
)

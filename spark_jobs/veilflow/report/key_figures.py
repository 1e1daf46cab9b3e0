"""The row of key figures: each a number, the bound it had to meet, and a plain sentence.

A sentence says what the attacker was assumed to know and what risk remains. A figure that no
stage measured is shown as not measured, never left out: its absence is a finding too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from veilflow.report.facts import Facts, RiskView
from veilflow.report.formatting import MERGED, count, decimal, one_in, percent, plural

__all__ = ["KeyFigure", "key_figures", "unit_noun"]

Tone = Literal["plain", "good", "bad", "absent"]


@dataclass(frozen=True)
class KeyFigure:
    """``before`` is the same figure on the raw side; ``note`` says what was asked for.

    ``explained`` is the name under which the page of explanations has it.
    """

    explained: str
    label: str
    value: str
    sentence: str
    before: str = ""
    note: str = ""
    tone: Tone = "plain"


def key_figures(facts: Facts) -> tuple[KeyFigure, ...]:
    if facts.product == "synthetic":
        return (_synthetic_rows(facts), _synthetic_risk(), _checks(facts), _keys(facts))
    return (
        _rows(facts),
        _smallest_class(facts),
        _risk(facts, "max_risk"),
        _risk(facts, "average_risk"),
        _suppressed(facts),
        _detail(facts),
        _checks(facts),
        _keys(facts),
    )


def unit_noun(facts: Facts) -> str:
    """What k and risk count: people where the policy names a privacy unit, else rows."""
    return "people" if facts.privacy_unit else "rows"


def _smallest_class(facts: Facts) -> KeyFigure:
    label = f"Smallest class, in {unit_noun(facts)}"
    note = "" if facts.k is None else f"at least {facts.k:,} asked"
    views = [v for v in facts.risk if v.after and v.after.smallest_class is not None]
    if not views:
        return _unmeasured("smallest class", label, "the size of the classes", note)
    worst = min(views, key=lambda view: _smallest(view))
    size = _smallest(worst)
    tone: Tone = "plain" if facts.k is None else "good" if size >= facts.k else "bad"
    sentence = (
        f"An attacker who knows {_known(worst)} of one person finds at least "
        f"{count(size)} {unit_noun(facts)} who fit equally well. What remains: where they all "
        "share a sensitive value, the attacker learns it without telling them apart."
        if size > 1
        else f"An attacker who knows {_known(worst)} of one person can find that very person: "
        f"at least one combination in the output belongs to {unit_noun(facts)} of one only."
    )
    return KeyFigure("smallest class", label, f"{size:,}", sentence, "", note, tone)


def _risk(facts: Facts, name: Literal["max_risk", "average_risk"]) -> KeyFigure:
    label = "Highest risk" if name == "max_risk" else "Average risk"
    views = [v for v in facts.risk if v.after and getattr(v.after, name) is not None]
    if not views:
        return _unmeasured(label, label, "the risk of being recognised")
    worst = max(views, key=lambda view: _side(view, name, after=True) or 0.0)
    after, before = _side(worst, name, after=True), _side(worst, name, after=False)
    odds = one_in(after)
    chance = f"{percent(after)} ({odds})" if odds else percent(after)
    if name == "max_risk":
        bound = 1 / facts.k if facts.k else None
        tone: Tone = "plain" if bound is None else "good" if _within(after, bound) else "bad"
        note = "" if bound is None else f"at most {percent(bound)} asked"
        sentence = (
            "An attacker who knows all quasi-identifiers of one person, and that the person is in "
            f"the data, names the right record with a chance of at most {chance}."
        )
    else:
        tone, note = "plain", "over everybody in the output"
        sentence = (
            "The same attacker recognises somebody drawn at random from the output with a chance "
            f"of {chance}. Attackers who know more than {_known(worst)} may do better."
        )
    was = percent(before, absent="")
    return KeyFigure(label, label, percent(after), sentence, was, note, tone)


def _suppressed(facts: Facts) -> KeyFigure:
    label = "Rows suppressed"
    shares = _suppressed_shares(facts)
    told = {table: share for table, share in shares.items() if share is not None}
    if len(told) < len(shares) and not any(told.values()):
        sentence = "So few rows were left out that their number itself is not told."
        return KeyFigure(label, label, MERGED, sentence)
    if not told:
        return _unmeasured(label, label, "suppressed rows")
    table = max(told, key=lambda name: told[name])
    limit = facts.anonymization.suppression_limit if facts.anonymization else None
    tone: Tone = "plain" if limit is None else "good" if _within(told[table], limit) else "bad"
    where = f" (the largest share, in {table})" if len(shares) > 1 and told[table] else ""
    return KeyFigure(
        label,
        label,
        percent(told[table]),
        f"These rows{where} were left out because too few people share them. Whoever is rare is "
        "missing from the output, so small groups are under-represented in it."
        if told[table]
        else "No row had to be left out to reach the class size that was asked for.",
        "",
        "" if limit is None else f"at most {percent(limit)} allowed",
        tone,
    )


def _suppressed_shares(facts: Facts) -> dict[str, float | None]:
    """The share of each table's rows that was suppressed; None where it is too small to tell."""
    if facts.anonymization and facts.anonymization.suppressed_share:
        return dict(facts.anonymization.suppressed_share)
    return {
        table.table: None
        if table.rows_suppressed is None
        else table.rows_suppressed / table.rows_in
        for table in facts.tables
        if table.rows_in
    }


def _detail(facts: Facts) -> KeyFigure:
    label = "Detail kept"
    found = facts.anonymization
    loss = "" if found is None else f"loss score {decimal(found.loss)}"
    if found is None or not found.granularity:
        return _unmeasured(label, label, "how much detail the output keeps", loss)
    table = min(found.granularity, key=lambda name: found.granularity[name])
    return KeyFigure(
        label,
        label,
        percent(found.granularity[table]),
        "Granularity of the quasi-identifiers"
        f"{f' of {table}' if len(found.granularity) > 1 else ''}: 100% would be the raw values, "
        "0% a single value for everybody. What is kept is what analysts can work with, and what "
        "an attacker can compare with other sources.",
        "",
        loss,
    )


def _checks(facts: Facts) -> KeyFigure:
    total, passed = len(facts.checks), sum(each.check.passed for each in facts.checks)
    if not total:
        sentence = "No check of the output is recorded, so nothing vouches for this run."
        return KeyFigure("Checks passed", "Checks passed", "none run", sentence, tone="absent")
    blocking = sum(each.is_blocking_failure for each in facts.checks)
    tone: Tone = "bad" if blocking else "good" if passed == total else "plain"
    judged = (
        "Those of the validate stage were made on the output, by code that took no part in "
        "making it."
        if any(each.stage.startswith("validate") for each in facts.checks)
        else "All were made before there was an output to judge."
    )
    note = f"{plural(blocking, 'blocking check')} failed" if blocking else "none blocking failed"
    return KeyFigure(
        "Checks passed",
        "Checks passed",
        f"{passed:,} of {total:,}",
        f"{judged} A check finds what it looks for; the table of checks says what that is.",
        "",
        note,
        tone,
    )


def _keys(facts: Facts) -> KeyFigure:
    label, release = "Encryption keys", facts.released
    if release is None:
        sentence = "No release is recorded, so there is no key with which anybody could read it."
        return KeyFigure(label, label, "none", sentence, tone="absent")
    classes = len(release.classes)
    return KeyFigure(
        label,
        label,
        f"1 + {classes:,}",
        f"One key for the release as a whole and {plural(classes, 'key')} for its classes of "
        "columns: a reader opens the classes granted to them and no others. Whoever holds the "
        "keys can read the output, and what they have read stays with them.",
        "",
        f"held by {_keeper(release.provider)}",
    )


def _keeper(provider: str) -> str:
    """A provider's URI in two words; the release section has it whole."""
    scheme, _, _ = provider.partition("://")
    return {"file": "a file keyring", "aws-kms": "AWS KMS"}.get(scheme, scheme or provider)


def _rows(facts: Facts) -> KeyFigure:
    label = "Rows in the output"
    if not facts.tables:
        return _unmeasured(label, label, "rows")
    rows = sum(table.rows_out for table in facts.tables)
    if not rows:
        return KeyFigure(label, label, "0", "The output holds no row.", tone="absent")
    columns = sum(table.columns_out for table in facts.tables)
    read = [table.rows_in for table in facts.tables if table.rows_in is not None]
    return KeyFigure(
        label,
        label,
        f"{rows:,}",
        f"Made from {plural(sum(read), 'row')} of the source. Each one still comes from a real "
        f"record, and an attacker may know some of its columns ({columns:,} in all) from "
        "elsewhere.",
        "",
        f"in {plural(len(facts.tables), 'table')}",
    )


def _synthetic_rows(facts: Facts) -> KeyFigure:
    if not facts.synthesis:
        label = "Synthetic rows"
        return _unmeasured(label, label, "how synthetic rows were made")
    fitted = sum(each.rows_fitted for each in facts.synthesis)
    sampled = sum(each.rows_sampled for each in facts.synthesis)
    methods = ", ".join(dict.fromkeys(each.method.replace("_", " ") for each in facts.synthesis))
    return KeyFigure(
        "Synthetic rows",
        "Synthetic rows",
        f"{sampled:,}",
        "Drawn from a model, not taken from people. But the model has seen real rows: it may "
        "repeat rare combinations, and what it tells about a group can be true of its members.",
        "",
        f"{methods}, fitted on {plural(fitted, 'row')}",
    )


def _synthetic_risk() -> KeyFigure:
    """Classes and their risks are about rows of people; a synthetic row is nobody's."""
    return KeyFigure(
        "Risk of being recognised",
        "Risk of being recognised",
        "not measured",
        "A synthetic row belongs to nobody, so there is no class of people to count. The checks "
        "stand in for it: they look for what the output repeats of the rows the model has seen.",
        tone="absent",
    )


def _unmeasured(explained: str, label: str, what: str, note: str = "") -> KeyFigure:
    sentence = f"No stage of this run measured {what}."
    return KeyFigure(explained, label, "not measured", sentence, "", note, "absent")


def _known(view: RiskView) -> str:
    """The quasi-identifiers as a phrase; a long list is counted, and the risk section names it."""
    names = view.quasi_identifiers
    if not names:
        return "the quasi-identifiers"
    if len(names) == 1:
        return names[0]
    phrase = f"{', '.join(names[:-1])} and {names[-1]}"
    return phrase if len(phrase) <= 60 else f"all {len(names)} quasi-identifiers"


def _smallest(view: RiskView) -> int:
    return (view.after.smallest_class if view.after else None) or 0


def _side(view: RiskView, name: str, *, after: bool) -> float | None:
    side = view.after if after else view.before
    value: float | None = getattr(side, name) if side else None
    return value


def _within(value: float | None, bound: float) -> bool:
    # Shares arrive rounded through JSON and through 1 / k.
    return value is not None and value <= bound * (1 + 1e-9)

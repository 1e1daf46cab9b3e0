"""The generalisation that was chosen, and what it costs."""

from __future__ import annotations

from veilflow.evidence import Anonymization
from veilflow.report.facts import Facts
from veilflow.report.formatting import MERGED, count, decimal, percent, plural
from veilflow.report.layout import Column, code, data_table, facts_list, section
from veilflow.report.markup import Child, Markup, tag
from veilflow.report.plots import level_pips

__all__ = ["generalisation"]


def generalisation(facts: Facts) -> Markup | None:
    found = facts.anonymization
    if found is None:
        return None
    lead = _one_way(found) if found.recoding == "full_domain" else _locally(found)
    places = {name: _place(facts, name) for name in found.levels}
    groups = [
        (table, [_level_row(facts, found, name) for name in places if places[name][0] == table])
        for table in dict.fromkeys(table for table, _ in places.values())
    ]
    columns = [Column("Quasi-identifier"), Column("Level"), Column("Means")]
    body: Child = (
        data_table(columns, groups)
        if groups
        else tag("p", "No column was generalised.", class_="quiet")
    )
    sides = tag("div", body, facts_list(_cost(found)), class_="pair")
    return section("generalisation", "Generalisation chosen", lead, sides)


def _one_way(found: Anonymization) -> str:
    searched = (
        "Every quasi-identifier is replaced by a coarser value, the same way in all rows. Of "
        f"{plural(found.nodes_total, 'possible combination')} of levels, "
        f"{found.nodes_evaluated:,} had to be computed; the one chosen "
    )
    if found.optimal:
        return f"{searched}loses least among all that meet the policy."
    if found.least_score is None or found.score is None:
        return f"{searched}meets the policy, but a better one may exist."
    return (
        f"{searched}meets the policy, but the time for searching ran out: its "
        f"{found.objective.replace('_', ' ')} is {decimal(found.score)}, and that of a better one "
        f"could be {decimal(found.least_score)} at best."
    )


def _locally(found: Anonymization) -> str:
    how = (
        "Every row's quasi-identifiers are replaced by coarser values only as far as its own class "
        "needs"
        if found.recoding == "local"
        else "Every quasi-identifier is replaced by a coarser value; where rows would have had to "
        "be left out, single cells are hidden instead"
    )
    return (
        f"{how}, so one column shows values of several levels. The highest that occurs is given. "
        "It is good by construction and not proven to be the best there is."
    )


def _place(facts: Facts, name: str) -> tuple[str | None, str]:
    """Table and column of a name in ``levels``, which is qualified where tables share columns."""
    table, dot, column = name.partition(".")
    known = {u.table for u in facts.utility} | {c.table for c in facts.columns}
    return (table, column) if dot and table in known else (None, name)


def _level_row(facts: Facts, found: Anonymization, name: str) -> tuple[Child, ...]:
    table, column = _place(facts, name)
    level = found.levels[name]
    places = [u for u in facts.utility if u.column == column and table in (None, u.table)]
    levels = next((u.levels for u in places if u.levels is not None), None)
    scale = f"{level} of {levels - 1}" if levels else str(level)
    means = found.level_names.get(name) or ("as it is" if level == 0 else "not named")
    shares = found.level_shares.get(name)
    if shares:
        means = "; ".join(f"{percent(share)} {told}" for told, share in shares.items() if share)
    return (
        code(column),
        tag("span", level_pips(level, levels), tag("span", scale), class_="level"),
        means,
    )


def _cost(found: Anonymization) -> list[tuple[str, Child]]:
    asked = "; ".join([f"{found.k}-anonymity", *found.models])
    return [
        ("Asked of every class", asked),
        ("Loss score (0 is none)", decimal(found.loss)),
        *_weighted(found),
        ("Detail kept", _by_table({k: percent(v) for k, v in found.granularity.items()})),
        ("Rows suppressed", _by_table(_suppressed(found))),
        ("Suppression limit", percent(found.suppression_limit)),
        ("Classes in the output", _by_table({k: count(v) for k, v in found.classes.items()})),
        (
            "Mean class size",
            _by_table({k: decimal(v) for k, v in found.average_class_size.items()}),
        ),
        ("Entropy lost", _by_table({k: percent(v) for k, v in found.entropy_lost.items()})),
        ("Bits lost", _by_table({k: decimal(v) for k, v in found.non_uniform_entropy.items()})),
        ("Discernibility", _by_table({k: f"{v:,}" for k, v in found.discernibility.items()})),
    ]


def _weighted(found: Anonymization) -> list[tuple[str, Child]]:
    if found.weighted_loss is None:
        return []
    return [("Loss score by the policy's weights", decimal(found.weighted_loss))]


def _suppressed(found: Anonymization) -> dict[str, str]:
    return {k: percent(v, absent=f"{MERGED} rows") for k, v in found.suppressed_share.items()}


def _by_table(values: dict[str, str]) -> str | None:
    if not values:
        return None
    if len(values) == 1:
        return next(iter(values.values()))
    return "; ".join(f"{table} {value}" for table, value in values.items())

"""Class sizes and re-identification risk before and after, and the generalisation behind them."""

from __future__ import annotations

from collections.abc import Sequence

from veilflow.evidence import Anonymization, ClassRisk, ClassSizeBin
from veilflow.report.facts import Facts, RiskView
from veilflow.report.formatting import MERGED, count, decimal, percent, plural
from veilflow.report.histograms import AlignedBin, Side, align
from veilflow.report.key_figures import unit_noun
from veilflow.report.layout import Column, code, data_table, facts_list, plot_figure, section
from veilflow.report.markup import Child, Markup, join, tag
from veilflow.report.plots import Bar, Group, grouped_bars, level_pips

__all__ = ["class_sizes", "generalisation", "risk"]

_SERIES = (("before", "Before (source)"), ("after", "After (output)"))
_RISKS = (
    ("max_risk", "Highest risk"),
    ("average_risk", "Average risk"),
    ("share_below_k", "In classes below k"),
    ("share_unique", "Unique"),
)


def class_sizes(facts: Facts) -> Markup | None:
    views = [v for v in facts.risk if _histogram(v.before) or _histogram(v.after)]
    if not views:
        return None
    lead = (
        "An equivalence class is everybody who looks the same to an attacker. The bars show how "
        "many rows lie in classes of each size: the further down, the bigger the crowd."
    )
    plots = [_class_size_figure(facts, view, f"sizes-{i}") for i, view in enumerate(views)]
    content = tag("div", plots, class_="plots")
    return section("class-sizes", "Class sizes before and after", lead, content)


def risk(facts: Facts) -> Markup | None:
    if not facts.risk:
        return None
    lead = (
        "The risk is the chance that an attacker names the right record of one person. The "
        "attacker is assumed to know every quasi-identifier of that person, and that the person "
        "is in the data (the prosecutor model)."
    )
    plots = [_risk_figure(facts, view, f"risk-{i}") for i, view in enumerate(facts.risk)]
    return section("risk", "Risk before and after", lead, tag("div", plots, class_="plots"))


def generalisation(facts: Facts) -> Markup | None:
    found = facts.anonymization
    if found is None:
        return None
    lead = (
        "Every quasi-identifier is replaced by a coarser value, the same way in all rows. Of "
        f"{plural(found.nodes_total, 'possible combination')} of levels, "
        f"{found.nodes_evaluated:,} had to be computed; the one chosen "
        + (
            "loses least among all that meet the policy."
            if found.optimal
            else "meets the policy, but a better one may exist."
        )
    )
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


def _class_size_figure(facts: Facts, view: RiskView, ident: str) -> Markup:
    bins = align(_histogram(view.before), _histogram(view.after))
    groups = [
        Group(
            each.label,
            (_rows_bar(each.before), _rows_bar(each.after)),
            marked=facts.k is not None and each.high is not None and each.high < facts.k,
        )
        for each in bins
    ]
    noun = unit_noun(facts)
    picture = grouped_bars(
        ident,
        f"Rows by class size in {view.name}, before and after",
        _size_description(bins, noun),
        _SERIES,
        groups,
        marked_text="" if facts.k is None else f"below k = {facts.k:,}",
    )
    columns = [
        Column(f"Class size, in {noun}"),
        *(Column(text, numeric=True) for text in _SIZE_HEADINGS),
    ]
    rows = [(each.label, *_bin_cells(each.before), *_bin_cells(each.after)) for each in bins]
    table = data_table(columns, [(None, rows)])
    return _figure(facts, view, f"Rows by class size (in {noun})", picture, table)


_SIZE_HEADINGS = ("Classes before", "Rows before", "Classes after", "Rows after")


def _risk_figure(facts: Facts, view: RiskView, ident: str) -> Markup:
    groups = [_risk_group(facts, view, name, label) for name, label in _RISKS]
    sides = (("before", view.before), ("after", view.after))
    description = " ".join(
        f"{side.capitalize()}: "
        + ", ".join(f"{label.lower()} {_risk_text(given, name)}" for name, label in _RISKS)
        + "."
        for side, given in sides
    )
    picture = grouped_bars(
        ident, f"Risk in {view.name}, before and after", description, _SERIES, groups, top=1.0
    )
    columns = [
        Column("Measure"),
        Column("Before", numeric=True),
        Column("After", numeric=True),
    ]
    rows = [
        (label, _risk_text(view.before, name), _risk_text(view.after, name))
        for name, label in _RISKS
    ]
    rows.append(("Classes", _classes(view.before), _classes(view.after)))
    return _figure(
        facts, view, "Risk, from 0% to 100%", picture, data_table(columns, [(None, rows)])
    )


def _risk_group(facts: Facts, view: RiskView, name: str, label: str) -> Group:
    bars = tuple(
        Bar(_value(side, name), _risk_text(side, name)) for side in (view.before, view.after)
    )
    if name != "max_risk" or not facts.k:
        return Group(label, bars)
    return Group(label, bars, bound=1 / facts.k, bound_text=f"{percent(1 / facts.k)} asked")


def _figure(facts: Facts, view: RiskView, caption: str, picture: Markup, table: Markup) -> Markup:
    known = [
        code(name) if i == 0 else join(", ", code(name))
        for i, name in enumerate(view.quasi_identifiers)
    ]
    note = join("Known to the attacker: ", known or "not recorded")
    return plot_figure(view.name, caption, picture, table, note, is_only=len(facts.risk) == 1)


def _rows_bar(side: Side | None) -> Bar:
    if side is None:
        return Bar(None, "not measured")
    if side.rows is None:
        return Bar(None, side.rows_text, merged=True)
    return Bar(float(side.rows), side.rows_text)


def _bin_cells(side: Side | None) -> tuple[str, str]:
    return ("–", "–") if side is None else (side.classes_text, side.rows_text)


def _size_description(bins: Sequence[AlignedBin], noun: str) -> str:
    parts = []
    for name, sides in (
        ("before", [(each.label, each.before) for each in bins]),
        ("after", [(each.label, each.after) for each in bins]),
    ):
        told = [f"{side.rows_text} in classes of {label}" for label, side in sides if side]
        parts.append(
            f"Rows {name}: {', '.join(told)} {noun}." if told else f"Rows {name}: not measured."
        )
    return " ".join(parts)


def _histogram(side: ClassRisk | None) -> tuple[ClassSizeBin, ...]:
    return side.histogram if side else ()


def _value(side: ClassRisk | None, name: str) -> float | None:
    value: float | None = getattr(side, name) if side else None
    return value


def _risk_text(side: ClassRisk | None, name: str) -> str:
    return percent(_value(side, name))


def _classes(side: ClassRisk | None) -> str:
    return "not measured" if side is None else count(side.classes, absent="not told")


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
    return (
        code(column),
        tag("span", level_pips(level, levels), tag("span", scale), class_="level"),
        means,
    )


def _cost(found: Anonymization) -> list[tuple[str, Child]]:
    return [
        ("Loss score (0 is none)", decimal(found.loss)),
        ("Detail kept", _by_table({k: percent(v) for k, v in found.granularity.items()})),
        ("Rows suppressed", _by_table(_suppressed(found))),
        ("Suppression limit", percent(found.suppression_limit)),
        ("Classes in the output", _by_table({k: count(v) for k, v in found.classes.items()})),
        ("Discernibility", _by_table({k: f"{v:,}" for k, v in found.discernibility.items()})),
    ]


def _suppressed(found: Anonymization) -> dict[str, str]:
    return {k: percent(v, absent=f"{MERGED} rows") for k, v in found.suppressed_share.items()}


def _by_table(values: dict[str, str]) -> str | None:
    if not values:
        return None
    if len(values) == 1:
        return next(iter(values.values()))
    return "; ".join(f"{table} {value}" for table, value in values.items())

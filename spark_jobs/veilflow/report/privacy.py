"""Class sizes and re-identification risk before and after, and the generalisation behind them."""

from __future__ import annotations

from veilflow.evidence import Anonymization, ClassRisk, ClassSizeBin
from veilflow.report.facts import Facts, RiskView
from veilflow.report.formatting import MERGED, count, decimal, percent, plural
from veilflow.report.key_figures import unit_noun
from veilflow.report.layout import Column, code, data_table, facts_list, fold, section
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


def class_sizes(facts: Facts) -> Markup:
    lead = (
        "An equivalence class is everybody who looks the same to an attacker. The bars show how "
        "many rows lie in classes of each size: the further down, the bigger the crowd."
    )
    views = [v for v in facts.risk if _histogram(v.before) or _histogram(v.after)]
    plots = [_class_size_figure(facts, view, f"sizes-{i}") for i, view in enumerate(views)]
    return section(
        "class-sizes", "Class sizes before and after", lead, _plots(plots, "class sizes")
    )


def risk(facts: Facts) -> Markup:
    lead = (
        "The risk is the chance that an attacker names the right record of one person. The "
        "attacker is assumed to know every quasi-identifier of that person, and that the person "
        "is in the data (the prosecutor model)."
    )
    plots = [_risk_figure(facts, view, f"risk-{i}") for i, view in enumerate(facts.risk)]
    return section("risk", "Risk before and after", lead, _plots(plots, "re-identification risk"))


def generalisation(facts: Facts) -> Markup:
    found = facts.anonymization
    if found is None:
        lead = "No generalisation was searched for in this run."
        return section("generalisation", "Generalisation chosen", lead)
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
    rows = [_level_row(facts, found, column) for column in found.levels]
    columns = [Column("Quasi-identifier"), Column("Level"), Column("Means")]
    body: Child = (
        data_table(columns, [(None, rows)])
        if rows
        else tag("p", "No column was generalised.", class_="quiet")
    )
    sides = tag("div", body, facts_list(_cost(found)), class_="pair")
    return section("generalisation", "Generalisation chosen", lead, sides)


def _plots(plots: list[Markup], what: str) -> Markup:
    if not plots:
        return tag("p", f"No stage of this run measured {what}.", class_="quiet")
    return tag("div", plots, class_="plots")


def _class_size_figure(facts: Facts, view: RiskView, ident: str) -> Markup:
    before, after = _bins(view.before), _bins(view.after)
    edges = sorted({*before, *after}, key=lambda edge: (edge[0], edge[1] or float("inf")))
    groups = [
        Group(
            _range(edge),
            (_rows_bar(before.get(edge)), _rows_bar(after.get(edge))),
            marked=facts.k is not None and edge[1] is not None and edge[1] < facts.k,
        )
        for edge in edges
    ]
    below = "" if facts.k is None else f"below k = {facts.k:,}"
    picture = grouped_bars(
        ident,
        f"Rows by class size in {view.name}, before and after",
        _size_description(view, unit_noun(facts)),
        _SERIES,
        groups,
        marked_text=below,
    )
    columns = [
        Column(f"Class size, in {unit_noun(facts)}"),
        *(Column(text, numeric=True) for text in _SIZE_HEADINGS),
    ]
    rows = [
        (_range(edge), *_bin_cells(before.get(edge)), *_bin_cells(after.get(edge)))
        for edge in edges
    ]
    caption = f"Rows by class size (in {unit_noun(facts)})"
    return _figure(view, caption, picture, data_table(columns, [(None, rows)]))


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
    return _figure(view, "Risk, from 0% to 100%", picture, data_table(columns, [(None, rows)]))


def _risk_group(facts: Facts, view: RiskView, name: str, label: str) -> Group:
    bars = tuple(
        Bar(_value(side, name), _risk_text(side, name)) for side in (view.before, view.after)
    )
    if name != "max_risk" or not facts.k:
        return Group(label, bars)
    return Group(label, bars, bound=1 / facts.k, bound_text=f"{percent(1 / facts.k)} asked")


def _figure(view: RiskView, caption: str, picture: Markup, table: Markup) -> Markup:
    known = [
        code(name) if i == 0 else join(", ", code(name))
        for i, name in enumerate(view.quasi_identifiers)
    ]
    return tag(
        "figure",
        tag("figcaption", tag("strong", view.name), tag("span", caption)),
        picture,
        tag("p", "Known to the attacker: ", known or "not recorded", class_="known"),
        fold("The figures behind the plot", table),
    )


def _rows_bar(given: ClassSizeBin | None) -> Bar:
    if given is None:
        return Bar(None, "not measured")
    if given.rows is None:
        return Bar(None, MERGED, merged=True)
    return Bar(float(given.rows), count(given.rows))


def _bin_cells(given: ClassSizeBin | None) -> tuple[str, str]:
    if given is None:
        return "–", "–"
    return count(given.classes), count(given.rows)


def _size_description(view: RiskView, noun: str) -> str:
    parts = []
    for side, name in ((view.before, "before"), (view.after, "after")):
        if side is None or not side.histogram:
            parts.append(f"Not measured {name}.")
            continue
        said = ", ".join(
            f"{count(b.rows)} in classes of {_range(_edge(b))}" for b in side.histogram
        )
        parts.append(f"Rows {name}: {said} {noun}.")
    return " ".join(parts)


def _edge(given: ClassSizeBin) -> tuple[int, int | None]:
    return given.low, given.high


def _bins(side: ClassRisk | None) -> dict[tuple[int, int | None], ClassSizeBin]:
    return {_edge(each): each for each in side.histogram} if side else {}


def _histogram(side: ClassRisk | None) -> bool:
    return bool(side and side.histogram)


def _range(edge: tuple[int, int | None]) -> str:
    low, high = edge
    if high is None:
        return f"{low:,} or more"
    return f"{low:,}" if low == high else f"{low:,}–{high:,}"


def _value(side: ClassRisk | None, name: str) -> float | None:
    value: float | None = getattr(side, name) if side else None
    return value


def _risk_text(side: ClassRisk | None, name: str) -> str:
    return percent(_value(side, name))


def _classes(side: ClassRisk | None) -> str:
    return "not measured" if side is None else count(side.classes, absent="not told")


def _level_row(facts: Facts, found: Anonymization, column: str) -> tuple[Child, ...]:
    level = found.levels[column]
    levels = next(
        (u.levels for u in facts.utility if column in (u.column, f"{u.table}.{u.column}")), None
    )
    scale = f"{level} of {levels - 1}" if levels else str(level)
    name = found.level_names.get(column) or ("as it is" if level == 0 else "not named")
    return (
        code(column),
        tag("span", level_pips(level, levels), tag("span", scale), class_="level"),
        name,
    )


def _cost(found: Anonymization) -> list[tuple[str, Child]]:
    return [
        ("Loss score (0 is none)", decimal(found.loss)),
        ("Detail kept", _by_table({k: percent(v) for k, v in found.granularity.items()})),
        ("Rows suppressed", _by_table({k: percent(v) for k, v in found.suppressed_share.items()})),
        ("Suppression limit", percent(found.suppression_limit)),
        ("Classes in the output", _by_table({k: count(v) for k, v in found.classes.items()})),
        ("Discernibility", _by_table({k: f"{v:,}" for k, v in found.discernibility.items()})),
    ]


def _by_table(values: dict[str, str]) -> str | None:
    if not values:
        return None
    if len(values) == 1:
        return next(iter(values.values()))
    return "; ".join(f"{table} {value}" for table, value in values.items())

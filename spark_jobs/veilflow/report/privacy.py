"""Class sizes and re-identification risk, before and after."""

from __future__ import annotations

from collections.abc import Sequence

from veilflow.evidence import ClassRisk, ClassSizeBin
from veilflow.report.facts import Facts, RiskView
from veilflow.report.formatting import count, percent
from veilflow.report.histograms import AlignedBin, Side, align
from veilflow.report.key_figures import unit_noun
from veilflow.report.layout import Column, code, data_table, plot_figure, section
from veilflow.report.markup import Markup, join, tag
from veilflow.report.plots import Bar, Group, grouped_bars

__all__ = ["class_sizes", "risk"]

_SIDES = {"before": "Before (source)", "after": "After (output)"}
_RISKS = (
    ("max_risk", "Highest risk"),
    ("average_risk", "Average risk"),
    ("marketer_risk", "Linked rightly"),
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


def _class_size_figure(facts: Facts, view: RiskView, ident: str) -> Markup:
    bins = align(_histogram(view.before), _histogram(view.after))
    measured = [name for name in _SIDES if any(getattr(each, name) for each in bins)]
    groups = [
        Group(
            each.label,
            tuple(_rows_bar(getattr(each, name)) for name in measured),
            marked=facts.k is not None and each.high is not None and each.high < facts.k,
        )
        for each in bins
    ]
    noun = unit_noun(facts)
    picture = grouped_bars(
        ident,
        f"Rows by class size in {view.name}, before and after",
        _size_description(bins, noun),
        [(name, _SIDES[name]) for name in measured],
        groups,
        marked_text="" if facts.k is None else f"below k = {facts.k:,}",
    )
    columns = [Column(f"Class size, in {noun}")] + [
        Column(f"{what} {name}", numeric=True) for name in measured for what in ("Classes", "Rows")
    ]
    rows = [
        (each.label, *(cell for name in measured for cell in _bin_cells(getattr(each, name))))
        for each in bins
    ]
    table = data_table(columns, [(None, rows)])
    caption = f"Rows by class size (in {noun})"
    return _figure(facts, view, caption, picture, table, measured)


def _risk_figure(facts: Facts, view: RiskView, ident: str) -> Markup:
    measured = [name for name, _ in view.sides]
    risks = [(n, label) for n, label in _RISKS if n != "marketer_risk" or _tells_linked(view)]
    groups = [_risk_group(facts, view, name, label) for name, label in risks]
    description = " ".join(
        f"{side.capitalize()}: "
        + ", ".join(f"{label.lower()} {_risk_text(given, name)}" for name, label in risks)
        + "."
        for side, given in view.sides
    )
    picture = grouped_bars(
        ident,
        f"Risk in {view.name}, before and after",
        description,
        [(name, _SIDES[name]) for name in measured],
        groups,
        top=1.0,
    )
    columns = [Column("Measure")] + [Column(name.capitalize(), numeric=True) for name in measured]
    rows = [(label, *(_risk_text(side, name) for _, side in view.sides)) for name, label in risks]
    rows.append(("Classes", *(count(side.classes, absent="not told") for _, side in view.sides)))
    table = data_table(columns, [(None, rows)])
    return _figure(facts, view, "Risk, from 0% to 100%", picture, table, measured)


def _tells_linked(view: RiskView) -> bool:
    """Earlier evidence has no such figure."""
    return any(side.marketer_risk is not None for _, side in view.sides)


def _risk_group(facts: Facts, view: RiskView, name: str, label: str) -> Group:
    bars = tuple(Bar(getattr(side, name), _risk_text(side, name)) for _, side in view.sides)
    if name != "max_risk" or not facts.k or view.after is None:
        return Group(label, bars)
    return Group(label, bars, bound=1 / facts.k, bound_text=f"at most {percent(1 / facts.k)}")


def _figure(
    facts: Facts,
    view: RiskView,
    caption: str,
    picture: Markup,
    table: Markup,
    measured: Sequence[str],
) -> Markup:
    known = [
        code(name) if i == 0 else join(", ", code(name))
        for i, name in enumerate(view.quasi_identifiers)
    ]
    missing = [f". Not measured {name}" for name in _SIDES if name not in measured]
    note = join("Known to the attacker: ", known or "not recorded", missing)
    return plot_figure(view.name, caption, picture, table, note, is_only=len(facts.risk) == 1)


def _rows_bar(side: Side) -> Bar:
    if side.rows is None:
        return Bar(None, side.rows_text, merged=True)
    return Bar(float(side.rows), side.rows_text)


def _bin_cells(side: Side) -> tuple[str, str]:
    return side.classes_text, side.rows_text


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


def _risk_text(side: ClassRisk, name: str) -> str:
    return percent(getattr(side, name))

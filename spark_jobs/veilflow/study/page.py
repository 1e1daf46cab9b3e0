"""An exploration as one self-contained HTML page, in the style of the privacy report."""

from __future__ import annotations

from veilflow.report.formatting import count, decimal, percent, plural
from veilflow.report.layout import Column, code, data_table, fold, section
from veilflow.report.markup import Child, Markup, join, tag
from veilflow.report.page import document
from veilflow.report.plots import Bar, Group, grouped_bars, share_bar
from veilflow.study.frontier import ColumnCost, GridPoint
from veilflow.study.frontier_plot import frontier_plot
from veilflow.study.told import Exploration

__all__ = ["render_exploration"]

_POINTS = (
    Column("No.", numeric=True), Column("Limit", numeric=True),
    Column("Suppressed", numeric=True), Column("Loss", numeric=True),
    Column("Detail kept", numeric=True), Column("Classes", numeric=True),
    Column("Average risk", numeric=True), Column("Highest risk", numeric=True),
    Column("Levels"), Column(""),
)  # fmt: skip
_COSTS = (
    Column("Quasi-identifier"), Column("Level"), Column("Its detail lost"),
    Column("Part of all loss", numeric=True), Column("All loss, one level finer", numeric=True),
)  # fmt: skip


def render_exploration(found: Exploration) -> str:
    """One HTML page without script: the frontier, its figures, and what each column costs."""
    body = join(
        _head(found),
        tag("main", _frontier(found), _costs(found), _points(found)),
        tag("footer", tag("p", _FOOTER)),
    )
    return document(f"Anonymisation explored: {found.dataset}", body)


_FOOTER = (
    "Made by Veilflow from one aggregation of the source. It holds counts and scores, and no value "
    "of the data; suppressed rows under 10 aren't told."
)


def _head(found: Exploration) -> Markup:
    about = (
        f"{count(found.rows)} rows, {plural(len(found.quasi_identifiers), 'quasi-identifier')}, "
        f"k counts {found.people}"
    )
    heading = tag(
        "div",
        tag("p", "Anonymisation explored", class_="eyebrow"),
        tag("h1", found.dataset),
        tag("p", about, class_="product"),
        class_="masthead",
    )
    return tag("header", heading)


def _frontier(found: Exploration) -> Markup:
    lead = (
        "What k costs. Each line is one k; along it more rows may be left out, and less is lost. "
        "Discs can't be bettered: no other point has a k as large, as few rows suppressed and as "
        "little loss. The ring is where the policy is."
    )
    if not found.frontier.points:
        words = "No k of the grid can be met at any limit."
        return section("tradeoff", "k, suppression and loss", words)
    figure = tag("figure", frontier_plot(found), _reading(found))
    plots = tag("div", figure, class_="plots")
    return section("tradeoff", "k, suppression and loss", lead, plots, _impossible(found))


def _impossible(found: Exploration) -> Markup | None:
    if not found.frontier.impossible:
        return None
    by_k: dict[int, float] = {}
    for k, limit in found.frontier.impossible:
        by_k[k] = max(limit, by_k.get(k, 0.0))
    told = ", ".join(f"k = {k} up to a limit of {percent(most)}" for k, most in by_k.items())
    return tag("p", f"Can't be met: {told}.", class_="quiet")


def _costs(found: Exploration) -> Markup | None:
    if not found.columns:
        return None
    lead = (
        f"At the policy's point (k = {found.k}, limit {percent(found.limit)}): how much the other "
        "columns lose, and how much they would lose if this one were not released at all. A long "
        "gap means that the column is dear: it makes people distinct."
    )
    ordered = sorted(found.columns, key=_gain, reverse=True)
    described = "For each column the loss of the others with it and without it."
    bars = grouped_bars(
        "costs",
        "What each column costs the others",
        described,
        (("before", "loss of the others now"), ("after", "without the column")),
        [_bars(column) for column in ordered],
    )
    table = data_table(_COSTS, [(None, [_cost_row(column) for column in ordered])])
    figure = tag("figure", bars, fold("The columns at this point", table, is_open=True))
    plots = tag("div", figure, class_="plots")
    return section("columns", "Which column costs most", lead, plots)


def _gain(column: ColumnCost) -> float:
    return -1.0 if column.others_without is None else column.others - column.others_without


def _bars(column: ColumnCost) -> Group:
    without = column.others_without
    return Group(
        column.column,
        (
            Bar(column.others, decimal(column.others)),
            Bar(without, "can't be told" if without is None else decimal(without)),
        ),
    )


def _cost_row(column: ColumnCost) -> tuple[Child, ...]:
    return (
        code(column.column),
        f"{column.level}: {column.level_name}",
        share_bar(column.lost, percent(column.lost)),
        percent(column.part),
        decimal(column.finer, absent="–"),
    )


def _points(found: Exploration) -> Markup | None:
    if not found.frontier.points:
        return None
    lead = (
        "The best generalisation for each k and limit; a limit that wouldn't be used up shares the "
        "row below it. Take one over with veilflow explore INPUT --policy POLICY --choose NO."
    )
    rows = [
        (f"k = {k}", [_point_row(found, n, p) for n, p in numbered])
        for k, numbered in _by_k(found).items()
    ]
    named = ", ".join(found.quasi_identifiers)
    note = tag("p", f"Levels are those of {named}, in this order.", class_="quiet")
    return section("points", "All points", lead, data_table(_POINTS, rows), note)


def _by_k(found: Exploration) -> dict[int, list[tuple[int, GridPoint]]]:
    groups: dict[int, list[tuple[int, GridPoint]]] = {}
    for number, point in enumerate(found.frontier.points, 1):
        groups.setdefault(point.k, []).append((number, point))
    return groups


def _point_row(found: Exploration, number: int, point: GridPoint) -> tuple[Child, ...]:
    figures = point.figures
    marks = []
    if number - 1 == found.policy_point:
        marks.append("the policy")
    if point.is_best:
        marks.append("can't be bettered")
    if not point.is_optimal:
        marks.append("not proven best")
    return (
        str(number),
        limits_text(point),
        percent(found.suppressed_share(point), absent="under 10 rows"),
        decimal(figures.loss),
        percent(figures.granularity_quality),
        count(figures.classes),
        percent(figures.average_risk),
        percent(figures.max_risk),
        code(" ".join(map(str, figures.levels))),
        ", ".join(marks),
    )


def limits_text(point: GridPoint) -> str:
    """The limits that a point answers, as a range."""
    first, last = percent(point.limits[0]), percent(point.limits[-1])
    return first if first == last else f"{first} to {last}"


def _reading(found: Exploration) -> Markup:
    lines = [
        "Loss: 0 where all detail is kept, 1 where none is; a geometric mean over the "
        "quasi-identifiers, suppressed rows counted as having none.",
        "Detail kept: 1 less the mean share of each column's leaves under a cell (granularity).",
        "Highest and average risk: the chance that who knows somebody's quasi-identifiers picks "
        "the right person among those who fit.",
        "A limit that wouldn't be used up has the same best generalisation as a lower one.",
    ]
    if found.recoding != "full_domain":
        lines.append(
            "The policy asks for local recoding, which loses less at the same k; the frontier here "
            "is that of full-domain generalisation."
        )
    return fold("How to read it", tag("ul", [tag("li", line) for line in lines]), is_open=True)

"""The figures of one row of the validation table: in words, as a plot, and over time."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

from veilflow.evidence import Check
from veilflow.report.bullets import Bullet, bullet_plot, can_be_drawn
from veilflow.report.check_groups import CheckGroup, bound_text, place
from veilflow.report.formatting import amount, date, humanise, plural
from veilflow.report.layout import Column, code, data_table, fold
from veilflow.report.markup import Child, Markup, join, tag
from veilflow.report.sparklines import sparkline
from veilflow.report.trends import History, Outcome, Point, group_trend

__all__ = ["figures_cell", "figures_differ"]

# More bars than these in one cell couldn't be compared, nor broken across pages.
_DRAWN = 12
_ESTIMATE = ("low", "high", "baseline", "smallest_detectable")
_HEADINGS = (
    Column("Where"),
    Column("Found", numeric=True),
    Column("Allowed", numeric=True),
    Column("95% interval", numeric=True),
    Column("Guessing or control", numeric=True),
    Column("Smallest detectable", numeric=True),
)


def figures_cell(history: History, group: CheckGroup) -> Markup:
    found, allowed = group.found_text(), group.bound_text()
    words = join(
        tag("strong", found) if found else tag("span", "no figure", class_="quiet"),
        tag("span", allowed, class_="quiet") if allowed else None,
    )
    bullets, left_out = _bullets(group)
    return join(
        tag("p", words, class_="amounts"),
        _plot(group, bullets) if bullets else None,
        _marks(group),
        tag("p", left_out, class_="quiet") if left_out else None,
        _all_figures(group),
        _trend(history, group),
    )


def _bullets(group: CheckGroup) -> tuple[list[Bullet], str]:
    """The bars to draw, and a sentence if they aren't all."""
    drawn = [bullet for check in group.checks if (bullet := _bullet(group, check))]
    if len({(b.found, b.references) for b in drawn}) == 1 and len(drawn) == len(group.checks):
        return drawn[:1], ""
    if len(drawn) <= _DRAWN:
        return drawn, ""
    sign = -1 if group.allowed(group.worst) == "at least" else 1
    worst = sorted(drawn, key=lambda bullet: -sign * bullet.found)[:_DRAWN]
    return worst, f"Drawn are the {_DRAWN} furthest of {len(drawn):,}."


def _bullet(group: CheckGroup, check: Check) -> Bullet | None:
    if check.observed is None:
        return None
    bullet = Bullet(
        label=_label(group, check),
        style=group.state,
        found=check.observed,
        found_text=amount(check.observed, check.unit),
        bound=check.bound,
        allowed=group.allowed(check),
        low=check.low,
        high=check.high,
        baseline=check.baseline,
        smallest_detectable=check.smallest_detectable,
    )
    return bullet if can_be_drawn(bullet) else None


def _label(group: CheckGroup, check: Check) -> str:
    """The column, with its table where that doesn't go without saying."""
    if check.column is None or len({each.table for each in group.checks}) > 1:
        return place(check)
    return check.column


def _plot(group: CheckGroup, bullets: Sequence[Bullet]) -> Markup:
    check = group.first
    return bullet_plot(
        f"bullet-{group.number}",
        f"{humanise(check.name)} in {group.where}: found against allowed",
        "; ".join(_in_words(group, each) for each in group.checks),
        bullets,
        check.unit,
        group.bound_text() if len({each.bound for each in bullets}) == 1 else "",
    )


def _in_words(group: CheckGroup, check: Check) -> str:
    bound = bound_text(check, group.allowed(check))
    told = [
        f"{place(check)}: found {amount(check.observed, check.unit)}",
        bound,
        f"95% interval {interval}" if (interval := _interval(check)) else "",
        _told("guessing or control", check.baseline, check.unit),
        _told("smallest detectable", check.smallest_detectable, check.unit),
    ]
    return ", ".join(each for each in told if each)


def _told(name: str, figure: float | None, unit: str) -> str:
    return "" if figure is None else f"{name} {amount(figure, unit)}"


def _interval(check: Check) -> str:
    """Empty without an interval, and for a figure that isn't an estimate: its ends are itself."""
    if check.low is None or check.high is None or check.low == check.observed == check.high:
        return ""
    return f"{amount(check.low, check.unit)} to {amount(check.high, check.unit)}"


def _marks(group: CheckGroup) -> Markup | None:
    """The estimate's other figures, each with its mark in the plot."""
    check = group.first
    if len(group.checks) > 1:
        names = {"low": "├┤ 95% interval", "baseline": "◆ guessing or control",
                 "smallest_detectable": "▲ smallest detectable"}  # fmt: skip
        said = [
            words
            for name, words in names.items()
            if any(
                bool(_interval(each)) if name == "low" else getattr(each, name) is not None
                for each in group.checks
            )
        ]
    else:
        said = [
            f"├┤ 95% interval {_interval(check)}" if _interval(check) else "",
            _told("◆ guessing or control", check.baseline, check.unit),
            _told("▲ smallest detectable", check.smallest_detectable, check.unit),
            _by_interval(group, check),
        ]
    items = [tag("li", each) for each in said if each]
    return tag("ul", items, class_="marks") if items else None


def _by_interval(group: CheckGroup, check: Check) -> str:
    """Why the verdict isn't that of the figure alone, where it isn't."""
    allowed, found, bound = group.allowed(check), check.observed, check.bound
    end = check.high if (allowed == "at most") != check.passed else check.low
    if allowed is None or found is None or bound is None or end is None:
        return ""
    is_within, ends_within = (
        each <= bound if allowed == "at most" else each >= bound for each in (found, end)
    )
    if is_within == check.passed or ends_within != check.passed:
        return ""
    here, there = ("within", "beyond") if is_within else ("beyond", "within")
    reached = amount(end, check.unit)
    return f"The figure lies {here} the bound, the end of its interval at {reached} {there} it."


def figures_differ(group: CheckGroup) -> bool:
    """Whether the places of the group need a table of their own, since they aren't all alike."""
    told = {(c.observed, c.bound, *(getattr(c, e) for e in _ESTIMATE)) for c in group.checks}
    return len(told) > 1


def _all_figures(group: CheckGroup) -> Markup | None:
    """The figures of every place, where they differ."""
    if not figures_differ(group):
        return None
    told = [index for index, name in enumerate(("low", "baseline", "smallest_detectable"), 3)
            if any(getattr(check, name) is not None for check in group.checks)]  # fmt: skip
    shown = (0, 1, 2, *told)
    rows = [tuple(_cells(group, check)[i] for i in shown) for check in group.checks]
    table = data_table([_HEADINGS[i] for i in shown], [(None, rows)])
    return fold("All figures", table)


def _cells(group: CheckGroup, check: Check) -> tuple[Child, ...]:
    return (
        code(place(check)),
        amount(check.observed, check.unit),
        bound_text(check, group.allowed(check)) or "–",
        _interval(check) or "–",
        amount(check.baseline, check.unit),
        amount(check.smallest_detectable, check.unit),
    )


def _trend(history: History, group: CheckGroup) -> Markup | None:
    points = group_trend(history, group)
    if not points:
        return None
    unit = group.first.unit
    figures = [p.observed for p in points if p.observed is not None and math.isfinite(p.observed)]
    said = _trend_in_words(points, figures, unit, is_of_many=len(group.checks) > 1)
    last = points[-1].observed
    is_flat = len({(p.observed, p.bound) for p in points if p.observed is not None}) < 2
    picture = sparkline(
        f"trend-{group.number}",
        f"{humanise(group.first.name)} in {group.where}: the last validations",
        said,
        points,
        "" if last is None or is_flat else amount(last, unit),
        is_flat=is_flat,
    )
    return join(picture, tag("p", said, class_="quiet trend-words"))


def _trend_in_words(
    points: Sequence[Point], figures: Sequence[float], unit: str, *, is_of_many: bool
) -> str:
    asked = [point for point in points if point.outcome != "absent"]
    since = f"{plural(len(asked), 'validation')} since {date(asked[0].when)}"
    outcomes = Counter(point.outcome for point in asked)
    words: dict[Outcome, str] = {"failed": "failed", "warning": "warned", "passed": "passed"}
    verdicts = ", ".join(
        f"{'all' if outcomes[name] == len(asked) else f'{outcomes[name]:,}'} {word}"
        for name, word in words.items()
        if outcomes[name]
    )
    if not figures:
        return f"{since}: {verdicts}."
    low, high = amount(min(figures), unit), amount(max(figures), unit)
    span = f"always {low}" if low == high else f"{low} to {high}"
    return f"{since}: {verdicts}; {'at worst ' if is_of_many and low != high else ''}{span}."

"""What the output can still be used for, column by column."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from veilflow.evidence import ColumnUtility
from veilflow.report.columns import treatment_name
from veilflow.report.facts import Facts
from veilflow.report.formatting import percent, plural
from veilflow.report.layout import Column, code, data_table, plot_figure, section
from veilflow.report.markup import Child, Markup, tag
from veilflow.report.plots import Bar, Panel, panel_bars

__all__ = ["utility"]

# A4 holds this many rows of one plot: a longer one couldn't be broken across pages.
_ROWS_A_PLOT = 30
_HEADINGS = (
    Column("Column"),
    Column("What was done"),
    Column("Kept", numeric=True),
    Column("Shift", numeric=True),
    Column("Empty before", numeric=True),
    Column("Empty after", numeric=True),
)


def utility(facts: Facts) -> Markup | None:
    measured = [u for u in facts.utility if _is_measured(u)]
    if not measured:
        return None
    lead = (
        "Detail kept is granularity: 100% for the raw values, 0% for one value in all rows. "
        "Distribution shift is total variation: the share of rows that would have to change "
        "their value for the column to look like the source again; 0% is none."
    )
    parts = [
        (table, part)
        for table in dict.fromkeys(u.table for u in measured)
        for part in _parts([u for u in measured if u.table == table])
    ]
    plots = [
        _figure(table, part, f"utility-{i}", is_only=len(parts) == 1)
        for i, (table, part) in enumerate(parts)
    ]
    return section("utility", "Utility by column", lead, tag("div", plots, class_="plots"))


def _figure(table: str, columns: Sequence[ColumnUtility], ident: str, *, is_only: bool) -> Markup:
    kept = tuple(_bar(u.granularity) for u in columns)
    shift = tuple(_bar(u.total_variation) for u in columns)
    said = "; ".join(
        f"{u.column}: kept {percent(u.granularity)}, shift {percent(u.total_variation)}"
        for u in columns
    )
    picture = panel_bars(
        ident,
        f"Detail kept and distribution shift of the columns of {table}",
        said,
        [u.column for u in columns],
        (Panel("Detail kept", "after", kept), Panel("Distribution shift", "before", shift)),
    )
    figures = data_table(_HEADINGS, [(None, [_row(u) for u in columns])])
    caption = f"{plural(len(columns), 'column')}, from 0% to 100%"
    return plot_figure(table, caption, picture, figures, is_only=is_only)


def _row(u: ColumnUtility) -> tuple[Child, ...]:
    level = "" if u.level is None else f"level {u.level}"
    done = [treatment_name(u.treatment)] if not level else [level, u.level_name]
    return (
        code(u.column),
        ": ".join(each for each in done if each),
        percent(u.granularity, absent="–"),
        percent(u.total_variation, absent="–"),
        percent(u.null_share_before, absent="–"),
        percent(u.null_share_after, absent="–"),
    )


def _bar(share: float | None) -> Bar:
    return Bar(share, percent(share, absent="–"))


def _is_measured(u: ColumnUtility) -> bool:
    return u.granularity is not None or u.total_variation is not None


def _parts(columns: Sequence[ColumnUtility]) -> Iterator[Sequence[ColumnUtility]]:
    for start in range(0, len(columns), _ROWS_A_PLOT):
        yield columns[start : start + _ROWS_A_PLOT]

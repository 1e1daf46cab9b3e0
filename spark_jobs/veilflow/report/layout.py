"""The few shapes that all sections share: a section, a table, a list of facts, a fold."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from veilflow.report.markup import Child, Markup, join, tag

__all__ = ["Column", "code", "data_table", "facts_list", "fold", "pill", "plot_figure", "section"]


@dataclass(frozen=True)
class Column:
    """A table column: its heading, and whether its cells are numbers (set flush right)."""

    heading: str
    numeric: bool = False


def section(ident: str, title: str, lead: Child, *content: Child) -> Markup:
    heading = tag("h2", title, id=f"{ident}-heading")
    intro = tag("p", lead, class_="lead") if lead else None
    return tag("section", heading, intro, *content, id=ident, aria_labelledby=f"{ident}-heading")


def data_table(
    columns: Sequence[Column],
    groups: Iterable[tuple[str | None, Iterable[Sequence[Child]]]],
    *,
    class_: str = "",
    head: int = 0,
) -> Markup:
    """A table of one or more row groups, each under its own heading unless that is None.

    The cell at index ``head`` is the row's header. On a phone every row becomes a card in which
    each cell names its column.
    """
    headings = [
        tag("th", column.heading, scope="col", class_="number" if column.numeric else None)
        for column in columns
    ]
    bodies = [_body(columns, heading, rows, head) for heading, rows in groups]
    table = tag("table", tag("thead", tag("tr", headings)), bodies, class_=class_ or None)
    return tag("div", table, class_="table")


def facts_list(pairs: Iterable[tuple[str, Child]]) -> Markup:
    """Names and values side by side; a pair whose value is None is left out."""
    rows = [
        tag("div", tag("dt", name), tag("dd", value)) for name, value in pairs if value is not None
    ]
    return tag("dl", rows, class_="facts")


def fold(summary: Child, *content: Child, is_open: bool = False) -> Markup:
    """Content behind a click on screen, and always open on paper."""
    inside = tag("div", *content, class_="folded")
    return tag("details", tag("summary", summary), inside, open=is_open)


def plot_figure(
    name: str, caption: str, picture: Markup, table: Markup, note: Child = None, *, is_only: bool
) -> Markup:
    """A plot with its figures as a table: beside it where it is the only one of its section."""
    return tag(
        "figure",
        tag("figcaption", tag("strong", name), tag("span", caption)),
        picture,
        tag("p", note, class_="known") if note else None,
        fold("The figures behind the plot", table, is_open=is_only),
    )


def code(text: str) -> Markup:
    """A name, path or hash in the fixed-width face; it may break anywhere."""
    return tag("code", text)


def pill(text: str, kind: str) -> Markup:
    return tag("span", text, class_=f"pill {kind}")


def _body(
    columns: Sequence[Column], heading: str | None, rows: Iterable[Sequence[Child]], head: int
) -> Markup:
    top = None
    if heading is not None:
        cell = tag("th", heading, scope="rowgroup", colspan=len(columns))
        top = tag("tr", cell, class_="group")
    return tag("tbody", top, [_row(columns, row, head) for row in rows])


def _row(columns: Sequence[Column], row: Sequence[Child], head: int) -> Markup:
    cells = []
    for index, (column, cell) in enumerate(zip(columns, row, strict=True)):
        cells.append(
            tag(
                "th" if index == head else "td",
                # One box a cell: on a phone the cell is a grid of the column's name and this.
                tag("div", join(cell)),
                scope="row" if index == head else None,
                class_="number" if column.numeric else None,
                data_label=column.heading,
            )
        )
    return tag("tr", cells)

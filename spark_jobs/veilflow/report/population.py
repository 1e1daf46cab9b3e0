"""Risk among the people whom the table's people were drawn from, and who stands out there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from veilflow.evidence import PopulationRisk, SpecialUniqueness
from veilflow.report.facts import Facts, RiskView
from veilflow.report.formatting import count, decimal, percent, plural
from veilflow.report.layout import Column, data_table, plot_figure, section
from veilflow.report.markup import Child, Markup, tag
from veilflow.report.plots import Bar, Group, grouped_bars

__all__ = ["population", "special"]

_SIDES = {"before": "Before (source)", "after": "After (output)"}
_RISKS = (
    ("journalist_risk", "Highest risk"),
    ("marketer_risk", "Linked rightly"),
    ("unique_share", "Unique"),
    ("match_share", "Right matches"),
)
_ESTIMATORS = (
    ("unique_share_pitman", "Pitman (Hoshino 2001)"),
    ("unique_share_zayatz", "Zayatz (1991)"),
    ("unique_share_slide_negative_binomial", "Slide negative binomial (1998)"),
)
_NAMES = {
    "pitman": "Pitman's estimator",
    "zayatz": "Zayatz' estimator",
    "slide_negative_binomial": "the slide negative binomial estimator",
    "none alone": "no estimator, since nobody is alone in the table",
    "counted": "counting in the population's table",
    "all counted": "no estimator, since the whole population is in the table",
}

Sides = Sequence[tuple[str, PopulationRisk]]


def population(facts: Facts) -> Markup | None:
    views = [(view, _sides(view)) for view in facts.risk]
    views = [(view, sides) for view, sides in views if sides]
    if not views:
        return None
    first = views[0][1][0][1]
    people = plural(first.size, "person", "people")
    stated = (
        f"The policy names a table of {people} of the population, beside whom they were counted."
        if first.estimator == "counted"
        else f"The policy states a population of {people}. The figures are estimates, for people "
        "who were drawn from it at random; who was chosen in another way may stand out more."
    )
    lead = (
        "The attackers above know that the person is in the data. A journalist doesn't: whoever "
        f"fits is one of all who fit in the population. {stated}"
    )
    plots = [
        _figure(view, sides, f"population-{i}", views) for i, (view, sides) in enumerate(views)
    ]
    return section("population", "Risk in the population", lead, tag("div", plots, class_="plots"))


def special(facts: Facts) -> Markup | None:
    found = [
        (view, view.before.special)
        for view in facts.risk
        if view.before is not None and view.before.special is not None
    ]
    if not found:
        return None
    lead = (
        "A minimal unique is a set of quasi-identifiers on which one person of the source stands "
        "alone, and on no part of it. The smaller it is, the less an attacker has to know. The "
        "bars show in how many of all uniques, weighted by their SUDA scores, each column takes "
        "part: what stands on top exposes people most."
    )
    plots = [
        _special_figure(view, record, f"special-{i}", is_only=len(found) == 1)
        for i, (view, record) in enumerate(found)
    ]
    return section(
        "special", "Special uniques in the source", lead, tag("div", plots, class_="plots")
    )


def _sides(view: RiskView) -> Sides:
    return [(name, side.population) for name, side in view.sides if side.population is not None]


def _figure(
    view: RiskView, sides: Sides, ident: str, views: Sequence[tuple[RiskView, Sides]]
) -> Markup:
    groups = [
        Group(
            label,
            tuple(Bar(getattr(side, name), _told(getattr(side, name))) for _, side in sides),
        )
        for name, label in _RISKS
    ]
    description = " ".join(
        f"{name.capitalize()}: "
        + ", ".join(f"{label.lower()} {_told(getattr(side, field))}" for field, label in _RISKS)
        + "."
        for name, side in sides
    )
    picture = grouped_bars(
        ident,
        f"Risk in the population of {view.name}",
        description,
        [(name, _SIDES[name]) for name, _ in sides],
        groups,
    )
    note = " ".join(
        f"{name.capitalize()}: {percent(side.fraction)} of the population, uniques by "
        f"{_NAMES.get(side.estimator, side.estimator)}."
        for name, side in sides
    )
    caption = "Risk in the population"
    return plot_figure(view.name, caption, picture, _table(sides), note, is_only=len(views) == 1)


def _table(sides: Sides) -> Markup:
    columns = [Column("Measure")] + [Column(name.capitalize(), numeric=True) for name, _ in sides]
    risks = [(label, *(_told(getattr(side, name)) for _, side in sides)) for name, label in _RISKS]
    estimates = [
        (label, *(percent(getattr(side, name), absent="no answer") for _, side in sides))
        for name, label in _ESTIMATORS
    ]
    return data_table(columns, [(None, risks), ("Unique in the population, by", estimates)])


def _told(share: float | None) -> str:
    return percent(share, absent="not told")


def _special_figure(
    view: RiskView, found: SpecialUniqueness, ident: str, *, is_only: bool
) -> Markup:
    shares = sorted(found.contributions.items(), key=lambda item: (-item[1], item[0]))
    names = {name: name.removeprefix(f"{view.name}.") for name, _ in shares}
    description = (
        "Share of the SUDA scores: "
        + (", ".join(f"{names[name]} {percent(share)}" for name, share in shares) or "none")
        + "."
    )
    groups = [Group(names[name], (Bar(share, percent(share)),)) for name, share in shares]
    picture: Markup = (
        grouped_bars(
            ident,
            f"Which columns of {view.name} expose people",
            description,
            [("before", _SIDES["before"])],
            groups,
            top=1.0,
        )
        if groups
        else tag("p", "Too few uniques to tell which columns make them.", class_="quiet")
    )
    columns = [Column("Measure"), Column("Found", numeric=True)]
    sizes: list[tuple[Child, ...]] = [
        (plural(size, "column"), count(n)) for size, n in enumerate(found.by_size, 1)
    ]
    table = data_table(columns, [(None, list(_counts(found))), ("Minimal uniques of", sizes)])
    caption = "Part of the SUDA scores, from 0% to 100%"
    note = f"Searched: sets of up to {plural(found.largest, 'column')}."
    least = 0 if view.after is None else view.after.smallest_class or 0
    if least > 1:
        # Who is alone on some columns is alone on all of them, too.
        note += (
            f" The output has none: on all columns together at least {count(least)} people are "
            "alike, so on fewer columns nobody stands alone either."
        )
    return plot_figure(view.name, caption, picture, table, note, is_only=is_only)


def _counts(found: SpecialUniqueness) -> Iterator[tuple[Child, ...]]:
    yield "Combinations of one person", count(found.uniques)
    yield "Also on fewer columns", count(found.special)
    yield "Mean columns of a minimal unique", decimal(found.mean_size, absent="not told")

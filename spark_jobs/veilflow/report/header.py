"""The head of the report: what, whose, why, and what became of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from veilflow.report.explanations import figure_explanation
from veilflow.report.facts import Facts
from veilflow.report.formatting import date, days, decimal, humanise, moment, utc
from veilflow.report.key_figures import KeyFigure, key_figures
from veilflow.report.layout import code, facts_list, pill
from veilflow.report.markup import Child, Markup, join, tag
from veilflow.report.verdict import Step, Verdict, judge

__all__ = ["banner", "figures", "purpose_and_run", "title"]

_GLYPHS = {"released": "✓", "trial": "△", "refused": "✕", "pending": "…", "contradicted": "!"}
_PURPOSE = {
    "purpose": "Purpose",
    "legal_basis": "Legal basis",
    "owner": "Owner",
    "recipients": "Recipients",
    "retention_days": "Retention",
}
_NOT_STATED = "not stated in the policy"


def title(facts: Facts) -> str:
    return f"Privacy report: {facts.dataset}, {facts.product}, run {facts.run}"


def banner(facts: Facts) -> Markup:
    """Dataset and product, then the verdict with its reasons and next steps."""
    verdict = judge(facts)
    heading = tag(
        "div",
        tag("p", "Privacy report", class_="eyebrow"),
        tag("h1", facts.dataset),
        tag("p", _product(facts), class_="product"),
        class_="masthead",
    )
    return tag("header", heading, _verdict(verdict))


def figures(facts: Facts) -> Markup:
    tiles = [_tile(figure) for figure in key_figures(facts)]
    return tag(
        "section",
        tag("h2", "Key figures", id="figures-heading", class_="unseen"),
        tag("div", tiles, class_="tiles"),
        id="figures",
        aria_labelledby="figures-heading",
    )


def purpose_and_run(facts: Facts) -> Markup:
    """Two lists side by side: why the data is released, and which run this is."""
    return tag(
        "section",
        tag(
            "div",
            tag("h2", "Why it is released", id="why-heading"),
            facts_list(_purpose(facts.purpose)),
        ),
        tag("div", tag("h2", "Which run it was"), facts_list(_run(facts))),
        id="why",
        class_="pair",
        aria_labelledby="why-heading",
    )


def _product(facts: Facts) -> Markup:
    kind = (
        "Masked and generalised rows of the source"
        if facts.product == "masked"
        else "Synthetic rows drawn from a model of the source"
    )
    return join(pill(facts.product, "product"), " ", kind)


def _verdict(verdict: Verdict) -> Markup:
    reasons = tag("ul", [tag("li", each) for each in verdict.reasons]) if verdict.reasons else None
    steps = (
        join(
            tag("h3", "What to do next"),
            tag("ul", [_step(each) for each in verdict.next_steps]),
        )
        if verdict.next_steps
        else None
    )
    return tag(
        "div",
        tag(
            "p",
            tag("span", _GLYPHS[verdict.state], class_="glyph", aria_hidden="true"),
            tag("strong", verdict.headline),
            class_="headline",
        ),
        tag("p", verdict.sentence),
        join(tag("h3", "Reasons"), reasons) if reasons else None,
        steps,
        class_=f"verdict {verdict.state}",
    )


def _step(step: Step) -> Markup:
    return tag("li", step.sentence, join(" ", code(step.command)) if step.command else None)


def _tile(figure: KeyFigure) -> Markup:
    before = (
        tag(
            "span",
            tag("span", figure.before, class_="was"),
            tag("span", " → ", aria_label="before, and after:"),
            class_="before-after",
        )
        if figure.before
        else None
    )
    return tag(
        "div",
        tag("h3", figure.label),
        tag("p", before, tag("span", figure.value), class_="value"),
        tag("p", figure.note, class_="note") if figure.note else None,
        tag("p", figure.sentence, class_="sentence"),
        _explained(figure),
        class_=f"tile {figure.tone}",
    )


def _explained(figure: KeyFigure) -> Markup:
    where = figure_explanation(figure.explained).anchor
    name = f"What it means: {figure.label}"
    return tag(
        "p", tag("a", "What it means", href=f"#{where}", aria_label=name), class_="explained-link"
    )


def _purpose(purpose: Mapping[str, Any]) -> list[tuple[str, Child]]:
    known = [(label, _stated(key, purpose.get(key))) for key, label in _PURPOSE.items()]
    return known + [
        (humanise(str(key)), _stated(str(key), value))
        for key, value in purpose.items()
        if key not in _PURPOSE
    ]


def _stated(key: str, value: Any) -> Child:
    if value is None or value == "" or value == [] or value == ():
        return tag("span", _NOT_STATED, class_="quiet")
    if key == "retention_days" and isinstance(value, int) and not isinstance(value, bool):
        return days(value)
    return _plain(value)


def _plain(value: Any) -> str:
    """A value of the policy or of the run's parameters in words."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return decimal(value)
    if isinstance(value, dt.datetime):
        return moment(value)
    if isinstance(value, dt.date):
        return date(value)
    if isinstance(value, Mapping):
        return "; ".join(f"{key}: {_plain(each)}" for key, each in value.items()) or "none"
    if isinstance(value, list | tuple | set | frozenset):
        return ", ".join(_plain(each) for each in value) or "none"
    return str(value)


def _run(facts: Facts) -> list[tuple[str, Child]]:
    starts = [utc(stage.started) for stage in facts.stages]
    parameters = "; ".join(
        f"{str(key).replace('_', ' ')}: {_plain(value)}" for key, value in facts.parameters.items()
    )
    return [
        ("Run", code(facts.run)),
        ("Evidence gathered", moment(facts.created)),
        ("First stage started", moment(min(starts)) if starts else "no stage has run"),
        ("Policy", facts.policy_name),
        ("Policy SHA-256", code(facts.policy_sha256)),
        ("Parameters", parameters or "none: the policy as it is"),
        ("Trial", "yes: never becomes current" if facts.trial else None),
        ("Protected unit", _unit(facts)),
    ]


def _unit(facts: Facts) -> Child:
    if facts.privacy_unit is None:
        return "one row; the policy names no person, so k and risk count rows"
    return join("the person, by ", code(facts.privacy_unit))

"""The validation table: what was looked for, what was found, what was allowed, how it went before.

One table for each kind of check, after a short list of what failed and what warns. What is said
alike of many columns is one row.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from veilflow.evidence import CheckKind
from veilflow.report.check_figures import figures_cell, figures_differ
from veilflow.report.check_groups import CheckGroup, State, group_checks, place
from veilflow.report.facts import Facts
from veilflow.report.formatting import humanise, plural
from veilflow.report.layout import Column, code, data_table, fold, section
from veilflow.report.markup import Child, Markup, join, tag
from veilflow.report.past import past_validations
from veilflow.report.trends import History

__all__ = ["KINDS", "checks", "result"]

_HEADINGS = (Column("Result"), Column("Check"), Column("Where"), Column("Found and allowed"))
KINDS: dict[CheckKind, tuple[str, str]] = {
    "structure": (
        "Form",
        "Is the output what the policy promised, and nothing else? No attacker is assumed beyond "
        "somebody who reads it.",
    ),
    "leak": (
        "Leaks",
        "Is something of the source in the output that should not be there? The attacker is "
        "assumed to know raw values and to search for them.",
    ),
    "privacy": (
        "Hiding among others",
        "How many people look the same? The attacker is assumed to know the quasi-identifiers of "
        "somebody who is in the data.",
    ),
    "attack": (
        "Attacks",
        "What did somebody with the stated knowledge get out of the output when it was tried?",
    ),
    "text": (
        "Free text",
        "Is a person still legible in the texts? The attacker is assumed to read them all.",
    ),
    "utility": (
        "Usefulness",
        "Can the output still answer the questions it is made for? No attacker is involved.",
    ),
}
_RESULTS: dict[State, tuple[str, str]] = {
    "failed": ("✕", "failed"),
    "warning": ("△", "warning"),
    "passed": ("✓", "passed"),
}
_FEW = 3


def checks(facts: Facts) -> Markup:
    lead = (
        "A check that fails stops the release; one that the policy made a warning doesn't. "
        "Failures come first."
    )
    if not facts.checks:
        nothing = "No check was recorded in this run."
        return section("checks", "Checks", nothing, past_validations(facts))
    groups, history = group_checks(facts.checks), History.of(facts)
    parts = [
        _part(facts, history, [group for group in groups if group.kind == kind])
        for kind in KINDS
        if any(group.kind == kind for group in groups)
    ]
    return section(
        "checks",
        "Checks",
        lead,
        _tally(facts),
        _attention(groups),
        past_validations(facts),
        parts,
    )


def result(state: State, note: str = "") -> Markup:
    """A verdict as a glyph and a word: the colour only repeats them."""
    glyph, word = _RESULTS[state]
    mark = tag("span", glyph, class_="glyph", aria_hidden="true")
    return tag("span", mark, tag("span", f"{word}{note}"), class_=f"result {state}")


def _tally(facts: Facts) -> Markup:
    states: Counter[State] = Counter(
        "passed" if each.check.passed else "failed" if each.check.blocking else "warning"
        for each in facts.checks
    )
    told = [join(" ", result(s, f" {states[s]:,}")) for s in _RESULTS if states[s]]
    return tag("p", f"{plural(len(facts.checks), 'check')}:", told, class_="summary tally")


def _attention(groups: Sequence[CheckGroup]) -> Markup:
    """What failed and what warns, each with a link to its row."""
    bad = [group for group in groups if group.state != "passed"]
    if not bad:
        return tag("p", "No check failed, and none warns.", class_="quiet")
    items = [
        tag("li", result(group.state), tag("span", _linked(group), _summary(group)))
        for group in bad
    ]
    return tag("ul", items, class_="attention")


def _linked(group: CheckGroup) -> Markup:
    return tag("a", humanise(group.first.name), href=f"#{group.anchor}")


def _summary(group: CheckGroup) -> Markup:
    figures = ", ".join(each for each in (group.found_text(), group.bound_text()) if each)
    said = f": {figures}" if figures else ""
    return join(" in ", _place(group), said)


def _place(group: CheckGroup) -> Child:
    return code(group.where) if len(group.checks) == 1 else group.where


def _part(facts: Facts, history: History, found: Sequence[CheckGroup]) -> Markup:
    kind = found[0].kind
    name, lead = KINDS[kind]
    rows = [_row(facts, history, group) for group in found]
    number = sum(len(group.checks) for group in found)
    return tag(
        "div",
        tag("h3", name, tag("span", f" {plural(number, 'check')}", class_="quiet")),
        tag("p", lead, class_="lead"),
        data_table(_HEADINGS, [(None, rows)], class_="checks", head=1),
        class_="check-kind",
        id=f"checks-{kind}",
    )


def _row(facts: Facts, history: History, group: CheckGroup) -> tuple[Child, ...]:
    return (
        tag("span", result(group.state), id=group.anchor),
        join(
            tag("strong", humanise(group.first.name)),
            tag("p", group.first.sentence),
            _meaning(group),
        ),
        join(_where(group), _stage(facts, group)),
        figures_cell(history, group),
    )


def _meaning(group: CheckGroup) -> Markup:
    name = f"What it means: {group.explanation.name}"
    link = tag("a", "What it means", href=f"#{group.explanation.anchor}", aria_label=name)
    return tag("p", link, class_="explained-link")


def _stage(facts: Facts, group: CheckGroup) -> Markup | None:
    """Which stage judged it, where more than one did."""
    if len({each.stage for each in facts.checks}) == 1:
        return None
    return tag("p", f"in {group.stage}", class_="quiet")


def _where(group: CheckGroup) -> Markup:
    if len(group.checks) <= _FEW:
        return join([tag("div", code(place(check))) for check in group.checks])
    if figures_differ(group):
        return tag("span", group.where)  # the table of all figures has them
    return fold(group.where, tag("ul", [tag("li", each) for each in _by_table(group)]))


def _by_table(group: CheckGroup) -> Iterator[Markup]:
    for table in dict.fromkeys(check.table for check in group.checks):
        columns = [check.column for check in group.checks if check.table == table and check.column]
        named = [join(", " if i else None, code(name)) for i, name in enumerate(columns)]
        yield join(code(table), ": " if named else None, named)

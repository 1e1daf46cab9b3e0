"""The page that explains each figure of this report to a data protection officer.

It explains what appears in the report and nothing else, and ties each explanation to the figures
found. Every text but names and figures is ours and the same for all runs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from veilflow.report.check_groups import CheckGroup, group_checks
from veilflow.report.checks import KINDS, result
from veilflow.report.explanations import RISKS, Explanation, Risk, figure_explanation
from veilflow.report.facts import Facts
from veilflow.report.formatting import humanise
from veilflow.report.key_figures import key_figures
from veilflow.report.layout import Column, data_table, facts_list, section
from veilflow.report.markup import Child, Markup, join, tag

__all__ = ["explained"]

_LEAD = (
    "For whoever has to judge this release: what each figure measures, what the attacker is "
    "assumed to know, how to read it, what it leaves open, and to which question of the law it "
    "belongs. The page gives reasons for a judgement. It makes none."
)
_LAW = (
    (
        "GDPR, recital 26",
        "A person is identifiable where means reasonably likely to be used, by the controller or "
        "by somebody else, single them out; cost, time and technology count. Data under a "
        "pseudonym that can be attributed with additional information stays personal data.",
    ),
    (
        "WP 216",
        "Opinion 05/2014 of the Article 29 Working Party asks of a technique whether it leaves "
        "singling out, linkability or inference possible, and where one is left, for an evaluation "
        "of the risks of identification.",
    ),
    (
        "HIPAA, 45 CFR 164.514(b)(1)",
        "Expert determination: a person with the knowledge applies statistical methods, finds that "
        "the risk is very small that an anticipated recipient could identify somebody, alone or "
        "with other reasonably available information, and documents methods and results. The "
        "figures here can be part of that documentation.",
    ),
)
_PLOTS = (
    (
        "The bar",
        "What was found. The band behind it is what is allowed, the line across it the bound.",
    ),
    (
        "├┤ 95% interval",
        "An estimate from a sample: the method that made the interval holds the true figure in 19 "
        "of 20 such samples. A wide one means that little was tried.",
    ),
    (
        "◆ guessing or control",
        "What somebody reaches without the output, or with people that it has never seen. Only "
        "what exceeds it was learnt from the output.",
    ),
    (
        "▲ smallest detectable",
        "A true figure below it would probably have gone unnoticed: passing says nothing about it.",
    ),
    (
        "The strip below",
        "The last validations, oldest first: a disc passed, a cross failed, a triangle warned, a "
        "dash wasn't asked.",
    ),
)
_RISK_TABLE = (Column("Risk"), Column("Examined by"))


def explained(facts: Facts) -> Markup:
    groups = group_checks(facts.checks)
    return section(
        "explained",
        "What the figures mean",
        _LEAD,
        tag("div", tag("h3", "In the law's terms"), facts_list(_LAW), class_="terms"),
        _risks(groups),
        tag("div", tag("h3", "Reading the plots"), facts_list(_PLOTS), class_="terms")
        if groups
        else None,
        _part("Key figures and measures", list(_figures(facts))),
        [_part(name, list(_checks(groups, kind))) for kind, (name, _) in KINDS.items()],
    )


def _risks(groups: Sequence[CheckGroup]) -> Markup:
    """For each of the three risks the checks that examine it, so that a gap is seen."""
    rows = [
        (
            join(tag("strong", humanise(risk)), tag("p", meaning)),
            _examined(risk, groups),
        )
        for risk, meaning in RISKS.items()
    ]
    return tag(
        "div",
        tag("h3", "The three risks, and what this report holds about them"),
        data_table(_RISK_TABLE, [(None, rows)], class_="risks"),
        class_="terms",
    )


def _examined(risk: Risk, groups: Sequence[CheckGroup]) -> Markup:
    found = [group for group in groups if risk in group.explanation.risks]
    if not found:
        return tag("span", "no check of this report", class_="warning")
    by_name: dict[str, list[CheckGroup]] = {}
    for group in found:
        by_name.setdefault(group.explanation.name, []).append(group)
    items = [
        tag(
            "li",
            tag("a", humanise(name), href=f"#{same[0].explanation.anchor}"),
            " ",
            [result(state) for state in dict.fromkeys(group.state for group in same)],
        )
        for name, same in by_name.items()
    ]
    return tag("ul", items, class_="examined")


def _figures(facts: Facts) -> Iterator[tuple[Explanation, Child]]:
    for figure in key_figures(facts):
        found = f"{figure.before} → {figure.value}" if figure.before else figure.value
        yield (
            figure_explanation(figure.explained),
            f"{figure.label}: {found}{f' ({figure.note})' if figure.note else ''}",
        )
    for name, is_shown in (
        ("class sizes", any(side.histogram for view in facts.risk for _, side in view.sides)),
        ("in classes below k and unique", bool(facts.risk)),
        (
            "linked rightly",
            any(s.marketer_risk is not None for v in facts.risk for _, s in v.sides),
        ),
        ("risk in the population", any(s.population for v in facts.risk for _, s in v.sides)),
        ("special uniques", any(s.special for v in facts.risk for _, s in v.sides)),
        ("distribution shift", any(u.total_variation is not None for u in facts.utility)),
        ("loss score and discernibility", facts.anonymization is not None),
        ("mean class size and entropy lost", _has_entropy(facts)),
        ("classification score", bool(facts.columns)),
    ):
        if is_shown:
            yield figure_explanation(name), None


def _has_entropy(facts: Facts) -> bool:
    found = facts.anonymization
    return found is not None and bool(found.average_class_size or found.entropy_lost)


def _checks(groups: Sequence[CheckGroup], kind: str) -> Iterator[tuple[Explanation, Child]]:
    own = [group for group in groups if _home(group, groups) == kind]
    for explanation in dict.fromkeys(group.explanation for group in own):
        same = [group for group in groups if group.explanation == explanation]
        yield explanation, tag("ul", [tag("li", _found(group)) for group in same])


def _home(group: CheckGroup, groups: Sequence[CheckGroup]) -> str:
    """The kind under which an explanation stands once, though its checks may be of several."""
    return next(each.kind for each in groups if each.explanation == group.explanation)


def _found(group: CheckGroup) -> Markup:
    figures = ", ".join(each for each in (group.found_text(), group.bound_text()) if each)
    link = tag("a", f"{humanise(group.first.name)} in {group.where}", href=f"#{group.anchor}")
    return join(result(group.state), " ", link, f": {figures}" if figures else None)


def _part(name: str, entries: Sequence[tuple[Explanation, Child]]) -> Markup | None:
    if not entries:
        return None
    # One explanation may serve several figures.
    seen: dict[str, tuple[Explanation, list[Child]]] = {}
    for explanation, found in entries:
        seen.setdefault(explanation.anchor, (explanation, []))[1].append(found)
    return tag(
        "div",
        tag("h3", name, class_="part"),
        [_entry(explanation, found) for explanation, found in seen.values()],
        class_="explanations",
    )


def _entry(explanation: Explanation, found: Sequence[Child]) -> Markup:
    told = [join(each) for each in found if each]
    rows: list[tuple[str, Child]] = [
        ("In this report", join(told) if told else None),
        ("Measures", explanation.measures),
        ("The attacker", explanation.attacker),
        ("How to read it", explanation.reading),
        ("What it doesn't say", explanation.silent),
        ("In the law's terms", explanation.law),
    ]
    return tag(
        "div",
        tag("h4", humanise(explanation.name)),
        facts_list(rows),
        class_="explanation",
        id=explanation.anchor,
    )

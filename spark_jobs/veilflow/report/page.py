"""The whole page, from the bundle to one string of HTML that needs nothing else."""

from __future__ import annotations

from collections.abc import Callable
from importlib import resources

from veilflow.evidence import EvidenceBundle
from veilflow.report import (
    checks,
    columns,
    explained,
    generalisation,
    header,
    making,
    population,
    privacy,
    release,
    remaining,
    utility,
)
from veilflow.report.facts import Facts, collect
from veilflow.report.formatting import moment
from veilflow.report.markup import Markup, join, tag

__all__ = ["document", "render"]

# The report must be safe to open from a download folder and inside an Airflow tab alike.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


def render(bundle: EvidenceBundle) -> str:
    """One self-contained HTML page: the privacy report of one product of a run.

    It holds no script, loads nothing, and is the same for the same bundle. Every text of the
    bundle is escaped, but none is judged: that evidence holds no value of the data is the promise
    of the stages that made it.
    """
    facts = collect(bundle)
    return document(header.title(facts), _body(facts))


def document(title: str, body: Markup) -> str:
    """One HTML page in the report's style that needs nothing else: no script, nothing loaded."""
    page = tag("html", _head(title), tag("body", body), lang="en")
    return f"<!DOCTYPE html>\n{page}\n"


def _head(title: str) -> Markup:
    return tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=_POLICY),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="color-scheme", content="light dark"),
        tag("meta", name="referrer", content="no-referrer"),
        tag("title", title),
        tag("style", _style()),
    )


# Identifier, name in the navigation, and what makes the section: None where evidence lacks it.
_SECTIONS: tuple[tuple[str, str, Callable[[Facts], Markup | None]], ...] = (
    ("why", "Purpose", header.purpose_and_run),
    ("figures", "Key figures", header.figures),
    ("class-sizes", "Class sizes", privacy.class_sizes),
    ("risk", "Risk", privacy.risk),
    ("population", "Population", population.population),
    ("special", "Special uniques", population.special),
    ("checks", "Checks", checks.checks),
    ("columns", "Columns", columns.inventory),
    ("generalisation", "Generalisation", generalisation.generalisation),
    ("utility", "Utility", utility.utility),
    ("tables", "Tables", making.table_counts),
    ("synthesis", "Synthesis", making.synthesis),
    ("release", "Release", release.release),
    ("stages", "Stages", making.stages),
)


_ALWAYS = (("remaining", "What it doesn't say"), ("explained", "What the figures mean"))


def _body(facts: Facts) -> Markup:
    made = [(ident, name, make(facts)) for ident, name, make in _SECTIONS]
    absent = [name for _, name, content in made if content is None]
    shown = [(ident, name) for ident, name, content in made if content is not None]
    links = [tag("a", name, href=f"#{ident}") for ident, name in (*shown, *_ALWAYS)]
    return join(
        header.banner(facts),
        tag("nav", links, aria_label="Sections"),
        tag(
            "main",
            [content for _, _, content in made],
            remaining.remaining(facts, absent),
            explained.explained(facts),
        ),
        _footer(facts),
    )


def _footer(facts: Facts) -> Markup:
    return tag(
        "footer",
        tag(
            "p",
            f"Made by Veilflow from the evidence of run {facts.run}, gathered on "
            f"{moment(facts.created)}. Evidence holds counts, scores and hashes, and no value "
            "of the data.",
        ),
    )


def _style() -> Markup:
    """The style sheet of the package: ours, so it isn't escaped."""
    return Markup(resources.files(__package__).joinpath("report.css").read_text("utf-8"))

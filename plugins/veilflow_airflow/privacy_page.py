"""The last validations of policies as static HTML: verdicts, warnings and figures over time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

from veilflow.evidence import PastCheck, PastValidation
from veilflow.report.markup import Markup, join, tag

from veilflow_airflow.links import PRIVACY_PREFIX, airflow_path, report_path

if TYPE_CHECKING:
    from veilflow.pipeline.history import History
    from veilflow.pipeline.stages import Product

__all__ = ["Policy", "Validations", "overview_page", "policy_trend_page"]

_SHOWN = 8  # columns of the table of figures; more don't fit a screen
_STYLE = """
:root { color-scheme: light dark; font: 15px/1.45 system-ui, sans-serif; }
body { margin: 1.5rem auto; max-width: 72rem; padding: 0 1rem; }
h1 { font-size: 1.4rem; } h2 { font-size: 1.15rem; margin-top: 2rem; } h3 { font-size: 1rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; padding: .3rem .7rem .3rem 0; vertical-align: top;
  border-bottom: 1px solid color-mix(in srgb, currentColor 18%, transparent); }
td.figure, th.figure { text-align: right; font-variant-numeric: tabular-nums; }
.passed { color: #1a7f37; } .refused { color: #c9252d; font-weight: 600; }
.warning { color: #9a6700; } .quiet { opacity: .75; }
@media (prefers-color-scheme: dark) {
  .passed { color: #56d364; } .refused { color: #ff7b72; } .warning { color: #e3b341; } }
"""


@dataclass(frozen=True)
class Validations:
    """The history of one product."""

    product: Product
    history: History

    @property
    def is_told(self) -> bool:
        """Whether there is anything to show or to say."""
        return bool(self.history.validations or self.history.unreadable)


@dataclass(frozen=True)
class Policy:
    """A DAG's dataset with its history; ``dag_runs`` names the DAG run of a run, where known."""

    dataset: str
    dag_runs: Mapping[str, str]
    products: tuple[Validations, ...]
    problem: str = ""


def overview_page(policies: Sequence[Policy]) -> str:
    """Each policy with its last few validations, and a link to all of them."""
    if not policies:
        nothing = "No run of a policy that you may see has been pinned yet."
        return _page("Privacy", tag("p", nothing))
    return _page("Privacy", *(_policy(policy, linked=True) for policy in policies))


def policy_trend_page(policy: Policy) -> str:
    """One policy: its validations, newest first, and each check's figures over time."""
    back = tag("p", tag("a", "All policies", href=f"{airflow_path()}{PRIVACY_PREFIX}/"))
    figures = [_figures(each) for each in policy.products]
    return _page(f"Privacy of {policy.dataset}", back, _policy(policy, linked=False), *figures)


def _page(title: str, *content: Markup | None) -> str:
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("title", title),
        tag("style", Markup(_STYLE)),
    )
    lead = tag(
        "p",
        "What the judge said of each run's output, newest first. A refused output was destroyed; "
        "a validation that could not judge leaves no line here.",
        class_="quiet",
    )
    body = tag("body", tag("h1", title), lead, *content)
    return f"<!DOCTYPE html>\n{tag('html', head, body, lang='en')}\n"


def _policy(policy: Policy, *, linked: bool) -> Markup:
    address = f"{airflow_path()}{PRIVACY_PREFIX}/{quote(policy.dataset, safe='')}"
    name = tag("a", policy.dataset, href=address) if linked else policy.dataset
    said = [tag("p", policy.problem, class_="refused")] if policy.problem else []
    if not said and not policy.products:
        said = [tag("p", "No verdict has been reached yet.")]
    products = [_verdicts(policy, each) for each in policy.products]
    return tag("section", tag("h2", name), *said, *products)


def _verdicts(policy: Policy, validations: Validations) -> Markup:
    headings = ("Pinned", "Verdict", "Checks", "Failed and warned", "Rows", "Report")
    rows = [
        tag("tr", *(tag("td", cell) for cell in _row(policy, past, validations.product)))
        for past in reversed(validations.history.validations)
    ]
    notes = [tag("p", note, class_="warning") for note in validations.history.notes]
    return join(tag("h3", f"{validations.product} data"), _table(headings, rows), *notes)


def _row(policy: Policy, past: PastValidation, product: Product) -> Iterator[Markup | str]:
    yield _moment(past) + (" (trial)" if past.trial else "")
    word = "passed" if past.passed else "refused"
    yield tag("span", word, class_=word)
    passed = sum(check.passed for check in past.checks)
    yield f"{passed} of {len(past.checks)}"
    failed = sorted((c for c in past.checks if not c.passed), key=lambda c: not c.blocking)
    yield join(*(tag("div", _told(check), class_=_kind(check)) for check in failed))
    yield ", ".join(f"{table} {rows:,}" for table, rows in past.rows.items())
    dag_run = policy.dag_runs.get(past.run)
    if dag_run is None:
        yield tag("span", past.run, class_="quiet")
    else:
        path = airflow_path() + report_path(policy.dataset, dag_run, product)
        yield tag("a", past.run, href=path)


def _moment(past: PastValidation) -> str:
    return f"{past.created.astimezone(dt.UTC):%Y-%m-%d %H:%M} UTC"


def _figures(validations: Validations) -> Markup | None:
    """A row a check that told a figure, a column a validation, oldest first; trials left out."""
    # Whoever loads the plugin shouldn't load what the pipeline needs.
    from veilflow.pipeline.summary import figure

    past = [each for each in validations.history.validations if not each.trial][-_SHOWN:]
    found: dict[tuple[str, str, str, int], dict[int, PastCheck]] = {}
    for column, validation in enumerate(past):
        seen: dict[tuple[str, str, str], int] = {}
        for check in validation.checks:
            name = (check.name, check.table, check.column or "")
            seen[name] = seen.get(name, 0) + 1
            if check.observed is not None:
                found.setdefault((*name, seen[name]), {})[column] = check
    if not found:
        return None
    headings = ("Check", *map(_moment, past), "Bound")
    rows = []
    for checks in found.values():
        last = checks[max(checks)]
        cells = [tag("td", _figure(checks.get(n)), class_="figure") for n in range(len(past))]
        allowed = "" if last.bound is None else figure(last.bound, last.unit)
        bound = tag("td", allowed, class_="figure")
        rows.append(tag("tr", tag("td", f"{last.name} on {_place(last)}"), *cells, bound))
    title = tag("h3", f"Figures of {validations.product} data")
    return join(title, _table(headings, rows))


def _figure(check: PastCheck | None) -> Markup | str:
    from veilflow.pipeline.summary import figure

    if check is None or check.observed is None:
        return "–"
    shown = figure(check.observed, check.unit)
    return shown if check.passed else tag("span", shown, class_=_kind(check))


def _table(headings: Sequence[str], rows: Sequence[Markup]) -> Markup:
    head = tag("tr", *(tag("th", heading, scope="col") for heading in headings))
    return tag("div", tag("table", tag("thead", head), tag("tbody", *rows)), class_="wide")


def _told(check: PastCheck) -> str:
    from veilflow.pipeline.summary import figures_of

    figures = figures_of(check)
    word = "failed" if check.blocking else "warning"
    return f"{word}: {check.name} on {_place(check)}" + (f": {figures}" if figures else "")


def _kind(check: PastCheck) -> str:
    return "refused" if check.blocking else "warning"


def _place(check: PastCheck) -> str:
    return f"{check.table}.{check.column}" if check.column else check.table

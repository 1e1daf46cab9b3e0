"""The trends that the page "Privacy" shows, as HTML."""

from __future__ import annotations

import datetime as dt
import html
import re
from typing import Any

import pytest
from veilflow.evidence import PastCheck, PastValidation
from veilflow.pipeline.history import History
from veilflow_airflow.privacy_page import Policy, Validations, overview_page, policy_trend_page

DAY = dt.datetime(2026, 3, 1, 2, 0, tzinfo=dt.UTC)


def check(observed: float | None, **changes: Any) -> PastCheck:
    passed = observed is not None and observed >= 5
    told = {"name": "k-anonymity", "table": "people", "passed": passed, "bound": 5, **changes}
    return PastCheck(observed=observed, **told)


def past(day: int, *checks: PastCheck, **changes: Any) -> PastValidation:
    passed = all(one.passed or not one.blocking for one in checks)
    told = {"run": f"run-{day}", "rows": {"people": 1000 + day}, "passed": passed, **changes}
    return PastValidation(created=DAY + dt.timedelta(days=day), checks=checks, **told)


def policy(*validations: PastValidation, **changes: Any) -> Policy:
    found = Validations("masked", History(validations, changes.pop("unreadable", ())))
    told = {"dataset": "people", "dag_runs": {"run-1": "manual__1+a/b"}, "products": (found,)}
    return Policy(**{**told, **changes})


def text(page: str) -> str:
    """What a reader sees, with one space between elements."""
    shown = html.unescape(re.sub(r"<[^>]*>", " ", page.partition("<body>")[2]))
    return " ".join(shown.split())


def test_verdicts_are_shown_newest_first_with_warnings_and_figures() -> None:
    cells = check(4, name="small cells", column="ward", bound=10, blocking=False)
    page = overview_page(
        [policy(past(0, check(7)), past(1, check(4), cells), past(2, check(9), trial=True))]
    )
    shown = text(page)
    assert (
        "2026-03-03 02:00 UTC (trial) passed 1 of 1 people 1,002 run-2 "
        "2026-03-02 02:00 UTC refused 0 of 2 "
        "failed: k-anonymity on people: found 4, bound 5 "
        "warning: small cells on people.ward: found 4, bound 10 people 1,001 run-1 "
        "2026-03-01 02:00 UTC passed 1 of 1 people 1,000 run-0"
    ) in shown
    assert 'href="/veilflow/reports/people/manual__1%2Ba%2Fb/masked"' in page
    assert 'href="/veilflow/privacy/people"' in page
    assert page.count("/veilflow/reports/") == 1, "only runs that Airflow knows have a report here"


def test_shares_are_told_in_percent() -> None:
    linked = check(0.0625, name="linkage attack", bound=0.05, unit="share", blocking=False)
    shown = text(overview_page([policy(past(0, linked))]))
    assert "warning: linkage attack on people: found 6.25%, bound 5%" in shown


def test_a_policys_own_page_has_figures_over_time() -> None:
    days = [past(day, check(5 + day), check(None, name="leak")) for day in range(12)]
    shown = text(
        policy_trend_page(policy(*days, past(12, check(4)), past(13, check(1), trial=True)))
    )
    figures = shown.partition("Figures of masked data")[2]
    assert figures.endswith("k-anonymity on people 10 11 12 13 14 15 16 4 5")
    assert "leak" not in figures, "it told no figure"
    assert "2026-03-14" not in figures, "a trial is no comparison"


def test_checks_of_one_name_and_place_keep_apart() -> None:
    twice = [past(day, check(7 + day), check(70 + day)) for day in range(2)]
    figures = text(policy_trend_page(policy(*twice))).partition("Figures of masked data")[2]
    assert "k-anonymity on people 7 8 5 k-anonymity on people 70 71 5" in figures


@pytest.mark.parametrize(
    ("page", "said"),
    [
        (overview_page([]), "No run of a policy that you may see has been pinned yet."),
        (overview_page([policy(products=())]), "No verdict has been reached yet."),
        (overview_page([policy(products=(), problem="no bucket")]), "people no bucket"),
        (
            policy_trend_page(policy(unreadable=("history/x.json",))),
            "history/x.json: can't be read",
        ),
    ],
)
def test_what_is_missing_is_said(page: str, said: str) -> None:
    assert said in text(page)


def test_nothing_in_a_record_becomes_markup_or_runs() -> None:
    hostile = "<script>alert(1)</script>"
    bad = past(1, check(4, name=hostile, table=hostile, column=hostile), rows={hostile: 1})
    for page in (overview_page([policy(bad)]), policy_trend_page(policy(bad))):
        assert "<script" not in page
        assert "&lt;script&gt;" in page

"""Each check that a policy can plan, and each key figure, is explained, and nothing is promised."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest
from veilflow.evidence import Check
from veilflow.policy.validation import Warnable
from veilflow.report import render
from veilflow.report.explanations import RISKS, Explanation, explanation_of, figure_explanation
from veilflow.report.explanations.attack import ATTACK
from veilflow.report.explanations.catalogue import OWN
from veilflow.report.explanations.figures import FIGURES
from veilflow.report.explanations.leak import LEAK
from veilflow.report.explanations.privacy import PRIVACY
from veilflow.report.explanations.structure import STRUCTURE
from veilflow.report.explanations.text import TEXT
from veilflow.report.explanations.utility import UTILITY
from veilflow.report.facts import collect
from veilflow.report.key_figures import key_figures

from tests.unit.rich_report import rich

ROOT = Path(__file__).parents[2]
CHECKS = (*STRUCTURE, *LEAK, *PRIVACY, *ATTACK, *TEXT, *UTILITY)
ALL = (*CHECKS, *FIGURES, OWN)
# In policy_checks.py the name is that of an expectation of the user's, or of a check made before.
COMPUTED = {"policy_checks.py"}


def planned_names() -> Iterator[tuple[str, str]]:
    """File and name of every check that the judge's source plans or makes.

    Of a name that goes on with a name of the policy, its beginning.
    """
    for path in sorted((ROOT / "expectations/veilflow_expectations").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
                continue
            if node.func.id in ("PlannedCheck", "Check") and path.name not in COMPUTED:
                named = [word.value for word in node.keywords if word.arg == "name"]
                for name in _texts([*named, *node.args[:1]][0]):
                    yield path.name, name


def _texts(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.Constant):
        yield str(node.value)
    elif isinstance(node, ast.JoinedStr):
        yield str(getattr(node.values[0], "value", "")) + "something"
    elif isinstance(node, ast.IfExp):
        yield from _texts(node.body)
        yield from _texts(node.orelse)


NAMES = sorted(set(planned_names()))


def test_the_names_were_found() -> None:
    assert {"k-anonymity", "people of something", "exact copies", "granularity"} <= {
        name for _, name in NAMES
    }


@pytest.mark.parametrize(("file", "name"), NAMES, ids=[f"{f}: {n}" for f, n in NAMES])
def test_every_planned_check_is_explained(file: str, name: str) -> None:
    assert explanation_of(name) is not OWN, f"explain {name!r} of {file} in veilflow.report"


@pytest.mark.parametrize("name", get_args(Warnable))
def test_every_check_that_may_warn_is_explained(name: str) -> None:
    assert explanation_of(name).name == name


@pytest.mark.parametrize("name", ["column mean to be between", "people", "k", "", "k anonymity of"])
def test_what_is_not_ours_is_called_that(name: str) -> None:
    assert explanation_of(name) is OWN


@pytest.mark.parametrize("name", ["k-anonymity", "k_anonymity", "K anonymity", " k-anonymity "])
def test_a_name_is_known_however_it_is_written(name: str) -> None:
    assert explanation_of(name).name == "k-anonymity"


def test_every_explanation_has_a_place_of_its_own() -> None:
    anchors = [each.anchor for each in ALL]
    assert len(set(anchors)) == len(anchors)
    assert all(re.fullmatch(r"explained-[a-z0-9-]+", anchor) for anchor in anchors)


@pytest.mark.parametrize("given", ALL, ids=[each.name for each in ALL])
def test_an_explanation_says_everything_and_promises_nothing(given: Explanation) -> None:
    texts = (given.measures, given.attacker, given.reading, given.silent, given.law)
    for text in texts:
        assert len(text) > 20 and text.rstrip().endswith("."), text
        assert not re.search(r"anonymous|complian|guarantee|no risk|safe to release", text.lower())
    assert set(given.risks) <= set(RISKS)


@pytest.mark.parametrize("product", ["masked", "synthetic"])
def test_every_key_figure_is_explained(product: str) -> None:
    for figure in key_figures(collect(rich(product=product))):
        assert figure_explanation(figure.explained) in FIGURES


def test_only_what_the_report_shows_is_explained() -> None:
    page = render(rich())
    assert 'id="explained-linkage-attack"' in page and 'id="explained-k-anonymity"' in page
    assert 'id="explained-expectations-of-your-own"' in page
    for absent in ("schema-attack", "exact-copies", "class-sizes", "distribution-shift"):
        assert f'id="explained-{absent}"' not in page


def test_a_risk_that_no_check_examines_is_said_to_be_unexamined() -> None:
    stage = rich().stages[0]
    structure = tuple(check for check in stage.checks if check.kind == "structure")
    page = render(rich(stages=(stage.model_copy(update={"checks": structure}),)))
    assert page.count("no check of this report") == 1, "pseudonyms, labels and people are examined"
    bare = (Check(name="null share", kind="utility", table="t", passed=True, sentence="s"),)
    page = render(rich(stages=(stage.model_copy(update={"checks": bare}),)))
    assert page.count("no check of this report") == 3

"""Judges released free text: fills what its checks refer to and runs them on both sides."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from veilflow.classify.labels import Labels
from veilflow.evidence import Check
from veilflow.policy import Policy
from veilflow.spark.judging import JudgeRequest

from veilflow_expectations.known_terms import TermKind, kind_of_column
from veilflow_expectations.label_references import add_labels
from veilflow_expectations.measured import Sides
from veilflow_expectations.planned import PlannedSuite
from veilflow_expectations.references import References
from veilflow_expectations.runner import run_suite
from veilflow_expectations.suite import build_suite
from veilflow_expectations.text_plan import (
    IDENTIFIERS,
    RECALL,
    TEXT,
    identifier_columns,
    recall_suites,
    text_suites,
)
from veilflow_expectations.text_references import add_identifiers

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

__all__ = ["judge_text"]

# Values that so many rows share on average are words for a kind of thing and point at nobody.
_CATEGORY_ROWS = 50


def judge_text(
    request: JudgeRequest,
    output: Mapping[str, DataFrame],
    sides: Sides,
    references: References,
    given: Sequence[PlannedSuite] | None = None,
) -> tuple[Check, ...]:
    """The checks of all released free text; none if the policy releases none.

    With ``given`` suites those of their checks that are about free text, and no other.
    """
    suites = list(text_suites(request.policy)) if given is None else list(given)
    planned = [suite for suite in suites if suite.part == TEXT]
    recall = [suite for suite in suites if suite.part == RECALL]
    if not (planned or recall):
        return ()
    add_identifiers(references, IDENTIFIERS, _identifiers(request, sides))
    checks: list[Check] = []
    for suite in planned:
        checks += run_suite(output[suite.table], build_suite(suite)).checks
    types = {}
    for place, name in _labelled(request.policy):
        labels = request.labels.get(place, Labels({}, references.key))
        add_labels(references, name, labels)
        types[place] = labels.types
    for suite in recall_suites(request.policy, types) if given is None else recall:
        found = run_suite(request.source[suite.table], build_suite(suite)).checks
        checks += [_with_sample(check, request.labels) for check in found]
    return tuple(checks)


def _with_sample(check: Check, labels: Mapping[tuple[str, str], Labels]) -> Check:
    """The check of recall with what its sample is, and where the people who labelled it differ."""
    held = labels.get((check.table, check.column or ""))
    if held is None or not held.notes or check.name != "detector recall":
        return check
    several, differing = held.disagreement()
    said = f"{check.sentence} {len(held.notes)} texts are labelled"
    if several:
        said += f", {several} by two people or more, who differ in {differing}"
    return check.model_copy(update={"sentence": f"{said}."})


def _identifiers(
    request: JudgeRequest, sides: Sides
) -> Iterator[tuple[DataFrame, Mapping[str, TermKind]]]:
    from veilflow.spark.reading import quoted

    for table, columns in identifier_columns(request.policy).items():
        rules = request.policy.tables[table].columns
        kinds = {name: kind_of_column(name, rules[name].type) for name in columns}
        for name, counts in sides.source[table].digests.items():
            shared = counts.rows.size and counts.rows.mean() >= _CATEGORY_ROWS
            if shared and kinds.get(name) == "other":
                kinds[name] = "category"
        yield request.source[table].select(*[quoted(name) for name in columns]), kinds


def _labelled(policy: Policy) -> Iterator[tuple[tuple[str, str], str]]:
    for table, rules in policy.tables.items():
        for name, column in rules.released.items():
            if column.is_released_text:
                yield (table, name), f"labels:{table}.{name}"

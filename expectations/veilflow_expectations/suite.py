"""A policy compiled to Great Expectations suites, to be read, versioned, extended and run.

    python -m veilflow_expectations.suite dags/policies/patients.yaml > suites/patients.json

Suites hold names, bounds and sentences, never a value of the data. What they compare with
(references) and what depends on the data (suite parameters) is filled in when they run.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from veilflow.errors import UsageError, VeilflowError
from veilflow.policy import Policy, load_policy

from veilflow_expectations.plan import plan_masked, plan_synthetic
from veilflow_expectations.planned import PlannedCheck, PlannedSuite
from veilflow_expectations.runner import META

if TYPE_CHECKING:
    from veilflow_expectations.gx import ExpectationSuite

__all__ = ["build_suite", "load_suite", "suites_document"]

FORMAT = 1


def build_suite(planned: PlannedSuite) -> ExpectationSuite:
    """The suite of one frame. Raises UsageError if an expectation can't be built."""
    if planned.document is not None:
        return load_suite(planned.document)
    return load_suite(
        {
            "name": planned.name,
            "meta": {META: {"table": planned.table, "part": planned.part}},
            "expectations": [_configuration(check) for check in planned.checks],
        }
    )


def load_suite(document: Mapping[str, Any]) -> ExpectationSuite:
    """A suite from its JSON form. Raises UsageError if any of its expectations can't be built.

    Great Expectations itself would log that, leave the expectation out, and pass without it.
    """
    from veilflow_expectations import register_expectations
    from veilflow_expectations.gx import ExpectationSuite

    register_expectations()
    given = dict(document)
    listed = given.get("expectations") or []
    problem = ""
    try:
        suite = ExpectationSuite(**given)
    except Exception as error:  # noqa: BLE001 - pydantic quotes the arguments that it refuses
        problem = type(error).__name__
    if not problem and len(suite.expectations) != len(listed):
        problem = "an expectation was left out"
    if problem:
        raise UsageError(
            f"suite {given.get('name')!r} can't be built ({problem})",
            remedy="Check the names and arguments of its expectations (docs/expectations.md).",
        )
    return suite


def suites_document(policy: Policy, roots: Sequence[str] | None = None) -> dict[str, Any]:
    """All suites of a policy as JSON data.

    ``roots`` are the tables with one row a person. The judge measures which they are; without
    them the first table that has quasi-identifiers and a privacy unit is taken for one.
    """
    chosen = _likely_roots(policy) if roots is None else tuple(roots)
    products = {"masked": plan_masked(policy, chosen)}
    if policy.synthesize is not None:
        products["synthetic"] = plan_synthetic(policy)
    return {
        "format": FORMAT,
        "dataset": policy.dataset,
        "roots": list(chosen),
        "suites": {product: _dumped(suites) for product, suites in products.items()},
    }


def _dumped(suites: Iterable[PlannedSuite]) -> list[dict[str, Any]]:
    dumped = []
    for planned in suites:
        document: dict[str, Any] = build_suite(planned).to_json_dict()
        # The version that wrote a suite isn't part of what it says.
        document["meta"].pop("great_expectations_version", None)
        dumped.append(document)
    return dumped


def _configuration(check: PlannedCheck) -> dict[str, Any]:
    meta = {"name": check.name}
    if check.column is not None:
        meta["column"] = check.column
    meta["kind"] = check.kind
    flags = {"raw_side": check.raw_side, "observed": check.shows_figures}
    changed = {name: flag for name, flag in flags.items() if flag != (name == "observed")}
    return {
        "type": check.expectation,
        "kwargs": dict(check.arguments),
        "description": check.sentence,
        # The field's own name for what blocks and what only warns.
        "severity": "critical" if check.blocking else "warning",
        "meta": {META: {**meta, **changed}},
    }


def _likely_roots(policy: Policy) -> tuple[str, ...]:
    found = [
        name
        for name, table in policy.tables.items()
        if table.with_role("quasi") and policy.unit_column(name) is not None
    ]
    return tuple(found[:1])


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the suites of a policy to standard output. 0 done, 2 if the policy can't be used."""
    parser = argparse.ArgumentParser(
        prog="python -m veilflow_expectations.suite",
        description="The Great Expectations suites of a policy, as JSON.",
    )
    parser.add_argument("policy", type=Path, help="the policy file")
    parser.add_argument(
        "--root", action="append", metavar="TABLE", help="a table with one row a person"
    )
    chosen = parser.parse_args(arguments)
    try:
        policy = load_policy(chosen.policy)
        for root in chosen.root or ():
            if root not in policy.tables:
                raise UsageError(f"--root: there is no table {root!r} in the policy")
        document = suites_document(policy, chosen.root)
    except VeilflowError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    print(json.dumps(document, indent=2, ensure_ascii=False))
    return 0


if __name__ == "__main__":
    sys.exit(main())

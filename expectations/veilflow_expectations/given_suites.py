"""Suites that somebody wrote, or compiled from a policy and changed, read from their JSON data."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from veilflow.errors import UsageError
from veilflow.pipeline.stages import Product

from veilflow_expectations.planned import PlannedSuite
from veilflow_expectations.runner import META
from veilflow_expectations.suite import FORMAT, load_suite

__all__ = ["expectations_of", "given_suites", "needs_source", "split_by_need"]

_GUIDE = "docs/expectations.md shows how a suite is written."
# In these arguments expectations name a reference; a policy's references come from the source
# and are called "raw:TABLE.COLUMN", "split:TABLE" and the like, in whatever argument.
_REFERENCE = frozenset({"reference", "labels", "joins_with", "apart_from"})
_FILLED = re.compile(r"[a-z]+( [a-z]+)*:[a-z_][\w-]*(\..+)?", re.IGNORECASE)


def given_suites(
    document: Any,
    *,
    dataset: str,
    product: Product,
    tables: Sequence[str],
    table: str | None = None,
) -> tuple[PlannedSuite, ...]:
    """The suites for ``product`` of ``dataset``: a policy's document, or one plain GX suite.

    Raises UsageError, without an argument's value, for anything that can't be run as written: a
    table that isn't in ``tables``, an expectation that doesn't exist, a suite with none.
    """
    if not isinstance(document, Mapping):
        raise UsageError("The suite isn't a JSON object.", remedy=_GUIDE)
    if "suites" in document:
        found = _of_policy(document, dataset, product)
        given = tuple(_given(suite, tables, None) for suite in found)
    else:
        given = (_given(document, tables, table),)
    if not given:
        raise UsageError(f"The document has no suite for {product} data.", remedy=_GUIDE)
    for planned in given:
        load_suite(planned.document or {})
    return given


def expectations_of(planned: PlannedSuite) -> list[dict[str, Any]]:
    """The expectations of a given suite, in order."""
    listed: list[dict[str, Any]] = (planned.document or {})["expectations"]
    return listed


def split_by_need(
    given: Sequence[PlannedSuite],
) -> tuple[tuple[PlannedSuite, ...], list[tuple[PlannedSuite, dict[str, Any]]]]:
    """The suites without what needs the source, and each expectation that does."""
    kept, left_out = [], []
    for planned in given:
        asked = expectations_of(planned)
        left_out += [(planned, one) for one in asked if needs_source(one)]
        alone = [one for one in asked if not needs_source(one)]
        if alone:
            document = {**(planned.document or {}), "expectations": alone}
            kept.append(
                PlannedSuite(planned.name, planned.table, planned.part, (), document=document)
            )
    return tuple(kept), left_out


def needs_source(expectation: Mapping[str, Any]) -> bool:
    """Whether it names a reference, or a suite parameter: both are filled from the source."""
    arguments = expectation.get("kwargs") or {}
    return any(name in _REFERENCE for name in arguments) or _is_filled(arguments)


def _is_filled(value: Any) -> bool:
    if isinstance(value, Mapping):
        return "$PARAMETER" in value or any(_is_filled(part) for part in value.values())
    if isinstance(value, list):
        return any(_is_filled(part) for part in value)
    return isinstance(value, str) and _FILLED.fullmatch(value) is not None


def _of_policy(document: Mapping[str, Any], dataset: str, product: Product) -> list[Any]:
    if document.get("format") != FORMAT:
        raise UsageError(
            f"The document isn't of format {FORMAT}.", remedy="'veilflow suite POLICY' writes one."
        )
    if document.get("dataset") != dataset:
        raise UsageError(
            f"The document is for another dataset than {dataset}.",
            remedy="If that is meant, change its line 'dataset'.",
        )
    suites = document["suites"]
    found = suites.get(product, []) if isinstance(suites, Mapping) else None
    if not isinstance(found, list):
        raise UsageError("The document's 'suites' don't list suites by product.", remedy=_GUIDE)
    return found


def _given(document: Any, tables: Sequence[str], chosen: str | None) -> PlannedSuite:
    if not isinstance(document, Mapping) or not isinstance(document.get("name"), str):
        raise UsageError("A suite isn't a JSON object with a 'name'.", remedy=_GUIDE)
    name = document["name"]
    problems = list(_problems(document))
    if problems:
        raise UsageError(f"suite {name!r}: {'; '.join(problems)}.", remedy=_GUIDE)
    meta = (document.get("meta") or {}).get(META) or {}
    table = chosen or meta.get("table") or (name if name in tables else _only(name, tables))
    if table not in tables:
        raise UsageError(
            f"suite {name!r}: the release has no table {table!r}; it has {', '.join(tables)}."
        )
    complete = {
        **document,
        "meta": {**(document.get("meta") or {}), META: {**meta, "table": table}},
    }
    part = meta.get("part", "values")
    return PlannedSuite(name, table, part if isinstance(part, str) else "", (), document=complete)


def _only(name: str, tables: Sequence[str]) -> str:
    if len(tables) == 1:
        return tables[0]
    raise UsageError(
        f"suite {name!r}: doesn't say which of {', '.join(tables)} it is about.",
        remedy=f'Name it with --table, or in the suite: "meta": {{"{META}": {{"table": "..."}}}}.',
    )


def _problems(document: Mapping[str, Any]) -> Iterator[str]:
    listed = document.get("expectations")
    if not isinstance(listed, list) or not listed:
        yield "lists no expectations"
        return
    for key in ("meta", f"meta.{META}"):
        part: Any = document
        for name in key.split("."):
            part = (part or {}).get(name)
        if part is not None and not isinstance(part, Mapping):
            yield f"{key} isn't a JSON object"
            return
    known = _known()
    for place, expectation in enumerate(listed, 1):
        if not isinstance(expectation, Mapping) or not isinstance(expectation.get("type"), str):
            yield f"expectation {place} isn't a JSON object with a 'type'"
        elif not isinstance(expectation.get("kwargs") or {}, Mapping):
            yield f"expectation {place}: kwargs isn't a JSON object"
        elif expectation["type"] not in known:
            yield f"there is no expectation {expectation['type']!r}"


def _known() -> frozenset[str]:
    from great_expectations.expectations.registry import list_registered_expectation_implementations

    from veilflow_expectations import register_expectations

    register_expectations()
    return frozenset(list_registered_expectation_implementations())

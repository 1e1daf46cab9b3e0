"""What a draft says of one column, and why: role, protection, hierarchy."""

from __future__ import annotations

import json
import math
from statistics import median

import numpy as np
import yaml
from pydantic import TypeAdapter

from veilflow.classify import NO_TYPES, STRONG, ColumnSample, ColumnVerdict, CustomTypes
from veilflow.classify.column import kind_of
from veilflow.classify.values import profile
from veilflow.hierarchy.automatic import automatic_hierarchy
from veilflow.hierarchy.column_values import ColumnValues
from veilflow.hierarchy.date_formats import formats_in_use
from veilflow.hierarchy.protocol import ROOT
from veilflow.policy.hierarchies import HierarchyPolicy, HierarchySpec, build_hierarchy

__all__ = ["SPECIAL", "column_line"]

SPECIAL = "GDPR 9(1)"
_HIERARCHIES = {
    "date_of_birth": "{dates: [year, 5 years, decade, 20 years]%s}",
    "date": "{dates: [month, quarter, year]%s}",
    "zipcode": "{prefix: [3, 2, 1]}",
    "age": "{intervals: [5, 10, 20], lower: 0, upper: 90}",
    "icd10_code": "icd10",
}
_BY_FIELDS = "nested: to release some fields name them in 'protect: {fields: {paths: ...}}'"
_LETTERED_POSTCODES = ("gb", "ca", "nl")
_STRAYS = 0.1
"""So many of the distinct values may miss a hierarchy and become ``*``; with more it isn't one."""
_FEW = 12
_REPEATED = 5
"""Rows a value, on average, from which on its frequency may name a pseudonym."""
_HIERARCHY: TypeAdapter[HierarchyPolicy] = TypeAdapter(HierarchySpec)


def column_line(
    sample: ColumnSample,
    verdict: ColumnVerdict,
    unit: str | None,
    types: CustomTypes = NO_TYPES,
    *,
    redacts: bool = False,
    domain: str | None = None,
    joins: bool = True,
) -> tuple[str, str]:
    """What a draft says of one column, and the reason for it, without values.

    ``redacts``: the policy says what redacted texts are held to, so they may be released.
    ``domain`` is the linkage domain that the column shares with columns of other names; without
    ``joins`` no other table has a column of its name either.
    """
    reason = _reason(verdict)
    if verdict.name == unit:
        return "pseudonym", f"the privacy unit; {reason}"
    if kind_of(sample.physical_type) == "nested":
        how = "a map, never released" if "map<" in sample.physical_type else _BY_FIELDS
        return "drop", f"{how}; {reason}"
    if verdict.type == "none":
        said = _shape(sample)
        advice = "change to keep, sensitive or quasi once you know what it is"
        return "drop", f"not recognised ({said}): {advice}"
    known = types.taxonomy[verdict.type]
    if verdict.role == "free_text":
        return _text(verdict, redacts), reason
    if known.default_protection == "generalize":
        return _quasi(sample, types.built_in(verdict.type), reason, SPECIAL in known.legal)
    if known.default_protection == "round":
        return _rounded(sample, verdict, reason)
    if known.default_protection == "keep":
        return verdict.role, reason
    if domain is None and _numbers_rows(sample, verdict):
        return "drop", f"numbers the rows, so nothing joins with it; {reason}"
    if domain is not None and known.default_protection == "pseudonym":
        spec = f"{{role: identifier, protect: pseudonym, domain: {domain}}}"
        return spec, f"joins with columns of other names; {reason}"
    if not joins and known.default_protection == "pseudonym" and _tells_by_frequency(sample):
        why = "repeats and joins with nothing here: how often each value stands there would tell it"
        return "drop", f"{why}, so say 'pseudonym' only to group by it; {reason}"
    return known.default_protection, reason


def _tells_by_frequency(sample: ColumnSample) -> bool:
    """Whether few values stand in many rows, so that a pseudonym is told by how often it does."""
    values = [value for value in sample.values if value]
    return len(values) >= _REPEATED * max(1, len(set(values)))


def _numbers_rows(sample: ColumnSample, verdict: ColumnVerdict) -> bool:
    """Whether the column is told an identifier by nothing but that it counts up."""
    unnamed = not any(told.startswith("the name") for told in verdict.evidence)
    weak = verdict.type == "generic_id" and verdict.score < STRONG
    return weak and unnamed and sample.distinct == sample.rows


def _reason(verdict: ColumnVerdict) -> str:
    told = "; ".join(verdict.evidence[:2])
    return f"{verdict.type} ({verdict.score:.2f}){': ' if told else ''}{told}"


def _shape(sample: ColumnSample) -> str:
    """The column in a few words that tell no value and no count."""
    seen = profile(sample)
    if not seen.values:
        return "empty so far" if seen.kind != "binary" else "bytes"
    if seen.is_flag or seen.kind == "boolean":
        return "yes or no"
    kinds = {"integer": "whole numbers", "decimal": "numbers", "date": "dates"}
    kind = kinds.get(seen.kind, "texts")
    if seen.uniqueness is not None and seen.uniqueness > 0.88:
        return f"{kind}, nearly every row has its own"
    return f"{kind}, {'few' if seen.distinct <= _FEW else 'many'} different"


def _text(verdict: ColumnVerdict, redacts: bool) -> str:
    """Redacted where it surely is text; what merely looks like it is dropped."""
    if redacts and verdict.type == "free_text" and verdict.score >= STRONG:
        return "{role: free_text, protect: redact_text}"
    return "free_text"


def _rounded(sample: ColumnSample, verdict: ColumnVerdict, reason: str) -> tuple[str, str]:
    """Rounded to a power of ten that leaves about two digits of a usual value."""
    numbers = [_number(value) for value in sample.values if value]
    found = [number for number in numbers if number is not None]
    is_text = sample.physical_type in ("string", "large_string")
    if is_text and len(found) < len(numbers):
        return "drop", f"written in a way that isn't a number throughout; {reason}"
    usual = median(map(abs, found)) if found else 0.0
    step = 10 ** max(0, math.floor(math.log10(usual)) - 1) if usual > 0 else 100
    cast = ", as: number" if is_text else ""
    return f"{{role: {verdict.role}{cast}, protect: {{round: {{to: {step}}}}}}}", reason


def _number(value: str) -> float | None:
    try:
        number = float(value)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _quasi(sample: ColumnSample, kind: str, reason: str, special: bool) -> tuple[str, str]:
    if special:
        reason = f"{reason}; a special category: others often know it, else make it sensitive"
    hierarchy, note = _fitting(sample, kind)
    return f"{{role: quasi, hierarchy: {hierarchy}}}", f"{reason}{note}"


def _fitting(sample: ColumnSample, kind: str) -> tuple[str, str]:
    """A hierarchy that places the sample's values, and what is to be said about it."""
    texts = tuple(dict.fromkeys(value for value in sample.values if value))
    pattern = _HIERARCHIES.get(kind)
    if pattern is None:
        return _by_content(sample), ""
    if "%s" in pattern:
        formats = formats_in_use(list(texts))
        named = ", ".join(json.dumps(one) for one in formats)
        pattern %= f", formats: [{named}]" if formats else ""
    elif kind == "zipcode" and texts and any(char.isalpha() for char in "".join(texts)):
        options = [f"{{postcode: {country}}}" for country in _LETTERED_POSTCODES]
        pattern = next((one for one in options if _strays(one, texts) <= _STRAYS), pattern)
    strays = _strays(pattern, texts)
    if not strays:
        return pattern, ""
    if strays > _STRAYS:
        return _by_content(sample), "; its values aren't all written in the usual way"
    if not pattern.startswith("{"):
        pattern = f"{{{pattern}: [code, category, block, chapter]}}"
    return f"{pattern[:-1]}, on_unknown: top}}", "; values that don't fit become *"


def _strays(pattern: str, texts: tuple[str, ...]) -> float:
    """The share of the texts that a hierarchy can't place."""
    spec = _HIERARCHY.validate_python(yaml.safe_load(pattern))
    built = build_hierarchy(spec.model_copy(update={"on_unknown": "top"}))
    labels = built.generalize(list(texts), 0)
    return sum(label == ROOT for label in labels) / len(labels) if labels else 0.0


def _by_content(sample: ColumnSample) -> str:
    """``auto`` for numbers, dates and codes, which have an order; words go as a whole."""
    values = [value for value in sample.values if value]
    texts = tuple(dict.fromkeys(values))
    if len(texts) <= _FEW:
        return "redact"  # few numbers are codes of categories: 2 isn't between 1 and 3
    place = {text: code for code, text in enumerate(texts)}
    code = np.array([place[value] for value in values], dtype=np.int64)
    found = automatic_hierarchy(ColumnValues(texts, code, np.arange(code.size)))
    return "redact" if "redact" in found else "auto"

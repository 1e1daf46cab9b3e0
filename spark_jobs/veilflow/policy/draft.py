"""A policy to start from, written from what classification found: each line with its reason.

Nothing is kept that wasn't recognised: such a column is dropped until a person decides. The
purpose section is left to be filled in, and the draft doesn't load before it is.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from veilflow.classify import NO_TYPES, ColumnSample, ColumnVerdict, CustomTypes
from veilflow.hierarchy.automatic import automatic_hierarchy
from veilflow.hierarchy.column_values import ColumnValues
from veilflow.hierarchy.date_formats import formats_in_use

__all__ = ["DraftTable", "column_line", "draft_policy", "find_unit", "yaml_key"]

_PERSON = re.compile(
    r"patient|person|customer|client|user|member|subject|account|employee|student", re.IGNORECASE
)
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_RESERVED = {"null", "true", "false", "yes", "no", "on", "off", "y", "n"}
_HIERARCHIES = {
    "date_of_birth": "{dates: [year, 5 years, decade, 20 years]%s}",
    "date": "{dates: [month, quarter, year]%s}",
    "zipcode": "{prefix: [3, 2, 1]}",
    "age": "{intervals: [5, 10, 20], lower: 0, upper: 90}",
    "icd10_code": "icd10",
}


@dataclass(frozen=True)
class DraftTable:
    """One table: its path below the root, a sample of each column, and the verdicts on them."""

    path: str
    samples: Sequence[ColumnSample]
    verdicts: Sequence[ColumnVerdict]


def draft_policy(
    dataset: str,
    root: str,
    file_format: str,
    tables: Mapping[str, DraftTable],
    delimiter: str = ",",
    types: CustomTypes = NO_TYPES,
    types_file: str | None = None,
) -> str:
    """The draft as YAML text. ``delimiter`` is only written for CSV.

    ``types`` are the user's own that the verdicts may name, ``types_file`` where they are defined.
    """
    unit = find_unit(tables, types)
    lines = [
        f"# Drafted by 'veilflow draft' from {len(tables)} table(s). Read every line before use:",
        "# a classifier can be wrong, and nobody but you knows what the data is for.",
        "version: 1",
        f"dataset: {dataset}",
        "",
        "purpose:",
        "  purpose: ''            # fill in: what the release is for",
        "  legal_basis: ''        # fill in: e.g. GDPR Art. 6(1)(f)",
        "  owner: ''              # fill in: who answers for it",
        "  recipients: [internal]",
        "  retention_days: 90",
        "",
        "source:",
        f"  root: {json.dumps(root)}",
        f"  format: {file_format}",
        *([f"  delimiter: {json.dumps(delimiter)}"] if file_format == "csv" else []),
        "",
    ]
    if types_file is not None:
        lines += [f"types: {json.dumps(types_file)}", ""]
    if unit is not None:
        lines += [
            "# k counts distinct values of this column: people, not rows.",
            f"privacy_unit: {yaml_key(unit)}",
            "",
        ]
    elif len(tables) > 1:
        lines += ["# fill in: the column that says whose row it is, in every table", ""]
    lines.append("tables:")
    quasi = False
    for name, table in tables.items():
        lines += [f"  {name}:", f"    path: {json.dumps(table.path)}", "    columns:"]
        for sample, verdict in zip(table.samples, table.verdicts, strict=True):
            spec, reason = column_line(sample, verdict, unit, types)
            quasi = quasi or "role: quasi" in spec
            lines.append(f"      {yaml_key(verdict.name)}: {spec}  # {reason}")
        lines.append("")
    if quasi:
        lines += ["anonymize:", "  k: 5", "  suppression_limit: 0.05", ""]
    return "\n".join(lines)


def find_unit(tables: Mapping[str, DraftTable], types: CustomTypes = NO_TYPES) -> str | None:
    """The column that says whose row it is: an identifier of every table, named like a person's.

    Of several, the one that is distinct in the fewest tables' rows wins last: a key of one table
    that repeats in another is a person's; one that never repeats is the row's own.
    """
    shared: list[str] | None = None
    distinct: dict[str, int] = {}
    for table in tables.values():
        keys = []
        for sample, verdict in zip(table.samples, table.verdicts, strict=True):
            if types.built_in(verdict.type) in ("generic_id", "medical_record_number", "username"):
                keys.append(verdict.name)
                is_key = sample.distinct is not None and sample.distinct == sample.rows
                distinct[verdict.name] = distinct.get(verdict.name, 0) + is_key
        shared = keys if shared is None else [key for key in shared if key in keys]
    if not shared:
        return None
    people = [key for key in shared if _PERSON.search(key)]
    if people:
        return people[0]
    return shared[0] if len(tables) > 1 or distinct[shared[0]] else None


def column_line(
    sample: ColumnSample, verdict: ColumnVerdict, unit: str | None, types: CustomTypes = NO_TYPES
) -> tuple[str, str]:
    """What a draft says of one column, and the reason for it, without values."""
    reason = f"{verdict.type} ({verdict.score:.2f})"
    if verdict.evidence:
        reason += f": {verdict.evidence[0]}"
    if verdict.name == unit:
        return "pseudonym", f"the privacy unit; {reason}"
    if verdict.type == "none":
        return "drop", "not recognised: change to keep, sensitive or quasi once you know what it is"
    treatment = types.taxonomy[verdict.type].default_protection
    if verdict.role == "free_text":
        return "free_text", reason
    if treatment == "generalize":
        return _quasi(sample, types.built_in(verdict.type)), reason
    if treatment == "round":
        cast = ", as: number" if sample.physical_type in ("string", "large_string") else ""
        return f"{{role: {verdict.role}{cast}, protect: {{round: {{to: 100}}}}}}", reason
    if treatment == "keep":
        return verdict.role, reason
    return treatment, reason


def _quasi(sample: ColumnSample, kind: str) -> str:
    pattern = _HIERARCHIES.get(kind) or _by_content(sample)
    if "%s" in pattern:
        formats = formats_in_use([value for value in sample.values if value])
        named = ", ".join(json.dumps(one) for one in formats)
        pattern %= f", formats: [{named}]" if formats else ""
    return f"{{role: quasi, hierarchy: {pattern}}}"


def _by_content(sample: ColumnSample) -> str:
    """``auto`` for numbers, dates and codes, which have an order; words go as a whole."""
    values = [value for value in sample.values if value]
    texts = tuple(dict.fromkeys(values))
    place = {text: code for code, text in enumerate(texts)}
    code = np.array([place[value] for value in values], dtype=np.int64)
    found = automatic_hierarchy(ColumnValues(texts, code, np.arange(code.size)))
    return "redact" if "redact" in found else "auto"


def yaml_key(name: str) -> str:
    """``name`` as a key in a policy file: quoted where YAML would read something else."""
    plain = _PLAIN.fullmatch(name) and name.lower() not in _RESERVED
    # Some characters that don't print end a line in YAML, even inside quotes.
    return name if plain else json.dumps(name, ensure_ascii=not name.isprintable())

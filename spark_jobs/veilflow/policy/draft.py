"""A policy to start from, written from what classification found: each line with its reason.

Nothing is kept that wasn't recognised: such a column is dropped until a person decides. The
purpose section is left to be filled in, and the draft doesn't load before it is.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from veilflow.classify import NO_TYPES, ColumnSample, CustomTypes
from veilflow.policy.draft_columns import SPECIAL, column_line
from veilflow.policy.draft_keys import (
    DraftTable,
    find_unit,
    find_units,
    linked_keys,
    null_words,
    without_words,
)

__all__ = ["DraftTable", "column_line", "draft_policy", "find_unit", "yaml_key"]

_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_RESERVED = {"null", "true", "false", "yes", "no", "on", "off", "y", "n"}
_REDACTED = "protect: redact_text"
_MANY_QUASI = 12
_VALUES_FOR_THREE = 5
_K = 5
_SKEWED = 1 - 1 / _K
"""Where more people share one value, a class of k is expected to hold nobody with another."""


def draft_policy(
    dataset: str,
    root: str,
    file_format: str,
    tables: Mapping[str, DraftTable],
    delimiter: str = ",",
    types: CustomTypes = NO_TYPES,
    types_file: str | None = None,
    decide_root: Sequence[str] = (),
) -> str:
    """The draft as YAML text. ``delimiter`` is only written for CSV.

    ``types`` are the user's own that the verdicts may name, ``types_file`` where they are defined,
    and ``decide_root`` lines on what to do for a ``root`` that runs can read.
    """
    missing = null_words(tables)
    tables = {name: without_words(table, missing) for name, table in tables.items()}
    units = find_units(tables, types)
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
        *(f"  # {line}" for line in decide_root),
        f"  root: {json.dumps(root)}",
        f"  format: {file_format}",
        *([f"  delimiter: {json.dumps(delimiter)}"] if file_format == "csv" else []),
        *([f"  null_values: {json.dumps(missing)}  # read as no value"] if missing else []),
        "",
    ]
    if types_file is not None:
        lines += [f"types: {json.dumps(types_file)}", ""]
    lines += _unit(tables, units)
    domains = linked_keys(tables, units, types)
    there = Counter(verdict.name for table in tables.values() for verdict in table.verdicts)
    shared = frozenset(name for name, times in there.items() if times > 1)
    written = {
        name: list(_columns(table, (units or {}).get(name), types, domains, shared))
        for name, table in tables.items()
    }
    lines.append("tables:")
    for name, columns in written.items():
        lines += [f"  {name}:", f"    path: {json.dumps(tables[name].path)}", "    columns:"]
        if not any(_is_released(line) for line in columns):
            lines.append("      # decide: everything is dropped, so nothing is released yet")
        lines += [*columns, ""]
    return "\n".join([*lines, *_models(tables, written, types)])


def _unit(tables: Mapping[str, DraftTable], units: Mapping[str, str] | None) -> list[str]:
    if units is None and len(tables) > 1:
        return [
            "# decide: the column that says whose row it is, in every table",
            "# privacy_unit: {columns: {TABLE: COLUMN}}",
            "",
        ]
    if units is None:
        return [
            "# decide: no column says whose row it is, so k counts rows. Where somebody may have",
            "# several rows, name the column: privacy_unit: COLUMN",
            "",
        ]
    said = "# k counts distinct values of this column: people, not rows."
    if len(set(units.values())) == 1:
        return [said, f"privacy_unit: {yaml_key(next(iter(units.values())))}", ""]
    by_table = ", ".join(f"{table}: {yaml_key(column)}" for table, column in units.items())
    return [said, f"privacy_unit: {{columns: {{{by_table}}}}}", ""]


def _columns(
    table: DraftTable,
    unit: str | None,
    types: CustomTypes,
    domains: Mapping[str, str],
    shared: frozenset[str],
) -> Iterator[str]:
    """A line for each column; one that the source has to rename first is told above or instead."""
    seen: set[str] = set()
    for sample, verdict in zip(table.samples, table.verdicts, strict=True):
        key = yaml_key(verdict.name)
        if verdict.name.casefold() in seen:
            yield f"      # decide: {key} is there twice, or differs in case only; rename it there"
            continue
        seen.add(verdict.name.casefold())
        spec, reason = column_line(
            sample,
            verdict,
            unit,
            types,
            redacts=True,
            domain=domains.get(verdict.name),
            joins=verdict.name in shared,
        )
        if not verdict.name.strip():
            yield "      # decide: a column without a name; give it one in the source first"
            spec = "drop"
        yield f"      {key}: {spec}  # {' '.join(reason.split())}"


def _is_released(line: str) -> bool:
    said = line.partition("  # ")[0]
    return not said.lstrip().startswith("#") and not said.endswith((": drop", ": free_text"))


def _models(
    tables: Mapping[str, DraftTable], written: Mapping[str, list[str]], types: CustomTypes
) -> list[str]:
    """What the classes are held to, and redacted texts."""
    lines: list[str] = []
    quasi = sum("{role: quasi" in line for columns in written.values() for line in columns)
    if quasi:
        lines += [
            "# No fewer than k people look alike; at most this share of rows is left out for it.",
            *_too_many(quasi),
            "anonymize:",
            f"  k: {_K}",
            "  suppression_limit: 0.05",
            *_diversity(tables, written, types),
            "",
        ]
    if any(_REDACTED in line for columns in written.values() for line in columns):
        lines += [
            "# Redacted texts are released only once people have labelled a sample of the source's",
            "# (veilflow label POLICY --reason WHY), of which detectors must find this share.",
            "validate:",
            "  free_text: {min_recall: 0.95}",
            "",
        ]
    return lines


def _too_many(quasi: int) -> list[str]:
    if quasi <= _MANY_QUASI:
        return []
    return [f"# decide: {quasi} quasi-identifiers leave little detail; drop what isn't needed."]


def _diversity(
    tables: Mapping[str, DraftTable], written: Mapping[str, list[str]], types: CustomTypes
) -> list[str]:
    """l-diversity over the special categories that are released beside quasi-identifiers.

    Over skewed ones t-closeness. There l values in each class ask for classes far larger than k,
    and don't keep the few people with a rare value from meeting in one: what Li et al. (2007,
    section 2.1) call unnecessary, and the skewness attack.
    """
    values: dict[str, int] = {}
    skewed: set[str] = set()
    for table in tables.values():
        for sample, verdict in zip(table.samples, table.verdicts, strict=True):
            known = types.taxonomy[verdict.type]
            is_told = SPECIAL in known.legal or verdict.type == "income_bracket"
            if verdict.role != "sensitive" or known.default_protection != "keep" or not is_told:
                continue
            distinct = len({value for value in sample.values if value})
            values[verdict.name] = min(distinct, values.get(verdict.name, distinct))
            if _largest_share(sample) > _SKEWED:
                skewed.add(verdict.name)
    told = {name: distinct for name, distinct in values.items() if distinct > 1}
    listed = {name for name in told if _is_listed(name, written)}
    if not listed:
        return []
    spread = [name for name in told if name in listed - skewed]
    uneven = [name for name in told if name in listed & skewed]
    return [*_l_diversity(told, spread), *_t_closeness(uneven)]


def _l_diversity(distinct: Mapping[str, int], names: Sequence[str]) -> list[str]:
    if not names:
        return []
    # With few values a higher l asks for all of them in every class, the rarest too.
    least = 3 if min(distinct[name] for name in names) >= _VALUES_FOR_THREE else 2
    return [
        "  # In each class these take at least l values, so that knowing somebody's class doesn't",
        "  # tell theirs. Stricter: t_closeness: 0.3, which asks for classes like the whole table.",
        f"  l_diversity: {{l: {least}, columns: [{', '.join(map(yaml_key, names))}]}}",
    ]


def _t_closeness(names: Sequence[str]) -> list[str]:
    if not names:
        return []
    return [
        "  # Most people share one value here: l values in each class would ask for huge classes,",
        "  # and still let the few others meet in one. In no class is a value held by 30 of 100",
        "  # people more than in the whole table; a smaller t is stricter.",
        f"  t_closeness: {{t: 0.3, columns: [{', '.join(map(yaml_key, names))}]}}",
    ]


def _largest_share(sample: ColumnSample) -> float:
    """The share of the commonest value among those of the sample that aren't null."""
    counts = Counter(value for value in sample.values if value)
    return max(counts.values(), default=0) / max(1, counts.total())


def _is_listed(name: str, written: Mapping[str, list[str]]) -> bool:
    start = f"      {yaml_key(name)}: sensitive"
    return any(line.startswith(start) for columns in written.values() for line in columns)


def yaml_key(name: str) -> str:
    """``name`` as a key in a policy file: quoted where YAML would read something else."""
    plain = _PLAIN.fullmatch(name) and name.lower() not in _RESERVED
    # Some characters that don't print end a line in YAML, even inside quotes.
    return name if plain else json.dumps(name, ensure_ascii=not name.isprintable())

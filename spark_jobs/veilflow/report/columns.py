"""The column inventory: what was found in every column, and what was decided and done about it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from veilflow.evidence import ColumnFinding, InvalidValues
from veilflow.report.facts import Facts
from veilflow.report.formatting import decimal, percent, plural
from veilflow.report.layout import Column, code, data_table, fold, pill, section
from veilflow.report.markup import Child, Markup, join, tag
from veilflow.report.plots import share_bar

__all__ = ["inventory"]

_ROLES = ("identifier", "quasi", "sensitive", "free_text", "insensitive")
_ROLE_NAMES = {
    "identifier": "identifier",
    "quasi": "quasi-identifier",
    "sensitive": "sensitive",
    "free_text": "free text",
    "insensitive": "insensitive",
}
_TREATMENTS = {
    "generalize": "generalised",
    "microaggregate": "microaggregated",
    "drop": "dropped",
    "keep": "kept",
    "nullify": "emptied",
    "redact": "redacted",
    "redact_text": "people and numbers replaced in texts",
    "fake": "consistent fake",
    "pseudonym": "keyed pseudonym",
    "token": "reversible token",
    "vault_token": "random token",
    "partial": "partly masked",
    "permute": "values permuted among rows",
    "fpe": "encrypted in its format",
    "noise": "noise added",
    "date_shift": "dates shifted by person",
    "truncate": "truncated",
    "round": "rounded",
    "bucket": "put in buckets",
    "synthesize": "synthesised",
}


def inventory(facts: Facts) -> Markup | None:
    if not facts.columns:
        return None
    lead = (
        "Found is the kind of data that classification recognised, and how strong the evidence "
        "for it is, from 0 to 1 (it is no probability). The role is the policy's decision; a "
        "column that nobody decided about isn't released. A promise is what a transform declares: "
        "what was checked of it on the output is listed under Checks."
    )
    groups = [
        (table, [_row(facts, column) for column in facts.columns if column.table == table])
        for table in dict.fromkeys(column.table for column in facts.columns)
    ]
    table = data_table(_headings(facts), groups, class_="inventory")
    return section("columns", "Columns", lead, _summary(facts.columns), table)


def treatment_name(treatment: str) -> str:
    """A transform's name as what happened; a user's own transform keeps its name."""
    return _TREATMENTS.get(treatment, treatment)


def _headings(facts: Facts) -> tuple[Column, ...]:
    done = "What would be done" if facts.refused else "What was done"
    return tuple(Column(text) for text in ("Column", "Found", "Role", done, "Detail kept"))


def _summary(columns: Sequence[ColumnFinding]) -> Markup:
    roles = Counter(_role(column) for column in columns)
    order = sorted(roles, key=lambda role: _ROLES.index(role) if role in _ROLES else len(_ROLES))
    tables = len({column.table for column in columns})
    said = f"{plural(len(columns), 'column')} in {plural(tables, 'table')}:"
    tags = [join(" ", pill(f"{roles[r]:,} {_ROLE_NAMES.get(r, r)}", _kind(r))) for r in order]
    return tag("p", said, tags, class_="summary")


def _row(facts: Facts, column: ColumnFinding) -> tuple[Child, ...]:
    utility = facts.utility_of(column.table, column.column)
    return (
        code(column.column),
        join(
            _found(column),
            _contradiction(column),
            _decision(column),
            _evidence(column),
        ),
        _roles(column),
        _treatment(facts, column),
        share_bar(
            utility.granularity if utility else None,
            percent(utility.granularity if utility else None, absent="–"),
        ),
    )


def _found(column: ColumnFinding) -> Markup:
    if column.type in ("", "none"):
        return tag("span", "nothing recognised", class_="quiet")
    kind = tag("span", column.type.replace("_", " "), class_="found")
    return join(kind, tag("span", decimal(round(column.score, 2)), class_="score"))


def _contradiction(column: ColumnFinding) -> Markup | None:
    return tag("p", column.contradiction, class_="warning") if column.contradiction else None


def _decision(column: ColumnFinding) -> Markup | None:
    """What a person settled about the column, and why."""
    if column.declared_type is None and column.reason is None:
        return None
    said = {None: "Decided", "none": "Decided: the find is wrong"}.get(
        column.declared_type, f"Decided: {str(column.declared_type).replace('_', ' ')}"
    )
    return tag("p", f"{said} ({column.reason})" if column.reason else said)


def _evidence(column: ColumnFinding) -> Markup | None:
    if not column.evidence:
        return None
    return fold("Evidence", tag("ul", [tag("li", each) for each in column.evidence]))


def _roles(column: ColumnFinding) -> Markup:
    role = _role(column)
    shown = pill(_ROLE_NAMES.get(role, role), _kind(role))
    if column.declared_role is None:
        return join(shown, tag("p", "suggested; the policy doesn't list it", class_="warning"))
    if column.role != column.declared_role:
        return join(shown, tag("p", f"suggested: {_ROLE_NAMES.get(column.role, column.role)}"))
    return shown


def _treatment(facts: Facts, column: ColumnFinding) -> Child:
    if facts.synthesis:
        # The policy's treatments are about the masked product; a model knows only its columns.
        modelled = {(each.table, name) for each in facts.synthesis for name in each.columns}
        return "modelled" if (column.table, column.column) in modelled else "not modelled"
    if column.treatment is None:
        return tag("span", "nothing decided", class_="quiet")
    return join(
        treatment_name(column.treatment),
        _invalid(facts.invalid_of(column.table, column.column)),
        # "Kept" says all of its promise.
        None
        if column.treatment == "keep"
        else _promises(facts.promises_of(column.table, column.column)),
    )


def _invalid(found: InvalidValues | None) -> Markup | None:
    """How many values the transform couldn't treat, where there were any."""
    if found is None or found.count == 0:
        return None
    put = "null" if found.became == "null" else "[REDACTED]"
    many = "Fewer than ten" if found.count is None else plural(found.count, "value")
    values = " values" if found.count is None else ""
    stands = "stands in its place" if found.count == 1 else "stands in their place"
    return tag("p", f"{many}{values} couldn't be treated: {put} {stands}", class_="noticed")


def _promises(promises: Sequence[str]) -> Markup | None:
    if not promises:
        return None
    return fold("Promises", tag("ul", [tag("li", each) for each in promises]))


def _role(column: ColumnFinding) -> str:
    return column.declared_role or column.role


def _kind(role: str) -> str:
    return f"role-{role.replace('_', '-')}" if role in _ROLES else "role-other"

"""A policy as the documentation page of its DAG: who, why, for whom, and what happens to what."""

from __future__ import annotations

from collections.abc import Iterator

from veilflow.policy import ColumnPolicy, Policy

__all__ = ["broken_policy_page", "policy_page"]

_TREATMENTS = {
    "drop": "dropped",
    "keep": "kept as it is",
    "generalize": "generalised along its hierarchy",
    "microaggregate": "replaced by one number for each class",
    "pseudonym": "replaced by a keyed pseudonym",
    "token": "replaced by a token that the masking key undoes",
    "vault_token": "replaced by a random token that a vault remembers",
    "nullify": "emptied",
    "redact": "redacted",
}


def policy_page(policy: Policy, file_name: str) -> str:
    """Markdown for ``doc_md``. It names columns and treatments and holds no value of the data."""
    return "\n".join(_lines(policy, file_name))


def broken_policy_page(file_name: str, problems: tuple[str, ...]) -> str:
    """The page of a DAG whose policy can't be used at present."""
    listed = "\n".join(f"- {_text(problem)}" for problem in problems)
    return (
        f"**The policy {_text(file_name)} can't be used as written.** New runs refuse at their "
        f"first task; runs under way go on by the policy they pinned.\n\n{listed}\n"
    )


def _lines(policy: Policy, file_name: str) -> Iterator[str]:
    purpose = policy.purpose
    yield f"Releases **{_text(policy.dataset)}** as the policy {_code(file_name)} says."
    yield ""
    yield "| | |"
    yield "|---|---|"
    yield f"| Purpose | {_text(purpose.purpose)} |"
    yield f"| Legal basis | {_text(purpose.legal_basis)} |"
    yield f"| Owner | {_text(purpose.owner)} |"
    yield f"| Recipients | {_text(', '.join(purpose.recipients))} |"
    yield f"| Kept for | {purpose.retention_days} days |"
    if policy.privacy_unit is not None:
        unit = policy.privacy_unit
        named = unit.column or ", ".join(unit.columns.values())
        yield f"| Who is protected | each distinct {_code(named)} |"
    if policy.anonymize is not None:
        yield (
            f"| k-anonymity | k = {policy.anonymize.k}, at most "
            f"{policy.anonymize.suppression_limit:.1%} of the rows suppressed |"
        )
    synthesize = policy.synthesize
    yield f"| Synthetic data | {'none' if synthesize is None else _text(synthesize.method)} |"
    yield f"| Goes to | {_code(policy.publish.store)} |"
    yield f"| Keys | {_code(policy.publish.keys)} |"
    for name, table in policy.tables.items():
        yield ""
        yield f"### {_text(name)}"
        yield "| column | role | what happens to it |"
        yield "|---|---|---|"
        for column_name, column in table.columns.items():
            yield f"| {_code(column_name)} | {column.role} | {_treatment(column)} |"
        unlisted = "refuses the run" if table.unlisted == "refuse" else "is left out"
        yield f"\nA column that isn't listed {unlisted}."


def _treatment(column: ColumnPolicy) -> str:
    return _TREATMENTS.get(column.treatment, _text(column.treatment))


def _code(text: str) -> str:
    """``text`` as code inside a table, where only a backtick and a pipe would end it."""
    flat = " ".join(text.split()).replace("`", "'").replace("|", "\\|")
    return f"`{flat}`"


def _text(text: str) -> str:
    """``text`` inside a Markdown table: no new cell, no new line, no markup."""
    flat = " ".join(text.split()).replace("\\", "\\\\").replace("|", "\\|")
    return flat.replace("<", "&lt;").replace("*", "\\*").replace("_", "\\_").replace("`", "'")

"""What is asked of synthetic rows laid beside the rows fitted on and beside unseen people's.

The three risks are those of the Article 29 Working Party's Opinion 05/2014 (WP 216).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from veilflow.policy import Policy

from veilflow_expectations.planned import PlannedCheck, listed, percent

__all__ = ["ERROR_RATE", "leak_gates", "split_name"]

# Of a thousand honest outputs each gate refuses about one.
ERROR_RATE = 1e-3

_UNSEEN = (
    "What succeeds as often on people who were never fitted on is what the data tell of everybody, "
    "and isn't held against the output."
)


def split_name(table: str) -> str:
    """The reference that holds the table's training and unseen rows."""
    return f"split:{table}"


def leak_gates(policy: Policy, table: str, columns: Sequence[str]) -> Iterator[PlannedCheck]:
    """The gates on ``columns`` of a synthetic table, those that a source row can be given too."""
    if columns:
        yield _closest(policy, table, columns)
    if columns and policy.validation.canaries:
        yield _canaries(policy, table, columns)
    if len(columns) > 1:
        yield _singling_out(policy, table, columns)
        yield _linkability(policy, table, columns)
        yield from _inferences(policy, table, columns)


def _closest(policy: Policy, table: str, columns: Sequence[str]) -> PlannedCheck:
    bound = policy.validation.max_copy_excess
    allowed = f"at most {percent(bound)} of the rows may be; " if bound else ""
    return PlannedCheck(
        "closest record",
        "expect_copies_of_training_to_be_below",
        {**_given(table, columns), "max_share": bound},
        "No more rows are exact or near copies of a record that was fitted on than chance "
        f"explains; {allowed}compared were {listed(columns)} with all records fitted on and with "
        "as many of people who were never fitted on. The attacker is assumed to search the output "
        "for a row that they know, or one much like it.",
        raw_side=True,
        kind="leak",
    )


def _canaries(policy: Policy, table: str, columns: Sequence[str]) -> PlannedCheck:
    planted = policy.validation.canaries
    return PlannedCheck(
        "planted canaries",
        "expect_planted_canaries_to_be_absent",
        _given(table, columns),
        f"Of {planted} made-up people who were planted among the records fitted on no more came "
        "out, exactly or nearly, than of made-up people whom nobody fitted on. A synthesizer that "
        "repeats them would repeat real people of unusual values.",
        kind="leak",
    )


def _singling_out(policy: Policy, table: str, columns: Sequence[str]) -> PlannedCheck:
    return PlannedCheck(
        "singling out",
        "expect_singling_out_to_be_below",
        {**_given(table, columns), "max_risk": policy.validation.max_attack_excess},
        "Descriptions taken from synthetic rows fit exactly one person fitted on no more often "
        "than exactly one unseen person. The attacker is assumed to have the output alone and to "
        f"guess that whom a few of its values describe is one person. {_UNSEEN}",
        raw_side=True,
        kind="attack",
    )


def _linkability(policy: Policy, table: str, columns: Sequence[str]) -> PlannedCheck:
    first, second = list(columns[::2]), list(columns[1::2])
    return PlannedCheck(
        "linkability",
        "expect_linkability_to_be_below",
        {
            **_given(table, columns),
            "first": first,
            "max_risk": policy.validation.max_attack_excess,
        },
        f"The attacker is assumed to have {listed(first)} of somebody from one source and "
        f"{listed(second)} from another, and to take two records for one person's where both are "
        f"closest to the same synthetic row. That links people fitted on no more often than "
        f"others. {_UNSEEN}",
        raw_side=True,
        kind="attack",
    )


def _inferences(policy: Policy, table: str, columns: Sequence[str]) -> Iterator[PlannedCheck]:
    """One attack a sensitive column, or a column where none is sensitive; they share the errors."""
    sensitive = [name for name in policy.tables[table].with_role("sensitive") if name in columns]
    secrets = sensitive or list(columns)
    for secret in secrets:
        given = _given(table, columns)
        yield PlannedCheck(
            "attribute inference",
            "expect_attribute_inference_to_be_below",
            {
                **given,
                "secret": secret,
                "error_rate": ERROR_RATE / len(secrets),
                "max_risk": policy.validation.max_attack_excess,
            },
            f"The attacker is assumed to know all else of somebody's record and to take {secret} "
            "from the closest synthetic row. That is right for people fitted on no more often "
            f"than for others. {_UNSEEN}",
            secret,
            raw_side=True,
            kind="attack",
        )


def _given(table: str, columns: Sequence[str]) -> dict[str, object]:
    return {
        "columns": list(columns),
        "reference": split_name(table),
        "error_rate": ERROR_RATE,
    }

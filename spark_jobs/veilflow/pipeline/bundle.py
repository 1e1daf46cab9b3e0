"""All evidence of one product of a run, with the risks that remain said in words."""

from __future__ import annotations

import datetime as dt

from veilflow.evidence import EvidenceBundle, PublishedRelease
from veilflow.pipeline.history import read_history
from veilflow.pipeline.stages import Product, stages_of
from veilflow.pipeline.state import Run
from veilflow.policy import Policy

__all__ = ["build_bundle", "remaining_risks"]


def build_bundle(
    run: Run,
    product: Product,
    *,
    refused: tuple[str, ...] = (),
    released: PublishedRelease | None = None,
) -> EvidenceBundle:
    """The bundle of ``product``: the stages that have run, in order, and earlier verdicts.

    A validation that refused shows what it measured.
    """
    found = tuple(
        evidence
        for stage in stages_of(product)
        if not stage.startswith("publish")
        and (evidence := run.judged(stage) or run.evidence(stage)) is not None
    )
    record = run.record
    earlier = read_history(run.store, record.dataset, product, before=record)
    unit = record.policy.privacy_unit
    return EvidenceBundle(
        dataset=record.dataset,
        run=record.run,
        product=product,
        created=dt.datetime.now(dt.UTC),
        trial=record.parameters.is_trial,
        policy_sha256=record.policy_sha256,
        policy_name=record.policy_name,
        purpose=record.policy.purpose.model_dump(mode="json"),
        parameters=record.parameters.model_dump(mode="json", exclude_none=True),
        privacy_unit=None if unit is None else unit.column or ", ".join(unit.columns.values()),
        stages=found,
        released=released,
        refused=refused,
        remaining_risk=remaining_risks(record.policy, product),
        history=earlier.validations,
        history_notes=earlier.notes,
    )


def remaining_risks(policy: Policy, product: Product) -> tuple[str, ...]:
    """What this release does not protect against, in plain sentences."""
    if product == "synthetic":
        return (
            "The model was fitted on real rows without differential privacy: unusual people can "
            "still influence what it makes.",
            "The checks look for copies of training rows; they don't bound what an attacker could "
            "infer about a person from the whole table.",
        )
    risks = [
        "k-anonymity hides a person among k who share the same quasi-identifiers; if they also "
        "share a sensitive value, that value is learnt all the same.",
        "Columns that the policy calls sensitive or insensitive are taken to be unknown to an "
        "attacker. Whoever knows such a value of a person can use it to find their rows.",
    ]
    if any(
        column.treatment == "pseudonym"
        for table in policy.tables.values()
        for column in table.released.values()
    ):
        risks.append(
            "Pseudonyms link all rows of a person inside this series; frequencies stay visible, "
            "and whoever holds the masking key can test guesses."
        )
    if any(
        column.treatment in ("token", "vault_token")
        for table in policy.tables.values()
        for column in table.released.values()
    ):
        risks.append(
            "Tokens link equal values inside their linkage domain; frequencies stay visible, and "
            "whoever holds the masking key (and the vault, of random tokens) can undo them."
        )
    if len(policy.tables) > 1:
        risks.append(
            "Related tables are judged on their joined view, against an attacker who knows a "
            "person's quasi-identifiers and one row of a related table. One who knows several "
            "rows of the same person (a whole history) may single them out."
        )
    risks.append(
        "Each release was judged alone: comparing it with an earlier release of changed data can "
        "tell more than either of them."
    )
    return tuple(risks)

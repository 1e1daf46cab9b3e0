"""A bundle with every kind of check, warnings, failures and the history of twelve validations."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

from veilflow.evidence import (
    Check,
    EvidenceBundle,
    PastCheck,
    PastValidation,
    StageEvidence,
)

RUN = "2026-03-14T01-00-00Z-9a1e"
POLICY = "9f2c4a1be07d5568a3f1c0d49b7e2a6650d1c38fe94b7a2210cd86e5f3ab4419"
NOW = dt.datetime(2026, 3, 14, 1, 5, tzinfo=dt.UTC)

_SEEN = (
    "No value is a raw value, of 6 characters or more, of patients.patient_id, patients.mrn, "
    "patients.full_name, patients.email, patients.phone and patients.street. The attacker is "
    "assumed to know somebody's identifiers and to search for them, in any case, spacing and "
    "Unicode form."
)
_LABELS = "Every value is a label of the level that the output claims, and none is finer."
_NULLS = "At most 0.04 of the column's values are missing."


def checks() -> tuple[Check, ...]:
    """Sixty-odd, as a real run over three tables has them."""
    tables = {"patients": 14, "encounters": 16, "notes": 12}
    structure = [
        Check(name=name, table=table, passed=True, sentence=sentence)
        for table in tables
        for name, sentence in (
            ("columns as promised", "The table has exactly the columns that the policy releases, "
             "in its order: nothing that nobody decided about."),
            ("rows kept", "The table has at least 0.95 of the source's rows, and no more than the "
             "source: no more was suppressed than the policy allows, and nothing was written "
             "twice."),
        )
    ]  # fmt: skip
    labels = [
        _zero("labels of the level", "structure", table, column, _LABELS)
        for table, column in (
            ("patients", "birth_date"), ("patients", "sex"), ("patients", "zip_code"),
            ("patients", "city"), ("patients", "ethnicity"), ("encounters", "admission_date"),
            ("encounters", "ward"),
        )
    ]  # fmt: skip
    leaks = [
        _zero("raw identifiers absent", "leak", table, f"column_{i}", _SEEN)
        for table, number in tables.items()
        for i in range(number // 2)
    ]
    nulls = [
        Check(name="null share", kind="utility", table=table, column=f"column_{i}", unit="share",
              passed=True, observed=round(0.0021 * i, 4), bound=0.04, sentence=_NULLS)
        for table, number in tables.items()
        for i in range(number)
    ]  # fmt: skip
    return (
        *structure,
        *labels,
        _zero("people of patients", "structure", "encounters", "patient_id",
              "Every row belongs to somebody in patients: whoever was suppressed there is gone "
              "here too."),
        _zero("pseudonym form", "structure", "patients", "patient_id",
              "Every value has the form of a keyed pseudonym. Whether it can be undone depends on "
              "the masking key, which no reader holds."),
        *leaks,
        Check(name="own raw values absent", kind="leak", table="notes", column="author",
              passed=False, bound=None, unit="rows",
              sentence="No value is one of the column's raw values. Found: fewer than 10 rows."),
        *_privacy(),
        *_attacks(),
        *_texts(),
        *nulls,
        Check(name="null share", kind="utility", table="patients", column="smoker", unit="share",
              passed=False, blocking=False, observed=0.0441, bound=0.04, sentence=_NULLS),
        Check(name="granularity", kind="utility", table="patients", unit="share", passed=True,
              observed=0.431088, bound=0.25, sentence="The quasi-identifiers keep at least this "
              "share of their detail, suppressed rows counted as having none."),
        Check(name="column mean to be between", table="encounters", column="cost", passed=True,
              observed=812.4, bound=1_000, unit="EUR",
              sentence="Asked for by the policy: expect column mean to be between."),
    )  # fmt: skip


def _zero(name: str, kind: Any, table: str, column: str, sentence: str) -> Check:
    return Check(name=name, kind=kind, table=table, column=column, passed=True, observed=0,
                 bound=0, unit="rows", sentence=sentence)  # fmt: skip


def _privacy() -> tuple[Check, ...]:
    return (
        Check(name="k-anonymity", kind="privacy", table="patients", passed=True, observed=7,
              bound=5, unit="people", sentence="Every combination of birth_date, sex, zip_code and "
              "city is shared by at least 5 people. The attacker is assumed to know all of these "
              "about one person who is in the data."),
        Check(name="k-anonymity", kind="privacy", table="encounters", passed=True, observed=5,
              bound=5, unit="people", sentence="Every combination of birth_date, sex, zip_code, "
              "city and ward, joined with patients, is shared by at least 5 people."),
        Check(name="l-diversity", kind="privacy", table="encounters", column="diagnosis",
              passed=False, blocking=False, observed=1, bound=2, unit="l",
              sentence="The people who share their quasi-identifiers have at least 2 different "
              "values of diagnosis."),
        Check(name="t-closeness", kind="privacy", table="patients", column="blood_type",
              passed=True, observed=0.18, bound=0.25, unit="t",
              sentence="Among the people who share their quasi-identifiers blood_type is "
              "distributed as in the whole table, up to a distance of 0.25."),
        Check(name="re-identification risk", kind="privacy", table="patients", passed=True,
              observed=1 / 7, bound=0.2, unit="share", sentence="For an attacker who knows the "
              "quasi-identifiers of one person who is in the data, the highest chance of naming "
              "the right person is at most 0.2."),
    )  # fmt: skip


def _attacks() -> tuple[Check, ...]:
    return (
        Check(name="linkage attack", kind="attack", table="patients", passed=False, unit="share",
              observed=0.0712, bound=0.05, low=0.0588, high=0.0851, baseline=0.0101,
              smallest_detectable=0.004, sentence="Somebody who holds the raw quasi-identifiers of "
              "2,000 people of the source links them to the output: the share who were linked to "
              "one record, and the right one, is at most 0.05."),
        Check(name="homogeneity attack", kind="attack", table="encounters", column="diagnosis",
              passed=True, unit="share", observed=0.012, bound=0.05, low=0.008, high=0.017,
              baseline=0.01, sentence="Of few people a diagnosis becomes certain because all who "
              "look the same share it."),
        Check(name="frequency attack", kind="attack", table="encounters", column="doctor",
              passed=True, unit="share", observed=0.0, bound=0.01, low=0.0, high=0.0037,
              baseline=0.0004, smallest_detectable=0.0052,
              sentence="Few pseudonyms can be named by how often they occur."),
        Check(name="row order attack", kind="attack", table="patients", passed=True, unit="",
              observed=0.004, bound=0.02, low=-0.006, high=0.014, baseline=0.0,
              sentence="The order of the rows tells nothing about the order of the source."),
        Check(name="singling out", kind="attack", table="patients", passed=True, unit="share",
              observed=0.021, bound=0.02, low=0.014, high=0.031, baseline=0.019,
              smallest_detectable=0.011, sentence="Combinations of values that fit one person "
              "only are found no oftener than for people whom the model never saw."),
    )  # fmt: skip


def _texts() -> tuple[Check, ...]:
    return (
        Check(name="detector recall", kind="text", table="notes", column="text", passed=True,
              unit="share", observed=0.991, bound=0.97, low=0.979, high=0.997,
              sentence="Of the names, numbers and addresses that a person marked in 400 texts, at "
              "least 0.97 were redacted."),
        _zero("known identifiers absent", "text", "notes", "text", "No text holds an identifier "
              "that the tables of the run know."),
    )  # fmt: skip


def history(runs: int = 12) -> tuple[PastValidation, ...]:
    """Nightly validations before :data:`NOW`: the figures move, two failed, one was a trial."""
    past = []
    for i in range(runs):
        drift = math.sin(i * 0.9) * 0.3 + i / runs
        past.append(
            PastValidation(
                run=f"2026-03-{2 + i:02d}T01-00-00Z-{i:04x}",
                created=dt.datetime(2026, 3, 2 + i, 1, 5, tzinfo=dt.UTC),
                passed=i not in (3, 9),
                trial=i == 5,
                rows={"patients": 48_000 + 140 * i, "encounters": 144_020 + 511 * i},
                checks=tuple(_then(check, i, drift) for check in checks()),
            )
        )
    return tuple(past)


def _then(check: Check, i: int, drift: float) -> PastCheck:
    """``check`` as it was in the ``i``-th validation: near what it is now."""
    told = check.observed
    moved = told if not told or told == 1 else round(told * (0.8 + 0.25 * drift), 4)
    if check.unit == "share" and moved:
        moved = min(1.0, moved)
    if check.unit == "people" and told:
        moved = float(round(told + drift))
    passed = check.passed if i > 8 else True
    return PastCheck(
        name=check.name, table=check.table, column=check.column, passed=passed and i != 3,
        blocking=check.blocking, observed=None if i == 4 else moved,
        bound=check.bound if i > 2 else None if check.bound is None else check.bound * 1.2,
    )  # fmt: skip


def rich(**changes: Any) -> EvidenceBundle:
    """A run that failed two checks and warned twice."""
    stage = StageEvidence(
        stage="validate", run=RUN, dataset="hospital", policy_sha256=POLICY, attempt="1",
        started=NOW, seconds=71.3, cpu_seconds=133.9, checks=checks(),
    )  # fmt: skip
    given: dict[str, Any] = {
        "dataset": "hospital",
        "run": RUN,
        "product": "masked",
        "created": NOW,
        "trial": False,
        "policy_sha256": POLICY,
        "policy_name": "hospital.yaml",
        "purpose": {"purpose": "Study of readmission", "owner": "Clinical data office"},
        "parameters": {"k": 5},
        "privacy_unit": "patient_id",
        "stages": (stage,),
        "history": history(),
    }
    return EvidenceBundle(**{**given, **changes})

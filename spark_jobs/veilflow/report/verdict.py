"""What became of the run, decided from the evidence: the first thing a reader wants to know."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from veilflow.report.facts import Facts, JudgedCheck
from veilflow.report.formatting import humanise, plural

__all__ = ["Step", "Verdict", "judge"]

State = Literal["released", "trial", "refused", "pending", "contradicted"]


@dataclass(frozen=True)
class Step:
    """Something to do next, and the command that does it, if there is one."""

    sentence: str
    command: str = ""


@dataclass(frozen=True)
class Verdict:
    """``state`` in a word, a headline, one sentence, the reasons, and what to do next."""

    state: State
    headline: str
    sentence: str
    reasons: tuple[str, ...] = ()
    next_steps: tuple[Step, ...] = ()


def judge(facts: Facts) -> Verdict:
    """The verdict. A refusal or a failed blocking check always outweighs a release record.

    It repeats what the stages recorded and doesn't look at the store: what happened after the
    report was written isn't in it.
    """
    failed = tuple(each for each in facts.checks if each.is_blocking_failure)
    if facts.released and (facts.refused or failed):
        return _contradicted(facts, failed)
    if facts.refused or failed:
        return _refused(facts, failed)
    if facts.released is None:
        return _pending(facts)
    if facts.trial or facts.released.trial:
        return Verdict(
            "trial",
            "Trial release",
            "The run was limited, so its output was published for trying out and never becomes "
            "the current release of its series.",
            next_steps=(
                Step("Make a numbered release by a run without limits:", _command("run", facts)),
            ),
        )
    number = facts.released.number
    return Verdict(
        "released",
        "Released" if number is None else f"Released as number {number:,}",
        f"{_passed(facts.checks)} The files are encrypted; readers trust the signed manifest "
        "that lists them.",
    )


def _refused(facts: Facts, failed: Sequence[JudgedCheck]) -> Verdict:
    return Verdict(
        "refused",
        "Refused",
        "Nothing of this run was released. Readers open what a manifest lists, and a refused run "
        "has none; the last good release of the series, if there is one, stays current.",
        reasons=_reasons(facts, failed),
        next_steps=(
            Step(
                "Do what each reason above asks for; where a figure missed its bound, the "
                "policy's owner decides between a coarser hierarchy, fewer quasi-identifiers and "
                "dropping a column. Raising a limit raises the risk that it limits."
            ),
            Step("See what the changed policy would do:", _command("plan", facts)),
            Step("Run it again:", _command("run", facts)),
        ),
    )


def _contradicted(facts: Facts, failed: Sequence[JudgedCheck]) -> Verdict:
    return Verdict(
        "contradicted",
        "Released against its evidence",
        "The evidence holds a release and also the reasons below not to make it. Treat the "
        "release as an incident until somebody has found out why.",
        reasons=_reasons(facts, failed),
        next_steps=(
            Step("Withdraw readers' access to the release key that this report names."),
            Step("Check the release against its signature and its hashes with the command below."),
        ),
    )


def _pending(facts: Facts) -> Verdict:
    done = ", ".join(stage.stage for stage in facts.stages) or "none"
    return Verdict(
        "pending",
        "Not released yet",
        f"When this report was written, nothing had been published. Stages done: {done}. "
        f"{_passed(facts.checks)}",
        next_steps=(
            Step(
                "Without a manifest nobody can read the output. Approval and publication, if they "
                "followed, are recorded in the release's manifest."
            ),
        ),
    )


def _reasons(facts: Facts, failed: Sequence[JudgedCheck]) -> tuple[str, ...]:
    if facts.refused:
        return facts.refused
    return tuple(f"{humanise(each.check.name)}: {each.check.sentence}" for each in failed)


def _command(verb: str, facts: Facts) -> str:
    return f"veilflow {verb} {shlex.quote(facts.policy_name)}"


def _passed(checks: Sequence[JudgedCheck]) -> str:
    if not checks:
        return "No check was recorded."
    blocking = [each for each in checks if each.check.blocking]
    warnings = sum(not each.check.passed for each in checks if not each.check.blocking)
    said = (
        f"All {plural(len(blocking), 'blocking check')} passed"
        if len(blocking) > 1
        else ("The one blocking check passed" if blocking else "No check was blocking")
    )
    return f"{said}; {plural(warnings, 'warning')}." if warnings else f"{said}."

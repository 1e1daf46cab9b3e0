"""The demo's last words: what was released, where, under which key, and how well measured."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

__all__ = ["closing_lines", "failure_lines"]


def closing_lines(told: dict[str, dict[str, Any]]) -> Iterator[str]:
    """``told`` maps each stage to the summary of its evidence."""
    for publish, validate in (("publish", "validate"), ("publish_synthetic", "validate_synthetic")):
        release = told.get(publish, {}).get("release")
        if not release:
            continue
        number = "trial" if release["number"] is None else f"number {release['number']}"
        yield f"Released ({release['product']}, series {release['series']}, {number})"
        yield f"  what     {_rows(release['rows'])}"
        yield f"  where    {release['prefix']}"
        yield f"  key      {release['release_key']} ({release['provider']})"
        yield f"  signed   {release['signer']}, {release['signer_fingerprint']}"
        if release["product"] == "masked":
            yield from _privacy({**told.get("protect", {}), **told.get("validate", {})})
        checks = told.get(validate, {})
        if checks.get("checks"):
            passed = checks["checks"] - len(checks["failed_checks"])
            noted = ", ".join(sorted(set(checks["failed_checks"])))
            yield f"  checks   {passed} of {checks['checks']} passed" + (
                f"; noted: {noted}" if noted else ""
            )
        yield f"  report   {release['report']}"
        yield ""


def failure_lines(task: dict[str, Any], failure: dict[str, Any] | None) -> Iterator[str]:
    """Which stage failed and why; ``failure`` is the record that it left, if it could."""
    stage = task["task_id"]
    if failure is None:
        yield f"{stage} failed without a recorded reason; its log in Airflow tells more."
        return
    yield f"{stage} failed:"
    for reason in failure.get("reasons", ()):
        yield f"  - {reason}"
    if failure.get("remedy"):
        yield f"Next: {failure['remedy']}"


def _privacy(measured: dict[str, Any]) -> Iterator[str]:
    if "k" in measured:
        yield f"  privacy  k = {measured['k']} asked; measured on the output:"
    for view, risk in measured.get("risk", {}).items():
        if risk["smallest_class"] is not None:
            most = "" if risk["max_risk"] is None else f", highest risk {risk['max_risk']:.1%}"
            yield f"           {view}: smallest class {risk['smallest_class']} people{most}"
    utility = []
    if "loss" in measured:
        utility.append(f"loss {measured['loss']:.3f} (0 keeps all, 1 nothing)")
    if "granularity" in measured:
        utility.append(f"mean granularity kept {measured['granularity']:.1%}")
    if utility:
        yield f"  utility  {'; '.join(utility)}"


def _rows(rows: dict[str, int]) -> str:
    return ", ".join(f"{table} {count:,} rows" for table, count in rows.items())

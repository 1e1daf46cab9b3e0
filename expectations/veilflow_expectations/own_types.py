"""Types of a policy's own, which suites name and the process that runs them defines."""

from __future__ import annotations

from collections.abc import Sequence

from veilflow.errors import UsageError

from veilflow_expectations.references import current_references

__all__ = ["require_own"]


def require_own(named: Sequence[str]) -> None:
    """Raises UsageError where a suite names a type of one's own that nobody has defined here."""
    known = {one.id for one in current_references().types.types}
    unknown = sorted(set(named) - known)
    if unknown:
        raise UsageError(
            f"own_types: no type of your own is called {', '.join(unknown)} here.",
            remedy="Define it under 'types:' of the policy that the suite is run with.",
        )

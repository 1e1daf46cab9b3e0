"""One root for everything Veilflow raises; each class is named after the decision it forces.

A message says what is wrong, where, and what to do next. It never holds a cell value, a key or a
row: an error that an engine raised is replaced by :class:`StageFailed`, which carries only what
:mod:`veilflow.spark.redaction` lets through.
"""

from __future__ import annotations

from collections.abc import Sequence

__all__ = [
    "CapabilityMissing",
    "IntegrityError",
    "KeyDestroyed",
    "KeyNotFound",
    "KeyUnavailable",
    "PolicyError",
    "PrerequisiteMissing",
    "ReleaseRefused",
    "SourceChanged",
    "SourceError",
    "StageFailed",
    "StoreUnavailable",
    "UsageError",
    "VaultUnavailable",
    "VeilflowError",
]


class VeilflowError(Exception):
    """Root of all errors; ``exit_code`` is what the command line and the Spark jobs end with.

    Exit codes: 0 done, 2 refused by a policy or a gate, 1 failed.
    """

    exit_code = 1

    def __init__(self, message: str, *, remedy: str = "") -> None:
        super().__init__(f"{message} {remedy}".strip() if remedy else message)
        self.message = message
        self.remedy = remedy

    def __reduce__(self) -> tuple[object, ...]:
        # Keyword arguments don't survive BaseException's own pickling, and workers raise these.
        return (_rebuild, (type(self), self.args, self.__dict__.copy()))


def _rebuild(
    kind: type[VeilflowError], args: tuple[object, ...], state: dict[str, object]
) -> VeilflowError:
    error = kind.__new__(kind)
    error.args = args
    error.__dict__.update(state)
    return error


class UsageError(VeilflowError):
    """An argument or an environment variable is wrong."""


class PrerequisiteMissing(VeilflowError):
    """The machine or the cluster lacks something; the remedy names the package or the setting."""


class PolicyError(VeilflowError):
    """The policy can't be used as written. ``problems`` lists every one, located."""

    exit_code = 2

    def __init__(self, problems: str | Sequence[str], *, remedy: str = "") -> None:
        listed = [problems] if isinstance(problems, str) else list(problems)
        super().__init__("\n".join(listed), remedy=remedy)
        self.problems = tuple(listed)


class ReleaseRefused(VeilflowError):
    """A gate said no: this output must not leave. ``reasons`` are value-free sentences."""

    exit_code = 2

    def __init__(self, reasons: str | Sequence[str], *, remedy: str = "") -> None:
        listed = [reasons] if isinstance(reasons, str) else list(reasons)
        super().__init__("\n".join(listed), remedy=remedy)
        self.reasons = tuple(listed)


class SourceError(VeilflowError):
    """The source can't be read as the policy describes it."""


class SourceChanged(SourceError):
    """The source is no longer what the run pinned; a new run is needed."""


class StageFailed(VeilflowError):
    """A stage broke. Nothing was judged and nothing was released; the stage may be retried."""


class IntegrityError(VeilflowError):
    """Stored bytes, a signature or a manifest don't match: don't use this release."""


class StoreUnavailable(VeilflowError):
    """The object store didn't answer, or not in time; the stage may be retried."""


class VaultUnavailable(VeilflowError):
    """The token vault is down, full, or refuses; nothing was released, the stage may be retried."""


class CapabilityMissing(VeilflowError):
    """The store or the key service lacks something that safety rests on."""

    exit_code = 2


class KeyUnavailable(VeilflowError):
    """The key service didn't answer, or refused this caller; the stage may be retried."""


class KeyNotFound(KeyUnavailable):
    """No key of that name is known to the provider."""


class KeyDestroyed(VeilflowError):
    """The key was destroyed: what it protected can't be read again."""

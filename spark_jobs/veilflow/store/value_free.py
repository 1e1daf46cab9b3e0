"""Errors that may leave a worker: engines quote values in theirs, and Spark logs them verbatim."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from veilflow.errors import VeilflowError
from veilflow.spark.redaction import WorkerFailed, describe

__all__ = ["value_free"]

_LONGEST = 390


@contextmanager
def value_free(doing: str, table: str) -> Iterator[None]:
    """Replaces every error by :class:`WorkerFailed`, whose text is safe in any log.

    It says ``doing``, the table, the error's class and the innermost line of ours. The text of our
    own errors is value-free by law and is kept; any other's is not. ``KeyboardInterrupt`` and the
    like pass.
    """
    try:
        yield
    except WorkerFailed:
        raise
    except VeilflowError as error:
        raise _failed(doing, table, f"{type(error).__name__}: {error}") from None
    except Exception as error:  # noqa: BLE001 - replaced, never swallowed
        raise _failed(doing, table, describe(error)) from None


def _failed(doing: str, table: str, what: str) -> WorkerFailed:
    # Braces delimit the sentence for whoever picks it out of Spark's own text.
    sentence = f"{doing} table {table}: {what}".replace("{", "(").replace("}", ")")
    return WorkerFailed(sentence[:_LONGEST])

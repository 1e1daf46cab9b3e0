"""Errors without values: what an engine says is replaced by what is safe to say.

Spark, Arrow and a user's own transform put cell values into their messages (CAST_INVALID_INPUT,
MALFORMED_RECORD, "could not convert ..."). Two guards keep them in:

* :func:`guarded` on everything that runs in a Python worker, because a worker's exception text
  reaches executor logs, the driver's log and the event log verbatim;
* :func:`stage_errors` around a stage on the driver.

Both pass on the error's class, its condition name where Spark has one, the place in our code, and
for workers the column or table: never the message.
"""

from __future__ import annotations

import functools
import logging
import re
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import ParamSpec, TypeVar

from veilflow.errors import StageFailed, VeilflowError

__all__ = ["WorkerFailed", "describe", "guarded", "silence_engine_log", "stage_errors"]

_PACKAGE = str(Path(__file__).resolve().parent.parent)
_SAFE = re.compile(r"veilflow-safe\{([^{}]{0,400})\}")
# The last line of a worker's traceback, where the error is one of ours: value-free by rule.
_OURS = re.compile(r"^veilflow[\w.]*\.[A-Z]\w+: (.{1,600})$", re.MULTILINE)
_CONDITION = re.compile(r"^\[([A-Z][A-Z0-9_.]{2,80})\]")

P = ParamSpec("P")
R = TypeVar("R")


class WorkerFailed(Exception):
    """Raised in a worker instead of what happened there; its text is safe in any log."""

    def __init__(self, sentence: str) -> None:
        super().__init__(f"veilflow-safe{{{sentence}}}")


def guarded(what: str, function: Callable[P, R]) -> Callable[P, R]:
    """``function`` for a worker: any exception becomes a WorkerFailed about ``what``.

    ``what`` names the stage, table and columns. A VeilflowError's own message is value-free by
    rule and is kept.
    """

    @functools.wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> R:
        sentence = ""
        try:
            return function(*args, **kwargs)
        except WorkerFailed:
            raise
        except VeilflowError as error:
            sentence = f"{what}: {_plain(str(error))}"
        except Exception as error:  # noqa: BLE001 - every message may hold a value
            sentence = f"{what}: {type(error).__name__} at {_our_frame(error)}"
        # Outside the except block, so that the original isn't even this exception's context.
        raise WorkerFailed(sentence)

    return call


def silence_engine_log() -> None:
    """Stop Spark's Python loggers, which write engine messages, values and all, to stderr."""
    for name in ("DataFrameQueryContextLogger", "SQLQueryContextLogger"):
        logging.getLogger(name).disabled = True


@contextmanager
def stage_errors(stage: str) -> Iterator[None]:
    """Replace anything but a VeilflowError by a StageFailed that holds no value."""
    sentence = ""
    try:
        yield
    except VeilflowError:
        raise
    except Exception as error:  # noqa: BLE001 - every message may hold a value
        sentence = describe(error)
    if sentence:
        raise StageFailed(
            f"Stage {stage} failed: {sentence}.",
            remedy="Nothing was released. Mend the cause and retry the stage.",
        )


def describe(error: BaseException) -> str:
    """What may be said about ``error``: a worker's safe sentence, or class, condition and place."""
    text = str(error)
    said = _SAFE.search(text)
    if said:
        return said.group(1).rstrip(".")
    ours = _OURS.search(text)
    if ours:
        return ours.group(1).rstrip(".")
    condition = ""
    get_condition = getattr(error, "getCondition", None)
    if callable(get_condition):
        condition = get_condition() or ""
    if not condition:
        found = _CONDITION.match(text)
        condition = found.group(1) if found else ""
    named = f"{type(error).__name__} {condition}".strip()
    return f"{named} at {_our_frame(error)}"


def _our_frame(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    for frame in reversed(frames):
        if frame.filename.startswith(_PACKAGE):
            return f"{Path(frame.filename).relative_to(_PACKAGE)}:{frame.lineno}"
    return f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "unknown place"


def _plain(text: str) -> str:
    return text.replace("{", "(").replace("}", ")")[:400]

"""Errors without values: what an engine says is replaced by what is safe to say.

Spark, Arrow and a user's own transform put cell values into their messages (CAST_INVALID_INPUT,
MALFORMED_RECORD, "could not convert ..."). Two guards keep them in:

* :func:`guarded` on everything that runs in a Python worker, because a worker's exception text
  reaches executor logs, the driver's log and the event log verbatim;
* :func:`stage_errors` around a stage on the driver.

A worker that refuses (a transform met a value that it must not treat) stays a refusal.

Both pass on the error's class, its condition name where Spark has one, the place in our code, and
for workers the column or table: never the message.
"""

from __future__ import annotations

import functools
import logging
import os
import re
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import ParamSpec, TypeVar

from veilflow.errors import ReleaseRefused, StageFailed, VeilflowError

__all__ = [
    "WorkerFailed",
    "describe",
    "guarded",
    "raised_by_us",
    "refusal_text",
    "silence_engine_log",
    "stage_errors",
]

_OUR_PACKAGES = ("veilflow", "veilflow_airflow", "veilflow_expectations")
_LONGEST = 1_600
"""Characters of a sentence: a place on S3 may have a thousand."""
_PACKAGE = str(Path(__file__).resolve().parent.parent)
_SAFE = re.compile(r"veilflow-(?:safe|refused)\{([^{}]{0,1600})\}")
_REFUSED = re.compile(r"veilflow-refused\{([^{}]{0,1600})\}")
# Fixed phrases of the system's: worth telling, and no value can be read from them.
_CAUSES = {
    "No space left on device": "a disk is full; Spark's own files are in spark.local.dir",
    "Disk quota exceeded": "a disk quota is used up; Spark's own files are in spark.local.dir",
    "File too large": "a limit on the size of files was met",
    "java.lang.OutOfMemoryError": "memory ran out; VEILFLOW_DRIVER_MEMORY gives a driver more",
}
_CONDITION = re.compile(r"^\[([A-Z][A-Z0-9_.]{2,80})\]")

P = ParamSpec("P")
R = TypeVar("R")


class WorkerFailed(Exception):
    """Raised in a worker instead of what happened there; its text is safe in any log."""

    def __init__(self, sentence: str, *, is_refusal: bool = False) -> None:
        text = f"veilflow-safe{{{_plain(sentence)}}}"
        super().__init__(refusal_text(sentence) if is_refusal else text)


def refusal_text(sentence: str) -> str:
    """The text of an engine's error by which :func:`stage_errors` knows a refusal of ours."""
    return f"veilflow-refused{{{_plain(sentence)}}}"


def guarded(what: str, function: Callable[P, R]) -> Callable[P, R]:
    """``function`` for a worker: any exception becomes a WorkerFailed about ``what``.

    ``what`` names the stage, table and columns. An error that our own code raised is value-free
    by rule, and its message is kept. What the function prints or logs meanwhile is dropped: it
    would end up in an executor's log.
    """

    @functools.wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> R:
        sentence, is_refusal = "", False
        try:
            with _silence():
                return function(*args, **kwargs)
        except (WorkerFailed, KeyboardInterrupt, GeneratorExit):
            raise
        except BaseException as error:  # noqa: BLE001 - sys.exit("...") in a transform, too
            said = f": {error}" if raised_by_us(error) else f" at {_our_frame(error)}"
            is_refusal = isinstance(error, ReleaseRefused) and raised_by_us(error)
            sentence = f"{what}{said}" if is_refusal else f"{what}: {type(error).__name__}{said}"
        # Outside the except block, so that the original isn't even this exception's context.
        raise WorkerFailed(sentence, is_refusal=is_refusal)

    return call


@contextmanager
def _silence() -> Iterator[None]:
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        with open(os.devnull, "w") as nowhere, redirect_stdout(nowhere), redirect_stderr(nowhere):
            yield
    finally:
        logging.disable(before)


def raised_by_us(error: BaseException) -> bool:
    """True for a VeilflowError raised by our own code: by rule its message holds no value.

    Whoever extends Veilflow can raise our classes too, with anything in the message.
    """
    if not isinstance(error, VeilflowError):
        return False
    module = ""
    for frame, _ in traceback.walk_tb(error.__traceback__):
        module = frame.f_globals.get("__name__", "")
    return module.partition(".")[0] in _OUR_PACKAGES


def silence_engine_log() -> None:
    """Stop Spark's Python loggers, which write engine messages, values and all, to stderr."""
    for name in ("DataFrameQueryContextLogger", "SQLQueryContextLogger"):
        logging.getLogger(name).disabled = True


@contextmanager
def stage_errors(stage: str) -> Iterator[None]:
    """Replace anything but a VeilflowError of our own by a StageFailed that holds no value.

    A refusal that a worker raised is a ReleaseRefused again.
    """
    sentence, is_refusal = "", False
    try:
        yield
    except Exception as error:
        if raised_by_us(error):
            raise
        sentence, is_refusal = describe(error), _is_refusal(error)
    if sentence:
        failure = (
            ReleaseRefused(f"{sentence}.")
            if is_refusal
            else StageFailed(
                f"Stage {stage} failed: {sentence}.",
                remedy="Nothing was released. Mend the cause and retry the stage.",
            )
        )
        try:
            raise failure from None
        finally:
            # A context manager raises while the original is handled: it must not hang on.
            failure.__context__ = None


def describe(error: BaseException) -> str:
    """What may be said about ``error``: a worker's safe sentence, or class, condition and place.

    Only an engine's message is searched for the first two; anybody else's may look like them.
    """
    name = type(error).__name__
    if not _is_engines(error):
        return f"{name} at {_our_frame(error)}"
    text = str(error)
    said = _SAFE.search(text)
    if said:
        return said.group(1).rstrip(".")
    get_condition = getattr(error, "getCondition", None)
    condition = (get_condition() if callable(get_condition) else None) or ""
    if not condition:
        found = _CONDITION.match(text)
        condition = found.group(1) if found else ""
    cause = next((f" ({cause})" for phrase, cause in _CAUSES.items() if phrase in text), "")
    return f"{f'{name} {condition}'.strip()} at {_our_frame(error)}{cause}"


def _is_engines(error: BaseException) -> bool:
    return type(error).__module__.startswith(("pyspark.", "py4j.", __name__))


def _is_refusal(error: BaseException) -> bool:
    return _is_engines(error) and _REFUSED.search(str(error)) is not None


def _our_frame(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    for frame in reversed(frames):
        if frame.filename.startswith(_PACKAGE) and frame.filename != __file__:
            return f"{Path(frame.filename).relative_to(_PACKAGE)}:{frame.lineno}"
    return f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "unknown place"


def _plain(text: str) -> str:
    return text.replace("{", "(").replace("}", ")")[:_LONGEST]

"""What of spark-submit's output may reach a task log.

Engines put cell values into their messages, so a job's own lines pass and the engine's don't.
Until Spark is up no data was read; so long everything passes, because that is where a missing
Java, a wrong master or a broken import show.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

__all__ = ["JOB_PREFIX", "released_lines"]

JOB_PREFIX = "veilflow "

# Spark says the first at INFO only, and the second wherever spark.log.level is set.
_UP = ("Running Spark version", "Setting Spark log level")

# The provider finds an application's id in these; the rest of such a line stays out.
_IDENTIFIERS = (
    re.compile(r"driver-\d{14}-\d+"),
    re.compile(r"application_\d+_\d+"),
    re.compile(r"pod name: [a-z0-9.-]+-driver$"),
    re.compile(r"submission ID spark:[\w.-]+-driver"),
    re.compile(r"spark-app-selector -> spark-[a-z0-9]+, "),
    re.compile(r"[eE]xit code: \d+"),
)
# Fixed phrases of the JVM that explain a death and can't hold a value.
_DEATHS = {
    "java.lang.OutOfMemoryError": "the JVM ran out of memory; raise spark.driver.memory",
    "No space left on device": "the disk is full; free space where Spark keeps its local files",
}


def released_lines(lines: Iterable[str]) -> Iterator[str]:
    """The lines that hold no cell value: see the module's description. Ends with a count."""
    withheld = 0
    has_started = False
    told: set[str] = set()
    for raw in lines:
        line = raw.rstrip("\n")
        if line.startswith(JOB_PREFIX):
            has_started = True
            yield line
        elif not has_started:
            has_started = any(sign in line for sign in _UP)
            yield line
        else:
            withheld += 1
            for sentence in (*_identifiers(line), *_deaths(line)):
                if sentence not in told:
                    told.add(sentence)
                    yield sentence
    if withheld:
        yield f"({withheld} lines of engine output withheld: they may quote values)"


def _identifiers(line: str) -> Iterator[str]:
    for pattern in _IDENTIFIERS:
        found = pattern.search(line)
        if found:
            yield found.group(0)


def _deaths(line: str) -> Iterator[str]:
    for phrase, sentence in _DEATHS.items():
        if phrase in line:
            yield sentence

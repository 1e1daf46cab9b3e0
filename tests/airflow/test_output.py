"""Which lines of spark-submit reach a task log."""

from __future__ import annotations

import pytest
from veilflow_airflow.output import JOB_PREFIX, released_lines

CANARY = "zq-canary-4711"
STARTED = f"{JOB_PREFIX}protect: starts\n"


def test_everything_passes_until_the_job_says_its_first_line() -> None:
    lines = ["JAVA_HOME is not set\n", "WARN Utils: something\n"]
    assert list(released_lines(lines)) == ["JAVA_HOME is not set", "WARN Utils: something"]


@pytest.mark.parametrize(
    "line",
    [
        f"ERROR Executor: [CAST_INVALID_INPUT] The value '{CANARY}' can't be cast\n",
        f"  File somewhere, veilflow {CANARY}\n",
        f" {JOB_PREFIX}{CANARY}\n",
        f"{CANARY}\n",
        f"Caused by: pod name: {CANARY} driver\n",
    ],
)
def test_engine_output_is_withheld_once_data_is_read(line: str) -> None:
    released = list(released_lines([STARTED, line, f"{JOB_PREFIX}protect ends\n"]))
    assert released[:2] == [f"{JOB_PREFIX}protect: starts", f"{JOB_PREFIX}protect ends"]
    assert released[2:] == ["(1 lines of engine output withheld: they may quote values)"]
    assert CANARY not in "".join(released)


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        (f"{CANARY} driver-20260101120000-0001 {CANARY}", "driver-20260101120000-0001"),
        (f"{CANARY} Submitted application_17_0004", "application_17_0004"),
        (f"{CANARY} Exit code: 2", "Exit code: 2"),
        (f"x pod name: veilflow-{'a1b2'}-driver", "pod name: veilflow-a1b2-driver"),
    ],
)
def test_the_provider_still_finds_an_applications_id(line: str, kept: str) -> None:
    released = list(released_lines([STARTED, line]))
    assert kept in released
    assert CANARY not in "".join(released)


@pytest.mark.parametrize(
    "line",
    [
        "26/01/01 INFO SparkContext: Running Spark version 4.2.0",
        'Setting Spark log level to "OFF".',
    ],
)
def test_data_may_be_read_as_soon_as_spark_is_up(line: str) -> None:
    released = list(released_lines(["WARN before\n", line, f"WARN {CANARY}\n"]))
    assert released[:2] == ["WARN before", line]
    assert CANARY not in "".join(released)


def test_a_death_is_explained_once_in_our_words() -> None:
    oom = f"java.lang.OutOfMemoryError: {CANARY}"
    released = list(released_lines([STARTED, oom, oom]))
    assert released[1:] == [
        "the JVM ran out of memory; raise spark.driver.memory",
        "(2 lines of engine output withheld: they may quote values)",
    ]

"""The guards around workers and stages, one careless exception after the other, without a JVM."""

from __future__ import annotations

import logging
import sys
import traceback
from collections.abc import Callable

import pytest
from py4j.protocol import Py4JError
from pyspark.errors import PythonException
from veilflow.errors import PolicyError, ReleaseRefused, StageFailed, VeilflowError
from veilflow.spark.redaction import WorkerFailed, describe, guarded, stage_errors

CANARY = "CANARY-7f3a-4711"


class Unprintable(Exception):
    def __str__(self) -> str:
        raise ValueError(CANARY)


class Wrapping(Exception):
    __module__ = "pyspark.errors"


def failing(error: BaseException) -> Callable[[], None]:
    def fail() -> None:
        try:
            int(CANARY)
        except ValueError:
            raise error  # noqa: B904 - the value stays in the context

    return fail


def ours() -> None:
    from veilflow.mask import create_transform

    create_transform("no-such-transform-here:X", {})


CARELESS: dict[str, BaseException] = {
    "a message": ValueError(f"can't read {CANARY}"),
    "what looks like a condition": ValueError("[CANARY.7F3A_4711] can't be read"),
    "what looks safe": ValueError(f"veilflow-safe{{{CANARY}}}"),
    "what looks like ours": ValueError(f"\nveilflow.errors.PolicyError: {CANARY}\n"),
    "an error of ours": PolicyError(CANARY),
    "several arguments": KeyError(CANARY, CANARY),
    "no message at all": Unprintable(CANARY),
    "notes": ValueError("x"),
}
CARELESS["notes"].add_note(CANARY)


@pytest.mark.parametrize("name", CARELESS)
def test_a_stage_tells_class_and_place_alone(name: str) -> None:
    with pytest.raises(StageFailed) as caught, stage_errors("protect"):
        failing(CARELESS[name])()
    told = "".join(traceback.format_exception(caught.value))
    assert "CANARY" not in told
    assert caught.value.__context__ is caught.value.__cause__ is None
    assert type(CARELESS[name]).__name__ in str(caught.value)
    assert "test_redaction.py" in str(caught.value)


@pytest.mark.parametrize("name", [*CARELESS, "an exit"])
def test_a_worker_tells_class_and_place_alone(name: str) -> None:
    error = CARELESS.get(name) or SystemExit(CANARY)
    with pytest.raises(WorkerFailed) as caught:
        guarded("table people, column name", failing(error))()
    told = "".join(traceback.format_exception(caught.value))
    assert "CANARY" not in told
    assert f"table people, column name: {type(error).__name__}" in str(caught.value)


@pytest.mark.parametrize("error", [KeyboardInterrupt(), GeneratorExit()])
def test_an_interrupt_stays_one(error: BaseException) -> None:
    with pytest.raises(type(error)):
        guarded("table people", failing(error))()


def test_an_error_that_our_code_raises_keeps_its_message() -> None:
    with pytest.raises(VeilflowError) as plain:
        ours()
    with pytest.raises(type(plain.value)) as staged, stage_errors("protect"):
        ours()
    assert str(staged.value) == str(plain.value)
    with pytest.raises(WorkerFailed) as worked:
        guarded("table people", ours)()
    assert str(plain.value) in str(worked.value)


def test_what_a_worker_raised_is_told_by_the_driver_whole() -> None:
    with pytest.raises(WorkerFailed) as worked:
        guarded("table people, " + "x" * 300, failing(ValueError("y" * 300 + "{}")))()
    from_spark = Wrapping(f"Job aborted: Traceback ...\nveilflow...: {worked.value}\n")
    said = describe(from_spark)
    assert said.startswith("table people, xxx") and "ValueError" in said


@pytest.mark.parametrize("kind", [PythonException, Py4JError])
def test_an_engine_tells_its_condition_and_no_value(kind: type[Exception]) -> None:
    text = f"[CAST_INVALID_INPUT] The value '{CANARY}' can't be cast. SQLSTATE: 22018"
    said = describe(kind(text))
    assert CANARY not in said
    assert "CAST_INVALID_INPUT" in said


def test_what_a_worker_says_is_dropped(capfd: pytest.CaptureFixture[str]) -> None:
    log = logging.getLogger("canary")
    log.addHandler(handler := logging.StreamHandler(sys.stderr))

    def talk() -> str:
        print(CANARY)
        print(CANARY, file=sys.stderr)
        log.critical(CANARY)
        return CANARY

    try:
        assert guarded("table people", talk)() == CANARY
        assert "CANARY" not in "".join(capfd.readouterr())
        # Nothing stays silenced.
        log.error("heard")
        print("heard too")
        assert capfd.readouterr() == ("heard too\n", "heard\n")
    finally:
        log.removeHandler(handler)


def test_a_refusal_in_a_worker_is_a_refusal_again_and_only_if_it_is_ours() -> None:
    import pyarrow as pa
    from veilflow.mask import settle

    def refuse() -> None:
        settle(pa.array([CANARY]), pa.array([True]), "refuse", "fpe")

    def pretend() -> None:
        raise ReleaseRefused(f"veilflow-refused{{{CANARY}}}")

    def stage(work: Callable[[], None]) -> None:
        with stage_errors("protect"):
            try:
                guarded("table people, column name", work)()
            except WorkerFailed as error:
                raise PythonException(str(error)) from None

    with pytest.raises(ReleaseRefused, match="people, column name: fpe can't treat") as caught:
        stage(refuse)
    assert CANARY not in "".join(traceback.format_exception(caught.value))
    with pytest.raises(StageFailed, match="people, column name: ReleaseRefused at") as broken:
        stage(pretend)
    assert CANARY not in "".join(traceback.format_exception(broken.value))

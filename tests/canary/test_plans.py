"""Plans, explanations and the functions that are shipped to workers hold no value and no key.

Redaction is switched off for it: what isn't there needs no hiding. The classes that suppression
removes are the danger, since they hold values of the people who are hardest to hide.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest
from veilflow.classify.data_files import DataFile
from veilflow.classify.pieces import Piece, pieces_of
from veilflow.classify.s3_server import S3Server
from veilflow.keys import open_provider
from veilflow.pipeline.pin import pin_source
from veilflow.pipeline.run import RunParameters
from veilflow.policy import Policy, read_policy
from veilflow.policy.linkage import linkage_domain
from veilflow.spark.file_scan import planned_scan
from veilflow.spark.permuting import order_key
from veilflow.spark.protect import decide, protect
from veilflow.spark.random_order import in_random_order
from veilflow.spark.reading import cast_columns, read_table
from veilflow.spark.resources import opened_resources
from veilflow.spark.risk_before import risk_before
from veilflow.spark.row_names import key_of_use
from veilflow.store.key_records import ensure_masking_root, masking_key, masking_key_ref
from veilflow.store.object_store import open_store

from tests.canary.cases import ALLOWED, full_policy
from tests.canary.forms import key_needle, text_needle
from tests.canary.leaks import find_leaks
from tests.canary.sample import make_sample

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

pytestmark = pytest.mark.spark

MODULES = Path(__file__).parent / "modules"
REDACTION = "spark.sql.redaction.string.regex"


@pytest.fixture
def unredacted(spark: SparkSession) -> Iterator[SparkSession]:
    before = spark.conf.get(REDACTION)
    spark.conf.set(REDACTION, "this matches nothing")
    yield spark
    spark.conf.set(REDACTION, str(before))


WAYS: dict[str, dict[str, Any]] = {
    "on the driver": {},
    "in parts, full-domain": {"driver_combinations": 1},
    "in parts, locally": {"driver_combinations": 1, "recoding": "local"},
}


@pytest.mark.parametrize("way", WAYS)
def test_plans_hold_no_value_and_no_key(
    unredacted: SparkSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    unredacted.sparkContext.addPyFile(str(MODULES / "canary_code.py"))
    for name, value in ALLOWED.items():
        monkeypatch.setenv(name, value)
    sample = make_sample(tmp_path)
    path = full_policy(sample, synthesize=False)
    policy = read_policy(path).policy
    assert policy.anonymize is not None
    asked = policy.anonymize.model_copy(update=WAYS[way])
    policy = policy.model_copy(update={"anonymize": asked})
    store, provider = open_store(f"file://{tmp_path}/store"), open_provider(f"file://{tmp_path}/k")
    source = pin_source(policy, path, RunParameters(), store, provider)
    frames = {
        table.name: cast_columns(
            read_table(unredacted, source, table), policy.tables[table.name].columns, ("n/a",)
        )
        for table in source.tables
    }
    ensure_masking_root(store, provider, policy.dataset, "masking")
    key_ref = masking_key_ref(provider.uri, store.uri, policy.dataset)
    decision = decide(policy, frames)
    assert decision is not None
    risk_before(policy, frames, decision)
    resources = opened_resources(policy, f"sqlite://{tmp_path}/vault.db")
    drawn_by = b"a key that draws a release's row"
    made = protect(unredacted, policy, frames, decision, key_ref, resources, drawing_key=drawn_by)
    outputs = {name: in_random_order(masked) for name, masked in made.items()}
    assert (decision.in_parts is None) == (way == "on the driver")
    suppressed = frames["people"].count() - outputs["people"].count()
    assert suppressed or way != "on the driver", "a class must be suppressed"

    folder = tmp_path / "plans"
    folder.mkdir()
    for name, frame in {**frames, **{f"masked {n}": f for n, f in outputs.items()}}.items():
        for kind, text in described(frame):
            (folder / f"{name} {kind}").write_bytes(text)
    uses = {
        (linkage_domain(policy, table, name, None), column.treatment)
        for table, rules in policy.tables.items()
        for name, column in rules.released.items()
    }
    needles = [
        *sample.hidden,
        *sample.released,
        text_needle("any canary", sample.stem),
        key_needle("drawing", drawn_by),
        key_needle("noise of fees", key_of_use(drawn_by, "noise", "visits", "fee")),
        key_needle("order of rooms", order_key(drawn_by, "visits", ("room",))),
        *(key_needle(f"{use} of {one}", masking_key(key_ref, one, use)) for one, use in uses),
    ]
    assert find_leaks([folder], needles) == []
    written = b"".join(file.read_bytes() for file in folder.iterdir())
    assert b"veilflow.spark.workers" in written, "the shipped functions are among what was searched"
    assert b"Window" in written, "rooms are permuted"
    assert b"HashAggregate" in written or b"Exchange" in written
    assert key_ref.encode() in written


def test_plans_of_scanned_objects_hold_no_credentials(
    unredacted: SparkSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sample = make_sample(tmp_path)
    keys = {"AWS_ACCESS_KEY_ID": "AKIAUNMISTAKABLE0000", "AWS_SECRET_ACCESS_KEY": "unmistakable"}
    for name, value in keys.items():
        monkeypatch.setenv(name, value)
    server = S3Server("http://127.0.0.1:1", "nowhere-1")
    away = DataFile("s3://clinic/t.parquet", (), 1, server)
    pieces = [*pieces_of(sample.raw / "people"), Piece(away, 1, "etag", 1)]
    frame = planned_scan(unredacted, [pieces], targets=1, with_samples=True)
    folder = tmp_path / "plans"
    folder.mkdir()
    for kind, text in described(frame):
        (folder / kind).write_bytes(text)
    needles = [text_needle(name, value) for name, value in keys.items()]
    assert find_leaks([folder], [*needles, *sample.hidden]) == []
    written = b"".join(file.read_bytes() for file in folder.iterdir())
    assert b"s3://clinic/t.parquet" in written, "the shipped functions are what was searched"


def test_plans_of_lent_rows_hold_no_value_and_no_key(
    unredacted: SparkSession, tmp_path: Path
) -> None:
    ages = [20] * 40 + [21] * 3
    policy = Policy.model_validate(
        {
            "dataset": "people",
            "purpose": {"purpose": "test", "legal_basis": "test", "owner": "test",
                        "recipients": ["test"], "retention_days": 1},
            "source": {"root": "."},
            "tables": {"people": {"path": "people", "columns": {
                "name": "keep",
                "age": {"role": "quasi", "hierarchy": {"intervals": [1, 5], "upper": 90}},
            }}},
            "anonymize": {"k": 5, "recoding": "local"},
        }
    )  # fmt: skip
    rows = [(f"CANARY-7f3a-{n}", age) for n, age in enumerate(ages)]
    frames = {"people": unredacted.createDataFrame(pa.table(dict(zip(
        ("name", "age"), map(list, zip(*rows, strict=True)), strict=True))))}  # fmt: skip
    decision, key = decide(policy, frames), b"a key to draw the lent rows by!!"
    assert decision is not None and decision.recodings["people"].lent is not None
    made = protect(unredacted, policy, frames, decision, "", lending_key=key)["people"]
    for kind, text in described(in_random_order(made)):
        (tmp_path / kind).write_bytes(text)
    needles = [text_needle("canary", "CANARY-7f3a"), key_needle("lending", key)]
    assert find_leaks([tmp_path], needles) == []
    assert b"Window" in b"".join(file.read_bytes() for file in tmp_path.iterdir())


def test_a_literal_would_be_found(unredacted: SparkSession, tmp_path: Path) -> None:
    frame = unredacted.range(3).selectExpr("concat('CANARY-7f3a-4711', id) name")
    for kind, text in described(frame):
        (tmp_path / kind).write_bytes(text)
    found = find_leaks([tmp_path], [text_needle("literal", "CANARY-7f3a-4711")])
    assert len({leak.where for leak in found}) >= 8


def described(frame: DataFrame) -> Iterator[tuple[str, bytes]]:
    """Everything that Spark can be made to say about ``frame``."""
    execution = frame._jdf.queryExecution()
    plans = {
        "parsed": execution.logical(),
        "analysed": execution.analyzed(),
        "optimised": execution.optimizedPlan(),
        "physical": execution.sparkPlan(),
        "executed": execution.executedPlan(),
    }
    for kind, plan in plans.items():
        yield kind, plan.toString().encode()
        if kind not in ("physical", "executed"):
            yield f"{kind} as JSON", plan.toJSON().encode()
    for mode in ("simple", "extended", "codegen", "cost", "formatted"):
        yield mode, explained(frame, mode).encode()
    for number, command in enumerate(commands(execution.analyzed(), frame)):
        yield f"function {number}", command


def explained(frame: DataFrame, mode: str) -> str:
    jvm: Any = frame.sparkSession._jvm
    return str(jvm.PythonSQLUtils.explainString(frame._jdf.queryExecution(), mode))


def commands(plan: Any, frame: DataFrame) -> Iterator[bytes]:
    """The pickled functions in ``plan``, as workers get them."""
    java: Any = frame.sparkSession._jvm.scala.jdk.javaapi.CollectionConverters  # type: ignore[union-attr]
    pending = list(java.asJava(plan.expressions()))
    for child in java.asJava(plan.children()):
        yield from commands(child, frame)
    while pending:
        expression = pending.pop()
        if expression.getClass().getSimpleName() == "PythonUDF":
            yield bytes(byte % 256 for byte in java.asJava(expression.func().command()))
        pending.extend(java.asJava(expression.children()))

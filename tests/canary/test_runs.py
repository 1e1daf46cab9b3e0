"""No raw value and no key is found anywhere after whole runs, good ones and failed ones.

On one machine and on a cluster of real executors: in the objects of the store, logs of every
process, event logs, working directories, temporary, shuffle, spill and broadcast files (deleted
ones too), arguments of processes, and what commands print. Everything careless is planted: see
cases.py and modules/canary_code.py.
"""

from __future__ import annotations

import secrets
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from tests.canary.cases import (
    ALLOWED,
    FULL,
    SETTLED,
    Case,
    arguments,
    broken_code,
    broken_data,
    full_policy,
    masks,
    remarks,
    small_table,
)
from tests.canary.forms import Needle, text_needle
from tests.canary.harness import Harness
from tests.canary.keys import key_needles
from tests.canary.leaks import Leak, find_leaks
from tests.canary.sample import Sample, make_sample
from tests.canary.sources import JAR, Sources, serve
from tests.jvm import spark_jars

pytestmark = [pytest.mark.spark, pytest.mark.slow]

JOBS = Path(__file__).resolve().parents[2] / "spark_jobs"
MODULES = Path(__file__).parent / "modules"
CLUSTER = "local-cluster[2,1,1024]"
# What goes wrong in a worker goes wrong the same way on both; these show the executors' logs.
ON_EXECUTORS = ("raises", "exits", "talks", "failsinarrow")
ON_BOTH = ("miscast", "torn")
# A judge of somebody's own, which has Spark work on raw values without any guard.
UNGUARDED = ("casting-judge", "calling-judge")
# Cases that a study of their table fails at, too.
STUDIED = ("no-date", "no-label", "too-rare")
# What these print is the release itself, to who holds its keys.
OUTPUTS = ("preview", "read", "read-synthetic")


@dataclass
class Ran:
    """A machine on which everything has been run."""

    sample: Sample
    harness: Harness
    cases: dict[str, Case]
    secrets: list[str] = field(default_factory=list)
    submitted: int = -1
    sources: Sources = field(default_factory=Sources)

    @property
    def decrypted(self) -> list[Path]:
        """Where released values may be: outputs in the clear."""
        logs = self.harness.folder / "logs"
        outputs = [
            self.decrypted_file,
            *(logs / f"{name}.stdout" for name in OUTPUTS),
        ]
        return [path for path in outputs if path.exists()]

    @property
    def decrypted_file(self) -> Path:
        """A release written out by ``veilflow read``."""
        return self.harness.folder / "decrypted.parquet"

    @property
    def revealed_file(self) -> Path:
        """What ``veilflow reveal`` gave back."""
        return self.harness.folder / "revealed.csv"

    def everything_else(self, needles: list[Needle]) -> list[Leak]:
        """A search of all but the decrypted outputs and what was revealed on purpose."""
        told = [*self.decrypted, self.revealed_file]
        return find_leaks([self.harness.folder], needles, skip=lambda path: path in told)


def _run(ran: Ran, extra: dict[str, list[str]]) -> None:
    told = {**ALLOWED, "CANARY_SECRET_FILE": str(ran.harness.folder.parent / "secret")}
    environments = {name: {**told, **case.environment} for name, case in ran.cases.items()}
    ran.harness.run({**arguments(ran.cases), **extra}, environments)


def _studies(ran: Ran, out: Path) -> dict[str, list[str]]:
    """Studies of the small table, which succeed and fail; ``out`` is in the clear on purpose."""
    columns = {"id": "pseudonym", "name": {"role": "quasi", **SETTLED}, "number": "pseudonym"}
    asked = {"k": 5, "suppression_limit": 1}
    good = ran.sample.write_policy("study", {"small": {"columns": columns}}, anonymize=asked)
    policies = {"study": good, **{name: ran.cases[name].policy for name in STUDIED}}
    small = str(ran.sample.raw / "small")
    page = str(ran.harness.folder / "explore.html")
    commands = {
        f"anonymize-{name}": [
            "anonymize", small, "--policy", str(policy), "--plaintext-out", str(out), "--json",
        ]
        for name, policy in policies.items()
    }  # fmt: skip
    commands["explore"] = ["explore", small, "--policy", str(good), "--out", page]
    commands["explore-spark"] = ["explore", small, "--policy", str(good), "--spark", "--json"]
    commands["explore-no-date"] = ["explore", small, "--policy", str(policies["no-date"])]
    return commands


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    """One machine: the driver runs everything itself. Runs that fail, and what looks at them."""
    folder = tmp_path_factory.mktemp("machine")
    sample = make_sample(folder)
    small_table(sample)
    full = str(full_policy(sample, synthesize=False))
    code = broken_code(sample)
    cases = {
        **broken_data(sample),
        **masks(sample),
        **remarks(sample),
        **{n: case for n, case in code.items() if n not in (*ON_EXECUTORS, *UNGUARDED)},
    }
    with_driver = {"spark.driver.extraClassPath": f"{spark_jars()}:{JAR}"}
    ran = Ran(sample, Harness(folder / "machine", "local[2]", MODULES, with_driver), cases)
    types = folder / "types.yaml"
    types.write_text("types: {own: {role: quasi, detector: 'canary_code:recognises'}}")
    with serve(sample, folder / "moto.log") as ran.sources:
        _run(
            ran,
            {
                "preview": ["preview", full, "--rows", "200", "--json"],
                "preview-miscast": ["preview", str(cases["miscast"].policy), "--json"],
                "preview-masks": ["preview", str(cases["masks"].policy), "--json"],
                "preview-unfit": ["preview", str(cases["unfit-text"].policy), "--json"],
                "preview-remarks": ["preview", str(cases["remarks"].policy), "--json"],
                "preview-wrongtype": ["preview", str(cases["wrongtype"].policy), "--json"],
                "plan": ["plan", full, "--json"],
                "classify": ["classify", str(sample.raw / "people"), "--json"],
                "classify-own": ["classify", str(sample.raw / "people"), "--types", str(types)],
                "classify-all": ["classify", str(sample.raw / "people"), "--exhaustive"],
                "classify-torn": ["classify", str(sample.raw / "torn.csv")],
                "draft": ["draft", str(sample.raw / "people"), "--dataset", "drafted"],
                "read-refused": ["read", "refusing-judge", "--release", "refusing-judge", "--json"],
                **_studies(ran, folder / "study.csv"),
                **ran.sources.commands,
            },
        )
    pin = f"import veilflow.pipeline as p; p.pin({full!r}, 'submitted')"
    ran.harness.watched([sys.executable, "-c", pin], **ALLOWED)
    ran.submitted = ran.harness.submit(JOBS / "protect_job.py", f"{FULL}/submitted", **ALLOWED)
    return ran


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    """A driver and two executors, each a process of its own. A whole run, and some that fail."""
    folder = tmp_path_factory.mktemp("cluster")
    sample = make_sample(folder)
    small_table(sample)
    code, data = broken_code(sample), broken_data(sample)
    cases = {
        # Judged by Great Expectations, as it comes.
        FULL: Case(full_policy(sample, synthesize=True), "0", "checks passed"),
        **{name: code[name] for name in ON_EXECUTORS},
        **{name: data[name] for name in ON_BOTH},
    }
    ran = Ran(sample, Harness(folder / "cluster", CLUSTER, MODULES), cases)
    people = ["--table", "people", "--out", str(ran.decrypted_file)]
    _run(
        ran,
        {
            "read": ["read", FULL, "--rows", "500", "--json"],
            "read-synthetic": ["read", FULL, "--product", "synthetic", "--json"],
            "read-parquet": ["read", FULL, *people],
            "verify": ["verify", FULL, "--json"],
        },
    )
    tokens = pq.read_table(ran.decrypted_file, columns=["account"]).column(0).drop_null()
    (folder / "tokens.txt").write_text("\n".join(tokens.to_pylist()))
    given = ["--values", str(folder / "tokens.txt"), "--out", str(ran.revealed_file)]
    ran.harness.run({"reveal": ["reveal", FULL, "people.account", "--reason", "r", *given]}, {})
    # The retry of a stage that broke, as a user's own cluster might run it.
    ran.secrets = [(folder / "secret").read_text(), secrets.token_hex(32)]
    ran.submitted = ran.harness.submit(
        JOBS / "protect_job.py", "raises/raises", ran.secrets[1], **ALLOWED
    )
    return ran


@pytest.fixture(scope="module")
def unguarded(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    """A cluster whose judge breaks inside Spark, with Spark quoting what it broke on."""
    folder = tmp_path_factory.mktemp("unguarded")
    sample = Sample(folder / "raw", folder / "policies")
    small_table(sample)
    code = broken_code(sample)
    cases = {name: code[name] for name in UNGUARDED}
    ran = Ran(sample, Harness(folder / "cluster", CLUSTER, MODULES), cases)
    _run(ran, {})
    return ran


@pytest.fixture(scope="module", params=["machine", "cluster"])
def ran(request: pytest.FixtureRequest) -> Ran:
    found: Ran = request.getfixturevalue(request.param)
    return found


def test_each_run_ends_as_it_was_meant_to(ran: Ran) -> None:
    wrong = {
        name: (result.code, result.text)
        for name, case in ran.cases.items()
        for result in [ran.harness.results[name]]
        if result.code != case.code or case.says not in result.text
    }
    assert not wrong


def test_what_is_revealed_is_what_was_there(cluster: Ran) -> None:
    """So that it was there to be found, had it been anywhere else."""
    assert cluster.harness.results["reveal"].code == "0", cluster.harness.results["reveal"].text
    _, *revealed = cluster.revealed_file.read_text().splitlines()
    assert len(revealed) > 100 and all("r1." in line for line in revealed)
    assert find_leaks([cluster.revealed_file], cluster.sample.hidden)
    stored = (cluster.harness.home / "vault.db").stat().st_size
    assert stored > len(revealed) * 100


def test_no_raw_value_is_found_anywhere(ran: Ran) -> None:
    sample = ran.sample
    stem = text_needle("any canary", sample.stem)
    assert ran.everything_else([*sample.hidden, *sample.released, stem]) == []


def test_no_key_is_found_outside_the_keyring(ran: Ran) -> None:
    needles = key_needles(ran.harness)
    labels = {needle.label.split()[0] for needle in needles}
    assert {"key", "masking", "digest", "KEK"} <= labels
    assert find_leaks([ran.harness.keyring], needles)
    assert ran.harness.search(needles, keys=True) == []


def test_what_unguarded_code_raises_reaches_the_event_log_alone(unguarded: Ran) -> None:
    """A declared gap: Spark writes failed tasks' messages there, and has no redaction for them."""
    for name, case in unguarded.cases.items():
        result = unguarded.harness.results[name]
        assert result.code == case.code and case.says in result.text, result.text
    found = unguarded.everything_else([text_needle("any canary", unguarded.sample.stem)])
    events = unguarded.harness.folder / "events"
    outside = [leak for leak in found if not leak.where.startswith(f"{events}/")]
    assert outside == []
    assert len({leak.where for leak in found}) == len(UNGUARDED)


def test_the_secret_of_the_cluster_is_in_no_argument_and_no_log(cluster: Ran) -> None:
    made, given = cluster.secrets
    assert len(bytes.fromhex(made)) == 32
    needles = [text_needle("made secret", made), text_needle("given secret", given)]
    assert cluster.everything_else(needles) == []


def test_what_reads_elsewhere_leaves_no_value_and_no_credentials(machine: Ran) -> None:
    """Values are looked for with all others; here that the reading took place, and by whom."""
    results, sources = machine.harness.results, machine.sources
    codes = {name: results[name].code for name in sources.codes}
    assert codes == sources.codes, {name: results[name].text for name in sources.codes}
    assert {"draft-s3", "sample-s3", "torn-s3"} <= codes.keys()
    assert machine.everything_else(sources.secrets) == []
    said = results["torn-s3"].text
    assert "part-1.parquet can't be read as parquet" in said and "Check that the file" in said
    assert "all 240 rows were looked at" in results["draft-s3"].text
    if "torn-jdbc" in codes:
        assert "can't be read (" in results["torn-jdbc"].text
    events = [machine.harness.folder / "events"]
    assert find_leaks(events, [text_needle("the scan", "file_scan.py")])


def test_jobs_end_as_they_were_meant_to_with_spark_logging(machine: Ran, cluster: Ran) -> None:
    assert (machine.submitted, cluster.submitted) == (0, 1)
    last = sorted((machine.harness.folder / "logs").glob("process-*.out"))[-1].read_text()
    assert "veilflow protect: people 117 rows" in last
    assert " INFO " in last, "Spark's own log is among what was searched"
    last = sorted((cluster.harness.folder / "logs").glob("process-*.out"))[-1].read_text()
    assert "column name, MaskInWorker: LookupError" in last
    assert " WARN TaskSetManager: Lost task" in last


def test_the_decrypted_output_holds_what_is_released_and_nothing_hidden(ran: Ran) -> None:
    assert len(ran.decrypted) == (1 if ran.harness.master != CLUSTER else 3)
    assert find_leaks(ran.decrypted, ran.sample.hidden) == []
    for path in ran.decrypted:
        assert find_leaks([path], ran.sample.released), path


def test_other_commands_ended_as_they_were_meant_to(machine: Ran, cluster: Ran) -> None:
    results = {**machine.harness.results, **cluster.harness.results}
    codes = {name: result.code for name, result in results.items()}
    expected = {
        "preview": "0", "preview-masks": "0", "preview-unfit": "2",
        "preview-miscast": "2", "preview-wrongtype": "1", "plan": "0",
        "classify": "0", "classify-own": "2", "classify-all": "0", "classify-torn": "0",
        "draft": "0",
        "read-refused": "1",
        "read": "0", "read-synthetic": "0", "read-parquet": "0", "verify": "0", "reveal": "0",
        "anonymize-study": "0", "anonymize-no-date": "2", "anonymize-no-label": "2",
        "anonymize-too-rare": "2", "explore": "0", "explore-spark": "0",
        "explore-no-date": "2",
    }  # fmt: skip
    assert {name: codes[name] for name in expected} == expected


def test_the_places_that_were_searched_were_filled(ran: Ran) -> None:
    folder = ran.harness.folder
    event = [text_needle("an event", "SparkListenerApplicationEnd")]
    assert find_leaks([folder / "events"], event)
    kept = ran.harness.kept_names
    assert any(name.startswith("shuffle_") and name.endswith(".data") for name in kept)
    assert any(name.startswith("temp_") for name in kept)
    assert {"run.json", "protect.json"} <= kept
    if ran.harness.master == CLUSTER:
        assert {"manifest.json", "evidence.json", "report.html", "validate.json"} <= kept
        logs = [path for path in ran.harness.work.rglob("stderr") if path.stat().st_size]
        assert len(logs) >= 2 * len(ran.cases)

"""The commands: exit codes, what they say, and what --json promises to machines."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import yaml
from veilflow.cli import main
from veilflow.pipeline import open_run
from veilflow.pipeline.audit import read_audit
from veilflow.policy import policy_sha256

from tests.pipeline.place import PEOPLE, PURPOSE, Place, people

pytestmark = pytest.mark.spark

Output = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def shared_session(spark: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands start and stop a session of their own; here they borrow that of all tests."""

    @contextmanager
    def session(*_: object, **__: object) -> Iterator[Any]:
        yield spark

    monkeypatch.setattr("veilflow.spark.session.session", session)


def ran(capsys: Output, *arguments: object) -> tuple[int, str, str]:
    """Exit code, standard output and standard error of one command."""
    capsys.readouterr()
    code = main([str(argument) for argument in arguments])
    shown = capsys.readouterr()
    return code, shown.out, shown.err


# -- run and the stages ------------------------------------------------------------------------


def test_run_tells_what_was_released_and_where(
    place: Place, capsys: Output, judge: Callable[[str], None]
) -> None:
    judge("passes")
    code, out, err = ran(capsys, "run", place.policy(), "--run", "by-hand")
    assert code == 0
    assert "masked release by-hand (number 1)" in out
    assert f"where    {place.store.uri}/releases/people/by-hand" in out
    assert f"key      people/release/by-hand in {place.keys}" in out
    assert "read it  veilflow read people --release by-hand" in out
    for line in ("… pin", "… protect", "people: 200 rows out, 0 suppressed", "1 of 1 checks"):
        assert line in err
    assert "p0001" not in out + err and "Zebedee" not in out + err


def test_run_as_json(place: Place, capsys: Output, judge: Callable[[str], None]) -> None:
    judge("passes")
    code, out, err = ran(capsys, "run", place.policy(), "--trial-rows", "50", "--json")
    told = json.loads(out)
    assert (code, err) == (0, "")
    assert set(told) == {"run", "released", "refused", "stages"}
    assert [stage["stage"] for stage in told["stages"]] == [
        "pin", "classify", "protect", "validate", "publish",
    ]  # fmt: skip
    (released,) = told["released"]
    assert (released["trial"], released["number"], released["rows"]) == (True, None, {"people": 50})
    assert told["refused"] == []
    assert open_run(told["run"]).evidence("publish").released.to_json() == released


def test_a_refused_run_says_why_and_what_to_do(
    place: Place, capsys: Output, judge: Callable[[str], None]
) -> None:
    judge("fails")
    policy = place.policy()
    code, out, err = ran(capsys, "run", policy, "--run", "no-good")
    assert code == 2
    assert "refused: validate: people: k-anonymity failed" in err
    assert f"Change the policy ({policy.name}) or the source and start a new run" in err
    assert "release" not in out
    place.assert_gone("no-good")
    code, out, err = ran(capsys, "run", policy, "--run", "no-good", "--json")
    told = json.loads(out)
    assert code == 2, "resuming doesn't help"
    assert told["released"] == []
    assert "k-anonymity failed" in told["refused"][0]
    assert [stage["stage"] for stage in told["stages"]] == ["pin", "classify", "protect"]


def test_a_run_that_broke_is_resumed_by_its_id(
    place: Place, capsys: Output, judge: Callable[[str], None]
) -> None:
    judge("breaks")
    policy = place.policy()
    code, out, err = ran(capsys, "run", policy, "--run", "broken")
    assert code == 1
    assert "error: Stage validate failed: ValueError at " in err
    assert "Nothing was released. Mend the cause and retry the stage." in err
    assert f"veilflow run {policy} --run broken" in err, "the command that resumes it"
    assert "Zebedee" not in err + out and "Traceback" not in err
    judge("passes")
    assert ran(capsys, "run", policy, "--run", "broken")[0] == 0
    assert len(place.rows("broken")) == 200


def test_stages_one_by_one(place: Place, capsys: Output, judge: Callable[[str], None]) -> None:
    judge("passes")
    uri = place.pin(place.policy()).ref.uri
    code, _, err = ran(capsys, "publish", uri)
    assert (code, "stage classify hasn't finished; run it first" in err) == (1, True)
    assert ran(capsys, "classify", uri)[0] == 0
    code, out, _ = ran(capsys, "protect", uri, "--json")
    assert (code, json.loads(out)["stage"]) == (0, "protect")
    code, out, _ = ran(capsys, "validate", uri)
    assert (code, "validate: 1 of 1 checks passed" in out) == (0, True)
    code, out, _ = ran(capsys, "publish", uri, "--json")
    assert (code, json.loads(out)["released"]["number"]) == (0, 1)


@pytest.mark.parametrize("as_json", [False, True])
def test_errors_are_one_message(place: Place, capsys: Output, as_json: bool) -> None:
    policy = place.policy(anonymize={"k": 1})
    line = policy.read_text().splitlines().index("  k: 1") + 1
    code, out, err = ran(capsys, "run", policy, *(["--json"] if as_json else []))
    assert code == 2
    assert err.splitlines()[-1].startswith(f"refused: {policy}:{line}: anonymize.k: ")
    if as_json:
        told = json.loads(out)
        assert set(told) == {"error", "message", "exit_code"}
        assert (told["error"], told["exit_code"]) == ("PolicyError", 2)
    else:
        assert out == ""
    for arguments in (["run", place.home / "none.yaml"], ["run", place.policy(), "--k", "4"]):
        assert ran(capsys, *arguments)[0] == 2
    missing = f"{place.store.uri}/runs/people/none"
    code, _, err = ran(capsys, "protect", missing)
    assert (code, err) == (
        1, f"… protect\nerror: {missing}: there is no such run; 'veilflow run POLICY' starts one\n"
    )  # fmt: skip


def test_a_mistyped_command_is_a_failure_and_not_a_refusal(capsys: Output) -> None:
    for arguments in (["run"], ["rnu", "x"], ["run", "x", "--k", "many"]):
        with pytest.raises(SystemExit) as end:
            main(arguments)
        assert end.value.code == 1
    assert "usage: veilflow" in capsys.readouterr().err


# -- plan, classify, draft ---------------------------------------------------------------------


def test_plan_tells_what_would_be_done_and_where_it_was_said(place: Place, capsys: Output) -> None:
    policy = place.policy()
    code, out, _ = ran(capsys, "plan", policy, "--json")
    told = json.loads(out)
    assert code == 0
    assert set(told) == {
        "dataset", "policy_sha256", "stages", "settings", "columns", "hierarchies", "source",
        "problems",
    }  # fmt: skip
    assert told["problems"] == []
    assert told["policy_sha256"] == place.pin(policy).record.policy_sha256
    columns = {column["column"]: column for column in told["columns"]}
    lines = [line.strip() for line in policy.read_text().splitlines()]
    line = lines.index("colour: keep") + 1
    assert columns["colour"]["from"] == f"{policy.name}:{line}"
    assert columns["age"]["what"].startswith("generalize: ")
    code, out, _ = ran(capsys, "plan", policy)
    assert (code, "every column of the source is settled" in out) == (0, True)
    assert ran(capsys, "plan", policy, "--k", "4")[0] == 2
    assert (
        json.loads(ran(capsys, "plan", policy, "--k", "7", "--json")[1])["policy_sha256"]
        != (told["policy_sha256"])
    )


def test_plan_shows_what_is_chosen_from_the_data_before_a_run(place: Place, capsys: Output) -> None:
    age = {"role": "quasi", "hierarchy": {"quantiles": 4}}
    policy = place.policy({**PEOPLE, "age": age, "sex": {"role": "quasi", "hierarchy": "auto"}})
    told = json.loads(ran(capsys, "plan", policy, "--json")[1])
    shown = {row["column"]: row for row in told["hierarchies"]}
    assert shown["age"]["chosen_by"] == "quantiles"
    assert (shown["sex"]["chosen_by"], shown["sex"]["hierarchy"]) == ("auto", "redact")
    assert [line.split(":")[0] for line in shown["age"]["levels"]] == [
        "0 4 groups", "1 2 groups", "2 any",
    ]  # fmt: skip
    run = place.pin(policy)
    assert told["policy_sha256"] == run.record.policy_sha256
    pinned = run.policy.tables["people"].columns["age"].hierarchy
    assert pinned is not None and pinned.as_said() == shown["age"]["hierarchy"]
    (note, _) = run.evidence("pin").notes
    assert note == "The hierarchy of 'sex' of people was chosen from the data: 2 levels."
    out = ran(capsys, "plan", policy)[1]
    assert f"people.age: {shown['age']['hierarchy']}  (chosen by quantiles)" in out


def test_plan_names_every_unsettled_column(place: Place, capsys: Output) -> None:
    columns = {name: rule for name, rule in PEOPLE.items() if name not in ("sex", "colour")}
    policy = place.policy({**columns, "iris": "drop"})
    code, out, _ = ran(capsys, "plan", policy)
    assert code == 2
    assert "3 problems with the source's columns" in out
    for line in ("the line 'sex: drop'", "the line 'colour: drop'", "column 'iris' is in the"):
        assert line in out


def test_classify_without_a_policy(place: Place, capsys: Output) -> None:
    code, out, _ = ran(capsys, "classify", place.data / "people", "--json")
    assert code == 0
    columns = {column["name"]: column for column in json.loads(out)["columns"]}
    assert list(columns) == ["person", "full_name", "sex", "age", "colour"]
    assert set(columns["sex"]) == {"name", "type", "role", "score", "evidence"}
    assert columns["person"]["role"] == "identifier"
    code, out, _ = ran(capsys, "classify", place.data)
    assert code == 0 and "Zebedee" not in out and "visits" in out
    code, _, err = ran(capsys, "classify", place.data / "nothing")
    assert (code, "there is no such file or folder" in err) == (1, True)


def test_draft_never_overwrites(place: Place, capsys: Output, tmp_path: Path) -> None:
    out = tmp_path / "drafted.yaml"
    code, said, _ = ran(capsys, "draft", place.data / "people", "--out", out)
    assert code == 0
    assert f"veilflow plan {out}" in said
    drafted = out.read_text()
    assert set(yaml.safe_load(drafted)["tables"]["people"]["columns"]) == set(PEOPLE)
    assert "Zebedee" not in drafted
    code, _, err = ran(capsys, "plan", out)
    assert code == 2, "a draft doesn't load before its purpose is filled in"
    for name in ("purpose", "legal_basis", "owner"):
        line = next(n for n, text in enumerate(drafted.splitlines(), 1) if f"  {name}: ''" in text)
        assert f"{out}:{line}: purpose.{name}: is empty; fill it in" in err
    out.write_text("version: 1  # decided by a person\n")
    code, _, err = ran(capsys, "draft", place.data / "people", "--out", out)
    assert code == 1
    assert f"{out}: exists already, and a policy holds human decisions." in err
    assert "Choose another --out" in err
    assert out.read_text() == "version: 1  # decided by a person\n"


def test_a_filled_in_draft_runs(
    place: Place, capsys: Output, tmp_path: Path, judge: Callable[[str], None]
) -> None:
    judge("passes")
    out = tmp_path / "drafted.yaml"
    assert ran(capsys, "draft", place.data / "people", "--out", out, "--dataset", "people")[0] == 0
    policy = yaml.safe_load(out.read_text())
    policy["purpose"] = PURPOSE
    policy["publish"] = place.publication("drafted")
    out.write_text(yaml.safe_dump(policy, sort_keys=False))
    code, said, _ = ran(capsys, "run", out, "--run", "drafted-run")
    assert (code, "masked release drafted-run (number 1)" in said) == (0, True)
    assert "full_name" not in place.rows("drafted-run")[0]


# -- preview -----------------------------------------------------------------------------------


def test_preview_shows_masked_rows_and_writes_nothing(place: Place, capsys: Output) -> None:
    token = {"role": "identifier", "protect": "vault_token"}
    policy = place.policy({**PEOPLE, "full_name": token})
    vaults = sorted(place.home.glob("vault*"))
    before, audited = place.hashes(""), len(read_audit(place.store))
    code, out, _ = ran(capsys, "preview", policy, "--rows", "7", "--json")
    assert code == 0
    (table,) = json.loads(out).items()
    assert table[0] == "people"
    assert len(table[1]) == 7
    assert set(table[1][0]) == {"person", "full_name", "sex", "age", "colour"}
    assert {row["age"][0] for row in table[1]} == {"["}
    assert all(row["full_name"].startswith("r1.") for row in table[1])
    assert sorted(place.home.glob("vault*")) == vaults, "no vault is asked, so none is made"
    assert not {row["person"] for row in table[1]} & {f"p{n:04d}" for n in range(200)}
    assert "Zebedee" not in out
    assert place.hashes("") == before
    assert len(read_audit(place.store)) == audited


def test_originals_are_shown_for_a_reason_that_is_on_record(place: Place, capsys: Output) -> None:
    policy = place.policy()
    audited = len(read_audit(place.store))
    for more in ([], ["--reason", " "]):
        code, out, err = ran(capsys, "preview", policy, "--with-originals", *more)
        assert (code, out) == (1, "")
        assert "--with-originals shows raw values and needs --reason 'why you need them'" in err
    assert len(read_audit(place.store)) == audited
    reason = "complaint 17: wrong age groups"
    code, out, _ = ran(
        capsys, "preview", policy, "--rows", "3", "--with-originals", "--reason", reason, "--json"
    )
    assert code == 0
    rows = json.loads(out)["people"]
    assert len(rows) == 3
    assert set(rows[0]) == {
        name + more for name in ("person", "sex", "age", "colour") for more in ("", " (original)")
    }
    for row in rows:
        low = int(row["age"].strip("[").partition(",")[0])
        assert low <= row["age (original)"] < low + 20
        assert row["person (original)"].startswith("p0")
    record = read_audit(place.store)[-1]
    assert len(read_audit(place.store)) == audited + 1
    assert (record["action"], record["subject"]) == ("preview-originals", "people")
    assert record["details"]["reason"] == reason
    assert record["details"]["rows"] == "3"
    assert record["details"]["policy_sha256"] == policy_sha256(place.pin(policy).policy)
    assert "@" in record["who"]


def test_a_preview_is_refused_like_a_run(place: Place, capsys: Output) -> None:
    code, out, err = ran(capsys, "preview", place.policy(anonymize={"k": 500}))
    assert (code, out) == (2, "")
    assert "fewer than k = 500" in err
    assert ran(capsys, "preview", place.policy(), "--rows", "0")[0] == 1
    overnight = people().append_column("iris", pa.array(["brown"] * 200))
    place.write(overnight, folder="preview-overnight")
    policy = place.policy(source={"root": str(place.home / "preview-overnight")})
    code, _, err = ran(capsys, "preview", policy)
    assert (code, "nobody decided about column 'iris'" in err) == (2, True)

"""``veilflow anonymize``: against ARX's results, what it writes, and what it refuses."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml
from veilflow.cli import main

GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "adult.json").read_text())
PURPOSE = {
    "purpose": "study", "legal_basis": "public data", "owner": "test",
    "recipients": ["test"], "retention_days": 1,
}  # fmt: skip
WARDS = ["W-canary-1"] * 4 + ["W-canary-2"] * 4 + ["W-canary-3"]
QUASI = {"role": "quasi", "hierarchy": "redact"}

Output = pytest.CaptureFixture[str]


def write_policy(
    folder: Path, columns: dict[str, Any], anonymize: dict[str, Any], **more: Any
) -> Path:
    document = {
        "dataset": "study",
        "purpose": PURPOSE,
        "source": {"root": ".", **more.pop("source", {})},
        "tables": {"people": {"path": "people", "columns": columns}},
        "anonymize": anonymize,
        **more,
    }
    path = folder / "policy.yaml"
    path.write_text(yaml.safe_dump(document, sort_keys=False))
    return path


def ran(capsys: Output, *arguments: object) -> tuple[int, str, str]:
    capsys.readouterr()
    code = main(["anonymize", *map(str, arguments)])
    shown = capsys.readouterr()
    return code, shown.out, shown.err


def told(capsys: Output, source: Path, policy: Path, out: Path, *more: str) -> dict[str, Any]:
    arguments = (source, "--policy", policy, "--plaintext-out", out, "--json", *more)
    code, shown, said = ran(capsys, *arguments)
    assert code == 0, said
    found: dict[str, Any] = json.loads(shown)
    return found


def rows_of(path: Path, delimiter: str = ",") -> list[dict[str, str]]:
    with path.open(newline="") as lines:
        return list(csv.DictReader(lines, delimiter=delimiter))


class TestAgainstArx:
    @pytest.mark.parametrize("run", GOLDEN["runs"], ids=str)
    def test_the_same_result(
        self, reference_data: Path, tmp_path: Path, capsys: Output, run: Any
    ) -> None:
        ell = run.get("distinct_l")
        asked = {"k": run["k"], "suppression_limit": run["suppression_limit"]}
        models = {} if ell is None else {"l_diversity": {"l": ell, "columns": ["occupation"]}}
        policy = self.policy(reference_data, tmp_path, {**asked, **models})
        out = tmp_path / "out.csv"
        found = told(capsys, reference_data / "adult" / "adult.csv", policy, out)
        assert found["levels"] == run["levels"]
        assert found["levels_by_name"] == dict(
            zip(GOLDEN["quasi_identifiers"], run["levels"], strict=True)
        )
        assert found["loss"] == pytest.approx(run["loss"], abs=1e-9, rel=0)
        assert found["objective"] == {"name": "loss", "score": pytest.approx(found["loss"])}
        assert (found["rows"], found["suppressed_rows"]) == (30_162, run["suppressed_rows"])
        assert (found["classes"], found["optimal"]) == (run["classes"], True)
        assert found["granularity_quality"] == pytest.approx(run["granularity_quality"], abs=5e-8)
        assert found["discernibility"] == run["discernibility"]
        assert [model["met"] for model in found["models"]] == [True] * (1 if ell is None else 2)
        assert set(found["seconds"]) >= {"read", "aggregate", "search", "apply", "write"}
        assert len(rows_of(out, ";")) == 30_162 - run["suppressed_rows"]

    def test_what_weights_make_least_is_counted_on_the_output(
        self, reference_data: Path, tmp_path: Path, capsys: Output
    ) -> None:
        asked = {"k": 5, "suppression_limit": 0.02, "weights": {"age": 3, "sex": 0.5}}
        policy = self.policy(reference_data, tmp_path, asked)
        adult = reference_data / "adult" / "adult.csv"
        found = told(capsys, adult, policy, tmp_path / "out.csv")
        assert found["weighted_loss"] == pytest.approx(found["objective"]["score"], abs=1e-11)
        assert found["weighted_loss"] != pytest.approx(found["loss"], abs=1e-3)

    def policy(self, data: Path, folder: Path, asked: dict[str, Any]) -> Path:
        adult = data / "adult"
        columns: dict[str, Any] = {
            name: {"role": "quasi", "hierarchy": {"csv": f"{adult}/adult_hierarchy_{name}.csv"}}
            for name in GOLDEN["quasi_identifiers"]
        }
        columns["occupation"] = "sensitive"
        source = {"root": str(adult), "format": "csv", "delimiter": ";"}
        return write_policy(folder, columns, asked, source=source)


@pytest.fixture
def people(tmp_path: Path) -> Path:
    """Nine people on three wards, one of them alone on hers."""
    path = tmp_path / "people.csv"
    lines = [f"p{n},{ward},{n}.4,note {n}" for n, ward in enumerate(WARDS)]
    path.write_text("\n".join(["id,ward,stay,note", *lines]) + "\n")
    return path


COLUMNS = {
    "id": "pseudonym",
    "ward": {**QUASI, "max_level": 0},
    "stay": {"role": "sensitive", "as": "number", "protect": {"round": {"to": 5}}},
    "note": "drop",
}


class TestOutput:
    def test_rows_are_masked_in_order_and_columns_with_a_key_left_out(
        self, people: Path, tmp_path: Path, capsys: Output
    ) -> None:
        policy = write_policy(tmp_path, COLUMNS, {"k": 4, "suppression_limit": 0.2})
        out = tmp_path / "out.csv"
        code, shown, said = ran(capsys, people, "--policy", policy, "--plaintext-out", out)
        assert code == 0
        assert rows_of(out) == [
            {"ward": ward, "stay": stay}
            for ward, stay in zip(WARDS[:8], ["0"] * 3 + ["5"] * 5, strict=True)
        ]
        assert f"{out}: written in the clear: not encrypted, not validated" in said
        assert "left out, for want of a key: id" in said
        assert "8 of 9 (11.11% suppressed)" in shown
        assert "canary" not in shown + said.replace(str(tmp_path), "")
        assert out.stat().st_mode & 0o777 == 0o600

    def test_people_are_counted_although_their_column_is_left_out(
        self, people: Path, tmp_path: Path, capsys: Output
    ) -> None:
        people.write_text(people.read_text().replace("p1,", "p0,").replace("p2,", "p0,"))
        asked = {"k": 4, "suppression_limit": 0.6}
        policy = write_policy(tmp_path, COLUMNS, asked, privacy_unit="id")
        found = told(capsys, people, policy, tmp_path / "out.csv")
        assert (found["classes"], found["suppressed_rows"]) == (1, 5)
        assert found["models"] == [{"name": "k_anonymity", "bound": 4, "measured": 4, "met": True}]

    def test_every_format_comes_to_the_same(
        self, people: Path, tmp_path: Path, capsys: Output
    ) -> None:
        policy = write_policy(tmp_path, COLUMNS, {"k": 4, "suppression_limit": 0.2})
        rows = rows_of(people)
        (tmp_path / "people.jsonl").write_text("\n".join(json.dumps(row) for row in rows))
        (tmp_path / "semicolons.csv").write_text(people.read_text().replace(",", ";"))
        pq.write_table(pa.Table.from_pylist(rows), tmp_path / "people.parquet")
        (tmp_path / "folder").mkdir()
        for part in (0, 1):
            table = pa.Table.from_pylist(rows[part * 5 : part * 5 + 5])
            pq.write_table(table, tmp_path / "folder" / f"part-{part}.parquet")
        results = []
        names = ("people.csv", "semicolons.csv", "people.jsonl", "people.parquet", "folder")
        for name in names:
            out = tmp_path / "out.parquet"
            found = told(capsys, tmp_path / name, policy, out)
            results.append((found["loss"], found["classes"], pq.read_table(out).to_pylist()))
        assert results == [results[0]] * len(names)

    def test_hierarchies_are_chosen_from_the_input(
        self, people: Path, tmp_path: Path, capsys: Output
    ) -> None:
        columns = {**COLUMNS, "stay": {"role": "quasi", "as": "number", "hierarchy": "auto"}}
        policy = write_policy(tmp_path, columns, {"k": 4, "suppression_limit": 0.2})
        found = told(capsys, people, policy, tmp_path / "out.csv")
        assert list(found["levels_by_name"]) == ["ward", "stay"]

    def test_a_population_beside_the_policy(
        self, people: Path, tmp_path: Path, capsys: Output
    ) -> None:
        everybody = "ward\n" + "\n".join([*WARDS, "W-canary-1", "W-canary-4"]) + "\n"
        (tmp_path / "everybody.csv").write_text(everybody)
        asked = {"k": 2, "suppression_limit": 0.6, "k_map": 5, "delta_presence": 0.9,
                 "population": {"path": "everybody.csv"}}  # fmt: skip
        source = {"root": "nowhere", "format": "csv"}
        policy = write_policy(tmp_path, COLUMNS, asked, source=source)
        found = told(capsys, people, policy, tmp_path / "out.csv")
        assert found["suppressed_rows"] == 5
        assert [(m["name"], m["measured"], m["met"]) for m in found["models"]] == [
            ("k_anonymity", 4, True),
            ("k_map", 5, True),
            ("delta_presence", [0, 0.8], True),
        ]


class TestRefused:
    """Exit code, what is said, and that nothing is written and no cell told."""

    def refused(self, capsys: Output, source: Path, policy: Path, *more: object) -> tuple[int, str]:
        out = policy.parent / "out.csv"
        code, shown, said = ran(
            capsys, source, "--policy", policy, "--plaintext-out", out, "--json", *more
        )
        assert not list(policy.parent.glob("out.csv*"))
        assert "canary" not in (shown + said).replace(str(policy.parent), "")
        error = json.loads(shown)
        assert error["exit_code"] == code
        return code, error["message"]

    def test_k_that_cannot_be_met_names_the_nearest_setting(
        self, people: Path, tmp_path: Path, capsys: Output
    ) -> None:
        policy = write_policy(tmp_path, COLUMNS, {"k": 4})
        code, message = self.refused(capsys, people, policy)
        assert code == 2
        assert "fewer than 10 rows would have to be suppressed; the limit is 2.00%" in message
        assert "Raise `anonymize.suppression_limit` to 1" in message

    @pytest.mark.parametrize(
        ("change", "code", "says"),
        [
            (lambda text: text.replace("0.4,", ""), 1, "fewer than 10 lines have other cells"),
            (lambda text: text.partition("\n")[2], 2, "is its header line missing"),
            (lambda text: text.replace("stay", "days", 1), 2, "nobody decided about column 'days'"),
            (lambda text: text.replace("0.4", "canary"), 2, "values can't be cast to number"),
            (lambda text: "", 1, "is empty"),
        ],
    )  # fmt: skip
    def test_bad_input(
        self, people: Path, tmp_path: Path, capsys: Output, change: Any, code: int, says: str
    ) -> None:
        policy = write_policy(tmp_path, COLUMNS, {"k": 4, "suppression_limit": 0.2})
        people.write_text(change(people.read_text()))
        found, message = self.refused(capsys, people, policy)
        assert (found, says in message) == (code, True), message

    def test_bytes_that_are_not_utf_8(self, people: Path, tmp_path: Path, capsys: Output) -> None:
        policy = write_policy(tmp_path, COLUMNS, {"k": 4, "suppression_limit": 0.2})
        people.write_bytes(people.read_bytes().replace(b"note 3", b"canary \xff"))
        code, message = self.refused(capsys, people, policy)
        assert (code, "can't be read" in message) == (1, True)

    @pytest.mark.parametrize(
        "text", ['{"id": 1}\n["canary"]', '{"id": 1, canary', '{"id": 1}\n{"id": "canary"}', ""]
    )
    def test_bad_json_lines(self, tmp_path: Path, capsys: Output, text: str) -> None:
        policy = write_policy(tmp_path, COLUMNS, {"k": 4})
        source = tmp_path / "people.jsonl"
        source.write_text(text)
        assert self.refused(capsys, source, policy)[0] == 1

    def test_a_transform_that_does_not_fit(
        self, people: Path, tmp_path: Path, capsys: Output
    ) -> None:
        columns = {**COLUMNS, "note": {"role": "sensitive", "protect": {"round": {"to": 5}}}}
        policy = write_policy(tmp_path, columns, {"k": 4, "suppression_limit": 0.2})
        code, message = self.refused(capsys, people, policy)
        assert (code, "note: round needs numbers" in message) == (2, True)

    def test_a_transform_that_raises_with_the_value(
        self, people: Path, tmp_path: Path, capsys: Output, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "loud_masks.py").write_text(
            "from dataclasses import dataclass\n"
            "from veilflow.mask import ValueTransform\n"
            "@dataclass(frozen=True)\n"
            "class Loud(ValueTransform):\n"
            "    def mask(self, value):\n"
            "        print('canary', value)\n"
            "        raise LookupError('canary ' + value)\n"
        )
        monkeypatch.syspath_prepend(str(tmp_path))
        monkeypatch.setenv("VEILFLOW_ALLOWED_TRANSFORMS", "loud_masks:Loud")
        columns = {**COLUMNS, "note": {"role": "sensitive", "protect": "loud_masks:Loud"}}
        policy = write_policy(tmp_path, columns, {"k": 4, "suppression_limit": 0.2})
        code, message = self.refused(capsys, people, policy)
        assert code == 1
        assert "tables.people.columns.note: LookupError" in message

    def test_an_output_that_would_overwrite_the_input(
        self, people: Path, tmp_path: Path, capsys: Output
    ) -> None:
        policy = write_policy(tmp_path, COLUMNS, {"k": 4, "suppression_limit": 0.2})
        before = people.read_bytes()
        for out in (people, tmp_path / "out.txt", tmp_path / "none" / "out.csv", tmp_path):
            code, _, said = ran(capsys, people, "--policy", policy, "--plaintext-out", out)
            assert code == 1, said
        assert people.read_bytes() == before

    def test_policies_that_are_not_for_one_anonymised_table(
        self, people: Path, tmp_path: Path, capsys: Output
    ) -> None:
        policy = write_policy(tmp_path, {**COLUMNS, "ward": "drop"}, {"k": 4})
        document = yaml.safe_load(policy.read_text())
        del document["anonymize"]
        policy.write_text(yaml.safe_dump(document))
        code, message = self.refused(capsys, people, policy)
        assert (code, "has no 'anonymize:' section" in message) == (2, True)

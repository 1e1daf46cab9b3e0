"""A policy's patch after its source has changed, and the list of what needs a person."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from veilflow.classify import ColumnSample, ColumnVerdict, classify_table
from veilflow.cli.main import main
from veilflow.errors import PolicyError
from veilflow.policy import load_policy
from veilflow.policy.draft import DraftTable
from veilflow.policy.draft_update import update_policy
from veilflow.policy.review import review, review_page

POLICY = """\
# Ours; reviewed by the board.
version: 1
dataset: people
purpose: {purpose: tests, legal_basis: none, owner: me, recipients: [internal], retention_days: 9}
source: {root: ROOT, format: csv}
tables:
  people:
    path: people.csv
    columns:
      # the hospital's own number
      patient_id: pseudonym   # decided in May
      age: {role: quasi, hierarchy: {intervals: [5, 10]}}
      shoe_size:
        role: insensitive
        reason: nobody is known by it   # says Eve
      note: drop
anonymize: {k: 2}   # low, for tests
"""
SETTLED = "the policy settles every column of the source\n"
ROWS = ["patient_id,age,shoe_size,note"] + [f"P{n:05},{20 + n},{36 + n % 9},x" for n in range(40)]


def made(tmp_path: Path, rows: list[str], policy: str = POLICY) -> Path:
    (tmp_path / "people.csv").write_text("\n".join(rows) + "\n")
    path = tmp_path / "policy.yaml"
    path.write_text(policy.replace("ROOT", str(tmp_path)))
    return path


def updated(path: Path, capsys: pytest.CaptureFixture[str], *more: str) -> tuple[int, str]:
    code = main(["draft", "--update", str(path), *more])
    return code, capsys.readouterr().out


def test_nothing_is_proposed_where_nothing_changed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = made(tmp_path, ROWS)
    before = path.read_bytes()
    assert updated(path, capsys, "--write") == (
        0,
        "the policy settles every column of the source\n",
    )
    assert path.read_bytes() == before


def test_changed_columns_alone_are_patched(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = ["patient_id,age,note,email"]
    rows += [f"P{n:05},{20 + n},x,person{n}@example.org" for n in range(40)]
    path = made(tmp_path, rows)
    before = path.read_text()
    code, shown = updated(path, capsys)
    assert code == 0 and path.read_text() == before, "a proposal writes nothing"
    assert updated(path, capsys, "--write") == (0, shown)
    after = path.read_text()
    assert "example.org" not in shown and "person1" not in shown, "no value is told"
    for kept in ("# Ours; reviewed by the board.", "# the hospital's own number",
                 "patient_id: pseudonym   # decided in May", "# low, for tests",
                 "reason: nobody is known by it   # says Eve"):  # fmt: skip
        assert kept in after
    columns = load_policy(path).tables["people"].columns
    assert list(columns) == ["patient_id", "age", "note", "email"]
    assert columns["email"].treatment == "drop"
    assert "email: drop  # new: email_address (0." in after
    assert "# vanished from the source: shoe_size" in after
    assert updated(path, capsys)[1] == SETTLED


def test_a_column_that_looks_like_something_else_is_told_once_and_never_changed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [ROWS[0]] + [f"P{n:05},{20 + n},person{n}@example.org,x" for n in range(40)]
    path = made(tmp_path, rows)
    updated(path, capsys, "--write")
    once = path.read_text()
    assert once.count("# review: column 'shoe_size' is declared insensitive, but it looks") == 1
    updated(path, capsys, "--write")
    assert path.read_text() == once
    assert load_policy(path).tables["people"].columns["shoe_size"].role == "insensitive"


def test_a_settled_finding_is_not_opened_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settled = POLICY.replace("        reason:", "        type: none\n        reason:")
    names = "Jane Doe|John Smith|Maria Garcia|Peter Brown|Hans Becker".split("|")
    rows = [ROWS[0]] + [f"P{n:05},{20 + n},{names[n % 5]},x" for n in range(40)]
    path = made(tmp_path, rows, POLICY)
    assert "# review:" in updated(path, capsys)[1]
    path = made(tmp_path, rows, settled)
    before = path.read_text()
    for _ in range(2):
        assert updated(path, capsys, "--write") == (
            0,
            f"{SETTLED}settled: people.shoe_size looks like person_name; the policy says "
            "'type: none' (nobody is known by it)\n",
        )
        assert path.read_text() == before
    assert '"reason": "nobody is known by it"' in updated(path, capsys, "--json")[1]


def table(columns: dict[str, list[str | None]]) -> DraftTable:
    samples = [
        ColumnSample(name, values, "string", len(values), values.count(None), len(set(values)))
        for name, values in columns.items()
    ]
    return DraftTable("people.csv", samples, classify_table(samples))


def test_hostile_names_stay_names(tmp_path: Path) -> None:
    path = made(tmp_path, ROWS)
    policy = load_policy(path)
    name = 'a: b\n# "x"\u2028'
    listed = {column: ["1"] for column in policy.tables["people"].columns}
    found = update_policy(path.read_text(), policy, {"people": table({**listed, name: ["z"]})})
    assert yaml.safe_load(found.text)["tables"]["people"]["columns"][name] == "drop"


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize("last", [True, False])
def test_line_ends_and_the_end_of_the_file_are_kept(
    tmp_path: Path, ending: str, last: bool
) -> None:
    path = made(tmp_path, ROWS)
    policy = load_policy(path)
    text = path.read_text().replace("\n", ending)
    if last:
        head, _, tail = text.partition("tables:")
        tables, anon, _ = tail.partition("anonymize:")
        text = f"{head}anonymize: {{k: 2}}{ending}tables:{tables.rstrip()}"
    listed = {column: ["1"] for column in policy.tables["people"].columns}
    found = update_policy(text, policy, {"people": table({**listed, "extra": ["z"]})})
    assert found.text.count("\n") == text.count("\n") + 1 + last
    assert found.text.count("\r") == (found.text.count("\n") if ending == "\r\n" else 0)


def test_shared_lines_are_not_edited(tmp_path: Path) -> None:
    columns = "&all {patient_id: pseudonym, age: drop, shoe_size: keep, note: drop}"
    head, _, tail = POLICY.partition("    columns:\n")
    path = made(tmp_path, ROWS, f"{head}    columns: {columns}\n")
    policy = load_policy(path)
    listed = {column: ["1"] for column in policy.tables["people"].columns}
    with pytest.raises(PolicyError, match="extra: drop"):
        update_policy(path.read_text(), policy, {"people": table({**listed, "extra": ["z"]})})


def verdict(name: str, kind: str, role: str, score: float, *evidence: str) -> ColumnVerdict:
    return ColumnVerdict(name, kind, role, score, evidence or ("the values fit",))  # type: ignore[arg-type]


def test_the_review_list_shows_only_what_needs_a_person_riskiest_first() -> None:
    verdicts = [
        verdict("patient_id", "generic_id", "identifier", 0.95),
        verdict("mail", "email_address", "identifier", 0.98),
        verdict("born", "date_of_birth", "quasi", 0.95),
        verdict("town", "city", "quasi", 0.6),
        verdict("faith", "religion", "sensitive", 0.95),
        verdict("remarks", "free_text", "free_text", 0.93),
        verdict("x1", "none", "insensitive", 0.0),
        verdict("login", "username", "identifier", 0.6),
    ]
    samples = [ColumnSample(v.name, ["a"], "string", 1, 0, 1) for v in verdicts]
    tables = {"people": DraftTable("people.csv", samples, verdicts)}
    found = [(item.risk, item.column) for item in review(tables)]
    assert found == [(4, "faith"), (3, "town"), (3, "remarks"), (1, "x1"), (1, "login")]
    assert "5 of 8 columns in 1 table(s)" in review_page(tables)


def test_each_table_gets_a_policy_and_the_folder_one_list(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "data").mkdir()
    for name in ("people", "visits"):
        (tmp_path / "data" / f"{name}.csv").write_text("\n".join(ROWS) + "\n")
    out = tmp_path / "policies"
    arguments = ["draft", str(tmp_path / "data"), "--each", "--out", str(out)]
    assert main(arguments) == 0
    assert sorted(file.name for file in out.iterdir()) == [
        "REVIEW.md",
        "people.yaml",
        "visits.yaml",
    ]
    assert set(yaml.safe_load((out / "visits.yaml").read_text())["tables"]) == {"visits"}
    policy = out / "visits.yaml"
    filled = policy.read_text().replace("purpose: ''", "purpose: tests", 1)
    filled = filled.replace("legal_basis: ''", "legal_basis: none").replace(
        "owner: ''", "owner: o@example.org"
    )
    policy.write_text(filled + "# ours\n")
    before = {file.name: file.read_text() for file in out.glob("*.yaml")}
    first = (out / "REVIEW.md").read_text()
    assert "| people |" in first and "| visits |" in first
    capsys.readouterr()
    assert main(arguments) == 0
    assert "visits.yaml: kept as it is" in capsys.readouterr().out
    assert {file.name: file.read_text() for file in out.glob("*.yaml")} == before
    again = (out / "REVIEW.md").read_text()
    assert "| people |" in again, "a draft that nobody filled in decides nothing"
    assert "| visits |" not in again, "what a policy decides needs nobody"


def test_what_is_noise_in_a_review() -> None:
    tables = {
        "people": [
            verdict("person_id", "generic_id", "identifier", 0.95),
            verdict("born", "date_of_birth", "quasi", 0.95, "fits", "could also be date or time"),
            verdict("seen", "date", "quasi", 0.75),
            verdict("wage", "amount", "sensitive", 0.75),
            verdict("job", "occupation", "quasi", 0.9, "fits", "could also be person name"),
            verdict("home", "city", "quasi", 0.9, "fits", "could also be medication or drug"),
            verdict("x", "none", "insensitive", 0.0),
            verdict("y", "none", "insensitive", 0.0),
        ],
        "rates": [verdict("day", "date", "quasi", 0.75)],
        "goods": [verdict("colour", "none", "insensitive", 0.0)],
        "guests": [verdict("age", "age", "quasi", 0.95)],
    }
    drafts = {
        name: DraftTable(
            f"{name}.csv", [ColumnSample(v.name, ["a"], "string", 1, 0, 1) for v in told], told
        )
        for name, told in tables.items()
    }
    assert [(item.risk, item.table, item.column) for item in review(drafts)] == [
        (3, "guests", ""),
        (3, "people", "home"),
        (2, "people", "wage"),
        (1, "goods", "colour"),
        (1, "people", "x"),
        (1, "people", "y"),
        (1, "rates", ""),
    ]
    assert "| 1 | people | x, y |" in review_page(drafts)

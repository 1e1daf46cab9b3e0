"""The policy: what it accepts, what it refuses, and how it says where."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from veilflow.errors import PolicyError
from veilflow.policy import canonical_bytes, load_policy, policy_sha256, read_policy
from veilflow.policy.canonical import stored_policy_sha256
from veilflow.policy.hierarchies import build_hierarchy
from veilflow.policy.schema import schema_text

GOOD = """\
dataset: patients
purpose:
  purpose: Length of stay
  legal_basis: GDPR Art. 6(1)(e)
  owner: dpo@example.org
  recipients: [research]
  retention_days: 30
source: {root: data, format: csv}
privacy_unit: patient_id
tables:
  patients:
    path: patients
    columns:
      patient_id: pseudonym
      name: drop
      phone: {role: sensitive, protect: {partial: {keep_last: 2}}}
      sex: {role: quasi, hierarchy: redact}
      zip: {role: quasi, hierarchy: {prefix: [3, 2]}}
  encounters:
    path: encounters
    columns:
      patient_id: pseudonym
      icd10: sensitive
      note: free_text
anonymize: {k: 5}
"""


@pytest.fixture
def write(tmp_path: Path):
    def write(text: str, name: str = "patients.yaml") -> Path:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return write


def test_a_good_policy_loads_with_its_shorthands_spelled_out(write) -> None:
    policy = load_policy(write(GOOD))
    columns = policy.tables["patients"].columns
    assert columns["patient_id"].treatment == "pseudonym"
    assert columns["sex"].treatment == "generalize"
    assert not columns["name"].is_released
    assert not policy.tables["encounters"].columns["note"].is_released
    assert policy.unit_column("encounters") == "patient_id"
    assert columns["phone"].sensitivity_class == "sensitive"


BROKEN = [
    ("unknown key", "anonymize: {k: 5}", "anonymize: {k: 5, q: 1}", 25, "anonymize.q: unknown key"),
    ("missing key", "dataset: patients\n", "", 1, "dataset: is missing"),
    ("unknown shorthand", "name: drop", "name: dropp", 15, "unknown shorthand 'dropp'"),
    ("nothing said", "name: drop", "name:", 15, "nothing said about this column"),
    ("k below two", "k: 5", "k: 1", 25, "1 hides nobody"),
    ("k as text", "k: 5", "k: 'five'", 25, "anonymize.k"),
    ("k as number in quotes", "k: 5", "k: '5'", 25, "anonymize.k"),
    ("k as truth", "k: 5", "k: true", 25, "anonymize.k"),
    ("twice the same key", "name: drop", "phone: drop", 16, "stands here twice"),
    ("wrong parameter", "keep_last: 2", "keep: 2", 16, "partial has no parameter keep"),
    ("unknown transform", "{partial: {keep_last: 2}}", "hash", 16, "no transform is named 'hash'"),
    ("identifier kept", "name: drop", "name: {role: identifier, protect: keep}", 15, "identifier"),
    ("free text kept", "note: free_text", "note: {role: free_text, protect: keep}", 24, "free text"),
    ("quasi masked", "hierarchy: redact", "protect: redact", 17, "generalised by its hierarchy"),
    ("unit not listed", "privacy_unit: patient_id", "privacy_unit: person", 9, "isn't among"),
    ("no unit", "privacy_unit: patient_id\n", "", 9, "privacy_unit: COLUMN"),
    ("unit dropped", "patient_id: pseudonym\n      name", "patient_id: drop\n      name", 14,
     "counts them on the output"),
    ("no anonymize", "anonymize: {k: 5}\n", "", 17, "anonymize: {k: 5}"),
    ("two hierarchies", "{prefix: [3, 2]}", "{prefix: [3, 2], dates: [year]}", 18, "exactly one"),
    ("levels that don't nest", "[3, 2]", "[2, 3]", 18, "zip"),
    ("level too high", "hierarchy: redact}", "hierarchy: redact, max_level: 7}", 17, "highest level"),
    ("case twins", "name: drop", "SEX: drop", 17, "case only"),
    ("custom, not allowed", "{partial: {keep_last: 2}}", "shop.masks:Loyalty", 16, "allow-list"),
    ("warning of what always blocks", "anonymize: {k: 5}", "anonymize: {k: 5}\nvalidate: {warn: [k-anonymity]}", 26, "validate.warn"),
    ("expectations of no table", "anonymize: {k: 5}", "anonymize: {k: 5}\nvalidate: {expectations: {nurses: []}}", 26, "there is no table 'nurses'"),
    ("no expectation's name", "anonymize: {k: 5}", "anonymize: {k: 5}\nvalidate: {expectations: {patients: [{type: drop}]}}", 26, "validate.expectations"),
    ("cells of a dropped column", "anonymize: {k: 5}", "anonymize: {k: 5}\nvalidate: {small_cells: {threshold: 3, tables: {patients: [name]}}}", 26, "column 'name' isn't released"),
    ("l of no sensitive column", "anonymize: {k: 5}", "anonymize: {k: 5}\nvalidate: {l_diversity: {l: 2, columns: [sex]}}", 26, "no released sensitive column is called 'sex'"),
    ("c without its kind", "anonymize: {k: 5}", "anonymize: {k: 5}\nvalidate: {l_diversity: {l: 2, c: 3}}", 26, "'c' belongs to 'kind: recursive'"),
    ("hierarchical without its hierarchy", "anonymize: {k: 5}", "anonymize: {k: 5}\nvalidate: {t_closeness: {t: 0.2, distance: hierarchical}}", 26, "'hierarchy' belongs to 'distance: hierarchical'"),
    ("hierarchy of another distance", "anonymize: {k: 5}", "anonymize: {k: 5}\nvalidate: {t_closeness: {t: 0.2, hierarchy: redact}}", 26, "'hierarchy' belongs to 'distance: hierarchical'"),
    ("distance without listed values", "anonymize: {k: 5}", "anonymize: {k: 5}\nvalidate: {t_closeness: {t: 0.2, distance: hierarchical, hierarchy: {prefix: [3, 1]}}}", 26, "give the hierarchy as {csv: FILE}"),
    ("distance in a file that isn't there", "anonymize: {k: 5}", "anonymize: {k: 5}\nvalidate: {t_closeness: {t: 0.2, distance: hierarchical, hierarchy: {csv: no.csv}}}", 26, "hierarchy file can't be read"),
    ("risk above 1", "anonymize: {k: 5}", "anonymize: {k: 5}\nvalidate: {max_risk: 1.5}", 26, "less than or equal to 1"),
    ("preset unknown", "dataset: patients", "extends: strict\ndataset: patients", 1, "no such preset"),
]  # fmt: skip
# ruff: noqa: E501 - one row a case reads better


@pytest.mark.parametrize(
    ("old", "new", "line", "said"), [row[1:] for row in BROKEN], ids=[row[0] for row in BROKEN]
)
def test_a_broken_policy_is_refused_with_file_line_and_key(
    write, old: str, new: str, line: int, said: str
) -> None:
    assert GOOD.count(old) >= 1
    path = write(GOOD.replace(old, new, 1))
    with pytest.raises(PolicyError) as refused:
        load_policy(path)
    assert any(
        problem.startswith(f"{path}:{line}: ") and said in problem
        for problem in refused.value.problems
    ), refused.value.problems
    assert refused.value.exit_code == 2


def test_the_hierarchy_of_a_distance_is_part_of_the_policy(write) -> None:
    rule = "{t: 0.2, distance: hierarchical, hierarchy: {csv: ills.csv}}"
    path = write(GOOD + f"validate: {{t_closeness: {rule}}}\n")
    hashes = []
    for rows in ("I10;heart;*\nE11;gland;*\n", "I10;heart;*\nE11;heart;*\n"):
        write(rows, "ills.csv")
        hashes.append(policy_sha256(load_policy(path)))
    assert len(set(hashes)) == 2
    for rows, said in (
        ("I10;heart\nE11;gland\n", "its last column must hold one label"),
        ("I10;heart;*\nE11;*\n", "hierarchy"),
    ):
        write(rows, "ills.csv")
        with pytest.raises(PolicyError, match=rf"patients\.yaml:26: .*{said}"):
            load_policy(path)


def test_all_problems_are_named_at_once(write) -> None:
    text = GOOD.replace("k: 5", "k: 0").replace("name: drop", "name: what").replace("csv", "xls")
    with pytest.raises(PolicyError) as refused:
        load_policy(write(text))
    assert len(refused.value.problems) == 3


@pytest.mark.parametrize("text", ["", "- a\n", "a: [1\n", "just text", "\x00", "? [a]\n: b\n"])
def test_what_is_no_policy_at_all_is_refused(write, text: str) -> None:
    with pytest.raises(PolicyError, match=r"patients\.yaml:\d+: "):
        load_policy(write(text))


def test_a_missing_file_names_the_command_that_writes_one(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match="veilflow draft"):
        load_policy(tmp_path / "none.yaml")


def test_the_hash_is_of_the_meaning_not_of_the_text(write) -> None:
    plain = policy_sha256(load_policy(write(GOOD)))
    spaced = GOOD.replace("anonymize: {k: 5}", "# a comment\nanonymize:\n  k: 5\n")
    assert policy_sha256(load_policy(write(spaced))) == plain
    assert policy_sha256(load_policy(write(GOOD.replace("k: 5", "k: 6")))) != plain
    swapped = GOOD.replace("      name: drop\n", "").replace(
        "      patient_id: pseudonym\n      phone",
        "      name: drop\n      patient_id: pseudonym\n      phone",
    )
    assert policy_sha256(load_policy(write(swapped))) != plain, "the order of columns counts"


def test_a_stored_policy_has_the_hash_it_was_pinned_with(write) -> None:
    policy = load_policy(write(GOOD))
    stored = json.loads(json.dumps(policy.to_json()))
    assert stored_policy_sha256(stored) == policy_sha256(policy)
    assert stored == policy.to_json(), "and is left as it was"
    older = {name: part for name, part in stored.items() if name != "approval"}
    assert stored_policy_sha256(older) == stored_policy_sha256(dict(older)), "whatever it lacks"
    stored["anonymize"]["k"] += 1
    assert stored_policy_sha256(stored) != policy_sha256(policy)


def test_the_rows_of_a_csv_hierarchy_are_part_of_the_hash(write, tmp_path: Path) -> None:
    levels = tmp_path / "sex.csv"
    levels.write_text("F;*\nM;*\n")
    path = write(GOOD.replace("hierarchy: redact", "hierarchy: {csv: sex.csv}"))
    before = policy_sha256(load_policy(path))
    levels.write_text("F;*\nM;*\nX;*\n")
    assert policy_sha256(load_policy(path)) != before
    levels.unlink()
    with pytest.raises(PolicyError, match=r"patients\.yaml:17: .*can't be read"):
        load_policy(path)


def test_a_csv_hierarchy_may_have_a_header_and_another_delimiter(write, tmp_path: Path) -> None:
    (tmp_path / "sex.csv").write_text("sex,group,all\nF,x,*\nM,x,*\n")
    said = "hierarchy: {csv: sex.csv, delimiter: ',', header: true}"
    policy = load_policy(write(GOOD.replace("hierarchy: redact", said)))
    hierarchy = build_hierarchy(policy.tables["patients"].columns["sex"].hierarchy)
    assert hierarchy.level_names == ("sex", "group", "all")
    assert hierarchy.generalize(["F", None], 1) == ["x", None]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        pytest.param("F;x;*\nM;x\n", "rows 2 don't have 3 columns", id="a level is missing"),
        pytest.param("F;x;*\nM;;*\n", "rows 2 leave a label above the value empty", id="empty"),
        pytest.param("F;x;*\n\nM;x;*;*\n", "rows 2 don't have 3 columns", id="one too many"),
        pytest.param("\n", "no rows", id="nothing"),
        pytest.param("F,x,*\nM,x,*\n", None, id="another delimiter makes one column"),
    ],
)
def test_a_ragged_hierarchy_is_refused_with_its_rows(
    write, tmp_path: Path, content: str, said: str | None
) -> None:
    (tmp_path / "sex.csv").write_text(content)
    with pytest.raises(PolicyError) as refused:
        load_policy(write(GOOD.replace("hierarchy: redact", "hierarchy: {csv: sex.csv}")))
    assert (said or "one column") in str(refused.value)
    assert "patients.yaml:17" in str(refused.value)


def test_a_preset_lies_under_the_policy_and_says_where_each_line_came_from(write) -> None:
    path = write(
        "extends: external_research\n"
        + GOOD.replace("anonymize: {k: 5}", "anonymize: {suppression_limit: 0.01}")
    )
    loaded = read_policy(path)
    assert loaded.policy.anonymize is not None
    assert (loaded.policy.anonymize.k, loaded.policy.anonymize.suppression_limit) == (10, 0.01)
    assert loaded.origin("anonymize", "k") == "preset external_research"
    assert loaded.origin("anonymize", "suppression_limit") == "patients.yaml:26"
    assert loaded.origin("publish", "store") == "default"


def test_a_policy_survives_its_own_json(write) -> None:
    policy = load_policy(write(GOOD))
    again = type(policy).model_validate(json.loads(json.dumps(policy.to_json())))
    assert canonical_bytes(again) == canonical_bytes(policy)


def test_a_policy_is_frozen(write) -> None:
    policy = load_policy(write(GOOD))
    with pytest.raises(ValueError, match="frozen"):
        policy.dataset = "other"


def test_the_committed_schema_is_current(repository: Path) -> None:
    committed = (repository / "docs" / "policy.schema.json").read_text(encoding="utf-8")
    assert committed == schema_text(), "run: python -m veilflow.policy.schema"


def test_the_schema_accepts_what_the_loader_accepts(write, repository: Path) -> None:
    import jsonschema
    import yaml

    schema = json.loads(schema_text())
    documents = [GOOD, *[p.read_text() for p in (repository / "dags" / "policies").glob("*.yaml")]]
    for text in documents:
        jsonschema.validate(yaml.safe_load(text), schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(yaml.safe_load(GOOD.replace("k: 5", "kk: 5")), schema)


def test_the_page_s_example_of_what_the_judge_is_asked_loads(write, repository: Path) -> None:
    page = (repository / "docs" / "policy.md").read_text(encoding="utf-8")
    section = page.partition("## What the judge is asked")[2].partition("```yaml\n")[2]
    example = section.partition("```")[0]
    demo = (repository / "dags" / "policies" / "patients.yaml").read_text(encoding="utf-8")
    rules = load_policy(write(f"{demo}\n{example}")).validation
    assert rules.l_diversity is not None and rules.l_diversity.columns == ("department",)
    assert (rules.max_average_risk, rules.warn) == (0.1, ("difference attack",))
    (extra,) = rules.expectations["encounters"]
    assert (extra.severity, extra.kwargs["max_value"]) == ("warning", 400)

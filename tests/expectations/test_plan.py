"""From a policy to planned checks: what is looked for where, and what isn't, on purpose."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from veilflow.policy import Policy, load_policy
from veilflow_expectations.leak_plan import LEAK_LENGTH, cross_references
from veilflow_expectations.plan import plan_masked, plan_synthetic
from veilflow_expectations.planned import PlannedCheck, Types
from veilflow_expectations.suite import build_suite

HEAD = """
version: 1
dataset: d
purpose:
  {purpose: tests, legal_basis: none, owner: o@example.org, recipients: [us], retention_days: 1}
source: {root: .}
privacy_unit: id
"""

GATES = ("closest record", "singling out", "linkability", "attribute inference")


def policy(folder: Path, tables: str, more: str = "") -> Policy:
    path = folder / "policy.yaml"
    path.write_text(f"{HEAD}tables:\n{tables}\n{more}")
    return load_policy(path)


def one_column(folder: Path, column: str) -> Policy:
    """A table of people with one column in question, and another of their names and towns."""
    tables = f"""
  t:
    path: t
    columns:
      id: pseudonym
      c: {column}
  people:
    path: p
    columns:
      id: pseudonym
      name: drop
      age: {{role: identifier, as: integer, protect: drop}}
      letter: {{role: free_text, protect: drop}}
      town: drop
      shown: keep
  places:
    path: q
    columns: {{id: pseudonym, town: keep}}
"""
    more = "anonymize: {k: 2}" if "quasi" in column else ""
    return policy(folder, tables, more)


def checks(plan: Any, table: str = "t", part: str = "values") -> list[PlannedCheck]:
    return [c for suite in plan if (suite.table, suite.part) == (table, part) for c in suite.checks]


def on_column(plan: Any, column: str = "c") -> set[str]:
    """What the column must be; attacks on it have tests of their own."""
    found = [check for check in checks(plan) if check.kind != "attack"]
    return {check.name for check in found if check.column == column}


FORM, OWN, CROSS = "pseudonym form", "own raw values absent", "raw identifiers absent"
CHANCE, ENCRYPTED = "own raw values by chance alone", "encrypted form"
KIND, APART = "no personal data", "joinability"
LABELS, WORDS = "labels of the level", "nothing but the policy's words"


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        ("pseudonym", {FORM, OWN, APART}),
        ("{role: sensitive, protect: {pseudonym: {length: 20, prefix: x}}}", {FORM, OWN, APART}),
        ("{role: identifier, protect: {partial: {keep_last: 2}}}", {OWN, CROSS, KIND}),
        ("{role: identifier, protect: {fpe: {luhn: true}}}", {OWN, CHANCE, ENCRYPTED}),
        ("{role: identifier, protect: {fpe: {alphabet: äöü}}}", {OWN, CHANCE}),
        ("{role: identifier, protect: {pseudonym: {form: integer}}}", {FORM, OWN, APART}),
        ("{role: identifier, protect: {fake: {kind: card}}}", {OWN}),
        ("{role: identifier, protect: {fake: {kind: person_name}}}", set()),
        ("keep", {CROSS, KIND}),
        ("sensitive", {CROSS, KIND}),
        ("{role: sensitive, as: string}", {CROSS, KIND}),
        ("{role: sensitive, as: integer}", {KIND}),
        ("{role: sensitive, as: date}", {KIND}),
        ("redact", {WORDS}),
        ("nullify", {WORDS}),
        ("{role: identifier, protect: {constant: {value: none}}}", {WORDS}),
        ("{role: free_text, protect: redact}", {WORDS}),
        ("{role: sensitive, protect: {truncate: {length: 6}}}", {CROSS, KIND}),
        ("{role: sensitive, protect: {truncate: {length: 5}}}", {KIND}),
        ("{role: sensitive, as: date, protect: {truncate: {to: year}}}", {KIND}),
        ("{role: sensitive, protect: {round: {to: 5}}}", {KIND}),
        ("{role: sensitive, protect: {bucket: {width: 5}}}", {KIND}),
        ("{role: quasi}", {LABELS, KIND}),
        ("{role: quasi, hierarchy: {prefix: [5, 3]}}", {LABELS}),
        ("{role: quasi, hierarchy: {prefix: [6, 3]}}", {LABELS, KIND}),
        ("{role: quasi, hierarchy: {intervals: [5]}}", {LABELS}),
        ("{role: quasi, hierarchy: {redact: {length: 9}}}", {LABELS, KIND}),
        ("{role: quasi, hierarchy: {redact: {length: 9}}, min_level: 3}", {LABELS, KIND}),
        ("{role: quasi, hierarchy: {redact: {length: 9}}, min_level: 4}", {LABELS}),
        ("{role: quasi, hierarchy: {redact: {length: 9, hide: [4]}}}", {LABELS}),
        ("{role: quasi, hierarchy: {redact: {length: 9, hide: [4]}}, min_level: 1}", {LABELS}),
        ("{role: quasi, hierarchy: {order: [a, b]}}", {LABELS}),
        ("{role: quasi, hierarchy: icd10}", {LABELS}),
        ("{role: quasi, hierarchy: auto}", {LABELS, KIND}),
        ("drop", set()),
    ],
)
def test_what_is_checked_depends_on_how_a_column_is_protected(
    tmp_path: Path, column: str, expected: set[str]
) -> None:
    assert on_column(plan_masked(one_column(tmp_path, column), ())) == expected


def test_a_microaggregated_column_is_in_the_classes_and_in_no_attack(tmp_path: Path) -> None:
    tables = """
  t:
    path: t
    columns:
      id: pseudonym
      sex: {role: quasi}
      c: {role: quasi, microaggregate: mean}
      illness: sensitive
  people: {path: p, columns: {id: pseudonym, name: drop}}
"""
    plan = plan_masked(policy(tmp_path, tables, "anonymize: {k: 2}"), ("t",))
    assert on_column(plan) == set()
    view = {check.name: check for check in checks(plan, part="view")}
    assert view["k-anonymity"].arguments["quasi_identifiers"] == ["t.sex", "t.c"]
    for attack in ("linkage attack", "homogeneity attack", "background knowledge attack"):
        assert view[attack].arguments["quasi_identifiers"] == ["t.sex"]
    order = next(check for check in checks(plan) if check.name == "row order attack")
    assert order.arguments["columns"] == ["sex", "illness"]


def test_a_transform_of_the_user_s_may_leave_short_values(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VEILFLOW_ALLOWED_TRANSFORMS", "veilflow.mask.keyless:Keep")
    column = "{role: identifier, protect: veilflow.mask.keyless:Keep}"
    plan = plan_masked(one_column(tmp_path, column), ())
    assert on_column(plan) == {OWN, CROSS}
    own = next(check for check in checks(plan) if check.name == OWN and check.column == "c")
    assert own.arguments == {"column": "c", "reference": "raw:t.c", "min_length": LEAK_LENGTH}
    strict = next(check for check in checks(plan) if check.name == OWN and check.column == "id")
    assert strict.arguments["min_length"] == 1


@pytest.mark.parametrize(
    ("parameters", "least"),
    [
        ("{}", 16),
        ("{luhn: true, keep_first: 6}", 23),
        ("{alphabet: letters}", 12),
        ("{alphabet: '01'}", 54),
    ],
)
def test_encrypted_values_are_held_to_what_chance_does_not_bring_about(
    tmp_path: Path, parameters: str, least: int
) -> None:
    column = f"{{role: identifier, protect: {{fpe: {parameters}}}}}"
    plan = plan_masked(one_column(tmp_path, column), ())
    own = next(check for check in checks(plan) if check.name == OWN and check.column == "c")
    assert own.arguments["min_length"] == least


def test_the_form_is_the_policy_s(tmp_path: Path) -> None:
    column = "{role: identifier, protect: {pseudonym: {length: 20, prefix: x-}}}"
    (check,) = (
        check
        for check in checks(plan_masked(one_column(tmp_path, column), ()))
        if check.name == FORM and check.column == "c"
    )
    assert check.arguments == {"column": "c", "length": 20, "prefix": "x-"}


def sought(plan: Any, column: str = "c", table: str = "t") -> list[str]:
    (check,) = (c for c in checks(plan, table) if c.name == CROSS and c.column == column)
    assert check.arguments["min_length"] == LEAK_LENGTH
    return list(check.arguments["reference"])


class TestWhichIdentifiersAreLookedFor:
    def test_all_texts_of_all_tables(self, tmp_path: Path) -> None:
        """Not the age, a number, and not the town, which another table shows on purpose."""
        plan = plan_masked(one_column(tmp_path, "keep"), ())
        expected = ["raw:t.id", "raw:people.id", "raw:people.name", "raw:people.letter"]
        assert sought(plan) == [*expected, "raw:places.id"]
        assert sought(plan, "shown", "people") == sought(plan)

    def test_never_a_column_s_own(self, tmp_path: Path) -> None:
        column = "{role: identifier, protect: {partial: {keep_last: 2}}}"
        plan = plan_masked(one_column(tmp_path, column), ())
        assert "raw:t.c" not in sought(plan)
        assert "raw:t.c" in sought(plan, "shown", "people")

    def test_names_are_compared_without_case(self, tmp_path: Path) -> None:
        tables = """
  a: {path: a, columns: {id: pseudonym, Town: drop}}
  b: {path: b, columns: {id: pseudonym, TOWN: keep, note: keep}}
"""
        plan = plan_masked(policy(tmp_path, tables), ())
        assert sought(plan, "note", "b") == ["raw:a.id", "raw:b.id"]

    def test_what_is_no_text_in_the_data_is_left_out(self, tmp_path: Path) -> None:
        types = Types(
            source={("people", "name"): False},
            output={("people", "shown"): False},
            tables=frozenset({"t", "people"}),
        )
        document = one_column(tmp_path, "keep")
        plan = plan_masked(document, (), types)
        assert sought(plan) == ["raw:t.id", "raw:people.id", "raw:people.letter"]
        assert CROSS not in {c.name for c in checks(plan, "people") if c.column == "shown"}
        assert set(cross_references(document, types)) == {*sought(plan), "raw:people.town"}


class TestViews:
    TABLES = """
  people:
    path: p
    columns: {id: pseudonym, born: {role: quasi}, sex: {role: quasi}}
  visits:
    path: v
    columns: {id: pseudonym, year: {role: quasi}}
  bills:
    path: b
    columns: {id: pseudonym, sum: keep}
  notes:
    path: n
    columns: {id: drop, text: keep}
"""

    def plan(self, tmp_path: Path, roots: tuple[str, ...]) -> Any:
        return plan_masked(policy(tmp_path, self.TABLES, "anonymize: {k: 4}"), roots)

    def test_a_child_is_judged_with_its_root_s_quasi_identifiers(self, tmp_path: Path) -> None:
        plan = self.plan(tmp_path, ("people",))
        views = {suite.table: suite for suite in plan if suite.part == "view"}
        assert set(views) == {"people", "visits"}
        assert views["people"].roots == ()
        assert views["visits"].roots == ("people",)
        (check,) = (check for check in views["visits"].checks if check.kind != "attack")
        assert check.arguments == {
            "quasi_identifiers": ["visits.year", "people.born", "people.sex"],
            "k": 4,
            "privacy_unit": "visits.id",
        }
        assert "joined with people" in check.sentence
        assert "at least 4 people" in check.sentence

    def test_without_roots_tables_are_judged_alone(self, tmp_path: Path) -> None:
        plan = self.plan(tmp_path, ())
        assert {s.roots for s in plan if s.part == "view"} == {()}
        assert not [c for t in ("visits", "bills") for c in checks(plan, t) if "people" in c.name]

    def test_everybody_in_a_child_is_in_the_root(self, tmp_path: Path) -> None:
        """Bills too, which have no quasi-identifiers; notes can't be joined to anybody."""
        plan = self.plan(tmp_path, ("people",))
        for table, expected in [
            ("people", []),
            ("visits", ["id"]),
            ("bills", ["id"]),
            ("notes", []),
        ]:
            found = [c.column for c in checks(plan, table) if c.name == "people of people"]
            assert found == expected

    def test_two_roots_are_joined_to_each_other(self, tmp_path: Path) -> None:
        plan = self.plan(tmp_path, ("people", "visits"))
        views = {suite.table: suite.roots for suite in plan if suite.part == "view"}
        assert views == {"people": ("visits",), "visits": ("people",)}
        names = [c.name for c in checks(plan, "bills")]
        assert [name for name in names if name.startswith("people of")] == [
            "people of people",
            "people of visits",
        ]

    def test_rows_are_people_where_no_unit_is_named(self, tmp_path: Path) -> None:
        path = tmp_path / "p.yaml"
        head = HEAD.replace("privacy_unit: id\n", "")
        path.write_text(
            f"{head}tables:\n  t: {{path: t, columns: {{a: {{role: quasi}}}}}}\nanonymize: {{k: 2}}"
        )
        (view,) = (s for s in plan_masked(load_policy(path), ()) if s.part == "view")
        assert "privacy_unit" not in view.checks[0].arguments
        assert "at least 2 rows" in view.checks[0].sentence


class TestSynthetic:
    TABLES = """
  people:
    path: p
    columns:
      id: pseudonym
      name: drop
      code: {role: sensitive, protect: {pseudonym: {length: 20}}}
      born: {role: quasi}
      ward: keep
      stay: sensitive
      note: {role: free_text, protect: redact}
"""

    def test_columns_are_those_a_synthesizer_may_see(self, tmp_path: Path) -> None:
        more = "anonymize: {k: 2}\nsynthesize: {tables: {people: 70}}"
        plan = plan_synthetic(policy(tmp_path, self.TABLES, more))
        (columns,) = checks(plan, "people", "columns")
        assert columns.arguments == {"column_list": ["code", "born", "ward", "stay"]}
        by_name = {check.name: check for check in checks(plan, "people")}
        assert set(by_name) == {"rows promised", LABELS, CROSS, KIND, "exact copies", *GATES}
        assert by_name["rows promised"].arguments == {"value": 70}
        # A row of the source can't be given the pseudonyms' form without the masking key.
        for name in ("exact copies", *GATES):
            assert by_name[name].arguments["columns"] == ["born", "ward", "stay"]

    def test_each_sensitive_column_is_a_secret(self, tmp_path: Path) -> None:
        more = "anonymize: {k: 2}\nsynthesize: {tables: {people: 70}}"
        found = checks(plan_synthetic(policy(tmp_path, self.TABLES, more)), "people")
        secrets = [check for check in found if check.name == "attribute inference"]
        sensitive = [check.column for check in secrets]
        assert sensitive == ["stay"]
        assert sum(check.arguments["error_rate"] for check in secrets) == pytest.approx(1e-3)
        assert {check.kind for check in secrets} == {"attack"}
        assert all(check.sentence.endswith(".") and check.raw_side for check in secrets)

    def test_gates_are_as_strict_as_the_policy_says(self, tmp_path: Path) -> None:
        more = """
anonymize: {k: 2}
synthesize: {tables: {people: 70}}
validate: {max_copy_excess: 0.01, max_attack_excess: 0.02, canaries: 30, warn: [linkability]}
"""
        plan = plan_synthetic(policy(tmp_path, self.TABLES, more))
        found = {check.name: check for check in checks(plan, "people")}
        assert found["closest record"].arguments["max_share"] == 0.01
        assert found["singling out"].arguments["max_risk"] == 0.02
        assert "30 made-up people" in found["planted canaries"].sentence
        warning = {name for name in (*GATES, "planted canaries") if not found[name].blocking}
        assert warning == {"linkability"}

    def test_one_column_can_only_be_copied(self, tmp_path: Path) -> None:
        tables = "  people: {path: people, columns: {id: drop, ward: sensitive}}"
        plan = plan_synthetic(policy(tmp_path, tables, "synthesize: {tables: {people: 70}}"))
        names = {check.name for check in checks(plan, "people")}
        assert names & {*GATES} == {"closest record"}

    def test_bounds_are_the_policy_s(self, tmp_path: Path) -> None:
        more = """
anonymize: {k: 2}
synthesize: {tables: {people: 70}}
validate: {max_copies: 0.002, max_null_share: 0.5}
"""
        plan = plan_synthetic(policy(tmp_path, self.TABLES, more))
        found = checks(plan, "people")
        copies = next(check for check in found if check.name == "exact copies")
        assert copies.arguments["max_share"] == 0.002
        nulls = [check.column for check in found if check.name == "null share"]
        assert nulls == ["code", "born", "ward", "stay"]


def test_nullified_columns_may_be_null(tmp_path: Path) -> None:
    document = one_column(tmp_path, "nullify")
    bounded = document.model_copy(
        update={"validation": document.validation.model_copy(update={"max_null_share": 0.1})}
    )
    nulls = {
        check.column for check in checks(plan_masked(bounded, ())) if check.name == "null share"
    }
    assert nulls == {"id"}
    assert "null share" not in {check.name for check in checks(plan_masked(document, ()))}


def test_every_sentence_is_one_that_can_be_read(tmp_path: Path) -> None:
    plan = plan_masked(one_column(tmp_path, "keep"), ())
    for suite in plan:
        for check in suite.checks:
            assert check.sentence[0].isupper()
            assert check.sentence.endswith(".")


RULES = """
  t:
    path: t
    columns: {id: pseudonym, sex: {role: quasi, hierarchy: redact}, ill: sensitive, ward: sensitive}
"""


@pytest.mark.parametrize(
    ("rule", "part", "expected"),
    [
        ("l_diversity: 2", "view", {("l-diversity", "ill"), ("l-diversity", "ward")}),
        ("l_diversity: {l: 2, columns: [ill]}", "view", {("l-diversity", "ill")}),
        ("l_diversity: {l: 2, kind: recursive, c: 3, columns: [ill]}", "view",
         {("l-diversity", "ill")}),
        ("t_closeness: {t: 0.2, columns: [ward]}", "view", {("t-closeness", "ward")}),
        ("t_closeness: {t: 0.2, distance: hierarchical, hierarchy: {csv: i.csv}, columns: [ill]}",
         "view", {("t-closeness", "ill")}),
        ("max_risk: 0.2", "view", {("re-identification risk", None)}),
        ("small_cells: {threshold: 3, tables: {t: [ill]}}", "values", {("small cells", None)}),
        ("expectations: {t: [{type: expect_column_to_exist, kwargs: {column: ill}}]}", "values",
         {("column to exist", "ill")}),
    ],
)  # fmt: skip
def test_a_policy_s_rules_are_planned_and_can_be_built(
    tmp_path: Path, rule: str, part: str, expected: set[tuple[str, str | None]]
) -> None:
    (tmp_path / "i.csv").write_text("flu;lung;*\ngout;joint;*\n")

    def planned(more: str) -> set[tuple[str, str | None]]:
        plan = plan_masked(policy(tmp_path, RULES, more), ["t"])
        assert all(len(build_suite(s).expectations) == len(s.checks) for s in plan)
        return {(check.name, check.column) for check in checks(plan, part=part)}

    plain = planned("anonymize: {k: 2}")
    assert planned(f"anonymize: {{k: 2}}\nvalidate: {{{rule}}}") - plain == expected


def test_null_is_a_value_that_only_the_root_joins(tmp_path: Path) -> None:
    (tmp_path / "ills.csv").write_text("flu;lung;*\ngout;joint;*\n")
    rule = "{t: 0.2, distance: hierarchical, hierarchy: {csv: ills.csv}, columns: [ill]}"
    more = f"anonymize: {{k: 2}}\nvalidate: {{t_closeness: {rule}}}"
    plan = plan_masked(policy(tmp_path, RULES, more), ["t"])
    (check,) = [c for c in checks(plan, part="view") if c.name == "t-closeness"]
    rows = [["flu", "lung", "*"], ["gout", "joint", "*"], [None, None, "*"]]
    assert check.arguments["hierarchy"] == rows


def test_what_the_policy_warns_of_doesn_t_block(tmp_path: Path) -> None:
    more = "anonymize: {k: 2}\nvalidate: {l_diversity: 2, warn: [l-diversity]}"
    plan = plan_masked(policy(tmp_path, RULES, more), ["t"])
    blocking = {check.name: check.blocking for check in checks(plan, part="view")}
    assert blocking["l-diversity"] is False and blocking["k-anonymity"] is True
    severities = {
        e.meta["veilflow"]["name"]: str(e.severity.value)
        for suite in plan
        for e in build_suite(suite).expectations
    }
    assert severities["l-diversity"] == "warning" and severities["k-anonymity"] == "critical"


def test_synthetic_rows_are_not_asked_about_columns_that_they_lack(tmp_path: Path) -> None:
    more = """
anonymize: {k: 2}
synthesize: {tables: {t: 10}}
validate:
  expectations:
    t:
      - {type: expect_column_to_exist, kwargs: {column: ill}}
      - {type: expect_column_values_to_be_unique, kwargs: {column: id}}
      - {type: expect_compound_columns_to_be_unique, kwargs: {column_list: [id, ill]}}
      - {type: expect_column_to_exist, kwargs: {column: unheard_of}}
"""
    released = policy(tmp_path, RULES, more)
    asked = {c.arguments.get("column") for c in checks(plan_synthetic(released))}
    assert {"ill", "unheard_of"} <= asked and "id" not in asked
    masked = [c.name for c in checks(plan_masked(released, ["t"]))]
    assert {"column values to be unique", "compound columns to be unique"} <= set(masked)
    synthetic = [c.name for c in checks(plan_synthetic(released))]
    assert "compound columns to be unique" not in synthetic


MODELS = """
anonymize:
  k: 2
  l_diversity: 2
  t_closeness: 0.3
  beta_likeness: {beta: 1, columns: [ill]}
  delta_disclosure: 1.5
  max_risk: 0.2
  max_average_risk: 0.1
  population: {size: 1000}
  k_map: {k: 5, estimator: zero_truncated_poisson}
"""


def test_every_model_that_the_search_holds_is_asked_of_the_view(tmp_path: Path) -> None:
    tables = """
  t:
    path: t
    columns:
      id: pseudonym
      born: {role: quasi, hierarchy: redact}
      ill: sensitive
      cost: {role: sensitive, protect: {round: {to: 100}}}
"""
    found = policy(tmp_path, tables, MODELS)
    (view,) = [suite for suite in plan_masked(found, ["t"]) if suite.part == "view"]
    privacy = [check for check in view.checks if check.kind == "privacy"]
    asked = {(check.name, check.column) for check in privacy}
    both = {(name, column) for name in ("l-diversity", "t-closeness") for column in ("ill", "cost")}
    assert asked == both | {
        ("k-anonymity", None),
        ("k-map", None),
        ("beta-likeness", "ill"),
        ("delta-disclosure", "ill"),
        ("delta-disclosure", "cost"),
        ("re-identification risk", None),
    }
    # Rounded costs aren't the source's: they are compared with the output itself.
    compared = {
        check.column: check.arguments.get("reference")
        for check in privacy
        if check.name == "t-closeness"
    }
    assert compared == {"ill": "whole:t.ill", "cost": None}
    bounds = {
        name: check.arguments[name]
        for check in privacy
        for name in ("max_risk", "linked_share")
        if name in check.arguments
    }
    assert bounds == {"max_risk": 0.2, "linked_share": 0.1}
    (mapped,) = [check.arguments for check in privacy if check.name == "k-map"]
    assert mapped["estimator"] == "zero_truncated_poisson"
    build_suite(view)


def test_a_population_table_is_a_reference(tmp_path: Path) -> None:
    tables = "\n  t: {path: t, columns: {id: pseudonym, born: {role: quasi, hierarchy: redact}}}"
    more = "anonymize: {k: 1, population: {path: all}, k_map: 5, delta_presence: 0.5}"
    (view,) = [
        suite
        for suite in plan_masked(policy(tmp_path, tables, more), ["t"])
        if suite.part == "view"
    ]
    named = {c.name: c.arguments.get("reference") for c in view.checks if c.kind == "privacy"}
    assert named["k-map"] == named["delta-presence"] == "population:t"
    assert "at least 1 person." in view.checks[0].sentence
    build_suite(view)

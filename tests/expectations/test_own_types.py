"""A policy's own types in what is released: found, named by id alone, and no more than that."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from veilflow.classify import CustomTypes
from veilflow.errors import PolicyError, StageFailed
from veilflow.policy import Policy, load_policy
from veilflow.policy.types_file import load_types
from veilflow_expectations import (
    ExpectColumnValuesToContainNoPersonalData,
    ExpectFreeTextToContainNoDetectedEntity,
)
from veilflow_expectations.detected_entities import type_mask
from veilflow_expectations.plan import plan_masked
from veilflow_expectations.references import References, use_references

TYPES = """
  loyalty_card:
    {title: TITLE OF MINE, like: generic_id, pattern: 'LC-?[0-9]{8}', checksum: luhn}
  badge: {role: identifier, pattern: '[NS][0-9]{5}'}
  locker: {role: identifier, pattern: '[0-9]{3}', headers: [locker], needs_header: true}
  ward: {role: quasi, words: [Dialysis, Stroke unit]}
  mood: {role: sensitive, words: [glad, sad]}
"""
CARDS = ["LC-00000018", "LC-12345674", "LC79927398"]
"""Luhn's check digits, by hand."""
PLAIN = ["gout", "asthma", None, "hay fever"] * 20
OWN = ["loyalty_card", "badge", "locker", "ward", "mood"]


@pytest.fixture(autouse=True)
def types(tmp_path: Path) -> Iterator[CustomTypes]:
    (tmp_path / "own.yaml").write_text(f"types:{TYPES}")
    made = load_types(tmp_path / "own.yaml")
    with use_references(References(b"k" * 32, made)):
        yield made


def columns(**arguments: Any) -> ExpectColumnValuesToContainNoPersonalData:
    return ExpectColumnValuesToContainNoPersonalData(own_types=OWN, **arguments)


CASES: list[tuple[str, list[Any], dict[str, Any], set[str]]] = [
    ("one among many", [*PLAIN, CARDS[0]], {}, {"loyalty_card"}),
    ("in a remark", [*PLAIN, f"lost <{CARDS[1]}>, call"], {}, {"loyalty_card"}),
    ("in full width", [*PLAIN, "\uff2e12345"], {}, {"badge"}),
    ("two of them", [*PLAIN, CARDS[2], "n54321"], {}, {"loyalty_card", "badge"}),
    ("the whole column", CARDS * 9, {}, {"loyalty_card"}),
    ("words of a quasi-identifier", ["Dialysis", "stroke unit"] * 9, {}, {"ward"}),
    ("allowed by name", [*PLAIN, CARDS[0]], {"allowed_types": ["loyalty_card"]}, set()),
    ("allowed by role", ["Dialysis", "stroke unit"] * 9, {"allowed_roles": ["quasi"]}, set()),
    ("another check digit", [*PLAIN, "LC-00000017"], {}, set()),
    ("luck", [*PLAIN, *(f"LC-1234{n:04d}" for n in range(100))], {}, set()),
    ("inside another number", [*PLAIN, "ZN12345"], {}, set()),
    ("a partly masked one", [*PLAIN, "LC-****0018"], {}, set()),
    ("no header beside it", [*PLAIN, "123"], {}, set()),
    ("one ward among diseases", [*PLAIN, "Dialysis"], {}, set()),
]


def test_columns_of_both_engines(make: Any, check_all: Any) -> None:
    longest = max(len(values) for _, values, _, _ in CASES)
    frame = make(
        {f"c{n}": values + [None] * (longest - len(values))
         for n, (_, values, _, _) in enumerate(CASES)},
        ", ".join(f"c{n} string" for n in range(len(CASES))),
    )  # fmt: skip
    checks = check_all(
        frame, [columns(column=f"c{n}", **given) for n, (_, _, given, _) in enumerate(CASES)]
    )
    for (name, _, _, wanted), found in zip(CASES, checks, strict=True):
        assert found.passed == (not wanted), name
        said = found.sentence.partition("Found: ")[2].rstrip(".")
        assert set(filter(None, said.split(", "))) == wanted, name
        assert "TITLE OF MINE" not in repr(found)
        assert not any(card in repr(found) for card in CARDS)


TEXTS = [
    "Card LC-00000018 was lost.",
    "Came by N12345 today.",
    "Moved to dialysis.",
    "Locker 123 is broken.",
    "Number 123 is broken.",
    "Feels glad.",
    "LC-00000017 is none.",
]


def test_texts_of_both_engines(make: Any, check_all: Any) -> None:
    frame = make({"note": TEXTS}, "note string")
    named = [["loyalty_card"], ["badge"], ["ward"], ["locker"], ["loyalty_card", "badge"]]
    checks = check_all(
        frame,
        [
            ExpectFreeTextToContainNoDetectedEntity(column="note", types=[], own_types=own)
            for own in named
        ],
    )
    assert [check.passed for check in checks] == [False] * 5
    with use_references(References(b"k" * 32)), pytest.raises(StageFailed, match="loyalty_card"):
        check_all(frame, [columns(column="note")])


def test_more_types_than_bits_find_too_much_rather_than_too_little() -> None:
    from veilflow.classify.custom_types import CustomType
    from veilflow.classify.taxonomy import DataType

    many = CustomTypes(
        tuple(CustomType(DataType(f"t{n}", "t", "identifier", "drop", ())) for n in range(70))
    )
    masks = [type_mask([f"t{n}"], many) for n in range(70)]
    assert all(0 < mask < 2**63 for mask in masks) and len(set(masks)) > 30
    own = sum({1 << n for mask in masks for n in range(63) if mask >> n & 1})
    assert not type_mask(["person_name", "date"], many) & own


POLICY = """
version: 1
dataset: d
purpose:
  {purpose: tests, legal_basis: none, owner: o@example.org, recipients: [us], retention_days: 1}
source: {root: .}
privacy_unit: id
types:TYPES
tables:
  notes:
    path: n
    columns:
      id: pseudonym
      kept: keep
      other: {role: sensitive, type: none, protect: keep}
      shown: {role: identifier, protect: {partial: {keep_last: 4}}}
      declared: {role: identifier, type: badge, protect: {partial: {keep_last: 4}}}
      text: {role: free_text, protect: {redact_text: {keep: "ward"}}}
validate: {free_text: {min_recall: 0.9}}
"""


def policy(folder: Path, *changes: tuple[str, str]) -> Policy:
    text = POLICY.replace("TYPES", TYPES)
    for change in changes:
        assert change[0] in text
        text = text.replace(*change)
    (folder / "policy.yaml").write_text(text)
    return load_policy(folder / "policy.yaml")


def looked_for(found: Policy) -> dict[str, set[str]]:
    """What of the policy's own types may not be in each column."""
    checks = [check for suite in plan_masked(found, []) for check in suite.checks]
    made = {}
    for check in checks:
        if check.name == "no personal data":
            roles = {one.id for one in found.custom_types.types
                     if one.entry.role in check.arguments["allowed_roles"]}  # fmt: skip
            made[str(check.column)] = {*OWN} - {*check.arguments["allowed_types"]} - roles
        elif check.name == "detected entities absent":
            made[str(check.column)] = set(check.arguments["own_types"])
    return made


def test_what_a_policy_s_own_types_forbid(tmp_path: Path) -> None:
    identifiers = {"loyalty_card", "badge", "locker"}
    found = looked_for(policy(tmp_path))
    assert found["kept"] == {*OWN}
    assert found["shown"] == identifiers
    assert found["declared"] == {"loyalty_card", "locker"}
    assert found["text"] == identifiers
    assert found["other"] == set()  # 'type: none' says what a find here is worth
    named = policy(tmp_path, ("min_recall: 0.9", "min_recall: 0.9, entities: [ward, person_name]"))
    assert looked_for(named)["text"] == {"ward"}


REFUSED = [
    (('keep: "ward"', 'keep: "wards"'), "protect: keep: no type of entity is called 'wards'"),
    (('keep: "ward"', 'keep: "url, mood"'), "protect: keep: mood is sensitive, and texts"),
    (
        ("min_recall: 0.9", "min_recall: 0.9, entities: [badges]"),
        "validate.free_text.entities: no type of entity is called 'badges': define it under",
    ),
    (("min_recall: 0.9", "min_recall: 0.9, entities: [mood]"), "entities: mood is sensitive"),
]


@pytest.mark.parametrize(("change", "said"), REFUSED, ids=[said for _, said in REFUSED])
def test_a_name_that_nothing_finds_is_told_with_its_line(
    change: tuple[str, str], said: str, tmp_path: Path
) -> None:
    with pytest.raises(PolicyError) as refused:
        policy(tmp_path, change)
    assert said in str(refused.value) and "policy.yaml:" in str(refused.value)

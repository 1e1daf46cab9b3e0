"""Linkage domains: two have one name only if they are the same, and the policy says how wide."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import pytest
import yaml
from veilflow.errors import PolicyError, UsageError
from veilflow.pipeline.linkage import keyed_columns
from veilflow.policy import Policy, load_policy
from veilflow.policy.linkage import SCOPES, linkage_domain, part_domains

COLUMNS: dict[str, Any] = {
    "person": "pseudonym",
    "account": {"role": "identifier", "protect": "token"},
    **{
        scope: {"role": "identifier", "protect": "token", "domain": {"scope": scope}}
        for scope in SCOPES
    },
    "doctor": {"role": "identifier", "protect": "token", "domain": "staff"},
    "nurse": {"role": "identifier", "protect": "token", "domain": {"name": "staff"}},
    "sister": {"role": "identifier", "protect": "token",
               "domain": {"name": "staff-abroad", "scope": "dataset"}},
    "a/unit": {"role": "identifier", "protect": "token"},
}  # fmt: skip


def policy(tmp_path: Path, columns: Any = COLUMNS, recipients: Any = ("b", "a"), **publish: Any
           ) -> Policy:  # fmt: skip
    document = {
        "dataset": "people",
        "purpose": {"purpose": "p", "legal_basis": "l", "owner": "o",
                    "recipients": list(recipients), "retention_days": 1},
        "source": {"root": "data"},
        "privacy_unit": "person",
        "tables": {"people": {"path": "people", "columns": columns}},
        "publish": publish,
    }  # fmt: skip
    path = tmp_path / "policy.yaml"
    path.write_text(yaml.safe_dump(document, sort_keys=False))
    return load_policy(path)


EXPECTED = {
    "person": "people/default/a+b/unit",
    "account": "people/default/a+b/column:account",
    "release": "people/default/a+b/release:r1/column:release",
    "series": "people/default/a+b/column:series",
    "recipient": "people/*/a+b/column:recipient",
    "dataset": "people/*/*/column:dataset",
    "doctor": "people/default/a+b/staff",
    "nurse": "people/default/a+b/staff",
    "sister": "people/*/*/staff-abroad",
    "a/unit": "people/default/a+b/column:a/unit",
}


@pytest.mark.parametrize("column", EXPECTED)
def test_names(tmp_path: Path, column: str) -> None:
    assert linkage_domain(policy(tmp_path), "people", column, "r1") == EXPECTED[column]


def test_different_domains_have_different_names(tmp_path: Path) -> None:
    """Every scope of every default, and a column named so that it might pass for another's."""
    found: dict[str, set[tuple[str, ...]]] = {}
    for series, who, linkage, release in itertools.product(
        ("default", "other"), (("a", "b"), ("a",)), SCOPES, ("r1", "r2")
    ):
        one = policy(tmp_path, recipients=who, series=series, linkage=linkage)
        for name, column in one.tables["people"].columns.items():
            given = column.domain
            scope = (given and given.scope) or linkage
            limits = {"release": (series, *who, release), "series": (series, *who),
                      "recipient": who, "dataset": ()}  # fmt: skip
            own = "staff" if name in ("doctor", "nurse") else name
            identity = (scope, own, *limits[scope])
            found.setdefault(linkage_domain(one, "people", name, release), set()).add(identity)
    assert all(len(identities) == 1 for identities in found.values())


def test_a_domain_of_one_release_needs_the_release(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"people\.release joins within one release alone"):
        linkage_domain(policy(tmp_path), "people", "release", None)


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "no key": ({"role": "identifier", "protect": "redact", "domain": "staff"}, "with a key"),
    "says nothing": ({"role": "identifier", "protect": "token", "domain": {}}, "a name, a scope"),
    "no such scope": (
        {"role": "identifier", "protect": "token", "domain": {"scope": "world"}}, "scope"),
    "a slash": ({"role": "identifier", "protect": "token", "domain": "a/b"}, "domain"),
    "another transform in the unit's domain": (
        {"role": "identifier", "protect": "token", "domain": "unit"},
        "shares linkage domain 'unit' with people.person"),
    "another scope in a named domain": (
        {"role": "identifier", "protect": "token", "domain": {"name": "staff", "scope": "dataset"}},
        "shares linkage domain 'staff' with people.doctor"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_refused(tmp_path: Path, case: str) -> None:
    column, said = REFUSED[case]
    with pytest.raises(PolicyError, match=said):
        policy(tmp_path, {**COLUMNS, "wrong": column})


def test_a_vault_with_a_password_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match="publish.vault: .* holds a password") as raised:
        policy(tmp_path, vault="postgresql://me:sesame@host/vault")
    assert "sesame" not in str(raised.value)
    policy(tmp_path, vault="sqlite://$VEILFLOW_HOME/vault.db")


NOTE: dict[str, Any] = {"$.patient": "pseudonym", "$.by": {"token": {"prefix": "x"}}}
IN_STAFF = {"role": "identifier", "protect": "token", "domain": "staff"}


def nested(domains: Any, kind: str = "json", **more: Any) -> dict[str, Any]:
    protect = {kind: {"paths": NOTE, "domains": domains}}
    return {"person": "pseudonym", "note": {"role": "sensitive", "protect": protect}, **more}


def test_a_path_may_be_in_a_domain_of_a_column(tmp_path: Path) -> None:
    given = {"$.patient": "unit", "$.by": {"name": "staff", "scope": "dataset"}}
    doctor = {**IN_STAFF, "domain": {"name": "staff", "scope": "dataset"}}
    one = policy(tmp_path, nested(given, doctor=doctor))
    found = part_domains(one, "people", "note", "r1")
    assert found["$.patient"] == linkage_domain(one, "people", "person", "r1")
    assert found["$.by"] == linkage_domain(one, "people", "doctor", "r1") == "people/*/*/staff"
    assert part_domains(one, "people", "doctor", None) == {}
    (scope,) = {c.scope for c in keyed_columns(one, 1) if c.column == "note"}
    assert scope == "dataset", "what joins furthest decides what a rotation ends"


NESTED_REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "no such path": (nested({"$.x": "staff"}), "isn't among the paths"),
    "no mapping": (nested(["$.by"]), "a mapping of paths"),
    "no domain": (nested({"$.by": {"scope": "dataset"}}), r"\$\.by: a domain is a name"),
    "no name": (nested({"$.by": "a/b"}), r"\$\.by: a domain is a name"),
    "no key": (
        {"person": "pseudonym", "note": {"role": "sensitive", "protect": {
            "fields": {"paths": {"a": "keep"}, "domains": {"a": "staff"}}}}},
        "needs a transform with a key",
    ),
    "another transform": (nested({"$.patient": "staff"}, doctor=IN_STAFF), "the two don't join"),
    "another scope": (
        nested({"$.by": {"name": "staff", "scope": "dataset"}}, doctor=IN_STAFF),
        r"note \$\.by but not its|doctor but not its",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", NESTED_REFUSED)
def test_a_path_whose_domain_can_not_be_is_refused(tmp_path: Path, case: str) -> None:
    columns, said = NESTED_REFUSED[case]
    with pytest.raises(PolicyError, match=said):
        policy(tmp_path, columns)

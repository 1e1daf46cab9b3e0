"""Which kind of secret a column holds is said beside its type, and nothing of its values."""

from __future__ import annotations

import pytest
from veilflow.classify import ColumnSample, classify_column
from veilflow.classify.secret_kinds import secret_evidence

KEY = "-----BEGIN RSA PRIVATE KEY----- MIIEow"
HASH = "$2b$12$" + "a1B2c3D4" * 6
TOKEN = "ghp_" + "a1B2" * 9
API = "AKIAIOSFODNN7EXAMPLE"
CASES = [
    ("c1", [API], ("by its form: API key",)),
    ("c1", [KEY, KEY], ("by its form: private key",)),
    ("c1", [HASH], ("by its form: password",)),
    ("c1", [TOKEN, API], ("by its form: API key, access token",)),
    ("api_key", [HASH, HASH], ("by its form: password",)),
    ("user_password", ["hunter22!", "c0rrect-horse"], ("by the name: password",)),
    ("mot_de_passe", ["hunter22!", "c0rrect-horse"], ("by the name: password",)),
    ("api_key", ["0f9e8d7c6b", "1a2b3c4d5e"], ("by the name: API key",)),
    ("ssh_key", ["0f9e8d7c6b", "1a2b3c4d5e"], ("by the name: private key",)),
    ("cvv", ["123", "456"], ("by the name: PIN or security code",)),
    ("credentials", ["0f9e8d7c6b", "1a2b3c4d5e"], ()),
]


@pytest.mark.parametrize(("name", "values", "wanted"), CASES, ids=str)
def test_the_kind_is_told(name: str, values: list[str], wanted: tuple[str, ...]) -> None:
    verdict = classify_column(
        ColumnSample(name, values, "string", len(values), 0, len(set(values)))
    )
    assert verdict.type == "secret"
    assert secret_evidence(name, values) == wanted
    assert set(wanted) <= set(verdict.evidence)
    assert not any(value in " ".join(verdict.evidence) for value in values)


def test_other_types_are_told_no_kind() -> None:
    sample = ColumnSample("mail", ["jo@example.org"], "string", 1, 0, 1)
    assert not any(said.startswith("by ") for said in classify_column(sample).evidence)

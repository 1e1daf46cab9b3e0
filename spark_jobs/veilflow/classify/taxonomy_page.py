"""The documentation page of the taxonomy, generated so that it can't drift from the code."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from veilflow.classify.national_ids import SCHEMES
from veilflow.classify.secret_kinds import KINDS
from veilflow.classify.taxonomy import TAXONOMY, DataType

__all__ = ["SAFE_HARBOR", "SPECIAL_CATEGORIES", "taxonomy_page"]

SAFE_HARBOR: Mapping[str, str] = MappingProxyType(
    {
        "A": "names",
        "B": "places smaller than a state",
        "C": "dates, and ages over 89",
        "D": "telephone numbers",
        "E": "fax numbers",
        "F": "e-mail addresses",
        "G": "social security numbers",
        "H": "medical record numbers",
        "I": "health plan beneficiary numbers",
        "J": "account numbers",
        "K": "certificate and licence numbers",
        "L": "vehicles and their plates",
        "M": "devices and their serial numbers",
        "N": "URLs",
        "O": "IP addresses",
        "P": "biometric identifiers",
        "Q": "photographs of the full face, and the like",
        "R": "any other unique number, characteristic or code",
    }
)
"""The 18 identifiers of 45 CFR 164.514(b)(2)(i), in short."""

SPECIAL_CATEGORIES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "racial or ethnic origin": ("ethnic_group",),
        "political opinions": ("political_opinion",),
        "religious or philosophical beliefs": ("religion",),
        "trade union membership": ("trade_union",),
        "genetic data": (),
        "biometric data": ("biometric_reference",),
        "health": (
            "icd10_code",
            "medication",
            "health_indicator",
            "medical_specialty",
            "blood_type",
        ),
        "sex life or sexual orientation": ("sexual_orientation",),
    }
)
"""The categories of GDPR article 9(1), and the types that tell them by themselves."""

_HEAD = """\
# Column types

This page is generated from `veilflow.classify.TAXONOMY` by
`python -m veilflow.classify.taxonomy_page > docs/taxonomy.md`; a test fails when it is out of date.

Every column gets one type and one role. The role decides how the column is treated:

- **identifier**: points at one person by itself; never released as it is.
- **quasi**: narrows a person down together with other columns; k-anonymity counts over these.
- **sensitive**: what an attacker would like to learn; l-diversity and t-closeness guard these.
- **free_text**: may contain any of the above; dropped, unless it is redacted and judged.
- **insensitive**: released as it is. `none` only says that nothing was found.

The protection is where a draft policy starts. The references are where a reader may look
first: GDPR article (9(1) are special categories), HIPAA Safe Harbor letter under 45 CFR
164.514(b)(2)(i), and the paragraph of Cal. Civ. Code 1798.140 (v)(1), or (ae) for sensitive
personal information. They are no legal advice. Types of your own:
[custom-types.md](custom-types.md).

| type | title | role | protection | GDPR | HIPAA | CCPA |
|---|---|---|---|---|---|---|
"""
_LAWS = ("GDPR", "HIPAA", "CCPA")


def taxonomy_page() -> str:
    """The page as Markdown: one row for each type, then the laws' own lists, and the countries."""
    rows = "\n".join(map(_row, TAXONOMY.values()))
    letters = "\n".join(
        f"| {letter} | {what} | {_types(f'HIPAA ({letter})')} |"
        for letter, what in SAFE_HARBOR.items()
    )
    categories = "\n".join(
        f"| {what} | {', '.join(f'`{one}`' for one in types) or 'not found by itself'} |"
        for what, types in SPECIAL_CATEGORIES.items()
    )
    kinds = ", ".join(KINDS)
    countries = ", ".join(dict.fromkeys(scheme.country for scheme in SCHEMES))
    return f"""{_HEAD}{rows}

## The 18 identifiers of HIPAA Safe Harbor

| | | types |
|---|---|---|
{letters}

## The special categories of GDPR article 9

| | types |
|---|---|
{categories}

`free_text` may tell any of them. Of a type that isn't found by itself columns are declared in the
policy, or found by a [type of your own](custom-types.md).

## Identity numbers with their check digits

`national_id` knows the numbers of {countries}. `ssn` and `nhs_number` are types of their own.

## Secrets

`secret` is one type for passwords and their hashes, API keys, access tokens, private keys, PINs and
security codes: role, protection and law are the same for all of them. The evidence says which kinds
were found, by the forms of the values, else by the column's name: {kinds}.
"""


def _row(entry: DataType) -> str:
    laws = " | ".join(_references(entry, law) for law in _LAWS)
    return f"| `{entry.id}` | {entry.title} | {entry.role} | {entry.default_protection} | {laws} |"


def _references(entry: DataType, law: str) -> str:
    found = [one.partition(" ")[2] for one in entry.legal if one.startswith(f"{law} ")]
    return ", ".join(found) or "-"


def _types(reference: str) -> str:
    return ", ".join(f"`{one.id}`" for one in TAXONOMY.values() if reference in one.legal)


if __name__ == "__main__":
    print(taxonomy_page(), end="")

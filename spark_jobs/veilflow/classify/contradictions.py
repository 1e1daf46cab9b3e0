"""Does what a policy declares about a column contradict what its values are?"""

from __future__ import annotations

from veilflow.classify.column import ColumnVerdict
from veilflow.classify.custom_types import NO_TYPES, CustomTypes
from veilflow.classify.taxonomy import NONE

__all__ = ["STRONG", "UNMISTAKABLE", "contradiction", "is_guarded", "is_other_kind"]

STRONG = 0.8
"""From this score on a verdict may contradict a person. Below it the evidence is a name without
fitting values, a weak pattern, or a type that is often harmless (dates, amounts, organisations)."""

_PROTECTIVENESS = {"insensitive": 0, "sensitive": 1, "quasi": 1, "free_text": 2, "identifier": 2}
"""Sensitive and quasi are a person's choice between two guards, so neither contradicts the other;
the same holds for redacting a text and replacing it whole."""

_REMOVES = frozenset({"drop", "nullify", "null", "redact", "constant"})
_REPLACES = frozenset({"pseudonym", "token", "vault_token", "fake", "fpe"})
UNMISTAKABLE = frozenset({"email_address", "iban_code", "credit_card_number", "ssn", "secret"})

_FAMILIES = (
    frozenset({"date", "date_of_birth", "age"}),
    frozenset({"generic_id", "username", "national_id", "medical_record_number", "drivers_license",
               "health_plan_number", "passport_number", "ssn", "nhs_number", "license_plate",
               "bank_account_number", "bank_routing_number", "imei", "vin", "secret",
               "professional_license", "device_id", "biometric_reference"}),
    frozenset({"country", "nationality", "region", "city", "spoken_language", "ethnic_group"}),
    frozenset({"occupation", "employment_status", "education", "organization_name",
               "medical_specialty", "insurance", "person_name"}),
    frozenset({"amount", "income_bracket"}),
    frozenset({"street_address", "zipcode", "city", "geo_coordinates", "region"}),
    frozenset({"icd10_code", "health_indicator", "medical_specialty", "blood_type", "medication"}),
)  # fmt: skip


def contradiction(
    verdict: ColumnVerdict,
    declared_role: str,
    declared_type: str | None,
    protection: str,
    types: CustomTypes = NO_TYPES,
) -> str | None:
    """Why the verdict contradicts the declaration, as a sentence without values; None where fine.

    A contradiction needs a verdict of at least ``STRONG``. A role that protects more than the
    verdict asks for never contradicts, a protection that removes the value neither, and one that
    replaces the whole value never leaves it raw. A type is contradicted where another kind of
    value would slip through the protection chosen for it.

    A person may overrule a verdict: declaring the type that was found settles the role of
    quasi-identifiers and sensitive columns, declaring ``none`` says that the find is wrong.
    Neither releases what can't be mistaken (e-mail addresses, cards, accounts, social security
    numbers, secrets). A declared type that neither the taxonomy nor ``types`` knows isn't judged.
    """
    if (
        verdict.score < STRONG
        or protection in _REMOVES | _REPLACES
        or _settled(verdict, declared_type)
    ):
        return None
    declared = _PROTECTIVENESS.get(declared_role, 0)
    found = _PROTECTIVENESS[verdict.role]
    looks = f"looks like {types.taxonomy[verdict.type].phrase} ({verdict.evidence[0]})"
    if found > declared:
        return (
            f"column {verdict.name!r} is declared {declared_role}, but it {looks}: it would be "
            f"released {_how_released(protection)}. {_advice(verdict)}"
        )
    if found == declared > 0 and is_other_kind(verdict.type, declared_type, types):
        return (
            f"column {verdict.name!r} is declared to be "
            f"{types.taxonomy[str(declared_type)].phrase}, "
            f"but it {looks}: {protection} was chosen for another kind of value"
        )
    return None


def _settled(verdict: ColumnVerdict, declared_type: str | None) -> bool:
    if verdict.type == NONE:
        return True
    if verdict.type in UNMISTAKABLE:
        return False
    decided = declared_type == verdict.type and _PROTECTIVENESS[verdict.role] == 1
    return decided or declared_type == NONE


def _advice(verdict: ColumnVerdict) -> str:
    role = f"Declare it {verdict.role}"
    if verdict.type in UNMISTAKABLE:
        return f"{role}, or drop it"
    overruling = verdict.type if _PROTECTIVENESS[verdict.role] == 1 else NONE
    return f"{role}, or overrule this with 'type: {overruling}'"


def _how_released(protection: str) -> str:
    return "raw" if protection in ("keep", "") else f"with {protection} as its only protection"


def is_guarded(protection: str) -> bool:
    """Whether a protection removes or replaces the whole value, so that it fits any type."""
    return protection in _REMOVES | _REPLACES


def is_other_kind(found: str, declared: str | None, types: CustomTypes = NO_TYPES) -> bool:
    """Whether values of the one type are never taken for the other's; free text is any kind.

    A user's own type is of the kind that it is said to be like, or of a kind of its own.
    """
    if declared is None or declared == found or declared not in types.taxonomy or declared == NONE:
        return False
    kinds = {types.built_in(found), types.built_in(declared)}
    if "free_text" in kinds or len(kinds) == 1:
        return False
    return not any(kinds <= family for family in _FAMILIES)

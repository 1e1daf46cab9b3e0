"""The types a column can have, and what each of them means for a release.

Ids are lower snake case and stable: policies, manifests and evidence name them. A type carries the
role it usually plays, the protection a draft policy starts with, and the provisions under which it
is usually personal data. The legal references are pointers for a reader, not legal advice: whether
a column is personal data depends on the rest of the table and on who receives it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, get_args

__all__ = ["NONE", "ROLES", "TAXONOMY", "DataType", "Role"]

Role = Literal["identifier", "quasi", "sensitive", "free_text", "insensitive"]
ROLES: tuple[Role, ...] = get_args(Role)

NONE = "none"
"""The type of a column in which nothing was found. It is not a promise that nothing is there."""


@dataclass(frozen=True, slots=True)
class DataType:
    """One entry of the taxonomy.

    ``default_protection`` is the name of a mask (``drop``, ``pseudonym``, ``redact``, ``round``,
    ``keep``) or ``generalize`` for what the k-anonymity search coarsens. ``legal`` uses GDPR
    article, HIPAA Safe Harbor letter (45 CFR 164.514(b)(2)(i)) and CCPA paragraph
    (Cal. Civ. Code 1798.140(v)(1), or (ae) for sensitive personal information).
    """

    id: str
    title: str
    role: Role
    default_protection: str
    legal: tuple[str, ...]

    @property
    def phrase(self) -> str:
        """The title as it reads inside a sentence."""
        keeps_capital = self.title[1:2].isupper() or self.title.startswith("U.S.")
        return self.title if keeps_capital else self.title[:1].lower() + self.title[1:]


_P = "GDPR 4(1)"
_S = "GDPR 9(1)"


def _id(
    type_id: str, title: str, *legal: str, protection: str = "drop", role: Role = "identifier"
) -> DataType:
    return DataType(type_id, title, role, protection, legal)


def _quasi(type_id: str, title: str, *legal: str) -> DataType:
    return DataType(type_id, title, "quasi", "generalize", legal)


def _sensitive(type_id: str, title: str, *legal: str, protection: str = "keep") -> DataType:
    return DataType(type_id, title, "sensitive", protection, legal)


_TYPES: tuple[DataType, ...] = (
    # People and how to reach them
    _id("person_name", "Person name", _P, "HIPAA (A)", "CCPA (A)"),
    _id("username", "User name", _P, "HIPAA (R)", "CCPA (A)", protection="pseudonym"),
    _id("email_address", "E-mail address", _P, "HIPAA (F)", "CCPA (A)"),
    _id("phone_number", "Phone or fax number", _P, "HIPAA (D)", "HIPAA (E)", "CCPA (B)"),
    _id("street_address", "Street address", _P, "HIPAA (B)", "CCPA (A)"),
    # Numbers that somebody issued
    _id("ssn", "U.S. social security number", _P, "HIPAA (G)", "CCPA (A)", "CCPA (ae)"),
    _id("nhs_number", "NHS number", _P, "HIPAA (H)", "CCPA (A)"),
    _id("national_id", "National identity or tax number", _P, "GDPR 87", "HIPAA (R)", "CCPA (A)"),
    _id("passport_number", "Passport number", _P, "HIPAA (R)", "CCPA (A)", "CCPA (ae)"),
    _id("drivers_license", "Driving licence number", _P, "HIPAA (K)", "CCPA (A)", "CCPA (ae)"),
    _id(
        "medical_record_number",
        "Medical record number",
        _P,
        "HIPAA (H)",
        "CCPA (A)",
        "CCPA (B)",
        protection="pseudonym",
    ),
    _id(
        "health_plan_number",
        "Health plan or insurance number",
        _P,
        "HIPAA (I)",
        "CCPA (B)",
        protection="pseudonym",
    ),
    _id(
        "generic_id",
        "Identifier of a person, account or record",
        _P,
        "HIPAA (R)",
        "CCPA (A)",
        protection="pseudonym",
    ),
    _id(
        "professional_license",
        "Professional licence number",
        _P,
        "HIPAA (K)",
        "CCPA (A)",
        "CCPA (I)",
    ),
    _id(
        "biometric_reference",
        "Biometric template or reference",
        _P,
        _S,
        "HIPAA (P)",
        "CCPA (E)",
        "CCPA (ae)",
    ),
    # Money
    _id("credit_card_number", "Payment card number", _P, "HIPAA (J)", "CCPA (B)", "CCPA (ae)"),
    _id("iban_code", "IBAN", _P, "HIPAA (J)", "CCPA (B)", "CCPA (ae)"),
    _id("swift_code", "SWIFT/BIC bank code", "HIPAA (J)"),
    _id("bank_account_number", "Bank account number", _P, "HIPAA (J)", "CCPA (B)", "CCPA (ae)"),
    _id("bank_routing_number", "Bank routing number", "HIPAA (J)"),
    _sensitive("amount", "Amount of money", _P, "CCPA (B)", "CCPA (D)", protection="round"),
    _sensitive("income_bracket", "Income bracket", _P, "CCPA (B)", "CCPA (I)"),
    # Devices, vehicles, networks
    _id("ip_address", "IP address", _P, "HIPAA (O)", "CCPA (A)"),
    _id("mac_address", "MAC address", _P, "HIPAA (M)", "CCPA (A)"),
    _id("imei", "IMEI device number", _P, "HIPAA (M)", "CCPA (A)"),
    _id(
        "device_id",
        "Device, SIM or advertising identifier",
        _P,
        "HIPAA (M)",
        "CCPA (A)",
        protection="pseudonym",
    ),
    _id("vin", "Vehicle identification number", _P, "HIPAA (L)", "CCPA (A)"),
    _id("license_plate", "Licence plate", _P, "HIPAA (L)", "CCPA (A)"),
    _id("url", "URL", _P, "HIPAA (N)", "CCPA (F)"),
    _id("secret", "Password, key or access token", _P, "CCPA (ae)"),
    # What narrows a person down
    _quasi("date_of_birth", "Date of birth", _P, "HIPAA (C)", "CCPA (C)"),
    _quasi("age", "Age", _P, "HIPAA (C)", "CCPA (C)"),
    _quasi("gender", "Gender", _P, "CCPA (C)"),
    _quasi("marital_status", "Marital status", _P, "CCPA (C)"),
    _quasi("ethnic_group", "Ethnic group", _P, _S, "CCPA (C)", "CCPA (ae)"),
    _quasi("nationality", "Nationality or country of origin", _P, "CCPA (C)", "CCPA (ae)"),
    _quasi("spoken_language", "Spoken language", _P, "CCPA (C)"),
    _quasi("occupation", "Occupation", _P, "CCPA (I)"),
    _quasi("employment_status", "Employment status", _P, "CCPA (I)"),
    _quasi("organization_name", "Organisation name", _P, "CCPA (I)"),
    _quasi("education", "Education", _P, "CCPA (B)", "CCPA (J)"),
    _quasi("insurance", "Insurance plan or payer", _P, "CCPA (B)"),
    _quasi("zipcode", "Postcode", _P, "HIPAA (B)", "CCPA (B)"),
    _quasi("geo_coordinates", "Geographic coordinates", _P, "HIPAA (B)", "CCPA (G)", "CCPA (ae)"),
    _quasi("city", "City", _P, "HIPAA (B)", "CCPA (B)"),
    _quasi("region", "Region, state or county", _P, "HIPAA (B)", "CCPA (B)"),
    _quasi("country", "Country", _P, "CCPA (B)"),
    _quasi("date", "Date or time", _P, "HIPAA (C)"),
    # What nobody should learn about a person
    _sensitive("icd10_code", "ICD-10 diagnosis code", _P, _S, "CCPA (B)", "CCPA (ae)"),
    _sensitive("medication", "Medication or drug", _P, _S, "CCPA (B)", "CCPA (ae)"),
    _sensitive("health_indicator", "Health condition or habit", _P, _S, "CCPA (B)", "CCPA (ae)"),
    _sensitive(
        "medical_specialty", "Medical department or specialty", _P, _S, "CCPA (B)", "CCPA (ae)"
    ),
    _sensitive("blood_type", "Blood type", _P, _S, "CCPA (B)", "CCPA (ae)"),
    _sensitive("religion", "Religion or belief", _P, _S, "CCPA (C)", "CCPA (ae)"),
    _sensitive("political_opinion", "Political opinion", _P, _S),
    _sensitive("trade_union", "Trade union membership", _P, _S, "CCPA (ae)"),
    _sensitive("sexual_orientation", "Sexual orientation", _P, _S, "CCPA (C)", "CCPA (ae)"),
    # Text, and nothing
    DataType("free_text", "Free text", "free_text", "redact", (_P, _S, "HIPAA (R)")),
    DataType(
        "binary_content",
        "Binary content (image, recording, document)",
        "free_text",
        "drop",
        (_P, "HIPAA (P)", "HIPAA (Q)", "CCPA (E)", "CCPA (H)"),
    ),
    DataType(NONE, "Nothing found", "insensitive", "keep", ()),
)

TAXONOMY: Mapping[str, DataType] = MappingProxyType({entry.id: entry for entry in _TYPES})
"""Every type by its id, in the order of the documentation page."""

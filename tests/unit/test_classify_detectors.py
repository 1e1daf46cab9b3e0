"""One table of hits and near misses for the strict test of every detector, and its speed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from veilflow.classify.classification import DETECTORS

BY_TYPE = {detector.type: detector for detector in DETECTORS}

# type: (hits, near misses), for `matches`: what values show without any help of the name.
STRICT: dict[str, tuple[list[str], list[str]]] = {
    "email_address": (
        ["ann@example.org", "J.O'Neil+tag@mail.example.co.uk",
         "jürgen@exämple.de", "MAX@EXAMPLE.COM"],
        ["ann@example", "@handle", "ann at example.org", "a@b@c.org", "see ann@example.org"],
    ),
    "phone_number": (
        ["+31612345678", "(202) 555-0123", "202-555-0123 x42", "06-12345678", "030 1234567",
         "+49 (0)30 123456", "0041 44 668 18 00"],
        ["8801718162008", "2024-01-31", "06-12-2020", "123-45-6789", "3.14159", "12345",
         "1600000000", "10.20.30.40"],
    ),
    "street_address": (
        ["12 Main St", "Main St 12", "Hauptstraße 5a", "4, rue de la Paix", "Calle Mayor 3",
         "PO Box 123", "1600 Pennsylvania Avenue NW, Washington"],
        ["Region 3", "Main", "12", "Street", "Version 12 beta", "3 apples"],
    ),
    "ssn": (["219-09-9999", "219 09 9999"], ["219099999", "000-09-9999", "21-909-9999"]),
    "nhs_number": (["943 476 5919", "943-476-5919"], ["9434765919", "943 476 5918"]),
    "national_id": (
        ["12345678Z", "X1234567L", "RSSMRA85T10A562S", "AB123456C", "AB 12 34 56 C"],
        ["12345678A", "X1234567A", "RSSMRA85Z10A562S", "ZZ123456C", "12345678"],
    ),
    "credit_card_number": (["4111111111111111"], ["4111111111111112", "1234567812345670"]),
    "iban_code": (["DE89 3704 0044 0532 0130 00"], ["DE88 3704 0044 0532 0130 00"]),
    "swift_code": (["DEUTDEFF", "DEUTDEFF500"], ["DEUTXXFF", "deutdeff", "HOSPICES", "DEUTDEFF5"]),
    "amount": (["$1,234.50", "12 €", "EUR 5", "(£3.20)"], ["12", "12 mg", "$", "50%"]),
    "ip_address": (
        ["192.168.0.1", "10.0.0.200:8080", "2001:db8::1", "fe80::1%eth0"],
        ["1.12.0.3", "256.1.1.1", "12:30:05", "1.2.3", "::ffff:999.1.1.1"],
    ),
    "mac_address": (["00:1A:2b:3c:4d:5e", "001a.2b3c.4d5e"], ["00:1A:2b:3c:4d",
                      "00:1G:2b:3c:4d:5e"]),
    "imei": (["490154203237518"], ["490154203237519", "49015420323751"]),
    "vin": (["1M8GDM9AXKP042788"], ["1M8GDM9A1KP042788"]),
    "url": (
        ["https://unhcr.org", "http://example.com/a?b=c", "example.com", "www.example.museum/x"],
        ["report_1.pdf", "a.b", "3.14", "version.2.0", "http://", "ann@example.org"],
    ),
    "secret": (
        ["AKIAIOSFODNN7EXAMPLE", "-----BEGIN RSA PRIVATE KEY-----", "ghp_" + "a1B2" * 9,
         "$2b$12$" + "a" * 53, "sk_live_" + "a1B2" * 6, "AIza" + "a1B2c" * 7, "glpat-" + "x1y2" * 5,
         "SG." + "ab12" * 5 + "." + "cd34" * 10, "pbkdf2_sha256$600000$" + "salt$hash" * 4,
         "postgres://app:hunter2@db.example:5432/app", "123456789:AA" + "b" * 33,
         "AGE-SECRET-KEY-1" + "Q" * 58, "hvs." + "CAES" * 8],
        ["AKIA", "begin private key", "eyJhbGciOi", "password", "risk_live_" + "a" * 24,
         "sk_live_x", "https://example.com:8080/a@b", "SG.1.2", "$12,000.00", "$5$"],
    ),
    "binary_content": (
        ["0x" + "1F8B" * 9, "data:image/png;base64,iVBORw0KGgoAAAA", "/9j/" + "4AAQ" * 9],
        ["0x1F8B", "data: none", "/9j/", "deadbeef" * 8, "0x" + "1F8" * 11],
    ),
    "health_indicator": (
        ["Rheumatoid arthritis", "Hypertension", "Chronic kidney disease", "Bronchitis", "Leukemia",
         "disorder of the thyroid", "Hypothyroidism"],
        ["Academia", "Bohemia", "Product name", "Kidney", "Failure", "12"],
    ),
    "date": (
        ["Jan-1985", "March 2011", "2012-06-28-20-30", "1985-03-12", "12.03.1985", "03/12/85",
         "12 March 1985", "Mar 12, 1985", "12-MAR-85",
         "3 de mayo de 1990", "1. Februar 2001", "2024-02-29T10:15:00.000Z", "2020/1/5 7:30 PM"],
        ["1985-13-12", "31.02.2001", "2023-02-29", "19850312", "1985", "12:30", "1.2.3", "May",
         "V12 March", "123-45-6789", "10/12"],
    ),
    "age": (["0", "34", "34.5", "120"], ["121", "-1", "1985", "3 4"]),
    "gender": (["Female", "MALE", "männlich", "hombre"], ["M", "1", "malefactor"]),
    "marital_status": (["Never-married", "verheiratet", "divorcée"], ["Mary", "yes"]),
    "ethnic_group": (["Asian-Pac-Islander", "Hispanic or Latino"], ["white", "Asian food"]),
    "country": (["France", "United-States", "Côte d'Ivoire"], ["Paris", "FR", "Franc"]),
    "spoken_language": (["English", "Français"], ["Englishman"]),
    "occupation": (
        ["Nurse", "Exec-managerial", "Sr. Production Technician II", "Ingenieur"],
        ["nursery", "engineered", "North", "a b c d e f nurse"],
    ),
    "education": (["HS-grad", "PhD"], ["grade"]),
    "religion": (["Roman Catholic", "jüdisch"], ["Church Street"]),
    "blood_type": (["A+", "ab-", "0-"], ["C+", "A", "grade A"]),
    "zipcode": (
        ["94107-1234", "SW1A 1AA", "K1A 0B1", "1012 AB", "110 00"],
        ["94107", "SW1A 1A", "1012", "12345-67"],
    ),
    "geo_coordinates": (
        ["52.37,4.89", "-1.2921, 36.8219", "POINT (4.89 52.37)", "52°22'N 4°53'E"],
        ["52.37", "95.0,4.0", "1,234.50", "52.37,190.0"],
    ),
    "city": (["Nairobi", "KÖLN", "New York"], ["Region", "Nairobi 5"]),
    "region": (["Texas", "Île-de-France"], ["West"]),
    "icd10_code": (["E11.9", "S72.001A", "Z00.00"], ["E11", "U11.", "11.9", "EE1.9", "E1.9"]),
    "insurance": (["Medicare", "AOK"], ["Medic"]),
    "medical_specialty": (["Cardiology", "Kardiologie"], ["heart"]),
    "medication": (
        ["Metformin 500 mg", "lisinopril", "Amoxicillin"],
        ["April", "statin", "medicine", "vitamin", "500 mg"],
    ),
    "professional_license": (
        ["1234567893", "1245319599", "AP5836727"],
        ["1234567890", "AP5836728", "3234567893", "123456789"],
    ),
    "organization_name": (["Acme Inc.", "Muster GmbH", "University of X"], ["Acme", "Inc"]),
    "person_name": (
        ["John Smith", "GARCÍA, María", "Dr. Xq Zrplt", "fatima noor", "O'Brien, Sean", "王小明",
         "Иванов Пётр", "Anna-Lena Vogt"],
        ["Brown Rice", "Green Tea", "Plan International", "Paris", "John 5", "North West",
         "a@b.org", "April", "Main Street"],
    ),
}  # fmt: skip


@pytest.mark.parametrize(
    ("type_id", "value"), [(t, value) for t, (hits, _) in STRICT.items() for value in hits]
)
def test_a_hit_passes(type_id: str, value: str) -> None:
    assert BY_TYPE[type_id].matches(value)


@pytest.mark.parametrize(
    ("type_id", "value"), [(t, value) for t, (_, misses) in STRICT.items() for value in misses]
)
def test_a_near_miss_fails(type_id: str, value: str) -> None:
    assert not BY_TYPE[type_id].matches(value)


def test_every_detector_whose_values_tell_has_cases() -> None:
    told = {detector.type for detector in DETECTORS if detector.alone}
    assert told - set(STRICT) <= {"employment_status", "sexual_orientation"}


def test_each_type_has_one_detector() -> None:
    assert len(BY_TYPE) == len(DETECTORS)


def _tests() -> list[tuple[str, object]]:
    return [
        (f"{detector.type}.{role}", test)
        for detector in DETECTORS
        for role in ("matches", "named", "hinted")
        if (test := getattr(detector, role)) is not None
    ]


@given(st.text(max_size=200))
def test_any_text_is_answered(text: str) -> None:
    for _, test in _tests():
        assert test(text) in (True, False)  # type: ignore[operator]

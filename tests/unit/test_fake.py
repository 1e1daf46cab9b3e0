"""Fakes: consistent in a domain, never the row's own value, and numbers that nobody has."""

from __future__ import annotations

import hashlib
import re
from typing import Any

import pyarrow as pa
import pytest
from veilflow.classify.checksums import is_iban, is_luhn
from veilflow.mask import TransformError, create_transform
from veilflow.mask.fake import Fake, KeyedFake
from veilflow.mask.fake_forms import KINDS
from veilflow.mask.fake_numbers import PHONE_LOCALES
from veilflow.mask.fake_words import LOCALES, faker_version, words

KEY = b"k" * 32


def keyed(kind: str, key: bytes = KEY, **parameters: object) -> KeyedFake:
    made = create_transform("fake", {"kind": kind, **parameters})
    assert isinstance(made, Fake)
    return made.keyed(key)


def fakes(kind: str, values: list[str | None], key: bytes = KEY, **parameters: object) -> list[Any]:
    made = keyed(kind, key, **parameters).apply(pa.array(values, pa.string()))
    return [str(one) if one is not None else None for one in made.to_pylist()]


VALUES = [f"person {n}" for n in range(300)]
FORMS = {
    ("person_name", "de_DE"): r"[^\d]+ [^\d]+",
    ("username", "fr_FR"): r"[a-z0-9]+\.[a-z0-9]+\d{4}",
    ("email", "pl_PL"): r"[a-z0-9]+\.[a-z0-9]+\d{4}@example\.(com|org|net)",
    ("phone", "en_US"): r"\(\d{3}\) 555-01\d\d",
    ("phone", "en_GB"): r"07700 900\d{3}|01632 960\d{3}|020 7946 0\d{3}|01[1236]1 496 0\d{3}"
                        r"|0113 496 0\d{3}",
    ("phone", "de_DE"): r"030 23125\d{3}|069 90009\d{3}|040 66969\d{3}|0221 4710\d{3}"
                        r"|089 99998\d{3}",
    ("phone", "fr_FR"): r"(01 99 00|02 61 91|03 53 01|04 65 71|05 36 49|06 39 98) \d\d \d\d",
    ("phone", "en_AU"): r"0[2378] (5550|7010) \d{4}",
    ("phone", "sv_SE"): r"031-39006\d\d|040-62804\d\d|08-465004\d\d|0980-3192\d\d|070-17406\d\d",
    ("street_address", "en_US"): r"\d+ .+ \w+",
    ("street_address", "de_DE"): r".+ \d+",
    ("street_address", "fr_FR"): r"\d+ [a-z]+ .+",
    ("city", "nl_NL"): r".+",
    ("company", "it_IT"): r".+ .+",
    ("postcode", "en_GB"): r"[QVX][A-Z]\d{1,2} \d[A-Z]{2}",
    ("postcode", "pt_BR"): r"\d{5}-\d{3}",
    ("postcode", "nl_NL"): r"[1-9]\d{3} [A-Z]{2}",
    ("card", "en_US"): r"9999\d{12}",
    ("iban", "de_DE"): r"ZZ\d{20}",
    ("ssn", "en_US"): r"666-\d\d-\d{4}",
    ("date_of_birth", "en_US"): r"(19[3-9]|200)\d-[01]\d-[0-3]\d",
}  # fmt: skip


@pytest.mark.parametrize(("kind", "locale"), FORMS, ids=lambda value: str(value))
def test_each_kind_has_its_form(kind: str, locale: str) -> None:
    made = fakes(kind, VALUES, locale=locale)
    assert all(re.fullmatch(FORMS[kind, locale], one) for one in made)
    assert len(set(made)) > 25


def test_check_digits_are_right() -> None:
    assert all(is_luhn(one) for one in fakes("card", VALUES))
    # The check of classification also asks whether the country exists, and ZZ doesn't.
    assert not any(is_iban(one) for one in fakes("iban", VALUES))
    moved = [one[4:] + "3535" + one[2:4] for one in fakes("iban", VALUES)]
    assert all(int(one) % 97 == 1 for one in moved)


def test_every_locale_has_every_kind_or_says_why_not() -> None:
    for locale in LOCALES:
        for kind in KINDS:
            if (kind == "phone" and locale not in PHONE_LOCALES) or (
                kind == "ssn" and locale != "en_US"
            ):
                continue
            assert all(fakes(kind, ["x", "y"], locale=locale))


def test_the_same_value_has_the_same_fake_under_one_key_alone() -> None:
    again = fakes("person_name", [*VALUES, *reversed(VALUES), None, ""])
    assert again[:300] == list(reversed(again[300:600])) == fakes("person_name", VALUES)
    assert again[600] is None and again[601]
    other = fakes("person_name", VALUES, b"o" * 32)
    assert sum(a == b for a, b in zip(other, again, strict=False)) < 5


def test_a_person_has_one_fake_whatever_their_rows_hold() -> None:
    values = pa.array(["Ann Li", "Li, Ann", None, "Bob Ray", "No Unit"], pa.string())
    units = pa.array(["p1", "p1", "p1", "p2", None], pa.string())
    name = keyed("person_name", by="unit").apply_counted(values, units).values.to_pylist()
    mail = keyed("email", by="unit").apply_counted(values, units).values.to_pylist()
    assert name[0] == name[1] != name[3] and name[2] is None and name[4]
    assert create_transform("fake", {"kind": "email", "by": "unit"}).needs_unit
    assert not create_transform("fake", {"kind": "email"}).needs_unit
    # Under one key name and address belong together.
    first, last = (re.sub("[^a-z]", "", part.lower()) for part in name[0].split(" ", 1))
    assert mail[0].startswith(f"{first}.{last}")


@pytest.mark.parametrize("case", [str.upper, str.lower, lambda name: f" {name} "])
def test_a_fake_is_never_the_row_s_own_value(case: object) -> None:
    names = words("de_DE", "female").to_pylist()
    assert callable(case)
    own = [case(name) for name in names] * 3
    made = fakes("first_name", own, locale="de_DE", gender="female")
    assert not [1 for a, b in zip(own, made, strict=True) if a.strip().lower() == b.lower()]
    # Without drawing again about one in a thousand would be: of 20 keys some are.
    drawn = 0
    for number in range(20):
        made = fakes("first_name", own, bytes([number]) * 32, locale="de_DE", gender="female")
        drawn += sum(a.strip().lower() == b.lower() for a, b in zip(own, made, strict=True))
    assert drawn == 0


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        ({"kind": "aura"}, "kind is one of"), ({"kind": "email", "locale": "xx_XX"}, "locale"),
        ({"kind": "phone", "locale": "es_ES"}, "set aside for fiction"),
        ({"kind": "ssn", "locale": "de_DE"}, "en_US"), ({"kind": "email", "by": "row"}, "by is"),
        ({"kind": "email", "gender": "x"}, "gender"),
    ],
)  # fmt: skip
def test_what_cannot_be_faked_is_refused(parameters: dict[str, str], said: str) -> None:
    with pytest.raises(TransformError, match=said):
        create_transform("fake", parameters)


def test_the_lists_are_those_of_the_pinned_version() -> None:
    """If Faker changes them, fakes of old releases and of new ones no longer agree: say so."""
    listed = "\n".join(word for of in ("first", "last") for word in words("en_US", of).to_pylist())
    assert faker_version() == "40.54.0"
    assert hashlib.sha256(listed.encode()).hexdigest()[:16] == "8a17962a1d37c6ff"


def test_the_key_is_not_shown() -> None:
    assert "kkkk" not in repr(keyed("email"))

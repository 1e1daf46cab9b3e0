"""Check digits of identity numbers, against numbers that their issuers or textbooks publish.

Most examples are those of python-stdnum's documentation, the others name their source.
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from veilflow.classify import ColumnSample, classify_column
from veilflow.classify.check_digits import iso_11_2, iso_11_10, verhoeff
from veilflow.classify.national_ids import SCHEMES, schemes_of

# (country, number that passes, near miss)
GOLDEN = [
    ("Argentina", "20-05536168-2", "20-05536168-3"),
    ("Australia", "123 456 782", "999 999 999"),
    ("Austria", "1237 010180", "2237 010180"),
    ("Belgium", "85.07.30-033 28", "85.07.30-033 29"),
    ("Brazil", "529.982.247-25", "529.982.247-26"),
    ("Bulgaria", "752316 926 3", "752316 926 4"),
    ("Canada", "123 456 782", "999 999 999"),
    ("Chile", "12.531.909-2", "12.531.909-3"),
    ("China", "11010519491231002X", "110105194912310021"),  # GB 11643
    ("Czechia or Slovakia", "710319/2745", "710319/2746"),
    ("Estonia or Lithuania", "36805280109", "36805280108"),
    ("Finland", "131052-308T", "131052-308U"),
    ("France", "2 95 10 99 126 111 93", "2 95 10 99 126 111 94"),
    ("Germany", "36 574 261 809", "36 574 261 890"),
    ("Greece", "01013099997", "01013099999"),
    ("Hong Kong", "G123456(A)", "G123456(3)"),  # the specimen card
    ("India", "2341 2341 2346", "2341 2341 2347"),
    ("India", "ACUPA7085R", "ACUPA7085"),
    ("Ireland", "6433435F", "6433435E"),
    ("Israel", "03933742-3", "03933742-4"),
    ("Italy", "RCCMNL83S18D969H", "RCCMNL83S18D969I"),
    ("Korea", "971013-9019902", "971013-9019903"),
    ("Mexico", "BOXW310820HNERXN09", "BOXW310820HNERXN08"),
    ("the Netherlands", "1112.22.333", "1112.52.333"),
    ("Norway", "151086 95088", "151086 95077"),
    ("Poland", "44051401359", "44051401358"),
    ("Portugal", "501 964 843", "501 964 842"),
    ("Romania", "1630615123457", "1630615123458"),
    ("Russia", "500100732259", "500100732250"),
    ("Russia", "112-233-445 95", "112-233-445 96"),
    ("Singapore", "S1234567D", "S1234567A"),
    ("South Africa", "7503305044089", "8503305044089"),
    ("Spain", "54362315-K", "54362315Z"),
    ("Sweden", "880320-0016", "880320-0018"),
    ("Switzerland", "756.9217.0769.85", "756.9217.0769.84"),
    ("Taiwan", "A123456789", "A123456780"),
    ("Thailand", "7100600445638", "7100600445635"),
    ("Turkey", "17291716060", "17291716050"),
    ("the United Kingdom", "AB 12 34 56 C", "QQ 12 34 56 C"),
]


@pytest.mark.parametrize(("country", "number", "near_miss"), GOLDEN)
def test_published_numbers_pass_and_near_misses_fail(
    country: str, number: str, near_miss: str
) -> None:
    assert country in {scheme.country for scheme in schemes_of(number)}
    assert country not in {scheme.country for scheme in schemes_of(near_miss)}


def test_every_country_has_an_example() -> None:
    countries = {scheme.country for scheme in SCHEMES}
    assert countries == {country for country, _, _ in GOLDEN}
    assert len(countries) >= 15


def test_published_check_digits() -> None:
    assert verhoeff("2363") and not verhoeff("2364")
    assert iso_11_10("07945") and not iso_11_10("07946")  # ISO 7064
    assert iso_11_2("07940") and not iso_11_2("07941")


def sample(values: list[str], name: str = "c1") -> ColumnSample:
    return ColumnSample(name, values, "string", len(values), 0, None)


COLUMNS = [
    ["529.982.247-25", "111.444.777-35", "123.456.789-09", "390.533.447-05"],
    ["44051401359", "02070803628", "85010112344", "90090515836", "44051401458"],
    ["11010519491231002X", "440524188001010014", "110105194912310038"],
    ["RSSMRA85T10A562S", "BNCLRA90A41F205X", "RCCMNL83S18D969H"],
]


@pytest.mark.parametrize("values", COLUMNS[:1] + COLUMNS[3:])
def test_values_alone_tell_an_identity_number(values: list[str]) -> None:
    found = classify_column(sample(values))
    assert (found.type, found.role) == ("national_id", "identifier")
    assert "check digits" in " ".join(found.evidence) or "look like" in " ".join(found.evidence)


@pytest.mark.parametrize(
    "values",
    [
        [str(10**10 + 7919 * i) for i in range(40)],
        [str(10**8 + 13 * i) for i in range(40)],
        [str(1600000000000 + 86400007 * i) for i in range(40)],
        ["111222333", "123456782"],
        ["9780306406157", "9783161484100", "9781861972712", "9780131103627"],
    ],
)
def test_numbers_that_pass_by_luck_are_no_identity_numbers(values: list[str]) -> None:
    assert classify_column(sample(values)).type != "national_id"


@given(st.text(max_size=30))
def test_any_text_is_answered(text: str) -> None:
    assert all(scheme in SCHEMES for scheme in schemes_of(text))

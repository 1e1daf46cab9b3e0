"""A column called "name" beside others: a person's where the table is about people."""

from __future__ import annotations

import pytest
from veilflow.classify import ColumnSample, classify_table

UNLISTED = ("Xoqui Zulbar", "Wembat Qorro", "Plimsa Vuxen")


def types(**columns: tuple[str, ...]) -> dict[str, str]:
    samples = [
        ColumnSample(name, values, "string", len(values), 0, None)
        for name, values in columns.items()
    ]
    return {verdict.name: verdict.type for verdict in classify_table(samples)}


@pytest.mark.parametrize(
    "others",
    [
        {"dob": ("1980-02-03",), "sex": ("F", "M")},
        {"prenom": ("Zyx", "Qaw")},
        {"age": ("31", "47"), "religion": ("Hindu", "Muslim")},
    ],
)
def test_a_name_beside_what_people_have_is_a_persons(others: dict[str, tuple[str, ...]]) -> None:
    assert types(nom=UNLISTED, **others)["nom"] == "person_name"


@pytest.mark.parametrize(
    "others",
    [
        {"price": ("3.20", "4.10")},
        {"sex": ("Men", "Women")},
        {"contact_first_name": ("Zyx", "Qaw")},
    ],
)
def test_a_name_beside_other_things_stays_open(others: dict[str, tuple[str, ...]]) -> None:
    assert types(name=UNLISTED, **others)["name"] == "none"


def test_only_what_is_called_a_name_and_is_written_like_one_is_changed() -> None:
    people = {"dob": ("1980-02-03",), "sex": ("F", "M")}
    assert types(title=UNLISTED, **people)["title"] == "none"
    assert types(name=("X-44/7", "X-45/1"), **people)["name"] != "person_name"

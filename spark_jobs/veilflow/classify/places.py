"""Postcodes, coordinates, cities and regions."""

from __future__ import annotations

import re

from veilflow.classify.city_names import is_listed_city
from veilflow.classify.demographics import is_category, one_of_or
from veilflow.classify.detector import DIGITS, NUMERIC, Detector, pattern, vocabulary
from veilflow.classify.headers import fold
from veilflow.classify.words import CITIES, REGIONS

__all__ = ["DETECTORS", "UNNAMED"]

is_telling_postcode = pattern(
    r"[0-9]{5}-[0-9]{4}|(?:[a-pr-uwyz][a-hk-y]?[0-9][0-9a-z]?|gir) ?[0-9][abd-hjlnp-uw-z]{2}"
    r"|[abceghj-nprstvxy][0-9][abceghj-nprstv-z] ?[0-9][abceghj-nprstv-z][0-9]"
    r"|[0-9]{4} [a-z]{2}|[0-9]{5}-[0-9]{3}|[0-9]{2}-[0-9]{3}|[0-9]{3} [0-9]{2}"
)
is_possible_postcode = pattern(
    r"(?:[a-z]{1,2}-)?[0-9]{3,7}(?:[ -][0-9]{2,4})?|[0-9]{9}|[0-9]{4} ?[a-z]{2}|[0-9*x]{3,5}"
    r"|[a-z]{1,2}[0-9][0-9a-z]? ?[0-9][a-z]{2}|[a-z][0-9][a-z] ?[0-9][a-z][0-9]"
)


def is_possible_postcode_or_list(value: str) -> bool:
    """What a column of postcodes holds: one, or several with commas between them."""
    return all(is_possible_postcode(code.strip()) for code in value.split(",")[:8])


_PAIR = re.compile(
    r"[(\[]?(-?[0-9]{1,2}\.[0-9]{1,12})°?[ ]?[NS]?[,; ][ ]?"
    r"(-?[0-9]{1,3}\.[0-9]{1,12})°?[ ]?[EW]?[)\]]?"
)
_POINT = re.compile(r"POINT ?Z? ?\((-?[0-9]{1,3}\.?[0-9]{0,15}) (-?[0-9]{1,3}\.?[0-9]{0,15})\)")
_DEGREES = re.compile(
    r"[0-9]{1,3}°[ ]?[0-9]{1,2}['′][ ]?(?:[0-9]{1,2}(?:\.[0-9]{1,6})?[\"″])?[ ]?[NSEW].{0,30}"
)
_BEGINS = re.compile(r"[(\[]?-?[0-9]{1,3}[.°]|POINT")
_SINGLE = re.compile(r"-?[0-9]{1,8}(?:\.[0-9]{1,15})?")
_ON_A_GRID = re.compile(r"-?[0-9]{5,8}(?:\.[0-9]{1,6})?")


def is_coordinate_pair(value: str) -> bool:
    """Latitude and longitude in decimal degrees, a WKT point, or degrees and minutes."""
    if not _BEGINS.match(value):
        return False
    if found := _PAIR.fullmatch(value):
        return abs(float(found[1])) <= 90 and abs(float(found[2])) <= 180
    return bool(_POINT.fullmatch(value) or _DEGREES.fullmatch(value))


def is_possible_coordinate(value: str) -> bool:
    """What a column called "latitude" may hold besides: degrees, or metres on a grid."""
    if _SINGLE.fullmatch(value):
        return abs(float(value)) <= 180 or _ON_A_GRID.fullmatch(value) is not None
    return is_coordinate_pair(value)


def is_precise_coordinate(value: str) -> bool:
    """A coordinate with three or more decimals, as hardly any other short number has."""
    return is_coordinate_pair(value) or (
        len(value.partition(".")[2]) >= 3
        and _SINGLE.fullmatch(value) is not None
        and abs(float(value)) <= 180
    )


_KINDS_OF_PLACE = frozenset("urban suburban rural metropolitan metro semiurban remote".split())


def is_possible_region(value: str) -> bool:
    """What a column called "region" holds: a label, but not what kind of place it is."""
    return (fold(value) in REGIONS or is_category(value)) and fold(value) not in _KINDS_OF_PLACE


def is_listed_region(value: str) -> bool:
    """A known region; or a city, as many regions are called after one."""
    return fold(value) in REGIONS or is_listed_city(value)


UNNAMED = Detector("city", is_listed_city, 55, alone=0.75, alone_share=0.8, chance=0.05,
                   lengths=(4, 60))  # fmt: skip
"""Cities of a longer list, where nothing else is found in a column of texts."""

DETECTORS = (
    Detector("zipcode", is_telling_postcode, 60, alone=0.82, chance=0.02,
             named=is_possible_postcode_or_list, named_share=0.6,
             characters=DIGITS, lengths=(3, 300),
             not_kinds=("date",),
             alone_lengths=(5, 10), alone_not_kinds=NUMERIC),
    Detector("geo_coordinates", is_coordinate_pair, 75, alone=0.93, chance=0.02,
             named=is_possible_coordinate, named_share=0.8, hinted=is_precise_coordinate,
             characters=DIGITS, lengths=(1, 80),
             not_kinds=("date",),
             alone_characters=".°P", alone_lengths=(7, 80), alone_not_kinds=NUMERIC),
    vocabulary("city", CITIES, 55, alone=0.85, alone_share=0.6, chance=0.02,
             named=one_of_or(CITIES, is_category), named_share=0.6, hinted=is_listed_city,
             lengths=(2, 60), not_kinds=("integer", "decimal", "date")),
    vocabulary("region", REGIONS, 54, alone=0.78, alone_share=0.7, chance=0.02,
             named=is_possible_region, named_share=0.6, hinted=is_listed_region, ceiling=0.9,
             lengths=(2, 60), not_kinds=("decimal", "date")),
)  # fmt: skip

"""Cities of the world, some under several names, from a data file that is read when needed.

The file is made from GeoNames (CC BY 4.0); its head says how. It holds no plain words and no
names of people, so that it tells cities where no column name does.
"""

from __future__ import annotations

from functools import cache

from veilflow.classify.headers import fold
from veilflow.classify.word_files import word_lists
from veilflow.classify.words import CITIES

__all__ = ["is_listed_city"]


def is_listed_city(value: str) -> bool:
    """Whether it is a city's name, alone or before a comma and what it lies in.

    >>> is_listed_city("Kolhapur"), is_listed_city("Shimoga, Karnataka"), is_listed_city("Rack 4")
    (True, True, False)
    """
    name = fold(value.partition(",")[0].strip())
    return name in CITIES or _is_line(name)


def _is_line(name: str) -> bool:
    """Whether the sorted text has this line: so few are looked up that a set would cost more."""
    text = _listed()
    low, high = 0, len(text)
    while low < high:
        middle = (low + high) // 2
        start = text.rfind("\n", low, middle) + 1 or low
        end = text.find("\n", middle)
        end = len(text) if end < 0 else end
        line = text[start:end]
        if line == name:
            return True
        if line < name:
            low = end + 1
        else:
            high = start
    return False


@cache
def _listed() -> str:
    return word_lists("city_names.txt")[0].decode()

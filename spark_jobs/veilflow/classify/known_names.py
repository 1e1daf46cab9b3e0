"""Which words of a text are names: of which kind, and whether they are nothing else."""

from __future__ import annotations

from functools import cache

from veilflow.classify.name_words import FAMILY, GIVEN, ORDINARY
from veilflow.classify.plain_words import PLAIN_WORDS
from veilflow.classify.text_names import DOUBTFUL, MORE_GIVEN
from veilflow.classify.words import CITIES, COUNTRIES, MONTHS, ORGANIZATION, REGIONS
from veilflow.classify.world_names import plain_names, telling_names

__all__ = ["FIRST_NAMES", "GIVEN_NAMES", "NAMES", "PLACES", "POSSIBLE", "TELLING", "wide_names"]

GIVEN_NAMES = GIVEN | (MORE_GIVEN - CITIES - COUNTRIES)
FIRST_NAMES = GIVEN_NAMES | DOUBTFUL
NAMES = GIVEN_NAMES | FAMILY
TELLING = NAMES - ORDINARY - PLAIN_WORDS - DOUBTFUL
POSSIBLE = NAMES | ORDINARY
PLACES = CITIES | COUNTRIES | REGIONS
_NOT_WIDE = PLAIN_WORDS | DOUBTFUL | PLACES | ORGANIZATION | frozenset(MONTHS)


@cache
def wide_names() -> frozenset[str]:
    """Names from all over the world that aren't plain words or places; read when first needed."""
    return telling_names() - plain_names() - _NOT_WIDE

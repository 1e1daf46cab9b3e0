"""Given and family names of some eighty languages, from a data file that is read once.

The file is made from Faker's lists (MIT licence); its head says how. It is wide and shallow: it
tells whether a column holds names of persons, never who somebody is.
"""

from __future__ import annotations

from functools import cache
from importlib import resources

from veilflow.classify.name_words import CJK_FAMILY, FAMILY, GIVEN, ORDINARY

__all__ = ["common_words", "is_cjk_name", "plain_names", "telling_names"]


@cache
def telling_names() -> frozenset[str]:
    """Folded words that are names and seldom anything else."""
    return _alphabetic_and_cjk()[0] | ((GIVEN | FAMILY) - ORDINARY)


def is_cjk_name(compact: str) -> bool:
    """A family name in Chinese, Japanese or Korean script, followed by one to three characters."""
    family = _alphabetic_and_cjk()[1]
    if not 2 <= len(compact) <= 5:
        return False
    return (len(compact) > 2 and compact[:2] in family) or (
        len(compact) <= 4 and (compact[0] in family or compact[0] in CJK_FAMILY)
    )


@cache
def common_words() -> frozenset[str]:
    """English words that are in any prose: a capital and a verb make no name of them."""
    file = resources.files("veilflow.classify") / "common_words.txt"
    return frozenset(file.read_text(encoding="utf-8").split("\n\n")[1].split())


@cache
def plain_names() -> frozenset[str]:
    """Names that an English dictionary has as plain words too."""
    file = resources.files("veilflow.classify") / "plain_names.txt"
    return frozenset(file.read_text(encoding="utf-8").split("\n\n")[1].split("\n"))


@cache
def _alphabetic_and_cjk() -> tuple[frozenset[str], frozenset[str]]:
    file = resources.files("veilflow.classify") / "person_names.txt"
    _, alphabetic, cjk = file.read_text(encoding="utf-8").split("\n\n")
    return frozenset(alphabetic.split("\n")), frozenset(cjk.split())

"""Sets of texts in which nothing personal stands, written blind: what a detector tells them.

The texts are in ``blind_negatives.txt``, which says how and when they were written. They are harder
than those of :mod:`benchmarks.hard_negatives`: brands that are names of persons, months, shops.
"""

from __future__ import annotations

from pathlib import Path

from benchmarks.hard_negatives import HardNegative

__all__ = ["blind_negatives"]

FILE = Path(__file__).with_suffix(".txt")


def blind_negatives(file: Path = FILE) -> dict[str, tuple[HardNegative, ...]]:
    """The traps of each set by its name, in order."""
    sets: dict[str, list[HardNegative]] = {}
    traps: list[HardNegative] = []
    kind, types = "", ""
    for line in file.read_text(encoding="utf-8").splitlines():
        if line.startswith("== "):
            traps = sets.setdefault(line[3:], [])
        elif line.startswith("= "):
            kind, _, types = line[2:].partition(" |")
        elif line and not line.startswith("#"):
            text, _, alone = line.partition(" | ")
            allowed = frozenset((alone or types).replace(" ", "").split(",")) - {""}
            traps.append(HardNegative(kind, text, allowed))
    return {name: tuple(of) for name, of in sets.items()}

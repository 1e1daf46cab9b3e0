"""Which persons a synthesizer never sees, so that there is something to compare its output with.

A person is held out by the keyed hash of their identifier (HMAC-SHA-256, RFC 2104), so that the
split needs no storing: who has the key computes it again, and nobody else can say which side a
person is on. The split must be made before anything is fitted.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from veilflow.errors import UsageError
from veilflow.risk.cells import canonical_text, cell_values

__all__ = ["Holdout", "is_held_out", "person_draws", "split_holdout"]

Bools = npt.NDArray[np.bool_]

# Keeps this use of the key apart from any other, and names the rule: another rule, another split.
_PURPOSE = b"veilflow/holdout/1\0"
_SHORTEST_KEY = 16
_BITS = 64


@dataclass(frozen=True, eq=False, repr=False)
class Holdout:
    """For each row whether it belongs to training, to the holdout, or (both false) to neither.

    ``without_unit`` rows name no person, so nobody can say that their person is unseen: they are
    in neither part and must not be fitted on.
    """

    training: Bools
    holdout: Bools
    training_units: int
    holdout_units: int

    @property
    def without_unit(self) -> int:
        return int(self.training.size - self.training.sum() - self.holdout.sum())

    def __repr__(self) -> str:
        return f"Holdout(training_units={self.training_units}, holdout_units={self.holdout_units})"


def split_holdout(units: Iterable[object], key: bytes, share: float = 0.5) -> Holdout:
    """Each row's side, all rows of one person on the same side; the same key, the same split.

    ``units`` has each row's person. Identifiers that differ only by case, outer spaces or Unicode
    form, or as 5, 5.0 and "5" do, are one person: two persons taken for one do no harm, one taken
    for two would be on both sides. About ``share`` of the persons are held out, each for
    themselves, so the sizes vary as a coin's do; a larger share holds out the same persons and
    more. Half is best for the leak gates, and no share under a tenth is of much use.
    """
    limit = _limit(key, share)
    sides: dict[str, bool] = {}
    training, holdout = [], []
    for unit in cell_values(units):
        text = canonical_text(unit)
        if text is not None and text not in sides:
            sides[text] = _draw(text, key) < limit
        held = None if text is None else sides[text]
        training.append(held is False)
        holdout.append(held is True)
    held_units = sum(sides.values())
    return Holdout(
        training=np.array(training, dtype=np.bool_),
        holdout=np.array(holdout, dtype=np.bool_),
        training_units=len(sides) - held_units,
        holdout_units=held_units,
    )


def is_held_out(unit: object, key: bytes, share: float = 0.5) -> bool | None:
    """Whether one person is held out; None for a missing identifier."""
    limit = _limit(key, share)
    text = canonical_text(unit)
    return None if text is None else _draw(text, key) < limit


def person_draws(units: Iterable[object], key: bytes) -> list[int | None]:
    """Each person's draw, from 0 to below 2**64, None for a missing identifier.

    Who draws less than ``share * 2**64`` is held out: for who splits a table that fits nowhere.
    """
    _limit(key, 0.5)
    texts = (canonical_text(unit) for unit in cell_values(units))
    return [None if text is None else _draw(text, key) for text in texts]


def _draw(text: str, key: bytes) -> int:
    digest = hmac.digest(key, _PURPOSE + text.encode("utf-8", "surrogatepass"), "sha256")
    return int.from_bytes(digest[: _BITS // 8], "big")


def _limit(key: bytes, share: float) -> int:
    if len(key) < _SHORTEST_KEY:
        raise UsageError(
            f"the holdout needs a key of at least {_SHORTEST_KEY} bytes",
            remedy="Derive one from the masking root key.",
        )
    if not 0 < share < 1:
        raise UsageError("the holdout's share must lie between 0 and 1")
    return int(share * 2**_BITS)

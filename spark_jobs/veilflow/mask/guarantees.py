"""What a transform promises about its output, as data: for plans, evidence and the documentation.

Everybody reads the same record, so that a document can't promise more than the code says.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Literal

__all__ = ["Guarantees"]

Kept = Literal["length", "alphabet", "format", "order", "prefix", "suffix", "values", "everything"]


@dataclass(frozen=True)
class Guarantees:
    """The promises of one transform, each a phrase.

    Attributes:
        reversible_by: who can get the value back.
        joins_within: where equal values stay equal, so that tables can be joined.
        keeps: what of a value's form stays visible.
        null: what becomes of null.
        empty: what becomes of an empty text.
        not_for: when not to use it.
    """

    reversible_by: str = "nobody"
    joins_within: str = "nothing"
    keeps: tuple[Kept, ...] = ()
    null: str = "stays null"
    empty: str = "like any value"
    not_for: str = ""

    def phrases(self) -> dict[str, str]:
        """Each promise as one text, by its name."""
        told = {field.name: getattr(self, field.name) for field in fields(self)}
        return told | {"keeps": ", ".join(self.keeps) or "nothing"}

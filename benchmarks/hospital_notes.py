"""Notes of the made-up hospital with what is personal in them marked, as a person would label it.

The note generator is asked to put markers around what it fills in; without them the texts are
exactly those of ``veilflow sample-data``.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from unittest.mock import patch

import pyarrow as pa
from veilflow.sample_data import notes
from veilflow.sample_data.draw import join
from veilflow.sample_data.hospital import Block, make_blocks

TYPES = {
    "name": "person_name", "NAME": "person_name", "given": "person_name", "family": "person_name",
    "initials": "person_name", "relative": "person_name", "doctor": "person_name",
    "signature": "person_name", "mrn": "medical_record_number", "email": "email_address",
    "phone": "phone_number", "city": "city", "born": "date_of_birth",
}  # fmt: skip
_MARK = re.compile("\x01(.*?)\x02(.*?)\x03", re.DOTALL)


@dataclass(frozen=True)
class Note:
    """One text and its personal spans: start, end, type."""

    text: str
    spans: tuple[tuple[int, int, str], ...]

    def redacted(self, keep: Callable[[str], bool] = lambda kind: False) -> str:
        """The text with its spans replaced by their types in capitals, but for kinds to keep."""
        made, last = "", 0
        for start, end, kind in self.spans:
            if not keep(kind):
                made += self.text[last:start] + f"[{kind.upper()}]"
                last = end
        return made + self.text[last:]


def hospital(rows: int, seed: int = 7) -> tuple[Block, list[Note]]:
    """The tables of the first ``rows`` patients (one block at most) and their marked notes."""
    plain = notes._Slots.fill

    def fill(self: notes._Slots, template: str) -> pa.Array:
        pieces: list[pa.Array | str] = []
        for literal, slot, _, _ in notes.Formatter().parse(template):
            pieces.append(literal)
            if slot is not None:
                kind = TYPES.get(slot)
                value = self.value(slot)
                pieces += [value] if kind is None else [f"\x01{kind}\x02", value, "\x03"]
        return join(*pieces)

    assert plain is not fill
    with patch.object(notes._Slots, "fill", fill):
        (block,) = make_blocks(rows, seed)
    return block, [_note(text) for text in block.notes.column("text").to_pylist()]


def _note(marked: str) -> Note:
    text, last, spans = "", 0, []
    for found in _MARK.finditer(marked):
        text += marked[last : found.start()]
        spans.append((len(text), len(text) + len(found[2]), found[1]))
        text += found[2]
        last = found.end()
    return Note(text + marked[last:], tuple(spans))

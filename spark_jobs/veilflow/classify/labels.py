"""What a person labelled in notes: keyed digests of the notes, offsets and types. No text.

A label belongs to the exact text it was made for: a note that changed by a character is another
note. Offsets count Unicode code points.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from veilflow.classify.entity import ENTITY_TYPES, Entity
from veilflow.errors import IntegrityError, UsageError

__all__ = [
    "Label",
    "Labels",
    "Span",
    "checked_labeller",
    "checked_spans",
    "is_found",
    "note_digest",
]

FORMAT = 1
_MOST_LABELLER = 40
# A span is found if detected entities of any type cover this share of its letters and digits.
COVERED = 0.5


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """The characters from ``start`` to ``end`` are of ``type``."""

    start: int
    end: int
    type: str


@dataclass(frozen=True)
class Label:
    """What one person found in one note; no span says that there is nothing in it.

    ``blind`` if the detector's proposals weren't shown first.
    """

    note: str
    labeller: str
    spans: tuple[Span, ...]
    blind: bool = False

    def to_json(self) -> dict[str, Any]:
        return {
            "format": FORMAT,
            "note": self.note,
            "labeller": self.labeller,
            "spans": [[span.start, span.end, span.type] for span in self.spans],
            "blind": self.blind,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Label:
        """The inverse of :meth:`to_json`; IntegrityError for anything else."""
        made = None
        try:
            if data["format"] == FORMAT:
                spans = tuple(Span(int(s), int(e), str(t)) for s, e, t in data["spans"])
                made = cls(str(data["note"]), str(data["labeller"]), spans, bool(data["blind"]))
        except (KeyError, TypeError, ValueError):
            pass
        if made is None:
            raise IntegrityError("A label is damaged, or of another format; label the note again.")
        return made


@dataclass(frozen=True)
class Labels:
    """The labels of one column by note, each note's by person, and the key of the digests."""

    notes: Mapping[str, Mapping[str, Label]]
    key: bytes = field(repr=False)

    @classmethod
    def of(cls, labels: Iterable[Label], key: bytes) -> Labels:
        """Gather labels; of one person's labels of a note the last one counts."""
        notes: dict[str, dict[str, Label]] = {}
        for label in labels:
            notes.setdefault(label.note, {})[label.labeller] = label
        return cls(notes, key)

    def truth(self, note: str) -> tuple[Span, ...]:
        """What anybody labelled in the note. Overlapping spans are one thing: the longest stays."""
        spans = {span for label in self.notes[note].values() for span in label.spans}
        kept: list[Span] = []
        for span in sorted(spans, key=lambda s: (s.start - s.end, s.start, s.type)):
            if not any(span.start < other.end and other.start < span.end for other in kept):
                kept.append(span)
        return tuple(sorted(kept))

    def disagreement(self) -> tuple[int, int]:
        """How many notes two people or more labelled, and in how many of them they differ."""
        several = [list(people.values()) for people in self.notes.values() if len(people) > 1]
        differ = [labels for labels in several if len({frozenset(x.spans) for x in labels}) > 1]
        return len(several), len(differ)

    @property
    def types(self) -> tuple[str, ...]:
        """The types that were labelled, by name."""
        return tuple(sorted({s.type for note in self.notes for s in self.truth(note)}))


def note_digest(text: str, key: bytes) -> str:
    """The note's name in labels: HMAC-SHA-256 of its exact text, the first 128 bits in hex.

    Also its place in the order in which notes are drawn, which is random to who lacks the key.
    """
    return hmac.new(key, text.encode("utf-8", "surrogatepass"), sha256).hexdigest()[:32]


def checked_spans(spans: Iterable[Sequence[Any]], length: int) -> tuple[Span, ...]:
    """Spans of a text of ``length`` characters. Raises UsageError that names the wrong one's place.

    The message holds neither text nor offsets of it.
    """
    made = []
    for number, given in enumerate(spans, 1):
        try:
            start, end, type_ = given
        except (TypeError, ValueError):
            raise UsageError(f"span {number}: give start, end and type") from None
        if not (isinstance(start, int) and isinstance(end, int) and 0 <= start < end <= length):
            raise UsageError(f"span {number}: its start and end don't lie in the text")
        if type_ not in ENTITY_TYPES:
            raise UsageError(
                f"span {number}: there is no such type.", remedy=f"One of {', '.join(ENTITY_TYPES)}"
            )
        made.append(Span(start, end, type_))
    return tuple(sorted(set(made)))


def checked_labeller(name: str) -> str:
    """A person's name in labels: letters, digits, ``._@-``. Raises UsageError for another."""
    plain = name.strip()
    fits = 0 < len(plain) <= _MOST_LABELLER and all(c.isalnum() or c in "._@-" for c in plain)
    if not fits:
        raise UsageError("a labeller's name has 1 to 40 letters, digits, '.', '_', '@' or '-'")
    return plain


def is_found(span: Span, text: str, found: Sequence[Entity]) -> bool:
    """Whether entities of any type cover half of the span's letters and digits or more."""
    telling = [at for at in range(span.start, min(span.end, len(text))) if text[at].isalnum()]
    if not telling:
        telling = list(range(span.start, span.end))
    covered = sum(any(e.start <= at < e.end for e in found) for at in telling)
    return covered >= COVERED * len(telling)

"""The schema attack: does anything about a table but its cells tell who is in it?

Somebody who reads no cell at all still reads the names of tables, columns and files, the notes
stored with a schema, the lists of categories that a column may have, and the labels of rows. They
tell of people where a value became a name (a table pivoted by patient, a file a customer), where a
list of categories keeps values whose rows are gone, and where labels of rows are the source's row
numbers. This module says what is looked for in a name, and in which places something was found; the
order of rows and of files is an attack of its own (row_order_attack.py, alike_order_attack.py).

Not looked for: what the kind of columns says of a dataset as a whole (that it is a hospital's), and
values that a cell may hold, such as a constant: whoever checks cells sees those.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

__all__ = ["SchemaFindings", "spellings"]

_WORD = re.compile(r"[^\W_]+")
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
# Names are short; of a long note every run of this many words is looked at.
_WORDS = 6
_LONGEST = 20_000
_JOINTS = ("", " ", "-", "_", ".", "@")


@dataclass(frozen=True)
class SchemaFindings:
    """How many places tell something: names and notes that hold a known identifier, categories
    that no row has, and whether the rows have labels other than 0, 1, 2, ..."""

    identifiers: int
    empty_categories: int
    row_labels: bool

    @property
    def places(self) -> int:
        return self.identifiers + self.empty_categories + self.row_labels

    @property
    def attacker(self) -> str:
        return (
            "The attacker was assumed to know somebody's identifiers, and to read names, notes,"
            " category lists and row labels, but no cell."
        )


def spellings(text: str, min_length: int = 6) -> tuple[str, ...]:
    """What a name or note may spell: itself, and every run of up to six of its words.

    Words end at anything but letters and digits, and where a capital follows a small letter. Each
    run is spelt as it stands, and with nothing, a space, a hyphen, an underscore, a point or an
    at-sign between all of its words. Spellings of fewer than ``min_length`` characters are left
    out. Of a text beyond 20,000 characters the beginning is looked at.

    >>> spellings("visitsOf_Ada.Lovelace", 12)[:3]
    ('visitsOf_Ada.Lovelace', 'visitsOf_Ada', 'visits Of Ada')
    """
    text = text[:_LONGEST]
    found = dict.fromkeys([text.strip()])
    words = [
        (start + match.start(), start + match.end())
        for start, piece in _pieces(text)
        for match in _WORD.finditer(piece)
    ]
    for first in range(len(words)):
        for last in range(first, min(first + _WORDS, len(words))):
            run = [text[start:end] for start, end in words[first : last + 1]]
            found[text[words[first][0] : words[last][1]]] = None
            found.update(dict.fromkeys(joint.join(run) for joint in _JOINTS))
    return tuple(spelling for spelling in found if len(spelling) >= min_length)


def _pieces(text: str) -> list[tuple[int, str]]:
    ends = [match.start() for match in _HUMP.finditer(text)]
    return [
        (start, text[start:end]) for start, end in zip([0, *ends], [*ends, len(text)], strict=True)
    ]

"""How a person labels a note at the terminal: what is shown, and what can be typed.

Enter            the spans shown are right and complete: keep them, show the next note
n Jane Doe       mark every place of that text; n name, e e-mail, t telephone, a street address,
                 i record number, d date of birth; or the whole name of a type
- 2              the second span is wrong
0                nothing in this note is personal: remove all spans
s                skip this note    q  stop    ?  show this help and the types
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from veilflow.classify.entity import ENTITY_TYPES
from veilflow.classify.labels import Span

__all__ = ["HELP", "Answer", "answer", "label_note", "shown"]

HELP = (__doc__ or "").partition("\n\n")[2]
_SHORT = {
    "n": "person_name", "e": "email_address", "t": "phone_number", "a": "street_address",
    "i": "medical_record_number", "d": "date_of_birth",
}  # fmt: skip
Action = Literal["keep", "skip", "quit", "again"]


@dataclass(frozen=True)
class Answer:
    """What one line typed by a person means: what to do, the spans now, what to tell them."""

    action: Action
    spans: tuple[Span, ...]
    said: str = ""


def shown(text: str, spans: Sequence[Span]) -> str:
    """The text with its spans numbered in brackets, safe for a terminal."""
    pieces, last = [], 0
    for number, span in enumerate(spans, 1):
        pieces += [
            _plain(text[last : span.start]),
            f"[{number}:{_plain(text[span.start : span.end])}]",
        ]
        last = span.end
    listed = "  ".join(f"{number} {span.type}" for number, span in enumerate(spans, 1))
    return f"{''.join(pieces)}{_plain(text[last:])}\n\n  {listed or 'no spans'}"


def answer(line: str, text: str, spans: Sequence[Span]) -> Answer:
    """What ``line`` does to the spans of ``text``."""
    command, _, rest = line.strip().partition(" ")
    now = tuple(spans)
    if not command:
        return Answer("keep", now)
    if command in ("s", "q") and not rest:
        return Answer("skip" if command == "s" else "quit", now)
    if command == "0":
        return Answer("again", ())
    if command == "?":
        return Answer("again", now, f"{HELP}\n{', '.join(ENTITY_TYPES)}")
    if command.startswith("-"):
        number = f"{command[1:]}{rest}".strip()
        if number.isascii() and number.isdigit() and 1 <= int(number) <= len(now):
            place = int(number) - 1
            return Answer("again", (*now[:place], *now[place + 1 :]))
        return Answer("again", now, "there is no span of that number")
    return _marked(_SHORT.get(command, command), rest, text, now)


def label_note(
    text: str,
    proposed: Sequence[Span],
    ask: Callable[[str], str],
    tell: Callable[[str], None],
) -> tuple[Action, tuple[Span, ...]]:
    """Ask about one note until the person keeps, skips or stops; the end of input stops."""
    spans = tuple(sorted(proposed))
    while True:
        tell(shown(text, spans))
        try:
            given = answer(ask("> "), text, spans)
        except EOFError:
            return "quit", spans
        spans = given.spans
        if given.said:
            tell(given.said)
        if given.action != "again":
            return given.action, spans


def _marked(type_: str, wanted: str, text: str, spans: tuple[Span, ...]) -> Answer:
    if type_ not in ENTITY_TYPES:
        return Answer("again", spans, "no such command or type; ? shows them")
    if not wanted:
        return Answer("again", spans, f"type the text after {type_}")
    added = []
    at = text.find(wanted)
    while at >= 0:
        end = at + len(wanted)
        added.append(Span(at, end, type_))
        at = text.find(wanted, end)
    # What is marked now is meant: a proposal that it overlaps goes.
    kept = [s for s in spans if not any(s.start < n.end and n.start < s.end for n in added)]
    said = "" if added else "that text isn't in the note, as written"
    return Answer("again", tuple(sorted([*kept, *added])), said)


def _plain(text: str) -> str:
    """Control characters could move the cursor or hide text: each becomes a dot."""
    return "".join(char if char.isprintable() or char in "\n\t" else "·" for char in text)

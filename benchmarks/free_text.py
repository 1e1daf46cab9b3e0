"""``python -m benchmarks.free_text``: how much of what is personal in notes redact_text removes.

The notes are those of the sample hospital, whose generator says where it put what (names of the
patient, of relatives and clinicians, numbers, birth dates, cities). Three ways are compared: what
the tables know alone, detectors alone, both. A span is removed if no letter or digit of it is left.

The generator's notes are easy: few templates, names mostly spelt right. So each patient's mentions
are also rewritten, one way at a time (an edit, another order, initials, ...): the second table has
the recall of those mentions. Nothing was tuned on real notes, and real ones are harder. The third
table is about people whom no table knows: the half of ``../shared/data/pii_text`` that nobody tuned
the detector on, from which whole names have to be gone, titles apart.

``extra`` is the share of all other words that were removed, dates and ages apart, which are removed
on purpose. ``judge`` is the number of notes in which the judge's own search
(:mod:`veilflow_expectations.text_search`) still finds an identifier of anybody. Then seconds of CPU
for one long note, and fakes a second.
"""

from __future__ import annotations

import argparse
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from veilflow.mask.fake import Fake
from veilflow.mask.text.known import find_known
from veilflow.mask.text.redaction import Rules, redact, spans_to_remove
from veilflow.mask.text.replacing import label_namer
from veilflow.mask.text.spans import Span
from veilflow.mask.text.terms import KnownTerms, is_of_the_person, kind_of_column

from benchmarks.hospital_notes import Note, hospital

__all__ = ["main"]

_PATIENT = ("patient_id", "mrn", "full_name", "email", "phone", "ssn", "birth_date", "zip_code",
            "city")  # fmt: skip
_TITLE = re.compile(r"(?:mr|mrs|ms|miss|dr|prof)\.? ", re.IGNORECASE)
_ON_PURPOSE = ("date", "age", "date_of_birth")
Way = Callable[[str, KnownTerms], Sequence[Span]]
WAYS: dict[str, Way] = {
    "tables": find_known,
    "detectors": lambda text, terms: spans_to_remove(text, KnownTerms(), Rules()),
    "both": lambda text, terms: spans_to_remove(text, terms, Rules()),
}


@dataclass(frozen=True)
class _Case:
    """A note with what is known of it, and its patient's name as the table has it."""

    note: Note
    terms: KnownTerms
    name: str


def cases(patients: int, seed: int) -> tuple[list[_Case], dict[str, Any]]:
    """The notes of ``patients``, and the tables for the judge."""
    block, notes = hospital(patients, seed)
    rows = {row["patient_id"]: row for row in block.patients.to_pylist()}
    attending: dict[str, set[str]] = {}
    for row in block.encounters.to_pylist():
        if row["attending"]:
            attending.setdefault(row["patient_id"], set()).add(row["attending"])
    made = []
    for row, note in zip(block.notes.to_pylist(), notes, strict=True):
        patient = rows[row["patient_id"]]
        columns = [(*kind_of_column(c), is_of_the_person(c), [patient[c]]) for c in _PATIENT]
        clinicians = sorted(attending.get(row["patient_id"], ()))
        columns.append((*kind_of_column("attending"), False, clinicians))
        made.append(_Case(note, KnownTerms.of(columns), patient["full_name"]))
    return made, {"patients": block.patients, "encounters": block.encounters}


def is_removed(text: str, start: int, end: int, spans: Sequence[Span]) -> bool:
    """Whether no letter or digit is left; a title before a name and a degree after it may be."""
    said = text[start:end]
    start += len(said) - len(said.removeprefix("Dr. "))
    end -= len(said) - len(said.removesuffix(", MD"))
    left = set(range(start, end))
    for span in spans:
        left -= set(range(span.start, span.end))
    return not any(text[place].isalnum() for place in left)


def _edited(name: str, rng: np.random.Generator) -> str:
    words = name.split()
    long = [at for at, word in enumerate(words) if len(word) > 4 and word.isascii()]
    if not long:
        return ""
    at = long[int(rng.integers(len(long)))]
    word, place = words[at], int(rng.integers(1, len(words[at]) - 1))
    forms = (
        word[:place] + word[place + 1 :], word[:place] + "x" + word[place:],
        word[:place] + "x" + word[place + 1 :],
        word[:place] + word[place + 1] + word[place] + word[place + 2 :],
    )  # fmt: skip
    words[at] = forms[int(rng.integers(4))]
    return " ".join(words)


def _two(form: str) -> Callable[[str, np.random.Generator], str]:
    def variant(name: str, rng: np.random.Generator) -> str:
        words = name.split()
        if len(words) != 2 or not name.isascii():
            return ""
        first, last = words
        return form.format(first=first, last=last, f=first[0], l=last[0])

    return variant


VARIANTS: dict[str, Callable[[str, np.random.Generator], str]] = {
    "as it is": lambda name, rng: name,
    "family name first": _two("{last}, {first}"),
    "an initial": _two("{f}. {last}"),
    "initials with dots": _two("{f}.{l}."),
    "given name alone": _two("{first}"),
    "family name alone": _two("{last}"),
    "capitals": lambda name, rng: name.upper(),
    "small letters": lambda name, rng: name.lower(),
    "a possessive": lambda name, rng: f"{name}'s",
    "one edit": _edited,
    "one edit, alone": lambda name, rng: (_edited(name, rng).split() or [""])[-1],
}


def rewritten(case: _Case, variant: str, seed: int) -> Note | None:
    """The note with its first whole mention of the patient in another form, and that span alone."""
    for start, end, kind in case.note.spans:
        said = case.note.text[start:end]
        if kind == "person_name" and said.count(" ") >= 1 and said.lower() == case.name.lower():
            new = VARIANTS[variant](said, np.random.default_rng(seed))
            if not new or (variant == "one edit, alone" and new == said.split()[-1]):
                return None
            text = case.note.text[:start] + new + case.note.text[end:]
            return Note(text, ((start, start + len(new.removesuffix("'s")), kind),))
    return None


def main(argv: Sequence[str] | None = None) -> int:
    """Print the tables as Markdown."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.free_text", description=__doc__)
    parser.add_argument("--patients", type=int, default=5_000)
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--data", type=Path, default=Path("../shared/data/pii_text"))
    parser.add_argument("--long", type=int, default=10_000_000, help="characters of the long note")
    arguments = parser.parse_args(argv)
    found, tables = cases(arguments.patients, arguments.seed)
    print(f"{len(found):,} notes of {arguments.patients:,} patients\n")
    for line in (*_by_type(found), *_by_variant(found), *_judged(found, tables)):
        print(line)
    for line in (*_strangers(arguments.data), *_long(found, arguments.long), *_fakes()):
        print(line)
    return 0


def _by_type(found: Sequence[_Case]) -> Iterator[str]:
    there = Counter(kind for case in found for _, _, kind in case.note.spans)
    kept: dict[str, Counter[str]] = {}
    extra, cost = {}, {}
    for name, way in WAYS.items():
        begun = time.process_time()
        told = [way(case.note.text, case.terms) for case in found]
        cost[name] = (time.process_time() - begun) / len(found)
        kept[name] = Counter(
            kind
            for case, spans in zip(found, told, strict=True)
            for start, end, kind in case.note.spans
            if is_removed(case.note.text, start, end, spans)
        )
        extra[name] = _extra(found, told)
    yield "| removed of | spans | tables alone | detectors alone | both |"
    yield "|---|--:|--:|--:|--:|"
    for kind, total in there.most_common():
        shares = " | ".join(f"{kept[name][kind] / total:.4f}" for name in WAYS)
        yield f"| {kind} | {total:,} | {shares} |"
    yield "| extra words | | " + " | ".join(f"{extra[name]:.4f}" for name in WAYS) + " |"
    yield "| CPU ms a note | | " + " | ".join(f"{1000 * cost[name]:.2f}" for name in WAYS) + " |\n"


def _extra(found: Sequence[_Case], told: Sequence[Sequence[Span]]) -> float:
    words = removed = 0
    for case, spans in zip(found, told, strict=True):
        there = [(start, end) for start, end, _ in case.note.spans]
        wrong = [
            span for span in spans
            if span.type not in _ON_PURPOSE
            and not any(span.start < end and start < span.end for start, end in there)
        ]  # fmt: skip
        words += len(re.findall(r"\w+", case.note.text))
        removed += sum(len(re.findall(r"\w+", case.note.text[s.start : s.end])) for s in wrong)
    return removed / words


def _by_variant(found: Sequence[_Case]) -> Iterator[str]:
    yield "| the patient's name | mentions | tables alone | detectors alone | both |"
    yield "|---|--:|--:|--:|--:|"
    some = found[:3_000]
    for variant in VARIANTS:
        made = [(replace(case, note=note), note) for seed, case in enumerate(some)
                if (note := rewritten(case, variant, seed)) is not None]  # fmt: skip
        shares = []
        for way in WAYS.values():
            hits = sum(
                is_removed(note.text, *note.spans[0][:2], way(note.text, case.terms))
                for case, note in made
            )
            shares.append(f"{hits / max(len(made), 1):.4f}")
        yield f"| {variant} | {len(made):,} | {' | '.join(shares)} |"
    yield ""


def _judged(found: Sequence[_Case], tables: dict[str, Any]) -> Iterator[str]:
    from veilflow_expectations.references import References
    from veilflow_expectations.text_references import add_identifiers, identifiers_of
    from veilflow_expectations.text_search import search_texts

    references = References(b"b" * 32)
    people = tables["patients"].to_pandas()[[c for c in _PATIENT if c != "zip_code"]]
    doctors = tables["encounters"].to_pandas()[["attending"]]
    kinds = [(people, {"city": "category"}), (doctors, {"attending": "name"})]
    add_identifiers(references, "people", kinds)
    known = identifiers_of(references, "people")
    texts = [redact(c.note.text, c.terms, Rules(), lambda _: label_namer()).text for c in found]
    raw = int((search_texts([case.note.text for case in found], known) > 0).sum())
    left = int((search_texts(texts, known) > 0).sum())
    yield f"judge: an identifier in {raw:,} of {len(found):,} raw notes, in {left:,} redacted ones"


def _strangers(folder: Path) -> Iterator[str]:
    """People whom no table knows, in texts that nobody tuned anything on: detectors alone."""
    from benchmarks.text_entities import texts

    there: Counter[str] = Counter()
    gone: Counter[str] = Counter()
    for text in texts(folder):
        if text.tuning:
            continue
        spans = spans_to_remove(text.text, KnownTerms(), Rules())
        for start, end, kind in text.truth:
            titled = _TITLE.match(text.text, start, end)
            there[kind] += 1
            gone[kind] += is_removed(text.text, titled.end() if titled else start, end, spans)
    yield "\n| strangers, removed of | spans | detectors |"
    yield "|---|--:|--:|"
    for kind, total in there.most_common():
        yield f"| {kind} | {total:,} | {gone[kind] / total:.4f} |"
    yield ""


def _long(found: Sequence[_Case], size: int) -> Iterator[str]:
    text = "\n\n".join(case.note.text for case in found[:2_000])
    text = (text * (size // len(text) + 1))[:size]
    for part in (size // 10, size):
        begun = time.process_time()
        redact(text[:part], found[0].terms, Rules(), lambda _: label_namer())
        yield f"one note of {part:,} characters: {time.process_time() - begun:.1f} s of CPU"


def _fakes() -> Iterator[str]:
    values = pa.array([f"value {number}" for number in range(200_000)])
    for kind in ("person_name", "email", "phone", "card"):
        transform = Fake(kind).keyed(b"b" * 32)
        transform.apply(values.slice(0, 1_000))
        begun = time.process_time()
        transform.apply(values)
        speed = len(values) / (time.process_time() - begun)
        yield f"fakes of {kind}: {speed:,.0f} a CPU-second, all values different"


if __name__ == "__main__":
    raise SystemExit(main())

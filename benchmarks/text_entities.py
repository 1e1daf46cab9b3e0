"""``python -m benchmarks.text_entities``: entities in free text, ours beside Presidio's.

Texts and spans are those of ``../shared/data/pii_text``. They are halved by their template (the
parity of SHA-256 of the masked text): the detector was tuned on one half, and nobody looked at the
other. Both figures are shown. A found span counts by two rules: exact (same start, end and type)
and overlapping (same type, a character in common), each true span once.

Hard negatives (:mod:`benchmarks.hard_negatives`) hold nothing personal. ``clean`` is the share of
texts in which nothing wrong is told. ``precision`` is of all that a detector tells where each trap
stands beside one true sentence of the texts above: what is told outside the trap and overlaps a
true span of its type is right, what is told inside it and isn't allowed there is wrong.

Presidio runs on the same texts in the same run where it is installed: without a model for names
(patterns, checksums and context words on a blank spaCy pipeline), and with each
model given by ``--model``. Its finds count from a score of 0.4 on, so that its phone numbers do;
ours count from 0.5. Speed is characters per second of this process's CPU time.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import json
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from veilflow.classify.entity import Entity
from veilflow.classify.text_detector import TextDetector

from benchmarks.blind_negatives import blind_negatives
from benchmarks.hard_negatives import LATER, HardNegative, hard_negatives
from benchmarks.span_scores import Counts, Found, score_spans

__all__ = ["TARGETS", "Text", "clean_share", "main", "texts"]

DATA = Path("../shared/data/pii_text")
TYPES = {
    "PERSON": "person_name",
    "EMAIL_ADDRESS": "email_address",
    "IBAN_CODE": "iban_code",
    "IP_ADDRESS": "ip_address",
    "CREDIT_CARD": "credit_card_number",
    "US_SSN": "ssn",
    "PHONE_NUMBER": "phone_number",
    "DATE_TIME": "date",
}
TARGETS = {
    "email_address": 0.99, "iban_code": 0.99, "ip_address": 0.99, "credit_card_number": 0.99,
    "ssn": 0.99, "phone_number": 0.90, "date": 0.90, "person_name": 0.60,
}  # fmt: skip
_SAME = {"date_of_birth": "date"}
_MIN_SCORE, _PRESIDIO_SCORE = 0.5, 0.4
Detect = Callable[[str], Sequence[Entity]]
Tell = Callable[[str], Sequence[Found]]


@dataclass(frozen=True)
class Text:
    """One text, its true spans, and whether it is of the half that was used for tuning."""

    text: str
    truth: tuple[Found, ...]
    tuning: bool


def texts(folder: Path = DATA) -> list[Text]:
    """Both files, in order."""
    made = []
    for name in ("generated_large", "generated_small"):
        for item in json.loads((folder / f"{name}.json").read_text(encoding="utf-8")):
            spans = tuple(
                (span["start_position"], span["end_position"], TYPES[span["entity_type"]])
                for span in item["spans"]
                if span["entity_type"] in TYPES
            )
            parity = hashlib.sha256(item["masked"].encode()).digest()[0] % 2
            made.append(Text(item["full_text"], spans, parity == 0))
    return made


def found_in(detect: Detect, text: str, min_score: float = _MIN_SCORE) -> list[Found]:
    """What is told of ``text`` with ``min_score`` or more; a date of birth is a date."""
    return [
        (e.start, e.end, _SAME.get(e.type, e.type)) for e in detect(text) if e.score >= min_score
    ]


def clean_share(found: Tell, traps: Sequence[HardNegative]) -> float:
    """The share of ``traps`` of which nothing is told that isn't allowed."""
    clean = sum(all(kind in trap.allowed for _, _, kind in found(trap.text)) for trap in traps)
    return clean / len(traps)


def precision_beside(found: Tell, traps: Sequence[HardNegative], there: Sequence[Text]) -> float:
    """Precision where each trap follows a text with one to three true spans."""
    counts = Counts()
    for trap, text in zip(traps, there, strict=False):
        joined, begins = f"{text.text}\n\n{trap.text}", len(text.text) + 2
        told = found(joined)
        right = sum(
            any(a < end and start < b and kind == of for a, b, of in text.truth)
            for start, end, kind in told
        )
        wrong = sum(start >= begins and kind not in trap.allowed for start, _, kind in told)
        counts += Counts(right, wrong)
    return counts.precision


@dataclass(frozen=True)
class _Peer:
    name: str
    detect: Detect
    min_score: float = _MIN_SCORE

    def found(self, text: str) -> list[Found]:
        """What it tells of ``text``; a date of birth is a date."""
        return found_in(self.detect, text, self.min_score)


def _presidio(models: Sequence[str]) -> Iterator[_Peer]:
    if importlib.util.find_spec("presidio_analyzer") is None:
        print("presidio-analyzer isn't installed: ours alone\n")
        return
    from veilflow.classify.presidio_detector import PresidioDetector

    yield _Peer("Presidio, no NER", PresidioDetector.without_model().detect, _PRESIDIO_SCORE)
    for model in models:
        yield _Peer(f"Presidio, {model}", PresidioDetector(model).detect, _PRESIDIO_SCORE)


def main(argv: Sequence[str] | None = None) -> int:
    """Print the tables as Markdown."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.text_entities", description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--model", nargs="*", default=[], help="installed spaCy models to add")
    parser.add_argument("--traps", type=int, default=100, help="hard negatives a kind")
    arguments = parser.parse_args(argv)
    peers = [_Peer("Veilflow", TextDetector().detect), *_presidio(arguments.model)]
    corpus, traps = texts(arguments.data), [*hard_negatives(arguments.traps), *LATER]
    traps.sort(key=lambda trap: hashlib.sha256(trap.text.encode()).digest())
    few = [text for text in corpus if 1 <= len(text.truth) <= 3]
    for peer in peers:
        begun = time.process_time()
        told = [peer.found(text.text) for text in corpus]
        seconds = time.process_time() - begun
        speed = sum(len(text.text) for text in corpus) / seconds
        print(f"### {peer.name}: {speed:,.0f} characters per CPU-second\n")
        _print_scores(corpus, told)
        print()
        for name, some in {"made and first": traps, **blind_negatives()}.items():
            clean, precise = clean_share(peer.found, some), precision_beside(peer.found, some, few)
            print(f"hard negatives, {name}: {clean:.3f} clean, precision {precise:.3f}")
        print()
    return 0


def _print_scores(corpus: Sequence[Text], told: Sequence[Sequence[Found]]) -> None:
    halves = {
        "tuning": [(t.truth, f) for t, f in zip(corpus, told, strict=True) if t.tuning],
        "unseen": [(t.truth, f) for t, f in zip(corpus, told, strict=True) if not t.tuning],
        "both": [(t.truth, f) for t, f in zip(corpus, told, strict=True)],
    }
    print("| type | target | half | spans | P | R | F1, overlapping | F1, exact |")
    print("|---|--:|---|--:|--:|--:|--:|--:|")
    scores = {half: score_spans(pairs, tuple(TARGETS)) for half, pairs in halves.items()}
    for kind, target in TARGETS.items():
        for half, rules in scores.items():
            loose, exact = rules["overlapping"][kind], rules["exact"][kind]
            print(
                f"| {kind} | {target:.2f} | {half} | {loose.right + loose.missed} "
                f"| {loose.precision:.3f} | {loose.recall:.3f} | {loose.f1:.3f} | {exact.f1:.3f} |"
            )


if __name__ == "__main__":
    raise SystemExit(main())

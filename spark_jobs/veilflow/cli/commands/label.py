"""label: a person labels a sample of notes, by which the judge knows what detectors find.

Shows raw notes, so it needs --reason; who looked at how many, and why, is in the audit log first.
Only keyed digests of the notes, offsets and types are kept, in the policy's store. Stop with
q and go on later; several people may label the same notes, and where they differ is counted.

In the terminal one note is shown after the other, with the detectors' proposals unless --blind; ?
says what can be typed. For an editor, --export FILE writes the sample as JSON lines (readable by
you alone: delete it afterwards), and --import FILE reads lines
{"text": ..., "spans": [{"start": 0, "end": 4, "type": ...}]}.
"""

from __future__ import annotations

import argparse
import getpass
import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from veilflow.cli.console import print_json, stage_line
from veilflow.errors import UsageError

if TYPE_CHECKING:
    from veilflow.classify.labels import Label, Span
    from veilflow.spark.note_sample import Note, NotePlace

__all__ = ["NAME", "add_arguments", "run"]

NAME = "label"
_SAMPLE = 200


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which notes, who labels them, why they may see them, and how."""
    parser.add_argument("policy", help="the policy file")
    parser.add_argument("--table", help="the table of the notes, if there are several")
    parser.add_argument("--column", help="the column of free text, if there are several")
    parser.add_argument(
        "--sample", type=int, default=_SAMPLE, help=f"notes to draw (default {_SAMPLE})"
    )
    parser.add_argument("--as", dest="labeller", help="who labels (default: you)")
    parser.add_argument("--reason", default="", help="why you need to see raw notes; audited")
    parser.add_argument("--blind", action="store_true", help="don't show the detectors' proposals")
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--export", type=Path, help="write the sample's raw notes to a file")
    how.add_argument("--import", dest="import_file", type=Path, help="read labels from a file")
    how.add_argument("--status", action="store_true", help="say what is labelled so far")


def run(arguments: argparse.Namespace) -> int:
    """Label, export, import or tell."""
    from veilflow.classify.labels import checked_labeller
    from veilflow.spark.note_sample import draw_notes, find_place
    from veilflow.spark.session import session

    place = find_place(arguments.policy, arguments.table, arguments.column)
    if arguments.status:
        return _tell(place, arguments.json)
    labeller = checked_labeller(arguments.labeller or getpass.getuser())
    how = "export" if arguments.export else "import" if arguments.import_file else "terminal"
    if arguments.sample < 1:
        raise UsageError("--sample is at least 1")
    if how != "import" and not arguments.reason.strip():
        raise UsageError("label shows raw notes and needs --reason 'why you need to see them'")
    if how == "export" and arguments.export.exists():
        raise UsageError(f"{arguments.export}: exists already; name another file")
    read = _read_lines(arguments.import_file) if how == "import" else []
    with session("label") as spark, stage_line("draw", quiet=arguments.json):
        notes = draw_notes(
            spark,
            place,
            arguments.sample,
            how=how,
            labeller=labeller,
            reason=arguments.reason.strip() or "none given: no note is shown",
        )
    if how == "export":
        _export(arguments.export, notes, place, blind=arguments.blind)
        return _tell(place, arguments.json)
    if how == "import":
        for label in _imported(read, notes, labeller, blind=arguments.blind):
            _keep(place, label)
    else:
        _ask(place, notes, labeller, blind=arguments.blind)
    return _tell(place, arguments.json)


def _ask(place: NotePlace, notes: Sequence[Note], labeller: str, *, blind: bool) -> None:
    """One note after the other that this person hasn't labelled yet."""
    from veilflow.classify.labels import Label
    from veilflow.cli.labelling import HELP, label_note

    done = {label.note for label in _labels(place) if label.labeller == labeller}
    print(HELP)
    for number, note in enumerate(notes, 1):
        if note.digest in done:
            continue
        print(f"\n--- note {number} of {len(notes)} " + "-" * 40)
        proposed = () if blind else _proposed(note.text, place.detectors)
        action, spans = label_note(note.text, proposed, input, print)
        if action == "quit":
            return
        if action == "keep":
            _keep(place, Label(note.digest, labeller, spans, blind))


def _proposed(text: str, detectors: Sequence[str]) -> tuple[Span, ...]:
    from veilflow.classify.entity import entities
    from veilflow.classify.labels import Span

    kept: list[Span] = []
    for entity in sorted(entities(text, detectors), key=lambda e: (-e.score, e.start - e.end)):
        if not any(entity.start < other.end and other.start < entity.end for other in kept):
            kept.append(Span(entity.start, entity.end, entity.type))
    return tuple(sorted(kept))


def _export(path: Path, notes: Sequence[Note], place: NotePlace, *, blind: bool) -> None:
    """Raw notes in a file that only its owner can read; it appears whole or not at all."""
    partial = path.with_name(path.name + ".part")
    try:
        opened = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(opened, "w", encoding="utf-8") as out:
            for note in notes:
                proposed = () if blind else _proposed(note.text, place.detectors)
                spans = [{"start": s.start, "end": s.end, "type": s.type} for s in proposed]
                line = {"note": note.digest, "text": note.text, "spans": spans}
                out.write(json.dumps(line, ensure_ascii=False) + "\n")
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def _read_lines(path: Path) -> list[Mapping[str, Any]]:
    """The file's JSON objects. Raises UsageError naming a line that is none, and not its text."""
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeError) as error:
        raise UsageError(f"{path}: can't be read ({type(error).__name__})") from None
    read: list[Mapping[str, Any]] = []
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                found = json.loads(line)
            except ValueError:
                found = None
            if not isinstance(found, dict) or not isinstance(found.get("spans"), list):
                raise UsageError(
                    f'{path}: line {number} isn\'t {{"text": ..., "spans": [...]}}'
                ) from None
            read.append({**found, "line": number})
    return read


def _imported(
    read: Sequence[Mapping[str, Any]], notes: Sequence[Note], labeller: str, *, blind: bool
) -> list[Label]:
    """The labels of all lines, or UsageError naming the line of the first that can't be taken."""
    from veilflow.classify.labels import Label, checked_spans

    by_digest = {note.digest: note for note in notes}
    by_text = {note.text: note for note in notes}
    labels = []
    for line in read:
        note = by_digest.get(str(line.get("note"))) or by_text.get(str(line.get("text")))
        problem = ""
        if note is None:
            problem = "isn't a note of the sample; a larger --sample may hold it"
        else:
            try:
                given = [
                    (span["start"], span["end"], span["type"]) if isinstance(span, dict) else span
                    for span in line["spans"]
                ]
                spans = checked_spans(given, len(note.text))
                labels.append(Label(note.digest, labeller, spans, blind))
            except KeyError:
                problem = "a span needs start, end and type"
            except UsageError as error:
                problem = str(error)
        if problem:
            raise UsageError(f"line {line['line']}: {problem}. Nothing was imported.")
    return labels


def _keep(place: NotePlace, label: Label) -> None:
    from veilflow.pipeline.labels import save_label

    save_label(place.store, place.policy.dataset, place.table, place.column, label)


def _labels(place: NotePlace) -> list[Label]:
    from veilflow.pipeline.labels import read_labels

    return list(read_labels(place.store, place.policy.dataset, place.table, place.column))


def _tell(place: NotePlace, as_json: bool) -> int:
    """What is labelled: counts, no text."""
    from veilflow.classify.labels import Labels

    labels = _labels(place)
    held = Labels.of(labels, b"")
    several, differing = held.disagreement()
    people = {
        name: sum(label.labeller == name for label in labels)
        for name in sorted({label.labeller for label in labels})
    }
    told = {
        "table": place.table,
        "column": place.column,
        "notes": len(held.notes),
        "spans": sum(len(held.truth(note)) for note in held.notes),
        "people": people,
        "labelled_by_two": several,
        "disagreeing": differing,
    }
    if as_json:
        print_json(told)
        return 0
    by = ", ".join(f"{name} {count}" for name, count in people.items()) or "nobody yet"
    print(f"{place.table}.{place.column}: {told['notes']} notes labelled, {told['spans']} spans")
    print(f"by {by}")
    if several:
        print(f"{several} notes by two people or more, who differ in {differing} of them")
    return 0

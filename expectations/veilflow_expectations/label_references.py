"""Labels of persons, registered under a name like references: digests of notes, offsets, types."""

from __future__ import annotations

from collections.abc import Iterable

from veilflow.classify.labels import Label, Labels, checked_spans, note_digest
from veilflow.errors import UsageError

from veilflow_expectations.references import References, current_references

__all__ = ["add_labels", "labels_of", "register_labels"]


def register_labels(
    name: str, labelled: Iterable[tuple[str, Iterable[tuple[int, int, str]]]]
) -> None:
    """Register texts with the spans that a person found in them: (start, end, type).

    The texts are kept as digests under the key of the process's references.
    """
    references = current_references()
    made = [
        Label(note_digest(text, references.key), "register_labels", checked_spans(spans, len(text)))
        for text, spans in labelled
    ]
    add_labels(references, name, Labels.of(made, references.key))


def add_labels(references: References, name: str, labels: Labels) -> None:
    """Register labels whose notes were digested under their own key."""
    references.add_other(name, labels)


def labels_of(references: References, name: str) -> Labels:
    """What is registered under ``name``. Raises UsageError if nothing is, or something else."""
    found = references.other(name)
    if not isinstance(found, Labels):
        raise UsageError(
            f"no labels are registered as {name!r}.",
            remedy="Call register_labels(name, labelled) before validating.",
        )
    return found

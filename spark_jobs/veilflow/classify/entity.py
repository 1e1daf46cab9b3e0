"""What is found inside a text, and what finds it."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from veilflow.errors import PrerequisiteMissing, UsageError

__all__ = ["ENTITY_TYPES", "Entity", "EntityDetector", "entities", "is_detector", "load_detector"]

ENTITY_TYPES: tuple[str, ...] = (
    "person_name",
    "email_address",
    "phone_number",
    "street_address",
    "ssn",
    "nhs_number",
    "national_id",
    "passport_number",
    "drivers_license",
    "medical_record_number",
    "health_plan_number",
    "generic_id",
    "credit_card_number",
    "iban_code",
    "bank_account_number",
    "ip_address",
    "mac_address",
    "imei",
    "vin",
    "license_plate",
    "url",
    "username",
    "secret",
    "date_of_birth",
    "zipcode",
    "city",
    "organization_name",
    "age",
    "date",
)
"""Types of the taxonomy that can be inside a text; a detector finds some of them."""


@dataclass(frozen=True, slots=True, order=True)
class Entity:
    """The characters from ``start`` to ``end`` are of ``type``, with a score from 0 to 1.

    Offsets count Unicode code points. The score ranks evidence; it is no probability.
    """

    start: int
    end: int
    type: str
    score: float


class EntityDetector(Protocol):
    """Finds entities in one text. Texts come in any length and language; none is kept."""

    @property
    def name(self) -> str:
        """What policies and reports call it."""

    def detect(self, text: str) -> Sequence[Entity]:
        """What was found, in any order; spans may overlap."""


def is_detector(name: str) -> bool:
    """Whether ``name`` is one that :func:`load_detector` knows; it may still not be installed."""
    kind, _, model = name.partition(":")
    return name == "veilflow" or (kind == "presidio" and model != "")


@functools.cache
def load_detector(name: str) -> EntityDetector:
    """The detector called ``veilflow`` (ours), or ``presidio:MODEL`` with a spaCy model.

    Raises PrerequisiteMissing if what it needs isn't installed, UsageError for another name.
    """
    if name == "veilflow":
        from veilflow.classify.text_detector import TextDetector

        return TextDetector()
    if is_detector(name):
        model = name.partition(":")[2]
        from veilflow.classify.presidio_detector import PresidioDetector

        try:
            return PresidioDetector(model)
        except ImportError:
            raise PrerequisiteMissing(
                "The detector presidio needs presidio-analyzer, on every worker too.",
                remedy=f"pip install presidio-analyzer && python -m spacy download {model}",
            ) from None
    raise UsageError(
        f"no detector of entities is called {name!r}.",
        remedy="There are 'veilflow' and 'presidio:MODEL', MODEL being an installed spaCy model.",
    )


def entities(text: str, detectors: Iterable[str], min_score: float = 0.5) -> list[Entity]:
    """What any of ``detectors`` found in ``text`` with ``min_score`` or more, by position."""
    found = {entity for name in detectors for entity in load_detector(name).detect(text)}
    return sorted(entity for entity in found if entity.score >= min_score)

"""presidio-analyzer with an installed spaCy model as a second detector, imported if asked for.

Nothing is downloaded: a model that isn't installed is an error. Its types are mapped to the
taxonomy's; types without a counterpart are left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from veilflow.classify.entity import Entity
from veilflow.errors import PrerequisiteMissing

__all__ = ["PresidioDetector"]

_TYPES = {
    "PERSON": "person_name",
    "EMAIL_ADDRESS": "email_address",
    "PHONE_NUMBER": "phone_number",
    "US_SSN": "ssn",
    "UK_NHS": "nhs_number",
    "US_PASSPORT": "passport_number",
    "US_DRIVER_LICENSE": "drivers_license",
    "US_ITIN": "national_id",
    "CREDIT_CARD": "credit_card_number",
    "IBAN_CODE": "iban_code",
    "US_BANK_NUMBER": "bank_account_number",
    "IP_ADDRESS": "ip_address",
    "URL": "url",
    "LOCATION": "city",
    "ORGANIZATION": "organization_name",
    "DATE_TIME": "date",
    "AGE": "age",
    "ID": "generic_id",
    "MEDICAL_LICENSE": "generic_id",
}


class PresidioDetector:
    """Presidio's analyzer on one spaCy model, whose first two letters are its language."""

    def __init__(self, model: str) -> None:
        import importlib.util

        from presidio_analyzer import AnalyzerEngine
        from presidio_analyzer.nlp_engine import NlpEngineProvider

        if importlib.util.find_spec(model) is None:
            # Presidio would download it.
            raise PrerequisiteMissing(
                f"The spaCy model {model} isn't installed.",
                remedy=f"python -m spacy download {model}, on every worker too.",
            )
        self._language = model[:2]
        self._name = f"presidio:{model}"
        settings = {
            "nlp_engine_name": "spacy",
            "models": [{"lang_code": self._language, "model_name": model}],
        }
        engine = NlpEngineProvider(nlp_configuration=settings).create_engine()
        self._analyzer: Any = AnalyzerEngine(
            nlp_engine=engine, supported_languages=[self._language]
        )

    @classmethod
    def without_model(cls, language: str = "en") -> PresidioDetector:
        """Presidio's patterns, checksums and context words on a blank pipeline: finds no names."""
        import spacy
        from presidio_analyzer import AnalyzerEngine, RecognizerRegistry
        from presidio_analyzer.nlp_engine import SpacyNlpEngine

        engine = SpacyNlpEngine(models=[{"lang_code": language, "model_name": "blank"}])
        engine.nlp = {language: spacy.blank(language)}
        registry = RecognizerRegistry(supported_languages=[language])
        registry.load_predefined_recognizers(languages=[language])
        registry.remove_recognizer("SpacyRecognizer")
        made = cls.__new__(cls)
        made._language, made._name = language, "presidio:blank"
        made._analyzer = AnalyzerEngine(
            registry=registry, nlp_engine=engine, supported_languages=[language]
        )
        return made

    @property
    def name(self) -> str:
        return self._name

    def detect(self, text: str) -> Sequence[Entity]:
        """What Presidio found, under the taxonomy's types."""
        found = self._analyzer.analyze(text=text, language=self._language)
        return [
            Entity(result.start, result.end, _TYPES[result.entity_type], float(result.score))
            for result in found
            if result.entity_type in _TYPES
        ]

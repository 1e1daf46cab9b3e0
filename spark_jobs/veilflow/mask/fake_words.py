"""Lists of names and places by locale, from the package Faker, as Arrow arrays.

Only Faker's data is read, none of its generators: there is no random state, and an index into a
list is all that chooses. Which entry an index means changes with Faker's version, so the evidence
of a run records it, and constraints.txt pins it.
"""

from __future__ import annotations

import importlib
from functools import cache
from typing import TYPE_CHECKING, Any

from veilflow.errors import PrerequisiteMissing

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["LOCALES", "faker_version", "words"]

LOCALES: tuple[str, ...] = (
    "en_US", "en_GB", "en_AU", "de_DE", "fr_FR", "es_ES", "it_IT", "nl_NL", "pt_BR", "pl_PL",
    "sv_SE",
)  # fmt: skip

_SOURCES: dict[str, tuple[str, tuple[str, ...]]] = {
    "first": ("person", ("first_names", "first_names_female", "first_names_male")),
    "female": ("person", ("first_names_female",)),
    "male": ("person", ("first_names_male",)),
    "last": ("person", ("unisex_last_names", "last_names")),
    "city": ("address", ("cities",)),
    "city_end": ("address", ("city_suffixes",)),
}
# Faker has no Australian names of its own.
_PERSONS = {"en_AU": "en_GB"}
_STREETS: dict[str, tuple[str, ...]] = {
    "en": ("Street", "Road", "Avenue", "Lane", "Drive", "Court", "Place", "Close"),
    "de": ("straße", "weg", "allee", "gasse", "platz", "ring"),
    "fr": ("rue", "avenue", "boulevard", "chemin", "place", "impasse"),
    "es": ("Calle", "Avenida", "Plaza", "Paseo", "Camino", "Ronda"),
    "it": ("Via", "Viale", "Piazza", "Vicolo", "Corso", "Strada"),
    "nl": ("straat", "laan", "weg", "plein", "gracht", "dreef"),
    "pt": ("Rua", "Avenida", "Travessa", "Praça", "Alameda", "Rodovia"),
    "pl": ("ulica", "aleja", "plac"),
    "sv": ("gatan", "vägen", "gränden", "stigen"),
}
_COMPANIES: dict[str, tuple[str, ...]] = {
    "en": ("Ltd", "Group", "and Sons", "Partners", "Holdings"),
    "de": ("GmbH", "AG", "KG", "GmbH & Co. KG"),
    "fr": ("SARL", "SA", "et Fils", "SAS"),
    "es": ("S.L.", "S.A.", "e Hijos"),
    "it": ("S.r.l.", "S.p.A.", "e figli"),
    "nl": ("B.V.", "N.V.", "en Zonen"),
    "pt": ("Ltda.", "S.A.", "e Filhos"),
    "pl": ("Sp. z o.o.", "S.A."),
    "sv": ("AB", "HB", "Handelsbolag"),
}


@cache
def words(locale: str, of: str) -> pa.Array:
    """The list ``of`` a locale: first, female, male, last, city, city_end, street or company.

    Sorted and without repetitions. Raises PrerequisiteMissing without Faker.
    """
    import pyarrow as pa

    own = {"street": _STREETS, "company": _COMPANIES}.get(of)
    if own is not None:
        return pa.array(own[locale[:2]], pa.string())
    module, names = _SOURCES[of]
    provider = _provider(module, _PERSONS.get(locale, locale) if module == "person" else locale)
    found: set[str] = set()
    for name in names:
        found |= {str(word) for word in getattr(provider, name, ())}
    if of == "last":
        found -= {"Doe"} if locale == "pl_PL" else set()  # Faker's default, which is no Polish name
    return pa.array(sorted(word for word in found if word.strip()), pa.string())


def faker_version() -> str | None:
    """The installed version of Faker, or None."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("faker")
    except PackageNotFoundError:
        return None


def _provider(module: str, locale: str) -> Any:
    try:
        return importlib.import_module(f"faker.providers.{module}.{locale}").Provider
    except ImportError:
        raise PrerequisiteMissing(
            "The transform fake needs the package Faker, on every worker too.",
            remedy="pip install 'veilflow[fakes]'",
        ) from None

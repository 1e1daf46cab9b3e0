"""Numbers that a state or a health service issues to a person."""

from __future__ import annotations

from veilflow.classify.checksums import is_nhs_number, is_ssn
from veilflow.classify.detector import DIGITS, NUMERIC, Detector, pattern

__all__ = ["DETECTORS", "is_code"]

is_code = pattern(r"(?=[^0-9]{0,40}[0-9])[A-Z0-9][A-Z0-9 ./_-]{2,39}")
"""Letters and digits with at least one digit: what numbers issued by somebody look like."""

_ssn_shape = pattern(
    r"[0-9]{4}|[0-9]{3}([- ]?)[0-9]{2}\1[0-9]{4}|(?:x{3}|\*{3})-(?:x{2}|\*{2})-[0-9]{4}"
)
_dashed = pattern(r"[0-9]{3}([- ])[0-9]{2}\1[0-9]{4}")
_spaced_nhs = pattern(r"[0-9]{3}([ -])[0-9]{3}\1[0-9]{4}")

_DNI_LETTERS = "TRWAGMYFPDXBNJZSQVHLCKE"
_DNI = r"(?:[0-9]{8}|[XYZ][0-9]{7})-?[A-Z]"
_CODICE_FISCALE = r"[A-Z]{6}[0-9]{2}[ABCDEHLMPRST][0-9]{2}[A-Z][0-9]{3}[A-Z]"
_NINO = (
    r"(?!bg|gb|kn|nk|nt|tn|zz)[a-ceghj-pr-tw-z][a-ceghj-npr-tw-z][ ]?[0-9]{2}[ ]?[0-9]{2}[ ]?"
    r"[0-9]{2}[ ]?[a-d]"
)
_dni_shape = pattern(_DNI)
_other_shape = pattern(f"{_CODICE_FISCALE}|{_NINO}")
_any_shape = pattern(f"{_DNI}|{_CODICE_FISCALE}|{_NINO}")


def is_formatted_ssn(value: str) -> bool:
    """A plausible social security number that is written with its two separators."""
    return _dashed(value) and is_ssn(value)


def is_formatted_nhs_number(value: str) -> bool:
    """A valid NHS number, written in its usual groups of 3, 3 and 4."""
    return _spaced_nhs(value) and is_nhs_number(value)


def is_dni(value: str) -> bool:
    """A Spanish DNI or NIE with its check letter (remainder modulo 23)."""
    if not _dni_shape(value):
        return False
    compact = value.replace("-", "").upper()
    number = compact[:-1].translate(str.maketrans("XYZ", "012"))
    return _DNI_LETTERS[int(number) % 23] == compact[-1]


def is_national_id(value: str) -> bool:
    """A Spanish DNI/NIE, an Italian tax code or a British national insurance number."""
    return _any_shape(value) and (is_dni(value) or _other_shape(value))


_indian_pan = pattern(r"[A-Z]{5}[0-9]{4}[A-Z]")


def is_tax_or_national_id(value: str) -> bool:
    """What a column called "tax" or "pan" holds where it is about people; an Indian PAN as well."""
    return is_national_id(value) or _indian_pan(value)


def is_possible_national_id(value: str) -> bool:
    """What a column called "national id" holds: a code with at least five digits."""
    return is_code(value) and len(value) >= 6 and sum(map(str.isdigit, value)) >= 5


DETECTORS = (
    Detector("ssn", is_formatted_ssn, 88, alone=0.93, alone_share=0.3, chance=0.01,
             named=_ssn_shape, characters=DIGITS, lengths=(4, 11),
             alone_characters="- ", alone_lengths=(11, 11)),
    Detector("nhs_number", is_formatted_nhs_number, 85, alone=0.9, alone_share=0.7, chance=0.1,
             named=is_nhs_number, characters=DIGITS, lengths=(10, 12),
             alone_characters="- ", alone_lengths=(12, 12)),
    Detector("national_id", is_national_id, 82, alone=0.92, alone_share=0.5, chance=0.04,
             named=is_possible_national_id, hinted=is_tax_or_national_id,
             named_share=0.7, lengths=(6, 40), not_kinds=("date",),
             alone_lengths=(9, 16), alone_not_kinds=NUMERIC),
    Detector("passport_number", is_code, 64, named_share=0.7,
             characters=DIGITS, lengths=(5, 20), not_kinds=("date",)),
    Detector("drivers_license", is_code, 63, named_share=0.7, characters=DIGITS, lengths=(4, 25),
             not_kinds=("date",)),
)  # fmt: skip

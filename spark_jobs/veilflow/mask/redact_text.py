"""Free text without what identifies people: ``redact_text``.

What the tables know of a note's own person, and of who treats them, is removed first, in whatever
form; then what detectors of entities find. The text comes alone, or as a struct whose first field
is the text and whose other fields are lists of known values; their names say what they hold
(:func:`field_name`). Values travel beside the text in the data, never in the transform.

Not promised: that nobody can be recognised. What no table knows and no detector finds stays: a
relative's rare name, a nickname, an event that only one person lived through. docs/free-text.md
has measured how much that is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar, Literal, get_args

from veilflow.classify.custom_types import NO_TYPES, CustomTypes
from veilflow.classify.entity import is_detector
from veilflow.mask.contract import KeyedTransform, Transform
from veilflow.mask.fake_words import LOCALES
from veilflow.mask.guarantees import Guarantees
from veilflow.mask.registry import transform
from veilflow.mask.text.fake_namer import fake_namer
from veilflow.mask.text.redaction import COUNTED, Redacted, Rules, redact
from veilflow.mask.text.replacing import Namer, label_namer, pseudonym_namer
from veilflow.mask.text.terms import KnownTerms, TermKind

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["TEXT", "KeyedRedactText", "RedactText", "field_name"]

TEXT = "text"
Replacement = Literal["labels", "pseudonyms", "fakes"]


def field_name(kind: TermKind, type_: str, is_own: bool, number: int) -> str:
    """The name of a list of known values beside a text: what they are, and whose."""
    return f"{kind}:{type_}:{'own' if is_own else 'other'}:{number}"


@transform("redact_text")
@dataclass(frozen=True)
class RedactText(KeyedTransform):
    """Free text in which what identifies people is replaced, the same thing by the same words.

    ``replacement`` is labels (``[PERSON_1]``, counted in each text), pseudonyms (equal in every
    text of a linkage domain) or fakes of ``locale``. ``keep`` names types of entities that
    detectors may leave, the policy's own among them; a name that nothing has keeps nothing, and a
    policy refuses it. ``detectors`` and ``keep`` are separated by commas or blanks.
    """

    replacement: Replacement = "labels"
    detectors: str = "veilflow"
    min_score: float = 0.5
    keep: str = ""
    locale: str = "en_US"

    guarantees: ClassVar[Guarantees] = Guarantees(
        joins_within="nothing; with pseudonyms or fakes its linkage domain",
        keeps=(),
        empty="stays empty",
        not_for="texts that tell a story by which somebody is recognised without a name",
    )

    def __post_init__(self) -> None:
        if self.replacement not in get_args(Replacement):
            raise ValueError(f"replacement is one of {', '.join(get_args(Replacement))}")
        wrong = [name for name in _listed(self.detectors) if not is_detector(name)]
        if wrong or not _listed(self.detectors):
            raise ValueError("detectors are 'veilflow' and 'presidio:MODEL', one at least")
        if self.locale not in LOCALES:
            raise ValueError(f"locale is one of {', '.join(LOCALES)}")
        if not 0 <= self.min_score <= 1:
            raise ValueError("min_score is from 0 to 1")

    @property
    def kept_types(self) -> tuple[str, ...]:
        """The types that ``keep`` names."""
        return _listed(self.keep)

    def keyed(self, key: bytes) -> KeyedRedactText:
        return KeyedRedactText(self, key)


@dataclass(frozen=True)
class KeyedRedactText(Transform):
    """A :class:`RedactText` with its key, on the worker that uses it. Labels don't need the key.

    ``types`` are the policy's own, which are replaced as well.
    """

    rules: RedactText
    key: bytes = field(default=b"", repr=False)
    types: CustomTypes = NO_TYPES

    def output_type(self, input_type: pa.DataType) -> pa.DataType:
        import pyarrow as pa

        return pa.string()

    def apply(self, values: pa.Array) -> pa.Array:
        import pyarrow as pa

        return pa.array([None if one is None else one.text for one in self.redacted(values)],
                        pa.string())  # fmt: skip

    def apply_with_counts(self, values: pa.Array) -> pa.StructArray:
        """The texts, and beside each how many mentions of each group of types were replaced."""
        import pyarrow as pa

        made = self.redacted(values)
        texts = pa.array([None if one is None else one.text for one in made], pa.string())
        counts = [
            pa.array([0 if one is None else one.counts[group] for one in made], pa.int32())
            for group in COUNTED
        ]
        return pa.StructArray.from_arrays([texts, *counts], names=[TEXT, *COUNTED])

    def redacted(self, values: pa.Array) -> list[Redacted | None]:
        """One result for each text, None for null."""
        texts, known = _parts(values)
        rules = Rules(
            _listed(self.rules.detectors),
            self.rules.min_score,
            frozenset(self.rules.kept_types),
            self.types,
        )
        namer = self._namer()
        made: list[Redacted | None] = []
        for text, terms in zip(texts, known, strict=True):
            made.append(None if text is None else redact(text, terms, rules, namer))
        return made

    def _namer(self) -> Callable[[KnownTerms], Namer]:
        if self.rules.replacement == "labels":
            return lambda terms: label_namer()
        if self.rules.replacement == "pseudonyms":
            return lambda terms: pseudonym_namer(self.key, terms)
        return lambda terms: fake_namer(self.key, terms, self.rules.locale)


def _listed(text: str) -> tuple[str, ...]:
    return tuple(text.replace(",", " ").split())


def _parts(values: pa.Array) -> tuple[list[str | None], Sequence[KnownTerms]]:
    """The texts and what is known of each; notes of one person share their terms."""
    import pyarrow as pa
    import pyarrow.types as types

    if not types.is_struct(values.type):
        return values.cast(pa.string()).to_pylist(), [KnownTerms()] * len(values)
    texts, *columns = (column.to_pylist() for column in values.flatten())
    told = [values.type.field(place).name.split(":") for place in range(1, values.type.num_fields)]
    seen: dict[tuple[tuple[str | None, ...], ...], KnownTerms] = {}
    known = []
    for row in zip(*columns, strict=True) if columns else [()] * len(texts):
        key = tuple(tuple(listed or ()) for listed in row)
        if key not in seen:
            seen[key] = KnownTerms.of(
                [(kind, type_, whose == "own", values_) for (kind, type_, whose, _), values_
                 in zip(told, key, strict=True)]
            )  # fmt: skip
        known.append(seen[key])
    return texts, known

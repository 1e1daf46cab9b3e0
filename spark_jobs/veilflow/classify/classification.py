"""From samples to verdicts: weigh what the name says against what the values are.

The evidence model. For every type three things are measured: whether the name tells it or hints at
it (:mod:`headers`), the share of distinct non-null values that pass the type's test (one file for
each family), and the column's shape (:mod:`shape`).

- Values alone count from a share that depends on the type, and only if passing by luck is unlikely
  (chance ** passing values at most 1/1000: two numbers that happen to satisfy a check digit prove
  nothing).
- A telling name counts with a looser test of the values; when too few pass, the values veto the
  name. A name with nothing to check it against (all null) scores 0.4.
- The best score wins; among near ties the more specific type (an e-mail address before a URL).
  What can't be mistaken (e-mail addresses, cards, accounts, social security numbers, secrets) wins
  over any quasi-identifier, even where it is the smaller part of a mixed column.

Evidence is a tuple of sentences with shares in whole percents; it holds no value and no count.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from veilflow.classify import (
    contact,
    contents,
    demographics,
    devices,
    finance,
    government,
    health,
    licenses,
    people,
    places,
    temporal,
)
from veilflow.classify.column import ColumnSample, ColumnVerdict, Kind
from veilflow.classify.contradictions import STRONG, UNMISTAKABLE
from veilflow.classify.custom_types import NO_TYPES, CustomTypes
from veilflow.classify.detector import Detector
from veilflow.classify.headers import CATEGORIES, Hint, fold, header_hints, names_a_thing
from veilflow.classify.measuring import measure
from veilflow.classify.national_ids import national_id
from veilflow.classify.nested import combined, fields_of
from veilflow.classify.secret_kinds import secret_evidence
from veilflow.classify.shape import Candidate, free_text, generic_id, percent
from veilflow.classify.table_context import NAME_SHAPED, in_context, is_name_shaped
from veilflow.classify.taxonomy import NONE, TAXONOMY, DataType
from veilflow.classify.values import Profile, profile

__all__ = ["DETECTORS", "classify_column", "classify_table"]

DETECTORS: tuple[Detector, ...] = (
    *contact.DETECTORS,
    *government.DETECTORS,
    *licenses.DETECTORS,
    *finance.DETECTORS,
    *devices.DETECTORS,
    *temporal.DETECTORS,
    *demographics.DETECTORS,
    *places.DETECTORS,
    *people.DETECTORS,
    *health.DETECTORS,
    *contents.DETECTORS,
)

_WORDS: dict[str, tuple[Detector, ...]] = {}
for _detector in DETECTORS:
    for _word in _detector.words if _detector.alone else ():
        _WORDS[_word] = (*_WORDS.get(_word, ()), _detector)
_SOME = min((detector.alone_share for detector in DETECTORS if detector.words), default=1.0)
_ALONE = tuple(
    detector
    for detector in (*DETECTORS, devices.WITH_SCHEME, temporal.IN_ISO_FORM)
    if detector.alone and not detector.words
)
_NEEDED = {
    characters: frozenset(characters)
    for one in _ALONE
    for characters in (one.characters, one.alone_characters)
    if characters
}
"""Characters of which a value needs one, to be told by itself."""
_BY_TYPE = {detector.type: detector for detector in DETECTORS}
_BY_WORDS = frozenset({"person_name", "organization_name", "occupation", "city", "region"})
"""Types told by words that things are called as well: brands, products and horses."""
_PLACES = frozenset({"city", "region"})
_NAME_ONLY = 0.4
_BINARY = 0.6
_NEAR_TIE = 0.04
_FEW_PEOPLE = 5
_PEOPLE_SHARE = 0.95
_UNLIKE_OTHERS = 80
_LUCK = 1e-3
_CODED_FLAG = frozenset({"0", "1"})


def classify_table(
    samples: Iterable[ColumnSample], types: CustomTypes = NO_TYPES
) -> tuple[ColumnVerdict, ...]:
    """One verdict for each sample, in order; columns of the same name are judged one by one.

    A column of names that are on no list is told by its neighbours (:mod:`table_context`).
    """
    return in_context([classify_column(sample, types) for sample in samples])


def classify_column(sample: ColumnSample, types: CustomTypes = NO_TYPES) -> ColumnVerdict:
    """What the column most likely is, with value-free evidence. ``types`` are a user's own.

    Type ``none`` with score 0 says that nothing was found in this sample: rare values outside it
    may differ (:func:`sampling.miss_probability`), and a type without a detector stays unseen.
    """
    whole = _classified(sample, types)
    fields = fields_of(sample)
    if not fields:
        return whole
    told = [(one, _classified(one.sample, types)) for one in fields]
    return combined(whole, told, types.taxonomy)


def _classified(sample: ColumnSample, types: CustomTypes) -> ColumnVerdict:
    seen = profile(sample)
    hints = header_hints(sample.name)
    if not seen.values:
        return _by_name_only(sample, hints, seen, types)
    candidates = _told_by_values(seen)
    is_thing = names_a_thing(sample.name)
    if candidates and is_thing:
        candidates = [candidate for candidate in candidates if candidate.type not in _BY_WORDS]
    told = {candidate.type for candidate in candidates}
    for type_id, hint in hints.items():
        detector = _BY_TYPE.get(type_id)
        if type_id in _PLACES and "person_name" in told and _are_people(seen):
            continue
        if type_id in CATEGORIES and seen.kind == "integer" and _is_numbered(hints):
            continue
        if detector and (candidate := _told_by_name(detector, seen, hint)) is not None:
            candidates.append(candidate)
    shapes = (
        None if is_thing else generic_id(seen, hints.get("generic_id")),
        free_text(seen, hints.get("free_text")),
        national_id(seen, hints.get("national_id")),
    )
    candidates += [candidate for candidate in shapes if candidate is not None]
    candidates += _custom(sample.name, seen, types)
    if not candidates and not is_thing and seen.kind == "text" and not seen.has_digits:
        candidates = [found] if (found := _alone(places.UNNAMED, seen)) else []
    if not candidates:
        doubt = (NAME_SHAPED,) if is_name_shaped(sample.name, seen) else _vetoed(hints)
        return _nothing(sample.name, doubt)
    return _verdict(sample.name, candidates, types.taxonomy, seen.values)


def _is_numbered(hints: Mapping[str, Hint]) -> bool:
    """Whether the name says that it is the number of something, as "course_id" does."""
    hint = hints.get("generic_id")
    return hint is not None and hint.strength == 1.0


def _custom(name: str, seen: Profile, types: CustomTypes) -> list[Candidate]:
    """What of a user's own types the column may be: by its values alone, or beside its name."""
    found = []
    for detector in types.detectors:
        hint = types.hint(detector.type, name)
        if hint is not None:
            found.append(_beside_name(detector, seen, hint))
        if detector.alone:
            found.append(_alone(detector, seen))
    return [candidate for candidate in found if candidate is not None]


def _verdict(
    name: str,
    candidates: Sequence[Candidate],
    taxonomy: Mapping[str, DataType],
    values: Sequence[str],
) -> ColumnVerdict:
    chosen = _best(candidates)
    if taxonomy[chosen.type].role not in ("identifier", "free_text"):
        # A few e-mail addresses in a column of cities are what must not be released.
        dangerous = [c for c in candidates if c.type in UNMISTAKABLE and c.score >= STRONG]
        chosen = _best(dangerous or candidates)
    strong = [c for c in candidates if c.type != chosen.type and c.score >= 0.75]
    others = dict.fromkeys(c.type for c in sorted(strong, key=lambda c: -c.score))
    also = [f"could also be {taxonomy[other].phrase}" for other in [*others][:2]]
    kinds = secret_evidence(name, values) if chosen.type == "secret" else ()
    role = taxonomy[chosen.type].role
    score = round(chosen.score, 3)
    return ColumnVerdict(name, chosen.type, role, score, (*chosen.evidence, *kinds, *also))


def _best(candidates: Sequence[Candidate]) -> Candidate:
    if len(candidates) == 1:
        return candidates[0]
    best = max(map(_weight, candidates))
    near = [candidate for candidate in candidates if _weight(candidate) >= best - _NEAR_TIE]
    return max(near, key=_rank)


def _weight(candidate: Candidate) -> float:
    return candidate.weight or candidate.score


def _rank(candidate: Candidate) -> tuple[bool, bool, int, float]:
    """Among near ties: what can't be mistaken, then what the name tells too, then the specific."""
    specificity = candidate.specificity
    return specificity >= _UNLIKE_OTHERS, candidate.is_named, specificity, _weight(candidate)


def _nothing(name: str, evidence: tuple[str, ...]) -> ColumnVerdict:
    return ColumnVerdict(name, NONE, TAXONOMY[NONE].role, 0.0, evidence)


def _vetoed(hints: dict[str, Hint]) -> tuple[str, ...]:
    told = [TAXONOMY[type_id].phrase for type_id, hint in hints.items() if hint.strength == 1.0]
    doubt = [f"the name tells {phrase}, the values don't" for phrase in told[:2]]
    return tuple(doubt) or ("neither the name nor the values match a known type",)


def _by_name_only(
    sample: ColumnSample, hints: dict[str, Hint], seen: Profile, types: CustomTypes
) -> ColumnVerdict:
    if seen.kind == "binary" and sample.nulls < sample.rows:
        note = "bytes may hold anything and aren't looked into"
        role = TAXONOMY["binary_content"].role
        return ColumnVerdict(sample.name, "binary_content", role, _BINARY, (note,))
    state = "no value to check"
    own = [
        (hint, one.id)
        for one in types.types
        if (hint := types.hint(one.id, sample.name)) is not None
    ]
    told = own or [(hint, type_id) for type_id, hint in hints.items() if hint.strength == 1.0]
    if not told:
        return _nothing(sample.name, (state,))
    _, type_id = max(told, key=lambda entry: (entry[0], _specificity(entry[1])))
    known = types.taxonomy[type_id]
    evidence = f"the name tells {known.phrase}", state
    return ColumnVerdict(sample.name, type_id, known.role, _NAME_ONLY, evidence)


def _specificity(type_id: str) -> int:
    return _BY_TYPE[type_id].specificity if type_id in _BY_TYPE else 0


def _told_by_values(seen: Profile) -> list[Candidate]:
    """What the values alone say. Words of all vocabularies are looked up once for each value."""
    if seen.is_flag or seen.kind == "boolean":
        return []
    is_without = seen.characters.isdisjoint
    missing = tuple([needed for needed, some in _NEEDED.items() if is_without(some)])
    words = seen.words
    tried = _told_by(missing, seen.kind, seen.lengths, bool(words))
    if seen.kind in ("text", "nested"):
        tried = (*tried, *_vocabularies(seen.values))
    return [
        candidate
        for detector in tried
        if (detector.some_word is None or detector.some_word(words))
        and (candidate := _alone(detector, seen)) is not None
    ]


@lru_cache(maxsize=8192)
def _told_by(
    missing: tuple[str, ...], kind: Kind, lengths: tuple[int, int], has_words: bool
) -> tuple[Detector, ...]:
    """The detectors that can match values of this kind and these lengths.

    ``missing`` are the sets of characters that no value has any of.
    """
    shortest, longest = lengths
    made = []
    for detector in _ALONE:
        least, most = detector.alone_lengths or detector.lengths
        fits = least <= longest and shortest <= most and (has_words or not detector.some_word)
        lacks = detector.characters in missing or detector.alone_characters in missing
        excluded = kind in detector.not_kinds or kind in detector.alone_not_kinds
        if fits and not lacks and not excluded:
            made.append(detector)
    return tuple(made)


def _vocabularies(values: Sequence[str]) -> set[Detector]:
    """The detectors that know a word among values which are enough for the lowest bar."""
    some = values[: len(values) - int(_SOME * len(values)) + 1]
    return {detector for value in some for detector in _WORDS.get(fold(value), ())}


def _are_people(seen: Profile) -> bool:
    """Whether values in a column that is named after places are people's names throughout.

    Any short text may be the name of a town, so the form alone can't veto the column's name.
    """
    names = sum(map(people.is_person_name, seen.values))
    return len(seen.values) >= _FEW_PEOPLE and names >= _PEOPLE_SHARE * len(seen.values)


def _told_by_name(detector: Detector, seen: Profile, hint: Hint) -> Candidate | None:
    """What the name says, unless the values veto it."""
    if seen.kind in detector.not_kinds:
        return None
    if seen.is_flag or seen.kind == "boolean":
        return _flags(detector, hint)
    if detector.accepts_flags and _CODED_FLAG.issuperset(seen.values):
        return _flags(detector, hint)
    return _beside_name(detector, seen, hint)


def _flags(detector: Detector, hint: Hint) -> Candidate | None:
    if not (hint.strength == 1.0 and detector.accepts_flags):
        return None
    evidence = (_tells(detector), "the values only say yes or no, or the like")
    return Candidate(detector.type, 0.85, detector.specificity, evidence)


def _tells(detector: Detector) -> str:
    return f"the name tells {_phrase(detector)}"


def _phrase(detector: Detector) -> str:
    return detector.phrase or TAXONOMY[detector.type].phrase


def _alone(detector: Detector, seen: Profile) -> Candidate | None:
    share, passing = measure(detector, detector.matches, seen, detector.alone_share)
    if share < detector.alone_share or detector.chance**passing > _LUCK:
        return None
    score = min(detector.ceiling, detector.alone * (0.8 + 0.2 * share))
    phrase = _phrase(detector)
    evidence = f"{percent(share)} of the distinct values look like {phrase}"
    return Candidate(detector.type, score, detector.specificity, (evidence,))


def _beside_name(detector: Detector, seen: Profile, hint: Hint) -> Candidate | None:
    telling = hint.strength == 1.0
    loose = detector.named if telling else detector.hinted
    needed = detector.named_share
    if not telling and detector.hinted_share is not None:
        needed = detector.hinted_share
    share, _ = measure(detector, loose or detector.matches, seen, needed)
    if share < needed:
        return None
    phrase = _phrase(detector)
    fits = f"{percent(share)} of the distinct values fit it"
    if telling:
        weight = 0.75 + 0.2 * share + 0.005 * hint.words
        score = min(detector.ceiling, weight)
        evidence = (_tells(detector), fits)
        specificity = detector.specificity
        return Candidate(detector.type, score, specificity, evidence, True, weight)
    score = min(detector.ceiling, 0.6 + 0.25 * share)
    return Candidate(
        detector.type, score, detector.specificity, (f"the name hints at {phrase}", fits)
    )

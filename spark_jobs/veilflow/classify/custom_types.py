"""Types of an installation's own, beside the taxonomy or in place of one of its entries.

A custom type is found by a pattern (with a checksum), by words, by a function of the
installation's, or by what a column's name says. It weighs in a column like a built-in one. Where
both fit, it wins: whoever defines a type knows their data better.

Not promised: that a function of a user's is fast, or that types don't overlap.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import cast

from veilflow.allow_list import load_allowed
from veilflow.classify.detector import Detector, Test
from veilflow.classify.headers import Hint, fold, phrase_hint
from veilflow.classify.named_checksums import CHANCES, passes_checksum
from veilflow.classify.pattern_bounds import LONGEST
from veilflow.classify.taxonomy import TAXONOMY, DataType
from veilflow.errors import PolicyError

__all__ = [
    "DETECTOR_LIST",
    "NO_TYPES",
    "TYPES_FILE",
    "CustomType",
    "CustomTypes",
    "installed_types_file",
    "value_test",
]

DETECTOR_LIST = "VEILFLOW_ALLOWED_DETECTORS"
"""The environment variable with the functions that custom types may name."""
TYPES_FILE = "VEILFLOW_TYPES"
"""The environment variable with the installation's file of types."""
CHECKED = "number"
"""A group of this name in a pattern is what the checksum is taken of; else the digits are."""

_SPECIFICITY = 95
_ALONE = 0.97
_NAME_ONLY_CEILING = 0.75
"""Below STRONG: a name that no value confirms contradicts nobody."""


@dataclass(frozen=True)
class CustomType:
    """One type: what it means for a release, and how it is recognised.

    ``like`` is the built-in type whose family it joins: a column of the one isn't taken for
    re-typed when it becomes one of the other. ``needs_header``: values alone don't tell it.
    ``share`` of the distinct values have to pass.
    """

    entry: DataType
    like: str | None = None
    patterns: tuple[str, ...] = ()
    checksum: str | None = None
    headers: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    detector: str | None = None
    needs_header: bool = False
    share: float = 0.8

    @property
    def id(self) -> str:
        return self.entry.id

    @property
    def has_values(self) -> bool:
        """Whether values tell this type at all."""
        return bool(self.patterns or self.words or self.detector)


@dataclass(frozen=True)
class CustomTypes:
    """All custom types of a policy or a call. Equal definitions are equal."""

    types: tuple[CustomType, ...] = ()

    def __reduce__(self) -> tuple[object, ...]:
        # What is derived holds functions, which don't travel to workers.
        return CustomTypes, (self.types,)

    @cached_property
    def taxonomy(self) -> Mapping[str, DataType]:
        """The built-in types and these, which stand in place of built-in ones of the same id."""
        return MappingProxyType({**TAXONOMY, **{one.id: one.entry for one in self.types}})

    @cached_property
    def detectors(self) -> tuple[Detector, ...]:
        """What looks at values, one a type. Functions of the installation's are loaded here."""
        return tuple(map(_detector, self.types))

    def hint(self, type_id: str, column: str) -> Hint | None:
        """Whether the name of a column tells the type."""
        headers = next(one.headers for one in self.types if one.id == type_id)
        return phrase_hint(column, headers)

    def built_in(self, type_id: str) -> str:
        """The built-in type that ``type_id`` is like; its own id where it is like none."""
        return next((one.like for one in self.types if one.id == type_id and one.like), type_id)

    @cached_property
    def digest(self) -> str:
        """A name for these definitions and the files of their functions; empty without types."""
        if not self.types:
            return ""
        said = json.dumps([asdict(one) for one in self.types], sort_keys=True)
        digest = hashlib.sha256(said.encode())
        for one in self.types:
            digest.update(_source(one.detector) if one.detector else b"")
        return digest.hexdigest()[:16]


NO_TYPES = CustomTypes()


def _detector(custom: CustomType) -> Detector:
    matches = value_test(custom)
    chance = CHANCES.get(custom.checksum, 0.1) if custom.checksum else 0.001
    return Detector(
        custom.id,
        matches,
        _SPECIFICITY,
        alone=0.0 if custom.needs_header or not custom.has_values else _ALONE,
        alone_share=custom.share,
        chance=chance,
        named_share=min(0.6, custom.share),
        ceiling=0.98 if custom.has_values else _NAME_ONLY_CEILING,
        lengths=(1, LONGEST),
        phrase=custom.entry.phrase,
    )


def value_test(custom: CustomType) -> Test:
    """The strict test of one value: a word, what the function says, or a pattern and checksum."""
    tests: list[Test] = []
    if custom.words:
        folded = frozenset(map(fold, custom.words))
        tests.append(lambda value: fold(value) in folded)
    if custom.detector:
        tests.append(_guarded(custom.id, custom.detector))
    if custom.patterns:
        tests.append(_patterned(custom.patterns, custom.checksum))
    if not tests:
        return lambda value: True
    return lambda value: any(test(value) for test in tests)


def _patterned(expressions: Iterable[str], checksum: str | None) -> Test:
    compiled = tuple(re.compile(one, re.IGNORECASE) for one in expressions)

    def test(value: str) -> bool:
        found = next((m for one in compiled if (m := one.fullmatch(value))), None)
        if found is None or checksum is None:
            return found is not None
        return passes_checksum(checksum, _checked(found, checksum))

    return test


def _checked(found: re.Match[str], checksum: str) -> str:
    """What the checksum is taken of: the group that says so, else the digits, or all of a code."""
    named = found.groupdict().get(CHECKED)
    if named is not None:
        return named
    if checksum in ("luhn", "verhoeff", "mod_11_10", "aba", "imei", "nhs"):
        return "".join(char for char in found[0] if char in "0123456789")
    return found[0]


def _guarded(type_id: str, name: str) -> Test:
    """The function ``name``, or an instance of the class, whose errors tell no value."""
    loaded = load_allowed(name, DETECTOR_LIST, "detectors")
    made = loaded() if isinstance(loaded, type) else loaded
    call = cast(Callable[[str], object], getattr(made, "matches", made))
    if not callable(call):
        raise PolicyError(
            f"{name} is neither a function of a text nor a class with a method 'matches'."
        )

    def test(value: str) -> bool:
        try:
            return bool(call(value))
        except (Exception, SystemExit) as error:  # noqa: BLE001 - its message may hold the value
            kind = type(error).__name__
            raise PolicyError(
                f"types.{type_id}: {name} failed with {kind} on a value.",
                remedy="A detector answers for any text; mend it.",
            ) from None

    return test


def _source(name: str) -> bytes:
    """The file of a function's module, so that an edit is another classifier."""
    try:
        found = importlib.util.find_spec(name.partition(":")[0])
        return Path(found.origin).read_bytes() if found and found.origin else b""
    except (ImportError, OSError, ValueError):
        return b""


def installed_types_file() -> Path | None:
    """The installation's file of types, where it has one. ``veilflow.policy`` reads it."""
    named = os.environ.get(TYPES_FILE, "").strip()
    return Path(named) if named else None

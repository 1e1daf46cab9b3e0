"""The ``types:`` of a policy, or of a file of types: what they mean and how they are recognised."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationInfo,
    model_validator,
)

from veilflow import allow_list
from veilflow.classify.contradictions import UNMISTAKABLE
from veilflow.classify.custom_types import DETECTOR_LIST, CustomType, CustomTypes
from veilflow.classify.headers import tokens_of
from veilflow.classify.named_checksums import CHECKSUMS
from veilflow.classify.pattern_bounds import UnboundedPattern, check_pattern
from veilflow.classify.taxonomy import NONE, TAXONOMY, DataType
from veilflow.policy.columns import Role
from veilflow.policy.scalars import Number

__all__ = ["MAX_WORDS", "PolicyTypes", "TypeSpec", "TypesFile", "custom_types", "type_problems"]

MAX_WORDS = 50_000
_ID = re.compile(r"[a-z][a-z0-9_]{0,62}")
_DETECTOR = re.compile(r"[A-Za-z_][\w.]*:[A-Za-z_]\w*")

# What a draft can write for each role, the default first.
_PROTECTIONS: dict[str, tuple[str, ...]] = {
    "identifier": ("drop", "pseudonym", "redact", "nullify"),
    "quasi": ("generalize", "drop"),
    "sensitive": ("keep", "round", "drop"),
    "free_text": ("redact", "drop"),
    "insensitive": ("keep", "drop"),
}


def _listed(value: object) -> object:
    return [value] if isinstance(value, str) else value


def _bounded(value: str) -> str:
    try:
        check_pattern(value)
    except UnboundedPattern as error:
        raise ValueError(f"the pattern {error}") from None
    return value


class WordsFile(BaseModel):
    """A file of words beside the one that names it, one a line."""

    model_config = ConfigDict(extra="forbid")

    file: str


Texts = Annotated[
    tuple[Annotated[str, Field(min_length=1, max_length=300)], ...],
    BeforeValidator(_listed, json_schema_input_type=str | tuple[str, ...]),
]
Patterns = Annotated[
    tuple[Annotated[str, AfterValidator(_bounded)], ...],
    BeforeValidator(_listed, json_schema_input_type=str | tuple[str, ...]),
]


Words = Annotated[
    tuple[Annotated[str, Field(min_length=1, max_length=300)], ...],
    Field(max_length=MAX_WORDS),
    BeforeValidator(_listed, json_schema_input_type=str | tuple[str, ...] | WordsFile),
]


class TypeSpec(BaseModel):
    """One type of one's own. ``like`` lends role, protection and law of a built-in type.

    It is told by ``pattern`` (of the whole value, ignoring case) with an optional ``checksum``, by
    ``words`` (the values themselves), by ``detector`` (``package.module:name`` from the allow-list)
    or by ``headers`` (words in the column's name). ``needs_header``: values alone don't tell it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: str | None = Field(default=None, min_length=1, max_length=80)
    like: str | None = None
    role: Role | None = None
    protection: str | None = None
    legal: Texts | None = None
    pattern: Patterns = ()
    checksum: str | None = None
    headers: Texts = ()
    words: Words = ()
    detector: str | None = None
    needs_header: bool = False
    share: Annotated[Number, Field(gt=0, le=1)] = 0.8
    override: bool = False

    @model_validator(mode="after")
    def _holds_together(self) -> TypeSpec:
        if self.like is not None and (self.like not in TAXONOMY or self.like == NONE):
            raise ValueError(
                f"'like' names a built-in type (docs/taxonomy.md); there is no {self.like!r}"
            )
        if self.like is None and self.role is None:
            raise ValueError(
                "say what it means: 'role: identifier' (or quasi, sensitive, free_text, "
                "insensitive), or 'like: BUILT-IN TYPE'"
            )
        if not (self.pattern or self.words or self.detector or self.headers or self.override):
            raise ValueError("say how it is found: 'pattern', 'words', 'detector' or 'headers'")
        if self.needs_header and not self.headers:
            raise ValueError("'needs_header' needs 'headers', the words in a column's name")
        if self.checksum is not None and not self.pattern:
            raise ValueError("'checksum' is taken of what a 'pattern' matches; add one")
        if self.checksum is not None and self.checksum not in CHECKSUMS:
            raise ValueError(
                f"no checksum is called {self.checksum!r}; there are {', '.join(CHECKSUMS)}"
            )
        if self.detector is not None and not _DETECTOR.fullmatch(self.detector):
            raise ValueError("'detector' is 'package.module:name'")
        wordless = next((text for text in self.headers if not tokens_of(text)), None)
        if wordless is not None:
            raise ValueError(f"no column's name has the words of the header {wordless!r}")
        role = self.effective_role
        if self.protection is not None and self.protection not in _PROTECTIONS[role]:
            raise ValueError(
                f"'protection' of a type that is {role} is {' or '.join(_PROTECTIONS[role])}"
            )
        return self

    @property
    def effective_role(self) -> Role:
        """The role it says, or that of the type it is like."""
        return self.role or TAXONOMY[str(self.like)].role

    def made(self, type_id: str) -> CustomType:
        """The type under its id, with what it left unsaid filled in."""
        like = TAXONOMY.get(self.like or "")
        role = self.effective_role
        same = like is not None and like.role == role
        protection = self.protection or (like.default_protection if like and same else None)
        return CustomType(
            entry=DataType(
                type_id,
                self.title or type_id.replace("_", " "),
                role,
                protection or _PROTECTIONS[role][0],
                self.legal if self.legal is not None else (like.legal if like else ()),
            ),
            like=self.like or (type_id if type_id in TAXONOMY else None),
            patterns=self.pattern,
            checksum=self.checksum,
            headers=self.headers,
            words=self.words,
            detector=self.detector,
            needs_header=self.needs_header,
            share=float(self.share),
        )


def _named(value: str, info: ValidationInfo) -> str:
    if not _ID.fullmatch(value):
        raise ValueError("a type's name is lower snake case, as 'loyalty_card'")
    if value == NONE:
        raise ValueError("'none' is what a column is in which nothing is found")
    return value


TypesSpec = dict[Annotated[str, AfterValidator(_named)], TypeSpec]


PolicyTypes = Annotated[
    TypesSpec,
    # The loader puts a file's types in its name's place.
    BeforeValidator(lambda value: value, json_schema_input_type=str | TypesSpec),
]


class TypesFile(BaseModel):
    """A file of types, which policies and calls share."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: Literal[1] = 1
    types: TypesSpec = Field(min_length=1)


def custom_types(specs: Mapping[str, TypeSpec]) -> CustomTypes:
    """The types that ``specs`` define, ready for classification."""
    return CustomTypes(tuple(spec.made(type_id) for type_id, spec in specs.items()))


def type_problems(specs: Mapping[str, TypeSpec]) -> Iterator[tuple[tuple[Any, ...], str]]:
    """What is wrong with types beside the built-in ones: (path below ``types``, sentence)."""
    for type_id, spec in specs.items():
        if type_id in TAXONOMY and not spec.override:
            yield (
                (type_id,),
                "is the name of a built-in type; choose another, or say 'override: true' to put "
                "yours in its place",
            )
        if type_id not in TAXONOMY and spec.override:
            yield (type_id, "override"), "there is no built-in type of this name to override"
        if type_id in UNMISTAKABLE and spec.effective_role != "identifier":
            yield (
                (type_id, "role"),
                f"{TAXONOMY[type_id].phrase} can't be mistaken and stays an identifier",
            )
        if spec.detector is not None and not allow_list.is_allowed(spec.detector, DETECTOR_LIST):
            yield (
                (type_id, "detector"),
                f"{spec.detector} isn't on this installation's allow-list; whoever runs it adds "
                f"the name to the environment variable {DETECTOR_LIST}",
            )

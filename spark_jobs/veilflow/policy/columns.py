"""What a policy says about one column: its role, its type, and what is done to it."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, JsonValue, model_validator

from veilflow.mask import is_keyed, is_repeatable
from veilflow.policy.hierarchies import HierarchySpec
from veilflow.policy.linkage import DomainSpec
from veilflow.policy.scalars import Int, Name

__all__ = [
    "CASTS",
    "ROLES",
    "SHORTHANDS",
    "ColumnPolicy",
    "ColumnSpec",
    "Microaggregate",
    "Protection",
    "Role",
]

Role = Literal["identifier", "quasi", "sensitive", "free_text", "insensitive"]
Cast = Literal["string", "integer", "number", "boolean", "date", "timestamp"]
Microaggregate = Literal["mean", "median", "mode", "geometric_mean"]
ROLES: tuple[str, ...] = ("identifier", "quasi", "sensitive", "free_text", "insensitive")
CASTS: tuple[str, ...] = ("string", "integer", "number", "boolean", "date", "timestamp")

# One word says it all for a simple column; the safe reading of each role is its default.
SHORTHANDS: dict[str, dict[str, Any]] = {
    "drop": {"role": "identifier", "protect": "drop"},
    "pseudonym": {"role": "identifier", "protect": "pseudonym"},
    "keep": {"role": "insensitive", "protect": "keep"},
    "nullify": {"role": "identifier", "protect": "nullify"},
    "redact": {"role": "identifier", "protect": "redact"},
    "identifier": {"role": "identifier", "protect": "drop"},
    "quasi": {"role": "quasi"},
    "sensitive": {"role": "sensitive", "protect": "keep"},
    "free_text": {"role": "free_text", "protect": "drop"},
    "insensitive": {"role": "insensitive", "protect": "keep"},
}
_CUSTOM = re.compile(r"[A-Za-z_][\w.]*:[A-Za-z_]\w*")


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Protection(_Strict):
    """A transform by name, with its parameters. Names with a colon are ``package.module:Class``."""

    name: str
    parameters: dict[str, JsonValue] = {}

    @property
    def is_custom(self) -> bool:
        """True for a transform that comes from outside Veilflow."""
        return _CUSTOM.fullmatch(self.name) is not None


def _expand_protection(value: object) -> object:
    if isinstance(value, str):
        return {"name": value}
    if isinstance(value, dict) and len(value) == 1 and "name" not in value:
        ((name, parameters),) = value.items()
        if isinstance(parameters, dict) or parameters is None:
            return {"name": name, "parameters": parameters or {}}
    return value


ProtectionSpec = Annotated[
    Protection,
    BeforeValidator(
        _expand_protection,
        json_schema_input_type=str
        | Annotated[
            dict[str, dict[str, JsonValue] | None],
            Field(min_length=1, max_length=1),
        ]
        | Protection,
    ),
]


class ColumnPolicy(_Strict):
    """One column: role, semantic type, cast, protection, and for a quasi-identifier its hierarchy.

    ``type`` is a type of the taxonomy (docs/taxonomy.md); it settles what classification finds.
    ``as`` is the type a text column is cast to before anything else; a value that can't be cast
    refuses the run unless ``on_cast_error`` is ``nullify``. ``microaggregate`` releases, in place
    of a numeric quasi-identifier, one number for each class that the others make.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    role: Role
    type: str | None = None
    cast: Cast | None = Field(default=None, alias="as")
    on_cast_error: Literal["refuse", "nullify"] = "refuse"
    protect: ProtectionSpec | None = None
    hierarchy: HierarchySpec | None = None
    min_level: Int = Field(default=0, ge=0)
    max_level: Int | None = Field(default=None, ge=0)
    microaggregate: Microaggregate | None = None
    domain: DomainSpec | None = None
    key_class: Name | None = None
    reason: str | None = None

    @model_validator(mode="after")
    def _one_decision(self) -> ColumnPolicy:
        if self.role == "quasi":
            if self.protect is not None and self.protect.name != "drop":
                raise ValueError(
                    "a quasi-identifier is generalised by its hierarchy; remove 'protect', "
                    "or give the column the role identifier or sensitive"
                )
            if self.microaggregate is not None and (
                self.protect is not None or self.hierarchy is not None or self._has_levels
            ):
                raise ValueError(
                    "'microaggregate' stands in place of 'hierarchy', 'min_level', 'max_level' and "
                    "'protect'"
                )
        elif self.microaggregate is not None:
            raise ValueError("'microaggregate' needs 'role: quasi'")
        elif self.hierarchy is not None or self._has_levels:
            raise ValueError("'hierarchy', 'min_level' and 'max_level' need 'role: quasi'")
        elif self.protect is None:
            raise ValueError(f"say what protects this column: add 'protect:' ({self.role})")
        elif self.role == "identifier" and self.protect.name == "keep":
            raise ValueError(
                "an identifier can't be released as it is; use drop, pseudonym, redact or partial"
            )
        elif self.role == "identifier" and self.protect.name == "permute":
            raise ValueError(
                "a permuted identifier is still released, beside another row; use drop, pseudonym, "
                "redact or partial"
            )
        elif self.role == "free_text" and not (
            self.protect.name in (*_TEXT_REMOVED, "redact_text") or self.protect.is_custom
        ):
            raise ValueError(
                "free text is released by 'redact_text' or a transform of your own alone "
                "('package.module:Class'); else use 'drop', 'nullify' or 'redact'"
            )
        elif self.role != "free_text" and self.protect.name == "redact_text":
            raise ValueError(
                "'redact_text' is for texts: it leaves what no table knows and no detector finds; "
                "give the column 'role: free_text', or use another transform"
            )
        if self.domain is not None and not self.is_keyed:
            raise ValueError(
                "'domain' names a linkage domain and needs a transform with a key, as 'pseudonym'"
            )
        return self

    @property
    def _has_levels(self) -> bool:
        return bool(self.min_level) or self.max_level is not None

    @property
    def is_released(self) -> bool:
        """True if the output has this column."""
        return self.protect is None or self.protect.name != "drop"

    @property
    def treatment(self) -> str:
        """What is done to the column, in one word: the transform's name, or ``generalize``."""
        if self.microaggregate is not None:
            return "microaggregate"
        return "generalize" if self.protect is None else self.protect.name

    @property
    def is_keyed(self) -> bool:
        """Whether a built-in transform replaces the values under a key."""
        return self.protect is not None and is_keyed(self.protect.name)

    @property
    def is_reproducible(self) -> bool:
        """Whether a judge can make one source value's output: no key, chance or foreign code."""
        if self.protect is None:
            return self.microaggregate is None
        return is_repeatable(self.treatment) and not (self.protect.is_custom or self.is_keyed)

    @property
    def is_released_text(self) -> bool:
        """True for free text of which the output keeps some."""
        return self.role == "free_text" and self.treatment not in _TEXT_REMOVED

    @property
    def sensitivity_class(self) -> str:
        """The key that encrypts the column: the policy's ``key_class``, or one per role."""
        return self.key_class or _CLASS_OF_ROLE[self.role]


_TEXT_REMOVED = frozenset({"drop", "nullify", "redact"})
_CLASS_OF_ROLE = {
    "identifier": "identifying",
    "quasi": "quasi",
    "sensitive": "sensitive",
    "free_text": "sensitive",
    "insensitive": "general",
}


def _expand_column(value: object) -> object:
    if isinstance(value, str):
        if value not in SHORTHANDS:
            known = ", ".join(SHORTHANDS)
            raise ValueError(f"unknown shorthand {value!r}; use one of {known}, or a mapping")
        return SHORTHANDS[value]
    if value is None:
        raise ValueError("nothing said about this column; 'drop' and 'nullify' are one word each")
    if isinstance(value, dict):
        role = value.get("role")
        if isinstance(role, str) and role in ROLES and "protect" not in value:
            return {**SHORTHANDS[role], **value}
    return value


Shorthand = Literal[
    "drop", "pseudonym", "keep", "nullify", "redact",
    "identifier", "quasi", "sensitive", "free_text", "insensitive",
]  # fmt: skip
ColumnSpec = Annotated[
    ColumnPolicy, BeforeValidator(_expand_column, json_schema_input_type=Shorthand | ColumnPolicy)
]

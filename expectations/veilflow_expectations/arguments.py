"""What several expectations ask of their arguments, as pydantic validators to be reused."""

from __future__ import annotations

import math
from typing import Any

from veilflow_expectations.gx import pydantic

__all__ = ["above_zero", "beside_quasi_identifiers", "each_once", "one_or_more"]


def each_once(field: str, what: str) -> Any:
    """A validator: the list ``field`` names at least one ``what``, and none twice."""

    def check(cls: type, names: list[str]) -> list[str]:
        if not names or len(set(names)) != len(names):
            raise ValueError(f"name at least one {what}, and each once")
        return names

    return pydantic.validator(field, allow_reuse=True)(check)


def one_or_more(field: str) -> Any:
    """A validator: the number ``field``, where it isn't a suite parameter, is 1 or more."""

    def check(cls: type, number: int | dict[str, Any]) -> int | dict[str, Any]:
        if isinstance(number, int) and number < 1:
            raise ValueError(f"{field} is 1 or more")
        return number

    return pydantic.validator(field, allow_reuse=True)(check)


def above_zero(field: str) -> Any:
    """A validator: the number ``field``, where it isn't a suite parameter, is above 0."""

    def check(cls: type, number: float | dict[str, Any]) -> float | dict[str, Any]:
        if isinstance(number, int | float) and not 0 < number < math.inf:
            raise ValueError(f"{field} is a number above 0")
        return number

    return pydantic.validator(field, allow_reuse=True)(check)


def beside_quasi_identifiers(field: str) -> Any:
    """A validator: quasi-identifiers are named, each once, and ``field`` isn't among them."""

    def check(cls: type, given: dict[str, Any]) -> dict[str, Any]:
        names = given["quasi_identifiers"]
        if not names or len(set(names)) != len(names) or given[field] in names:
            raise ValueError(f"name at least one quasi-identifier, each once, and not the {field}")
        return given

    return pydantic.root_validator(skip_on_failure=True, allow_reuse=True)(check)

"""Numbers that stay what the file says: no text or truth value is taken for a number."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

__all__ = ["Int", "Name", "Number"]

Int = Annotated[int, Field(strict=True)]
Number = Annotated[float, Field(strict=True)]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,62}$")]

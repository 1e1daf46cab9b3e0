"""How far the hits of rows that copy nobody may lie from what is expected of them."""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["ERRORS", "chance_margin"]

# One honest table in a thousand is refused.
ERRORS = 3.0


def chance_margin(by_chance: Any, error: Any, rows: int) -> Any:
    """Three standard errors of the share of hits among ``rows`` rows that copy nobody.

    ``by_chance`` is the share expected, known with standard error ``error``. Numbers or arrays.
    """
    rows = max(rows, 1)
    return ERRORS * np.sqrt(error**2 + (by_chance + 1 / rows) / rows)

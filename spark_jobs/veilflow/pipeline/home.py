"""Where the embedded defaults live: ``$VEILFLOW_HOME``, or ``.veilflow`` in the current folder."""

from __future__ import annotations

import os
from pathlib import Path

__all__ = ["expand", "veilflow_home"]


def veilflow_home() -> Path:
    """The absolute folder for embedded stores, keyrings and samples; it may not exist yet."""
    return Path(os.environ.get("VEILFLOW_HOME") or ".veilflow").resolve()


def expand(text: str) -> str:
    """``text`` with ``$VEILFLOW_HOME`` replaced; no other variable is looked up."""
    return text.replace("$VEILFLOW_HOME", str(veilflow_home()))

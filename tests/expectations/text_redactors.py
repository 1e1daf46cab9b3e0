"""Transforms that tests' policies name: they redact what they were told, not what they detect."""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass
from pathlib import Path

from veilflow.mask import ValueTransform

WORDS = "VEILFLOW_TEST_WORDS"


@dataclass(frozen=True)
class RedactWords(ValueTransform):
    """Replaces each of the words listed in the file that an environment variable names.

    ``spare`` leaves those of one text that holds this word.
    """

    spare: str = ""

    def mask(self, value: str) -> str | None:
        if self.spare and self.spare in value:
            return value
        words = json.loads(Path(os.environ[WORDS]).read_text(encoding="utf-8"))
        pattern = "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
        return re.sub(pattern, "[X]", value)

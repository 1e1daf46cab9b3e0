"""docs/masking.md is the registry, and every transform says when not to use it."""

from __future__ import annotations

from pathlib import Path

from veilflow.mask import registered
from veilflow.mask.masking_page import masking_page


def test_the_page_is_up_to_date(repository: Path) -> None:
    page = (repository / "docs" / "masking.md").read_text(encoding="utf-8")
    assert page == masking_page(), "run: python -m veilflow.mask.masking_page > docs/masking.md"


def test_every_transform_has_two_rows_and_a_sentence() -> None:
    page = masking_page()
    for name, cls in registered().items():
        assert page.count(f"| `{name}` |") == 2
        assert cls.summary, name


def test_what_is_not_harmless_says_when_not_to_use_it() -> None:
    harmless = {"drop", "nullify", "constant", "redact"}
    silent = {name for name, cls in registered().items() if not cls.guarantees.not_for}
    assert silent <= harmless

"""The documentation page of the taxonomy, generated so that it can't drift from the code."""

from __future__ import annotations

from veilflow.classify.taxonomy import TAXONOMY

__all__ = ["taxonomy_page"]

_HEAD = """\
# Column types

This page is generated from `veilflow.classify.TAXONOMY` by
`python -m veilflow.classify.taxonomy_page > docs/taxonomy.md`; a test fails when it is out of date.

Every column gets one type and one role. The role decides how the column is treated:

- **identifier**: points at one person by itself; never released as it is.
- **quasi**: narrows a person down together with other columns; k-anonymity counts over these.
- **sensitive**: what an attacker would like to learn; l-diversity and t-closeness guard these.
- **free_text**: may contain any of the above; dropped, unless a transform of your own redacts it.
- **insensitive**: released as it is. `none` only says that nothing was found.

The protection is where a draft policy starts. The references are where a reader may look
first: GDPR article, HIPAA Safe Harbor letter under 45 CFR 164.514(b)(2)(i), and the paragraph of
Cal. Civ. Code 1798.140 (v)(1), or (ae) for sensitive personal information. They are no legal
advice.

| type | title | role | protection | legal references |
|---|---|---|---|---|
"""


def taxonomy_page() -> str:
    """The page as Markdown: a preface and one row for each type, in the taxonomy's order."""
    rows = (
        f"| `{entry.id}` | {entry.title} | {entry.role} | {entry.default_protection} "
        f"| {', '.join(entry.legal) or '-'} |"
        for entry in TAXONOMY.values()
    )
    return _HEAD + "\n".join(rows) + "\n"


if __name__ == "__main__":
    print(taxonomy_page(), end="")

"""The documentation page of the transforms, generated so that it can't drift from the code."""

from __future__ import annotations

import dataclasses

from veilflow.mask import KeyedTransform, Transform, registered

__all__ = ["masking_page"]

_HEAD = """\
# Transforms

This page is generated from the registered transforms by
`python -m veilflow.mask.masking_page > docs/masking.md`; a test fails when it is out of date.

A column's policy names a transform and its parameters: `protect: {round: {to: 100}}`.
[policy.md](policy.md#columns) says how, [masking-keys.md](masking-keys.md) where the keys are, and
[extending-masks.md](extending-masks.md) how to write one of your own.

- *conceals*: no value is shown by its output, beyond chance. The others keep a part on purpose.
- *key*: the output depends on the masking key of the column's linkage domain.
- *person*: the output depends on the row's privacy unit, so the policy has to name one.
- *chance*: drawn anew in each run.
- A value that a transform can't treat is *invalid*: `on_invalid` refuses the release (the default),
  puts null (`nullify`) or `[REDACTED]` (`redact`) in its place, and counts it. Transforms without
  this parameter treat every value. Wrong types of columns are refused before a row is read.

## What each does

| transform | does | takes |
|---|---|---|
"""

_PROMISES = """
## What each promises

| transform | null | empty | reversible by | joins within | keeps | uses | not for |
|---|---|---|---|---|---|---|---|
"""


def masking_page() -> str:
    """The page as Markdown: two tables with a row for each transform, in alphabetical order."""
    known = sorted(registered().items())
    does = "".join(f"| `{name}` | {_told(cls.summary)} | {_takes(cls)} |\n" for name, cls in known)
    promises = "".join(f"| `{name}` | {_promised(cls)} |\n" for name, cls in known)
    return _HEAD + does + _PROMISES + promises


def _told(text: str) -> str:
    return text.strip().replace("``", "`").replace("|", "\\|")


def _takes(cls: type) -> str:
    if not dataclasses.is_dataclass(cls):
        return "-"
    fields = [f for f in dataclasses.fields(cls) if f.init]
    return ", ".join(f"`{_parameter(f)}`" for f in fields).replace("|", "\\|") or "-"


def _parameter(field: dataclasses.Field[object]) -> str:
    if field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING:
        return field.name
    default = field.default
    if default is None or default is dataclasses.MISSING:
        return f"{field.name}: …"
    if isinstance(default, bool):
        return f"{field.name}: {str(default).lower()}"
    is_plain = not isinstance(default, str) or default.replace("_", "").isalnum()
    return f"{field.name}: {default}" if is_plain else f'{field.name}: "{default}"'


def _promised(cls: type[Transform]) -> str:
    told = cls.guarantees.phrases()
    uses = {
        "conceals": cls.conceals,
        "key": issubclass(cls, KeyedTransform),
        "person": cls.needs_unit,
        "chance": not cls.is_repeatable,
        **dict.fromkeys(cls.needs_resources, True),
    }
    cells = [told[name] for name in ("null", "empty", "reversible_by", "joins_within", "keeps")]
    cells += [", ".join(name for name, is_true in uses.items() if is_true) or "-"]
    return " | ".join(_told(cell) for cell in [*cells, told["not_for"] or "-"])


if __name__ == "__main__":
    print(masking_page(), end="")

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
- *chance*: drawn anew in each release; a retry of a run draws the same.
- *groups*: the output depends on the other rows of the table, see [below](#permutation).
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

_PERMUTATION = """
## Permutation

    pay:   {role: sensitive, protect: {permute: {within: [ward, sex]}}}
    drug:  {role: sensitive, protect: {permute: {together: prescription}}}
    dose:  {role: sensitive, protect: {permute: {together: prescription}}}

Rows that are alike in the columns of `within` are a group; without it all rows are one. Every row
gets the value of another row of its group. Columns with one `together` (and one `within`) move as
one.

What stays true:

- Groups are made of the values that the source has, after `as` and before any mask or
  generalisation, and of the rows that are released: a row that anonymisation leaves out changes
  with nobody. So each group keeps its values exactly, nulls among them, and so does every class
  that whole groups make up. If `within` names all quasi-identifiers, every class of a full-domain
  generalisation keeps its values; if fewer, values move between classes.
- No row keeps its own cell. It can get an equal value, or one from another row of the same
  person.
- A group of one person (of one row, without a privacy unit) has nobody to change with: its values
  are invalid, so `on_invalid` refuses, nulls or redacts them, and the evidence counts them. Nulls
  stay null there. Rows without a person count for nobody.
- A retry draws the same order. Another release draws another one.
- A preview permutes the whole table and then shows its first rows, in an order of its own: they
  aren't the rows that a run releases. `veilflow anonymize` draws anew each time, in memory and on
  Spark.

What isn't promised: whoever knows a group whose values are all alike knows the value of each; in
a group of two each knows the other's; a rare value names its person wherever it stands. So
identifiers, free text and quasi-identifiers can't be permuted, and no column that l-diversity,
t-closeness or another model asks about: the search would count classes that chance fills anew.
Permuted columns aren't synthesised, nor permuted inside `json` and `fields`.

On Spark a group is sorted by one task, on disk where memory is short; one of more than 500,000
rows is cut at random into parts, each with a cycle of its own, which changes nothing of the
above.
"""

_NESTED = """
## Inside values

`json` takes JSON in a text, `fields` structs and arrays, each path by path; what no path names is
gone. Both work in Python workers on whole Arrow batches; neither has a native Spark form. A map is
refused, by `fields` too: its keys are data, and no path could say what becomes of them. Turn it
into an array of structs in the source, or into JSON whose keys the policy names.

What is keyed inside has a key of its own for each path, so it joins with the same path of other
tables and releases of the column's linkage domain, and with no column. `domains` puts a path into a
domain that columns are in, too, by name (`unit` is the privacy unit's), if need be with a scope:

    note:
      role: sensitive
      protect:
        json:
          paths: {"$.patient": pseudonym, "$.doctor": token}
          domains: {"$.patient": unit, "$.doctor": {name: staff, scope: dataset}}

Then equal values of the path and of the columns get equal pseudonyms, tokens or encrypted texts,
provided they have the same transform with the same parameters (the policy is refused if the
transform or the scope differs). It goes for composite keys, too: each column or path of a key is
masked by itself, and they join together.
"""


def masking_page() -> str:
    """The page as Markdown: two tables of all transforms, then permutation and nested values."""
    known = sorted(registered().items())
    does = "".join(f"| `{name}` | {_told(cls.summary)} | {_takes(cls)} |\n" for name, cls in known)
    promises = "".join(f"| `{name}` | {_promised(cls)} |\n" for name, cls in known)
    return _HEAD + does + _PROMISES + promises + _PERMUTATION + _NESTED


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
        "groups": cls.needs_groups,
        "chance": not cls.is_repeatable,
        **dict.fromkeys(cls.needs_resources, True),
    }
    cells = [told[name] for name in ("null", "empty", "reversible_by", "joins_within", "keeps")]
    cells += [", ".join(name for name, is_true in uses.items() if is_true) or "-"]
    return " | ".join(_told(cell) for cell in [*cells, told["not_for"] or "-"])


if __name__ == "__main__":
    print(masking_page(), end="")

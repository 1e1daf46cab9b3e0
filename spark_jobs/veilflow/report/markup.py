"""Build HTML and inline SVG in which nothing can be left unescaped.

Only :class:`Markup` is written as it is, and only :func:`tag` and :func:`join` make it; every
other string is escaped. Joining or formatting a ``Markup`` gives a plain ``str`` again, so a
mistake shows as visible angle brackets and never as an injected element.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

__all__ = ["Attribute", "Child", "Markup", "join", "tag", "visible"]

_VOID = frozenset({"br", "hr", "meta", "wbr"})
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]*\Z")
# A right-to-left override in a column name would let a row of the report read as its opposite.
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Cn", "Zl", "Zp"})
_KEPT = frozenset("\n\t\u00ad\u200c\u200d")


class Markup(str):
    """Text that is already safe HTML."""

    __slots__ = ()


Child = Markup | str | None | Iterable[Markup | str | None]
Attribute = str | int | float | bool | None


def visible(text: str) -> str:
    """``text`` with invisible and direction-changing characters replaced by U+FFFD."""
    return "".join(
        "\ufffd" if char not in _KEPT and unicodedata.category(char) in _HIDDEN else char
        for char in text
    )


def tag(name: str, /, *children: Child, **attributes: Attribute) -> Markup:
    """One element. ``class_`` and ``data_label`` name the attributes class and data-label.

    An attribute that is None or False is left out; True gives a bare attribute.
    """
    opening = f"<{_checked(name)}{''.join(_attribute(k, v) for k, v in attributes.items())}>"
    if name in _VOID:
        return Markup(opening)
    return Markup(f"{opening}{join(*children)}</{name}>")


def join(*children: Child) -> Markup:
    """The children one after the other, escaped unless they are Markup; None adds nothing."""
    return Markup("".join(_child(child) for child in children))


def _child(child: Child) -> str:
    if child is None:
        return ""
    if isinstance(child, Markup):
        return str(child)
    if isinstance(child, str):
        return _escape(child)
    return "".join(_child(each) for each in child)


def _attribute(key: str, value: Attribute) -> str:
    name = _checked(key.rstrip("_").replace("_", "-"))
    if value is None or value is False:
        return ""
    if value is True:
        return f" {name}"
    text = f"{value:.2f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)
    return f' {name}="{_escape(text)}"'


def _escape(text: str) -> str:
    replaced = visible(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return replaced.replace('"', "&quot;").replace("'", "&#x27;")


def _checked(name: str) -> str:
    if not _NAME.match(name):
        raise ValueError("the name of an element or attribute holds a forbidden character")
    return name

"""The lists of words that lie beside these modules as text files, each read when first needed.

A file has a head of comments and then its lists, with an empty line before each.
"""

from __future__ import annotations

import pkgutil

__all__ = ["word_lists"]


def word_lists(file: str) -> tuple[bytes, ...]:
    """The file's lists in order, in UTF-8 and one word a line or between blanks; without the head.

    They are told apart as bytes: a list that isn't needed needn't be decoded. Works from a zip file
    as well; ``pkgutil`` loads in a quarter of the time that ``importlib.resources`` takes.
    """
    content = pkgutil.get_data("veilflow.classify", file)
    if content is None:
        raise FileNotFoundError(f"{file}: the package was installed without its word lists")
    _, *lists = content.rstrip(b"\n").split(b"\n\n")
    return tuple(lists)

"""A file of types (``--types``, ``VEILFLOW_TYPES``, or ``types: FILE`` in a policy), checked."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from veilflow.classify.custom_types import (
    NO_TYPES,
    TYPES_FILE,
    CustomTypes,
    installed_types_file,
)
from veilflow.errors import PolicyError
from veilflow.policy.custom_types import MAX_WORDS, TypesFile, custom_types, type_problems
from veilflow.policy.locations import (
    LocatedDocument,
    YamlProblem,
    located,
    parse_located,
    sentence,
)

__all__ = [
    "TYPES_FILE",
    "WordsProblem",
    "installed_types_file",
    "load_types",
    "read_types_file",
    "with_words",
]


def load_types(path: Path | None) -> CustomTypes:
    """The types in ``path``, or in the installation's file; none where neither is given."""
    chosen = path or installed_types_file()
    if chosen is None:
        return NO_TYPES
    return custom_types(TypesFile.model_validate({"types": read_types_file(chosen)}).types)


def read_types_file(path: Path) -> dict[str, Any]:
    """The checked definitions in ``path`` as plain data, with the words of files in place.

    Raises PolicyError that names file, line and key of every problem.
    """
    try:
        document = parse_located(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise PolicyError(f"{path}: there is no such file of types.") from None
    except (OSError, UnicodeDecodeError) as error:
        raise PolicyError(f"{path}: can't be read as UTF-8 text ({type(error).__name__})") from None
    except YamlProblem as problem:
        raise PolicyError(f"{path}:{problem.line}: {problem}") from None
    data = document.data
    if not isinstance(data, dict) or not isinstance(data.get("types"), dict):
        raise PolicyError(f"{path}:1: a file of types is a mapping that starts with 'types:'")
    try:
        data = {**data, "types": with_words(data["types"], path.parent)}
        found = TypesFile.model_validate(data)
    except ValidationError as error:
        raise PolicyError(list(_invalid(path, document, error))) from None
    except WordsProblem as problem:
        raise PolicyError(
            located(path, document, ("types", *problem.place), str(problem))
        ) from None
    broken = [
        located(path, document, ("types", *place), said)
        for place, said in type_problems(found.types)
    ]
    if broken:
        raise PolicyError(broken)
    types: dict[str, Any] = data["types"]
    return types


class WordsProblem(Exception):
    """A file of words that can't be used: where it is named below ``types``, and why."""

    def __init__(self, type_id: str, sentence: str) -> None:
        super().__init__(sentence)
        self.place = (type_id, "words", "file")


def with_words(types: dict[str, Any], folder: Path) -> dict[str, Any]:
    """``types`` in which ``words: {file: NAME}`` is the words of that file, one a line."""
    made = dict(types)
    for type_id, spec in types.items():
        words = spec.get("words") if isinstance(spec, dict) else None
        if isinstance(words, dict) and isinstance(words.get("file"), str) and len(words) == 1:
            made[type_id] = {**spec, "words": _words(type_id, folder / words["file"])}
    return made


def _words(type_id: str, path: Path) -> list[str]:
    try:
        with path.open(encoding="utf-8-sig") as lines:
            words = list(dict.fromkeys(filter(None, map(str.strip, lines))))
    except (OSError, UnicodeDecodeError) as error:
        kind = type(error).__name__
        raise WordsProblem(type_id, f"the words can't be read ({kind}): {path.name}") from None
    if not 0 < len(words) <= MAX_WORDS or max(map(len, words)) > 300:
        raise WordsProblem(type_id, f"{path.name}: 1 to {MAX_WORDS} words, one a line, are asked")
    return words


def _invalid(path: Path, document: LocatedDocument, error: ValidationError) -> Iterator[str]:
    for item in error.errors(include_url=False, include_input=False):
        yield located(path, document, item["loc"], sentence(item["type"], item["msg"]))

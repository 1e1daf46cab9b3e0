"""reveal: the values behind tokens and encrypted values, for whoever holds the masking key.

Reads one value a line, from a file or from standard input, never from an argument: arguments show
in lists of processes and in a shell's history. Who revealed how many values of which column, and
why, is in the audit log before anything is opened.
"""

from __future__ import annotations

import argparse
import csv
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TextIO

from veilflow.cli.console import print_json
from veilflow.cli.releases import add_release_arguments, chosen_release
from veilflow.errors import UsageError

__all__ = ["NAME", "add_arguments", "run"]

NAME = "reveal"
_HEADINGS = ("released", "value")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which column of which release, where the values are, and why."""
    add_release_arguments(parser)
    parser.add_argument("column", help="TABLE.COLUMN")
    parser.add_argument("--reason", default="", help="why you need the values; audited")
    parser.add_argument("--values", type=Path, help="a file, one a line (default: standard input)")
    parser.add_argument("--out", type=Path, help="write a .csv file that only its owner can read")
    parser.add_argument("--keys", default="", help="key provider (default: the run's)")
    parser.add_argument("--vault", default="", help="token vault (default: the run's)")
    parser.add_argument("--public-key", type=Path, help="publisher's PEM file")


def run(arguments: argparse.Namespace) -> int:
    """Print what was revealed, or write it; 1 if there is something that can't be."""
    from veilflow.pipeline.home import expand
    from veilflow.pipeline.publisher import pinned_publisher
    from veilflow.pipeline.reveal import reveal
    from veilflow.store.manifest import load_manifest

    table, _, column = arguments.column.partition(".")
    if not column:
        raise UsageError("Name the column as TABLE.COLUMN.")
    store, release = chosen_release(arguments)
    public_key = pinned_publisher(arguments.dataset, arguments.public_key)
    manifest = load_manifest(store, arguments.dataset, release, public_key)
    shown = _lines(arguments.values)
    values = reveal(
        store,
        manifest,
        table,
        column,
        shown,
        reason=arguments.reason,
        keys=expand(arguments.keys),
        vault=expand(arguments.vault),
    )
    pairs = list(zip(shown, values, strict=True))
    if arguments.out is not None:
        _write(arguments.out, pairs)
    elif arguments.json:
        print_json([dict(zip(_HEADINGS, pair, strict=True)) for pair in pairs])
    else:
        _as_csv(sys.stdout, pairs)
    missing = values.count(None)
    print(f"{len(values) - missing} of {len(values)} revealed", file=sys.stderr)
    return 1 if missing else 0


def _lines(path: Path | None) -> list[str]:
    try:
        text = sys.stdin.read() if path is None else path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        where = "standard input" if path is None else str(path)
        raise UsageError(f"{where}: can't be read ({type(error).__name__})") from None
    return [line for line in text.splitlines() if line]


def _write(path: Path, pairs: Sequence[tuple[str, str | None]]) -> None:
    """The file appears whole or not at all."""
    if path.suffix != ".csv":
        raise UsageError(f"{path}: --out ends in .csv")
    partial = path.with_name(path.name + ".part")
    try:
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
        with os.fdopen(os.open(partial, flags, 0o600), "w", encoding="utf-8", newline="") as out:
            _as_csv(out, pairs)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def _as_csv(out: TextIO, pairs: Sequence[tuple[str, str | None]]) -> None:
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(_HEADINGS)
    writer.writerows(pairs)

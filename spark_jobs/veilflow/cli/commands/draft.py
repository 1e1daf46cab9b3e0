"""draft: classify a file or folder and write a policy to start from, each line with its reason."""

from __future__ import annotations

import argparse
import re
from pathlib import Path

from veilflow.cli.console import print_json
from veilflow.errors import SourceError, UsageError

__all__ = ["NAME", "add_arguments", "run"]

NAME = "draft"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What to look at and where to write."""
    parser.add_argument("data", type=Path, help="CSV or Parquet file, or a folder of tables")
    parser.add_argument("--out", type=Path, help="policy file to write (default: standard output)")
    parser.add_argument("--dataset", help="name of the dataset (default: from DATA)")
    parser.add_argument("--rows", type=int, default=5_000, help="rows to look at (default 5000)")


def run(arguments: argparse.Namespace) -> int:
    """Write the draft; an existing file is never overwritten."""
    from veilflow.classify import classify_table
    from veilflow.cli.tables import sample_of, tables_under
    from veilflow.policy.draft import DraftTable, draft_policy

    data = arguments.data.resolve()
    found = tables_under(data)
    root = data.parent if data.is_file() or data in found.values() else data
    formats = {_format(path) for path in found.values()}
    if len(formats) != 1:
        raise SourceError(f"{data}: holds tables of several formats; a policy reads one")
    tables = {}
    for name, path in found.items():
        samples = sample_of(path, arguments.rows)
        verdicts = classify_table(samples)
        tables[_name(name)] = DraftTable(str(path.relative_to(root)), samples, verdicts)
    dataset = arguments.dataset or _name(data.stem)
    (file_format,) = formats
    delimiter = _delimiter(next(iter(found.values()))) if file_format == "csv" else ","
    text = draft_policy(dataset, str(root), file_format, tables, delimiter)
    if arguments.out is None:
        print_json({"policy": text}) if arguments.json else print(text)
        return 0
    try:
        with arguments.out.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise UsageError(
            f"{arguments.out}: exists already, and a policy holds human decisions.",
            remedy="Choose another --out, then compare the two.",
        ) from None
    print(f"{arguments.out}: read it, fill in 'purpose', then 'veilflow plan {arguments.out}'")
    return 0


def _format(path: Path) -> str:
    files = [path] if path.is_file() else list(path.rglob("*"))
    suffixes = {file.suffix for file in files if file.suffix in (".csv", ".parquet")}
    if len(suffixes) != 1:
        raise SourceError(f"{path}: a policy reads CSV or Parquet; convert other files to Parquet")
    return suffixes.pop().removeprefix(".")


def _delimiter(path: Path) -> str:
    import csv

    file = path if path.is_file() else next(iter(sorted(path.rglob("*.csv"))))
    with file.open(encoding="utf-8-sig", errors="replace", newline="") as lines:
        try:
            return csv.Sniffer().sniff(lines.readline(), delimiters=",;\t|").delimiter
        except csv.Error:
            return ","


def _name(text: str) -> str:
    name = re.sub(r"[^a-z0-9_-]+", "_", text.lower()).strip("_-")
    return name if name[:1].isalpha() else f"t_{name}"

"""read: decrypt a release for whoever holds the keys, to the screen or to a file.

Columns whose key isn't at hand are left out and listed. The publisher's signature and every
file's hash are checked before anything is decrypted. A release whose stated time of use is over is
read with a note: what ends reading is the end of its key.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from veilflow.cli.console import print_json, print_table
from veilflow.cli.releases import add_release_arguments, chosen_release
from veilflow.errors import UsageError

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["NAME", "add_arguments", "run"]

NAME = "read"
_KEYS = "the release's own key provider"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which release, tables, columns and rows, and where to."""
    add_release_arguments(parser)
    parser.add_argument("--keys", help=f"key provider (default: {_KEYS})")
    parser.add_argument("--public-key", type=Path, help="publisher's PEM file")
    parser.add_argument("--table", help="one table (default: all)")
    parser.add_argument("--columns", help="comma-separated (default: all that the keys open)")
    parser.add_argument("--rows", type=int, default=20, help="rows to show a table (default 20)")
    parser.add_argument("--out", type=Path, help="write the whole table to a .csv or .parquet file")


def run(arguments: argparse.Namespace) -> int:
    """Read and show, or write a file that only its owner can read."""
    from veilflow.pipeline.home import expand
    from veilflow.pipeline.publisher import pinned_publisher
    from veilflow.store.key_records import opened_release, release_key_ref
    from veilflow.store.manifest import load_manifest
    from veilflow.store.table_files import read_files

    store, release = chosen_release(arguments)
    public_key = pinned_publisher(arguments.dataset, arguments.public_key)
    manifest = load_manifest(store, arguments.dataset, release, public_key)
    if manifest.expires is not None and manifest.has_expired(dt.datetime.now(dt.UTC)):
        ended = f"{manifest.expires:%Y-%m-%d}"
        print(f"note: this release was to be used until {ended} (retention_days)", file=sys.stderr)
    names = [arguments.table] if arguments.table else list(manifest.tables)
    if arguments.out is not None and len(names) != 1:
        raise UsageError(f"--out holds one table; choose one with --table: {', '.join(names)}")
    keys = expand(arguments.keys) if arguments.keys else manifest.provider
    opened = opened_release(release_key_ref(keys, store.uri, arguments.dataset, release))
    columns = arguments.columns.split(",") if arguments.columns else None
    shown = {}
    for name in names:
        table = manifest.table(name)
        closed = [c.name for c in table.columns if c.sensitivity_class in opened.closed]
        if closed and not columns:
            print(f"{name}: no key for {', '.join(closed)}", file=sys.stderr)
        batches = read_files(store, table.refs, opened.keks, columns)
        if arguments.out is not None:
            _write(arguments.out, batches)
            print(f"{arguments.out}: {table.rows:,} rows", file=sys.stderr)
        else:
            shown[name] = _first(batches, arguments.rows)
    if arguments.json:
        print_json(shown)
    else:
        for name, rows in shown.items():
            print(f"\n{name} (release {release}, {manifest.table(name).rows:,} rows)")
            if rows:
                print_table(list(rows[0]), [list(row.values()) for row in rows])
    return 0


def _first(tables: Iterator[pa.Table], rows: int) -> list[dict[str, object]]:
    found: list[dict[str, object]] = []
    for table in tables:
        found += table.slice(0, rows - len(found)).to_pylist()
        if len(found) >= rows:
            break
    return found


def _write(path: Path, tables: Iterator[pa.Table]) -> None:
    """Write ``tables`` one after the other; the file appears whole or not at all."""
    import pyarrow.csv
    import pyarrow.parquet

    kinds = {".csv": pyarrow.csv.CSVWriter, ".parquet": pyarrow.parquet.ParquetWriter}
    if path.suffix not in kinds:
        raise UsageError(f"{path}: --out ends in {' or '.join(kinds)}")
    partial = path.with_name(path.name + ".part")
    try:
        with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
            writer = None
            for table in tables:
                table = table.replace_schema_metadata(None)
                writer = writer or kinds[path.suffix](out, table.schema)
                writer.write_table(table)
            if writer is not None:
                writer.close()
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)

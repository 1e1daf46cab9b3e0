"""A table in the clear, in a file that appears whole or not at all and only its owner can read."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from veilflow.errors import UsageError

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["check_output_path", "write_plaintext"]

_ENDINGS = (".csv", ".parquet")


def check_output_path(out: Path, others: tuple[Path, ...]) -> None:
    """Refuse, before any work, an output that can't be written or would overwrite an input."""
    if out.suffix not in _ENDINGS:
        raise UsageError(f"{out}: --plaintext-out ends in {' or '.join(_ENDINGS)}")
    if not out.parent.is_dir():
        raise UsageError(f"{out}: there is no folder {out.parent}", remedy="Make it first.")
    if out.is_dir():
        raise UsageError(f"{out}: is a folder.", remedy="Remove it, or choose another name.")
    for other in others:
        if out.resolve() == other.resolve() or other.resolve() in out.resolve().parents:
            raise UsageError(f"{out}: would overwrite {other}, or lie in it; choose another name.")


def write_plaintext(table: pa.Table, out: Path, delimiter: str) -> None:
    """Write ``table`` to a .csv or .parquet file; texts in CSV are quoted, null is an empty cell.

    ``delimiter`` parts the cells of CSV.
    """
    import pyarrow.csv as pc
    import pyarrow.parquet as pq

    partial = out.with_name(out.name + ".part")
    try:
        with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as to:
            if out.suffix == ".csv":
                pc.write_csv(table, to, pc.WriteOptions(delimiter=delimiter))
            else:
                pq.write_table(table, to)
        partial.replace(out)
    finally:
        partial.unlink(missing_ok=True)

"""preview: show a few masked rows of each table as the release would have them. Nothing is written.

Tokens of a vault are stand-ins of the same form: no vault is asked or written.
The generalisation is decided on the whole source, as in a run. Originals stand beside the masked
values only with --with-originals and a reason; both are written to the audit log first.
"""

from __future__ import annotations

import argparse

from veilflow.cli.console import print_json, print_table, stage_line
from veilflow.errors import UsageError

__all__ = ["NAME", "add_arguments", "run"]

NAME = "preview"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The policy, how many rows, and the audited way to see originals."""
    parser.add_argument("policy", help="the policy file")
    parser.add_argument("--rows", type=int, default=20, help="rows a table (default 20)")
    parser.add_argument(
        "--with-originals", action="store_true", help="raw values beside; audited, needs --reason"
    )
    parser.add_argument("--reason", default="", help="why you need to see originals")


def run(arguments: argparse.Namespace) -> int:
    """Print the masked rows."""
    if arguments.with_originals and not arguments.reason.strip():
        raise UsageError("--with-originals shows raw values and needs --reason 'why you need them'")
    if arguments.rows < 1:
        raise UsageError("--rows is at least 1")
    from veilflow.spark.preview import preview
    from veilflow.spark.session import session

    with session("preview") as spark, stage_line("preview", quiet=arguments.json):
        shown = preview(
            spark,
            arguments.policy,
            arguments.rows,
            reason=arguments.reason.strip() if arguments.with_originals else None,
        )
    if arguments.json:
        print_json({name: table.to_pylist() for name, table in shown.items()})
        return 0
    for name, table in shown.items():
        print(f"\n{name}")
        print_table(table.column_names, [list(row.values()) for row in table.to_pylist()])
    return 0

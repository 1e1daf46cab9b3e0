"""Parse the arguments, run one command, turn errors into one clear message and an exit code."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from typing import NoReturn

import veilflow
from veilflow.cli.commands import COMMANDS
from veilflow.errors import VeilflowError

__all__ = ["build_parser", "main"]


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; the exit code.

    A traceback is never shown: its last line may hold a cell value. What isn't an error of ours is
    told by its class and the place in our code.
    """
    arguments = build_parser().parse_args(argv)
    try:
        return int(arguments.run(arguments) or 0)
    except VeilflowError as error:
        _say(arguments, type(error).__name__, str(error), error.exit_code)
        return error.exit_code
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return 130
    except BrokenPipeError:
        return 1
    except Exception as error:  # noqa: BLE001 - its message may hold a value
        from veilflow.spark.redaction import describe

        _say(arguments, "InternalError", f"unexpected {describe(error)}", 1)
        return 1


class _Parser(argparse.ArgumentParser):
    """Ends with 1 on a mistyped command: argparse's own 2 is what a refusal ends with."""

    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        self.exit(1, f"{self.prog}: error: {message}\n")


def build_parser() -> argparse.ArgumentParser:
    """The parser with every command."""
    parser = _Parser(
        prog="veilflow",
        description="Classify, mask, anonymise, synthesise, validate and publish tables of people.",
    )
    parser.add_argument("--version", action="version", version=f"veilflow {veilflow.__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for module in COMMANDS:
        doc = (module.__doc__ or "").strip()
        command = commands.add_parser(
            module.NAME, help=doc.partition("\n")[0].split(": ", 1)[-1], description=doc
        )
        command.add_argument("--json", action="store_true", help="print JSON for machines")
        module.add_arguments(command)
        command.set_defaults(run=module.run, command=module.NAME)
    return parser


def _say(arguments: argparse.Namespace, kind: str, message: str, code: int) -> None:
    if getattr(arguments, "json", False):
        print(json.dumps({"error": kind, "message": message, "exit_code": code}))
    print(f"{'refused' if code == 2 else 'error'}: {message}", file=sys.stderr)

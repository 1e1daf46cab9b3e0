"""One module a command: NAME, add_arguments(parser) and run(arguments)."""

from types import ModuleType

from veilflow.cli.commands import (
    classify,
    draft,
    plan,
    preview,
    read,
    run,
    sample_data,
    stage,
    verify,
)

COMMANDS: tuple[ModuleType, ...] = (
    draft,
    classify,
    plan,
    preview,
    run,
    *stage.COMMANDS,
    read,
    verify,
    sample_data,
)

__all__ = ["COMMANDS"]

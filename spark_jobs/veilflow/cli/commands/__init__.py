"""One module a command: NAME, add_arguments(parser) and run(arguments)."""

from types import ModuleType

from veilflow.cli.commands import (
    anonymize,
    classify,
    draft,
    explore,
    keys,
    label,
    plan,
    preview,
    read,
    reveal,
    run,
    sample_data,
    stage,
    suite,
    validate,
    verify,
)

COMMANDS: tuple[ModuleType, ...] = (
    draft,
    classify,
    plan,
    preview,
    explore,
    anonymize,
    label,
    run,
    *stage.COMMANDS,
    validate,
    suite,
    read,
    reveal,
    verify,
    keys,
    sample_data,
)

__all__ = ["COMMANDS"]

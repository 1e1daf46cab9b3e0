"""The command line. Exit code 0: done; 2: refused by a policy or a gate; 1: failed."""

from veilflow.cli.main import main

__all__ = ["main"]

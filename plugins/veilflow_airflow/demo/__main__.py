"""``python -m veilflow_airflow.demo [--once]``."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from typing import Any, NoReturn

from veilflow.errors import VeilflowError

from veilflow_airflow.demo.progress import Progress
from veilflow_airflow.demo.settings import read_settings
from veilflow_airflow.demo.story import run_demo

__all__ = ["main"]


class _Stopped(BaseException):
    """Somebody asked the demo to end."""


def main(arguments: list[str] | None = None) -> int:
    """Run the demo; 0 once the release is out, 1 if it failed, 130 if it was interrupted."""
    parser = argparse.ArgumentParser(prog="python -m veilflow_airflow.demo", description=__doc__)
    parser.add_argument(
        "--once", action="store_true", help="stop Airflow and exit when the release is out"
    )
    asked = parser.parse_args(arguments)
    # Airflow's configuration with its keys, its database and the password are this user's alone.
    os.umask(0o077)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _stop)
    from rich.console import Console

    progress = Progress(Console())
    try:
        return run_demo(read_settings(), progress, once=asked.once)
    except _Stopped:
        return 130
    except VeilflowError as error:
        print(error, file=sys.stderr)
        return error.exit_code


def _stop(number: int, frame: Any) -> NoReturn:
    # The end takes a few seconds; a second Ctrl-C must not leave it half done.
    for other in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(other, signal.SIG_IGN)
    raise _Stopped


if __name__ == "__main__":
    sys.exit(main())

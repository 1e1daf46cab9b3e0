"""Run by the harness in a process of its own: veilflow commands one after the other.

    python commands.py PLAN.json

Starting a JVM for each command would take most of the time, so they share this process, whose
output the harness keeps. What a command prints itself goes to files of its own.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
from pathlib import Path


def main(plan: Path) -> None:
    from veilflow.cli import main as veilflow

    for step in json.loads(plan.read_text()):
        os.environ.update(step["environment"])
        out, err = (Path(f"{step['output']}.{name}") for name in ("stdout", "stderr"))
        with out.open("w") as stdout, err.open("w") as stderr:
            with contextlib.redirect_stdout(stdout), contextlib.redirect_stderr(stderr):
                try:
                    code = str(veilflow(step["arguments"]))
                except SystemExit as ended:
                    code = str(ended.code)
        Path(f"{step['output']}.code").write_text(code)


if __name__ == "__main__":
    main(Path(sys.argv[1]))

"""Run by a test in a process of its own: a tree that doesn't want to end, and its end.

Prints the processes that are left when AirflowProcesses.stop() returns, and how many there were.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil
from veilflow_airflow.demo.processes import AirflowProcesses

# A parent that dies at once leaves a child in a session of its own that ignores SIGTERM.
STUBBORN = "import signal,time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)"
PARENT = f"""
import subprocess, sys
subprocess.Popen([sys.executable, "-c", {STUBBORN!r}], start_new_session=True)
"""

with AirflowProcesses({}, Path(tempfile.mkdtemp())) as airflow:
    subprocess.run([sys.executable, "-c", PARENT], check=True)
    subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    time.sleep(1.0)
    found = psutil.Process().children(recursive=True)
    airflow.stop(patience=1.0)
print(len(found), [one.pid for one in found if psutil.pid_exists(one.pid)])

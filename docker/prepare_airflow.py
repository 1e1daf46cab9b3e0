"""Once, before Airflow's services start: the login, then the database.

Airflow's simple login manager reads users' passwords from a file; the one of admin comes from
AIRFLOW_ADMIN_PASSWORD, and is written anew each time, so that changing it there is enough.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path


def write_passwords(path: Path, password: str) -> None:
    path.unlink(missing_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        json.dump({"admin": password}, file)


def main() -> int:
    path = Path(os.environ["AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE"])
    write_passwords(path, os.environ["AIRFLOW_ADMIN_PASSWORD"])
    return subprocess.run([sys.executable, "-m", "airflow", "db", "migrate"]).returncode


if __name__ == "__main__":
    sys.exit(main())

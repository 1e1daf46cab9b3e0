"""Write docker/.env: .env.example with a fresh random secret after every empty name.

    python3 docker/make_env.py

The file is readable by its owner alone. One that exists is kept: the data in the volumes can only
be opened with the secrets that it was written with.
"""

from __future__ import annotations

import base64
import os
import secrets
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parent


def secret_for(name: str) -> str:
    """A random value of the form that the reader of ``name`` demands."""
    if name == "AIRFLOW_FERNET_KEY":
        return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()
    if name == "MINIO_KMS_SECRET":
        return "veilflow:" + base64.b64encode(secrets.token_bytes(32)).decode()
    if name == "MINIO_ROOT_USER":
        return "veilflow-" + secrets.token_hex(6)
    # Hexadecimal, because one of them becomes part of a URL.
    return secrets.token_hex(24)


def filled(template: str) -> str:
    lines = []
    for line in template.splitlines():
        name, separator, value = line.partition("=")
        is_empty = separator and not value and not line.startswith("#")
        lines.append(f"{line}{secret_for(name)}" if is_empty else line)
    return "\n".join(lines) + "\n"


def main(folder: Path = FOLDER) -> int:
    target = folder / ".env"
    try:
        handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        print(f"{target} exists and is kept. Without it the volumes' data could not be opened.")
        return 1
    with os.fdopen(handle, "w") as env:
        env.write(filled((folder / ".env.example").read_text()))
    print(f"Wrote {target}. Next: docker compose -f docker/compose.yaml up --build --wait")
    print("The login is admin, with AIRFLOW_ADMIN_PASSWORD of that file.")
    return 0


if __name__ == "__main__":
    sys.exit(main())

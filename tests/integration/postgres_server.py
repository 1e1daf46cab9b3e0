"""PostgreSQL as a real server process in a folder of its own, reached over TCP with a password."""

from __future__ import annotations

import getpass
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.integration.moto_server import free_port

__all__ = ["Postgres", "postgres_server"]

_DEBIAN = Path("/usr/lib/postgresql")
_PASSWORD = "sesame-7f3a"


@dataclass(frozen=True)
class Postgres:
    """A running server; ``stop`` and ``start`` are those of its own ``pg_ctl``."""

    programs: Path
    folder: Path
    port: int
    user: str | None

    @property
    def uri(self) -> str:
        return f"postgresql://veilflow@127.0.0.1:{self.port}/postgres"

    @property
    def passfile(self) -> Path:
        return self.folder / "passfile"

    def start(self) -> None:
        options = f"-p {self.port} -h 127.0.0.1 -k {self.folder} -c fsync=off"
        self._call("pg_ctl", "-D", "data", "-w", "-l", "log", "-o", options, "start")

    def stop(self) -> None:
        self._call("pg_ctl", "-D", "data", "-w", "-m", "immediate", "stop")

    def make(self) -> None:
        (self.folder / "password").write_text(_PASSWORD)
        self._call("initdb", "-D", "data", "-U", "veilflow", "-A", "scram-sha-256",
                   "--pwfile=password", "--no-sync", "--no-locale", "-E", "UTF8")  # fmt: skip
        self.passfile.touch(mode=0o600)
        self.passfile.write_text(f"127.0.0.1:{self.port}:*:*:{_PASSWORD}\n")

    def _call(self, program: str, *arguments: str) -> None:
        environment = {k: v for k, v in os.environ.items() if not k.startswith("PG")}
        with (self.folder / "calls").open("ab") as log:
            subprocess.run(
                [str(self.programs / program), *arguments],
                cwd=self.folder, env=environment, user=self.user, check=True, timeout=120,
                stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip


@contextmanager
def postgres_server() -> Iterator[Postgres]:
    """A server that ends with the context. Skips the test where PostgreSQL isn't installed."""
    programs = _programs()
    if programs is None:
        pytest.skip("PostgreSQL's server isn't installed (Debian: apt-get install postgresql)")
    # It refuses to run as root, and root's temporary files are closed to others.
    user = "postgres" if getpass.getuser() == "root" else None
    folder = Path(tempfile.mkdtemp(prefix="veilflow-postgres-"))
    server = Postgres(programs, folder, free_port(), user)
    try:
        if user is not None:
            shutil.chown(folder, user)
        server.make()
        server.start()
        yield server
    finally:
        if (folder / "data/postmaster.pid").exists():
            server.stop()
        shutil.rmtree(folder)


def _programs() -> Path | None:
    found = shutil.which("initdb")
    if found is not None:
        return Path(found).parent if shutil.which("pg_ctl") else None
    versions = sorted(_DEBIAN.glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    return versions[-1].parent if versions else None

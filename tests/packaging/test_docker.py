"""The Compose file, the Dockerfile and the scripts of docker/, checked without a Docker engine.

No engine runs where these tests do: that the images build and start is not shown here.
"""

from __future__ import annotations

import importlib.util
import json
import re
import stat
import subprocess
import sys
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml

DOCKER = Path(__file__).resolve().parents[2] / "docker"
SERVICES: dict[str, dict[str, Any]] = yaml.safe_load((DOCKER / "compose.yaml").read_text())[
    "services"
]
VARIABLE = re.compile(r"\$\{(\w+)(?:(:-|:\?)([^}]*))?\}")


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    loaded = yaml.safe_load((DOCKER / "compose.yaml").read_text())
    assert isinstance(loaded, dict)
    return loaded


@pytest.fixture(scope="module")
def example() -> dict[str, str]:
    lines = (DOCKER / ".env.example").read_text().splitlines()
    pairs = (line.partition("=") for line in lines if line and not line.startswith("#"))
    return {name: value for name, _, value in pairs}


def script(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, DOCKER / f"{name}.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def schema_errors(document: dict[str, Any]) -> list[str]:
    from jsonschema.validators import validator_for

    folder = resources.files("check_jsonschema") / "builtin_schemas" / "vendor"
    schema = json.loads((folder / "compose-spec.json").read_text())
    errors = validator_for(schema)(schema).iter_errors(document)
    return [f"{'/'.join(map(str, error.absolute_path))}: {error.message}" for error in errors]


def test_compose_file_follows_the_compose_specification(compose: dict[str, Any]) -> None:
    assert schema_errors(compose) == []


def test_the_schema_notices_a_wrong_file(compose: dict[str, Any]) -> None:
    wrong = {**compose, "services": {"minio": {"imaeg": "minio"}}}
    assert schema_errors(wrong) != []


@pytest.mark.parametrize("name", SERVICES)
class TestService:
    def test_has_an_image_or_a_build_target(self, name: str) -> None:
        service = SERVICES[name]
        assert "image" in service
        if "build" in service:
            assert (DOCKER / service["build"]["context"]).resolve() == DOCKER.parent
            dockerfile = DOCKER.parent / service["build"]["dockerfile"]
            assert f" AS {service['build']['target']}\n" in dockerfile.read_text()

    def test_waits_for_services_that_exist_in_states_that_they_reach(self, name: str) -> None:
        for other, how in SERVICES[name].get("depends_on", {}).items():
            assert other in SERVICES
            if how["condition"] == "service_healthy":
                assert "healthcheck" in SERVICES[other]
            else:
                assert how["condition"] == "service_completed_successfully"
                assert SERVICES[other]["restart"] == "no"

    def test_long_running_services_have_a_health_check(self, name: str) -> None:
        service = SERVICES[name]
        assert ("healthcheck" in service) == (service["restart"] != "no")

    def test_uses_declared_volumes_and_secrets(self, name: str, compose: dict[str, Any]) -> None:
        service = SERVICES[name]
        for volume in service.get("volumes", []):
            assert volume.partition(":")[0] in compose["volumes"]
        assert set(service.get("secrets", [])) <= set(compose["secrets"])
        assert set(service["networks"]) <= set(compose["networks"])

    def test_publishes_on_the_loopback_address_only(self, name: str) -> None:
        for port in SERVICES[name].get("ports", []):
            assert port.startswith("127.0.0.1:")

    def test_has_no_rights(self, name: str) -> None:
        service = SERVICES[name]
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
        assert not service.get("privileged", False)
        if "build" not in service and name != "volume-owners":
            assert service["user"] != "root"


def test_nobody_needs_themselves() -> None:
    def before(name: str, seen: tuple[str, ...] = ()) -> Iterator[str]:
        assert name not in seen, (*seen, name)
        for other in SERVICES[name].get("depends_on", {}):
            yield other
            yield from before(other, (*seen, name))

    for name in SERVICES:
        list(before(name))


def test_every_variable_has_its_default_or_its_secret_in_the_example(
    example: dict[str, str],
) -> None:
    used = VARIABLE.findall((DOCKER / "compose.yaml").read_text())
    secrets = [value["environment"] for value in compose_secrets().values()]
    for name, kind, text in used:
        if kind == ":-":
            assert text == example[name], f"{name} differs from .env.example"
        else:
            assert kind == ":?", f"{name} has no default and no demand"
            assert example[name] == ""
    assert {name for name, _, _ in used} | set(secrets) == set(example)


def compose_secrets() -> dict[str, dict[str, str]]:
    loaded = yaml.safe_load((DOCKER / "compose.yaml").read_text())
    return dict(loaded["secrets"])


def test_no_secret_is_committed(example: dict[str, str]) -> None:
    for name, value in example.items():
        if re.search("PASSWORD|SECRET|KEY$|ROOT_USER", name):
            assert value == "", name
    ignored = (DOCKER.parent / ".gitignore").read_text().splitlines()
    assert "docker/.env" in ignored


def test_make_env_fills_in_fresh_secrets(tmp_path: Path) -> None:
    make_env = script("make_env")
    template = (DOCKER / ".env.example").read_text()
    made = []
    for name in ("one", "two"):
        folder = tmp_path / name
        folder.mkdir()
        (folder / ".env.example").write_text(template)
        assert make_env.main(folder) == 0
        target = folder / ".env"
        assert stat.S_IMODE(target.stat().st_mode) == 0o600
        text = target.read_text()
        assert not re.search(r"^\w+=$", text, re.MULTILINE)
        made.append(dict(re.findall(r"^(\w+)=(.+)$", text, re.MULTILINE)))
    empty = re.findall(r"^(\w+)=$", template, re.MULTILINE)
    assert len(empty) >= 8
    for name in empty:
        assert made[0][name] != made[1][name]
        assert len(made[0][name]) >= 20 or name == "MINIO_ROOT_USER"
    assert len({made[0][name] for name in empty}) == len(empty)


def test_make_env_keeps_what_is_there(tmp_path: Path) -> None:
    (tmp_path / ".env.example").write_text("A=\n")
    (tmp_path / ".env").write_text("A=kept\n")
    assert script("make_env").main(tmp_path) == 1
    assert (tmp_path / ".env").read_text() == "A=kept\n"


def test_secrets_have_the_form_that_their_reader_demands() -> None:
    from cryptography.fernet import Fernet

    make_env = script("make_env")
    Fernet(make_env.secret_for("AIRFLOW_FERNET_KEY"))
    assert re.fullmatch(r"veilflow:[A-Za-z0-9+/]{43}=", make_env.secret_for("MINIO_KMS_SECRET"))
    assert re.fullmatch(r"[0-9a-f]{48}", make_env.secret_for("POSTGRES_PASSWORD"))


def test_login_file_is_private_and_written_anew(tmp_path: Path) -> None:
    prepare = script("prepare_airflow")
    path = tmp_path / "passwords.json"
    for password in ("first", "second"):
        prepare.write_passwords(path, password)
        assert json.loads(path.read_text()) == {"admin": password}
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize("region", ["us-east-1", "eu-west-2"])
def test_bucket_is_made_once(monkeypatch: pytest.MonkeyPatch, region: str) -> None:
    import boto3
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        for name, value in {
            "AWS_ENDPOINT_URL_S3": f"http://{host}:{port}",
            "AWS_ACCESS_KEY_ID": "x",
            "AWS_SECRET_ACCESS_KEY": "x",
            "AWS_REGION": region,
            "AWS_DEFAULT_REGION": region,
            "S3_BUCKET": f"veilflow-{region}",
        }.items():
            monkeypatch.setenv(name, value)
        make_bucket = script("make_bucket")
        assert make_bucket.main() == 0
        assert make_bucket.main() == 0
        versions = boto3.client("s3").get_bucket_versioning(Bucket=f"veilflow-{region}")
        assert versions["Status"] == "Enabled"
    finally:
        server.stop()


def test_entrypoint_refuses_to_start_without_a_secret(tmp_path: Path) -> None:
    result = subprocess.run(
        [DOCKER / "entrypoint", sys.executable, "-c", "print('started')"],
        env={"SPARK_SECRET_FILE": str(tmp_path / "none"), "SPARK_CONF_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert result.returncode == 1
    assert "docker/make_env.py" in result.stderr
    assert result.stdout == ""


def copied() -> list[str]:
    """Paths that the Dockerfile copies from the repository."""
    text = (DOCKER / "Dockerfile").read_text().replace("\\\n", " ")
    lines = [line.split()[1:-1] for line in text.splitlines() if line.startswith("COPY ")]
    return [path for line in lines if not line[0].startswith("--from") for path in line]


@pytest.mark.parametrize("path", copied())
def test_dockerfile_copies_what_exists_and_is_sent_to_the_engine(path: str) -> None:
    assert list(DOCKER.parent.glob(path)), path
    sent = [
        line[1:]
        for line in (DOCKER / "Dockerfile.dockerignore").read_text().splitlines()
        if line.startswith("!")
    ]
    assert any(path == entry or path.startswith(f"{entry}/") for entry in sent), path


def test_images_install_extras_that_exist() -> None:
    setup = (DOCKER.parent / "setup.cfg").read_text()
    for extras in re.findall(r"\.whl\)\[([\w,]+)\]", (DOCKER / "Dockerfile").read_text()):
        for extra in extras.split(","):
            assert f"\n{extra} =\n" in setup

"""The compose file and the Dockerfile name only what is there: services, settings, commands, extras, addresses."""

import json
import re
import tomllib
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import yaml
from sqlalchemy.engine import make_url

from assistant import cli
from assistant.settings import read_settings

ROOT = Path(__file__).parent.parent
COMPOSE = yaml.safe_load((ROOT / "deploy" / "compose.yaml").read_text(encoding="utf-8"))
SERVICES = COMPOSE["services"]
DOCKERFILE = (ROOT / "deploy" / "Dockerfile").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def settings():
    return read_settings(ROOT / "deploy")


def test_every_volume_and_dependency_is_declared():
    assert set(SERVICES) == {"app", "postgres", "chroma", "vllm"}
    assert set(SERVICES["app"]["depends_on"]) == set(SERVICES) - {"app"}
    for service in SERVICES.values():
        for volume in service.get("volumes", ()):
            source = volume.split(":")[0]
            assert source in COMPOSE["volumes"] or (ROOT / "deploy" / source).exists()
        for name, needed in service.get("depends_on", {}).items():
            assert needed["condition"] == "service_started" or "healthcheck" in SERVICES[name]


def test_the_settings_are_read_and_point_to_the_services(settings):
    language, records = urlsplit(settings.language.base_url), make_url(settings.records.url)
    assert (language.hostname, settings.vectors.host, records.host) == ("vllm", "chroma", "postgres")
    database = SERVICES["postgres"]["environment"]
    assert (records.username, records.database) == (database["POSTGRES_USER"], database["POSTGRES_DB"])
    command = SERVICES["vllm"]["command"]
    assert command[command.index("--model") + 1] == settings.language.model
    assert settings.language.api_key_env in SERVICES["app"]["environment"]


def test_every_variable_of_the_app_is_read_by_somebody(settings):
    code = "".join(file.read_text(encoding="utf-8") for package in ("assistant", "ui") for file in _files(package))
    read_elsewhere = {"PGPASSWORD": "PostgreSQL's own client library", settings.language.api_key_env: "shop.toml"}
    for name in SERVICES["app"]["environment"]:
        assert name in read_elsewhere or f'"{name}"' in code, f"nobody reads {name}"


def test_no_secret_has_a_value_here():
    for service in SERVICES.values():
        for name, value in service.get("environment", {}).items():
            if "PASSWORD" in name or "KEY" in name:
                assert re.fullmatch(r"\$\{[A-Z_]+:\?[^}]+\}", value), f"{name} must come from outside, and be asked for"


@pytest.mark.parametrize("service", ["app", "Dockerfile"])
def test_the_command_is_one_of_the_program(service):
    of_image = json.loads(re.search(r"^CMD (\[.*\])$", DOCKERFILE, re.M)[1])
    said = SERVICES["app"]["command"] if service == "app" else of_image
    given = cli._parser().parse_args(said)
    assert (given.host, given.port, given.no_browser) == ("0.0.0.0", 7860, True)


def test_the_image_copies_what_is_there_and_installs_extras_that_exist():
    for line in re.findall(r"^COPY (.+) \S+$", DOCKERFILE, re.M):
        assert all((ROOT / name).exists() for name in line.split())
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = re.search(r'"\.\[(.+)\]"', DOCKERFILE)[1].split(",")
    assert set(extras) <= set(project["optional-dependencies"])
    packages = set(re.findall(r"^COPY (\w+) \1$", DOCKERFILE, re.M))
    assert {"assistant", "retrieval", "analytics", "ui"} <= packages


def test_the_healthcheck_asks_an_address_that_answers(tmp_path):
    from fastapi.testclient import TestClient
    from served_shop import access_of_shop, make_shop
    from starlette.applications import Starlette

    from ui.beside import beside

    asked = urlsplit(re.search(r"u\.urlopen\('([^']+)'", SERVICES["app"]["healthcheck"]["test"][-1])[1])
    assert asked.port == 7860
    shop = make_shop(tmp_path)
    app = Starlette(**beside(shop, access_of_shop(shop)).as_arguments())
    assert TestClient(app).get(asked.path).status_code == 200
    shop.close()


def _files(package):
    return sorted((ROOT / package).rglob("*.py"))

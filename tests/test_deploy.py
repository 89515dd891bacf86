"""The compose file and the Dockerfile name only what is there: services, settings, commands, extras, addresses."""

import json
import re
import shutil
import tomllib
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import yaml
from packaging.requirements import Requirement
from sqlalchemy.engine import make_url

from assistant import building, cli
from assistant.settings import FILE, read_settings

ROOT = Path(__file__).parent.parent
WRITTEN = (ROOT / "deploy" / "compose.yaml").read_text(encoding="utf-8")
VARIABLE = re.compile(r"\$\{(\w+)(?::([-?])([^}]*))?\}")  # as Compose writes them: with a default, or asked for
OWN_SHOP = {"SHOP": "my-shop", "COMMAND": "serve"}


def composed(**environment):
    """The file as Compose reads it with these variables; those that are asked for have some value."""
    return yaml.safe_load(
        VARIABLE.sub(lambda found: environment.get(found[1], found[3] if found[2] == "-" else "some"), WRITTEN)
    )


COMPOSE = yaml.safe_load(WRITTEN)
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
            source = VARIABLE.sub(lambda found: found[3], volume).split(":")[0]
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
    said = composed()["services"]["app"]["command"] if service == "app" else of_image
    given = cli._parser().parse_args(said)
    assert (given.host, given.port, given.no_browser) == ("0.0.0.0", 7860, True)


def test_the_demo_shop_is_built_in_a_folder_that_holds_only_these_settings(tmp_path):
    shutil.copy(ROOT / "deploy" / "shop.toml", tmp_path)
    building.check_demo_folder(tmp_path)
    assert not building.has_history(tmp_path)


def test_a_shop_of_ones_own_has_volumes_and_a_command_of_its_own():
    demo, own = composed(), composed(**OWN_SHOP)
    assert demo["services"]["app"]["command"][0] == "demo"
    assert own["services"]["app"]["command"][0] == "serve"
    for name in ("shop", "records", "vectors"):
        assert demo["volumes"][name]["name"] != own["volumes"][name]["name"]
    assert f"export {' '.join(f'{name}={value}' for name, value in OWN_SHOP.items())}" in WRITTEN


def test_every_command_of_the_first_lines_is_one_of_the_program():
    said = re.findall(r"docker compose run --rm(?: --volume (\S+))? app (.+)$", WRITTEN, re.M)
    assert [command.split()[0] for _, command in said] == ["ingest", "fit"]
    for volume, command in said:
        given = cli._parser().parse_args(command.split())
        if volume:
            target = volume.split(":")[1]
            assert all(str(path).startswith(target) for path in (given.path, given.mapping))


def test_every_variable_has_a_default_or_is_asked_for_and_told_in_the_first_lines():
    head = WRITTEN.partition("services:")[0]
    for name, how, said in VARIABLE.findall(WRITTEN):
        assert (how, bool(said)) in (("-", True), ("?", True)), f"{name} has neither a default nor a reason"
        assert how == "-" or f"{name}=" in head
    assert "$" not in VARIABLE.sub("", WRITTEN)


def test_the_ports_are_those_that_are_listened_on(settings):
    app, vllm = composed()["services"]["app"], SERVICES["vllm"]
    port = app["command"][app["command"].index("--port") + 1]
    assert [each.split(":")[-1] for each in app["ports"]] == [port]
    assert re.search(r"^EXPOSE (\d+)$", DOCKERFILE, re.M)[1] == port
    assert f"127.0.0.1:{urlsplit(settings.language.base_url).port}/" in vllm["healthcheck"]["test"][-1]
    assert settings.vectors.port == 8000  # Chroma's own
    for name, service in SERVICES.items():
        assert name == "app" or "ports" not in service, f"{name} is for the app only, not for the network"


def test_the_shops_folder_is_where_the_image_expects_it():
    folder = SERVICES["app"]["environment"]["RETAIL_ASSISTANT_SHOP"]
    assert f"shop:{folder}" in SERVICES["app"]["volumes"]
    assert any(volume.endswith(f":{folder}/{FILE}:ro") for volume in SERVICES["app"]["volumes"])
    assert f"VOLUME {folder}\n" in DOCKERFILE
    assert f"ENV RETAIL_ASSISTANT_SHOP={folder}\n" in DOCKERFILE
    assert f"chown shopkeeper {folder}\n" in DOCKERFILE


def test_every_image_is_of_a_named_version_that_the_client_speaks_with():
    images = {name: service["image"] for name, service in SERVICES.items() if "image" in service}
    assert set(images) | {"app"} == set(SERVICES)
    assert all(re.search(r":v?\d+(\.\d+)*$", image) for image in images.values())
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = next(Requirement(each) for each in project["dependencies"] if each.startswith("chromadb"))
    assert images["chroma"].rpartition(":")[2] in wanted.specifier


def test_the_form_is_that_of_the_compose_specification():
    assert set(COMPOSE) == {"services", "volumes"}
    for service in SERVICES.values():
        assert set(service) <= {"build", "image", "command", "environment", "ports", "volumes", "depends_on",
                                "healthcheck", "restart", "deploy"}  # fmt: skip
        assert ("build" in service) != ("image" in service)
        assert service["restart"] in ("no", "always", "on-failure", "unless-stopped")
        check = service.get("healthcheck", {"test": ["CMD", "true"]})
        assert set(check) <= {"test", "interval", "timeout", "retries", "start_period"}
        assert check["test"][0] in ("CMD", "CMD-SHELL")
        for name in ("interval", "timeout", "start_period"):
            assert re.fullmatch(r"\d+(s|m|h)", check.get(name, "1s"))
    built = SERVICES["app"]["build"]
    assert (ROOT / "deploy" / built["context"] / built["dockerfile"]).samefile(ROOT / "deploy" / "Dockerfile")


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

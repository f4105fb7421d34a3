"""What the Supervisor and Docker read of the app fits the rest of the repository."""

from __future__ import annotations

import re
import tomllib
from typing import Any

import pytest
from homeassistant.util.yaml import load_yaml_dict

from custom_components.llmos_assistant.const import DEFAULT_PORT, DOMAIN
from custom_components.llmos_assistant.engine import store

from .image import APP, DOCKERFILE, ROOT


def read(name: str) -> dict[str, Any]:
    """A YAML file of the app."""
    return load_yaml_dict(str(APP / name))


CONFIG = read("config.yaml")


def test_the_store_finds_the_app() -> None:
    assert {"name", "url", "maintainer"} == load_yaml_dict(str(ROOT / "repository.yaml")).keys()
    assert {"name", "version", "slug", "description", "arch"} <= CONFIG.keys()
    assert CONFIG["slug"] == APP.name


def test_home_assistant_is_told_where_the_engine_listens() -> None:
    assert CONFIG["discovery"] == [DOMAIN]
    assert list(CONFIG["ports"]) == [f"{DEFAULT_PORT}/tcp"]
    assert CONFIG["watchdog"] == f"tcp://[HOST]:[PORT:{DEFAULT_PORT}]"
    dockerfile = DOCKERFILE.read_text("utf-8")
    assert f"EXPOSE {DEFAULT_PORT}" in dockerfile
    assert f"tcp://127.0.0.1:{DEFAULT_PORT}" in dockerfile


def test_every_option_has_a_type_and_the_required_ones_a_default() -> None:
    schema, options = CONFIG["schema"], CONFIG["options"]

    assert {key for key, kind in schema.items() if not kind.endswith("?")} == options.keys()
    for option in ("speech_model", "chat_model"):
        choices = re.fullmatch(r"list\((.+)\)", schema[option])[1].split("|")
        assert options[option] in choices
        assert set(choices) - {"none"} <= store.MODELS.keys()


@pytest.mark.parametrize("language", ["en", "zh-Hans"])
def test_every_option_and_port_is_described(language: str) -> None:
    texts = read(f"translations/{language}.yaml")

    assert texts["configuration"].keys() == CONFIG["schema"].keys()
    assert all(text["name"] and text["description"] for text in texts["configuration"].values())
    assert texts["network"].keys() == CONFIG["ports"].keys()


def test_every_kind_of_machine_has_a_base_and_it_is_the_default() -> None:
    bases = read("build.yaml")["build_from"]

    assert bases.keys() == set(CONFIG["arch"])
    [default] = re.findall(r"^ARG BUILD_FROM=(.+)$", DOCKERFILE.read_text("utf-8"), re.MULTILINE)
    assert set(bases.values()) == {default}


def test_packages_are_those_that_the_engine_is_tested_with() -> None:
    groups = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["dependency-groups"]
    lines = (APP / "requirements.txt").read_text("utf-8").splitlines()

    # The Supervisor tells of the app: it has nothing to announce in the network.
    wanted = [package for package in groups["engine"] if not package.startswith("zeroconf=")]
    assert [line for line in lines if not line.startswith("#")] == wanted


def test_the_profile_is_the_apps_own() -> None:
    profile = (APP / "apparmor.txt").read_text("utf-8")

    assert re.findall(r"^profile (\S+) ", profile, re.MULTILINE) == [CONFIG["slug"]]
    assert re.findall(r"^  (\S+) rwk,$", profile, re.MULTILINE) == ["/data/**"]

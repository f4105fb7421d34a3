"""What HACS and Home Assistant's hassfest ask of the files of an integration."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from homeassistant.util.yaml import load_yaml_dict
from PIL import Image

from custom_components.llmos_assistant import issues
from custom_components.llmos_assistant.const import DOMAIN, NAME
from custom_components.llmos_assistant.engine.store import MODELS
from custom_components.llmos_assistant.home.problems import ProblemKind
from custom_components.llmos_assistant.install import SPEECH_MODEL

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "custom_components" / DOMAIN


def read(name: str) -> dict[str, Any]:
    """A JSON or YAML file of the integration."""
    return load_yaml_dict(str(FOLDER / name))


def test_manifest_has_what_is_required_in_order() -> None:
    manifest = json.loads((FOLDER / "manifest.json").read_text("utf-8"))
    keys = list(manifest)

    assert keys[:2] == ["domain", "name"]
    assert keys[2:] == sorted(keys[2:])
    assert {"codeowners", "documentation", "issue_tracker", "version", "iot_class"} <= set(keys)
    assert (manifest["domain"], manifest["name"]) == (DOMAIN, NAME)
    assert manifest["config_flow"] is True
    assert manifest["integration_type"] == "service"
    assert re.fullmatch(r"\d+\.\d+\.\d+", manifest["version"])
    assert all("==" in requirement for requirement in manifest["requirements"])


def test_hacs_knows_the_name_and_the_oldest_home_assistant() -> None:
    hacs = json.loads((ROOT / "hacs.json").read_text("utf-8"))

    assert hacs["name"] == NAME
    assert re.fullmatch(r"\d{4}\.\d+\.\d+", hacs["homeassistant"])
    assert [path.name for path in (ROOT / "custom_components").iterdir() if path.is_dir()] == [
        DOMAIN
    ]


@pytest.mark.parametrize(("name", "size"), [("icon.png", 256), ("icon@2x.png", 512)])
def test_brand_icon_has_the_size_and_transparency_asked_for(name: str, size: int) -> None:
    with Image.open(FOLDER / "brand" / name) as icon:
        assert icon.format == "PNG"
        assert icon.size == (size, size)
        assert icon.getchannel("A").getextrema() == (0, 255)


def test_english_is_what_the_strings_say() -> None:
    assert read("translations/en.json") == read("strings.json")


def test_every_action_is_described_and_has_an_icon() -> None:
    actions, strings, icons = read("services.yaml"), read("strings.json"), read("icons.json")

    assert actions.keys() == strings["services"].keys() == icons["services"].keys()
    for name, action in actions.items():
        described = strings["services"][name]
        assert described["name"]
        assert described["description"]
        assert action["fields"].keys() == described["fields"].keys()
        assert all(field["name"] and field["description"] for field in described["fields"].values())
        assert all("selector" in field for field in action["fields"].values())


def test_every_text_that_the_code_asks_for_exists_and_is_asked_for() -> None:
    source = "\n".join(path.read_text("utf-8") for path in FOLDER.rglob("*.py"))
    strings = read("strings.json")
    used = set(re.findall(r'translation_key="([a-z_0-9]+)"', source))
    used |= set(re.findall(r'\.phrase\(\s*"([a-z_0-9]+)"', source))
    used |= set(re.findall(r'(?:_error|_refused)\("([a-z_0-9]+)"', source))
    used |= set(re.findall(r'InstallError\("([a-z_0-9]+)"', source))
    used |= set(re.findall(r'return "(unsupported_[a-z_0-9]+)"', source))
    used |= set(ProblemKind)
    beginnings = tuple(re.findall(r'f"([a-z_]+_)\{', source))  # of keys that end in what was asked

    keys = strings["exceptions"].keys()
    assert used <= keys
    others = {key for key in keys - used if not key.startswith(beginnings)}
    assert others == {key for key in others if f'"{key}"' in source}
    assert strings["config"]["error"].keys() <= strings["exceptions"].keys()
    told = set(issues.ALL) - {issues.UNSUPPORTED}
    told |= {key for key in used if key.startswith("unsupported_")}
    assert strings["issues"].keys() == told


def test_every_step_of_the_flow_is_described() -> None:
    files = ("config_flow.py", "chat_offer.py", "install_steps.py", "app_discovery.py")
    source = "".join((FOLDER / file).read_text("utf-8") for file in files)
    steps = set(re.findall(r"async def async_step_([a-z_]+)", source)) - {
        "install",
        "finish",
        "hassio",
        "without_chat",
        "zeroconf",
    }

    config = read("strings.json")["config"]
    assert steps == config["step"].keys()
    for step in config["step"].values():
        assert step["title"]
        assert step.get("data", {}).keys() == step.get("data_description", {}).keys()


def test_every_step_of_the_options_is_described() -> None:
    files = ("options_flow.py", "install_steps.py")
    source = "".join((FOLDER / file).read_text("utf-8") for file in files)
    steps = set(re.findall(r"async def async_step_([a-z_]+)", source)) - {"install"}
    errors = set(re.findall(r'(?:InstallError\(|= )"([a-z]+_[a-z_]+)"', source))

    strings = read("strings.json")
    options = strings["options"]
    assert steps == options["step"].keys()
    for step in options["step"].values():
        assert step["title"]
        assert step.get("data", {}).keys() == step.get("data_description", {}).keys()
    assert errors <= options["error"].keys()
    assert options["step"]["init"]["menu_options"].keys() <= steps


def test_every_error_of_a_model_is_worded() -> None:
    files = [*(FOLDER / "engine").glob("*.py"), FOLDER / "models.py"]
    source = "\n".join(path.read_text("utf-8") for path in files)
    named = re.findall(
        r'(?:ModelError|SourceError|InstallError)\((?:[^"()]|f?"[^"]*",?)*?\s"([a-z_]+)",', source
    )
    asked = {*named, *re.findall(r'InstallError\("([a-z_]+)"', source)}
    strings = read("strings.json")

    assert {"no_such_repository", "unreachable", "no_space", "cannot_load"} <= asked
    assert asked <= strings["options"]["error"].keys()
    assert asked <= strings["exceptions"].keys()


def test_every_model_can_be_told_of() -> None:
    source = (FOLDER / "model_texts.py").read_text("utf-8")
    asked = set(re.findall(r'"((?:model|stored)_[a-z_]+)"', source))
    asked |= {f"note_{model.note}" for model in MODELS.values() if model.note}
    hub = (FOLDER / "hub.py").read_text("utf-8")
    asked |= {f"note_too_little_{what}" for what in re.findall(r'return "([a-z]+)"', hub)}

    assert asked == read("strings.json")["common"].keys()


def test_the_speech_model_is_fetched_from_sources_with_known_files() -> None:
    assert SPEECH_MODEL.sources
    assert all(re.fullmatch(r"[0-9a-f]{64}", file.sha256) for file in SPEECH_MODEL.files)

"""Every text there is, in every language that there is a file for."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from string import Formatter
from typing import Any

import pytest
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.translation import async_get_translations
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.llmos_assistant import const
from custom_components.llmos_assistant.const import DOMAIN, NAME
from custom_components.llmos_assistant.health import State

FOLDER = Path(const.__file__).parent
FILES = sorted((FOLDER / "translations").glob("*.json"))
_MARKUP = re.compile(r"\*\*|```|\n\n|^- |\]\(", re.MULTILINE)


def leaves(tree: Any, path: str = "") -> dict[str, str]:
    """The texts of a file, by the path to each."""
    if isinstance(tree, str):
        return {path: tree}
    return {k: v for key, value in tree.items() for k, v in leaves(value, f"{path}.{key}").items()}


def read(path: Path) -> dict[str, str]:
    """The texts of a JSON file, by the path to each."""
    return leaves(json.loads(path.read_text("utf-8")))


STRINGS = read(FOLDER / "strings.json")


def names(path: str) -> set[str]:
    """What the strings have at this place: keys of texts, or of groups of them."""
    return {key.removeprefix(path).split(".")[1] for key in STRINGS if key.startswith(f"{path}.")}


def placeholders(text: str) -> Counter[str]:
    """How often a text has each."""
    return Counter(field for _, field, _, _ in Formatter().parse(text) if field is not None)


def test_the_languages_of_the_interface_are_there() -> None:
    assert {"en", "zh-Hans"} <= {path.stem for path in FILES}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_translation_has_every_text_with_its_placeholders_and_markup(path: Path) -> None:
    texts = read(path)

    assert texts.keys() == STRINGS.keys()
    assert [key for key, text in texts.items() if not text.strip() or text != text.strip()] == []
    for key, text in texts.items():
        assert placeholders(text) == placeholders(STRINGS[key]), key
        assert Counter(_MARKUP.findall(text)) == Counter(_MARKUP.findall(STRINGS[key])), key


@pytest.mark.parametrize(
    "path", [path for path in FILES if path.stem != "en"], ids=lambda path: path.stem
)
def test_a_translation_leaves_nothing_in_english(path: Path) -> None:
    def has_words(text: str) -> bool:
        return bool(re.search("[A-Za-z]", re.sub(rf"\{{\w+\}}|{NAME}", "", text)))

    texts = read(path)
    left = {key for key, text in texts.items() if text == STRINGS[key] and has_words(text)}
    assert left == set()


async def test_home_assistant_speaks_chinese_to_who_does(hass: HomeAssistant) -> None:
    texts = await async_get_translations(hass, "zh-Hans", "exceptions", {DOMAIN})

    assert texts[f"component.{DOMAIN}.exceptions.today.message"] == "今天"


async def test_every_entity_is_named(home: HomeAssistant, assistant: MockConfigEntry) -> None:
    entries = er.async_entries_for_config_entry(er.async_get(home), assistant.entry_id)
    used = {f".entity.{e.domain}.{e.translation_key}.name" for e in entries if e.translation_key}

    assert used == {key for key in STRINGS if re.fullmatch(r"\.entity(\.\w+){2}\.name", key)}
    assert names(".entity.sensor.health.state") == set(State)


def test_every_choice_is_named() -> None:
    assert {key for key in STRINGS if key.startswith(".selector.")} == {
        f".selector.{key}.options.{option}"
        for key, options in {
            const.CONF_ENGINE: (const.ENGINE_LOCAL, const.ENGINE_REMOTE),
            const.CONF_CHAT_MODEL: (const.NO_MODEL, const.OWN_MODEL),
            const.CONF_SPEECH_MODEL: (const.OWN_MODEL,),
        }.items()
        for option in options
    }


def test_every_end_and_stage_of_a_flow_is_worded() -> None:
    source = "\n".join(path.read_text("utf-8") for path in FOLDER.glob("*.py"))

    reasons = set(re.findall(r'async_abort\(reason="(\w+)"', source))
    assert reasons
    assert reasons <= names(".config.abort") | names(".options.abort")
    endings = re.search(r"description = (.+)\n.*\n +description = (.+)", source)
    assert endings is not None
    assert set(re.findall(r'"(\w+)"', " ".join(endings.groups()))) == names(".config.create_entry")
    stages = set(re.findall(r'(?:_async_show_stage\(|STAGE_\w+(?:: Final)? = )"(\w+)"', source))
    assert stages
    assert stages <= names(".config.progress") | names(".options.progress")

"""What can be told to others: diagnostics and system health, without what is personal."""

from __future__ import annotations

from pathlib import Path

import pytest
from homeassistant.components import conversation
from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.setup import async_setup_component
from homeassistant.util.yaml import load_yaml_dict
from pytest_homeassistant_custom_component.common import MockConfigEntry, get_system_health_info
from pytest_homeassistant_custom_component.components.diagnostics import (
    get_diagnostics_for_config_entry,
)
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.llmos_assistant import system_health
from custom_components.llmos_assistant.const import DOMAIN
from custom_components.llmos_assistant.engine.protocol import Step
from custom_components.llmos_assistant.engine.store import MODELS

from .scripted_engine import ScriptedEngine
from .test_ai_task import generate

AGENT = "conversation.llmos_assistant"
REDACTED = "**REDACTED**"


async def say(hass: HomeAssistant, text: str) -> str:
    """Write `text` to the agent; its answer."""
    result = await conversation.async_converse(hass, text, None, Context(), "en", AGENT)
    await hass.async_block_till_done(wait_background_tasks=True)
    return str(result.response.speech["plain"]["speech"])


async def test_tell_the_engine_but_not_its_place(
    home: HomeAssistant, assistant: MockConfigEntry, hass_client: ClientSessionGenerator
) -> None:
    diagnostics = await get_diagnostics_for_config_entry(home, hass_client, assistant)

    engine = diagnostics["engine"]
    assert (engine["state"], engine["memory_bytes"]) == ("running", 2**28)
    assert engine["info"]["intent"][0]["name"] == "scripted"
    assert diagnostics["entry"]["host"] == REDACTED
    assert set(diagnostics["models"]) == set(MODELS)
    assert DOMAIN not in str(diagnostics["machine"])
    assert "127.0.0.1" not in str(diagnostics)


async def test_tell_neither_host_nor_folders_in_reasons(
    home: HomeAssistant,
    entry: MockConfigEntry,
    engine: ScriptedEngine,
    hass_client: ClientSessionGenerator,
) -> None:
    entry.add_to_hass(home)
    own_model = {"chat_model": "/home/anna/models/llama"}
    home.config_entries.async_update_entry(entry, options=own_model)
    assert await home.config_entries.async_setup(entry.entry_id)
    await home.async_block_till_done(wait_background_tasks=True)
    entry.runtime_data.engine.uri = "tcp://127.0.0.1:1"
    assert "127.0.0.1" in await say(home, "turn on the light")

    diagnostics = await get_diagnostics_for_config_entry(home, hass_client, entry)

    assert diagnostics["options"]["chat_model"] == "…/llama"
    assert diagnostics["engine"]["reason"] == f"No engine answers at tcp://{REDACTED}:1"
    assert diagnostics["engine"]["memory_bytes"] is None
    assert not {"anna", "127.0.0.1"} & set(str(diagnostics).replace("/", " ").split())


async def test_tell_commands_but_not_what_is_private(
    home: HomeAssistant,
    assistant: MockConfigEntry,
    engine: ScriptedEngine,
    hass_client: ClientSessionGenerator,
) -> None:
    engine.plan("bed light on", Step("HassTurnOn", {"name": "bed light"}))
    engine.plan("tell all I quit", Step("HassBroadcast", {"message": "I quit"}))
    for text in ("bed light on", "tell all I quit", "am I in love"):
        await say(home, text)

    diagnostics = await get_diagnostics_for_config_entry(home, hass_client, assistant)

    chat, broadcast, command = diagnostics["requests"]
    assert command["text"] == "bed light on"
    assert command["plan"][0]["slots"] == {"name": "bed light"}
    assert command["answer"] == REDACTED
    assert command["times"].keys() == {"understand", "act", "total"}
    assert (chat["text"], chat["route"]) == (REDACTED, "chat")
    assert broadcast["text"] == REDACTED
    assert broadcast["plan"][0]["slots"] == {"message": REDACTED}
    assert "quit" not in str(diagnostics)


async def test_tell_questions_of_automations_but_not_their_instructions(
    home: HomeAssistant,
    assistant: MockConfigEntry,
    engine: ScriptedEngine,
    hass_client: ClientSessionGenerator,
) -> None:
    engine.plan("is any light on", Step("HassGetState", {"domain": "light", "state": "on"}))
    engine.chat = ["Dear Anna."]
    await generate(home, "is any light on")
    await generate(home, "write a letter to Anna")
    engine.error = "It is on fire."
    with pytest.raises(HomeAssistantError):
        await generate(home, "is Anna at home")

    diagnostics = await get_diagnostics_for_config_entry(home, hass_client, assistant)

    failed, letter, question = diagnostics["requests"]
    assert (question["source"], question["text"]) == ("ai_task", "is any light on")
    assert (letter["route"], letter["text"], letter["answer"]) == ("chat", REDACTED, REDACTED)
    assert (failed["text"], failed["error"]) == (REDACTED, "no_engine")
    assert "Anna" not in str(diagnostics["requests"])


async def test_tell_no_words_at_all_with_privacy(
    home: HomeAssistant,
    assistant: MockConfigEntry,
    engine: ScriptedEngine,
    hass_client: ClientSessionGenerator,
) -> None:
    engine.plan("bed light on", Step("HassTurnOn", {"name": "bed light"}))
    await say(home, "bed light on")
    switch = {"entity_id": "switch.llmos_assistant_keep_no_transcripts"}
    await home.services.async_call("switch", "turn_on", switch, blocking=True)
    await say(home, "bed light on")

    diagnostics = await get_diagnostics_for_config_entry(home, hass_client, assistant)

    assert diagnostics["privacy"] is True
    (request,) = diagnostics["requests"]
    assert (request["text"], request["plan"], request["route"]) == ("", [], "command")
    assert "bed" not in str(diagnostics["requests"])


async def test_system_health(
    home: HomeAssistant, assistant: MockConfigEntry, engine: ScriptedEngine
) -> None:
    assert await async_setup_component(home, "system_health", {})
    engine.plan("x", Step("HassTurnOn", {"name": "bed light"}))
    await say(home, "x")

    info = await get_system_health_info(home, DOMAIN)

    last = info.pop("last_answer")
    assert last.removesuffix(" ms").isdigit()
    assert info == {
        "engine": "running",
        "engine_place": "remote",
        "engine_version": None,
        "speech_model": "scripted",
        "command_model": "scripted",
        "chat_model": None,
    }
    strings = load_yaml_dict(str(Path(system_health.__file__).with_name("strings.json")))
    assert strings["system_health"]["info"].keys() == {*info, "last_answer"}

    assert await home.config_entries.async_unload(assistant.entry_id)
    assert await get_system_health_info(home, DOMAIN) == {"engine": "not_loaded"}

"""Setting up, unloading and removing an entry."""

from __future__ import annotations

import pytest
from homeassistant.components.assist_pipeline.pipeline import async_get_pipelines
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.components.diagnostics import (
    get_diagnostics_for_config_entry,
)
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.llmos_assistant.const import CONF_PIPELINE_ID, DOMAIN, NAME

from .scripted_engine import ScriptedEngine


def entity_ids(hass: HomeAssistant, entry: MockConfigEntry) -> set[str]:
    """The entities of `entry` that have a state."""
    registered = er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id)
    return {
        entity.entity_id
        for entity in registered
        if (state := hass.states.get(entity.entity_id)) and state.state != "unavailable"
    }


async def test_adds_one_entity_a_kind(home: HomeAssistant, assistant: MockConfigEntry) -> None:
    assert entity_ids(home, assistant) == {"stt.llmos_assistant", "conversation.llmos_assistant"}


async def test_unloads_and_loads_again(home: HomeAssistant, assistant: MockConfigEntry) -> None:
    assert await home.config_entries.async_unload(assistant.entry_id)
    assert assistant.state is ConfigEntryState.NOT_LOADED
    assert entity_ids(home, assistant) == set()

    assert await home.config_entries.async_setup(assistant.entry_id)
    await home.async_block_till_done()
    assert len(entity_ids(home, assistant)) == 2


async def test_creates_the_pipeline_once_and_takes_it_away(
    home: HomeAssistant, assistant: MockConfigEntry
) -> None:
    def ours() -> list[tuple[str, str | None]]:
        return [
            (pipeline.conversation_engine, pipeline.stt_engine)
            for pipeline in async_get_pipelines(home)
            if pipeline.name == NAME
        ]

    assert ours() == [("conversation.llmos_assistant", "stt.llmos_assistant")]
    await home.config_entries.async_reload(assistant.entry_id)
    await home.async_block_till_done()
    assert len(ours()) == 1
    assert assistant.data[CONF_PIPELINE_ID] in {p.id for p in async_get_pipelines(home)}

    await home.config_entries.async_remove(assistant.entry_id)
    assert ours() == []


async def test_is_put_off_while_no_engine_answers(
    home: HomeAssistant, entry: MockConfigEntry, caplog: pytest.LogCaptureFixture
) -> None:
    entry.add_to_hass(home)
    home.config_entries.async_update_entry(entry, data={**entry.data, "port": 1})

    assert not await home.config_entries.async_setup(entry.entry_id)

    assert entry.state is ConfigEntryState.SETUP_RETRY
    assert entry.reason == "The engine cannot do its work: No engine answers at tcp://127.0.0.1:1"
    assert entity_ids(home, entry) == set()
    told = [r for r in caplog.records if "not ready yet" in r.message]
    assert len(told) == 1
    assert not [r for r in caplog.records if r.levelname in ("WARNING", "ERROR") and r.exc_info]


async def test_is_put_off_while_the_engine_lacks_a_model(
    home: HomeAssistant, entry: MockConfigEntry, engine: ScriptedEngine
) -> None:
    engine.has_speech = False
    entry.add_to_hass(home)

    assert not await home.config_entries.async_setup(entry.entry_id)

    assert entry.state is ConfigEntryState.SETUP_RETRY
    assert entry.error_reason_translation_key == "engine_incomplete"


async def test_diagnostics_tell_the_engine_but_not_its_place(
    home: HomeAssistant, assistant: MockConfigEntry, hass_client: ClientSessionGenerator
) -> None:
    diagnostics = await get_diagnostics_for_config_entry(home, hass_client, assistant)

    assert diagnostics["engine"]["intent"][0]["name"] == "scripted"
    assert diagnostics["entry"]["host"] == "**REDACTED**"
    assert diagnostics["engine_memory_bytes"] is None
    assert set(diagnostics["models"]) == {"whisper-base"}
    assert DOMAIN not in str(diagnostics["machine"])

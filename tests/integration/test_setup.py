"""Setting up, unloading and removing an entry."""

from __future__ import annotations

import threading
from collections.abc import Generator
from pathlib import Path
from unittest.mock import patch

import pytest
from homeassistant.components.assist_pipeline.pipeline import async_get_pipelines
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers import issue_registry as ir
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.llmos_assistant.const import CONF_PIPELINE_ID, DOMAIN, NAME
from custom_components.llmos_assistant.engine.store import Model, ModelError, Progress

from .scripted_engine import ScriptedEngine

ENTITIES = {
    "ai_task.llmos_assistant",
    "button.llmos_assistant_free_memory",
    "conversation.llmos_assistant",
    "sensor.llmos_assistant_chat_model",
    "sensor.llmos_assistant_engine",
    "sensor.llmos_assistant_engine_memory",
    "sensor.llmos_assistant_speech_model",
    "sensor.llmos_assistant_time_to_act",
    "sensor.llmos_assistant_time_to_answer",
    "sensor.llmos_assistant_time_to_hear",
    "sensor.llmos_assistant_time_to_understand",
    "stt.llmos_assistant",
    "switch.llmos_assistant_keep_no_transcripts",
}


def entity_ids(hass: HomeAssistant, entry: MockConfigEntry) -> set[str]:
    """The entities of `entry` that have a state."""
    registered = er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id)
    return {
        entity.entity_id
        for entity in registered
        if (state := hass.states.get(entity.entity_id)) and state.state != "unavailable"
    }


async def test_adds_its_entities(home: HomeAssistant, assistant: MockConfigEntry) -> None:
    assert entity_ids(home, assistant) == ENTITIES


async def test_unloads_and_loads_again(home: HomeAssistant, assistant: MockConfigEntry) -> None:
    assert await home.config_entries.async_unload(assistant.entry_id)
    assert assistant.state is ConfigEntryState.NOT_LOADED
    assert entity_ids(home, assistant) == set()

    assert await home.config_entries.async_setup(assistant.entry_id)
    await home.async_block_till_done()
    assert entity_ids(home, assistant) == ENTITIES


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


class Download:
    """A download of the speech model that takes as long as the test wants."""

    def __init__(self) -> None:
        """Let it be missing."""
        self.may_end = threading.Event()
        self.has_ended = False

    def install(self, folder: Path, model: Model, progress: Progress) -> None:
        """Download it, in a thread."""
        self.may_end.wait(10)
        progress(1, 1)
        self.has_ended = True

    def is_installed(self, folder: Path, model: Model | None) -> bool:
        """Whether it is there."""
        return self.has_ended


@pytest.fixture
def download() -> Generator[Download]:
    """What a restored backup starts with: an entry, and no model."""
    download = Download()
    module = "custom_components.llmos_assistant.install"
    with (
        patch(f"{module}.async_process_requirements"),
        patch(f"{module}.store.install", download.install),
        patch(f"{module}._is_installed", download.is_installed),
    ):
        yield download
        download.may_end.set()


@pytest.fixture
def local_entry() -> MockConfigEntry:
    """An entry for an engine on this machine."""
    return MockConfigEntry(domain=DOMAIN, data={"engine": "local", "language": "en"})


async def test_a_missing_model_is_downloaded_in_the_background(
    home: HomeAssistant,
    local_entry: MockConfigEntry,
    local_engine: ScriptedEngine,
    download: Download,
) -> None:
    local_entry.add_to_hass(home)
    with patch("custom_components.llmos_assistant._INSTALLATION_WAIT", 0.01):
        assert not await home.config_entries.async_setup(local_entry.entry_id)
    assert local_entry.state is ConfigEntryState.SETUP_RETRY
    assert local_entry.error_reason_translation_key == "installing"

    download.may_end.set()
    await home.async_block_till_done(wait_background_tasks=True)

    assert home.config_entries.async_loaded_entries(DOMAIN) == [local_entry]


async def test_a_download_that_fails_is_told(
    home: HomeAssistant, local_entry: MockConfigEntry, download: Download
) -> None:
    local_entry.add_to_hass(home)
    with patch(
        "custom_components.llmos_assistant.install.store.install",
        side_effect=ModelError("Cannot download the model."),
    ):
        assert not await home.config_entries.async_setup(local_entry.entry_id)

    assert local_entry.state is ConfigEntryState.SETUP_RETRY
    assert local_entry.reason == "Cannot download the model"


async def test_a_machine_that_cannot_run_the_engine_is_to_be_repaired(
    home: HomeAssistant, local_entry: MockConfigEntry, issue_registry: ir.IssueRegistry
) -> None:
    local_entry.add_to_hass(home)
    with patch(
        "custom_components.llmos_assistant.unsupported_reason", return_value="unsupported_musl"
    ):
        assert not await home.config_entries.async_setup(local_entry.entry_id)
    assert local_entry.state is ConfigEntryState.SETUP_ERROR
    issue = issue_registry.async_get_issue(DOMAIN, "unsupported")
    assert issue is not None
    assert issue.translation_key == "unsupported_musl"

    await home.config_entries.async_remove(local_entry.entry_id)
    assert issue_registry.async_get_issue(DOMAIN, "unsupported") is None

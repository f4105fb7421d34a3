"""The integration with its own engine process and the real models, and Home Assistant's Wyoming."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from homeassistant.components import conversation, stt
from homeassistant.config_entries import SOURCE_USER, ConfigEntryState
from homeassistant.const import EVENT_HOMEASSISTANT_STOP
from homeassistant.core import Context, HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.llmos_assistant.const import DOMAIN, ENV_MODELS
from custom_components.llmos_assistant.engine import store
from custom_components.llmos_assistant.supervisor import EngineSupervisor
from tests.conftest import recording, stream

from .audio import METADATA


@pytest.fixture
def models(monkeypatch: pytest.MonkeyPatch) -> None:
    """Use the models that were downloaded for the tests."""
    monkeypatch.setenv(ENV_MODELS, str(store.default_folder()))


async def say(hass: HomeAssistant, agent_id: str, text: str) -> str:
    """Say `text` to the agent; its answer, which Wyoming's agent has none of."""
    result = await conversation.async_converse(hass, text, None, Context(), "en", agent_id)
    await hass.async_block_till_done()
    return str(result.response.speech.get("plain", {}).get("speech", ""))


async def hear(hass: HomeAssistant, entity_id: str, name: str) -> str:
    """Play a recording to the entity; its transcript in lower case without punctuation."""
    entity = stt.async_get_speech_to_text_entity(hass, entity_id)
    assert entity is not None
    result = await entity.async_process_audio_stream(METADATA, stream(recording(name)))
    assert result.result is stt.SpeechResultState.SUCCESS
    return "".join(c for c in (result.text or "").lower() if c.isalpha() or c == " ").strip()


def is_running(pid: int) -> bool:
    """Whether there is a process with this id."""
    return Path(f"/proc/{pid}").exists()


@pytest.mark.usefixtures("models", "sockets")
async def test_from_the_first_click_to_removal(home: HomeAssistant) -> None:
    form = await home.config_entries.flow.async_init(DOMAIN, context={"source": SOURCE_USER})
    progress = await home.config_entries.flow.async_configure(form["flow_id"], {})
    assert progress["type"] is FlowResultType.SHOW_PROGRESS
    await home.async_block_till_done(wait_background_tasks=True)
    result = await home.config_entries.flow.async_configure(form["flow_id"])
    await home.async_block_till_done()
    assert result["type"] is FlowResultType.CREATE_ENTRY
    entry = result["result"]
    assert entry.state is ConfigEntryState.LOADED
    told = result["description_placeholders"]
    assert float(told["understanding"]) > 0
    assert float(told["hearing"]) > 0
    assert home.states.get("light.bed_light").state == "off"
    await say(home, "conversation.llmos_assistant", told["sentence"])
    assert home.states.get("light.bed_light").state == "on"

    assert await hear(home, "stt.llmos_assistant", "turn-on-the-lights") == "turn on the lights"
    answer = await say(home, "conversation.llmos_assistant", "turn off the kitchen lights")
    assert home.states.get("light.kitchen_lights").state == "off"
    assert answer.startswith("Turned off the light")

    engine = entry.runtime_data.engine
    assert isinstance(engine, EngineSupervisor)
    first = engine.pid
    assert first is not None
    os.kill(first, signal.SIGKILL)
    await say(home, "conversation.llmos_assistant", "turn on the kitchen lights")
    assert home.states.get("light.kitchen_lights").state == "on"
    second = engine.pid
    assert second not in (None, first)

    assert await home.config_entries.async_reload(entry.entry_id)
    assert not is_running(second)
    third = entry.runtime_data.engine.pid
    assert await home.config_entries.async_remove(entry.entry_id)
    assert not is_running(third)
    assert home.states.async_entity_ids("stt") == []


@pytest.mark.usefixtures("models", "sockets")
async def test_the_engine_stops_with_home_assistant(home: HomeAssistant) -> None:
    entry = MockConfigEntry(domain=DOMAIN, data={"engine": "local", "language": "en"})
    entry.add_to_hass(home)
    assert await home.config_entries.async_setup(entry.entry_id)
    pid = entry.runtime_data.engine.pid
    assert is_running(pid)

    home.bus.async_fire(EVENT_HOMEASSISTANT_STOP)
    await home.async_block_till_done()

    assert not is_running(pid)


@pytest.mark.usefixtures("sockets")
async def test_a_damaged_model_is_told(
    home: HomeAssistant, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    folder = tmp_path / store.WHISPER_BASE.name
    folder.mkdir()
    for file in store.WHISPER_BASE.files:
        with (folder / file.name).open("wb") as damaged:
            damaged.truncate(file.size)
    monkeypatch.setenv(ENV_MODELS, str(tmp_path))
    monkeypatch.setattr(store, "install", lambda *_: folder)  # no second download in tests
    entry = MockConfigEntry(domain=DOMAIN, data={"engine": "local", "language": "en"})
    entry.add_to_hass(home)

    assert not await home.config_entries.async_setup(entry.entry_id)
    await home.async_block_till_done(wait_background_tasks=True)

    assert entry.state is ConfigEntryState.SETUP_RETRY
    assert entry.error_reason_translation_key == "engine_incomplete"


@pytest.mark.usefixtures("sockets")
async def test_home_assistants_own_wyoming_integration_uses_the_engine(
    home: HomeAssistant, engine_uri: str
) -> None:
    uri = urlsplit(engine_uri)
    entry = MockConfigEntry(
        domain="wyoming", title="Engine", data={"host": uri.hostname, "port": uri.port}
    )
    entry.add_to_hass(home)
    assert await home.config_entries.async_setup(entry.entry_id)
    await home.async_block_till_done()
    (ear,) = home.states.async_entity_ids("stt")
    (agent,) = set(home.states.async_entity_ids("conversation")) - {"conversation.home_assistant"}

    assert await hear(home, ear, "turn-on-the-lights") == "turn on the lights"
    await say(home, agent, "turn off the kitchen lights")

    assert home.states.get("light.kitchen_lights").state == "off"

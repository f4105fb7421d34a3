"""The device page: what its sensors tell, and what its button does."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncGenerator
from datetime import timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any
from unittest.mock import patch

import pytest
from homeassistant.components import conversation
from homeassistant.components.homeassistant.exposed_entities import async_should_expose
from homeassistant.config_entries import ConfigSubentry
from homeassistant.const import EntityCategory
from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers import entity_registry as er
from homeassistant.util import dt as dt_util
from homeassistant.util.yaml import load_yaml_dict
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_fire_time_changed

from custom_components.llmos_assistant.const import DOMAIN, ENV_MODELS
from custom_components.llmos_assistant.engine import store
from custom_components.llmos_assistant.engine.protocol import Step
from custom_components.llmos_assistant.health import State

from .scripted_engine import ScriptedEngine, serving

AGENT = "conversation.llmos_assistant"
FOLDER = Path(store.__file__).parents[1]


async def say(hass: HomeAssistant, text: str) -> str:
    """Write `text` to the agent; its answer."""
    result = await conversation.async_converse(hass, text, None, Context(), "en", AGENT)
    await hass.async_block_till_done(wait_background_tasks=True)
    return str(result.response.speech["plain"]["speech"])


def sensor(hass: HomeAssistant, name: str) -> str:
    """The state of a sensor."""
    return str(hass.states.get(f"sensor.llmos_assistant_{name}").state)


def is_running(pid: int) -> bool:
    """Whether there is a process with this id."""
    return Path(f"/proc/{pid}").exists()


async def later(hass: HomeAssistant, seconds: float) -> None:
    """Let so many seconds pass."""
    async_fire_time_changed(hass, dt_util.utcnow() + timedelta(seconds=seconds))
    await hass.async_block_till_done(wait_background_tasks=True)


async def test_tells_the_times_of_the_last_request(
    home: HomeAssistant, engine: ScriptedEngine, assistant: MockConfigEntry
) -> None:
    assert sensor(home, "time_to_answer") == "unknown"
    engine.plan("x", Step("HassTurnOn", {"name": "bed light"}))

    await say(home, "x")

    assert sensor(home, "time_to_hear") == "unknown"
    times = [int(sensor(home, f"time_to_{verb}")) for verb in ("understand", "act", "answer")]
    assert times[2] + 1 >= times[0] + times[1]  # each is rounded
    state = home.states.get("sensor.llmos_assistant_time_to_answer")
    assert state.attributes["unit_of_measurement"] == "ms"
    assert state.attributes["device_class"] == "duration"


async def test_tells_the_models_and_memory_of_an_engine_elsewhere(
    home: HomeAssistant, engine: ScriptedEngine, assistant: MockConfigEntry
) -> None:
    assert sensor(home, "engine") == "running"
    assert sensor(home, "speech_model") == "scripted"
    assert sensor(home, "chat_model") == "unknown"
    assert float(sensor(home, "engine_memory")) == 256
    memory = home.states.get("sensor.llmos_assistant_engine_memory")
    assert memory.attributes["unit_of_measurement"] == "MiB"

    engine.chat = ["Hello."]
    engine.memory = 2**29
    await later(home, 5)
    assert await say(home, "hello") == "Hello."

    assert float(sensor(home, "engine_memory")) == 512
    assert sensor(home, "chat_model") == "scripted"


async def test_an_engine_elsewhere_goes_and_comes_back(
    home: HomeAssistant,
    engine: ScriptedEngine,
    entry: MockConfigEntry,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Each is told once, however many requests fail; it is found again without a request."""
    elsewhere = ScriptedEngine()
    entry.add_to_hass(home)
    async with serving(elsewhere):
        home.config_entries.async_update_entry(entry, data={**entry.data, "port": elsewhere.port})
        assert await home.config_entries.async_setup(entry.entry_id)
        await home.async_block_till_done(wait_background_tasks=True)
        assert sensor(home, "engine") == "running"
        caplog.clear()

    for _ in range(3):
        assert "No engine answers" in await say(home, "turn on the light")
    assert sensor(home, "engine") == "failing"
    assert sensor(home, "engine_memory") == "unknown"
    ours = [r for r in caplog.records if r.name.startswith("custom_components")]
    told = [r for r in ours if r.levelname in ("WARNING", "ERROR")]
    assert [r.message.partition(":")[0] for r in told] == ["The engine is not available"]

    with patch.object(
        entry.runtime_data.engine, "info", wraps=entry.runtime_data.engine.info
    ) as look:
        for seconds in range(5, 60, 5):
            await later(home, seconds)
        assert look.call_count <= 1  # it is asked for once a minute
    async with serving(elsewhere, elsewhere.port):
        await later(home, 130)
        assert sensor(home, "engine") == "running"
    assert [r.message for r in caplog.records].count("The engine is available again") == 1


async def press(hass: HomeAssistant) -> None:
    """Press the button that frees memory."""
    await hass.services.async_call(
        "button", "press", {"entity_id": "button.llmos_assistant_free_memory"}, blocking=True
    )


async def test_the_button_frees_memory_elsewhere(
    home: HomeAssistant, engine: ScriptedEngine, assistant: MockConfigEntry
) -> None:
    await later(home, 5)

    await press(home)

    assert engine.memory == 2**26
    await later(home, 5)
    assert float(sensor(home, "engine_memory")) == 64
    assert sensor(home, "engine") == "running"


async def test_an_engine_elsewhere_that_is_away_cannot_free_memory(
    home: HomeAssistant, assistant: MockConfigEntry
) -> None:
    assistant.runtime_data.engine.uri = "tcp://127.0.0.1:1"
    with pytest.raises(HomeAssistantError, match="No engine answers at") as told:
        await press(home)
    assert told.value.translation_key == "engine_failed"


async def test_an_engine_elsewhere_that_cannot_free_memory_has_no_button(
    home: HomeAssistant, engine: ScriptedEngine, entry: MockConfigEntry
) -> None:
    engine.frees_memory = False
    entry.add_to_hass(home)
    assert await home.config_entries.async_setup(entry.entry_id)

    assert home.states.async_entity_ids("button") == []


@pytest.fixture
async def local(
    home: HomeAssistant, sockets: None, monkeypatch: pytest.MonkeyPatch
) -> AsyncGenerator[MockConfigEntry]:
    """An entry with a process and the real models of its own."""
    monkeypatch.setenv(ENV_MODELS, str(store.default_folder()))
    entry = MockConfigEntry(domain=DOMAIN, data={"engine": "local", "language": "en"})
    entry.add_to_hass(home)
    assert await home.config_entries.async_setup(entry.entry_id)
    await home.async_block_till_done(wait_background_tasks=True)
    yield entry
    await home.config_entries.async_unload(entry.entry_id)


async def test_the_button_frees_memory_until_the_next_request(
    home: HomeAssistant, local: MockConfigEntry
) -> None:
    assert sensor(home, "speech_model") == "whisper-base"
    assert float(sensor(home, "engine_memory")) > 50
    pid = local.runtime_data.engine.pid
    assert is_running(pid)

    await press(home)
    await later(home, 5)

    assert not is_running(pid)
    assert sensor(home, "engine") == "stopped"
    assert sensor(home, "engine_memory") == "unknown"
    assert sensor(home, "speech_model") == "whisper-base"

    await say(home, "turn off the kitchen lights")
    assert home.states.get("light.kitchen_lights").state == "off"
    assert sensor(home, "engine") == "running"
    await later(home, 5)
    assert float(sensor(home, "engine_memory")) > 50


async def test_a_process_that_dies_is_noticed_before_anybody_speaks(
    home: HomeAssistant, local: MockConfigEntry
) -> None:
    failing = asyncio.Event()
    health = local.runtime_data.engine.health
    health.listen(lambda: failing.set() if health.state is State.FAILING else None)

    os.kill(local.runtime_data.engine.pid, signal.SIGKILL)
    async with asyncio.timeout(10):
        await failing.wait()

    assert sensor(home, "engine") == "failing"
    await say(home, "turn on the kitchen lights")
    assert sensor(home, "engine") == "running"


async def test_assist_answers_while_another_model_is_put_to_use(
    home: HomeAssistant, local: MockConfigEntry
) -> None:
    """Whoever speaks just then waits, and gets an answer, not an error."""
    before = local.runtime_data.engine.pid
    answers: set[str] = set()
    is_over = False

    async def keep_asking() -> None:
        while not is_over:
            result = await conversation.async_converse(
                home, "turn off the kitchen lights", None, Context(), "en", AGENT
            )
            answers.add(str(result.response.speech["plain"]["speech"]))
            await asyncio.sleep(0)

    asking = asyncio.create_task(keep_asking())
    await asyncio.sleep(0.2)
    home.config_entries.async_update_entry(local, options={"chat_model": "not-here"})
    async with asyncio.timeout(60):
        while local.runtime_data.engine.pid in (before, None):  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    await asyncio.sleep(0.5)
    is_over = True
    await asking

    assert answers == {"Turned off the lights"}
    await home.async_block_till_done(wait_background_tasks=True)
    assert "There is no chat model in not-here" in local.runtime_data.engine.log_excerpt()


async def test_another_assistant_leaves_the_engine_running(
    home: HomeAssistant, local: MockConfigEntry
) -> None:
    pid = local.runtime_data.engine.pid
    before = local.runtime_data
    talker = ConfigSubentry(
        data=MappingProxyType({"control": True}),
        subentry_type="conversation",
        title="Talker",
        unique_id=None,
    )

    home.config_entries.async_add_subentry(local, talker)
    await home.async_block_till_done(wait_background_tasks=True)

    assert local.runtime_data is not before
    assert local.runtime_data.engine.pid == pid
    assert sensor(home, "engine") == "running"
    await say(home, "turn off the kitchen lights")
    assert home.states.get("light.kitchen_lights").state == "off"

    assert await home.config_entries.async_unload(local.entry_id)
    assert not is_running(pid)


def read(name: str) -> dict[str, Any]:
    """A JSON file of the integration."""
    return load_yaml_dict(str(FOLDER / name))


async def test_all_are_named_sorted_and_on_one_device(
    home: HomeAssistant, assistant: MockConfigEntry
) -> None:
    entities = er.async_entries_for_config_entry(er.async_get(home), assistant.entry_id)
    (device,) = dr.async_entries_for_config_entry(dr.async_get(home), assistant.entry_id)
    assert {entity.device_id for entity in entities} == {device.id}
    assert device.entry_type is dr.DeviceEntryType.SERVICE

    abilities = {"ai_task", "conversation", "stt"}
    status = [entity for entity in entities if entity.domain not in abilities]
    for entity in status:
        assert not async_should_expose(home, "conversation", entity.entity_id)
        category = EntityCategory.DIAGNOSTIC if entity.domain == "sensor" else EntityCategory.CONFIG
        assert entity.entity_category is category
        strings = read("strings.json")["entity"][entity.domain][entity.translation_key]
        assert strings["name"] == entity.original_name
        assert read("icons.json")["entity"][entity.domain][entity.translation_key]["default"]
    disabled = {entity.translation_key for entity in status if entity.disabled_by}
    assert disabled == {"command_model", "engine_version"}
    states = read("strings.json")["entity"]["sensor"]["health"]["state"]
    assert states.keys() == set(State)

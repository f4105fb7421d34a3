"""The config flow, as somebody clicks through it."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path
from unittest.mock import patch

import pytest
from homeassistant.components.assist_pipeline import (
    async_get_pipeline,
    async_get_pipelines,
    async_update_pipeline,
)
from homeassistant.components.homeassistant.exposed_entities import async_expose_entity
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers.translation import async_get_translations
from homeassistant.requirements import RequirementsNotFound
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.llmos_assistant.config_flow import LlmosConfigFlow
from custom_components.llmos_assistant.const import CONF_ENGINE, DOMAIN, ENGINE_LOCAL, NAME
from custom_components.llmos_assistant.engine.store import ModelError
from custom_components.llmos_assistant.engine_client import EngineClient
from custom_components.llmos_assistant.hub import Hub
from custom_components.llmos_assistant.install import InstallError, async_install

from .flows import start, submit
from .scripted_engine import ScriptedEngine, serving

_PACKAGE = "custom_components.llmos_assistant"


@pytest.fixture
def installed() -> Generator[None]:
    """Make all that the engine needs be there."""
    with (
        patch(f"{_PACKAGE}.install.async_process_requirements"),
        patch(f"{_PACKAGE}.install.store.install"),
        patch(f"{_PACKAGE}.install._is_installed", return_value=True),
    ):
        yield


async def test_defaults_end_in_a_loaded_entry(
    home: HomeAssistant, local_engine: ScriptedEngine, installed: None
) -> None:
    form = await start(home)
    assert (form["type"], form["step_id"], form["errors"]) == (FlowResultType.FORM, "user", {})

    result = await submit(home, form)

    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["title"] == NAME
    assert result["result"].state is ConfigEntryState.LOADED
    assert result["data"] == {
        "engine": "local",
        "language": "en",
        "create_pipeline": True,
        "preferred_pipeline": True,
    }
    assert result["options"] == {"chat_model": "none"}
    assert home.states.async_entity_ids("stt") == ["stt.llmos_assistant"]
    assert "conversation.llmos_assistant" in home.states.async_entity_ids("conversation")
    assert home.states.async_entity_ids("ai_task") == ["ai_task.llmos_assistant"]
    assert async_get_pipeline(home).name == NAME

    assert await home.config_entries.async_remove(result["result"].entry_id)
    assert [pipeline.name for pipeline in async_get_pipelines(home)] == ["Home Assistant"]
    assert async_get_pipeline(home).name == "Home Assistant"


async def test_a_home_that_has_a_voice_assistant_keeps_it_preferred(
    home: HomeAssistant, local_engine: ScriptedEngine, installed: None
) -> None:
    await async_update_pipeline(
        home, async_get_pipeline(home), stt_engine="stt.of_before", stt_language="en"
    )

    result = await submit(home, await start(home))

    assert result["data"]["preferred_pipeline"] is False
    assert async_get_pipeline(home).stt_engine == "stt.of_before"


async def test_the_first_screen_tells_what_is_here_and_what_is_recommended(
    home: HomeAssistant,
) -> None:
    with patch(f"{_PACKAGE}.install.store.is_installed", return_value=False):
        told = (await start(home))["description_placeholders"]

    assert {key: told[key] for key in ("cpu", "cores", "memory", "disk", "warning")} == {
        "cpu": "Some CPU",
        "cores": "4",
        "memory": "3.1 GB",
        "disk": "12 GB",
        "warning": "",
    }
    assert told["speech"] == "Base, which fits most hubs: 150 MB to download with what it needs"
    assert told["chat"].startswith(
        "Qwen2.5 Coder 1.5B: 1.1 GB to download, 1.9 GB of memory. It fits this hub"
    )

    with patch(f"{_PACKAGE}.flow_forms.download_size", return_value=0):
        told = (await start(home))["description_placeholders"]
    assert told["speech"] == "Base, which fits most hubs: is here already"


@pytest.mark.parametrize(
    ("hub", "key", "words"),
    [
        (Hub("", 2, 8 << 30, 8 << 30, 1 << 40), "chat", "fewer than four cores"),
        (Hub("", 4, 8 << 30, 1 << 30, 1 << 40), "chat", "more memory than is free"),
        (Hub("", 4, 8 << 30, 8 << 30, 1 << 30), "chat", "needs 4.5 GB of disk space"),
        (Hub("", 4, 1 << 30, 100_000_000, 1 << 40), "warning", "500 MB and 100 MB are free"),
    ],
)
async def test_the_first_screen_tells_what_this_hub_has_too_little_of(
    home: HomeAssistant, hub: Hub, key: str, words: str
) -> None:
    with patch(f"{_PACKAGE}.flow_forms.read_hub", return_value=hub):
        form = await start(home)

    assert words in form["description_placeholders"][key]
    assert form["errors"] == {}  # nothing that cannot be overruled


async def test_nothing_is_downloaded_without_enough_disk(
    home: HomeAssistant, local_engine: ScriptedEngine, installed: None
) -> None:
    with (
        patch(f"{_PACKAGE}.install.store.is_installed", return_value=False),
        patch(f"{_PACKAGE}.install.disk_free", return_value=200_000_000),
        patch(f"{_PACKAGE}.install.store.install") as download,
    ):
        form = await start(home)
        again = await submit(home, form)

    assert form["errors"] == again["errors"] == {"base": "no_disk"}
    assert form["description_placeholders"]["needed"] == "300 MB"
    assert form["description_placeholders"]["free"] == "200 MB"
    assert not download.called

    assert (await submit(home, again))["type"] is FlowResultType.CREATE_ENTRY


async def last_words(hass: HomeAssistant, **exposed: bool) -> str:
    """What the last screen says in a home where some things are exposed or not."""
    for domain, is_exposed in exposed.items():
        for state in hass.states.async_all(domain):
            async_expose_entity(hass, "conversation", state.entity_id, is_exposed)
    result = await submit(hass, await start(hass))
    strings = await async_get_translations(hass, "en", "config", {DOMAIN})
    text = strings[f"component.{DOMAIN}.config.create_entry.{result['description']}"]
    return text.format(**(result["description_placeholders"] or {}))


@pytest.mark.usefixtures("installed", "local_engine")
async def test_the_last_screen_tells_how_fast_it_is_and_names_a_light(home: HomeAssistant) -> None:
    words = await last_words(home)

    assert "a command in about" in words
    assert "**turn on the Bed Light**" in words  # it is off, the others are on


@pytest.mark.usefixtures("installed", "local_engine")
async def test_without_a_light_the_last_screen_names_something_else(home: HomeAssistant) -> None:
    words = await last_words(home, light=False, cover=False, lock=True)

    assert "**is the Front Door locked?**" in words


@pytest.mark.usefixtures("installed", "local_engine")
async def test_the_last_screen_names_no_garage_door(home: HomeAssistant) -> None:
    for state in home.states.async_all("cover"):
        if state.attributes.get("device_class") != "garage":
            home.states.async_remove(state.entity_id)

    assert "Garage" not in await last_words(home, light=False, cover=True, lock=False)


@pytest.mark.usefixtures("installed", "local_engine")
async def test_where_nothing_is_exposed_the_last_screen_tells_how(home: HomeAssistant) -> None:
    words = await last_words(home, light=False, cover=False, lock=False)

    assert "Voice assistants > Expose" in words


async def test_another_machine(home: HomeAssistant, engine: ScriptedEngine) -> None:
    form = await submit(home, await start(home), engine="remote")
    assert form["step_id"] == "remote"

    failed = await submit(home, form, host="127.0.0.1", port=1)
    assert failed["errors"] == {"base": "engine_failed"}
    assert failed["description_placeholders"] == {
        "reason": "No engine answers at tcp://127.0.0.1:1"
    }

    result = await submit(home, failed, host=" 127.0.0.1 ", port=engine.port)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert (result["data"]["host"], result["data"]["port"]) == ("127.0.0.1", engine.port)
    assert result["result"].state is ConfigEntryState.LOADED


async def test_why_another_machine_does_not_answer_is_said_in_the_language_of_the_home(
    home: HomeAssistant, engine: ScriptedEngine
) -> None:
    await home.config.async_update(language="zh-Hans")
    form = await submit(home, await start(home), engine="remote")

    failed = await submit(home, form, host="127.0.0.1", port=1)

    assert failed["description_placeholders"]["reason"] == "tcp://127.0.0.1:1 上没有引擎应答"


async def test_another_machine_must_hear_and_understand(
    home: HomeAssistant, engine: ScriptedEngine
) -> None:
    engine.has_speech = False
    form = await submit(home, await start(home), engine="remote")

    failed = await submit(home, form, host="127.0.0.1", port=engine.port)

    assert failed["errors"] == {"base": "engine_incomplete"}


async def test_leads_elsewhere_where_the_engine_cannot_run(
    home: HomeAssistant, engine: ScriptedEngine
) -> None:
    with patch(f"{_PACKAGE}.install.sysconfig.get_config_var", return_value="x86_64-pc-linux-musl"):
        form = await start(home)
        remote = await submit(home, form)  # the default is what can work

    assert (form["step_id"], form["errors"]) == ("elsewhere", {})
    assert "Alpine Linux" in form["description_placeholders"]["why"]
    assert remote["step_id"] == "remote"

    result = await submit(home, remote, host="127.0.0.1", port=engine.port)
    assert result["type"] is FlowResultType.CREATE_ENTRY


@pytest.mark.parametrize(
    ("target", "error", "key", "reason"),
    [
        (
            "async_process_requirements",
            RequirementsNotFound(DOMAIN, ["ctranslate2==4.8.5"]),
            "requirements_failed",
            "ctranslate2==4.8.5",
        ),
        ("store.install", ModelError("No space."), "model_failed", "No space"),
    ],
)
async def test_an_installation_that_fails_can_be_tried_again(
    home: HomeAssistant,
    local_engine: ScriptedEngine,
    installed: None,
    target: str,
    error: Exception,
    key: str,
    reason: str,
) -> None:
    with patch(f"{_PACKAGE}.install.{target}", side_effect=error):
        failed = await submit(home, await start(home))

    assert failed["step_id"] == "install_failed"
    assert failed["errors"] == {"base": key}
    assert failed["description_placeholders"]["reason"] == reason
    assert home.config_entries.async_entries(DOMAIN) == []

    assert (await submit(home, failed))["type"] is FlowResultType.CREATE_ENTRY


async def test_an_engine_that_cannot_hear_is_no_success(
    home: HomeAssistant, local_engine: ScriptedEngine, installed: None
) -> None:
    local_engine.error = "the speech model is broken"

    failed = await submit(home, await start(home))

    assert (failed["step_id"], failed["errors"]) == ("install_failed", {"base": "engine_failed"})
    assert failed["description_placeholders"]["reason"] == "the speech model is broken"


async def test_is_added_once(home: HomeAssistant, assistant: MockConfigEntry) -> None:
    result = await start(home)

    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "single_instance_allowed"


async def test_a_second_set_up_that_ends_after_the_first_is_one_too_many(
    home: HomeAssistant, entry: MockConfigEntry, local_engine: ScriptedEngine, installed: None
) -> None:
    form = await start(home)
    flow = home.config_entries.flow
    result = await flow.async_configure(form["flow_id"], {})
    assert result["type"] is FlowResultType.SHOW_PROGRESS
    entry.add_to_hass(home)  # as by a flow that was quicker
    await home.async_block_till_done(wait_background_tasks=True)
    result = await flow.async_configure(form["flow_id"])

    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "single_instance_allowed")
    assert home.config_entries.async_entries(DOMAIN) == [entry]


async def test_this_machine_is_refused_where_it_cannot_run_the_engine(
    home: HomeAssistant, assistant: MockConfigEntry, installed: None
) -> None:
    """A form that was opened before Home Assistant was moved to such a system."""
    form = await assistant.start_reconfigure_flow(home)
    with patch(f"{_PACKAGE}.config_flow.unsupported_reason", return_value="unsupported_musl"):
        result = await submit(home, form, engine="local")

    assert (result["step_id"], result["errors"]) == ("reconfigure", {"base": "unsupported_musl"})
    assert assistant.data[CONF_ENGINE] == "remote"


async def test_a_32_bit_system_is_led_elsewhere(home: HomeAssistant) -> None:
    with patch(f"{_PACKAGE}.install.sys.maxsize", 2**31 - 1):
        form = await start(home)

    assert form["step_id"] == "elsewhere"
    assert "64-bit" in form["description_placeholders"]["why"]


async def test_a_report_that_comes_late_is_not_shown(home: HomeAssistant) -> None:
    flow = LlmosConfigFlow()
    flow._async_report("speech_model", 1, 2)  # there is no task any more, and no dialog

    assert (flow._stage, flow._percent) == ("install", -1)


async def test_nothing_is_installed_on_a_machine_that_cannot_run_the_engine(
    home: HomeAssistant, installed: None
) -> None:
    with (
        patch(f"{_PACKAGE}.install.unsupported_reason", return_value="unsupported_32_bit"),
        patch(f"{_PACKAGE}.install.store.install") as download,
        pytest.raises(InstallError) as told,
    ):
        await async_install(home, lambda stage, done, total: None)

    assert told.value.key == "unsupported_32_bit"
    assert not download.called


async def test_a_speech_model_in_a_folder_of_ones_own_is_not_downloaded(
    home: HomeAssistant, installed: None, tmp_path: Path
) -> None:
    with patch(f"{_PACKAGE}.install.store.install") as download:
        await async_install(home, lambda *_: None, {"speech_model": str(tmp_path)})

    assert not download.called


async def test_reconfigures_to_another_machine_and_back(
    home: HomeAssistant, assistant: MockConfigEntry, installed: None
) -> None:
    async with serving(other := ScriptedEngine()):
        form = await assistant.start_reconfigure_flow(home)
        form = await submit(home, form, engine="remote")
        result = await submit(home, form, host="127.0.0.1", port=other.port)

        assert result["reason"] == "reconfigure_successful"
        assert assistant.data["port"] == other.port
        assert assistant.state is ConfigEntryState.LOADED

        client = EngineClient(f"tcp://127.0.0.1:{other.port}")
        with patch(f"{_PACKAGE}.engines.EngineSupervisor", return_value=client):
            form = await assistant.start_reconfigure_flow(home)
            result = await submit(home, form, engine="local")

    assert result["reason"] == "reconfigure_successful"
    assert assistant.data[CONF_ENGINE] == ENGINE_LOCAL
    assert "host" not in assistant.data


async def test_another_language_is_heard_here_and_understood_by_home_assistant(
    home: HomeAssistant, local_engine: ScriptedEngine, installed: None
) -> None:
    home.config.language = "zh-Hans"

    form = await start(home)
    language = next(key for key in form["data_schema"].schema if key == "language")
    assert language.default() == "zh"  # as Whisper calls it
    assert {"de", "en", "zh"} <= set(form["data_schema"].schema[language].config["languages"])
    result = await submit(home, form, engine="local", language="de")

    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["description"] == "other_language"
    pipeline = async_get_pipeline(home, result["result"].data["pipeline_id"])
    assert (pipeline.language, pipeline.conversation_engine) == (
        "de",
        "conversation.llmos_assistant",
    )


async def test_a_language_that_the_chosen_speech_model_does_not_know_is_refused(
    home: HomeAssistant, assistant: MockConfigEntry, local_engine: ScriptedEngine, installed: None
) -> None:
    home.config_entries.async_update_entry(assistant, options={"speech_model": "whisper-base.en"})
    await home.async_block_till_done()

    form = await assistant.start_reconfigure_flow(home)
    result = await submit(home, form, engine="local", language="de")

    assert result["errors"] == {"base": "other_language"}
    assert assistant.data["language"] == "en"

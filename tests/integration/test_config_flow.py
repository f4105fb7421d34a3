"""The config flow, as somebody clicks through it."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any
from unittest.mock import patch

import pytest
from homeassistant.config_entries import SOURCE_USER, ConfigEntryState, ConfigFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.requirements import RequirementsNotFound
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.llmos_assistant.const import CONF_ENGINE, DOMAIN, ENGINE_LOCAL, NAME
from custom_components.llmos_assistant.engine.store import ModelError
from custom_components.llmos_assistant.engine_client import EngineClient

from .scripted_engine import ScriptedEngine, serving

_PACKAGE = "custom_components.llmos_assistant"


async def start(hass: HomeAssistant) -> ConfigFlowResult:
    """Click "Add integration"."""
    return await hass.config_entries.flow.async_init(DOMAIN, context={"source": SOURCE_USER})


async def submit(
    hass: HomeAssistant, result: ConfigFlowResult, **user_input: Any
) -> ConfigFlowResult:
    """Fill in a form, then wait while progress is shown."""
    result = await hass.config_entries.flow.async_configure(result["flow_id"], user_input)
    if result["type"] is FlowResultType.SHOW_PROGRESS:
        assert result["progress_action"] == "install"
        await hass.async_block_till_done(wait_background_tasks=True)
        result = await hass.config_entries.flow.async_configure(result["flow_id"])
    await hass.async_block_till_done()
    return result


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
        "preferred_pipeline": False,
    }
    assert home.states.async_entity_ids("stt") == ["stt.llmos_assistant"]
    assert "conversation.llmos_assistant" in home.states.async_entity_ids("conversation")


async def test_downloads_with_progress(home: HomeAssistant, local_engine: ScriptedEngine) -> None:
    shares: list[float] = []
    home.bus.async_listen(
        "data_entry_flow_progress_update", lambda event: shares.append(event.data["progress"])
    )

    def install(folder: Any, model: Any, progress: Any) -> None:
        progress(50, 200)
        progress(200, 200)

    with (
        patch(f"{_PACKAGE}.install.async_process_requirements"),
        patch(f"{_PACKAGE}.install.store.install", install),
        patch(f"{_PACKAGE}.install._is_installed", return_value=True),
    ):
        result = await submit(home, await start(home))

    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert shares == [0.25, 1.0]


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


async def test_another_machine_must_hear_and_understand(
    home: HomeAssistant, engine: ScriptedEngine
) -> None:
    engine.has_speech = False
    form = await submit(home, await start(home), engine="remote")

    failed = await submit(home, form, host="127.0.0.1", port=engine.port)

    assert failed["errors"] == {"base": "engine_incomplete"}


async def test_says_why_this_machine_cannot(home: HomeAssistant, engine: ScriptedEngine) -> None:
    with patch(f"{_PACKAGE}.install.sysconfig.get_config_var", return_value="x86_64-pc-linux-musl"):
        form = await start(home)
        failed = await submit(home, form, engine="local")
        remote = await submit(home, form)  # the default is now what can work

    assert failed["errors"] == {"engine": "unsupported_musl"}
    assert remote["step_id"] == "remote"


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
    assert failed["description_placeholders"] == {"reason": reason}
    assert home.config_entries.async_entries(DOMAIN) == []

    assert (await submit(home, failed))["type"] is FlowResultType.CREATE_ENTRY


async def test_is_added_once(home: HomeAssistant, assistant: MockConfigEntry) -> None:
    result = await start(home)

    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "single_instance_allowed"


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

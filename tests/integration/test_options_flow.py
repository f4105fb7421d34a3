"""The options, as somebody clicks through them: a chat model is chosen, fetched and used."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from homeassistant.config_entries import ConfigEntryState, ConfigFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.llmos_assistant.const import CONF_ENGINE, DOMAIN, ENGINE_LOCAL, NAME
from custom_components.llmos_assistant.engine import store

from .scripted_engine import ScriptedEngine

_PACKAGE = "custom_components.llmos_assistant"
_MODEL = store.CHAT_MODELS[0]


@pytest.fixture
async def entry_here(home: HomeAssistant, local_engine: ScriptedEngine) -> MockConfigEntry:
    """An entry with the engine on this machine, loaded."""
    entry = MockConfigEntry(
        domain=DOMAIN, title=NAME, data={CONF_ENGINE: ENGINE_LOCAL, "language": "en"}
    )
    entry.add_to_hass(home)
    with patch(f"{_PACKAGE}.install._is_installed", return_value=True):
        assert await home.config_entries.async_setup(entry.entry_id)
        await home.async_block_till_done()
    return entry


async def configure(hass: HomeAssistant, entry: MockConfigEntry, **chosen: str) -> ConfigFlowResult:
    """Open the options, choose, and wait while progress is shown."""
    form = await hass.config_entries.options.async_init(entry.entry_id)
    return await submit(hass, form, **chosen)


async def submit(
    hass: HomeAssistant, result: ConfigFlowResult, **user_input: str
) -> ConfigFlowResult:
    """Fill in a form, then wait while progress is shown."""
    with patch(f"{_PACKAGE}.install._is_installed", return_value=True):
        result = await hass.config_entries.options.async_configure(result["flow_id"], user_input)
        while result["type"] is FlowResultType.SHOW_PROGRESS:
            await hass.async_block_till_done(wait_background_tasks=True)
            result = await hass.config_entries.options.async_configure(result["flow_id"])
        await hass.async_block_till_done(wait_background_tasks=True)
    return result


async def test_a_model_of_the_store_is_fetched_and_used(
    home: HomeAssistant, entry_here: MockConfigEntry
) -> None:
    shares: list[float] = []
    home.bus.async_listen(
        "data_entry_flow_progress_update", lambda event: shares.append(event.data["progress"])
    )

    def install(folder: Path, model: store.Model, progress: Callable[[int, int], None]) -> None:
        assert model is _MODEL
        progress(1, 4)

    with (
        patch(f"{_PACKAGE}.install.store.install", install),
        patch(f"{_PACKAGE}.engines.EngineSupervisor", wraps=_supervisor(home, entry_here)) as made,
    ):
        result = await configure(home, entry_here, chat_model=_MODEL.name)

    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert entry_here.options == {"chat_model": _MODEL.name}
    assert entry_here.state is ConfigEntryState.LOADED
    assert made.call_args.kwargs["chat_model"] == _MODEL.name
    assert 0.25 in shares


def _supervisor(home: HomeAssistant, entry: MockConfigEntry) -> Callable[..., Any]:
    """What stands for the engine's process: the scripted engine that the entry uses already."""
    engine = entry.runtime_data.engine
    return lambda *args, **kwargs: engine


async def test_none_is_a_choice(home: HomeAssistant, entry_here: MockConfigEntry) -> None:
    result = await configure(home, entry_here, chat_model="none")

    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert entry_here.options == {"chat_model": "none"}


async def test_a_folder_of_ones_own(
    home: HomeAssistant, entry_here: MockConfigEntry, tmp_path: Path
) -> None:
    (tmp_path / "model.bin").write_bytes(b"weights")
    form = await configure(home, entry_here, chat_model="own")
    assert form["step_id"] == "own"

    form = await submit(home, form, path=str(tmp_path / "nowhere"))
    assert form["errors"] == {"path": "no_such_path"}

    result = await submit(home, form, path=str(tmp_path))
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert entry_here.options == {"chat_model": str(tmp_path)}


async def test_a_file_that_is_no_model_is_told(
    home: HomeAssistant, entry_here: MockConfigEntry, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.gguf"
    broken.write_bytes(b"no model")
    form = await configure(home, entry_here, chat_model="own")

    form = await submit(home, form, path=str(broken))

    assert form["step_id"] == "install_failed"
    assert form["errors"] == {"base": "model_failed"}
    assert "broken.gguf" in form["description_placeholders"]["reason"]
    assert entry_here.options == {}


async def test_on_another_machine_it_is_chosen_there(
    home: HomeAssistant, assistant: MockConfigEntry
) -> None:
    result = await home.config_entries.options.async_init(assistant.entry_id)

    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "remote_engine")

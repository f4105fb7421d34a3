"""The voice assistant that the set-up makes: its voice, and what becomes of it at the end."""

from __future__ import annotations

import pytest
from homeassistant.components.assist_pipeline.pipeline import (
    KEY_ASSIST_PIPELINE,
    async_get_pipeline,
    async_get_pipelines,
)
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.llmos_assistant.const import CONF_PIPELINE_ID, NAME
from custom_components.llmos_assistant.pipeline import async_has_voice


def names(hass: HomeAssistant) -> list[str]:
    """The voice assistants there are."""
    return [pipeline.name for pipeline in async_get_pipelines(hass)]


async def test_there_is_no_voice_before_there_are_voice_assistants(hass: HomeAssistant) -> None:
    assert not async_has_voice(hass)


@pytest.fixture
async def tts(hass: HomeAssistant) -> None:
    """A voice that speaks English and German."""
    assert await async_setup_component(hass, "homeassistant", {})
    assert await async_setup_component(hass, "tts", {"tts": {"platform": "demo"}})
    await hass.async_block_till_done()


@pytest.mark.parametrize(("language", "voice"), [("en", ("demo", "en")), ("fi", (None, None))])
async def test_it_speaks_with_the_voice_of_the_home_if_that_knows_the_language(
    tts: None,
    home: HomeAssistant,
    entry: MockConfigEntry,
    language: str,
    voice: tuple[str | None, str | None],
) -> None:
    entry.add_to_hass(home)
    home.config_entries.async_update_entry(entry, data={**entry.data, "language": language})

    assert await home.config_entries.async_setup(entry.entry_id)
    await home.async_block_till_done()

    pipeline = async_get_pipeline(home, entry.data[CONF_PIPELINE_ID])
    assert (pipeline.tts_engine, pipeline.tts_language) == voice


async def test_it_stays_if_somebody_prefers_it(
    home: HomeAssistant, assistant: MockConfigEntry, caplog: pytest.LogCaptureFixture
) -> None:
    pipelines = home.data[KEY_ASSIST_PIPELINE].pipeline_store
    pipelines.async_set_preferred_item(assistant.data[CONF_PIPELINE_ID])

    await home.config_entries.async_remove(assistant.entry_id)

    assert NAME in names(home)
    assert "is the preferred one and stays: change it" in caplog.text


async def test_one_that_is_gone_already_is_not_missed(
    home: HomeAssistant, assistant: MockConfigEntry, caplog: pytest.LogCaptureFixture
) -> None:
    pipelines = home.data[KEY_ASSIST_PIPELINE].pipeline_store
    await pipelines.async_delete_item(assistant.data[CONF_PIPELINE_ID])
    caplog.clear()

    await home.config_entries.async_remove(assistant.entry_id)

    assert names(home) == ["Home Assistant"]
    assert not [r for r in caplog.records if r.levelname in ("WARNING", "ERROR")]

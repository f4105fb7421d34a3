"""The Assist pipeline that uses the integration's entities."""

from __future__ import annotations

import logging

from homeassistant.components import conversation, stt, tts
from homeassistant.components.assist_pipeline.pipeline import (
    KEY_ASSIST_PIPELINE,
    PipelinePreferred,
    async_get_pipelines,
)
from homeassistant.components.tts.helper import get_engine_instance
from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_LANGUAGE
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.util import language as language_util

from .const import CONF_CREATE_PIPELINE, CONF_PIPELINE_ID, CONF_PREFERRED_PIPELINE, DOMAIN, NAME

_LOGGER = logging.getLogger(__name__)


@callback
def async_has_voice(hass: HomeAssistant) -> bool:
    """Whether there is a pipeline already that one can speak to."""
    if KEY_ASSIST_PIPELINE not in hass.data:
        return False
    return any(pipeline.stt_engine for pipeline in async_get_pipelines(hass))


async def async_create_pipeline(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Create the pipeline if the user asked for it and it was not done before."""
    if entry.data.get(CONF_CREATE_PIPELINE) and CONF_PIPELINE_ID not in entry.data:
        await async_add_pipeline(hass, entry)


async def async_add_pipeline(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Create the pipeline, which goes when the entry goes."""
    registry = er.async_get(hass)
    language = entry.data[CONF_LANGUAGE]
    store = hass.data[KEY_ASSIST_PIPELINE].pipeline_store
    pipeline = await store.async_create_item(
        {
            "name": NAME,
            "language": language,
            "conversation_engine": registry.async_get_entity_id(
                conversation.DOMAIN, DOMAIN, entry.entry_id
            ),
            "conversation_language": language,
            "stt_engine": registry.async_get_entity_id(stt.DOMAIN, DOMAIN, entry.entry_id),
            "stt_language": language,
            "wake_word_entity": None,
            "wake_word_id": None,
            **_speech_output(hass, language),
        }
    )
    if entry.data.get(CONF_PREFERRED_PIPELINE):
        store.async_set_preferred_item(pipeline.id)
    hass.config_entries.async_update_entry(
        entry, data={**entry.data, CONF_PIPELINE_ID: pipeline.id}
    )


async def async_remove_pipeline(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Remove the pipeline that was created for `entry`, unless the user did or prefers it.

    What this integration has made the preferred one gives that back to the first of the others.
    """
    pipelines = hass.data.get(KEY_ASSIST_PIPELINE)
    pipeline_id = entry.data.get(CONF_PIPELINE_ID)
    if pipelines is None or pipeline_id not in pipelines.pipeline_store.data:
        return
    others = [item for item in pipelines.pipeline_store.data if item != pipeline_id]
    if (
        entry.data.get(CONF_PREFERRED_PIPELINE)
        and pipelines.pipeline_store.async_get_preferred_item() == pipeline_id
        and others
    ):
        pipelines.pipeline_store.async_set_preferred_item(others[0])
    try:
        await pipelines.pipeline_store.async_delete_item(pipeline_id)
    except PipelinePreferred:
        _LOGGER.warning("The Assist pipeline %s is the preferred one and stays: change it", NAME)


def _speech_output(hass: HomeAssistant, language: str) -> dict[str, str | None]:
    """Home Assistant's default text-to-speech where it speaks `language`, else none."""
    engine_id = tts.async_default_engine(hass)
    engine = get_engine_instance(hass, engine_id) if engine_id else None
    spoken = (
        language_util.matches(language, engine.supported_languages, country=hass.config.country)
        if engine
        else []
    )
    if engine is None or not spoken:
        return {"tts_engine": None, "tts_language": None, "tts_voice": None}
    voices = engine.async_get_supported_voices(spoken[0])
    voice = voices[0].voice_id if voices else None
    return {"tts_engine": engine_id, "tts_language": spoken[0], "tts_voice": voice}

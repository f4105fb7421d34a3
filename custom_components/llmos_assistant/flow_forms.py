"""What the forms of the config flow say and offer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import voluptuous as vol
from homeassistant.const import CONF_HOST, CONF_LANGUAGE, CONF_PORT
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.selector import (
    LanguageSelector,
    LanguageSelectorConfig,
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
)
from homeassistant.util import language as language_util

from .const import (
    CONF_CREATE_PIPELINE,
    CONF_ENGINE,
    CONF_PREFERRED_PIPELINE,
    DEFAULT_LANGUAGE,
    DEFAULT_PORT,
    ENGINE_LOCAL,
    ENGINE_REMOTE,
    SPEECH_LANGUAGES,
    models_folder,
)
from .discovery import FoundEngine
from .engine.model_files import in_words
from .home.speech import Speaker, async_get_speaker
from .hub import CHAT_MEMORY, CHAT_MODEL, ENGINE_MEMORY, Hub, read_hub
from .install import download_size, unsupported_reason
from .pipeline import async_has_voice

ADDRESS_SCHEMA = vol.Schema(
    {
        vol.Required(CONF_HOST): vol.All(cv.string, vol.Strip, vol.Length(min=1)),
        vol.Required(CONF_PORT, default=DEFAULT_PORT): cv.port,
    }
)
"""Where an engine elsewhere is."""

_FOUND = "found:"


async def async_findings(hass: HomeAssistant) -> dict[str, str]:
    """What this hub is and what is recommended for it, in words for the first form."""
    models = models_folder(hass)
    hub = await hass.async_add_executor_job(read_hub, models)
    download = await hass.async_add_executor_job(download_size, models)
    speaker = await async_get_speaker(hass, hass.config.language)
    reason = unsupported_reason()
    return {
        "cpu": hub.cpu,
        "cores": str(hub.cores),
        "memory": in_words(hub.memory_available),
        "disk": in_words(hub.disk_free),
        "speech": _speech(speaker, download),
        "chat": _chat(speaker, hub),
        "warning": "" if hub.has_memory else _memory_warning(speaker, hub),
        "why": speaker.phrase(f"why_{reason}") if reason else "",
    }


def _speech(speaker: Speaker, download: int) -> str:
    if not download:
        return speaker.phrase("speech_is_here")
    return speaker.phrase("speech_download", size=in_words(download))


def _chat(speaker: Speaker, hub: Hub) -> str:
    return speaker.phrase(
        f"chat_{hub.chat_obstacle or 'later'}",
        size=in_words(CHAT_MODEL.size),
        memory=in_words(CHAT_MEMORY),
    )


def _memory_warning(speaker: Speaker, hub: Hub) -> str:
    return speaker.phrase(
        "memory_is_low", needed=in_words(ENGINE_MEMORY), free=in_words(hub.memory_available)
    )


def engine_selector(
    data: Mapping[str, Any], found: Mapping[str, FoundEngine]
) -> dict[vol.Marker, Any]:
    """Where the engine runs: here, on a machine that was found, or on one to be entered."""
    options = [
        SelectOptionDict(value=f"{_FOUND}{engine.name}", label=f"{engine.name} ({engine.host})")
        for engine in found.values()
    ]
    options.append(SelectOptionDict(value=ENGINE_REMOTE, label=ENGINE_REMOTE))
    if not unsupported_reason():
        options.insert(0, SelectOptionDict(value=ENGINE_LOCAL, label=ENGINE_LOCAL))
    return {
        vol.Required(CONF_ENGINE, default=_default_engine(data, options)): SelectSelector(
            SelectSelectorConfig(
                options=options, mode=SelectSelectorMode.LIST, translation_key=CONF_ENGINE
            )
        )
    }


def _default_engine(data: Mapping[str, Any], options: Iterable[SelectOptionDict]) -> str:
    """What was chosen, if that can still be chosen, else the first that can."""
    values = [option["value"] for option in options]
    chosen: str = data.get(CONF_ENGINE, "")
    return chosen if chosen in values else values[0]


def found_name(chosen: str) -> str | None:
    """The name of the engine that was chosen, if it is one of those that were found."""
    return chosen.removeprefix(_FOUND) if chosen.startswith(_FOUND) else None


@callback
def choices(hass: HomeAssistant, data: Mapping[str, Any], *, is_new: bool) -> dict[vol.Marker, Any]:
    """All other choices, as they are now or by default."""
    own = language_util.matches(hass.config.language, SPEECH_LANGUAGES)
    language = data.get(CONF_LANGUAGE) or next(iter(own), DEFAULT_LANGUAGE)
    schema: dict[vol.Marker, Any] = {
        vol.Required(CONF_LANGUAGE, default=language): LanguageSelector(
            LanguageSelectorConfig(languages=SPEECH_LANGUAGES, native_name=True)
        ),
    }
    if not is_new:
        return schema
    # Nothing is taken from a home that has no voice assistant yet.
    is_first = bool(own) and not async_has_voice(hass)
    return schema | {
        vol.Required(CONF_CREATE_PIPELINE, default=data.get(CONF_CREATE_PIPELINE, True)): bool,
        vol.Required(
            CONF_PREFERRED_PIPELINE, default=data.get(CONF_PREFERRED_PIPELINE, is_first)
        ): bool,
    }

"""What the forms of the config flow say and offer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
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
    CONF_CHAT_MODEL,
    CONF_CREATE_PIPELINE,
    CONF_ENGINE,
    CONF_PREFERRED_PIPELINE,
    DEFAULT_LANGUAGE,
    DEFAULT_PORT,
    ENGINE_LOCAL,
    ENGINE_REMOTE,
    NO_MODEL,
    SPEECH_LANGUAGES,
    models_folder,
)
from .discovery import FoundEngine
from .engine import store
from .engine.model_files import in_words
from .home.speech import Speaker, async_get_speaker
from .hub import CHAT_MODEL, ENGINE_MEMORY, Hub, read_hub
from .install import download_size, unsupported_reason
from .model_texts import ModelTexts
from .pipeline import async_has_voice

ADDRESS_SCHEMA = vol.Schema(
    {
        vol.Required(CONF_HOST): vol.All(cv.string, vol.Strip, vol.Length(min=1)),
        vol.Required(CONF_PORT, default=DEFAULT_PORT): cv.port,
    }
)
"""Where an engine elsewhere is."""

_FOUND = "found:"


@dataclass(frozen=True)
class Findings:
    """What this hub is, and what is here already.

    Args:
        hub: the machine.
        download: bytes that the engine needs and that are not here.
        space: bytes that each chat model takes on the disk until it is ready; 0 for one that is.
    """

    hub: Hub
    download: int
    space: Mapping[str, int]

    @classmethod
    def read(cls, models: Path) -> Findings:
        """Look at the machine and at the folder of models. Blocks."""
        space = {model.name: store.space_needed(models, model) for model in store.CHAT_MODELS}
        return cls(read_hub(models), download_size(models), space)

    def obstacle(self, model: store.Model) -> str | None:
        """What this hub has too little of for a chat model."""
        return self.hub.chat_obstacle(model, self.space[model.name])

    @property
    def is_strong(self) -> bool:
        """Whether the recommended chat model is worth it here beyond doubt."""
        return self.hub.is_strong_for(CHAT_MODEL, self.space[CHAT_MODEL.name])


async def async_find(hass: HomeAssistant) -> Findings:
    """Look at this hub."""
    return await hass.async_add_executor_job(Findings.read, models_folder(hass))


async def async_describe(hass: HomeAssistant, findings: Findings) -> dict[str, str]:
    """What this hub is and what is recommended for it, in words for the first form."""
    hub = findings.hub
    speaker = await async_get_speaker(hass, hass.config.language)
    texts = await ModelTexts.async_load(hass)
    reason = unsupported_reason()
    return {
        "cpu": hub.cpu,
        "cores": str(hub.cores),
        "memory": in_words(hub.memory_available),
        "disk": in_words(hub.disk_free),
        "speech": _speech(speaker, findings.download),
        "chat": _chat(speaker, texts, findings),
        "warning": "" if hub.has_memory else _memory_warning(speaker, hub),
        "why": speaker.phrase(f"why_{reason}") if reason else "",
    }


def _speech(speaker: Speaker, download: int) -> str:
    if not download:
        return speaker.phrase("speech_is_here")
    return speaker.phrase("speech_download", size=in_words(download))


def _chat(speaker: Speaker, texts: ModelTexts, findings: Findings) -> str:
    fits = "recommended" if findings.is_strong else "fits"
    space = findings.space[CHAT_MODEL.name]
    return speaker.phrase(
        f"chat_{findings.obstacle(CHAT_MODEL) or fits}",
        model=texts.price(CHAT_MODEL, is_here=not space),
        space=in_words(space),
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
    options.append(option(ENGINE_REMOTE))
    if not unsupported_reason():
        options.insert(0, option(ENGINE_LOCAL))
    return {
        vol.Required(CONF_ENGINE, default=_default_engine(data, options)): select(
            options, CONF_ENGINE
        )
    }


async def async_chat_selector(
    hass: HomeAssistant, findings: Findings, chosen: str | None
) -> dict[vol.Marker, Any]:
    """The chat models of the list with what they cost and lack here, or none."""
    texts = await ModelTexts.async_load(hass)
    offers = [
        SelectOptionDict(
            value=model.name,
            label=texts.offer(
                model,
                is_here=not findings.space[model.name],
                obstacle=findings.obstacle(model),
            ),
        )
        for model in sorted(store.CHAT_MODELS, key=lambda model: model != CHAT_MODEL)
    ]
    default = chosen or (CHAT_MODEL.name if findings.is_strong else NO_MODEL)
    return {
        vol.Required(CONF_CHAT_MODEL, default=default): select(
            [option(NO_MODEL), *offers], CONF_CHAT_MODEL
        )
    }


def option(value: str) -> SelectOptionDict:
    """An option that the selector's translations name."""
    return SelectOptionDict(value=value, label=value)


def select(
    options: list[SelectOptionDict], translation_key: str | None = None, multiple: bool = False
) -> SelectSelector:
    """A list to choose from, of which everything is to be read at once."""
    config = SelectSelectorConfig(options=options, mode=SelectSelectorMode.LIST, multiple=multiple)
    if translation_key:
        config["translation_key"] = translation_key
    return SelectSelector(config)


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

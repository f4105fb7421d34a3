"""Getting and trying the models that somebody chose, and what the store holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_LANGUAGE
from homeassistant.core import HomeAssistant

from .const import CONF_CHAT_MODEL, CONF_SPEECH_MODEL, DEFAULT_LANGUAGE, NO_MODEL, models_folder
from .engine import shelf, store
from .engine.hugging_face import HubSource, Listing, lacks
from .engine_client import EngineError
from .engines import chosen_models, make_engine
from .install import (
    SPEECH_MODEL,
    STAGE_CHAT_MODEL,
    InstallError,
    Report,
    async_install,
    async_run,
    chat_model,
)
from .reasons import async_reason
from .speed import async_measure, async_measure_chat


@dataclass(frozen=True)
class Choice:
    """A model to get.

    Args:
        source: one that can be fetched, or where the user's own is: a GGUF file or a folder.
        purpose: what it is for.
        newest: also fetch it if another revision of it is here.
    """

    source: store.Model | Path
    purpose: store.Purpose
    newest: bool = False

    @property
    def is_gguf(self) -> bool:
        """Whether it is to be converted."""
        if isinstance(self.source, Path):
            return self.source.suffix == ".gguf"
        return self.source.is_gguf or bool(self.source.gguf)


async def async_get_model(hass: HomeAssistant, choice: Choice, report: store.Progress) -> str:
    """Get a model. Returns the name or the folder that the engine takes. Raises InstallError."""
    try:
        return await async_run(hass, partial(_get, models_folder(hass), choice), report)
    except store.ModelError as err:
        raise InstallError(err.key, err.detail) from err


def _get(models: Path, choice: Choice, report: store.Progress) -> str:
    source = choice.source
    if isinstance(source, store.Model):
        return store.install(models, source, report, choice.newest).name
    if choice.is_gguf and choice.purpose is store.Purpose.CHAT:
        return store.install_file(models, source, report).name
    names = [path.name for path in source.iterdir()] if source.is_dir() else []
    if missing := lacks(names, choice.purpose):
        raise store.ModelError(
            f"There is no converted model in {source} (it lacks {missing})",
            "nothing_usable",
            str(source),
        )
    return str(source)


async def async_install_all(
    hass: HomeAssistant, report: Report, options: Mapping[str, Any]
) -> None:
    """Install whatever an entry with `options` needs and lacks. Raises InstallError."""
    await async_install(hass, report, options)
    if model := chat_model(options):
        await async_get_model(hass, Choice(model, model.purpose), partial(report, STAGE_CHAT_MODEL))


async def async_look_up(hass: HomeAssistant, repository: str) -> Listing:
    """What a repository on the Hugging Face hub has. Raises InstallError."""
    try:
        return await hass.async_add_executor_job(HubSource(repository).listing)
    except store.ModelError as err:
        raise InstallError(err.key, err.detail) from err


async def async_try_speech(hass: HomeAssistant, data: Mapping[str, Any], model: str) -> float:
    """Let an engine hear something with a speech model. Returns the seconds that a command takes.

    Raises InstallError if it cannot be loaded, or does not know the language.
    """
    engine = make_engine(hass, data, {CONF_SPEECH_MODEL: model})
    language = data.get(CONF_LANGUAGE, DEFAULT_LANGUAGE)
    try:
        info = await engine.info()
        if not info.asr:
            raise InstallError("cannot_load", model)
        if language not in info.asr[0].models[0].languages:
            raise InstallError("other_language", language)
        return (await async_measure(hass, engine)).hearing
    except EngineError as err:
        raise InstallError("engine_failed", await async_reason(hass, err)) from err
    finally:
        await engine.async_stop()


async def async_try_chat(hass: HomeAssistant, data: Mapping[str, Any], model: str) -> float:
    """Let an engine answer something with a chat model. Returns the words that it writes a second.

    Raises InstallError if it cannot be loaded, or says nothing.
    """
    engine = make_engine(hass, data, {CONF_CHAT_MODEL: model, CONF_SPEECH_MODEL: NO_MODEL})
    try:
        words = await async_measure_chat(engine)
        if not words:
            raise InstallError("no_answer")
        return words
    except EngineError as err:
        raise InstallError("engine_failed", str(err)) from err
    finally:
        await engine.async_stop()


def check_memory(model: store.Model) -> None:
    """Raise InstallError if this machine has less memory in all than a model takes."""
    try:
        store.need_memory(model)
    except store.ModelError as err:
        raise InstallError(err.key, err.detail) from err


def check_language(options: Mapping[str, Any], language: str) -> None:
    """Raise InstallError if the speech model of the list that is in use does not know `language`."""
    model = store.MODELS.get(options.get(CONF_SPEECH_MODEL, SPEECH_MODEL.name))
    if model and not model.knows(language):
        raise InstallError("other_language", language)


def models_in_use(entry: ConfigEntry) -> set[str]:
    """The names of the models that an entry and its subentries use."""
    own = (subentry.data.get(CONF_CHAT_MODEL, NO_MODEL) for subentry in entry.subentries.values())
    return {*chosen_models(entry.options), *own}


async def async_stored(hass: HomeAssistant) -> list[shelf.Stored]:
    """What the store holds."""
    return await hass.async_add_executor_job(shelf.stored, models_folder(hass))


async def async_remove(hass: HomeAssistant, names: list[str]) -> None:
    """Remove models from the store. Raises InstallError."""
    for name in names:
        try:
            await hass.async_add_executor_job(shelf.remove, models_folder(hass), name)
        except store.ModelError as err:
            raise InstallError(err.key, err.detail) from err

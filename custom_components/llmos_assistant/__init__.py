"""LLMOS Assistant: an offline voice assistant for Home Assistant."""

from __future__ import annotations

import asyncio
from typing import Any

from homeassistant.const import EVENT_HOMEASSISTANT_STOP, Platform
from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.exceptions import ConfigEntryError, ConfigEntryNotReady
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.typing import ConfigType
from homeassistant.util.hass_dict import HassKey

from . import issues
from .const import (
    CONF_CHAT_MODEL,
    CONF_ENGINE,
    CONF_PIPELINE_ID,
    CONF_PRIVACY,
    CONF_SECONDS,
    CONF_SPEECH_MODEL,
    CONF_WORDS,
    DOMAIN,
    ENGINE_LOCAL,
)
from .coordinator import EngineCoordinator, LlmosConfigEntry
from .engine_client import Engine
from .engines import async_check_engine, chosen_models, make_engine
from .install import (
    InstallError,
    async_is_installed,
    async_start_installation,
    unsupported_reason,
)
from .pipeline import async_create_pipeline, async_remove_pipeline
from .services import async_register_services

CONFIG_SCHEMA = cv.config_entry_only_config_schema(DOMAIN)
PLATFORMS = [
    Platform.AI_TASK,
    Platform.BUTTON,
    Platform.CONVERSATION,
    Platform.SENSOR,
    Platform.STT,
    Platform.SWITCH,
]

_INSTALLATION_WAIT = 10  # seconds that setting up waits for an installation before it is put off

# The engine of an entry that is loaded anew for nothing that concerns it.
_KEPT: HassKey[Engine] = HassKey(f"{DOMAIN}_engine")

# What is used, or need not be known, without loading anew.
_NO_RELOAD = {
    CONF_CHAT_MODEL,
    CONF_PIPELINE_ID,
    CONF_PRIVACY,
    CONF_SECONDS,
    CONF_WORDS,
    CONF_SPEECH_MODEL,
}


async def async_setup(hass: HomeAssistant, config: ConfigType) -> bool:
    """Register the actions."""
    async_register_services(hass)
    return True


async def async_setup_entry(hass: HomeAssistant, entry: LlmosConfigEntry) -> bool:
    """Start the engine, then add the entities."""
    issues.async_note_unsupported(hass, None)
    if entry.data[CONF_ENGINE] == ENGINE_LOCAL:
        await _async_need_installation(hass, entry)
    engine = hass.data.pop(_KEPT, None) or make_engine(hass, entry.data, entry.options)
    coordinator = entry.runtime_data = EngineCoordinator(hass, entry, engine)

    async def stop(event: Event) -> None:
        await coordinator.async_shutdown()
        await engine.async_stop()

    async def let_go() -> None:
        if coordinator.keeps_engine:
            hass.data[_KEPT] = engine
        else:
            await engine.async_stop()

    entry.async_on_unload(let_go)  # also if setting up fails below
    entry.async_on_unload(hass.bus.async_listen_once(EVENT_HOMEASSISTANT_STOP, stop))
    try:
        await async_check_engine(hass, engine)
    except InstallError as err:
        issues.async_note_setup(hass, entry, err)
        if entry.data[CONF_ENGINE] == ENGINE_LOCAL:
            issues.async_note_health(hass, engine.health, engine.log_excerpt(), is_first=True)
            _async_install_then_reload(hass, entry)  # a damaged model is the likely reason
        raise _not_ready(err) from err
    coordinator.async_start()
    await coordinator.async_config_entry_first_refresh()
    await hass.config_entries.async_forward_entry_setups(entry, PLATFORMS)
    await async_create_pipeline(hass, entry)
    issues.async_watch_home(hass, entry)
    _follow_changes(entry)
    return True


@callback
def _follow_changes(entry: LlmosConfigEntry) -> None:
    """Use what is chosen, whenever that changes: other models at once, all else by loading anew."""

    def settings() -> dict[str, Any]:
        return {k: v for k, v in (entry.data | entry.options).items() if k not in _NO_RELOAD}

    def subentries() -> list[Any]:
        return [subentry.as_dict() for subentry in entry.subentries.values()]  # changed in place

    before = settings(), subentries()
    models = chosen_models(entry.options)

    async def changed(hass: HomeAssistant, entry: LlmosConfigEntry) -> None:
        nonlocal models
        if (settings(), subentries()) != before:
            entry.runtime_data.keeps_engine = settings() == before[0]
            hass.config_entries.async_schedule_reload(entry.entry_id)
        elif models != (models := chosen_models(entry.options)):
            # Loading anew would leave Assist without an agent until the engine has started.
            entry.async_create_background_task(
                hass, entry.runtime_data.async_use_models(), f"{DOMAIN} models"
            )

    entry.async_on_unload(entry.add_update_listener(changed))


async def async_unload_entry(hass: HomeAssistant, entry: LlmosConfigEntry) -> bool:
    """Remove the entities; the engine is stopped after that."""
    issues.async_withdraw(hass)
    return await hass.config_entries.async_unload_platforms(entry, PLATFORMS)


async def async_remove_entry(hass: HomeAssistant, entry: LlmosConfigEntry) -> None:
    """Remove what was created for the entry. Models stay: they are a cache."""
    if engine := hass.data.pop(_KEPT, None):
        await engine.async_stop()
    issues.async_withdraw(hass, issues.ALL)
    await async_remove_pipeline(hass, entry)


async def _async_need_installation(hass: HomeAssistant, entry: LlmosConfigEntry) -> None:
    """Bring back what a restored backup or a new Python environment lacks.

    Raises ConfigEntryNotReady while that takes time, ConfigEntryError if it is impossible.
    """
    if key := unsupported_reason():
        issues.async_note_unsupported(hass, key)
        raise ConfigEntryError(translation_domain=DOMAIN, translation_key=key)
    if await async_is_installed(hass, entry.options):
        return
    task = _async_install_then_reload(hass, entry)
    try:
        await asyncio.wait_for(asyncio.shield(task), _INSTALLATION_WAIT)
    except TimeoutError as err:
        raise ConfigEntryNotReady(translation_domain=DOMAIN, translation_key="installing") from err
    except InstallError as err:
        raise _not_ready(err) from err


def _not_ready(err: InstallError) -> ConfigEntryNotReady:
    return ConfigEntryNotReady(
        translation_domain=DOMAIN,
        translation_key=err.key,
        translation_placeholders=err.placeholders,
    )


@callback
def _async_install_then_reload(hass: HomeAssistant, entry: LlmosConfigEntry) -> asyncio.Task[bool]:
    """Install in the background, and load the entry again if that brought something."""

    def reload(task: asyncio.Task[bool]) -> None:
        if task.cancelled():
            return
        error = task.exception()
        if isinstance(error, InstallError):
            issues.async_note_installation(hass, error)
        elif error is None and task.result():
            hass.config_entries.async_schedule_reload(entry.entry_id)

    task = async_start_installation(hass, entry.options)
    task.add_done_callback(reload)
    return task

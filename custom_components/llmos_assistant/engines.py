"""The engine that an entry asks for, and whether it can do its work."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_HOST, CONF_LANGUAGE, CONF_PORT
from homeassistant.core import HomeAssistant, callback

from .const import (
    CONF_CHAT_MODEL,
    CONF_ENGINE,
    CONF_SPEECH_MODEL,
    DEFAULT_LANGUAGE,
    ENGINE_REMOTE,
    NO_MODEL,
    models_folder,
)
from .engine.protocol import PROTOCOL
from .engine_client import Engine, EngineClient, EngineError
from .install import SPEECH_MODEL, InstallError
from .reasons import async_reason
from .supervisor import EngineSupervisor


def make_engine(
    hass: HomeAssistant, data: Mapping[str, Any], options: Mapping[str, Any] | None = None
) -> Engine:
    """The engine that an entry with `data` and `options` uses, not yet started."""
    if data[CONF_ENGINE] == ENGINE_REMOTE:
        host = f"[{data[CONF_HOST]}]" if ":" in data[CONF_HOST] else data[CONF_HOST]
        return EngineClient(f"tcp://{host}:{data[CONF_PORT]}")
    language = data.get(CONF_LANGUAGE, DEFAULT_LANGUAGE)
    speech, chat = chosen_models(options or {})
    return EngineSupervisor(
        models_folder(hass), speech_model=speech, chat_model=chat, language=language
    )


def chosen_models(options: Mapping[str, Any]) -> tuple[str, str]:
    """The speech model and the chat model that an entry with `options` uses."""
    speech: str = options.get(CONF_SPEECH_MODEL, SPEECH_MODEL.name)
    chat: str = options.get(CONF_CHAT_MODEL, NO_MODEL)
    return speech, chat


@callback
def async_change_entry(hass: HomeAssistant, entry: ConfigEntry, **changes: Any) -> None:
    """Change an entry and load it again; also if nothing has changed, for then something failed."""
    is_changed = hass.config_entries.async_update_entry(entry, **changes)
    if not (is_changed and entry.update_listeners):  # else the listener has it loaded
        hass.config_entries.async_schedule_reload(entry.entry_id)


async def async_check_engine(hass: HomeAssistant, engine: Engine) -> None:
    """Start `engine` if it is one to be started. Raises InstallError if it lacks an ability."""
    try:
        info = await engine.info()
    except EngineError as err:
        raise InstallError("engine_failed", await async_reason(hass, err)) from err
    if info.protocol != PROTOCOL:
        raise InstallError("incompatible_engine", str(info.protocol))
    if not (info.asr and info.intent):
        raise InstallError("engine_incomplete")

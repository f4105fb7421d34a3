"""What helps to find out why something does not work, without anything private."""

from __future__ import annotations

import platform
from typing import Any

from homeassistant.components.diagnostics import async_redact_data
from homeassistant.const import CONF_HOST
from homeassistant.core import HomeAssistant

from . import LlmosConfigEntry
from .const import models_folder
from .engine import store
from .engine_client import EngineError
from .install import unsupported_reason


async def async_get_config_entry_diagnostics(
    hass: HomeAssistant, entry: LlmosConfigEntry
) -> dict[str, Any]:
    """Entry, engine, models and machine."""
    engine = entry.runtime_data
    try:
        info: dict[str, Any] = (await engine.info()).to_dict()
    except EngineError as err:
        info = {"error": str(err)}
    return {
        "entry": async_redact_data(entry.data, {CONF_HOST}),
        "engine": info,
        "engine_memory_bytes": await engine.memory(),
        "models": await hass.async_add_executor_job(_models, hass),
        "machine": {"processor": platform.machine(), "unsupported": unsupported_reason()},
    }


def _models(hass: HomeAssistant) -> dict[str, bool]:
    """Whether each model that can be downloaded is here."""
    folder = models_folder(hass)
    return {name: store.is_installed(folder, model) for name, model in store.MODELS.items()}

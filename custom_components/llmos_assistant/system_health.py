"""What Settings > System > Repairs > System information tells."""

from __future__ import annotations

from typing import Any

from homeassistant.components import system_health
from homeassistant.core import HomeAssistant, callback

from .const import DOMAIN
from .coordinator import LlmosConfigEntry
from .request_log import Stage


@callback
def async_register(hass: HomeAssistant, register: system_health.SystemHealthRegistration) -> None:
    """Register what is told."""
    register.async_register_info(_async_info, f"/config/integrations/integration/{DOMAIN}")


async def _async_info(hass: HomeAssistant) -> dict[str, Any]:
    entries: list[LlmosConfigEntry] = hass.config_entries.async_loaded_entries(DOMAIN)
    if not entries:
        return {"engine": "not_loaded"}
    coordinator = entries[0].runtime_data
    total = coordinator.requests.times.get(Stage.TOTAL)
    return {
        "engine": str(coordinator.engine.health.state),
        "engine_place": "local" if coordinator.is_local else "remote",
        "engine_version": coordinator.engine_version,
        "speech_model": coordinator.model_of("asr"),
        "command_model": coordinator.model_of("intent"),
        "chat_model": coordinator.model_of("handle"),
        "last_answer": None if total is None else f"{total} ms",
    }

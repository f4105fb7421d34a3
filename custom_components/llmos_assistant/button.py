"""Freeing the engine's memory until somebody speaks again."""

from __future__ import annotations

from typing import override

from homeassistant.components.button import ButtonEntity, ButtonEntityDescription
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from . import LlmosConfigEntry
from .const import DOMAIN
from .engine_client import EngineError
from .entity import StatusEntity
from .reasons import async_reason

PARALLEL_UPDATES = 0

_FREE_MEMORY = ButtonEntityDescription(key="free_memory", entity_category=EntityCategory.CONFIG)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: LlmosConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the button, unless the engine is one elsewhere that does not know how."""
    if entry.runtime_data.is_local or entry.runtime_data.data.frees_memory:
        async_add_entities([FreeMemoryButton(entry, _FREE_MEMORY)])


class FreeMemoryButton(StatusEntity, ButtonEntity):
    """Stops the engine's process, or unloads the models of one elsewhere, until the next request."""

    @override
    async def async_press(self) -> None:
        try:
            await self.coordinator.engine.async_rest()
        except EngineError as err:
            raise HomeAssistantError(
                translation_domain=DOMAIN,
                translation_key="engine_failed",
                translation_placeholders={"reason": await async_reason(self.hass, err)},
            ) from err
        await self.coordinator.async_request_refresh()

"""Freeing the engine's memory until somebody speaks again."""

from __future__ import annotations

from typing import override

from homeassistant.components.button import ButtonEntity, ButtonEntityDescription
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from . import LlmosConfigEntry
from .entity import StatusEntity

PARALLEL_UPDATES = 0

_FREE_MEMORY = ButtonEntityDescription(key="free_memory", entity_category=EntityCategory.CONFIG)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: LlmosConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the button, for an engine on this machine: no other can be stopped from here."""
    if entry.runtime_data.is_local:
        async_add_entities([FreeMemoryButton(entry, _FREE_MEMORY)])


class FreeMemoryButton(StatusEntity, ButtonEntity):
    """Stops the engine's process. The next request starts it."""

    @override
    async def async_press(self) -> None:
        await self.coordinator.engine.async_rest()

"""What the entities of the integration have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING

from homeassistant.helpers.device_registry import DeviceEntryType, DeviceInfo
from homeassistant.helpers.entity import Entity, EntityDescription
from homeassistant.helpers.update_coordinator import CoordinatorEntity

from .const import DOMAIN, NAME
from .coordinator import EngineCoordinator

if TYPE_CHECKING:
    from . import LlmosConfigEntry


class EngineEntity(Entity):
    """An ability of the engine. Always available: a request brings a dead engine back."""

    _attr_has_entity_name = True
    _attr_name = None
    _attr_should_poll = False

    def __init__(self, entry: LlmosConfigEntry) -> None:
        self.engine = entry.runtime_data.engine
        self.requests = entry.runtime_data.requests
        self._attr_unique_id = entry.entry_id
        self._attr_device_info = device_info(entry)


class StatusEntity(CoordinatorEntity[EngineCoordinator]):
    """Something on the device page, named by the key of its description."""

    _attr_has_entity_name = True

    def __init__(self, entry: LlmosConfigEntry, description: EntityDescription) -> None:
        super().__init__(entry.runtime_data)
        self.entity_description = description
        self._attr_unique_id = f"{entry.entry_id}_{description.key}"
        self._attr_translation_key = description.key
        self._attr_device_info = device_info(entry)


def device_info(entry: LlmosConfigEntry) -> DeviceInfo:
    """The one device, a service, that all entities belong to."""
    return DeviceInfo(
        identifiers={(DOMAIN, entry.entry_id)},
        name=NAME,
        entry_type=DeviceEntryType.SERVICE,
    )

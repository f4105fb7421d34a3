"""What the entities of the integration have in common."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from homeassistant.config_entries import ConfigSubentry
from homeassistant.const import CONF_PROMPT
from homeassistant.helpers.device_registry import DeviceEntryType, DeviceInfo
from homeassistant.helpers.entity import Entity, EntityDescription
from homeassistant.helpers.update_coordinator import CoordinatorEntity

from .const import CONF_CHAT_MODEL, DOMAIN, NAME
from .coordinator import EngineCoordinator

if TYPE_CHECKING:
    from . import LlmosConfigEntry


class EngineEntity(Entity):
    """An ability of the engine. Always available: a request brings a dead engine back.

    It is the entry's own, or set up to the user's wishes in a subentry.
    """

    _attr_has_entity_name = True
    _attr_name = None
    _attr_should_poll = False

    def __init__(self, entry: LlmosConfigEntry, subentry: ConfigSubentry | None = None) -> None:
        self.settings: Mapping[str, Any] = subentry.data if subentry else {}
        self.engine = entry.runtime_data.engine
        self.requests = entry.runtime_data.requests
        self._attr_unique_id = subentry.subentry_id if subentry else entry.entry_id
        self._attr_device_info = device_info(entry)
        if subentry:
            self._attr_device_info = DeviceInfo(
                identifiers={(DOMAIN, subentry.subentry_id)},
                name=subentry.title,
                entry_type=DeviceEntryType.SERVICE,
            )

    @property
    def instructions(self) -> str:
        """What the user tells the chat model."""
        return str(self.settings.get(CONF_PROMPT, ""))

    @property
    def chat_model(self) -> str:
        """The name of the chat model that the user chose for it; "" for that of the options."""
        return str(self.settings.get(CONF_CHAT_MODEL, ""))


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
    """The device, a service, that all entities belong to but those of subentries."""
    return DeviceInfo(
        identifiers={(DOMAIN, entry.entry_id)},
        name=NAME,
        entry_type=DeviceEntryType.SERVICE,
    )

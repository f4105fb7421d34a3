"""What the entities of the integration have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING

from homeassistant.helpers.device_registry import DeviceEntryType, DeviceInfo
from homeassistant.helpers.entity import Entity

from .const import DOMAIN, LANGUAGES, NAME

if TYPE_CHECKING:
    from . import LlmosConfigEntry


class EngineEntity(Entity):
    """An ability of the engine. Always available: a request brings a dead engine back."""

    _attr_has_entity_name = True
    _attr_name = None
    _attr_should_poll = False

    def __init__(self, entry: LlmosConfigEntry) -> None:
        self.engine = entry.runtime_data
        self._attr_unique_id = entry.entry_id
        self._attr_device_info = DeviceInfo(
            identifiers={(DOMAIN, entry.entry_id)},
            name=NAME,
            entry_type=DeviceEntryType.SERVICE,
        )

    @property
    def supported_languages(self) -> list[str]:
        """The languages that there are models for."""
        return LANGUAGES

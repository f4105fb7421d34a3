"""Privacy: whether the last requests are remembered with their words."""

from __future__ import annotations

from typing import Any, override

from homeassistant.components.switch import SwitchEntity, SwitchEntityDescription
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from . import LlmosConfigEntry
from .const import CONF_PRIVACY
from .entity import StatusEntity

PARALLEL_UPDATES = 0

_PRIVACY = SwitchEntityDescription(key=CONF_PRIVACY, entity_category=EntityCategory.CONFIG)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: LlmosConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the switch."""
    async_add_entities([PrivacySwitch(entry, _PRIVACY)])


class PrivacySwitch(StatusEntity, SwitchEntity):
    """On: nothing that was said is kept.

    Its state is an option of the entry: unlike a restored state it also survives a crash.
    """

    @property
    @override
    def is_on(self) -> bool:
        return self.coordinator.requests.is_private

    @override
    async def async_turn_on(self, **kwargs: Any) -> None:
        self._set(True)

    @override
    async def async_turn_off(self, **kwargs: Any) -> None:
        self._set(False)

    def _set(self, is_private: bool) -> None:
        self.coordinator.requests.set_private(is_private)
        entry = self.coordinator.config_entry
        self.hass.config_entries.async_update_entry(
            entry, options={**entry.options, CONF_PRIVACY: is_private}
        )
        self.async_write_ha_state()

"""What all virtual entities have in common."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from homeassistant.helpers.entity import Entity

type Spec = Mapping[str, Any]
"""What home.yaml says of an entity."""


class Virtual(Entity):
    """An entity of home.yaml that lives in memory.

    `events`: what was done to it that no state tells, since it was furnished.
    """

    _attr_should_poll = False

    def __init__(self, entity_id: str, spec: Spec, is_us: bool) -> None:
        self.entity_id = entity_id
        self.spec = spec
        self.is_us = is_us
        self.events: list[tuple[str, Any]] = []
        self._attr_unique_id = entity_id
        self._attr_name = str(spec["name"])
        self._attr_extra_state_attributes = dict(spec.get("attributes", {}))
        self.build()
        self.furnish()

    def build(self) -> None:
        """Set what never changes."""
        if device_class := self.spec.get("device_class"):
            self._attr_device_class = device_class

    def furnish(self) -> None:
        """Put it into the state that home.yaml gives it."""

    def values(self) -> dict[str, Any]:
        """What it is set to besides its state, in README.md's words and units."""
        return {}

    def reset(self) -> None:
        """As it was at first."""
        self.events.clear()
        self.furnish()
        self.async_write_ha_state()

    def note(self, event: str, value: Any = True) -> None:
        """Remember what was done to it."""
        self.events.append((event, value))
        self.async_write_ha_state()


def percent(level: float | None) -> int | None:
    """A level from 0 to 1 as percent."""
    return None if level is None else round(level * 100)

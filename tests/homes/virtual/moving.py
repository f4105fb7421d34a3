"""Things that open, close, lock and drive around."""

from __future__ import annotations

from typing import Any

from homeassistant.components.cover import ATTR_POSITION, CoverEntity, CoverEntityFeature
from homeassistant.components.lawn_mower import (
    LawnMowerActivity,
    LawnMowerEntity,
    LawnMowerEntityFeature,
)
from homeassistant.components.lock import LockEntity
from homeassistant.components.vacuum import (
    Segment,
    StateVacuumEntity,
    VacuumActivity,
    VacuumEntityFeature,
)
from homeassistant.components.valve import ValveEntity, ValveEntityFeature

from .base import Virtual


class Cover(Virtual, CoverEntity):
    """A cover, which can be anywhere in between if home.yaml gives it a position."""

    def build(self) -> None:
        """Give it its features."""
        super().build()
        features = CoverEntityFeature.OPEN | CoverEntityFeature.CLOSE | CoverEntityFeature.STOP
        if "position" in self.spec:
            features |= CoverEntityFeature.SET_POSITION
        self._attr_supported_features = features

    def furnish(self) -> None:
        """As home.yaml says."""
        self._move(int(self.spec.get("position", 100 if self.spec["state"] == "open" else 0)))

    def values(self) -> dict[str, Any]:
        """Its position."""
        return {"position": self.current_cover_position}

    def _move(self, position: int) -> None:
        self._attr_is_closed = position == 0
        self._attr_current_cover_position = position if "position" in self.spec else None

    async def async_open_cover(self, **kwargs: Any) -> None:
        """Open it all the way."""
        self._move(100)
        self.async_write_ha_state()

    async def async_close_cover(self, **kwargs: Any) -> None:
        """Close it."""
        self._move(0)
        self.async_write_ha_state()

    async def async_set_cover_position(self, **kwargs: Any) -> None:
        """Open it this far."""
        self._move(kwargs[ATTR_POSITION])
        self.async_write_ha_state()

    async def async_stop_cover(self, **kwargs: Any) -> None:
        """Stop it where it is."""
        self.note("stopped")


class Valve(Virtual, ValveEntity):
    """A valve, which can be half open if home.yaml gives it a position."""

    def build(self) -> None:
        """Give it its features."""
        super().build()
        features = ValveEntityFeature.OPEN | ValveEntityFeature.CLOSE | ValveEntityFeature.STOP
        self._attr_reports_position = "position" in self.spec
        if self._attr_reports_position:
            features |= ValveEntityFeature.SET_POSITION
        self._attr_supported_features = features

    def furnish(self) -> None:
        """As home.yaml says."""
        self._move(int(self.spec.get("position", 100 if self.spec["state"] == "open" else 0)))

    def values(self) -> dict[str, Any]:
        """Its position."""
        return {"position": self.current_valve_position}

    def _move(self, position: int) -> None:
        self._attr_is_closed = position == 0
        self._attr_current_valve_position = position if self._attr_reports_position else None

    async def async_open_valve(self) -> None:
        """Open it all the way."""
        self._move(100)
        self.async_write_ha_state()

    async def async_close_valve(self) -> None:
        """Close it."""
        self._move(0)
        self.async_write_ha_state()

    async def async_set_valve_position(self, position: int) -> None:
        """Open it this far."""
        self._move(position)
        self.async_write_ha_state()

    async def async_stop_valve(self) -> None:
        """Stop it where it is."""
        self.note("stopped")


class Lock(Virtual, LockEntity):
    """A lock."""

    def furnish(self) -> None:
        """As home.yaml says."""
        self._attr_is_locked = self.spec["state"] == "locked"

    async def async_lock(self, **kwargs: Any) -> None:
        """Lock it."""
        self._attr_is_locked = True
        self.async_write_ha_state()

    async def async_unlock(self, **kwargs: Any) -> None:
        """Unlock it."""
        self._attr_is_locked = False
        self.async_write_ha_state()


class Vacuum(Virtual, StateVacuumEntity):
    """A robot that knows every area. Its segments are named by the areas' ids."""

    _attr_supported_features = (
        VacuumEntityFeature.STATE
        | VacuumEntityFeature.START
        | VacuumEntityFeature.STOP
        | VacuumEntityFeature.PAUSE
        | VacuumEntityFeature.RETURN_HOME
        | VacuumEntityFeature.LOCATE
        | VacuumEntityFeature.CLEAN_SPOT
        | VacuumEntityFeature.CLEAN_AREA
    )

    segments: tuple[str, ...] = ()

    def furnish(self) -> None:
        """As home.yaml says."""
        self._attr_activity = VacuumActivity(self.spec["state"])
        if "battery" in self.spec:
            self._attr_extra_state_attributes = {"battery_level": self.spec["battery"]}

    def _become(self, activity: VacuumActivity) -> None:
        self._attr_activity = activity
        self.async_write_ha_state()

    async def async_start(self) -> None:
        """Clean everywhere."""
        self._become(VacuumActivity.CLEANING)

    async def async_stop(self, **kwargs: Any) -> None:
        """Stop."""
        self._become(VacuumActivity.IDLE)

    async def async_pause(self) -> None:
        """Pause."""
        self._become(VacuumActivity.PAUSED)

    async def async_return_to_base(self, **kwargs: Any) -> None:
        """Go home."""
        self._become(VacuumActivity.RETURNING)

    async def async_clean_spot(self, **kwargs: Any) -> None:
        """Clean where it stands."""
        self._become(VacuumActivity.CLEANING)

    async def async_locate(self, **kwargs: Any) -> None:
        """Make a sound."""
        self.note("located")

    async def async_get_segments(self) -> list[Segment]:
        """All areas."""
        return [Segment(segment, segment) for segment in self.segments]

    async def async_clean_segments(self, segment_ids: list[str], **kwargs: Any) -> None:
        """Clean these areas."""
        self._attr_activity = VacuumActivity.CLEANING
        self.note("clean", sorted(segment_ids))


class LawnMower(Virtual, LawnMowerEntity):
    """A robot mower."""

    _attr_supported_features = (
        LawnMowerEntityFeature.START_MOWING
        | LawnMowerEntityFeature.PAUSE
        | LawnMowerEntityFeature.DOCK
    )

    def furnish(self) -> None:
        """As home.yaml says."""
        self._attr_activity = LawnMowerActivity(self.spec["state"])

    def _become(self, activity: LawnMowerActivity) -> None:
        self._attr_activity = activity
        self.async_write_ha_state()

    async def async_start_mowing(self) -> None:
        """Mow."""
        self._become(LawnMowerActivity.MOWING)

    async def async_pause(self) -> None:
        """Pause."""
        self._become(LawnMowerActivity.PAUSED)

    async def async_dock(self) -> None:
        """Go home."""
        self._become(LawnMowerActivity.RETURNING)

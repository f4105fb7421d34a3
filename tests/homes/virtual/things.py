"""Scenes, sensors, people and what else there is to a home."""

from __future__ import annotations

from datetime import date
from typing import Any

from homeassistant.components.alarm_control_panel import (
    AlarmControlPanelEntity,
    AlarmControlPanelEntityFeature,
    AlarmControlPanelState,
)
from homeassistant.components.binary_sensor import BinarySensorEntity
from homeassistant.components.button import ButtonEntity
from homeassistant.components.number import NumberEntity
from homeassistant.components.scene import Scene as SceneEntity
from homeassistant.components.select import SelectEntity
from homeassistant.components.sensor import SensorDeviceClass, SensorEntity
from homeassistant.helpers.entity import ToggleEntity
from homeassistant.util import dt as dt_util

from .base import Virtual


class Scene(Virtual, SceneEntity):
    """A scene that records that it was activated."""

    async def async_activate(self, **kwargs: Any) -> None:
        """Record it."""
        self.events.append(("activated", True))


class Button(Virtual, ButtonEntity):
    """A button that records that it was pressed."""

    async def async_press(self) -> None:
        """Record it."""
        self.events.append(("activated", True))


class Script(Virtual, ToggleEntity):
    """A script that records that it was run, and has ended at once."""

    _attr_is_on = False

    async def async_turn_on(self, **kwargs: Any) -> None:
        """Record it."""
        self.note("activated")

    async def async_turn_off(self, **kwargs: Any) -> None:
        """It does not run."""


class Sensor(Virtual, SensorEntity):
    """A sensor."""

    def build(self) -> None:
        """Give it its unit."""
        super().build()
        self._attr_native_unit_of_measurement = self.spec.get("unit")

    def furnish(self) -> None:
        """As home.yaml says."""
        value: Any = self.spec["state"]
        if self.spec.get("device_class") == SensorDeviceClass.TIMESTAMP:
            when = dt_util.parse_datetime(value, raise_on_error=True)
            value = when if when.tzinfo else when.replace(tzinfo=dt_util.get_default_time_zone())
        elif self.spec.get("device_class") == SensorDeviceClass.DATE:
            value = date.fromisoformat(value)
        self._attr_native_value = value


class BinarySensor(Virtual, BinarySensorEntity):
    """A binary sensor."""

    def furnish(self) -> None:
        """As home.yaml says."""
        self._attr_is_on = self.spec["state"] == "on"


class Person(Virtual):
    """Somebody who is somewhere. `user_id`: of the account with which they act."""

    user_id: str | None = None

    @property
    def extra_state_attributes(self) -> dict[str, Any]:
        """Whose account it is, as of Home Assistant's own."""
        return {"user_id": self.user_id}

    def furnish(self) -> None:
        """As home.yaml says."""
        self._attr_state = self.spec["state"]


class Select(Virtual, SelectEntity):
    """A choice; an input_select, too."""

    def build(self) -> None:
        """Give it its options."""
        self._attr_options = [str(option) for option in self.spec["options"]]

    def furnish(self) -> None:
        """As home.yaml says."""
        self._attr_current_option = self.spec["state"]

    async def async_select_option(self, option: str) -> None:
        """Choose."""
        self._attr_current_option = option
        self.async_write_ha_state()


class Number(Virtual, NumberEntity):
    """A number."""

    def build(self) -> None:
        """Give it its limits."""
        super().build()
        self._attr_native_min_value = self.spec.get("min", 0)
        self._attr_native_max_value = self.spec.get("max", 100)
        self._attr_native_unit_of_measurement = self.spec.get("unit")

    def furnish(self) -> None:
        """As home.yaml says."""
        self._attr_native_value = float(self.spec["state"])

    async def async_set_native_value(self, value: float) -> None:
        """Set it."""
        self._attr_native_value = value
        self.async_write_ha_state()


class InputNumber(Virtual):
    """An input_number."""

    def build(self) -> None:
        """Give it its limits."""
        self._attr_unit_of_measurement = self.spec.get("unit")
        limits = {"min": self.spec.get("min", 0), "max": self.spec.get("max", 100)}
        self._attr_capability_attributes = {**limits, "step": 1}

    def furnish(self) -> None:
        """As home.yaml says."""
        self._attr_state = float(self.spec["state"])

    async def async_set_native_value(self, value: float) -> None:
        """Set it."""
        self._attr_state = value
        self.async_write_ha_state()


class Alarm(Virtual, AlarmControlPanelEntity):
    """An alarm that wants no code."""

    _attr_code_arm_required = False
    _attr_supported_features = (
        AlarmControlPanelEntityFeature.ARM_HOME
        | AlarmControlPanelEntityFeature.ARM_AWAY
        | AlarmControlPanelEntityFeature.ARM_NIGHT
    )

    def furnish(self) -> None:
        """As home.yaml says."""
        self._attr_alarm_state = AlarmControlPanelState(self.spec["state"])

    def _become(self, state: AlarmControlPanelState) -> None:
        self._attr_alarm_state = state
        self.async_write_ha_state()

    async def async_alarm_disarm(self, code: str | None = None) -> None:
        """Disarm it."""
        self._become(AlarmControlPanelState.DISARMED)

    async def async_alarm_arm_home(self, code: str | None = None) -> None:
        """Arm it while somebody is at home."""
        self._become(AlarmControlPanelState.ARMED_HOME)

    async def async_alarm_arm_away(self, code: str | None = None) -> None:
        """Arm it while nobody is at home."""
        self._become(AlarmControlPanelState.ARMED_AWAY)

    async def async_alarm_arm_night(self, code: str | None = None) -> None:
        """Arm it for the night."""
        self._become(AlarmControlPanelState.ARMED_NIGHT)

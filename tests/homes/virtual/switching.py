"""Things that are on or off."""

from __future__ import annotations

from typing import Any

from homeassistant.components.fan import FanEntity, FanEntityFeature
from homeassistant.components.humidifier import HumidifierEntity, HumidifierEntityFeature
from homeassistant.components.light import (
    ATTR_BRIGHTNESS,
    ATTR_COLOR_TEMP_KELVIN,
    ATTR_HS_COLOR,
    ColorMode,
    LightEntity,
)
from homeassistant.components.siren import SirenEntity, SirenEntityFeature
from homeassistant.helpers.entity import ToggleEntity
from homeassistant.util import color as color_util

from .base import Virtual


class OnOff(Virtual, ToggleEntity):
    """Anything that only turns on and off: a switch, an input_boolean."""

    def furnish(self) -> None:
        """As home.yaml says."""
        self._attr_is_on = self.spec["state"] == "on"

    async def async_turn_on(self, **kwargs: Any) -> None:
        """On."""
        self._attr_is_on = True
        self.async_write_ha_state()

    async def async_turn_off(self, **kwargs: Any) -> None:
        """Off."""
        self._attr_is_on = False
        self.async_write_ha_state()


class Automation(OnOff):
    """An automation that records that it was run."""

    async def async_trigger(self, *args: Any, **kwargs: Any) -> None:
        """Run it."""
        self.note("activated")


class Siren(OnOff, SirenEntity):
    """A siren."""

    _attr_supported_features = SirenEntityFeature.TURN_ON | SirenEntityFeature.TURN_OFF


class Light(Virtual, LightEntity):
    """A light."""

    def build(self) -> None:
        """Choose its modes."""
        supports = self.spec.get("supports", [])
        modes = set()
        if "color" in supports:
            modes.add(ColorMode.HS)
        if "color_temp" in supports:
            modes.add(ColorMode.COLOR_TEMP)
        if not modes:
            modes.add(ColorMode.BRIGHTNESS if "brightness" in supports else ColorMode.ONOFF)
        self._attr_supported_color_modes = modes
        self._attr_min_color_temp_kelvin, self._attr_max_color_temp_kelvin = 2000, 6500

    def furnish(self) -> None:
        """As home.yaml says."""
        modes = self._attr_supported_color_modes or set()
        self._attr_is_on = self.spec["state"] == "on"
        self._attr_brightness = round(self.spec.get("brightness", 100) * 2.55)
        self._attr_hs_color = self._attr_color_temp_kelvin = None
        if ColorMode.HS in modes and ("color" in self.spec or ColorMode.COLOR_TEMP not in modes):
            self._attr_color_mode = ColorMode.HS
            rgb = color_util.color_name_to_rgb(self.spec.get("color", "white"))
            self._attr_hs_color = color_util.color_RGB_to_hs(*rgb)
        elif ColorMode.COLOR_TEMP in modes:
            self._attr_color_mode = ColorMode.COLOR_TEMP
            self._attr_color_temp_kelvin = self.spec.get("kelvin", 3000)
        else:
            self._attr_color_mode = next(iter(modes))

    def values(self) -> dict[str, Any]:
        """Brightness in percent, the color as hue and saturation, and kelvin."""
        if not self.is_on or ColorMode.ONOFF in (self._attr_supported_color_modes or set()):
            return {}
        values: dict[str, Any] = {"brightness": round((self.brightness or 0) / 2.55)}
        if self.color_mode is ColorMode.HS:
            values["color"] = self.hs_color
        if self.color_mode is ColorMode.COLOR_TEMP:
            values["kelvin"] = self.color_temp_kelvin
        return values

    async def async_turn_on(self, **kwargs: Any) -> None:
        """Turn it on and set what is given."""
        self._attr_is_on = True
        if (brightness := kwargs.get(ATTR_BRIGHTNESS)) is not None:
            self._attr_brightness = brightness
        if (hs_color := kwargs.get(ATTR_HS_COLOR)) is not None:
            self._attr_hs_color, self._attr_color_temp_kelvin = hs_color, None
            self._attr_color_mode = ColorMode.HS
        if (kelvin := kwargs.get(ATTR_COLOR_TEMP_KELVIN)) is not None:
            self._attr_hs_color, self._attr_color_temp_kelvin = None, kelvin
            self._attr_color_mode = ColorMode.COLOR_TEMP
        self.async_write_ha_state()

    async def async_turn_off(self, **kwargs: Any) -> None:
        """Off."""
        self._attr_is_on = False
        self.async_write_ha_state()


class Humidifier(OnOff, HumidifierEntity):
    """A humidifier or dehumidifier."""

    def build(self) -> None:
        """Give it its modes."""
        super().build()
        if modes := self.spec.get("modes"):
            self._attr_available_modes = modes
            self._attr_supported_features = HumidifierEntityFeature.MODES

    def furnish(self) -> None:
        """As home.yaml says."""
        super().furnish()
        self._attr_target_humidity = self.spec.get("humidity")
        self._attr_mode = self.spec.get("mode")

    def values(self) -> dict[str, Any]:
        """The humidity that it is to bring about, and its mode."""
        return {"humidity": self.target_humidity, "mode": self._attr_mode}

    async def async_set_humidity(self, humidity: int) -> None:
        """Set the target."""
        self._attr_target_humidity = humidity
        self.async_write_ha_state()

    async def async_set_mode(self, mode: str) -> None:
        """Set the mode."""
        self._attr_mode = mode
        self.async_write_ha_state()


class Fan(Virtual, FanEntity):
    """A fan, with speeds if home.yaml gives it a percentage."""

    def build(self) -> None:
        """Give it its features."""
        features = FanEntityFeature.TURN_ON | FanEntityFeature.TURN_OFF
        if "percentage" in self.spec:
            features |= FanEntityFeature.SET_SPEED
        if "oscillating" in self.spec:
            features |= FanEntityFeature.OSCILLATE
        if modes := self.spec.get("preset_modes"):
            features |= FanEntityFeature.PRESET_MODE
            self._attr_preset_modes = modes
        self._attr_supported_features = features

    def furnish(self) -> None:
        """As home.yaml says."""
        self._is_on: bool = self.spec["state"] == "on"
        self._speed = int(self.spec.get("percentage", 0)) or 100
        self._attr_preset_mode = self.spec.get("preset_mode")
        self._attr_oscillating = self.spec.get("oscillating")

    @property
    def is_on(self) -> bool:
        """Whether it turns."""
        return self._is_on

    @property
    def percentage(self) -> int | None:
        """Its speed."""
        if FanEntityFeature.SET_SPEED not in self.supported_features:
            return None
        return self._speed if self._is_on else 0

    def values(self) -> dict[str, Any]:
        """Speed, preset and whether it oscillates."""
        return {
            "percentage": self.percentage,
            "preset_mode": self._attr_preset_mode,
            "oscillating": self._attr_oscillating,
        }

    async def async_turn_on(
        self, percentage: int | None = None, preset_mode: str | None = None, **kwargs: Any
    ) -> None:
        """Turn it on and set what is given."""
        if preset_mode is not None:
            self._attr_preset_mode = preset_mode
        await self.async_set_percentage(self._speed if percentage is None else percentage)

    async def async_turn_off(self, **kwargs: Any) -> None:
        """Off."""
        await self.async_set_percentage(0)

    async def async_set_percentage(self, percentage: int) -> None:
        """Set the speed."""
        self._is_on = percentage > 0
        self._speed = percentage or self._speed
        self.async_write_ha_state()

    async def async_set_preset_mode(self, preset_mode: str) -> None:
        """Set the preset."""
        self._is_on, self._attr_preset_mode = True, preset_mode
        self.async_write_ha_state()

    async def async_oscillate(self, oscillating: bool) -> None:
        """Turn the head or not."""
        self._attr_oscillating = oscillating
        self.async_write_ha_state()

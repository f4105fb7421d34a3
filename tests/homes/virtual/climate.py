"""Heating, cooling, hot water and the weather."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from homeassistant.components.climate import ClimateEntity, ClimateEntityFeature, HVACMode
from homeassistant.components.water_heater import (
    WaterHeaterEntity,
    WaterHeaterEntityFeature,
)
from homeassistant.components.weather import Forecast, WeatherEntity, WeatherEntityFeature
from homeassistant.const import ATTR_TEMPERATURE, UnitOfSpeed, UnitOfTemperature
from homeassistant.util import dt as dt_util

from .base import Virtual


def _unit(is_us: bool) -> UnitOfTemperature:
    return UnitOfTemperature.FAHRENHEIT if is_us else UnitOfTemperature.CELSIUS


class Climate(Virtual, ClimateEntity):
    """A thermostat or an air conditioner."""

    def build(self) -> None:
        """Give it its features and modes."""
        spec = self.spec
        self._attr_temperature_unit = _unit(self.is_us)
        modes = [spec["state"], *(str(m) for m in spec.get("modes", ["off", "heat"]))]
        self._attr_hvac_modes = [HVACMode(mode) for mode in dict.fromkeys(modes)]
        features = ClimateEntityFeature(0)
        if "temperature" in spec:
            features |= ClimateEntityFeature.TARGET_TEMPERATURE
        if HVACMode.OFF in self._attr_hvac_modes:
            features |= ClimateEntityFeature.TURN_OFF | ClimateEntityFeature.TURN_ON
        if spec.get("fan_modes"):
            features |= ClimateEntityFeature.FAN_MODE
            self._attr_fan_modes = spec["fan_modes"]
        if spec.get("preset_modes"):
            features |= ClimateEntityFeature.PRESET_MODE
            self._attr_preset_modes = spec["preset_modes"]
        self._attr_supported_features = features

    def furnish(self) -> None:
        """As home.yaml says."""
        self._attr_hvac_mode = HVACMode(self.spec["state"])
        self._attr_target_temperature = self.spec.get("temperature")
        self._attr_current_temperature = self.spec.get("current_temperature")
        self._attr_fan_mode = self.spec.get("fan_mode")
        self._attr_preset_mode = self.spec.get("preset_mode")

    def values(self) -> dict[str, Any]:
        """What it is to bring about, and how."""
        return {
            "temperature": self._attr_target_temperature,
            "fan_mode": self._attr_fan_mode,
            "preset_mode": self._attr_preset_mode,
        }

    async def async_set_temperature(self, **kwargs: Any) -> None:
        """Set the target, and the mode if one comes with it."""
        if (temperature := kwargs.get(ATTR_TEMPERATURE)) is not None:
            self._attr_target_temperature = temperature
        if mode := kwargs.get("hvac_mode"):
            self._attr_hvac_mode = mode
        self.async_write_ha_state()

    async def async_set_hvac_mode(self, hvac_mode: HVACMode) -> None:
        """Heat, cool, …"""
        self._attr_hvac_mode = hvac_mode
        self.async_write_ha_state()

    async def async_set_fan_mode(self, fan_mode: str) -> None:
        """Set the fan."""
        self._attr_fan_mode = fan_mode
        self.async_write_ha_state()

    async def async_set_preset_mode(self, preset_mode: str) -> None:
        """Set the preset."""
        self._attr_preset_mode = preset_mode
        self.async_write_ha_state()


class WaterHeater(Virtual, WaterHeaterEntity):
    """A boiler."""

    _attr_supported_features = (
        WaterHeaterEntityFeature.TARGET_TEMPERATURE
        | WaterHeaterEntityFeature.OPERATION_MODE
        | WaterHeaterEntityFeature.ON_OFF
    )

    def build(self) -> None:
        """Give it its modes and limits."""
        self._attr_temperature_unit = _unit(self.is_us)
        self._attr_min_temp, self._attr_max_temp = (70, 180) if self.is_us else (20, 80)
        modes = [self.spec["state"], "off", "eco", "electric", "performance"]
        self._attr_operation_list = list(dict.fromkeys(modes))

    def furnish(self) -> None:
        """As home.yaml says."""
        self._attr_current_operation = self.spec["state"]
        self._attr_target_temperature = self.spec.get("temperature")

    def values(self) -> dict[str, Any]:
        """The temperature that it is to bring about."""
        return {"temperature": self._attr_target_temperature}

    async def async_set_temperature(self, **kwargs: Any) -> None:
        """Set the target."""
        self._attr_target_temperature = kwargs[ATTR_TEMPERATURE]
        self.async_write_ha_state()

    async def async_set_operation_mode(self, operation_mode: str) -> None:
        """Set the mode."""
        self._attr_current_operation = operation_mode
        self.async_write_ha_state()

    async def async_turn_on(self, **kwargs: Any) -> None:
        """On, as it was or to save energy."""
        was = self.spec["state"]
        await self.async_set_operation_mode("eco" if was == "off" else was)

    async def async_turn_off(self, **kwargs: Any) -> None:
        """Off."""
        await self.async_set_operation_mode("off")


class Weather(Virtual, WeatherEntity):
    """The weather, now and as home.yaml forecasts it."""

    def build(self) -> None:
        """Take the units of the home, and give it its forecasts."""
        self._attr_native_temperature_unit = _unit(self.is_us)
        self._attr_native_wind_speed_unit = (
            UnitOfSpeed.MILES_PER_HOUR if self.is_us else UnitOfSpeed.KILOMETERS_PER_HOUR
        )
        features = WeatherEntityFeature(0)
        if "daily" in self.spec:
            features |= WeatherEntityFeature.FORECAST_DAILY
        if "hourly" in self.spec:
            features |= WeatherEntityFeature.FORECAST_HOURLY
        self._attr_supported_features = features

    def furnish(self) -> None:
        """As home.yaml says."""
        self._attr_condition = self.spec["state"]
        self._attr_native_temperature = self.spec.get("temperature")
        self._attr_humidity = self.spec.get("humidity")
        self._attr_native_wind_speed = self.spec.get("wind_speed")

    async def async_forecast_daily(self) -> list[Forecast]:
        """A row a day, from today on."""
        today = dt_util.start_of_local_day()
        return [
            Forecast(
                datetime=(today + timedelta(days=day)).isoformat(),
                condition=condition,
                native_temperature=high,
                native_templow=low,
                precipitation_probability=rain,
            )
            for day, (condition, high, low, rain) in enumerate(self.spec["daily"])
        ]

    async def async_forecast_hourly(self) -> list[Forecast]:
        """A row an hour, from the next full hour on."""
        return [
            Forecast(
                datetime=_full_hour(hours).isoformat(),
                condition=condition,
                native_temperature=temperature,
                precipitation_probability=rain,
            )
            for hours, (condition, temperature, rain) in enumerate(self.spec["hourly"], start=1)
        ]


def _full_hour(after: int) -> datetime:
    """The full hour so many hours after the last one."""
    now = dt_util.now()
    return now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=after)

"""The home as Home Assistant knows it, and as an assistant may see it.

What hardly changes, names, places, exposure, is read once and again after a change; of the rest
just those entities are read anew whose states have changed. So it costs little, however large the home.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from homeassistant.components.alarm_control_panel import (
    ATTR_CODE_ARM_REQUIRED,
    AlarmControlPanelEntityFeature,
)
from homeassistant.components.climate import (
    ATTR_CURRENT_TEMPERATURE,
    ATTR_FAN_MODES,
    ATTR_HVAC_MODES,
    ATTR_SWING_MODES,
)
from homeassistant.components.cover import ATTR_CURRENT_POSITION
from homeassistant.components.fan import ATTR_OSCILLATING, ATTR_PERCENTAGE, ATTR_PRESET_MODES
from homeassistant.components.homeassistant.exposed_entities import (
    async_listen_entity_updates,
    async_should_expose,
)
from homeassistant.components.humidifier import ATTR_AVAILABLE_MODES, ATTR_HUMIDITY
from homeassistant.components.light import (
    ATTR_BRIGHTNESS,
    ATTR_COLOR_TEMP_KELVIN,
    ATTR_SUPPORTED_COLOR_MODES,
    brightness_supported,
)
from homeassistant.components.media_player import (
    ATTR_INPUT_SOURCE_LIST,
    ATTR_MEDIA_VOLUME_LEVEL,
    ATTR_SOUND_MODE_LIST,
)
from homeassistant.components.select import ATTR_OPTIONS
from homeassistant.components.vacuum import ATTR_FAN_SPEED_LIST
from homeassistant.components.water_heater import ATTR_OPERATION_LIST
from homeassistant.const import (
    ATTR_BATTERY_LEVEL,
    ATTR_DEVICE_CLASS,
    ATTR_SUPPORTED_FEATURES,
    ATTR_TEMPERATURE,
    UnitOfTemperature,
)
from homeassistant.core import Event, HomeAssistant, State, callback
from homeassistant.helpers import (
    area_registry as ar,
)
from homeassistant.helpers import (
    device_registry as dr,
)
from homeassistant.helpers import (
    entity_registry as er,
)
from homeassistant.helpers import (
    floor_registry as fr,
)
from homeassistant.helpers import (
    intent,
)
from homeassistant.helpers.sun import is_up
from homeassistant.util import dt as dt_util
from homeassistant.util.hass_dict import HassKey
from homeassistant.util.unit_conversion import TemperatureConverter

from ..const import DOMAIN
from .inventory import Area, Entity, Floor, Home
from .modes import STILL

_BUILDERS: HassKey[dict[str, HomeBuilder]] = HassKey(f"{DOMAIN}_homes")
_REGISTRIES = (
    ar.EVENT_AREA_REGISTRY_UPDATED,
    dr.EVENT_DEVICE_REGISTRY_UPDATED,
    er.EVENT_ENTITY_REGISTRY_UPDATED,
    fr.EVENT_FLOOR_REGISTRY_UPDATED,
)


@callback
def async_build_home(hass: HomeAssistant, assistant: str = "conversation") -> Home:
    """The home as `assistant` may see it: exposed entities, all areas and all floors."""
    builders = hass.data.setdefault(_BUILDERS, {})
    if assistant not in builders:
        builders[assistant] = HomeBuilder(hass, assistant)
    return builders[assistant].build()


class HomeBuilder:
    """Builds the home for one assistant, and remembers what has not changed since."""

    def __init__(self, hass: HomeAssistant, assistant: str) -> None:
        """Listen for changes as long as Home Assistant runs."""
        self._hass = hass
        self._assistant = assistant
        # By entity id: the state that was read, and what it came to; None if it is not exposed.
        self._entities: dict[str, tuple[State, Entity | None]] = {}
        self._places: tuple[tuple[Area, ...], tuple[Floor, ...]] | None = None
        for event in _REGISTRIES:
            hass.bus.async_listen(event, self._forget)
        async_listen_entity_updates(hass, assistant, self._forget)

    @callback
    def _forget(self, _: Event[Any] | None = None) -> None:
        self._entities.clear()
        self._places = None

    @callback
    def build(self) -> Home:
        """The home as it is now."""
        areas, floors = self._places = self._places or _places(self._hass)
        read = (self._read(state) for state in self._hass.states.async_all())
        return Home(
            entities=tuple(entity for entity in read if entity is not None),
            areas=areas,
            floors=floors,
            shopping_list="shopping_list" in self._hass.config.components,
            now=dt_util.now(),
            sun="above_horizon" if is_up(self._hass) else "below_horizon",
        )

    def _read(self, state: State) -> Entity | None:
        known = self._entities.get(state.entity_id)
        if known and known[0] is state:
            return known[1]
        entity = None
        if async_should_expose(self._hass, self._assistant, state.entity_id):
            entry = er.async_get(self._hass).async_get(state.entity_id)
            entity = _entity(self._hass, state, entry, dr.async_get(self._hass))
        self._entities[state.entity_id] = (state, entity)
        return entity


def _places(hass: HomeAssistant) -> tuple[tuple[Area, ...], tuple[Floor, ...]]:
    areas = tuple(
        Area(
            area.id,
            area.name,
            tuple(sorted(area.aliases)),
            area.floor_id,
            area.temperature_entity_id,
        )
        for area in ar.async_get(hass).async_list_areas()
    )
    floors = tuple(
        Floor(floor.floor_id, floor.name, tuple(sorted(floor.aliases)), floor.level)
        for floor in fr.async_get(hass).async_list_floors()
    )
    return areas, floors


def _entity(
    hass: HomeAssistant, state: State, entry: er.RegistryEntry | None, devices: dr.DeviceRegistry
) -> Entity:
    area_id = entry.area_id if entry else None
    if (
        entry
        and area_id is None
        and entry.device_id
        and (device := devices.async_get(entry.device_id))
    ):
        area_id = dr.async_get_effective_area_id(hass, device)
    # The user may have taken all names away: the entity's id is a name that handlers always know.
    names = intent.async_get_entity_aliases(hass, entry, state=state) or [state.entity_id]
    device_class = (entry and entry.device_class) or state.attributes.get(ATTR_DEVICE_CLASS)
    return Entity(
        state.entity_id,
        names[0],
        tuple(names[1:]),
        device_class,
        area_id,
        state.state,
        _levels(state) | _battery(state.attributes),
        _options(state),
        entry.device_id if entry else None,
    )


def _levels(state: State) -> dict[str, float]:
    """What the entity is set to, in the units of the intents' slots."""
    attributes = state.attributes
    match state.domain:
        case "light" if brightness_supported(attributes.get(ATTR_SUPPORTED_COLOR_MODES)):
            kelvin = attributes.get(ATTR_COLOR_TEMP_KELVIN)
            return {
                "brightness": (attributes.get(ATTR_BRIGHTNESS) or 0) / 2.55,
                **({"kelvin": kelvin} if kelvin else {}),
            }
        case "fan" if (percentage := attributes.get(ATTR_PERCENTAGE)) is not None:
            return {"percentage": percentage}
        case "cover" | "valve" if (position := attributes.get(ATTR_CURRENT_POSITION)) is not None:
            return {"position": position}
        case "climate" if (temperature := attributes.get(ATTR_TEMPERATURE)) is not None:
            return {"temperature": temperature} | _measured(attributes)
        case "climate":
            return _measured(attributes)
        case "humidifier" if (humidity := attributes.get(ATTR_HUMIDITY)) is not None:
            return {"humidity": humidity}
        case "water_heater" if (temperature := attributes.get(ATTR_TEMPERATURE)) is not None:
            return {"temperature": temperature}
        case "media_player" if (volume := attributes.get(ATTR_MEDIA_VOLUME_LEVEL)) is not None:
            return {"volume_level": volume * 100}
        case "sensor":
            with suppress(ValueError):
                return {"measured": float(state.state)}
        case "weather" if (temperature := attributes.get(ATTR_TEMPERATURE)) is not None:
            return _weather_levels(temperature, attributes.get("temperature_unit"))
    return {}


def _battery(attributes: Mapping[str, Any]) -> dict[str, float]:
    battery = attributes.get(ATTR_BATTERY_LEVEL)
    return {"battery": battery} if isinstance(battery, int | float) else {}


def _measured(attributes: Mapping[str, Any]) -> dict[str, float]:
    measured = attributes.get(ATTR_CURRENT_TEMPERATURE)
    return {} if measured is None else {"measured": measured}


def _weather_levels(temperature: float, unit: str | None) -> dict[str, float]:
    celsius = TemperatureConverter.convert(
        temperature, unit or UnitOfTemperature.CELSIUS, UnitOfTemperature.CELSIUS
    )
    return {"measured": temperature, "temperature_celsius": celsius}


_OPTIONS = {
    "climate": {
        "hvac_mode": ATTR_HVAC_MODES,
        "preset_mode": ATTR_PRESET_MODES,
        "fan_mode": ATTR_FAN_MODES,
        "swing_mode": ATTR_SWING_MODES,
    },
    "fan": {"preset_mode": ATTR_PRESET_MODES},
    "humidifier": {"mode": ATTR_AVAILABLE_MODES},
    "input_select": {"option": ATTR_OPTIONS},
    "media_player": {"source": ATTR_INPUT_SOURCE_LIST, "sound_mode": ATTR_SOUND_MODE_LIST},
    "select": {"option": ATTR_OPTIONS},
    "vacuum": {"fan_speed": ATTR_FAN_SPEED_LIST},
    "water_heater": {"operation_mode": ATTR_OPERATION_LIST},
}


_ARMED = {
    AlarmControlPanelEntityFeature.ARM_AWAY: "away",
    AlarmControlPanelEntityFeature.ARM_HOME: "home",
    AlarmControlPanelEntityFeature.ARM_NIGHT: "night",
    AlarmControlPanelEntityFeature.ARM_VACATION: "vacation",
}


def _options(state: State) -> dict[str, tuple[str, ...]]:
    """What the entity can be put to. An alarm that wants a code to be armed cannot."""
    if state.domain == "alarm_control_panel":
        if state.attributes.get(ATTR_CODE_ARM_REQUIRED):
            return {}
        features = state.attributes.get(ATTR_SUPPORTED_FEATURES, 0)
        return {"arm": tuple(mode for feature, mode in _ARMED.items() if features & feature)}
    oscillating = {}
    if state.domain == "fan" and state.attributes.get(ATTR_OSCILLATING) is not None:
        oscillating = {ATTR_OSCILLATING: (ATTR_OSCILLATING, STILL)}
    return oscillating | {
        attribute: tuple(str(option) for option in options)
        for attribute, listing in _OPTIONS.get(state.domain, {}).items()
        if (options := state.attributes.get(listing))
    }

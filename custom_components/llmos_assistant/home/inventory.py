"""What is in the home and exposed to the assistant, as plain dataclasses."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from homeassistant.components.climate import ATTR_CURRENT_TEMPERATURE, ATTR_HVAC_MODES
from homeassistant.components.cover import ATTR_CURRENT_POSITION
from homeassistant.components.fan import ATTR_PERCENTAGE, ATTR_PRESET_MODES
from homeassistant.components.homeassistant.exposed_entities import async_should_expose
from homeassistant.components.humidifier import ATTR_AVAILABLE_MODES, ATTR_HUMIDITY
from homeassistant.components.light import (
    ATTR_BRIGHTNESS,
    ATTR_SUPPORTED_COLOR_MODES,
    brightness_supported,
)
from homeassistant.components.media_player import (
    ATTR_INPUT_SOURCE_LIST,
    ATTR_MEDIA_VOLUME_LEVEL,
)
from homeassistant.components.select import ATTR_OPTIONS
from homeassistant.components.water_heater import ATTR_OPERATION_LIST
from homeassistant.const import ATTR_DEVICE_CLASS, ATTR_TEMPERATURE, UnitOfTemperature
from homeassistant.core import HomeAssistant, State, callback
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
from homeassistant.util.unit_conversion import TemperatureConverter


@dataclass(frozen=True)
class Floor:
    """A floor of the home."""

    id: str
    name: str
    aliases: tuple[str, ...] = ()
    level: int | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """All that it may be called, the registered name first."""
        return (self.name, *self.aliases)


@dataclass(frozen=True)
class Area:
    """A room or another place of the home."""

    id: str
    name: str
    aliases: tuple[str, ...] = ()
    floor_id: str | None = None
    temperature_entity_id: str | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """All that it may be called, the registered name first."""
        return (self.name, *self.aliases)


@dataclass(frozen=True)
class Entity:
    """An exposed entity.

    `name` is one that Home Assistant's intent handlers find it by, and `area_id` is its device's
    when it has none of its own. `levels` are the numbers it is set to, by the slot that sets them,
    `options` the modes, sources and choices that it can be put to, by the attribute that tells which.
    """

    entity_id: str
    name: str
    aliases: tuple[str, ...] = ()
    device_class: str | None = None
    area_id: str | None = None
    state: str = "unknown"
    levels: Mapping[str, float] = field(default_factory=dict, hash=False)
    options: Mapping[str, tuple[str, ...]] = field(default_factory=dict, hash=False)

    @property
    def domain(self) -> str:
        """The domain that its id starts with."""
        return self.entity_id.partition(".")[0]

    @property
    def names(self) -> tuple[str, ...]:
        """All that it may be called, the name that handlers take first."""
        return (self.name, *self.aliases)


@dataclass(frozen=True)
class Home:
    """Everything that a spoken word may mean, and the local time of saying it.

    `shopping_list`: if that integration is loaded. `sun`: above_horizon or below_horizon.
    """

    entities: tuple[Entity, ...] = ()
    areas: tuple[Area, ...] = ()
    floors: tuple[Floor, ...] = ()
    shopping_list: bool = False
    now: datetime | None = None
    sun: str | None = None

    @cached_property
    def entity_by_id(self) -> dict[str, Entity]:
        """The entities by their ids."""
        return {entity.entity_id: entity for entity in self.entities}

    @cached_property
    def area_by_id(self) -> dict[str, Area]:
        """The areas by their ids."""
        return {area.id: area for area in self.areas}

    def area_of(self, entity: Entity) -> Area | None:
        """The area that the entity is in."""
        return self.area_by_id.get(entity.area_id) if entity.area_id else None

    def is_in(self, entity: Entity, place: Area | Floor) -> bool:
        """If the entity is in this area, or in an area on this floor."""
        area = self.area_of(entity)
        return area is not None and place.id == (
            area.id if isinstance(place, Area) else area.floor_id
        )

    def of_kind(
        self, domains: frozenset[str] | None = None, device_classes: frozenset[str] | None = None
    ) -> tuple[Entity, ...]:
        """The entities of these domains and device classes; None stands for any."""
        return tuple(
            entity
            for entity in self.entities
            if (domains is None or entity.domain in domains)
            and (device_classes is None or entity.device_class in device_classes)
        )


@callback
def async_build_home(hass: HomeAssistant, assistant: str = "conversation") -> Home:
    """The home as `assistant` may see it: exposed entities, all areas and all floors."""
    entity_registry = er.async_get(hass)
    device_registry = dr.async_get(hass)
    return Home(
        entities=tuple(
            _entity(hass, state, entity_registry.async_get(state.entity_id), device_registry)
            for state in hass.states.async_all()
            if async_should_expose(hass, assistant, state.entity_id)
        ),
        areas=tuple(
            Area(
                area.id,
                area.name,
                tuple(sorted(area.aliases)),
                area.floor_id,
                area.temperature_entity_id,
            )
            for area in ar.async_get(hass).async_list_areas()
        ),
        floors=tuple(
            Floor(floor.floor_id, floor.name, tuple(sorted(floor.aliases)), floor.level)
            for floor in fr.async_get(hass).async_list_floors()
        ),
        shopping_list="shopping_list" in hass.config.components,
        now=dt_util.now(),
        sun="above_horizon" if is_up(hass) else "below_horizon",
    )


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
        _levels(state),
        _options(state),
    )


def _levels(state: State) -> dict[str, float]:
    """What the entity is set to, in the units of the intents' slots."""
    attributes = state.attributes
    match state.domain:
        case "light" if brightness_supported(attributes.get(ATTR_SUPPORTED_COLOR_MODES)):
            return {"brightness": (attributes.get(ATTR_BRIGHTNESS) or 0) / 2.55}
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
        case "media_player" if (volume := attributes.get(ATTR_MEDIA_VOLUME_LEVEL)) is not None:
            return {"volume_level": volume * 100}
        case "sensor":
            with suppress(ValueError):
                return {"measured": float(state.state)}
        case "weather" if (temperature := attributes.get(ATTR_TEMPERATURE)) is not None:
            return _weather_levels(temperature, attributes.get("temperature_unit"))
    return {}


def _measured(attributes: Mapping[str, Any]) -> dict[str, float]:
    measured = attributes.get(ATTR_CURRENT_TEMPERATURE)
    return {} if measured is None else {"measured": measured}


def _weather_levels(temperature: float, unit: str | None) -> dict[str, float]:
    celsius = TemperatureConverter.convert(
        temperature, unit or UnitOfTemperature.CELSIUS, UnitOfTemperature.CELSIUS
    )
    return {"measured": temperature, "temperature_celsius": celsius}


_OPTIONS = {
    "climate": {"hvac_mode": ATTR_HVAC_MODES, "preset_mode": ATTR_PRESET_MODES},
    "fan": {"preset_mode": ATTR_PRESET_MODES},
    "humidifier": {"mode": ATTR_AVAILABLE_MODES},
    "input_select": {"option": ATTR_OPTIONS},
    "media_player": {"source": ATTR_INPUT_SOURCE_LIST},
    "select": {"option": ATTR_OPTIONS},
    "water_heater": {"operation_mode": ATTR_OPERATION_LIST},
}


def _options(state: State) -> dict[str, tuple[str, ...]]:
    """What the entity can be put to."""
    return {
        attribute: tuple(str(option) for option in options)
        for attribute, listing in _OPTIONS.get(state.domain, {}).items()
        if (options := state.attributes.get(listing))
    }

"""What is in the home and exposed to the assistant, as plain dataclasses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from homeassistant.components.cover import ATTR_CURRENT_POSITION
from homeassistant.components.fan import ATTR_PERCENTAGE
from homeassistant.components.homeassistant.exposed_entities import async_should_expose
from homeassistant.components.light import (
    ATTR_BRIGHTNESS,
    ATTR_SUPPORTED_COLOR_MODES,
    brightness_supported,
)
from homeassistant.const import ATTR_DEVICE_CLASS, ATTR_TEMPERATURE
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
    when it has none of its own. `levels` are the numbers it is set to, by the slot that sets them.
    """

    entity_id: str
    name: str
    aliases: tuple[str, ...] = ()
    device_class: str | None = None
    area_id: str | None = None
    state: str = "unknown"
    levels: Mapping[str, float] = field(default_factory=dict, hash=False)

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
    """Everything that a spoken word may mean. `shopping_list`: if that integration is loaded."""

    entities: tuple[Entity, ...] = ()
    areas: tuple[Area, ...] = ()
    floors: tuple[Floor, ...] = ()
    shopping_list: bool = False

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
            return {"temperature": temperature}
    return {}

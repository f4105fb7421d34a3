"""What is in the home and exposed to the assistant, as plain dataclasses."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from homeassistant.core import HomeAssistant


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

    @property
    def names(self) -> tuple[str, ...]:
        """All that it may be called, the registered name first."""
        return (self.name, *self.aliases)


@dataclass(frozen=True)
class Entity:
    """An exposed entity.

    `name` is one that Home Assistant's intent handlers find it by, and `area_id` is its device's
    when it has none of its own.
    """

    entity_id: str
    name: str
    aliases: tuple[str, ...] = ()
    device_class: str | None = None
    area_id: str | None = None
    state: str = "unknown"

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
    """Everything that a spoken word may mean. `shopping_list` tells if that integration is loaded."""

    entities: tuple[Entity, ...] = ()
    areas: tuple[Area, ...] = ()
    floors: tuple[Floor, ...] = ()
    shopping_list: bool = False
    _floor_of: dict[str, str | None] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Index the areas."""
        object.__setattr__(self, "_floor_of", {area.id: area.floor_id for area in self.areas})

    @cached_property
    def area_by_id(self) -> dict[str, Area]:
        """The areas by their ids."""
        return {area.id: area for area in self.areas}

    @cached_property
    def floor_by_id(self) -> dict[str, Floor]:
        """The floors by their ids."""
        return {floor.id: floor for floor in self.floors}

    def floor_of(self, entity: Entity) -> str | None:
        """The id of the floor that the entity's area is on."""
        return self._floor_of.get(entity.area_id) if entity.area_id else None


def async_build_home(hass: HomeAssistant, assistant: str = "conversation") -> Home:
    """The home as `assistant` may see it: exposed entities, all areas and floors."""
    raise NotImplementedError

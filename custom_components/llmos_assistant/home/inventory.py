"""What is in the home and exposed to the assistant, as plain dataclasses. No Home Assistant objects."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property


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
    Entities of one `device_id` are parts of one thing.
    """

    entity_id: str
    name: str
    aliases: tuple[str, ...] = ()
    device_class: str | None = None
    area_id: str | None = None
    state: str = "unknown"
    levels: Mapping[str, float] = field(default_factory=dict, hash=False)
    options: Mapping[str, tuple[str, ...]] = field(default_factory=dict, hash=False)
    device_id: str | None = None

    @cached_property
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
        entities = (
            self.entities
            if domains is None
            else tuple(e for domain in sorted(domains) for e in self._by_domain.get(domain, ()))
        )
        if device_classes is None:
            return entities
        return tuple(entity for entity in entities if entity.device_class in device_classes)

    @cached_property
    def _by_domain(self) -> dict[str, list[Entity]]:
        found: dict[str, list[Entity]] = {}
        for entity in self.entities:
            found.setdefault(entity.domain, []).append(entity)
        return found

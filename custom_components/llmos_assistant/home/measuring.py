"""What measures something in a place: sensors of a kind, thermostats, the weather outside."""

from __future__ import annotations

from .inventory import Entity
from .names import split, stems
from .naming import ground_name
from .outdoors import OUTSIDE, is_outdoors
from .places import find_place
from .problems import ProblemKind, Unclear
from .scope import Scope

_OUT = frozenset({"out", "outdoor", "outside"})
_APPLIANCES = frozenset(
    "aquarium boiler flow freezer fridge kiln oven pool probe refrigerator return sauna soil spa tank tub water".split()
)
_IN = frozenset({"here", "home", "house", "in", "indoor", "inside"})


def measuring(scope: Scope) -> tuple[Entity, ...]:
    """What measures the said kind, in the place that was said, or in the whole home. Raises Unclear."""
    kind = str(scope.slots.get("device_class", "temperature"))
    if scope.slots.get("area") == OUTSIDE:
        return outdoors(scope, kind)
    found = _all(scope, kind)
    if scope.place:
        found = scope.inside(found, scope.place)
    elif kind in ("temperature", "humidity"):
        found = tuple(entity for entity in found if not is_outdoors(entity, scope.home)) or found
    if kind == "temperature":
        found = tuple(entity for entity in found if not _is_of_appliance(entity)) or found
    if not found and kind == "humidity" and scope.place is None:
        return outdoors(scope, kind)
    if not found:
        raise Unclear(ProblemKind.NOTHING_FITS, kind, area=scope.place.name if scope.place else "")
    return found


def _is_of_appliance(entity: Entity) -> bool:
    """If it is measured in a thing and not in a room."""
    return not _APPLIANCES.isdisjoint(stems(split(entity.name)))


def outdoors(scope: Scope, kind: str) -> tuple[Entity, ...]:
    """What measures the kind outside: a sensor, else the weather. Raises Unclear."""
    found = tuple(
        entity
        for entity in _all(scope, kind)
        if is_outdoors(entity, scope.home) and not _is_of_appliance(entity)
    )
    found = found or scope.home.of_kind(frozenset({"weather"}))
    if not found:
        raise Unclear(ProblemKind.NOTHING_FITS, kind)
    return found[:1]


def compared(scope: Scope, spoken: str) -> tuple[Entity, ...]:
    """What measures what something is compared with: "the kitchen", "outside". Raises Unclear."""
    words = frozenset(stems(split(spoken)))
    kind = str(scope.slots.get("device_class", "temperature"))
    if words & _OUT:
        return outdoors(scope, kind)
    other = Scope("HassGetState", {"device_class": kind}, scope.home, scope.here)
    if not words <= _IN:
        try:
            other.place = find_place(spoken, scope.home, scope.here_id)
        except Unclear:
            other.slots = {"name": spoken}
            ids = ground_name(other)
            return tuple(scope.home.entity_by_id[entity_id] for entity_id in ids)
    return measuring(other)


def of_said_kind(scope: Scope, found: tuple[Entity, ...]) -> tuple[Entity, ...]:
    """What measures something of a thing of the said kind: the vacuum's battery."""
    if (kind := scope.said_domain) is None:
        return ()
    things = scope.home.of_kind(frozenset({kind}))
    devices = {thing.device_id for thing in things if thing.device_id}
    names = [split(name) for thing in things for name in thing.names]
    return tuple(
        entity
        for entity in found
        if entity.domain == kind
        or entity.device_id in devices
        or any(split(entity.name)[: len(name)] == name for name in names if name)
    )


def _all(scope: Scope, kind: str) -> tuple[Entity, ...]:
    """Sensors of the kind; thermostats where no sensor is."""
    sensors = scope.home.of_kind(frozenset({"sensor"}), frozenset({kind}))
    if kind == "battery":
        with_sensor = {entity.device_id for entity in sensors if entity.device_id}
        return sensors + tuple(
            entity
            for entity in scope.home.entities
            if "battery" in entity.levels and entity.device_id not in with_sensor
        )
    if kind != "temperature":
        return sensors
    covered = {entity.area_id for entity in sensors if not _is_of_appliance(entity)}
    thermostats = scope.home.of_kind(frozenset({"climate"}))
    return sensors + tuple(
        entity
        for entity in thermostats
        if "measured" in entity.levels and (entity.area_id is None or entity.area_id not in covered)
    )

"""What measures something in a place: sensors of a kind, thermostats, the weather outside."""

from __future__ import annotations

import re

from .inventory import Entity, Home
from .names import Words, split, stems
from .naming import ground_name
from .outdoors import OUTSIDE, is_open_air, is_outdoors
from .places import find_place
from .problems import ProblemKind, Unclear
from .scope import Scope

HISTORY = "LlmosGetHistory"
_IT = re.compile(r"\bit\b")
_WHOLE = frozenset({"grid", "home", "house", "main", "mains", "meter", "total", "whole"})
_OUT = frozenset({"out", "outdoor", "outside"})
_APPLIANCES = frozenset(
    "aquarium boiler burner chimney cylinder fireplace flow flue freezer fridge geyser immersion kiln oven pool probe "
    "refrigerator return sauna soil spa stove tank tub water".split()
)
_IN = frozenset({"here", "home", "house", "in", "indoor", "inside"})
_ROOMS = frozenset({*_IN, "bedroom", "flat", "room"}) - {"in"}
# What comes from where: one is not counted as the other.
_SOURCES = tuple(
    map(frozenset, ({"gas"}, {"oil"}, {"water"}, {"panel", "photovoltaic", "pv", "solar"}))
)
_SENSORS = frozenset({"sensor"})
_SUPPLIES = frozenset({"energy", "power"})
LOW = 20  # percent: what a battery has at most, if it is to be changed


def measuring(scope: Scope) -> tuple[Entity, ...]:
    """What measures the said kind, in the place that was said, or in the whole home. Raises Unclear."""
    kind = str(scope.slots.get("device_class", "temperature"))
    if scope.slots.get("area") == OUTSIDE:
        return outdoors(scope, kind)
    found = _all(scope, kind)
    if kind in _SUPPLIES:
        found = _of_source(scope.text, found)
    if _was_outside(scope, kind):
        return outdoors(scope, kind)
    if scope.place:
        found = scope.inside(found, scope.place)
    elif kind in ("temperature", "humidity"):
        found = tuple(entity for entity in found if not is_outdoors(entity, scope.home)) or found
    if kind == "temperature":
        found = tuple(entity for entity in found if not _is_of_appliance(entity)) or found
    if not found and kind == "humidity" and scope.place is None:
        return outdoors(scope, kind)
    if not found and scope.place and is_open_air(scope.place):
        return outdoors(scope, kind)
    if not found:
        raise Unclear(ProblemKind.NOTHING_FITS, kind, area=scope.place.name if scope.place else "")
    return found


def _was_outside(scope: Scope, kind: str) -> bool:
    """If the weather's past is asked about: "how cold did it get last night", which names no room."""
    return (
        scope.intent == HISTORY
        and kind == "temperature"
        and scope.place is None
        and _IT.search(scope.text.lower()) is not None
        and _ROOMS.isdisjoint(stems(split(scope.text)))
        and bool(_outdoors(scope, kind))
    )


def _of_source(text: str, found: tuple[Entity, ...]) -> tuple[Entity, ...]:
    """What counts the source that was said, "solar"; where none was, without gas, water and the sun."""
    words = split(text)
    if "than" in words:
        return found  # "are we using more than the panels make"
    said = [source for source in _SOURCES if source & {*words, *stems(words)}]
    names = {entity: {*split(entity.name), *stems(split(entity.name))} for entity in found}
    if said:
        return tuple(e for e in found if any(source & names[e] for source in said)) or found
    return tuple(e for e in found if not any(source & names[e] for source in _SOURCES)) or found


def sides_of_than(scope: Scope, found: tuple[Entity, ...]) -> tuple[tuple[Entity, ...], ...]:
    """ "Are we making more solar than we're using": what counts the one, and what counts the other."""
    before, than, after = scope.text.lower().partition(" than ")
    if not than or "than" in scope.slots or scope.slots.get("device_class") not in _SUPPLIES:
        return ()
    sides = tuple(_of_source(side, found) for side in (before, after))
    return sides if set(sides[0]).isdisjoint(sides[1]) else ()


def is_below(value: float, limit: float, kind: str) -> bool:
    """If a value is below a limit; a battery with just so much left is low, too."""
    return value <= limit if kind == "battery" else value < limit


def is_whole(name: str) -> bool:
    """If a meter, by its name, counts what the whole home uses."""
    return not _WHOLE.isdisjoint(split(name))


def _is_of_appliance(entity: Entity) -> bool:
    """If it is measured in a thing and not in a room."""
    return not _APPLIANCES.isdisjoint(stems(split(entity.name)))


def outdoors(scope: Scope, kind: str) -> tuple[Entity, ...]:
    """What measures the kind outside: a sensor, else the weather. Raises Unclear."""
    found = _outdoors(scope, kind)
    if not found:
        raise Unclear(ProblemKind.NOTHING_FITS, kind)
    return found[:1]


def _outdoors(scope: Scope, kind: str) -> tuple[Entity, ...]:
    sensors = tuple(
        entity
        for entity in _all(scope, kind)
        if is_outdoors(entity, scope.home) and not _is_of_appliance(entity)
    )
    return sensors or scope.home.of_kind(frozenset({"weather"}))


def counts_source(home: Home, words: Words, kind: str) -> bool:
    """If the words say a source, "the panels", that a sensor of this home counts."""
    said = [source for source in _SOURCES if source & {*words}]
    names = [stems(split(entity.name)) for entity in home.of_kind(_SENSORS, frozenset({kind}))]
    return any(not source.isdisjoint(name) for source in said for name in names)


def is_whole_home(spoken: str) -> bool:
    """If all that is under the roof was said: "inside", "in here"."""
    return frozenset(stems(split(spoken))) <= _IN


def compared(scope: Scope, spoken: str) -> tuple[Entity, ...]:
    """What measures what something is compared with: "the kitchen", "outside". Raises Unclear."""
    words = frozenset(stems(split(spoken)))
    kind = str(scope.slots.get("device_class", "temperature"))
    if words & _OUT:
        return outdoors(scope, kind)
    other = Scope("HassGetState", {"device_class": kind}, scope.home, scope.here)
    if not is_whole_home(spoken):
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

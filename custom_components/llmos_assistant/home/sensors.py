"""Sensors that are asked for by other words than their names."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..engine.protocol import Plan, SlotValue, Step
from .inventory import Entity, Home
from .matching import Name, read_name
from .measuring import counts_source
from .names import Words, split, stems
from .scope import Scope

_SENSORS = frozenset({"sensor"})
_COUNTED = frozenset({"energy", "gas", "water"})
_HOW_MUCH = re.compile(r"\bhow (?:much|many)\b", re.IGNORECASE)
_SPANS = frozenset({"month", "today", "week", "year", "yesterday"})
_USE = frozenset(
    "consumption electricity energy export import power production total usage use used".split()
)
_JOINTS = frozenset({"at", "for", "from", "in", "of", "on", "the"})


def other_sensors(scope: Scope) -> Iterator[dict[str, SlotValue]]:
    """The slots of what is asked, where nothing is called by the words that were understood."""
    words = stems(split(str(scope.slots.get("name", ""))))
    if not words:
        return
    if found := _of_thing(words, scope.home):
        yield {"name": found}
    if counts_source(scope.home, words, "power"):
        yield {"device_class": "power", "ask": "total"}  # "how much are the panels making"


def _of_thing(words: Words, home: Home) -> str | None:
    """ "The purifier filter", where a thing called a purifier has a sensor called "Core 300S filter life"."""
    words = tuple(word for word in words if word not in _JOINTS)
    sensors = home.of_kind(_SENSORS)
    things = tuple(entity for entity in home.entities if entity.domain not in _SENSORS)
    for size in range(1, len(words)):
        for spoken, part in ((words[:size], words[size:]), (words[-size:], words[:-size])):
            read = read_name(Name(spoken, things, home))
            if read is None or read.is_guess or len(read.entities) != 1:
                continue
            found = [
                sensor.name
                for sensor in sensors
                if set(part) <= set(stems(split(sensor.name)))
                and _belongs(sensor, read.entities[0], part, home)
            ]
            if len(found) == 1:
                return found[0]
    return None


def _belongs(sensor: Entity, thing: Entity, part: Words, home: Home) -> bool:
    """If a sensor is of the thing's device, or carries its name in the same place."""
    if sensor.device_id or thing.device_id:
        return sensor.device_id == thing.device_id
    area = home.area_of(thing)
    common = {
        *part,
        *(word for name in (area.names if area else ()) for word in stems(split(name))),
    }
    own = {word for name in thing.names for word in stems(split(name))} - common
    return sensor.area_id == thing.area_id and not own.isdisjoint(stems(split(sensor.name)))


def counted_by_name(text: str, home: Home) -> Plan | None:
    """ "How much did we take from the grid today", which sounds like talk but where "Grid usage today" tells."""
    said = set(stems(split(text)))
    if not _HOW_MUCH.search(text) or said.isdisjoint(_SPANS):
        return None
    named = [
        entity.name
        for entity in home.of_kind(_SENSORS, _COUNTED)
        if (words := set(stems(split(entity.name))) - _USE) <= said
        and len(words) > 1
        and words & _SPANS == said & _SPANS
    ]
    return Plan((Step("HassGetState", {"name": named[0]}),), 1.0) if len(named) == 1 else None

"""What a step means in this home besides what the command model, which does not know it, wrote."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from ..engine.protocol import SlotValue
from .asking import CALENDAR, PERHAPS, WHOSE, asks_where_unknown
from .bare_names import run_by_name
from .inventory import Area
from .kinds import kind_of
from .matching import Name, read_exactly
from .measuring import HISTORY
from .modes import STILL, is_source, said_player
from .names import same, split, stems
from .narrowing import said_place, time_left, unsaid_name
from .outdoors import OUTSIDE
from .robots import note_robot, robots_so_called
from .scope import NAMING, Scope
from .sensors import other_sensors

SET_MODE, SET_VALUE = "LlmosSetMode", "LlmosSetValue"

_HUMIDIFIER_MODE = "HassHumidifierMode"
_SET_TEMPERATURE = "HassClimateSetTemperature"
_ON_OFF = frozenset({"HassTurnOff", "HassTurnOn"})
_OF_LIGHTS = frozenset({"brightness", "color", "temperature"})
_OF_WHAT_PLAYS = frozenset(
    {
        "HassMediaNext",
        "HassMediaPause",
        "HassMediaPrevious",
        "HassMediaUnpause",
        "HassSetVolumeRelative",
    }
)
# Which intent sets the number of a thing of this kind, in which slot.
_SET_NUMBER = {
    "climate": ("HassClimateSetTemperature", "temperature"),
    "cover": ("HassSetPosition", "position"),
    "fan": ("HassFanSetSpeed", "percentage"),
    "humidifier": ("HassHumidifierSetpoint", "humidity"),
    "light": ("HassLightSet", "brightness"),
    "media_player": ("HassSetVolume", "volume_level"),
}
_CHANGE_NUMBER = {"HassSetVolume": ("HassSetVolumeRelative", "volume_step")}
_WAS = re.compile(r"\b(?:been|did|fell|gone|got|gotten|had|hit|reached|was|went|were)\b")
_OF_TIME_LEFT = frozenset({"HassGetState", "HassTimerStatus"})
_RELATIVE = ("up", "down")
_SAME_NUMBER = {"volume_step": "volume_level"}
_NUMBERS = dict(_SET_NUMBER.values()) | {"HassSetVolumeRelative": "volume_step"}
_ARMING = frozenset({"activate", "arm", "armed", "arming", "engage", "on", "set"})
_ALARM = "alarm_control_panel"
_PLAY = "HassMediaSearchAndPlay"
_SAME_FOR_ANOTHER_KIND = {
    "HassLawnMowerDock": "HassVacuumReturnToBase",
    "HassLawnMowerStartMowing": "HassVacuumStart",
    "HassVacuumReturnToBase": "HassLawnMowerDock",
    "HassVacuumStart": "HassLawnMowerStartMowing",
}


def as_meant(scope: Scope) -> None:
    """Write the intent anew where this home has what makes another one certain."""
    note_robot(scope)
    if scope.intent == "HassTurnOff" and "mode" in scope.slots:
        scope.slots["mode"] = STILL  # "stop the fan from turning"
        scope.intent = SET_MODE
    if scope.intent == _HUMIDIFIER_MODE and "mode" in scope.slots:
        scope.intent = SET_MODE
    if (slot := _NUMBERS.get(scope.intent)) and slot in scope.slots and "name" in scope.slots:
        _for_its_kind(scope, slot)
    if scope.slots.get("target") == "last" and (slot := _NUMBERS.get(scope.intent)):
        _for_recent(scope, slot)
    if scope.intent == "HassTurnOn" and _OF_LIGHTS & scope.slots.keys():
        scope.intent = "HassLightSet"
    if scope.intent == _PLAY and "name" not in scope.slots and (player := said_player(scope)):
        # "Put the Samsung on": that is no music, but what plays it.
        scope.intent, scope.slots = player
    if scope.intent == "HassVacuumStart" and isinstance(area := said_place(scope), Area):
        scope.intent = "HassVacuumCleanArea"
        scope.slots["area"] = area.name
    if scope.intent == _PLAY and is_source(scope, str(scope.slots.get("search_query", ""))):
        # "Put Netflix on" where a TV has it for a source.
        scope.intent = SET_MODE
        scope.slots = {"mode": scope.slots.pop("search_query"), **scope.slots}
        scope.slots.pop("media_class", None)
    if scope.intent == "HassGetState" and "item" in scope.slots and _is_measured(scope):
        # "How much propane have we got" is no matter of lists, where a sensor tells.
        scope.slots = {"name": scope.slots["item"]}
    if scope.intent == "HassGetState" and _asks_how_it_was(scope):
        scope.intent = HISTORY  # "what's the warmest the nursery got today"
    if scope.intent in _OF_TIME_LEFT and (sensor := time_left(scope)):
        # "How long's left on the wash" is no timer, where the machine tells.
        scope.intent, scope.slots = "HassGetState", {"name": sensor}
    if scope.intent == _SET_TEMPERATURE and "name" not in scope.slots:
        # "Heat the boiler to 60", where that is no thermostat.
        other = replace(scope, intent=SET_VALUE, slots=dict(scope.slots))
        if name := unsaid_name(other):
            scope.intent = SET_VALUE
            scope.slots["name"] = name


def _asks_how_it_was(scope: Scope) -> bool:
    """If it is asked what was measured in a time that has gone by, and not what is measured now."""
    slots = scope.slots
    return (
        "during" in slots
        and slots.get("ask") in ("average", "highest", "lowest", "total")
        and _WAS.search(scope.text.lower()) is not None
    )


def _for_its_kind(scope: Scope, slot: str) -> None:
    """ "Kitchen cans at 40": that is no volume if these are lights."""
    words = split(str(scope.slots["name"]))
    named = read_exactly(Name(words, scope.home.entities, scope.home)) if words else None
    domains = {entity.domain for entity in named.entities} if named else set()
    meant = _SET_NUMBER.get(domains.pop()) if len(domains) == 1 else None
    if meant is None or meant[1] == _SAME_NUMBER.get(slot, slot):
        return
    if slot != "temperature" or scope.slots[slot] not in _RELATIVE:  # a lamp's warmth is its colour
        scope.intent = meant[0]
        scope.slots[meant[1]] = scope.slots.pop(slot)


def _for_recent(scope: Scope, slot: str) -> None:
    """ "A little less", after the heating was set: that is no brightness."""
    domains = {entity.domain for entity in scope.recent}
    meant = _SET_NUMBER.get(domains.pop()) if len(domains) == 1 else None
    if meant is None or slot not in scope.slots or meant[1] == _SAME_NUMBER.get(slot, slot):
        return
    value = scope.slots.pop(slot)
    scope.intent, slot = meant if value not in _RELATIVE else _CHANGE_NUMBER.get(meant[0], meant)
    scope.slots[slot] = value


def other_readings(scope: Scope) -> Iterator[Scope]:
    """What the step may mean just as well: the home decides."""
    if other := _SAME_FOR_ANOTHER_KIND.get(scope.intent):
        # "Start Clippy" does not say whether Clippy cleans or mows.
        yield replace(scope, intent=other, slots=dict(scope.slots))
    elif scope.intent == "HassGetWeather" and "during" not in scope.slots:
        # "What's the outside temperature", where a thermometer tells and no weather service.
        kind = scope.slots.get("attribute", "temperature")
        yield replace(scope, intent="HassGetState", slots={"device_class": kind, "area": OUTSIDE})
    elif scope.intent == CALENDAR and "name" in scope.slots:
        # "What's Anna got on", where she has no calendar of her own.
        slots = {k: v for k, v in scope.slots.items() if k != "name"}
        yield replace(scope, slots=slots | {WHOSE: scope.slots["name"]})
    elif scope.intent in _OF_WHAT_PLAYS and "name" in scope.slots:
        yield from robots_so_called(scope)
        # "Carry on with the farm report": what plays it is meant.
        yield replace(scope, slots={k: v for k, v in scope.slots.items() if k != "name"})
    elif scope.intent == _SET_TEMPERATURE and (spoken := scope.slots.get("area")):
        # "Make the vanity warmer", where that is a lamp.
        yield replace(scope, intent="HassLightSet", slots=_without_place(scope) | {"name": spoken})
    elif scope.intent == _SET_TEMPERATURE and "name" in scope.slots:
        yield replace(scope, intent=SET_VALUE, slots=dict(scope.slots))
    elif scope.intent in _ON_OFF and (word := _said_kind(scope)):
        # "The dehumidifier", where that is a plug of this name.
        yield replace(scope, slots=_without_kind(scope) | {"name": word})
    elif scope.intent == "HassTurnOn" and scope.said_domain == "fan":
        # "It's burning up in here", where no fan is.
        yield replace(scope, intent=_SET_TEMPERATURE, slots={"temperature": "down"})
    elif scope.intent == "HassTurnOn" and _means_alarm(scope):
        yield replace(scope, intent=SET_MODE, slots={"mode": "away", "domain": _ALARM})
    elif scope.intent == "HassTurnOn" and is_source(scope, str(scope.slots.get("name", ""))):
        # "Put Netflix on", where a TV has it for a source.
        yield replace(scope, intent=SET_MODE, slots={"mode": scope.slots["name"]})
    elif scope.intent == _HUMIDIFIER_MODE:
        yield replace(scope, intent="HassTurnOn", slots=dict(scope.slots))
    elif (
        scope.intent == "HassGetState"
        and scope.slots.get("device_class") == "humidity"
        and NAMING.isdisjoint(scope.slots)
    ):
        # "How humid is it", where only the weather service knows.
        yield replace(scope, intent="HassGetWeather", slots={"attribute": "humidity"})
    elif scope.intent == "HassClimateGetTemperature" and (name := scope.slots.get("name")):
        # "How cold is the freezer" is asked of its thermometer.
        yield replace(scope, intent="HassGetState", slots={"name": name})
    elif scope.intent == "HassClimateGetTemperature" and (area := scope.slots.get("area")):
        # "How warm is the pool", where that is no area but has a thermometer.
        yield replace(scope, intent="HassGetState", slots={"name": f"{area} temperature"})
    elif scope.intent == "HassGetState" and asks_where_unknown(scope):
        # "Where's the flag football" is asked of a calendar.
        item = scope.slots["name"]
        yield replace(scope, intent=CALENDAR, slots={"ask": "when", "item": item, PERHAPS: item})
    elif scope.intent == "HassGetState":
        for slots in other_sensors(scope):
            yield replace(scope, slots=slots)
    elif scope.intent == SET_MODE and (mode := scope.slots.get("mode")):
        # "Holiday mode on" may be a switch, a scene or a script of that name.
        said = str(scope.slots.get("name", ""))
        for name in (said,) if run_by_name(said, scope.home) else (f"{mode} mode", mode):
            yield replace(scope, intent="HassTurnOn", slots={"name": name})


def _said_kind(scope: Scope) -> str | None:
    """The word that the kind of the step was said with."""
    words = split(scope.text) if scope.said_domain and "name" not in scope.slots else ()
    found = (word for word in words if (kind := kind_of(word)) and kind.domain == scope.said_domain)
    return next(found, None)


def _without_kind(scope: Scope) -> dict[str, SlotValue]:
    return {k: v for k, v in scope.slots.items() if k not in ("domain", "device_class")}


def _is_measured(scope: Scope) -> bool:
    words = split(str(scope.slots["item"]))
    sensors = scope.home.of_kind(frozenset({"sensor"}))
    asks = scope.text.lower()
    return (
        bool(words)
        and "list" not in split(asks)
        and any(
            same(words, own) or ("how much" in asks and set(stems(words)) <= set(stems(own)))
            for entity in sensors
            for own in map(split, entity.names)
        )
    )


def _without_place(scope: Scope) -> dict[str, SlotValue]:
    return {k: v for k, v in scope.slots.items() if k not in NAMING}


def _means_alarm(scope: Scope) -> bool:
    """If an alarm is to be turned on: it is armed for nobody being there."""
    words = split(str(scope.slots.get("name", "")))
    is_alarm = scope.said_domain == _ALARM or words in (("alarm",), ("alarm", "system"))
    return is_alarm and not _ARMING.isdisjoint(scope.text.lower().split())

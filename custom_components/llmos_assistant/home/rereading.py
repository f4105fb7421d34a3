"""What a step means in this home besides what the command model, which does not know it, wrote."""

from __future__ import annotations

import re
from dataclasses import replace

from .inventory import Area
from .matching import Name, read_exactly
from .measuring import HISTORY
from .modes import STILL, is_source, said_player
from .names import same, split, stems
from .narrowing import said_place, time_left, unsaid_name
from .robots import note_robot
from .scope import Scope

SET_MODE, SET_VALUE = "LlmosSetMode", "LlmosSetValue"
HUMIDIFIER_MODE = "HassHumidifierMode"
SET_TEMPERATURE = "HassClimateSetTemperature"
_OF_LIGHTS = frozenset({"brightness", "color", "temperature"})
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
_PLAY = "HassMediaSearchAndPlay"


def as_meant(scope: Scope) -> None:
    """Write the intent anew where this home has what makes another one certain."""
    note_robot(scope)
    if scope.intent == "HassTurnOff" and "mode" in scope.slots:
        scope.slots["mode"] = STILL  # "stop the fan from turning"
        scope.intent = SET_MODE
    if scope.intent == HUMIDIFIER_MODE and "mode" in scope.slots:
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
    if scope.intent == SET_TEMPERATURE and "name" not in scope.slots:
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

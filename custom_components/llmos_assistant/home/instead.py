"""What a step may mean just as well, where the home has nothing that fits it as it was written."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from ..engine.protocol import SlotValue
from .asking import CALENDAR, PERHAPS, WHOSE, asks_where_unknown
from .bare_names import run_by_name
from .kinds import kind_of
from .modes import is_source
from .names import split
from .outdoors import OUTSIDE
from .rereading import HUMIDIFIER_MODE, SET_MODE, SET_TEMPERATURE, SET_VALUE
from .robots import robots_so_called
from .scope import NAMING, Scope
from .sensors import other_sensors

_ARMING = frozenset({"activate", "arm", "armed", "arming", "engage", "on", "set"})
_ALARM = "alarm_control_panel"
_SAME_FOR_ANOTHER_KIND = {
    "HassLawnMowerDock": "HassVacuumReturnToBase",
    "HassLawnMowerStartMowing": "HassVacuumStart",
    "HassVacuumReturnToBase": "HassLawnMowerDock",
    "HassVacuumStart": "HassLawnMowerStartMowing",
}


def other_readings(scope: Scope) -> Iterator[Scope]:
    """What the step may mean just as well: the home decides."""
    yield from _INSTEAD.get(scope.intent, _nothing)(scope)


def _nothing(_: Scope) -> Iterator[Scope]:
    yield from ()


def _another_kind(scope: Scope) -> Iterator[Scope]:
    """ "Start Clippy" does not say whether Clippy cleans or mows."""
    yield replace(scope, intent=_SAME_FOR_ANOTHER_KIND[scope.intent], slots=dict(scope.slots))


def _thermometer(scope: Scope) -> Iterator[Scope]:
    """ "What's the outside temperature", where a thermometer tells and no weather service."""
    if "during" not in scope.slots:
        kind = scope.slots.get("attribute", "temperature")
        yield replace(scope, intent="HassGetState", slots={"device_class": kind, "area": OUTSIDE})


def _whose(scope: Scope) -> Iterator[Scope]:
    """ "What's Anna got on", where she has no calendar of her own."""
    if "name" in scope.slots:
        yield replace(scope, slots=_without(scope, "name") | {WHOSE: scope.slots["name"]})


def _whatever_plays(scope: Scope) -> Iterator[Scope]:
    """ "Carry on with the farm report": what plays it is meant; "pause Rosie": she plays nothing."""
    if "name" in scope.slots:
        yield from robots_so_called(scope)
        yield replace(scope, slots=_without(scope, "name"))


def _no_thermostat(scope: Scope) -> Iterator[Scope]:
    """ "Make the vanity warmer", where that is a lamp; "the boiler to 60", where that is a number."""
    if spoken := scope.slots.get("area"):
        yield replace(
            scope, intent="HassLightSet", slots=_without(scope, *NAMING) | {"name": spoken}
        )
    elif "name" in scope.slots:
        yield replace(scope, intent=SET_VALUE, slots=dict(scope.slots))


def _switched(scope: Scope) -> Iterator[Scope]:
    """What is called by its kind, what helps where no fan is, an alarm, what a TV has for a source."""
    if word := _said_kind(scope):  # "the dehumidifier", where that is a plug of this name
        yield replace(scope, slots=_without(scope, "domain", "device_class") | {"name": word})
    elif scope.intent == "HassTurnOff":
        return
    elif scope.said_domain == "fan":  # "it's burning up in here"
        yield replace(scope, intent=SET_TEMPERATURE, slots={"temperature": "down"})
    elif _means_alarm(scope):
        yield replace(scope, intent=SET_MODE, slots={"mode": "away", "domain": _ALARM})
    elif is_source(scope, str(scope.slots.get("name", ""))):  # "put Netflix on"
        yield replace(scope, intent=SET_MODE, slots={"mode": scope.slots["name"]})


def _turned_on(scope: Scope) -> Iterator[Scope]:
    yield replace(scope, intent="HassTurnOn", slots=dict(scope.slots))


def _asked(scope: Scope) -> Iterator[Scope]:
    """What only the weather service, a calendar, or a sensor by another name knows."""
    if scope.slots.get("device_class") == "humidity" and NAMING.isdisjoint(scope.slots):
        yield replace(scope, intent="HassGetWeather", slots={"attribute": "humidity"})
    elif asks_where_unknown(scope):  # "where's the flag football"
        item = scope.slots["name"]
        yield replace(scope, intent=CALENDAR, slots={"ask": "when", "item": item, PERHAPS: item})
    else:
        for slots in other_sensors(scope):
            yield replace(scope, slots=slots)


def _temperature_of(scope: Scope) -> Iterator[Scope]:
    """ "How cold is the freezer", "how warm is the pool", which are no areas but have thermometers."""
    if name := scope.slots.get("name"):
        yield replace(scope, intent="HassGetState", slots={"name": name})
    elif area := scope.slots.get("area"):
        yield replace(scope, intent="HassGetState", slots={"name": f"{area} temperature"})


def _run_for_mode(scope: Scope) -> Iterator[Scope]:
    """ "Holiday mode on" may be a switch, a scene or a script of that name."""
    if mode := scope.slots.get("mode"):
        said = str(scope.slots.get("name", ""))
        for name in (said,) if run_by_name(said, scope.home) else (f"{mode} mode", mode):
            yield replace(scope, intent="HassTurnOn", slots={"name": name})


_INSTEAD: dict[str, Callable[[Scope], Iterator[Scope]]] = {
    **dict.fromkeys(_SAME_FOR_ANOTHER_KIND, _another_kind),
    **dict.fromkeys(
        (
            "HassMediaNext",
            "HassMediaPause",
            "HassMediaPrevious",
            "HassMediaUnpause",
            "HassSetVolumeRelative",
        ),
        _whatever_plays,
    ),
    **dict.fromkeys(("HassTurnOff", "HassTurnOn"), _switched),
    CALENDAR: _whose,
    HUMIDIFIER_MODE: _turned_on,
    SET_MODE: _run_for_mode,
    SET_TEMPERATURE: _no_thermostat,
    "HassClimateGetTemperature": _temperature_of,
    "HassGetState": _asked,
    "HassGetWeather": _thermometer,
}


def _without(scope: Scope, *slots: str) -> dict[str, SlotValue]:
    return {slot: value for slot, value in scope.slots.items() if slot not in slots}


def _said_kind(scope: Scope) -> str | None:
    """The word that the kind of the step was said with."""
    words = split(scope.text) if scope.said_domain and "name" not in scope.slots else ()
    found = (word for word in words if (kind := kind_of(word)) and kind.domain == scope.said_domain)
    return next(found, None)


def _means_alarm(scope: Scope) -> bool:
    """If an alarm is to be turned on: it is armed for nobody being there."""
    words = split(str(scope.slots.get("name", "")))
    is_alarm = scope.said_domain == _ALARM or words in (("alarm",), ("alarm", "system"))
    return is_alarm and not _ARMING.isdisjoint(scope.text.lower().split())

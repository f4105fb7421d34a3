"""Steps without a name: all things of a kind in a place, or the one that there is."""

from __future__ import annotations

from .caution import is_risky
from .inventory import Area, Entity
from .kinds import (
    ASKS,
    BINARY_STATES,
    IN_ROOM,
    MANY_AT_ONCE,
    MEDIA,
    ONE_ONLY,
    PLAYED,
    device_classes,
    kind_of,
    says_class,
)
from .names import is_plural, split
from .narrowing import asked_alike, asks_what_is_open, narrow, of_said_class
from .outdoors import OUTSIDE, is_outdoors
from .problems import ProblemKind, Unclear
from .scope import Scope

# Their handlers refuse several things at once.
_SETS_ONE = ONE_ONLY - {"HassMediaSearchAndPlay"}
_RESUME = "HassMediaUnpause"
_NAMED_ONLY = frozenset({"HassHumidifierMode", "HassHumidifierSetpoint"})  # for their handlers
_ASKS = ASKS | {"HassClimateGetTemperature", "LlmosGetCalendar"}
_OF_ALL = frozenset("all any anyone anything each every everything house home how which".split())
_TEMPERATURE = frozenset({"temperature"})
_OF_A_ROOM = frozenset({"fan", "light"})
_DOORS = frozenset({"doors", "locks"})
_IN_PLAY = frozenset({"paused", "playing"})


def ground_group(scope: Scope, *, whole_home: bool = False, spoken: str = "") -> tuple[str, ...]:
    """Resolve a step that names nothing; the ids of the entities that are meant. Raises Unclear.

    `whole_home`: it was said to be meant everywhere. `spoken`: the words that named the group.
    """
    if scope.intent == "HassVacuumCleanArea":
        return _ground_cleaning(scope)
    if scope.intent == "HassClimateGetTemperature" and (sensors := _ground_temperature(scope)):
        return sensors
    if scope.domains is not None and scope.said_domain not in (None, *scope.domains):
        raise Unclear(ProblemKind.WRONG_KIND, spoken or str(scope.said_domain).replace("_", " "))
    group = _of_kind(scope)
    if not group:
        raise Unclear(
            ProblemKind.NOTHING_FITS,
            _what(scope, spoken),
            area=scope.place.name if scope.place else "",
        )
    if scope.place:
        group = scope.inside(group, scope.place)
        if not group:
            raise Unclear(ProblemKind.NOTHING_FITS, _what(scope, spoken), area=scope.place.name)
    if scope.is_outside:
        outdoors = tuple(e for e in group if is_outdoors(e, scope.home))
        if not outdoors and scope.intent in ASKS:
            raise Unclear(ProblemKind.NOTHING_FITS, _what(scope, spoken), area=OUTSIDE)
        group = outdoors or group
    if scope.intent not in _ASKS and (played := _played(scope, group)):
        scope.each, group = True, played
    if scope.intent in _ASKS:
        group = _asked_about(scope, of_said_class(scope, group))
    if scope.intent not in _ASKS and (narrowed := narrow(scope, group)) != group:
        return _use_narrowed(scope, narrowed)
    if not (scope.place or whole_home or scope.says_all or scope.is_outside):
        group = _in_this_room(scope, group, spoken)
    if scope.intent in _SETS_ONE and len(group) > 1:
        group = tuple(entity for entity in group if entity.state != "off") or group
        scope.each = True
    if scope.intent in _EVERYTHING and not {"name", "domain", "device_class"} & scope.slots.keys():
        group = _everything(scope, group, spoken)
    _fit_labels(scope, group, spoken)
    if scope.intent == "HassSetPosition" and "device_class" not in scope.slots:
        scope.each = True  # its handler wants a name or a class
    if scope.intent in _NAMED_ONLY:
        scope.each = True
    return tuple(entity.entity_id for entity in group)


def _played(scope: Scope, group: tuple[Entity, ...]) -> tuple[Entity, ...]:
    """What plays, where that was said: "everything that's playing", "all the music", which no TV is."""
    words = split(scope.text)
    is_music = scope.intent in MEDIA - {_RESUME} and "music" in words
    if not is_music and not (scope.intent == "HassTurnOff" and "playing" in words):
        return ()
    return tuple(e for e in group if e.state == "playing" and not (is_music and _is_tv(e)))


def _is_tv(entity: Entity) -> bool:
    return entity.device_class == "tv" or any("tv" in split(name) for name in entity.names)


def _asked_about(scope: Scope, group: tuple[Entity, ...]) -> tuple[Entity, ...]:
    """What a question is about: those that it names; the one here, where it is about one."""
    narrowed = group if "ask" in scope.slots else narrow(scope, group)
    if len(narrowed) == 1 < len(group):
        scope.slots["name"] = narrowed[0].name
        return narrowed
    if scope.slots.get("attribute") in PLAYED:
        group = tuple(entity for entity in group if entity.state in _IN_PLAY) or group
    if asks_what_is_open(scope) and not scope.says_here:
        return group  # before leaving or going to bed, the whole home is meant
    words = split(scope.text)
    is_one = not any(is_plural(word) and kind_of(word) for word in words)
    if scope.here and scope.place is None and is_one and _OF_ALL.isdisjoint(words):
        return scope.inside(group, scope.here) or group
    return group


def _use_narrowed(scope: Scope, narrowed: tuple[Entity, ...]) -> tuple[str, ...]:
    """Those that were spoken of: here, if there are any; elsewhere just one. Raises Unclear."""
    scope.each = True
    found = scope.inside(narrowed, scope.here) if scope.here else ()
    if not found and len(narrowed) > 1 and not (scope.place or scope.says_all):
        found = to_be_changed(scope, narrowed)
        if len(found) > 1:
            ids = tuple(entity.entity_id for entity in found)
            raise Unclear(ProblemKind.AMBIGUOUS_NAME, "", scope.label(found), choices=ids)
    return tuple(entity.entity_id for entity in found or narrowed)


# "Turn off everything", "turn off the kitchen" mean these; turning a room on means its lights.
_EVERYTHING = {
    "HassTurnOff": frozenset(
        {"climate", "fan", "humidifier", "input_boolean", "light", "media_player", "switch"}
    ),
    "HassTurnOn": frozenset({"light"}),
    "HassToggle": frozenset({"light"}),
}


def _everything(scope: Scope, group: tuple[Entity, ...], spoken: str) -> tuple[Entity, ...]:
    """What can be switched of all that is there. Raises Unclear."""
    domains = _EVERYTHING[scope.intent]
    opens = "open" in scope.text.lower().split()  # "open everything" is not about lights
    found = tuple(entity for entity in group if entity.domain in domains)
    if found and not opens:
        scope.each = True
        return found
    if len({entity.domain for entity in group}) > 1:
        choices = tuple(entity.entity_id for entity in group)
        raise Unclear(ProblemKind.AMBIGUOUS_NAME, spoken, scope.label(group), choices=choices)
    return group


def _what(scope: Scope, spoken: str) -> str:
    """The words or the label for what is looked for."""
    return spoken or str(scope.slots.get("device_class") or scope.slots.get("domain") or "")


def _of_kind(scope: Scope) -> tuple[Entity, ...]:
    """The entities of the said kind. Labels that nothing here carries give way to near ones."""
    if scope.intent in ASKS and (group := asked_alike(scope)):
        return group
    if group := scope.group:
        return group
    said_class = scope.slots.get("device_class")
    if said_class is None:
        return ()
    if scope.said_domain and (
        group := scope.home.of_kind(scope.domains, frozenset({str(said_class)}))
    ):
        # Windows may be contact sensors or covers.
        if scope.intent in ASKS:
            del scope.slots["domain"]
            return group
        return ()
    domains = frozenset({scope.said_domain}) if scope.said_domain else scope.domains
    for device_class in sorted(device_classes(str(said_class))):
        if group := scope.home.of_kind(domains, frozenset({device_class})):
            scope.slots["device_class"] = device_class
            return group
    # Many covers have no device class, but a name that tells.
    named = tuple(
        entity
        for entity in scope.home.of_kind(domains)
        if entity.device_class is None and says_class(split(entity.name), str(said_class))
    )
    if len(named) == 1:
        scope.slots["name"] = named[0].name
    return named if len(named) == 1 else ()


# What is off, closed or quiet now is hardly meant by switching off, closing, pausing.
_STOPS = frozenset(
    {"HassTurnOff", "HassMediaPause", "HassMediaNext", "HassMediaPrevious", "HassMediaPlayerMute",
     "HassSetVolume", "HassSetVolumeRelative", "HassStopMoving", "HassVacuumReturnToBase", "HassLawnMowerDock"}
)  # fmt: skip
_IDLE = frozenset(
    {"closed", "docked", "idle", "off", "paused", "standby", "unavailable", "unknown", "unlocked"}
)
_RUNNING = frozenset({"cleaning", "cool", "heat", "locked", "mowing", "on", "open", "playing"})


def to_be_changed(scope: Scope, entities: tuple[Entity, ...]) -> tuple[Entity, ...]:
    """Those that the step would change, if that leaves some: of two lamps to turn off, the one that is on.

    Of what keeps people out, none is chosen for being shut.
    """
    if any(is_risky(scope.intent, entity) for entity in entities):
        return entities
    if scope.intent in _STOPS:
        running = tuple(entity for entity in entities if entity.state not in _IDLE)
        playing = tuple(entity for entity in running if entity.state == "playing")
        return (playing if scope.intent in MEDIA else ()) or running or entities
    if scope.intent == "HassTurnOn":
        return tuple(entity for entity in entities if entity.state not in _RUNNING) or entities
    if scope.intent == _RESUME:
        return tuple(entity for entity in entities if entity.state == "paused") or entities
    return entities


def _in_this_room(scope: Scope, group: tuple[Entity, ...], spoken: str) -> tuple[Entity, ...]:
    """The part of the group that is meant where no place was said."""
    if scope.intent in IN_ROOM and scope.here and (inside := scope.inside(group, scope.here)):
        if scope.intent in MEDIA:
            # "Quieter" means what is playing, here or elsewhere.
            playing = tuple(entity for entity in inside if entity.state == "playing")
            playing = playing or tuple(entity for entity in inside if entity.state == "on")
            elsewhere = () if playing else tuple(e for e in group if e.state == "playing")
            if (
                scope.intent in _STOPS
                and (found := playing or elsewhere)
                and (found == playing or scope.intent != "HassSetVolume")
            ):
                scope.each = True
                return found
        if scope.intent == _RESUME and (paused := to_be_changed(scope, inside)) != inside:
            scope.each = True
            return paused
        if "name" not in scope.slots:
            scope.slots["area"] = scope.here.name
        return inside
    is_implied = _is_implied(scope)
    if not is_implied and (len(group) == 1 or scope.intent not in MANY_AT_ONCE | ONE_ONLY | MEDIA):
        return group
    if recent := tuple(entity for entity in group if entity in scope.recent):
        scope.each = True
        return recent
    changed = to_be_changed(scope, group)
    is_locking = scope.intent == "HassTurnOn" and scope.said_domain == "lock"
    if (len(changed) == 1 and not is_implied) or (is_locking and _says_several(scope)):
        scope.each = True
        return changed
    areas = dict.fromkeys(area.name for entity in group if (area := scope.home.area_of(entity)))
    choices = tuple(entity.entity_id for entity in group)
    raise Unclear(ProblemKind.WHICH_AREA, _what(scope, spoken), tuple(areas), choices=choices)


def _is_implied(scope: Scope) -> bool:
    """If a fan or a light is meant that was not spoken of: "it's stuffy in here" is about this room."""
    return bool(scope.text and scope.here) and scope.said_domain in _OF_A_ROOM - scope.said_kinds


def _says_several(scope: Scope) -> bool:
    """ "Lock the doors", and not just one of them."""
    return any(is_plural(word) for word in split(scope.text) if word in _DOORS)


def _fit_labels(scope: Scope, group: tuple[Entity, ...], spoken: str) -> None:
    """Make sure that the labels say no more and no less than what is meant."""
    domains = {entity.domain for entity in group}
    if (
        scope.intent in MANY_AT_ONCE
        and len(scope.domains or ()) > 2
        and len(domains) == 1
        and not {"name", "domain", "device_class"} & scope.slots.keys()
    ):
        # "Turn off the kitchen": fine where that can only mean one kind of thing.
        scope.slots["domain"] = next(iter(domains))
    if domains == {"binary_sensor"} and (state := BINARY_STATES.get(str(scope.slots.get("state")))):
        scope.slots["state"] = state


def _ground_cleaning(scope: Scope) -> tuple[str, ...]:
    """Cleaning always needs an area: the one that was said, or this one."""
    if scope.place is None and scope.here:
        scope.slots["area"] = scope.here.name
    vacuums = scope.group
    if not vacuums:
        raise Unclear(ProblemKind.NOTHING_FITS, "vacuum")
    if "area" not in scope.slots:
        raise Unclear(ProblemKind.WHICH_AREA, "", tuple(area.name for area in scope.home.areas))
    return tuple(entity.entity_id for entity in vacuums)


def _ground_temperature(scope: Scope) -> tuple[str, ...]:
    """The area's temperature sensor, for areas without a thermostat.

    Home Assistant's handler knows the sensor that is set for the area, and thermostats. With
    neither, ask for the states of the area's temperature sensors.
    """
    place = scope.place or scope.here
    if not isinstance(place, Area):
        return ()
    exposed = {entity.entity_id for entity in scope.home.entities}
    if place.temperature_entity_id in exposed:
        scope.slots["area"] = place.name
        return (str(place.temperature_entity_id),)
    if scope.inside(scope.group, place):
        return ()
    sensors = scope.inside(scope.home.of_kind(frozenset({"sensor"}), _TEMPERATURE), place)
    if sensors:
        scope.intent = "HassGetState"
        scope.slots |= {"area": place.name, "domain": "sensor", "device_class": "temperature"}
    return tuple(entity.entity_id for entity in sensors)

"""Conditions, "if nobody is home", as they stand now."""

from __future__ import annotations

import re

from .inventory import Entity
from .kinds import BINARY_STATES, STATE_DOMAINS
from .measuring import is_below, measuring, of_said_kind, outdoors
from .names import same, split
from .naming import ground_name
from .narrowing import narrow
from .outdoors import OUTSIDE
from .placing import ground_group
from .problems import ProblemKind, Unclear
from .scope import Scope

WEATHER_STATES = {
    "sunny": frozenset({"sunny", "clear-night"}),
    "cloudy": frozenset({"cloudy", "partlycloudy"}),
    "rainy": frozenset({"rainy", "pouring", "lightning-rainy", "snowy-rainy", "hail"}),
    "snowy": frozenset({"snowy", "snowy-rainy"}),
    "windy": frozenset({"windy", "windy-variant", "lightning", "lightning-rainy"}),  # storms, too
    "foggy": frozenset({"fog"}),
}
_DARK = {"dark": "below_horizon", "light": "above_horizon"}
# The label that the command model writes for "I".
ME = "me"
HOT, COLD, FREEZING = 25.0, 10.0, 0.0  # °C
FROSTY = "frosty"
_FROST = re.compile(r"\b(frost|freez|icy\b|ice\b|below zero\b)")
_ON = frozenset({"on", "open", "playing", "unlocked", "home", "cleaning", "mowing"})
_RUNNING_MODES = frozenset(
    {"climate", "media_player", "humidifier", "water_heater"}
)  # are on in many ways
_NOT_RUNNING = frozenset({"off", "standby", "unavailable", "unknown"})
_RUNS = frozenset(
    {"active", "in_use", "run"}
)  # what appliances tell, besides "rinsing" and the like
_IS_WAITING = frozenset({"nothing", "pending", "waiting"})
_AT_HOME = frozenset({"home", "not_home"})
_NOT_KNOWN = frozenset({"unavailable", "unknown"})
_ROBOTS = frozenset({"lawn_mower", "vacuum"})
_SOMEWHERE = frozenset({"device_tracker", "person"})  # are in zones, which have names


def holds(scope: Scope) -> tuple[bool, tuple[str, ...]]:
    """If the condition of a LlmosIf step is met, and the ids of the entities it is about.

    Raises Unclear if that cannot be known.
    """
    entities: tuple[Entity, ...] = ()
    if condition := scope.slots.get("condition"):
        results = [_is_so(str(condition), scope)]
    else:
        entities = _entities(scope)
        results = [_fits(entity, scope) for entity in entities]
    ids = tuple(entity.entity_id for entity in entities)
    match scope.slots.get("quantity", "any"):
        case "none":
            return not any(results), ids
        case "all":
            return all(results), ids
    return any(results), ids


def note_frost(scope: Scope) -> None:
    """Tell frost from mere cold, for which the command model has one word."""
    if scope.slots.get("condition") == "cold" and _FROST.search(scope.text.lower()):
        scope.slots["condition"] = FROSTY


def _is_so(condition: str, scope: Scope) -> bool:
    """Weather and daylight."""
    if condition in _DARK:
        sun = scope.home.sun
        if sun is None:
            raise Unclear(ProblemKind.NOTHING_FITS, condition)
        return sun == _DARK[condition]
    weather = scope.home.of_kind(frozenset({"weather"}))
    if not weather:
        raise Unclear(ProblemKind.NOTHING_FITS, "weather")
    if condition in ("hot", "cold", FROSTY):
        temperature = weather[0].levels.get("temperature_celsius")
        if temperature is None:
            raise Unclear(ProblemKind.NO_LEVEL, weather[0].name)
        if condition == "hot":
            return temperature >= HOT
        return temperature <= (FREEZING if condition == FROSTY else COLD)
    return any(entity.state in WEATHER_STATES.get(condition, {condition}) for entity in weather)


def _entities(scope: Scope) -> tuple[Entity, ...]:
    """What the condition is about."""
    by_id = scope.home.entity_by_id
    if "target" in scope.slots:
        return scope.recent
    if ("above" in scope.slots or "below" in scope.slots) and "name" not in scope.slots:
        found = _measuring_here(scope)
        return (of_said_kind(scope, found) or found)[:1]
    if scope.slots.get("name") == ME:
        del scope.slots["name"]
        return scope.home.of_kind(frozenset({"person"}))
    if "name" in scope.slots:
        return tuple(by_id[entity_id] for entity_id in ground_name(scope))
    if scope.said_domain == "person":
        return scope.home.of_kind(frozenset({"person"}))
    found = tuple(by_id[entity_id] for entity_id in ground_group(scope, whole_home=True))
    if (narrowed := narrow(scope, found)) != found:
        return narrowed
    if scope.here and scope.place is None and not scope.says_all:
        return scope.inside(found, scope.here) or found
    return found


def _measuring_here(scope: Scope) -> tuple[Entity, ...]:
    """What measures the said kind in the place that was said, or else here, if anything does."""
    if OUTSIDE in scope.text.lower().split():
        return outdoors(scope, str(scope.slots.get("device_class", "temperature")))
    found = measuring(scope)
    if scope.here and scope.place is None and scope.slots.get("area") != OUTSIDE:
        return scope.inside(found, scope.here) or found
    return found


def _fits(entity: Entity, scope: Scope) -> bool:
    above, below = scope.slots.get("above"), scope.slots.get("below")
    if above is None and below is None:
        return is_in(entity.domain, entity.state, str(scope.slots.get("state", "on")))
    kind = "battery" if scope.slots.get("device_class") == "battery" else "measured"
    value = entity.levels.get(kind, entity.levels.get("measured"))
    if value is None:
        raise Unclear(ProblemKind.NO_LEVEL, entity.name)
    return (above is None or value > float(above)) and (
        below is None or is_below(value, float(below), kind)
    )


def is_in(domain: str, state: str, wanted: str) -> bool:
    """If a thing of this domain with this state is what people call `wanted`: "on", "open", "home"."""
    if state == wanted or (domain in _SOMEWHERE and same(split(wanted), split(state))):
        return True
    if wanted in _AT_HOME and state not in _NOT_KNOWN:
        return _is_at_home(domain, state) == (wanted == "home")
    if domain == "binary_sensor":
        return state == BINARY_STATES.get(wanted, wanted)
    if domain in STATE_DOMAINS.get(wanted, frozenset()):
        return False
    # "If the heating is on": anything that is not off.
    if wanted == "on":
        return (
            state in _ON
            or (domain == "alarm_control_panel" and state.startswith("armed"))
            or (domain == "sensor" and _runs(state.lower()))
            or (domain in _RUNNING_MODES and state not in _NOT_RUNNING)
        )
    return False


def _is_at_home(domain: str, state: str) -> bool:
    """If somebody is at home, a robot is docked, or a hen house is shut."""
    if domain in _SOMEWHERE:
        return state == "home"
    return state == "docked" if domain in _ROBOTS else state not in _ON


def _runs(state: str) -> bool:
    """If an appliance tells that it is at work: "running", "Rinsing"."""
    return state in _RUNS or (state.endswith("ing") and state not in _IS_WAITING)

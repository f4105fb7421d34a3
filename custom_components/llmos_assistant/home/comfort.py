"""What a complaint of cold or heat asks for: more of what helps, or that it be turned on."""

from __future__ import annotations

from .inventory import Entity
from .names import split
from .places import Place, find_place
from .problems import Unclear
from .rereading import SET_MODE, SET_TEMPERATURE
from .scope import Scope

_MODES = {"up": "heat", "down": "cool"}
# What makes it warmer where there is more of it; "down" is less of what heats, too.
_HELPS = {
    "up": frozenset({"auto", "heat", "heat_cool"}),
    "down": frozenset({"auto", "cool", "heat", "heat_cool"}),
}
_NAMED = frozenset({"entity_ids", "floor", "name", "target"})
_NUMBERS = frozenset({"degree", "degrees", "temperature"})


def ground_comfort(scope: Scope) -> None:
    """ "It's boiling in here": the thermostats that run, or else one that can be turned to what helps."""
    wanted = str(scope.slots.get("temperature"))
    if scope.intent != SET_TEMPERATURE or wanted not in _MODES or _says_what(scope):
        return
    everywhere = scope.home.of_kind(frozenset({"climate"}))
    place = _place(scope)
    if place is None and "area" in scope.slots:
        return  # a lamp, for all that is known
    near = scope.inside(everywhere, place) if place else ()
    near = near or (everywhere if len(everywhere) == 1 else ())
    running = tuple(entity for entity in near if entity.state in _HELPS[wanted])
    if running:
        _choose(scope, *running)
        return
    able = [entity for entity in near if _MODES[wanted] in entity.options.get("hvac_mode", ())]
    if able:
        scope.intent = SET_MODE
        scope.slots = {"mode": _MODES[wanted]}
        _choose(scope, able[0])


def note_mode(scope: Scope, entity_ids: tuple[str, ...]) -> None:
    """Turn on what heats and cools to what brings it to where it is set: "aircon on" does not heat."""
    entities = [scope.home.entity_by_id[entity_id] for entity_id in entity_ids]
    if scope.intent != "HassTurnOn" or not entities or {e.domain for e in entities} != {"climate"}:
        return
    modes = {_mode(entity, scope) for entity in entities}
    if len(modes) == 1 and (mode := modes.pop()):
        scope.intent = SET_MODE
        scope.slots = {"attribute": "hvac_mode", "option": mode}
        scope.each = True


def _mode(entity: Entity, scope: Scope) -> str | None:
    """The mode of what is off and can both heat and cool."""
    able = frozenset(_MODES.values()) <= frozenset(entity.options.get("hvac_mode", ()))
    if entity.state != "off" or not able:
        return None
    measured, wanted = entity.levels.get("measured"), entity.levels.get("temperature")
    if measured is None or wanted is None:
        return "cool" if "ac" in split(scope.text) else None
    return "cool" if measured > wanted else "heat"


def _place(scope: Scope) -> Place | None:
    """Where it is too warm or too cold."""
    if (spoken := scope.slots.get("area")) is None:
        return scope.here
    try:
        return find_place(str(spoken), scope.home, scope.here_id)
    except Unclear:
        return None


def _choose(scope: Scope, *entities: Entity) -> None:
    scope.slots["entity_ids"] = ",".join(entity.entity_id for entity in entities)


def _says_what(scope: Scope) -> bool:
    """If the utterance says what to change: "turn the heating down", "down a degree"."""
    is_named = not _NAMED.isdisjoint(scope.slots)
    says_number = not _NUMBERS.isdisjoint(split(scope.text))
    return is_named or "climate" in scope.said_kinds or says_number

"""What a complaint of cold or heat asks for: more of what helps, or that it be turned on."""

from __future__ import annotations

from .inventory import Entity
from .kinds import kind_of
from .names import split
from .rereading import SET_MODE
from .scope import NAMING, Scope

_INTENT = "HassClimateSetTemperature"
_MODES = {"up": "heat", "down": "cool"}
# What makes it warmer where there is more of it; "down" is less of what heats, too.
_HELPS = {
    "up": frozenset({"auto", "heat", "heat_cool"}),
    "down": frozenset({"auto", "cool", "heat", "heat_cool"}),
}
_NUMBERS = frozenset({"degree", "degrees", "temperature"})


def ground_comfort(scope: Scope) -> None:
    """ "It's boiling in here": the thermostats that run, or else one that can be turned to what helps."""
    wanted = str(scope.slots.get("temperature"))
    if scope.intent != _INTENT or wanted not in _MODES or _says_what(scope):
        return
    everywhere = scope.home.of_kind(frozenset({"climate"}))
    near = scope.inside(everywhere, scope.here) if scope.here else ()
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


def _choose(scope: Scope, *entities: Entity) -> None:
    scope.slots["entity_ids"] = ",".join(entity.entity_id for entity in entities)


def _says_what(scope: Scope) -> bool:
    """If the utterance says what to change: "turn the heating down", "down a degree"."""
    words = split(scope.text)
    kinds = {kind.domain for word in words if (kind := kind_of(word))}
    is_named = bool((NAMING | {"target", "entity_ids"}) & scope.slots.keys())
    return is_named or "climate" in kinds or not _NUMBERS.isdisjoint(words)

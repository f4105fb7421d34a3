"""Changes without a number, "dimmer", "a bit warmer": counted from what is set now."""

from __future__ import annotations

from collections.abc import Iterable

from .inventory import Entity
from .problems import ProblemKind, Unclear
from .scope import Scope

_SIGNS = {"up": 1, "down": -1}
_PERCENT_STEP = 20
_FAHRENHEIT_FROM = 45  # a home that is set higher than this does not count in °C


def set_levels(scope: Scope, entity_ids: Iterable[str]) -> None:
    """Write the number where the command model wrote `up` or `down`. Raises Unclear.

    Several things with a level each get the same one, counted from their mean.
    """
    entities = [
        entity for entity in scope.home.entities if entity.entity_id in frozenset(entity_ids)
    ]
    for slot, value in scope.slots.items():
        if slot in ("brightness", "percentage", "temperature", "position") and value in _SIGNS:
            scope.slots[slot] = _changed(slot, _SIGNS[str(value)], entities, scope)


def _changed(slot: str, sign: int, entities: list[Entity], scope: Scope) -> int | float:
    levels = [entity.levels[slot] for entity in entities if slot in entity.levels]
    if not levels:
        raise Unclear(ProblemKind.NO_LEVEL, ", ".join(scope.label(entities)))
    level = sum(levels) / len(levels)
    if slot == "temperature":
        return level + sign * (2 if level >= _FAHRENHEIT_FROM else 1)
    # Dimming stops short of off: that is asked for in other words.
    return min(100, max(1 if slot == "brightness" else 0, round(level) + sign * _PERCENT_STEP))

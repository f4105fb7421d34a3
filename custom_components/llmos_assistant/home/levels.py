"""Changes without a number, "dimmer", "a bit warmer": counted from what is set now."""

from __future__ import annotations

import re
from collections.abc import Iterable

from .inventory import Entity
from .problems import ProblemKind, Unclear
from .scope import Scope

_LEVELS = ("brightness", "percentage", "temperature", "position", "humidity")
_OF_ROOMS = frozenset({"HassClimateSetTemperature"})  # no room is set below zero
# All the way: the command model says up or down.
_FULLY = re.compile(r"\ball the way\b|\bas \w+ as (?:it|they|you)\b|\bmax\b|\bto the max\b")
_WHITER = re.compile(
    r"\b(?:cold|cool|warm)er\b(?!.*\d)"
)  # than now, whatever number was understood
_SIGNS = {"up": 1, "down": -1}
_KELVIN_STEP = 800
_WARM = ("warm", "cos", "coz", "yellow", "soft")
_LESS = re.compile(r"\b(?:less|not so|too) \w+")  # "too yellow", "less warm": colder
_LESS_COLD = re.compile(r"\b(?:less|not so|too) (?:blue|clinical|cold|cool|harsh|stark|white)")
_PERCENT_STEP = 20
_FAHRENHEIT_FROM = 45  # a home that is set higher than this does not count in °C


def set_levels(scope: Scope, entity_ids: Iterable[str]) -> None:
    """Write the number where the command model wrote `up` or `down`. Raises Unclear.

    Several things with a level each get the same one, counted from their mean.
    """
    known = scope.home.entity_by_id
    entities = [known[entity_id] for entity_id in entity_ids if entity_id in known]
    asked = scope.slots.get("temperature")
    if isinstance(asked, int | float) and asked < 0 and scope.intent in _OF_ROOMS:
        scope.slots["temperature_step"] = scope.slots.pop("temperature")
    if scope.intent == "HassLightSet" and (
        asked in _SIGNS or (asked is not None and _WHITER.search(scope.text.lower()))
    ):
        scope.slots["temperature"] = _kelvin(entities, scope)
    for slot in _LEVELS:
        step = scope.slots.pop(f"{slot}_step", None)
        if step is not None:
            scope.slots[slot] = _changed(slot, entities, scope, by=float(step))
        elif (sign := _SIGNS.get(str(scope.slots.get(slot)))) and _FULLY.search(scope.text.lower()):
            scope.slots[slot] = 100 if sign > 0 else (1 if slot == "brightness" else 0)
            if slot == "temperature":
                scope.slots[slot] = _changed(slot, entities, scope, sign=sign)
        elif sign is not None:
            scope.slots[slot] = _changed(slot, entities, scope, sign=sign)


def _kelvin(entities: list[Entity], scope: Scope) -> int:
    """A warmer or a colder white: fewer kelvin are warmer. Raises Unclear."""
    levels = [entity.levels["kelvin"] for entity in entities if "kelvin" in entity.levels]
    if not levels:
        raise Unclear(ProblemKind.NO_LEVEL, ", ".join(scope.label(entities)))
    words = _LESS.sub("", scope.text.lower()).split()
    is_warmer = any(word.startswith(_WARM) for word in words) or bool(
        _LESS_COLD.search(scope.text.lower())
    )
    return round(sum(levels) / len(levels)) + (-_KELVIN_STEP if is_warmer else _KELVIN_STEP)


def _changed(
    slot: str, entities: list[Entity], scope: Scope, *, sign: int = 0, by: float = 0
) -> int | float:
    """The level after a change by a number, or by a step of the usual size up or down."""
    levels = [entity.levels[slot] for entity in entities if slot in entity.levels]
    if not levels:
        raise Unclear(ProblemKind.NO_LEVEL, ", ".join(scope.label(entities)))
    level = sum(levels) / len(levels)
    if slot == "temperature":
        step = 2 if level >= _FAHRENHEIT_FROM else 1
        changed = level + (by or sign * step)
        return int(changed) if changed == int(changed) else changed  # "18", not "18.0 degrees"
    # Dimming stops short of off: that is asked for in other words.
    change = round(by) or sign * _PERCENT_STEP
    return min(100, max(1 if slot == "brightness" else 0, round(level) + change))

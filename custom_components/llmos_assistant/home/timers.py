"""Timers: how long, for which room, and which command they carry."""

from __future__ import annotations

import re

from .narrowing import said_place
from .places import find_place
from .problems import ProblemKind, Unclear
from .scope import Scope, place_slot
from .times import next_time, split_duration

LATER = "LlmosLater"

_IT = re.compile(r"\b(?:it|them|those)\b", re.IGNORECASE)

_DURATION = {"for_hours": 3600, "for_minutes": 60, "for_seconds": 1}


def pop_while(scope: Scope) -> int:
    """For how many seconds it is asked, "for an hour", "until ten"; 0 if for good. Raises Unclear."""
    seconds = sum(float(scope.slots.pop(slot, 0)) * unit for slot, unit in _DURATION.items())
    if scope.intent != LATER and "at" in scope.slots:
        return _seconds_until(scope)
    return round(seconds)


def ground_timer(scope: Scope) -> None:
    """Tell a timer's room from its name: "the kitchen timer", "the pizza timer". Raises Unclear."""
    _name_it(scope)
    if (
        scope.intent == "HassStartTimer"
        and not {"hours", "minutes", "seconds"} & scope.slots.keys()
    ):
        raise Unclear(ProblemKind.HOW_LONG)
    spoken = scope.slots.get("area") or scope.slots.get("name")
    if spoken is None and scope.intent != "HassStartTimer" and (room := said_place(scope)):
        scope.slots[place_slot(room)] = room.name
    if spoken is None or {"area", "name"} <= scope.slots.keys():
        return
    try:
        place = find_place(str(spoken), scope.home, scope.here_id)
    except Unclear:
        if "area" in scope.slots:
            scope.slots["name"] = scope.slots.pop("area")
        return
    if "area" in scope.slots or (
        scope.intent != "HassStartTimer"
        and str(spoken).casefold() in {n.casefold() for n in place.names}
    ):
        scope.slots.pop("name", None)
        scope.slots["area"] = place.name


def ground_later(scope: Scope) -> None:
    """ "At half past ten" becomes a timer that carries the command. Raises Unclear."""
    seconds = _seconds_until(scope)
    _name_it(scope)
    scope.intent = "HassStartTimer"
    scope.slots |= split_duration(seconds)


def _name_it(scope: Scope) -> None:
    """Write into a command for later what "it" is now: "close it again" is said by a timer alone."""
    command = scope.slots.get("conversation_command")
    if command is None or not scope.recent:
        return
    names = " and ".join(entity.name for entity in scope.recent)
    scope.slots["conversation_command"] = _IT.sub(lambda _: names, str(command), count=1)


def _seconds_until(scope: Scope) -> int:
    """From now to the time that was said, which is taken from the slots. Raises Unclear."""
    spoken = str(scope.slots.pop("at", ""))
    now = scope.home.now
    moment = next_time(spoken, now) if now else None
    if now is None or moment is None:
        raise Unclear(ProblemKind.NO_TIME, spoken)
    return round((moment - now).total_seconds())

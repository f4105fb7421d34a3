"""Vacuums and mowers are not turned on and off, but sent out, paused and called back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from .scope import Scope

PAUSE = "LlmosPause"

_SENT_OUT = {"vacuum": "HassVacuumStart", "lawn_mower": "HassLawnMowerStartMowing"}
_CALLED_BACK = {"vacuum": "HassVacuumReturnToBase", "lawn_mower": "HassLawnMowerDock"}
# What pauses music, and lets it go on, says the same of robots.
_LIKE_MUSIC = {
    "HassMediaPause": dict.fromkeys(_SENT_OUT, PAUSE),
    "HassMediaUnpause": _SENT_OUT,
}
_LIKE_OTHERS = {"HassTurnOn": _SENT_OUT, "HassTurnOff": _CALLED_BACK}


def for_robots(intent: str, entity_ids: tuple[str, ...]) -> str:
    """The intent, as the things know it: another one if they are robots of a kind."""
    domains = {entity_id.partition(".")[0] for entity_id in entity_ids}
    intents = _LIKE_OTHERS.get(intent, {})
    return intents.get(domains.pop(), intent) if len(domains) == 1 else intent


def note_robot(scope: Scope) -> None:
    """Write the intent of a robot where one of music was written: "pause the vacuum"."""
    said = scope.said_domain
    if "target" in scope.slots and (recent := {e.domain for e in scope.recent}) <= set(_SENT_OUT):
        said = next(iter(recent), None)
    scope.intent = _LIKE_MUSIC.get(scope.intent, {}).get(said or "", scope.intent)


def robots_so_called(scope: Scope) -> Iterator[Scope]:
    """ "Pause Rosie", where that plays no music."""
    if "name" in scope.slots:
        for intent in dict.fromkeys(_LIKE_MUSIC.get(scope.intent, {}).values()):
            yield replace(scope, intent=intent, slots=dict(scope.slots))

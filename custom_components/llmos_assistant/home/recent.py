"""What was spoken of before: "it", "them", "the other one", "a bit dimmer"."""

from __future__ import annotations

from .inventory import Entity
from .kinds import MEDIA
from .placing import ground_group
from .problems import ProblemKind, Unclear
from .scope import Scope

_PRONOUNS = frozenset({"it", "that", "them", "these", "those"})
_OPENING = frozenset({"open", "reopen", "unlock"})
_RELATIVE = {"up", "down"}
_CHANGED = (
    "brightness",
    "temperature",
    "percentage",
    "position",
    "humidity",
    "volume_step",
    "volume_level",
)


def means_recent(scope: Scope) -> bool:
    """If a change says neither what nor where, after something that it can change: "a bit dimmer"."""
    if {"name", "area", "floor"} & scope.slots.keys() or not scope.recent:
        return False
    if not any(entity.domain in (scope.domains or ()) for entity in scope.recent):
        return False
    said = frozenset(scope.text.lower().split())
    if scope.is_alone and not scope.says_here and not _PRONOUNS.isdisjoint(said):
        return True
    return any(
        scope.slots.get(slot) in _RELATIVE
        or f"{slot}_step" in scope.slots
        or (slot in scope.slots and not {"domain", "device_class"} & scope.slots.keys())
        for slot in _CHANGED
    )


def ground_recent(scope: Scope) -> tuple[str, ...]:
    """ "It", "them", "the other one". Raises Unclear if nothing that fits was spoken of."""
    target = scope.slots.pop("target", "last")
    recent = tuple(e for e in scope.recent if scope.domains is None or e.domain in scope.domains)
    if target == "other" and recent:
        recent = _the_other(scope, recent)
    if not recent and (scope.intent in MEDIA or len(scope.domains or ()) == 1):
        return ground_group(scope)  # "pause it": what is playing; "dim it": the lights here
    if not recent:
        raise Unclear(ProblemKind.UNKNOWN_NAME, "")
    for slot in ("domain", "device_class"):
        scope.slots.pop(slot, None)
    scope.each = True
    # "Open it again" is as good as its name, where it was the only thing spoken of.
    scope.said_exactly = len(recent) == 1 and not _OPENING.isdisjoint(scope.text.lower().split())
    return tuple(entity.entity_id for entity in recent)


def _the_other(scope: Scope, recent: tuple[Entity, ...]) -> tuple[Entity, ...]:
    """The one of the same kind in the same area that was not meant. Raises Unclear."""
    others = tuple(
        entity
        for entity in scope.home.of_kind(frozenset({recent[0].domain}))
        if entity not in recent and entity.area_id == recent[0].area_id
    )
    if len(others) > 1:
        choices = tuple(entity.entity_id for entity in others)
        raise Unclear(ProblemKind.AMBIGUOUS_NAME, "", scope.label(others), choices=choices)
    return others

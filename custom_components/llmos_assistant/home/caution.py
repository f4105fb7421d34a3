"""What is not done on a guess: unlocking, and opening what keeps people or water out."""

from __future__ import annotations

from .inventory import Entity
from .kinds import UNLOCKS
from .names import split, stems
from .problems import ProblemKind, Unclear
from .scope import Scope

_OPENS = frozenset({"HassTurnOn", "HassSetPosition", "HassToggle"})
KEEPS_OUT = frozenset({"door", "garage", "gate"})
# Unlocking is turning off: words such as these must have been said.
_UNLOCKING = frozenset(
    "open unbolt undo unfasten unlatch unlock unlocked unlocking unsecure release let".split()
)
_EVERYTHING = frozenset({"all", "everything"})
_NOT = frozenset({"don't", "dont", "never", "not"})
_KINDS = frozenset(
    {"door", "garage", "gate", "irrigation", "lock", "sprinkler", "tap", "unlock", "valve"}
)


def confirm(scope: Scope, entity_ids: tuple[str, ...]) -> None:
    """Raise Unclear if a step is too risky to be done without having been asked for by name."""
    words = scope.text.lower().replace("’", "'").split()
    is_denied = not _NOT.isdisjoint(words) or (
        bool(words) and _unlocks(scope, entity_ids) and _UNLOCKING.isdisjoint(words)
    )
    said = (scope.said_exactly and not scope.is_inferred) or _says_so(scope)
    risky = tuple(
        entity
        for entity_id in entity_ids
        if (entity := scope.home.entity_by_id.get(entity_id)) and is_risky(scope.intent, entity)
    )
    is_everything = len(risky) > 1 and not _EVERYTHING.isdisjoint(words)
    if scope.slots.pop("confirmed", None) or (said and not is_denied and not is_everything):
        return
    if risky:
        raise Unclear(
            ProblemKind.CONFIRM, scope.intent, scope.label(risky), choices=tuple(entity_ids)
        )


def _unlocks(scope: Scope, entity_ids: tuple[str, ...]) -> bool:
    return scope.intent in UNLOCKS and any(i.startswith("lock.") for i in entity_ids)


def _says_so(scope: Scope) -> bool:
    """If the kind was said where no name was: "open the garage"."""
    is_named = "name" in scope.slots and not scope.is_inferred
    return not is_named and not _KINDS.isdisjoint(stems(split(scope.text)))


def is_risky(intent: str, entity: Entity) -> bool:
    """If the intent opens or unlocks what keeps people or water out."""
    if entity.domain == "lock":
        return intent in UNLOCKS
    if entity.domain == "cover":
        return intent in _OPENS and entity.device_class in KEEPS_OUT
    return entity.domain == "valve" and intent in _OPENS

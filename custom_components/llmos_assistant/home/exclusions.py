"""What a step leaves out: "all lights except the hall and the desk lamp"."""

from __future__ import annotations

import re

from .inventory import Entity, Home
from .kinds import says_kind
from .matching import Name, read_group, read_name
from .names import Words, split
from .places import find_place, room_of, without_one
from .problems import ProblemKind, Unclear
from .scope import Scope

_BETWEEN = re.compile(r",|\b(?:and|or|plus|also|nor)\b", re.IGNORECASE)
_VAGUE = frozenset({"1", "ones"})  # "one" is written 1
_NEEDLESS = frozenset({"lot", "room"})
_TYING = frozenset({"at", "by", "for", "from", "in", "inside", "of", "on", "though"})


def leave_out(scope: Scope, entities: tuple[Entity, ...], spoken: str) -> tuple[Entity, ...]:
    """The entities less those that `spoken` names. Raises Unclear if it names nothing known."""
    if (whole := _meant(scope, entities, spoken)) is not None:
        return _without(entities, whole)
    left_out: list[Entity] = []
    for part in filter(str.strip, _BETWEEN.split(spoken)):
        if (meant := _meant(scope, entities, part)) is not None:
            left_out += meant
        elif not left_out:  # what follows known things may be talk: "but the hall, he's asleep"
            raise Unclear(ProblemKind.UNKNOWN_NAME, part.strip())
    return _without(entities, tuple(left_out))


def _without_vague(words: Words, home: Home) -> Words:
    """ "The ones in our bedroom" as "our bedroom", "the hall one" as "hall"."""
    if len(words) > 2 and words[0] in _VAGUE and words[1] in _TYING:
        words = split(" ".join(words[2:]))
    while len(words) > 1 and words[-1] in _NEEDLESS | _TYING:
        words = words[:-1]
    return without_one(words, home)


def _without(entities: tuple[Entity, ...], left_out: tuple[Entity, ...]) -> tuple[Entity, ...]:
    ids = {entity.entity_id for entity in left_out}
    return tuple(entity for entity in entities if entity.entity_id not in ids)


def _meant(scope: Scope, entities: tuple[Entity, ...], spoken: str) -> tuple[Entity, ...] | None:
    """Those of the entities that the words name; None if they name nothing of this home."""
    words = _without_vague(split(spoken), scope.home)
    if not words:
        return ()
    if words in (("here",), ("this",), ("in", "here")) and scope.here:
        return scope.inside(entities, scope.here)
    if reading := read_name(Name(words, entities, scope.home)):
        if reading.entities:
            return reading.entities
        inside = scope.inside(entities, reading.place) if reading.place else entities
        return tuple(e for e in inside if reading.kind is None or e.domain == reading.kind.domain)
    try:
        return scope.inside(entities, find_place(" ".join(words), scope.home, scope.here_id))
    except Unclear:
        pass
    if of_kind := tuple(entity for entity in entities if says_kind(words, entity)):
        return of_kind
    if whose := room_of(words, scope.home):
        return scope.inside(entities, whose)
    elsewhere = Name(words, scope.home.entities, scope.home)
    return () if read_name(elsewhere) or read_group(elsewhere) else None

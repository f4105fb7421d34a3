"""Spoken places: which area or floor is meant."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .inventory import Area, Floor, Home
from .names import NEAR, Words, likeness, same, split, stems
from .problems import ProblemKind, Unclear

type Place = Area | Floor

_BETWEEN = re.compile(r"\s*,\s*|\s+and\s+", re.IGNORECASE)
_JOINING = frozenset({"at", "by", "for", "from", "in", "inside", "of", "on", "the", "to"})
_GENERIC = frozenset({"floor", "level", "story"})  # a "floor lamp" is on no floor of that name
ONES = frozenset({"1", "ones"})  # "one" is written 1
_ROOMS = frozenset({"bedroom", "room", "study"})
_UP = frozenset({"upstairs", "upstair"})
_DOWN = frozenset({"downstairs", "downstair"})


def find_place(spoken: str, home: Home, speaker_area_id: str | None) -> Place:
    """The area or floor that is called so. Raises Unclear if none is, or several are."""
    words = split(spoken)
    places: tuple[Place, ...] = (*home.areas, *home.floors)
    found = [place for place in places if any(same(words, split(name)) for name in place.names)]
    if not found:
        found = [p for p in places if any(_same_number(words, split(name)) for name in p.names)]
    if not found and (floor := _relative_floor(words, home, speaker_area_id)):
        return floor
    if not found and not _GENERIC.issuperset(words):
        found = [
            p for p in places if any(set(stems(words)) <= set(stems(split(n))) for n in p.names)
        ]
    if not found and len(words) > 1 and words[-1] in _GENERIC:
        return find_place(" ".join(words[:-1]), home, speaker_area_id)  # the "kitchen floor"
    if not found and (shorter := without_one(words, home)) != words:
        return find_place(" ".join(shorter), home, speaker_area_id)
    if not found:
        found = [p for p in places if any(likeness(words, split(n)) >= NEAR for n in p.names)]
    if len(found) > 1 and (here := home.area_by_id.get(speaker_area_id or "")):
        found = [place for place in found if place.id in (here.id, here.floor_id)] or found
    match found:
        case [place]:
            return place
        case []:
            raise Unclear(ProblemKind.UNKNOWN_AREA, spoken)
    raise Unclear(ProblemKind.AMBIGUOUS_AREA, spoken, tuple(place.name for place in found))


def split_place(words: Words, home: Home, *, near: bool = False) -> Iterator[tuple[Place, Words]]:
    """The places that the words begin or end with, the longest first, and the words that are left."""
    places: tuple[Place, ...] = (*home.areas, *home.floors)
    for size in range(len(words) - 1, 0, -1):
        for said, rest in ((words[:size], words[size:]), (words[-size:], words[:-size])):
            for place in places:
                names = [name for full in place.names for name in _ways_to_say(split(full))]
                if (
                    any(likeness(said, name) >= NEAR for name in names)
                    if near
                    else any(same(said, name) or _same_number(said, name) for name in names)
                ):
                    yield place, _unjoined(rest)


def _ways_to_say(name: Words) -> tuple[Words, ...]:
    """ "Anna's lamp" is said for the lamp in "Anna's Room"."""
    whose = len(name) == 2 and name[0].endswith("s") and name[1] in _ROOMS
    return (name, name[:1]) if whose else (name,)


def room_of(words: Words, home: Home) -> Area | None:
    """The room of whom the words name: "Tom's"."""
    rooms = [area for area in home.areas for name in area.names if split(name)[:-1] == words]
    return rooms[0] if words and len(rooms) == 1 else None


def places_in(spoken: str, home: Home, *, of_all: bool = False) -> tuple[str, ...]:
    """The places that are named one after the other, "hall, landing"; the words, where it is one.

    `of_all`: all those are meant that are called so in part, where none has this very name.
    """
    places: tuple[Place, ...] = (*home.areas, *home.floors)
    names = {split(name) for place in places for name in place.names}
    parts = tuple(part for part in _BETWEEN.split(spoken) if part.strip())
    if of_all and not any(same(split(spoken), name) for name in names):
        wanted = set(stems(split(spoken)))
        found = tuple(p.name for p in places if any(wanted < set(stems(split(n))) for n in p.names))
        return found or (spoken,)
    is_several = len(parts) > 1 and split(spoken) not in names
    return parts if is_several and all(split(part) in names for part in parts) else (spoken,)


_DIGITS = {"ate": "8", "eights": "8", "fives": "5", "for": "4", "fours": "4", "ones": "1", "sixs": "6",
           "threes": "3", "to": "2", "too": "2", "tree": "3", "twos": "2", "won": "1"}  # fmt: skip


def _same_number(said: Words, name: Words) -> bool:
    """If rooms that are told apart by numbers are meant: "room one's", "room won", "five"."""
    if not said or not name or not name[-1].isdigit():
        return False
    if len(said) == 1:
        return said[0] == name[-1]
    number = _DIGITS.get(said[-1], said[-1])
    if number[:-1].isdigit():
        number = number.removesuffix("s")  # "room 4's"
    return number == name[-1] and stems(said[:-1]) == stems(name[:-1])


def without_one(words: Words, home: Home) -> Words:
    """ "The hall one" as "hall"; but "room one" stays where rooms are told apart by numbers."""
    if len(words) < 2 or words[-1] not in ONES:
        return words
    places: tuple[Place, ...] = (*home.areas, *home.floors)
    names = (split(name) for place in places for name in place.names)
    is_number = any(name[:-1] == words[:-1] and name[-1].isdigit() for name in names)
    return words if is_number else words[:-1]


def _unjoined(words: Words) -> Words:
    """The words without the "in the" that tied them to a place."""
    while len(words) > 1 and words[-1] in _JOINING:
        words = words[:-1]
    while len(words) > 1 and words[0] in _JOINING:
        words = words[1:]
    return words


def _relative_floor(words: Words, home: Home, speaker_area_id: str | None) -> Floor | None:
    """The floor that "upstairs" or "downstairs" is, seen from the speaker or in a house with two."""
    if len(words) != 1 or words[0] not in _UP | _DOWN:
        return None
    levels = {floor.level: floor for floor in home.floors if floor.level is not None}
    here = home.area_by_id.get(speaker_area_id or "")
    own = next((f.level for f in home.floors if here and f.id == here.floor_id), None)
    up = words[0] in _UP
    if own is not None:
        beyond = [level for level in levels if (level > own if up else level < own)]
        if beyond:
            return levels[min(beyond) if up else max(beyond)]
    if len(levels) == 2:
        return levels[max(levels) if up else min(levels)]
    return None

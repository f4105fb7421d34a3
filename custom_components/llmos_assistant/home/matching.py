"""Spoken names: which exposed entities, or which place with all of a kind, are meant.

Readings are tried from the surest to the boldest; the first that finds something is taken.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import partial

from ..engine.sounds import sound, sound_likeness
from .inventory import Entity, Home
from .kinds import BRANDS, LINES, Kind, kind_of, says_kind, without_kind
from .names import (
    NEAR,
    Words,
    is_plural,
    likeness,
    same,
    same_stem,
    singular,
    sounds_like_part,
    split,
    stems,
)
from .places import Place, split_place

_LONG_ENOUGH = 4  # sounds; shorter words sound like too much
_TO_ASK = 0.75  # how alike a name must sound to be asked about
_COFFEE = ("coffee", "espresso", "nespresso", "barista", "cafetiere", "kaffee")
# What people would like, and the words in names of what makes it, the likeliest first.
_MAKERS = {
    **dict.fromkeys(("brew", "cuppa", "tea"), ("kettle", "tea", *_COFFEE)),
    **dict.fromkeys(("cappuccino", "coffee", "espresso", "latte"), _COFFEE),
    "toast": ("toaster",),
}
_PLUGGED = frozenset({"dehumidifier", "heater"})  # are often nothing but a plug of this name
_JOINTS = frozenset({"at", "by", "for", "in", "of", "on", "the"})
_MARGIN = 0.05  # how much better than the next the best of near misses must be


@dataclass(frozen=True)
class Reading:
    """What a spoken name may mean: one of `entities`, or all of `kind` (any, if None) in `place`.

    `is_guess`: the words are not its name, but sound like it.
    """

    entities: tuple[Entity, ...] = ()
    place: Place | None = None
    kind: Kind | None = None
    is_guess: bool = False


@dataclass(frozen=True)
class Name:
    """A spoken name, and what it can refer to."""

    words: Words
    candidates: tuple[Entity, ...]
    home: Home

    def entities(self, fits: Callable[[Entity, Words], bool]) -> Reading | None:
        """The candidates with a name that fits."""
        found = tuple(e for e in self.candidates if any(fits(e, split(name)) for name in e.names))
        return Reading(found) if found else None

    def has(self, kind: Kind, place: Place | None = None) -> bool:
        """If there is a candidate of the kind in the place."""
        return any(
            e.domain == kind.domain and (place is None or self.home.is_in(e, place))
            for e in self.candidates
        )


def read_name(name: Name) -> Reading | None:
    """The surest reading that finds something in the home."""
    for read in _READINGS:
        if reading := read(name):
            return reading
    return None


def read_exactly(name: Name) -> Reading | None:
    """The reading as one thing's very name, but for words that say its kind."""
    return _same(name) or _without_kind(name) or _cores(name)


def read_group(name: Name) -> Reading | None:
    """ "Kitchen lights" as a place and a kind, "lights" as a kind, whether or not such things are there."""
    if len(name.words) == 1 and (kind := kind_of(name.words[0])):
        return Reading(kind=kind)
    for place, rest in split_place(name.words, name.home):
        if len(rest) == 1 and (kind := kind_of(rest[0])):
            return Reading(place=place, kind=kind)
    return None


def _exact(name: Name) -> Reading | None:
    return name.entities(lambda _, words: words == name.words)


def _plural_group(name: Name) -> Reading | None:
    """ "Kitchen lights" are all of them, even where one is called "Kitchen Light"."""
    return _group(name) if is_plural(name.words[-1]) else None


def _same(name: Name) -> Reading | None:
    return name.entities(lambda _, words: same(name.words, words))


def _without_kind(name: Name) -> Reading | None:
    """ "Play corner lights" for a light called "Play Corner"."""
    return name.entities(lambda e, words: same(without_kind(name.words, e.domain), words))


def _group(name: Name) -> Reading | None:
    """ "Kitchen lights" as the lights of the kitchen."""
    for place, rest in split_place(name.words, name.home):
        if len(rest) == 1 and (kind := kind_of(rest[0])) and name.has(kind, place):
            return Reading(place=place, kind=kind)
    return None


def _kind(name: Name) -> Reading | None:
    """ "The light" and "the lamps" as all lights, "the lamp" as one that is called a lamp."""
    if len(name.words) != 1 or not (kind := kind_of(name.words[0])) or not name.has(kind):
        return None
    word = name.words[0]
    if word == singular(word) and word != kind.domain:
        so_called = name.entities(lambda e, words: e.domain == kind.domain and word in stems(words))
        if so_called:
            return so_called
        if word in _PLUGGED and (plug := name.entities(partial(_is_plug, word))):
            return plug
    return Reading(kind=kind)


def _place_and_name(name: Name) -> Reading | None:
    """ "Kitchen overhead light" for the "Overhead Light" in the kitchen."""
    return _in_place(name, near=False)


def _in_place(name: Name, *, near: bool) -> Reading | None:
    for place, rest in split_place(name.words, name.home, near=near):
        # What has no area may well be there.
        there = tuple(e for e in name.candidates if e.area_id is None or name.home.is_in(e, place))
        inside = Name(rest, there, name.home)
        if reading := read_exactly(inside) or _part(inside):
            return Reading(reading.entities, place)
    return None


def _cores(name: Name) -> Reading | None:
    """ "Bedroom light" for a light called "Bedroom Lamp"."""

    def fits(entity: Entity, words: Words) -> bool:
        core = without_kind(name.words, entity.domain)
        return core != name.words and same(core, without_kind(words, entity.domain))

    return name.entities(fits)


def _place(name: Name) -> Reading | None:
    """ "The kitchen", with all that is in it."""
    places: tuple[Place, ...] = (*name.home.areas, *name.home.floors)
    for place in places:
        if any(same(name.words, split(n)) for n in place.names):
            return Reading(place=place)
    return None


def _part(name: Name) -> Reading | None:
    """ "Ceiling light" for the "Kitchen Ceiling Light", "the thermostat" for the "Office Thermostat"."""
    return name.entities(lambda _, words: set(stems(name.words)) <= set(stems(words)))


def _part_without_kind(name: Name) -> Reading | None:
    """ "Ceiling light" for a light called "Nursery Ceiling"."""

    def fits(entity: Entity, words: Words) -> bool:
        core = without_kind(name.words, entity.domain)
        return core != name.words and set(stems(core)) <= set(stems(words))

    return name.entities(fits)


def _by_what_it_makes(name: Name) -> Reading | None:
    """ "A cuppa" for the kettle, "a latte" for the espresso machine."""
    for maker in _MAKERS.get(name.words[-1], ()):
        if made := name.entities(partial(_is_maker, maker)):
            return made
    return None


def _is_plug(word: str, entity: Entity, name: Words) -> bool:
    return entity.domain == "switch" and name[-1:] == (word,)


def _is_maker(maker: str, entity: Entity, name: Words) -> bool:
    return entity.domain == "switch" and maker in stems(name)


def _without_joints(name: Name) -> Reading | None:
    """ "The lock on the front door" for the "Front Door Lock"."""
    words = tuple(word for word in name.words if word not in _JOINTS)
    inner = replace(name, words=words)
    return (_same(inner) or _part(inner)) if 1 < len(words) < len(name.words) else None


def _same_stems(name: Name) -> Reading | None:
    """ "Charging the car" for the "Car Charger"."""
    words = tuple(word for word in name.words if word not in _JOINTS)

    def fits(_: Entity, own: Words) -> bool:
        return len(own) == len(words) > 1 and all(
            any(same_stem(word, other) for other in own) for word in words
        )

    found = name.entities(fits)
    return replace(found, is_guess=True) if found else None


def _in_part_of_place(name: Name) -> Reading | None:
    """ "Bedroom heater" for the "Heater" in the "Main bedroom"."""
    found: dict[str, Entity] = {}
    for size in range(1, len(name.words)):
        said, rest = stems(name.words[:size]), name.words[size:]
        for area in name.home.areas:
            if any(set(said) < set(stems(split(own))) for own in area.names):
                inside = Name(
                    rest, tuple(e for e in name.candidates if e.area_id == area.id), name.home
                )
                reading = (read_exactly(inside) or _part(inside)) if inside.candidates else None
                found |= {e.entity_id: e for e in (reading.entities if reading else ())}
    return Reading(tuple(found.values())) if found else None


def _without_brand(name: Name) -> Reading | None:
    """ "The Ikea lamp", where no name says who made it."""
    words = tuple(word for word in name.words if word not in BRANDS)
    if not 0 < len(words) < len(name.words):
        return None
    lines = frozenset[str]().union(*(LINES.get(word, ()) for word in name.words))
    made = tuple(e for e in name.candidates if any(lines & set(split(n)) for n in e.names))
    of_kind = tuple(e for e in made if says_kind(words, e))
    return Reading(of_kind) if of_kind else read_name(Name(words, name.candidates, name.home))


def _near(name: Name) -> Reading | None:
    """ "Bed room lamb" for the "Bedroom Lamp": misheard or misspelt."""
    best = _nearest(
        (
            max(
                likeness(spoken, split(n))
                for n in e.names
                for spoken in _ways_to_say(name.words, e)
            ),
            e,
        )
        for e in name.candidates
    )
    return Reading(best, is_guess=True) if best else None


def _near_part(name: Name) -> Reading | None:
    """ "Floor lump" for the "Corner Floor Lamp"."""
    found = name.entities(lambda _, words: sounds_like_part(name.words, words))
    return replace(found, is_guess=True) if found else None


def _near_place(name: Name) -> Reading | None:
    """ "Leaving room lights" for the lights of the living room."""
    for place, rest in split_place(name.words, name.home, near=True):
        if len(rest) == 1 and (kind := kind_of(rest[0])) and name.has(kind, place):
            return Reading(place=place, kind=kind, is_guess=True)
    return replace(found, is_guess=True) if (found := _in_place(name, near=True)) else None


def sounding_like(words: Words, candidates: Iterable[Entity]) -> Entity | None:
    """The only thing whose name sounds about like the words: near enough to ask, too far to act."""
    if any(word.isdigit() for word in words):
        return None  # a number that nothing has was hardly misheard
    said = sound(" ".join(words))
    if len(said) < _LONG_ENOUGH:
        return None
    scored = sorted(
        (
            (max(sound_likeness(said, sound(n)) for n in e.names), e.entity_id, e)
            for e in candidates
        ),
        reverse=True,
    )
    if not scored or scored[0][0] < _TO_ASK:
        return None
    is_only = len(scored) == 1 or scored[1][0] <= scored[0][0] - _MARGIN
    return scored[0][2] if is_only else None


def _ways_to_say(words: Words, entity: Entity) -> tuple[Words, Words]:
    return words, without_kind(words, entity.domain)


def _nearest(scored: Iterable[tuple[float, Entity]]) -> tuple[Entity, ...]:
    """The entities that are about as near as the nearest."""
    near = [(score, entity) for score, entity in scored if score >= NEAR]
    best = max((score for score, _ in near), default=0.0)
    return tuple(entity for score, entity in near if score > best - _MARGIN)


_READINGS = (
    _exact,
    _plural_group,
    _same,
    _without_kind,
    _group,
    _kind,
    _place_and_name,
    _cores,
    _place,
    _part,
    _part_without_kind,
    _without_joints,
    _same_stems,
    _in_part_of_place,
    _by_what_it_makes,
    _without_brand,
    _near,
    _near_part,
    _near_place,
)

"""The slot `name`: which thing is meant, or which group."""

from __future__ import annotations

from dataclasses import replace

from .inventory import Entity
from .kinds import ASKS, BEHIND_THE_SCENES, BINARY_STATES, STATE_DOMAINS, Kind
from .matching import Name, Reading, read_exactly, read_group, read_name, sounding_like
from .names import Words, is_plural, same_stem, split, stems
from .outdoors import is_outdoors
from .places import ONES, Place, room_of
from .placing import ground_group, to_be_changed
from .problems import ProblemKind, Unclear
from .scope import Scope, place_slot


def ground_name(scope: Scope, *, whole_home: bool = False) -> tuple[str, ...]:
    """Resolve the slot `name`; the ids of the entities that are meant. Raises Unclear.

    `whole_home`: it was said to be meant everywhere.
    """
    spoken = str(scope.slots["name"])
    words = split(spoken)
    # A vacuum is sent to an area, it is not found by it.
    place = None if scope.intent == "HassVacuumCleanArea" else scope.place
    if place and len(words) > 1 and words[0] == "other":
        words = words[1:]  # "the other lamp, the one in the hall"
    if scope.said_domain and place is None and words and (room := room_of(words, scope.home)):
        return _use_group(scope, spoken, Reading(place=room))  # "Emma's and Jake's fans"
    reading = _read(scope, words, place) if words else None
    if reading is None and (shorter := _without_gesture(words)) != words:
        reading = _read(scope, shorter, place)
    if scope.intent in ASKS and reading and (known := _with_state(scope, words, place)):
        reading = known
    if reading is None and words and (group := read_group(Name(words, (), scope.home))):
        reading = group if _acts_on(scope, group.kind) else None
    if reading is None:
        raise _not_found(scope, spoken, place)
    reading = _each_so_called(scope, words, place, reading)
    if not reading.entities:
        return _use_group(scope, spoken, reading)
    scope.said_exactly = not reading.is_guess
    if scope.intent in _ASKED_OF_ALL:
        reading = replace(reading, entities=_in_question(scope, reading))
        if len(reading.entities) > 1:
            scope.each = True
            return tuple(entity.entity_id for entity in reading.entities)
    if len(reading.entities) > 1 and (whole_home or _says_all(scope, words, reading.entities)):
        return _use_all(scope, reading)
    return _use_entity(scope, spoken, reading)


def _without_gesture(words: Words) -> Words:
    """A name without what only points to things: "radiator in here", "fountain out front", "main ones"."""
    while len(words) > 2 and words[-1] in _THERE and words[-2] in _POINTING:
        words = words[:-2]
    return words[:-1] if len(words) > 1 and words[-1] in ONES else words


_POINTING = frozenset({"down", "in", "out", "over", "up"})
_THERE = frozenset({"back", "front", "here", "there"})


def _with_state(scope: Scope, words: Words, place: Place | None) -> Reading | None:
    """Things so called that can be in the state asked for: a door's contact, where its lock has the name."""
    domains = STATE_DOMAINS.get(str(scope.slots.get("state", "")))
    if domains is None:
        return None
    candidates = tuple(entity for entity in scope.candidates if entity.domain in domains)
    found = read_name(
        Name(words, scope.inside(candidates, place) if place else candidates, scope.home)
    )
    return found if found and found.entities and not found.is_guess else None


def _read(scope: Scope, words: Words, place: Place | None) -> Reading | None:
    """What the name stands for: in the place that was said, or so called and in no known place."""
    if place is None:
        return read_name(Name(words, scope.candidates, scope.home))
    inside = Name(words, scope.inside(scope.candidates, place), scope.home)
    homeless = tuple(entity for entity in scope.candidates if entity.area_id is None)
    return (
        (read_name(inside) if inside.candidates else None)
        or read_exactly(Name(words, homeless, scope.home))
        or read_exactly(Name(split(place.name) + words, homeless, scope.home))
    )


def name_from_words(scope: Scope, spoken: str) -> bool:
    """Read words that were taken for a place as a name: "the sonos kitchen", "the floor lamp"."""
    kind = scope.slots.get("device_class") or scope.said_domain or ""
    longest = split(f"{spoken} {kind}")
    for words in (longest, longest[1:], split(spoken)):
        reading = (
            read_name(Name(words, scope.candidates, scope.home))
            if len(words) > bool(kind)
            else None
        )
        is_sure = reading and (not reading.is_guess or (words == longest and kind))
        if "name" not in scope.slots and reading and reading.entities and is_sure:
            scope.slots["name"] = " ".join(words)
            return True
    return False


_ASKED_OF_ALL = ASKS - {"LlmosIf"}
_LONG = 4  # letters of words that tell what is asked: "leaked", "smoke"
_RUN = frozenset({"automation", "scene", "script"})
_WARNINGS = frozenset(
    "battery carbon_monoxide connectivity gas moisture problem safety smoke tamper update".split()
)


def _in_question(scope: Scope, reading: Reading) -> tuple[Entity, ...]:
    """What a question is about: of several that are so called, those here, or all."""
    entities = reading.entities
    if place := reading.place or scope.place:
        entities = scope.inside(entities, place) or entities
    entities = tuple(e for e in entities if e.domain not in _RUN) or entities
    if "state" in scope.slots:
        entities = _in_such_a_state(scope, entities)
    entities = scope.prefer(entities)
    return (scope.inside(entities, scope.here) or entities) if scope.here else entities


def _in_such_a_state(scope: Scope, entities: tuple[Entity, ...]) -> tuple[Entity, ...]:
    """Those that are on or open themselves: of a washer, neither its leak sensor nor what it measures."""
    things = tuple(e for e in entities if e.domain != "sensor")
    if "device_class" in scope.slots:
        return things or entities
    warnings = tuple(e for e in things if e.device_class in _WARNINGS)
    if spoken_of := tuple(e for e in warnings if _is_spoken_of(scope, e)):
        return spoken_of  # "has the washer leaked"
    working = tuple(e for e in things if e not in warnings)
    telling = tuple(e for e in entities if e.domain == "sensor" and "measured" not in e.levels)
    return working or telling or things or entities


def _is_spoken_of(scope: Scope, entity: Entity) -> bool:
    """If more words of the utterance are in an entity's name than the name that was understood."""
    said = stems(split(str(scope.slots.get("name", ""))))
    more = [word for word in split(scope.text) if word not in said and len(word) >= _LONG]
    own = [word for word in stems(split(entity.name)) if word not in said]
    return any(same_stem(word, other) for word in more for other in own)


def _says_all(scope: Scope, words: Words, entities: tuple[Entity, ...]) -> bool:
    """If all that are so called are meant: "the desk lamps", "every desk lamp".

    "The Sonos" is one thing, and so are "the cans" where each room's are one light: their names say so.
    """
    last = words[-1]
    in_names = all(any(last in split(name) for name in entity.names) for entity in entities)
    return (is_plural(last) and not in_names) or scope.says_all


def _each_so_called(scope: Scope, words: Words, place: Place | None, reading: Reading) -> Reading:
    """ "Both geysers" are "Geyser" and "Gran's geyser", although one has the very name."""
    if len(reading.entities) != 1 or not (is_plural(words[-1]) and scope.says_all):
        return reading
    candidates = scope.inside(scope.candidates, place) if place else scope.candidates
    wanted = set(stems(words))
    named = tuple(e for e in candidates if any(wanted <= set(stems(split(n))) for n in e.names))
    is_own = any(words[-1] in split(name) for name in reading.entities[0].names)
    return reading if is_own else replace(reading, entities=named or reading.entities)


def _use_all(scope: Scope, reading: Reading) -> tuple[str, ...]:
    """All things of the name, where the step says so; without those of another kind."""
    entities = scope.prefer(reading.entities)
    entities = tuple(e for e in entities if e.domain not in BEHIND_THE_SCENES) or entities
    if place := reading.place or scope.place:
        entities = scope.inside(entities, place) or entities
    scope.each = True
    return tuple(entity.entity_id for entity in entities)


def _acts_on(scope: Scope, kind: Kind | None) -> bool:
    return kind is None or scope.domains is None or kind.domain in scope.domains


def _use_entity(scope: Scope, spoken: str, reading: Reading) -> tuple[str, ...]:
    """Fill the slots so that Home Assistant finds the one entity, and no other."""
    entities = reading.entities
    if place := reading.place or scope.place:
        entities = scope.inside(entities, place) or entities
    entity = _choose(scope, spoken, entities)
    scope.slots["name"] = entity.name
    if reading.place and scope.place is None:
        scope.slots[place_slot(reading.place)] = reading.place.name
    for slot in ("domain", "device_class"):
        scope.slots.pop(slot, None)
    twins = [
        other
        for other in scope.home.of_kind(scope.domains)
        if other != entity and entity.name.casefold() in (name.casefold() for name in other.names)
    ]
    if any(other.domain != entity.domain for other in twins):
        scope.slots["domain"] = entity.domain
    area = scope.home.area_of(entity)
    if area and any(o.domain == entity.domain and o.area_id != entity.area_id for o in twins):
        scope.slots["area"] = area.name
    if entity.domain == "binary_sensor" and (
        state := BINARY_STATES.get(str(scope.slots.get("state")))
    ):
        scope.slots["state"] = state
    return (entity.entity_id,)


def _choose(scope: Scope, spoken: str, entities: tuple[Entity, ...]) -> Entity:
    """The one that is meant. Raises Unclear if it could be several."""
    entities = scope.prefer(entities)
    entities = tuple(e for e in entities if e.domain not in BEHIND_THE_SCENES) or entities
    if scope.is_outside:
        entities = tuple(e for e in entities if is_outdoors(e, scope.home)) or entities
    if len(entities) > 1:
        entities = _of_whom(scope, entities) or entities
    if len(entities) > 1 and scope.here:
        entities = scope.inside(entities, scope.here) or entities
    if len(entities) > 1:
        entities = to_be_changed(scope, entities)
    if len(entities) > 1:
        choices = tuple(entity.entity_id for entity in entities)
        raise Unclear(ProblemKind.AMBIGUOUS_NAME, spoken, scope.label(entities), choices=choices)
    return entities[0]


def _of_whom(scope: Scope, entities: tuple[Entity, ...]) -> tuple[Entity, ...]:
    """Those in the room of whom the utterance speaks: "desk lamp, Jess's one", "if Tom's out … his lamp"."""
    rooms = {
        room.id
        for word in scope.text.lower().split()
        if word.rstrip(",.").endswith(("'s", "’s")) and (room := room_of(split(word), scope.home))
    }
    return tuple(e for e in entities if e.area_id in rooms) if len(rooms) == 1 else ()


def _use_group(scope: Scope, spoken: str, reading: Reading) -> tuple[str, ...]:
    """The name was a place, a kind, or both."""
    del scope.slots["name"]
    if reading.place:
        scope.place = reading.place
        scope.slots[place_slot(reading.place)] = reading.place.name
    if reading.kind and scope.said_domain is None and scope.intent in _SAY_DOMAIN:
        scope.slots["domain"] = reading.kind.domain
        if reading.kind.device_class:
            scope.slots["device_class"] = reading.kind.device_class
    return ground_group(scope, spoken=spoken)


# The intents that act on many kinds, and take the kind in a slot.
_SAY_DOMAIN = ASKS | {
    "HassSetPosition",
    "HassStopMoving",
    "HassToggle",
    "HassTurnOff",
    "HassTurnOn",
}


def _not_found(scope: Scope, spoken: str, place: Place | None) -> Unclear:
    """Why nothing that the intent can act on is called so: it is elsewhere, of another kind, or nowhere."""
    words = split(spoken)
    if place and (read := read_name(Name(words, scope.candidates, scope.home))) and read.entities:
        return Unclear(ProblemKind.NOTHING_FITS, spoken, scope.label(read.entities), place.name)
    anything = Name(words, scope.home.entities, scope.home)
    if words and (read := read_name(anything)) and read.entities:
        return Unclear(ProblemKind.WRONG_KIND, spoken, scope.label(read.entities))
    if near := sounding_like(words, scope.candidates):
        label = scope.label((near,))
        return Unclear(ProblemKind.NEARLY_NAMED, spoken, label, choices=(near.entity_id,))
    return Unclear(ProblemKind.UNKNOWN_NAME, spoken)

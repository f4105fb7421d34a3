"""Which of a kind are meant, by the other words of the utterance: "take the ceiling down a touch"."""

from __future__ import annotations

import re
from itertools import pairwise

from .inventory import Area, Entity
from .kinds import ACTS_ON, kind_of, says_class
from .names import Words, same_stem, split, stems
from .places import Place
from .scope import NAMING, Scope

# Words of names that are said in many commands without naming anything.
_JOINTS = re.compile(r",? (?:and then|and|then|plus|also) |, ", re.IGNORECASE)
_NAMES = frozenset(
    {"lamp", "radio", "speaker", "stereo", "tv"}
)  # words for kinds that are names, too
_CLASSES = {"radio": "speaker", "speaker": "speaker", "stereo": "speaker", "tv": "tv"}
_WITH_CONTACTS = frozenset({"door", "window"})
_BLINDS = frozenset({"blind", "shade", "shutter"})
_MERELY_RIGHT = re.compile(r"^right\b|\b(?:all|just) right\b|\bright (?=away|in|into|now|on|there)")
_OF_NUMBERS = frozenset({"LlmosSetValue"})
_OPENINGS = frozenset(
    {"door", "garage", "gate", "window"}
)  # contacts, covers and locks are called so
_COMMON = frozenset(
    "a all and at by do for house home in is it light my no of off on one open room set the to up".split()
)


def said_place(scope: Scope) -> Place | None:
    """The one area or floor that the utterance speaks of, the speaker's own if it says "in here"."""
    if not scope.is_alone:
        return None
    left_out = split(str(scope.slots.get("except", "")))
    words = split(scope.text)
    places: tuple[Place, ...] = (*scope.home.areas, *scope.home.floors)
    found = [
        place
        for place in places
        if any(_within(split(n), words) and not _within(split(n), left_out) for n in place.names)
    ]
    if len(found) == 1 and "here" not in words:
        return found[0]
    says_here = scope.says_here and "here" not in left_out
    return scope.here if scope.here and says_here else None


def unsaid_place(scope: Scope) -> Place | None:
    """The place that the utterance names and the plan does not: "the heat pump on in our room"."""
    if (
        not NAMING.isdisjoint(scope.slots)
        or scope.said_domain is None
        or scope.intent not in ACTS_ON
    ):
        return None
    place = said_place(scope)
    is_kind = place and str(scope.slots.get("device_class")) in split(place.name)
    return place if place != scope.here and not is_kind else None


def only_place(scope: Scope, names: tuple[str, ...]) -> Place | None:
    """The only one of the places so called that has what is meant; the speaker's own before all."""
    if scope.here and any(same_ending(scope.here, name) for name in names):
        return scope.here
    places: tuple[Place, ...] = (*scope.home.areas, *scope.home.floors)
    found = [p for p in places if p.name in names and scope.inside(scope.group, p)]
    return found[0] if len(found) == 1 else None


def same_ending(place: Area, name: str) -> bool:
    """If the place is one of the kind, too: the "Woodshed", where there is a "Tractor shed"."""
    return any(split(own)[-1].endswith(split(name)[-1]) for own in place.names)


def is_no_place(scope: Scope, spoken: str) -> bool:
    """If words taken for a place are none: "unlock it for the kids"; "I can't see to fetch the wood"."""
    if "name" in scope.slots:
        return re.search(rf"\bfor (?:the |my |our )?{re.escape(spoken)}", scope.text) is not None
    is_implied = scope.said_domain == "light" and "light" not in scope.said_kinds
    return is_implied and scope.here is not None


def _within(name: Words, words: Words) -> bool:
    """If the words of the name stand in the words, one after the other."""
    size = len(name)
    return size > 0 and any(words[i : i + size] == name for i in range(len(words) - size + 1))


def segments(text: str, steps: int) -> list[str] | None:
    """The part of the utterance that each of several steps comes from, if it falls into so many."""
    parts = [part for part in _JOINTS.split(text) if part.strip()]
    return parts if steps > 1 and len(parts) == steps else None


def narrow(scope: Scope, group: tuple[Entity, ...]) -> tuple[Entity, ...]:
    """Those of the group whose names are spoken of, if that tells them apart; all, if it does not."""
    if len(group) < 2 or not scope.is_alone or "except" in scope.slots:
        return group
    if scope.says_all:
        # "Every desk lamp" are all of that name, "all the Hues" all that have it in theirs.
        words = stems(split(scope.text))
        each = _after_each(scope)
        so_called = tuple(
            entity
            for entity in group
            if any(
                _is_said(name, words) or not each.isdisjoint(name)
                for name in map(stems, map(split, entity.names))
            )
        )
        return so_called or of_said_class(scope, group)
    text = _without_filler(scope)
    said = frozenset(stems(split(text))) - _COMMON - _places(scope)
    exactly = frozenset(split(text))
    hits = [max(_hits(split(name), said, exactly) for name in entity.names) for entity in group]
    if not any(hits):
        return of_said_class(scope, group)
    if all(hits):
        return group
    return tuple(entity for entity, n in zip(group, hits, strict=True) if n == max(hits))


def _without_filler(scope: Scope) -> str:
    """The utterance without a "right" that is no side."""
    return _MERELY_RIGHT.sub("", scope.text.lower())


def _after_each(scope: Scope) -> frozenset[str]:
    """The words behind "every" and "all the" that stand for no kind and no place."""
    said = re.findall(
        r"\b(?:all|both|each|every)(?: of)?(?: the| my| our)? (\w+)", scope.text.lower()
    )
    words = frozenset(stems(split(" ".join(said)))) - _COMMON - _places(scope)
    return frozenset(word for word in words if kind_of(word) is None)


def _is_said(name: Words, words: Words) -> bool:
    """If a name is in the words: one of several words, or one before its kind, "every bedside light"."""
    if len(name) != 1:
        return _within(name, words)
    is_kind = kind_of(name[0]) is not None
    return not is_kind and any(a == name[0] and kind_of(b) for a, b in pairwise(words))


def of_said_class(scope: Scope, group: tuple[Entity, ...]) -> tuple[Entity, ...]:
    """Televisions where one was said, speakers where one was said; all, if there is none."""
    classes = {_CLASSES.get(word) for word in stems(split(scope.text))} - {None}
    return tuple(entity for entity in group if entity.device_class in classes) or group


def asked_alike(scope: Scope) -> tuple[Entity, ...]:
    """What one word of a question stands for: windows are covers or contacts, shades are blinds, too."""
    said = str(scope.slots.get("device_class"))
    if asks_what_is_open(scope):
        return _openings(scope)
    if said in _WITH_CONTACTS:
        classes, domains = frozenset({said}), frozenset({"binary_sensor", "cover"})
    elif said in _BLINDS:
        classes, domains = _BLINDS, frozenset({"cover"})
    else:
        return ()
    if scope.said_domain not in (None, *domains):
        return ()
    found = tuple(
        entity
        for entity in scope.home.of_kind(domains)
        if entity.device_class in classes
        or (entity.device_class is None and says_class(split(entity.name), said))
    )
    if any(entity.device_class != said for entity in found):
        del scope.slots["device_class"]
    if any(entity.domain != scope.said_domain for entity in found):
        scope.slots.pop("domain", None)
    return found


def asks_what_is_open(scope: Scope) -> bool:
    """If it is asked "what's open", of no thing and no kind of things."""
    is_any = NAMING.isdisjoint(scope.slots) and not _OF_KIND & scope.slots.keys()
    says_any = not _ANYTHING.isdisjoint(split(scope.text))
    is_asked = scope.intent == "HassGetState" and scope.slots.get("state") == "open"
    return is_asked and is_any and says_any


def _openings(scope: Scope) -> tuple[Entity, ...]:
    """Doors, windows, gates and covers; those that keep the weather and people out before the others."""
    found = (
        *scope.home.of_kind(frozenset({"binary_sensor"}), _OPENINGS_IN_WALLS),
        *scope.home.of_kind(frozenset({"cover"})),
    )
    return tuple(sorted(found, key=lambda entity: entity.device_class not in _OPENINGS_IN_WALLS))


_ANYTHING = frozenset({"any", "anything", "everything", "what", "whats"})
_OF_KIND = frozenset({"device_class", "domain", "target"})
_OPENINGS_IN_WALLS = frozenset({"door", "garage", "garage_door", "gate", "opening", "window"})


def unsaid_name(scope: Scope) -> str | None:
    """The word that names things, where the kind that was understood was not said: "turn off the pump"."""
    words = stems(split(_without_filler(scope)))
    kinds = {kind.domain for word in words if (kind := kind_of(word))}
    is_said = scope.said_domain in kinds or scope.slots.get("device_class") in words
    is_certain = scope.said_domain is None and scope.intent not in _OF_NUMBERS
    if not scope.is_alone or is_certain or is_said:
        return None
    names = [
        stems(split(name))
        for entity in scope.home.of_kind(scope.domains)
        for name in entity.names
        if split(name)
    ]
    # Two words of a name, one after the other, say as much as its last one: the "hot water" tank.
    for pair in pairwise(words):
        if _COMMON.isdisjoint(pair) and any(pair in pairwise(name) for name in names):
            return " ".join(pair)
    last_words = {name[-1] for name in names}
    others = _COMMON | _places(scope)
    others |= _OPENINGS
    found = {word for word in words if word in last_words - others and kind_of(word) is None}
    return found.pop() if len(found) == 1 else None


def time_left(scope: Scope) -> str | None:
    """The sensor that tells how long the named thing still takes, if that was asked for."""
    said = stems(split(str(scope.slots.get("name", ""))))
    if not said or not _HOW_LONG.search(scope.text.lower()):
        return None
    found = [
        entity.name
        for entity in scope.home.of_kind(frozenset({"sensor"}))
        if (own := stems(split(entity.name)))
        and (entity.device_class in _TIMES or not _TIME_LEFT.isdisjoint(own))
        and all(any(same_stem(word, other) for other in own) for word in said)
    ]
    return found[0] if len(found) == 1 else None


_HOW_LONG = re.compile(
    r"\b(?:how long|how much (?:longer|more|time)|time left|when (?:will|is|does)|finish\w*|done|left)\b"
)
_TIMES = frozenset({"duration", "timestamp"})
_TIME_LEFT = frozenset({"end", "finish", "left", "remaining"})


def _hits(name: Words, said: frozenset[str], exactly: frozenset[str]) -> int:
    """How many of the name's words were said; words for kinds count where they are the whole name."""
    if len(name) == 1 and name[0] in exactly:
        return 1
    return sum(word in said and (word in _NAMES or kind_of(word) is None) for word in stems(name))


def _places(scope: Scope) -> frozenset[str]:
    places: tuple[Place, ...] = (*scope.home.areas, *scope.home.floors)
    return frozenset(
        word for place in places for name in place.names for word in stems(split(name))
    )

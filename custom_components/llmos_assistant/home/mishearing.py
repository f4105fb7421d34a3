"""Words that recognition took for others, spelt again as the home has them: "artie choke" → "Artichoke".

Only for a text that makes no sense as it stands: what comes of it is a guess.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from ..engine.sounds import consonants, sound, sound_likeness
from .caution import KEEPS_OUT
from .inventory import Entity, Home
from .kinds import kind_of
from .names import Words, same, split
from .places import Place
from .reading import Understanding

_NEAR = 0.88  # the least likeness of several words to a name
_NEAR_WORD = 0.92  # of one word
_MARGIN = 0.03  # how much likelier than any other name it must be
_SHORT = 4  # sounds; shorter ones must sound the same
_LONGEST = 5  # words
_PART = 5  # letters of a word that is put in place of another alone
_GUARDS = frozenset({"alarm_control_panel", "lock", "valve"})
_KINDS = ("AC", "TV")
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_OFF = re.compile(r"\b(put|shut|switch|switched|turn|turned) of\b", re.IGNORECASE)


@dataclass(frozen=True)
class _Match:
    """A name for the text's characters [start, end)."""

    score: float
    start: int
    end: int
    name: str


def respell(text: str, home: Home) -> str:
    """The text with the words that only sound like a name of the home replaced by that name."""
    text = _OFF.sub(r"\1 off", text)
    taken: list[_Match] = []
    for match in sorted(_matches(text, home), key=lambda m: (-m.score, m.start - m.end)):
        if all(match.end <= other.start or match.start >= other.end for other in taken):
            taken.append(match)
    for match in sorted(taken, key=lambda m: -m.start):
        text = text[: match.start] + match.name + text[match.end :]
    return text


def is_safe(understood: Understanding) -> bool:
    """If what was understood from respelt words may be done unasked: no lock, alarm, gate or valve moves."""
    by_id = understood.home.entity_by_id
    return understood.plan.route != "command" or not any(
        _guards(by_id[entity_id])
        for step in understood.grounding.steps
        for entity_id in step.entity_ids
        if entity_id in by_id
    )


def _guards(entity: Entity) -> bool:
    return entity.domain in _GUARDS or (
        entity.domain == "cover" and entity.device_class in KEEPS_OUT
    )


def _matches(text: str, home: Home) -> Iterator[_Match]:
    names = tuple(dict.fromkeys(_names(home)))
    known = {word for name in names for word in split(name)}
    parts = [word for word in known if len(word) >= _PART]
    by_first: dict[str, list[str]] = {}
    for name in names:
        by_first.setdefault(sound(name)[:1], []).append(name)
    words = list(_WORD.finditer(text))
    for i, first in enumerate(words):
        for last in words[i : i + _LONGEST]:
            said = text[first.start() : last.end()].lower()
            right = [word in known or kind_of(word) is not None for word in split(said)]
            if all(right):
                continue
            if best := _likest(said, by_first) or (None if any(right) else _part(said, parts)):
                yield _Match(best[0], first.start(), last.end(), best[1])


def _names(home: Home) -> Iterator[str]:
    places: tuple[Place, ...] = (*home.areas, *home.floors)
    for thing in (*places, *home.entities):
        yield from thing.names
    yield from _KINDS


def _part(said: str, parts: Iterable[str]) -> tuple[float, str] | None:
    """The only word of a name that sounds the same, or has the same consonants."""
    one = sound(said)
    found = [part for part in parts if sound(part) == one]
    if not found and len(one) > _SHORT:
        found = [part for part in parts if consonants(sound(part)) == consonants(one)]
    score = max((sound_likeness(one, sound(part)) for part in found), default=0.0)
    return (score, found[0]) if len(found) == 1 and score >= _NEAR_WORD else None


def _likest(said: str, by_first: Mapping[str, Iterable[str]]) -> tuple[float, str] | None:
    """How alike the likest name is, and that name; None if none is near, or several are.

    `by_first`: the names by their first sound. What is heard wrong mostly begins right.
    """
    spoken = split(said)
    near = _NEAR if len(spoken) > 1 else _NEAR_WORD
    scored = [
        (_score(said, spoken, name, near), name) for name in by_first.get(sound(said)[:1], ())
    ]
    best, name = max(scored, default=(0.0, ""))
    if best < near:
        return None
    words = split(name)
    is_only = all(s <= best - _MARGIN or same(split(other), words) for s, other in scored)
    return (best, name) if is_only else None


def _score(said: str, spoken: Words, name: str, near: float) -> float:
    one, other = sound(said), sound(name)
    if one == other:
        return 1.0
    shortest, longest = sorted((len(one), len(other)))
    if shortest < _SHORT + (len(spoken) == 1) or longest - shortest > longest // _SHORT:
        return 0.0
    if len(set(consonants(one)) ^ set(consonants(other))) > 1 + longest // 3:
        return 0.0  # a quick look, since there may be a thousand names
    if (score := sound_likeness(one, other)) < near:
        return 0.0
    # A long word that both have must not hide that the others differ: "bathroom light", "bedroom light".
    return min(score, _likeness_of_rest(spoken, split(name)))


def _likeness_of_rest(spoken: Words, name: Words) -> float:
    """How alike the words are without those that both begin or end with."""
    while spoken and name and spoken[-1] == name[-1]:
        spoken, name = spoken[:-1], name[:-1]
    while spoken and name and spoken[0] == name[0]:
        spoken, name = spoken[1:], name[1:]
    return sound_likeness(sound(" ".join(spoken)), sound(" ".join(name)))

"""Modes, sources and choices by the words that people use for them."""

from __future__ import annotations

from ..engine.protocol import SlotValue
from .inventory import Entity
from .matching import Name, read_exactly
from .names import likeness, same, split
from .problems import ProblemKind, Unclear
from .scope import Scope

# What people call Home Assistant's own modes.
_SAID = {
    "ac": "cool", "automatic": "auto", "cold": "cool", "cooling": "cool", "dehumidify": "dry",
    "drying": "dry", "fan": "fan_only", "heating": "heat", "hot": "heat", "night": "sleep",
    "perimeter": "home", "standby": "off", "stay": "home", "vacation": "away", "warm": "heat",
}  # fmt: skip
_SAID |= dict.fromkeys(
    ("oscillate", "oscillation", "rotate", "rotating", "rotation", "swing", "swinging"),
    "oscillating",
)
STILL = "still"  # of a fan that does not oscillate
_MEDIA = frozenset({"media_player"})
_SILENT = frozenset({"mode", "setting", "preset", "input", "source", "channel"})
_NEAR = 0.8


def is_source(scope: Scope, spoken: str) -> bool:
    """If the words are the very name of a source of a media player."""
    words = split(spoken)
    return any(
        same(words, split(source))
        for entity in scope.home.of_kind(_MEDIA)
        for source in entity.options.get("source", ())
    )


def said_player(scope: Scope) -> tuple[str, dict[str, SlotValue]] | None:
    """What a search for something to play means, if it names a player: turn it on, choose a source."""
    query = str(scope.slots.get("search_query", ""))
    name, _, source = query.rpartition(" on ")
    for spoken in filter(None, (name, query)):
        words = split(spoken)
        reading = (
            read_exactly(Name(words, scope.home.of_kind(_MEDIA), scope.home)) if words else None
        )
        if not reading or not reading.entities:
            continue
        if spoken == query:
            return "HassTurnOn", {"name": query}
        if is_source(scope, source):
            return "LlmosSetMode", {"name": name, "mode": source}
    return None


def things_with_mode(scope: Scope) -> tuple[Entity, ...]:
    """What can be put to the mode that was said, where nothing was named: here, or anywhere."""
    spoken = str(scope.slots.get("mode", ""))
    found = tuple(e for e in scope.home.of_kind(scope.domains) if _find(e, spoken))
    found = tuple(e for e in found if e.domain == scope.said_domain) or found
    place = scope.place or scope.here
    return (scope.inside(found, place) or found) if place else found


def choose_mode(scope: Scope, entity_ids: tuple[str, ...]) -> tuple[str, ...]:
    """Fill `attribute` and `option` for the things that have such a mode. Raises Unclear."""
    spoken = str(scope.slots.pop("mode", ""))
    found: dict[tuple[str, str], list[str]] = {}
    for entity_id in entity_ids:
        if choice := _find(scope.home.entity_by_id[entity_id], spoken):
            found.setdefault(choice, []).append(entity_id)
    if not found:
        raise Unclear(ProblemKind.NO_MODE, spoken)
    (attribute, option), ids = max(found.items(), key=lambda item: len(item[1]))
    scope.slots |= {"attribute": attribute, "option": option}
    scope.each = True
    return tuple(ids)


def _find(entity: Entity, spoken: str) -> tuple[str, str] | None:
    """The attribute and the option that the words mean."""
    words = split(spoken)
    bare = tuple(word for word in words if word not in _SILENT) or words
    options = [(a, option) for a, listed in entity.options.items() for option in listed]
    for fits in (
        lambda option: same(words, _words(option)) or same(bare, _words(option)),
        lambda option: _SAID.get(" ".join(bare)) == option,
        lambda option: likeness(bare, _words(option)) >= _NEAR,
        lambda option: set(bare) <= set(_words(option)),
    ):
        if found := [choice for choice in options if fits(choice[1])]:
            return found[0]
    return None


def _words(option: str) -> tuple[str, ...]:
    return tuple(word for word in split(option.replace("_", " ")) if word not in _SILENT) or split(
        option
    )

"""The names that people say in this home, for speech recognition to listen for."""

from __future__ import annotations

from collections.abc import Iterator

from .inventory import Home
from .places import Place

# What is longer is a label that nobody says or a sentence, and recognition invents what it expects.
_MAX_WORDS = 5


def vocabulary(home: Home) -> tuple[str, ...]:
    """Places first, then things, lists, scenes and people; each once, with all that it may be called."""
    spoken = (" ".join(name.split()) for name in _names(home))
    unique = {name.casefold(): name for name in spoken if 0 < len(name.split()) <= _MAX_WORDS}
    return tuple(unique.values())


def _names(home: Home) -> Iterator[str]:
    places: tuple[Place, ...] = (*home.areas, *home.floors)
    for place in places:
        yield from place.names
    for entity in home.entities:
        # An entity that the user has taken all names from goes by its id, which nobody says.
        yield from (name for name in entity.names if name != entity.entity_id)

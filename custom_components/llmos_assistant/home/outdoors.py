"""What is in the open air, and which words say so."""

from __future__ import annotations

from collections.abc import Iterable

from .inventory import Entity, Home
from .names import split, stems
from .places import Place

OUTSIDE = "outside"  # the area that the command model writes for "outside"
_OUT = frozenset({"out", "outdoor", "outside"})
_OPEN_AIR = frozenset(
    "backyard balcony deck driveway exterior garden outdoor outside patio pool porch roof terrace veranda yard".split()
)


def is_outdoors(entity: Entity, home: Home) -> bool:
    """If the entity, by its name or its area's, is in the open air."""
    area = home.area_of(entity)
    return _in_open_air(entity.names) or (area is not None and is_open_air(area))


def is_open_air(place: Place) -> bool:
    """If a place, by one of its names, is in the open air."""
    return _in_open_air(place.names)


def _in_open_air(names: Iterable[str]) -> bool:
    return any(not _OPEN_AIR.isdisjoint(stems(split(name))) for name in names)


def says_outside(spoken: str, home: Home) -> bool:
    """If a place that was said is the open air, and no area of this home: "outside", "out front"."""
    words = split(spoken)
    areas = (split(name) for area in home.areas for name in area.names)
    return not _OUT.isdisjoint(stems(words)) and words not in areas

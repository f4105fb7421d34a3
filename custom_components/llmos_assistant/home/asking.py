"""What questions are about that ask for more than a state: values, the past, calendars."""

from __future__ import annotations

from .measuring import compared, measuring
from .outdoors import says_outside
from .scope import Scope

HISTORY, CALENDAR, SUN = "LlmosGetHistory", "LlmosGetCalendar", "LlmosGetSun"

# Asked of what a kind of sensors measures, and not of one thing.
_OF_MEASURES = frozenset({"ask", "above", "below"})
# The kind of thing that has it, where nothing was said but "how loud is it".
_HAS = {
    "album": "media_player",
    "artist": "media_player",
    "brightness": "light",
    "color": "light",
    "position": "cover",
    "source": "media_player",
    "speed": "fan",
    "target_temperature": "climate",
    "title": "media_player",
    "volume": "media_player",
}


def measures(scope: Scope) -> bool:
    """If the step asks for what is measured: the coldest room, how much power was used."""
    slots = scope.slots.keys()
    return (
        scope.intent in (HISTORY, "HassGetState")
        and "device_class" in slots
        and not {"name", "state", "target"} & slots
        and (scope.intent == HISTORY or bool(_OF_MEASURES & slots) or _is_outside(scope))
    )


def _is_outside(scope: Scope) -> bool:
    """If the open air is asked about, where perhaps only the weather service measures."""
    return says_outside(str(scope.slots.get("area", "")), scope.home)


def ground_measures(scope: Scope) -> tuple[str, ...]:
    """The ids of what measures it, and of what it is compared with. Raises Unclear."""
    found = measuring(scope)
    note_compared(scope)
    return tuple(entity.entity_id for entity in found)


def note_compared(scope: Scope) -> None:
    """Find what a named thing is compared with. Raises Unclear."""
    if than := scope.slots.get("than"):
        scope.other_ids = tuple(entity.entity_id for entity in compared(scope, str(than)))


def choose_kind(scope: Scope) -> None:
    """Say which kind of thing has what is asked for, where nothing else does."""
    if (
        scope.intent != "HassGetState"
        or (kind := _HAS.get(str(scope.slots.get("attribute")))) is None
    ):
        return
    if not {"name", "domain", "target"} & scope.slots.keys():
        scope.slots["domain"] = kind

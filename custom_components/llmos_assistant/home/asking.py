"""What questions are about that ask for more than a state: values, the past, calendars."""

from __future__ import annotations

import re

from .inventory import Area, Entity
from .matching import Name, read_exactly, read_name, sounding_like
from .measuring import HISTORY, LOW, compared, is_whole_home, measuring, sides_of_than
from .names import split, stems
from .narrowing import narrow, said_place
from .outdoors import OUTSIDE, says_outside
from .scope import NAMING, Scope, place_slot

CALENDAR, SUN = "LlmosGetCalendar", "LlmosGetSun"
ABOUT = "about"  # a slot of our own: what the entries of lists that are meant speak of
PERHAPS = "perhaps"  # a slot of our own: what is asked about may be no event at all
WHOSE = "whose"  # a slot of our own: of whom a calendar is asked that is not theirs alone

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
_BATTERY = frozenset({"battery"})
_PLAYS = re.compile(r"\b(?:listening|playing|watching)\b")
_WATCHING = re.compile(r"^\W*(?:(?:and|so)\W+)?what\b.*\bwatching\b")
_SHOWN = (None, "on", "playing")
_WENT_OFF = re.compile(r"\b(?:go|goes|going|gone|went) off\b")
_SOUNDS = frozenset({"alarm_control_panel", "binary_sensor", "sensor", "siren"})
_AT_WORK = {"cleaning": "vacuum", "mowing": "lawn_mower"}
_ROOMS = frozenset({"bedroom", "room", "study"})
_WATERING = frozenset({"irrigation", "sprinkler", "watering"})
_WHERE = re.compile(r"^(?:and |so )?(?:where|what place|what address)\b|\bwhere(?:'s| is| are)\b")


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
    if scope.slots.get("ask") in ("higher", "lower") and (sides := sides_of_than(scope, found)):
        found, others = sides
        scope.other_ids = tuple(entity.entity_id for entity in others)
    return tuple(entity.entity_id for entity in found)


def note_compared(scope: Scope) -> None:
    """Find what a named thing is compared with. Raises Unclear."""
    if than := scope.slots.get("than"):
        scope.other_ids = tuple(entity.entity_id for entity in compared(scope, str(than)))
        if is_whole_home(str(than)):
            del scope.slots["than"]


def asks_where_unknown(scope: Scope) -> bool:
    """If it is asked where something is that is no thing of this home: "where's the party"."""
    words = split(str(scope.slots.get("name", "")))
    if not words or "state" in scope.slots or not _WHERE.search(scope.text.lower()):
        return False
    known = read_name(Name(words, scope.candidates, scope.home))
    return known is None and sounding_like(words, scope.candidates) is None


def as_asked(scope: Scope) -> None:
    """Say which things a question is about, where the words leave it to the home."""
    if scope.intent != "HassGetState":
        return
    _choose_kind(scope)
    for means in (_entries_about, _battery_of, _watched_by, _players_of, _watering):
        if "name" in scope.slots:
            means(scope)
    if scope.said_domain == "media_player" and NAMING.isdisjoint(scope.slots):
        _place_outside(scope)


def _choose_kind(scope: Scope) -> None:
    """The kind of thing that has what is asked for: what is bright is a light."""
    kind = _HAS.get(str(scope.slots.get("attribute")))
    if kind is None or {"domain", "target"} & scope.slots.keys():
        return
    if "name" not in scope.slots:
        scope.slots["domain"] = kind
    elif things := _of_person(scope, kind):
        scope.slots["entity_ids"] = ",".join(entity.entity_id for entity in things)


def _of_person(scope: Scope, kind: str) -> tuple[Entity, ...]:
    """The things of the kind of whom was named: "what colour are Josh's LEDs"."""
    words = split(str(scope.slots["name"]))
    people = scope.home.of_kind(frozenset({"person"}))
    if not words or not read_exactly(Name(words, people, scope.home)):
        return ()
    found = read_name(Name(words, scope.home.of_kind(frozenset({kind})), scope.home))
    return narrow(scope, found.entities) if found else ()


def as_it_went(scope: Scope, entity_ids: tuple[str, ...]) -> None:
    """Say which change of these things a question about the past means."""
    domains = {scope.home.entity_by_id[entity_id].domain for entity_id in entity_ids}
    state = str(scope.slots.get("state", ""))
    if state == "on" and _WENT_OFF.search(scope.text.lower()) and _SOUNDS.isdisjoint(domains):
        scope.slots["state"] = "off"  # an alarm sounds, a geyser is done
    elif state in _AT_WORK and _AT_WORK[state] not in domains:
        scope.slots["state"] = "on"  # "when did Rosie last run": a vacuum does not mow


def _entries_about(scope: Scope) -> None:
    """ "What chores does Tyler have", where no list is Tyler's: the entries that speak of him."""
    words = split(str(scope.slots["name"]))
    lists = scope.home.of_kind(frozenset({"todo"}))
    if scope.said_domain != "todo" or "item" in scope.slots or not words:
        return
    calendars = scope.home.of_kind(frozenset({"calendar"}))
    if "list" not in split(scope.text) and read_exactly(Name(words, calendars, scope.home)):
        scope.intent = CALENDAR  # "anything from the concierge this week"
        del scope.slots["domain"]
        return
    if "list" in split(scope.text) or read_name(Name(words, lists, scope.home)):
        return
    scope.slots[ABOUT] = scope.slots.pop("name")
    said = frozenset(stems(split(scope.text)))
    named = [e for e in lists if any(set(stems(split(n))) <= said for n in e.names if split(n))]
    if len(named) == 1:
        scope.slots["name"] = named[0].name


def _battery_of(scope: Scope) -> None:
    """ "Does the lock need new batteries", where no sensor of its own says yes or no: what is left in it."""
    slots = scope.slots
    if slots.get("device_class") != "battery" or "ask" in slots:
        return
    if scope.home.of_kind(frozenset({"binary_sensor"}), _BATTERY):
        return
    if slots.pop("state", None) == "on":
        slots.setdefault("below", LOW)
    for slot in ("device_class", "domain"):
        slots.pop(slot, None)
    slots["attribute"] = "battery"


def _watched_by(scope: Scope) -> None:
    """ "What's Gran watching": what is on her TV, else on the TV here, or on any."""
    if scope.slots.get("state") not in _SHOWN or not _WATCHING.search(scope.text.lower()):
        return
    words = split(str(scope.slots["name"]))
    players = scope.home.of_kind(frozenset({"media_player"}))
    tvs = tuple(e for e in players if e.device_class == "tv") or players
    if not words or not tvs:
        return
    named = read_name(Name(words, tvs, scope.home))
    rooms = [area for area in scope.home.areas if any(_is_room_of(words, n) for n in area.names)]
    theirs = named.entities if named else ()
    for room in rooms:
        theirs = theirs or scope.inside(tvs, room)
    if not theirs:
        playing, shown = (tuple(e for e in tvs if e.state == state) for state in ("playing", "on"))
        theirs = playing or shown or tvs
        theirs = (scope.inside(theirs, scope.here) if scope.here else ()) or theirs
    scope.slots = {"entity_ids": ",".join(entity.entity_id for entity in theirs)}


def _players_of(scope: Scope) -> None:
    """ "What's Dev listening to": what plays in the room of whom the name is, or anywhere."""
    if scope.said_domain or "state" in scope.slots or not _PLAYS.search(scope.text.lower()):
        return
    words = split(str(scope.slots["name"]))
    people = scope.home.of_kind(frozenset({"person"}))
    if not words or not read_exactly(Name(words, people, scope.home)):
        return
    del scope.slots["name"]
    scope.slots |= {"domain": "media_player", "state": "playing"}
    rooms = [area for area in scope.home.areas if any(_is_room_of(words, n) for n in area.names)]
    if len(rooms) == 1 and scope.inside(scope.group, rooms[0]):
        scope.slots["area"] = rooms[0].name


def _is_room_of(person: tuple[str, ...], room: str) -> bool:
    """If a room is called after a person: "Dev's room"."""
    words = stems(split(room))
    return words[:-1] == stems(person) and words[-1] in _ROOMS


def _watering(scope: Scope) -> None:
    """ "Are the sprinklers running", where only an automation is called so: the valves that let water run."""
    words = stems(split(str(scope.slots["name"])))
    if len(words) != 1 or words[0] not in _WATERING or "state" not in scope.slots:
        return
    things = tuple(entity for entity in scope.home.entities if entity.domain != "automation")
    if read_name(Name(words, things, scope.home)) or not scope.home.of_kind(frozenset({"valve"})):
        return
    del scope.slots["name"]
    scope.slots["domain"] = "valve"


def _place_outside(scope: Scope) -> None:
    """ "Is anything playing outside"."""
    if says_outside(scope.text, scope.home):
        scope.slots["area"] = OUTSIDE
    elif OUTSIDE in split(scope.text) and isinstance(area := said_place(scope), Area):
        scope.slots[place_slot(area)] = area.name

"""Whether the files of a home make sense: what they name exists, what they expect can happen."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from homeassistant.util import color as color_util

from .files import ABOUT, SENTENCES, SHOPPING_LIST, Changes, Entry, HomeFile, Turn, each
from .virtual.house import KINDS

_ON_OFF = ("on", "off")
_STATES: Mapping[str, Sequence[str]] = {
    **dict.fromkeys(("light", "switch", "input_boolean", "siren", "humidifier", "fan"), _ON_OFF),
    "automation": [*_ON_OFF, "activated"],
    **dict.fromkeys(("cover", "valve"), ("open", "closed")),
    "lock": ["locked", "unlocked"],
    "media_player": ["off", "on", "idle", "paused", "playing"],
    "vacuum": ["docked", "cleaning", "paused", "idle", "returning"],
    "lawn_mower": ["docked", "mowing", "paused", "returning"],
    **dict.fromkeys(("scene", "script", "button"), ("activated",)),
    "alarm_control_panel": ["disarmed", "armed_home", "armed_away", "armed_night"],
}
# What can change of an entity, and what home.yaml must say of it for that; "" for nothing.
_ATTRIBUTES: Mapping[str, Mapping[str, str]] = {
    "light": {"brightness": "", "color": "", "kelvin": ""},  # looked at in more detail
    "humidifier": {"humidity": "", "mode": "modes"},
    "fan": {
        "percentage": "percentage",
        "preset_mode": "preset_modes",
        "oscillating": "oscillating",
    },
    "cover": {"position": "position"},
    "valve": {"position": "position"},
    "climate": {
        "temperature": "temperature",
        "fan_mode": "fan_modes",
        "preset_mode": "preset_modes",
    },
    "water_heater": {"temperature": "temperature"},
    "media_player": {
        "volume": "",
        "muted": "",
        "source": "sources",
        "title": "",
        "artist": "",
        "play": "",
    },
    "vacuum": {"clean": ""},
    "todo": {"added": "", "removed": "", "done": ""},
}
_CHOICES = {
    "mode": "modes",
    "preset_mode": "preset_modes",
    "fan_mode": "fan_modes",
    "source": "sources",
}
_TIMER = {"hours", "minutes", "seconds", "name", "command"}


def problems_of_home(file: HomeFile) -> Iterator[str]:
    """What is wrong with home.yaml."""
    for key, area in file.areas.items():
        if area.get("floor") and area["floor"] not in file.floors:
            yield f"{file.name}: {key}: there is no floor {area['floor']}"
    for entity_id, spec in file.entities.items():
        where = f"{file.name}: {entity_id}"
        domain = entity_id.partition(".")[0]
        if not re.fullmatch(r"[a-z_]+\.[a-z0-9]+(_[a-z0-9]+)*", entity_id) or domain not in KINDS:
            yield f"{where}: no id that can be built"
            continue
        if spec.get("area") and spec["area"] not in file.areas:
            yield f"{where}: there is no area {spec['area']}"
        try:
            KINDS[domain](entity_id, spec, file.unit_system != "metric")
        except Exception as err:  # noqa: BLE001 # whatever it is, it is told
            yield f"{where}: cannot be built: {err!r}"
        known = _states(domain, spec)
        if known and domain not in ("scene", "script", "button") and spec["state"] not in known:
            yield f"{where}: has no state {spec['state']}"
    for problem in _of_history(file):
        yield f"{file.name}: history: {problem}"


def problems_of_entries(
    file: HomeFile, entries: Sequence[Entry], kind: str = SENTENCES
) -> Iterator[str]:
    """What is wrong with a file of what is said."""
    for entry in entries:
        if entry.about not in ABOUT[kind]:
            yield f"{file.name}: {entry.say}: about {entry.about} is not in README.md"
        for timer in entry.running:
            if timer.get("from") not in file.areas or set(timer) - _TIMER - {"from"}:
                yield f"{file.name}: {entry.say}: no timer that can run: {timer}"
        for turn in entry.turns:
            for problem in _of_turn(file, turn):
                yield f"{file.name}: {turn.say}: {problem}"


def _of_history(file: HomeFile) -> Iterator[str]:
    """What happened can have happened, and ends with how things are now."""
    last: dict[str, str] = {}
    for past in file.history:
        if past.entity_id not in file.entities:
            yield f"there is no {past.entity_id}"
            continue
        last[past.entity_id] = past.state
        if past.when >= file.now:
            yield f"{past.entity_id}: {past.when} is not before now"
        if past.by is not None and past.by not in file.entities:
            yield f"{past.entity_id}: there is no {past.by}"
    for entity_id, state in last.items():
        if state != file.entities[entity_id]["state"]:
            yield f"{entity_id}: it ends with {state}"


def _of_turn(file: HomeFile, turn: Turn) -> Iterator[str]:
    if turn.area is not None and turn.area not in file.areas:
        yield f"there is no area {turn.area}"
    if turn.changes is None and not (
        turn.answer or turn.lacks or turn.unknown or turn.asks or turn.later
    ):
        yield "nothing is expected"
    for pattern in (*turn.answer, *turn.lacks):
        yield from _of_pattern(pattern)
    for changes in (turn.changes or {}, *(later.changes for later in turn.later)):
        yield from _of_changes(file, changes)


def _of_changes(file: HomeFile, changes: Changes) -> Iterator[str]:
    for key, wanted in each(changes):
        if key == "announce":
            yield from _of_pattern(wanted)
        elif key == "timers":
            for timer in wanted:
                if unknown := set(timer) - _TIMER:
                    yield f"a timer has no {', '.join(unknown)}"
        elif key == SHOPPING_LIST and file.shopping_list:
            yield from _of_entity(key, {}, wanted)
        elif (spec := file.entities.get(key)) is None:
            yield f"there is no {key}"
        else:
            if not spec.get("exposed", True):
                yield f"{key} is not exposed, so it must not change"
            for problem in _of_entity(key, spec, wanted):
                yield f"{key}: {problem}"


def _of_entity(entity_id: str, spec: Mapping[str, Any], wanted: Any) -> Iterator[str]:
    domain = entity_id.partition(".")[0]
    if isinstance(wanted, Mapping) and "any" in wanted:
        for option in wanted["any"]:
            yield from _of_entity(entity_id, spec, option)
        return
    for key, value in (wanted if isinstance(wanted, Mapping) else {"state": wanted}).items():
        if key == "state":
            known = _states(domain, spec)
            if isinstance(value, str) and known and value not in known:
                yield f"no state {value}"
        elif (needed := _ATTRIBUTES.get(domain, {}).get(key)) is None:
            yield f"no {key}"
        elif needed and needed not in spec:
            yield f"no {key}, for home.yaml gives it no {needed}"
        elif domain == "light":
            yield from _of_light(spec, key, value)
        elif key in _CHOICES and isinstance(value, str) and value not in spec[_CHOICES[key]]:
            yield f"{key} cannot be {value}"
        elif key == "play":
            yield from _of_pattern(value)


def _of_light(spec: Mapping[str, Any], key: str, value: Any) -> Iterator[str]:
    supports = spec.get("supports", [])
    needed = {"color": "color", "kelvin": "color_temp"}.get(key)
    if not supports or (needed and needed not in supports):
        yield f"no {key}, for it does not support it"
    if key == "color":
        for name in [value] if isinstance(value, str) else value:
            try:
                color_util.color_name_to_rgb(name)
            except ValueError:
                yield f"{name} is no color of CSS"


def _states(domain: str, spec: Mapping[str, Any]) -> Sequence[str]:
    """The states that can be; none if any can."""
    match domain:
        case "climate":
            return [spec["state"], *map(str, spec.get("modes", ["off", "heat"]))]
        case "select" | "input_select":
            return [str(option) for option in spec["options"]]
    return _STATES.get(domain, [])


def _of_pattern(pattern: Any) -> Iterator[str]:
    try:
        re.compile(pattern)
    except (re.error, TypeError) as err:
        yield f"{pattern!r} is no regular expression: {err}"

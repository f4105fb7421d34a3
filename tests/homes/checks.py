"""Whether what happened in a home is what should have."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from homeassistant.util import color as color_util

from .files import Changes, Turn
from .virtual import Snapshot, Timer

_TOLERANCE = {"brightness": 1.0, "volume": 1.0, "position": 1.0, "percentage": 1.0, "kelvin": 20.0}
_ANY_NUMBER = 0.05  # a temperature may have been converted
_HUE, _SATURATION = 12.0, 20.0
_PALE = 15.0  # percent of saturation that is still white
_EVENTS = ("play", "clean")
_NOT_KNOWN = (
    r"\b(no|not|none|nothing|never|nobody|cannot|unable|unknown|without|unavailable)\b|n't\b"
)
_NOT_UNDERSTOOD = r"understand|understood|catch that"
_NO_ANSWER = rf"^sorry\b|{_NOT_UNDERSTOOD}"  # though the "n't" in it may look like a no


def happened(before: Snapshot, after: Snapshot) -> dict[str, Any]:
    """What is different, in README.md's words, and what was done that no state tells."""
    result: dict[str, Any] = {}
    for entity_id, now in after.things.items():
        was = before.things[entity_id]
        if "items" in now:
            changed: dict[str, Any] = {
                key: sorted(items.elements()) for key, items in _listed(was, now).items() if items
            }
        else:
            changed = {key: now.get(key) for key in {**was, **now} if was.get(key) != now.get(key)}
        if "state" in changed:  # what is off has no brightness; that needs no telling
            changed = {key: value for key, value in changed.items() if value is not None}
        changed.update(_events(entity_id, before, after))
        if changed:
            result[entity_id] = changed
    if timers := _started(before, after):
        result["timers"] = [
            {"seconds": timer.seconds, "name": timer.name, "command": timer.command}
            for timer in timers
        ]
    if messages := announced(before, after):
        result["announce"] = messages
    return result


def announced(before: Snapshot, after: Snapshot) -> list[str]:
    """What satellites said between two moments, each message once."""
    return list(
        dict.fromkeys(
            value
            for entity_id in after.events
            for event, value in _events(entity_id, before, after).items()
            if event == "announce"
        )
    )


def mismatches(
    changes: Changes, before: Snapshot, after: Snapshot, commands_wait: bool = True
) -> list[str]:
    """How what happened differs from `changes`; empty if it does not.

    `commands_wait`: timers that carry a command count. They are one way of many to do something
    later, and need not be told of where it is told what has changed by then.
    """
    if "any" in changes:
        rest = {key: value for key, value in changes.items() if key != "any"}
        options = [
            mismatches({**rest, **option}, before, after, commands_wait)
            for option in changes["any"]
        ]
        return min(options, key=len)
    problems = []
    for entity_id in after.things:
        if entity_id in changes:
            problems += _check_entity(entity_id, changes[entity_id], before, after)
        elif changed := happened(before, after).get(entity_id):
            problems.append(f"{entity_id} changed: {_words(changed)}")
    problems += [
        f"there is no {key}"
        for key in changes
        if key not in after.things and key not in ("timers", "announce")
    ]
    problems += _check_timers(changes.get("timers", []), _started(before, after), commands_wait)
    return problems + _check_announcement(changes.get("announce"), announced(before, after))


def answer_problems(turn: Turn, answer: str) -> list[str]:
    """How an answer differs from what is expected; empty if it does not."""
    problems = [f"the answer does not match {p}" for p in turn.answer if not is_match(p, answer)]
    problems += [f"the answer matches {p}" for p in turn.lacks if is_match(p, answer)]
    if turn.unknown and (not is_match(_NOT_KNOWN, answer) or is_match(_NOT_UNDERSTOOD, answer)):
        problems.append("it does not say that it does not know")
    if turn.answer and is_match(_NO_ANSWER, answer):
        problems.append("it gives no answer")
    return problems


def is_match(pattern: str, text: str) -> bool:
    """Whether the pattern is found, without regard to case and to how an apostrophe is drawn."""
    return re.search(pattern, text.replace("’", "'"), re.IGNORECASE) is not None


def _events(entity_id: str, before: Snapshot, after: Snapshot) -> dict[str, Any]:
    return dict(after.events.get(entity_id, ())[len(before.events.get(entity_id, ())) :])


def _started(before: Snapshot, after: Snapshot) -> list[Timer]:
    return [timer for key, timer in after.timers.items() if key not in before.timers]


def _check_entity(entity_id: str, wanted: Any, before: Snapshot, after: Snapshot) -> list[str]:
    if isinstance(wanted, Mapping) and "any" in wanted:
        rest = {key: value for key, value in wanted.items() if key != "any"}
        options = [
            _check_entity(
                entity_id,
                {**rest, **(option if isinstance(option, Mapping) else {"state": option})},
                before,
                after,
            )
            for option in wanted["any"]
        ]
        return min(options, key=len)
    if not isinstance(wanted, Mapping):
        wanted = {"state": wanted}
    was, now = before.things[entity_id], after.things[entity_id]
    if "items" in now:
        return _check_list(entity_id, wanted, was, now)
    events = _events(entity_id, before, after)
    problems = []
    for key, value in wanted.items():
        if key == "state" and value == "activated":
            if "activated" not in events:
                problems.append(f"{entity_id} was not activated")
        elif key in _EVENTS:
            if not _is_event(value, events.get(key)):
                problems.append(f"{entity_id}: {key} is {events.get(key)}, not {value}")
        elif not is_value(key, value, was.get(key), now):
            problems.append(f"{entity_id}: {key} is {now.get(key)}, not {value}")
    return problems


def is_value(key: str, wanted: Any, was: Any, now: Mapping[str, Any]) -> bool:
    """Whether an attribute, or the state, is now what is wanted."""
    value = now.get(key)
    if isinstance(wanted, Mapping) and "any" in wanted:
        return any(is_value(key, option, was, now) for option in wanted["any"])
    if isinstance(wanted, bool):
        return value is wanted or value == ("on" if wanted else "off")
    if key == "color":
        return _is_color(wanted, value, now)
    number = _number(value)
    if wanted in ("lower", "higher"):
        start = _number(was)
        if number is None:
            return False
        if start is None:  # it was off
            return key != "brightness" or wanted == "higher"
        return number < start if wanted == "lower" else number > start
    if isinstance(wanted, Sequence) and not isinstance(wanted, str):
        if len(wanted) == 2 and all(isinstance(end, int | float) for end in wanted):
            slack = _slack(key)
            return number is not None and wanted[0] - slack <= number <= wanted[1] + slack
        return any(is_value(key, option, was, now) for option in wanted)
    if number is not None and (aim := _number(wanted)) is not None:
        return abs(number - aim) <= _slack(key)
    return str(value).casefold() == str(wanted).casefold()


def _is_color(wanted: Any, value: Any, now: Mapping[str, Any]) -> bool:
    if isinstance(wanted, Sequence) and not isinstance(wanted, str):
        return any(_is_color(option, value, now) for option in wanted)
    hue, saturation = color_util.color_RGB_to_hs(*color_util.color_name_to_rgb(str(wanted)))
    if value is None:
        return saturation < _PALE and "kelvin" in now
    if saturation < _PALE:
        return bool(value[1] < _PALE)
    turn = abs(value[0] - hue) % 360
    return bool(min(turn, 360 - turn) <= _HUE and abs(value[1] - saturation) <= _SATURATION)


def _is_event(wanted: Any, value: Any) -> bool:
    if value is None:
        return False
    if isinstance(value, str):
        return is_match(str(wanted), value)
    return sorted([wanted] if isinstance(wanted, str) else wanted) == sorted(value)


def _check_list(
    entity_id: str, wanted: Mapping[str, Any], was: Mapping[str, Any], now: Mapping[str, Any]
) -> list[str]:
    """Exactly these items were added, removed and ticked off."""
    found = _listed(was, now)
    problems = [f"{entity_id} has no {key}" for key in wanted if key not in found]
    for key, items in found.items():
        if Counter(str(item).casefold() for item in wanted.get(key) or []) != items:
            problems.append(f"{entity_id}: {key} is {list(items)}, not {wanted.get(key) or []}")
    return problems


def _listed(was: Mapping[str, Any], now: Mapping[str, Any]) -> dict[str, Counter[str]]:
    """What became of a list."""
    return {
        "added": Counter(now["items"]) - Counter(was["items"]),
        "removed": Counter([*was["items"], *was["done"]]) - Counter([*now["items"], *now["done"]]),
        "done": Counter(now["done"]) - Counter(was["done"]),
    }


def _check_timers(
    wanted: Sequence[Mapping[str, Any]], started: Sequence[Timer], commands_wait: bool
) -> list[str]:
    if not commands_wait:
        wanted = [timer for timer in wanted if not timer.get("command")]
        started = [timer for timer in started if not timer.command]
    left = list(started)
    problems = []
    for timer in wanted:
        if found := next((other for other in left if _is_timer(timer, other)), None):
            left.remove(found)
        else:
            problems.append(f"no timer {_words(timer)}")
    return problems + [f"timer started: {timer}" for timer in left]


def _is_timer(wanted: Mapping[str, Any], timer: Timer) -> bool:
    units = {"hours": 3600, "minutes": 60, "seconds": 1}
    lengths = [wanted[unit] * seconds for unit, seconds in units.items() if unit in wanted]
    name = wanted.get("name")
    return (
        (not lengths or sum(lengths) == timer.seconds)
        and (name is None or _plain(str(name)) == _plain(timer.name or ""))
        and bool(wanted.get("command", False)) is bool(timer.command)
    )


def _plain(name: str) -> str:
    """A timer's name without what may be said around it: "the pizza timer" is "pizza"."""
    return re.sub(r"^(the|my|a|an) | timer$", "", name.casefold().strip())


def _check_announcement(wanted: str | None, messages: Sequence[str]) -> list[str]:
    if wanted is None:
        return [f"announced: {message}" for message in messages]
    if not messages:
        return ["nothing was announced"]
    return [f"announced: {message}" for message in messages if not is_match(wanted, message)]


def _slack(key: str) -> float:
    return _TOLERANCE.get(key, _ANY_NUMBER)


def _number(value: Any) -> float | None:
    try:
        return None if value is None or isinstance(value, bool) else float(value)
    except TypeError, ValueError:
        return None


def _words(values: Mapping[str, Any]) -> str:
    return ", ".join(f"{key} {value}" for key, value in values.items())

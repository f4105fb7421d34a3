"""Times of day as people say them: "half past 10", "7:15 pm", "noon"."""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta

_NAMED = {"noon": (12, 0), "midday": (12, 0), "midnight": (0, 0)}
_PARTS = {"half": 30, "quarter": 15}
_AFTERNOON = re.compile(r"\b(p ?m|evening|tonight|night|afternoon)\b|\dpm\b")
_MORNING = re.compile(r"\b(a ?m|morning)\b|\dam\b")
_FIRST_HOUR = 8  # "at 7" is hardly meant in the morning, where that is not said
_CLOCK = re.compile(r"(\d{1,2})(?:[:. ](\d{2}))?")


def next_time(spoken: str, now: datetime) -> datetime | None:
    """The next moment that the clock shows `spoken`; None if that is no time.

    Without "am" or "pm" the nearer of the two is meant.
    """
    words = " ".join(spoken.lower().replace(".", " ").split())
    for name, (hour, minute) in _NAMED.items():
        if name in words.split():
            return _next(now, hour, minute)
    if (clock := _clock(words)) is None:
        return None
    hour, minute = clock
    if hour > 23 or minute > 59:
        return None
    if hour > 12 or hour == 0:
        return _next(now, hour, minute)
    if _AFTERNOON.search(words):
        return _next(now, hour % 12 + 12, minute)
    if _MORNING.search(words):
        return _next(now, hour % 12, minute)
    return min(_next(now, hour % 12, minute), _next(now, hour % 12 + 12, minute))


def find_clock(words: str) -> time | None:
    """The time of day in `words`, by day where they do not say which half; None if there is none."""
    for name, (hour, minute) in _NAMED.items():
        if name in words.split():
            return time(hour, minute)
    if (clock := _clock(words)) is None or clock[0] > 23 or clock[1] > 59:
        return None
    hour, minute = clock
    if 0 < hour <= 12:
        is_afternoon = _AFTERNOON.search(words) or (
            hour < _FIRST_HOUR and not _MORNING.search(words)
        )
        hour = hour % 12 + 12 * bool(is_afternoon or (hour == 12 and not _MORNING.search(words)))
    return time(hour, minute)


def says_half(words: str) -> bool:
    """If the words say which half of the day is meant: "7 pm", "7 in the morning", "noon"."""
    return bool(
        _AFTERNOON.search(words) or _MORNING.search(words) or set(words.split()) & set(_NAMED)
    )


def _clock(words: str) -> tuple[int, int] | None:
    """Hour and minute as said, without the half of the day."""
    if relative := re.search(r"(\d+|half|quarter|five|ten|twenty) (past|to) (\d{1,2})", words):
        part, direction, hour = relative.groups()
        minutes = _PARTS.get(part) or int(part) if part.isdigit() or part in _PARTS else None
        if minutes is None:
            return None
        if direction == "past":
            return int(hour), minutes
        return (int(hour) - 1) % 24 or 12, 60 - minutes
    if half := re.search(r"half (\d{1,2})", words):  # British: half seven is 7:30
        return int(half[1]), 30
    if clock := _CLOCK.search(words):
        return int(clock[1]), int(clock[2] or 0)
    return None


def _next(now: datetime, hour: int, minute: int) -> datetime:
    then = now.replace(hour=hour, minute=minute, second=0, microsecond=0)
    return then if then > now else then + timedelta(days=1)


def split_duration(seconds: int) -> dict[str, int]:
    """Seconds as the slots of a timer: hours, minutes and seconds."""
    parts = {"hours": seconds // 3600, "minutes": seconds // 60 % 60, "seconds": seconds % 60}
    return {unit: value for unit, value in parts.items() if value}

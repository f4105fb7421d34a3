"""When something is or was, as people say it: "tomorrow evening", "the last 2 days", "friday at 6".

Pure functions on words as the engine writes them, numbers in digits. English.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from ..times import find_clock, says_half
from .days import Days, find_days, is_date

_DAY = timedelta(days=1)
_WEEK = 7 * _DAY
_UNITS = {
    "second": timedelta(seconds=1),
    "minute": timedelta(minutes=1),
    "hour": timedelta(hours=1),
    "day": _DAY,
    "week": _WEEK,
    "fortnight": 2 * _WEEK,
    "month": 30 * _DAY,
    "year": 365 * _DAY,
}
_ORDINALS = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth "
    "fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth"
).split()
# Hours of the day that a word for a part of it stands for; beyond 24 it is the next day.
_PARTS = {
    "breakfast": (6, 10),
    "morning": (5, 12),
    "lunchtime": (12, 14),
    "lunch": (12, 14),
    "afternoon": (12, 18),
    "dinner": (18, 21),
    "evening": (17, 24),
    "tonight": (17, 30),
    "overnight": (21, 31),
    "night": (19, 31),
}
_NUMBER = r"(\d+(?:\.\d+)?|half an|half|a few|few|a couple of|couple of|couple|an|a)"
_UNIT = rf"({'|'.join(_UNITS)})s?"
_VAGUE = {
    "half": 0.5,
    "half an": 0.5,
    "few": 3,
    "a few": 3,
    "couple": 2,
    "couple of": 2,
    "a couple of": 2,
    "a": 1,
    "an": 1,
}


@dataclass(frozen=True)
class Period:
    """From `start` to before `end`, local times. `is_moment`: a point in time was said, not a span."""

    start: datetime
    end: datetime
    is_moment: bool = False

    @property
    def days(self) -> list[date]:
        """The days that it touches."""
        count = ((self.end - timedelta(microseconds=1)).date() - self.start.date()).days + 1
        return [self.start.date() + number * _DAY for number in range(count)]


def find_period(spoken: str, now: datetime, *, past: bool = False) -> Period | None:
    """What `spoken` means at the local time `now`; None if it is no time.

    `past`: something that was is asked for, so that "friday" is the one before.
    """
    words = _plain(spoken)
    for read in (_rolling, _relative):
        if period := read(words, now):
            return period
    days = find_days(words, now, past)
    return _within_days(words, days, now, past)


def _plain(spoken: str) -> str:
    """The words in one form: "5 th" and "20 first" are the engine's for "5th" and "twenty first"."""
    words = re.sub(r"['’]s\b|[^\w:. ]|\.(?!\d)", "", spoken.lower())
    words = re.sub(r"\b(\d+) (st|nd|rd|th)\b", r"\1", words)
    for number, ordinal in enumerate(_ORDINALS, start=1):
        for tens in (20, 30):
            words = re.sub(rf"\b{tens} {ordinal}\b", str(tens + number), words)
        if ordinal != "second":
            words = re.sub(rf"\b{ordinal}\b", str(number), words)
    return " ".join(words.replace("the second", "2").split())


def _count(said: str | None) -> float:
    return 1 if not said else _VAGUE.get(said) or float(said)


def _rolling(words: str, now: datetime) -> Period | None:
    """ "The last 2 hours", "the next few days"; not "last week", which is one of the calendar."""
    found = re.search(rf"\b(last|past|next|coming) (?:{_NUMBER} )?{_UNIT}\b", words)
    if not found or (
        not found[2]
        and found[1] in ("last", "next")
        and found[3] not in ("hour", "minute", "second")
    ):
        return None
    span = _count(found[2]) * _UNITS[found[3]]
    if found[1] in ("last", "past"):
        return Period(now - span, now)
    whole_days = _UNITS[found[3]] >= _DAY
    return Period(now, _midnight(now.date(), now) + span + _DAY if whole_days else now + span)


def _relative(words: str, now: datetime) -> Period | None:
    """ "2 hours ago", "in 3 days", "an hour from now"."""
    ago = re.search(rf"\b{_NUMBER} {_UNIT} ago\b", words)
    ahead = re.search(rf"\bin {_NUMBER} {_UNIT}\b|\b{_NUMBER} {_UNIT} (?:from now|time)\b", words)
    if not (found := ago or ahead):
        return None
    count, unit = (group for group in found.groups() if group)
    moment = now + _count(count) * _UNITS[unit] * (-1 if ago else 1)
    if _UNITS[unit] >= _DAY:
        return _day(moment.date(), now)
    return Period(moment, moment, is_moment=True)


def _within_days(words: str, days: Days | None, now: datetime, past: bool) -> Period | None:
    """The part of the days that is spoken of: their evening, from two to four, at six."""
    if between := re.search(r"\b(?:between|from) (.+?) (?:and|to|till|until) (.+)$", words):
        return _between(between[1], between[2], days, now, past)
    part = next((part for part in _PARTS if re.search(rf"\b{part}\b", words)), None)
    clock = find_clock(words)
    if clock is not None and not is_date(words):
        moment = _at(clock, days, now, past, says_half=says_half(words))
        return _bounded(words, moment, now)
    if part is not None:
        first, last = days or (now.date(), now.date())
        begin, end = _PARTS[part]
        if days is None and past and _midnight(first, now) + timedelta(hours=min(end, 24)) > now:
            is_night = end > 24 or _midnight(first, now) + timedelta(hours=begin) > now
            first = last = first - is_night * _DAY  # "in the night", asked in the morning
        elif days is None and not past and "this" not in words.split():
            is_over = _midnight(first, now) + timedelta(hours=end) <= now
            first = last = first + is_over * _DAY  # "in the morning", asked in the afternoon
        if "last night" in words and days:
            begin, end = 19, 31
        period = Period(
            _midnight(first, now) + timedelta(hours=begin),
            _midnight(last, now) + timedelta(hours=end),
        )
        return _bounded(words, None, now, period)
    if days is None:
        return _vague(words, now)
    period = Period(_midnight(days[0], now), _midnight(days[1] + _DAY, now))
    return _bounded(words, None, now, period)


def _vague(words: str, now: datetime) -> Period | None:
    """ "Later", "soon", "now", "all day"."""
    if re.search(r"\b(now|moment|currently)\b", words):
        return Period(now, now, is_moment=True)
    if re.search(r"\b(later|soon|rest of the day|all day|the day|day)\b", words):
        return Period(now, _midnight(now.date() + _DAY, now))
    if re.search(r"\b(earlier|so far)\b", words):
        return Period(_midnight(now.date(), now), now)
    return None


def _bounded(
    words: str, moment: datetime | None, now: datetime, period: Period | None = None
) -> Period:
    """ "Since noon", "after 6", "before 10": the span on one side of what was said."""
    start = moment or (period.start if period else now)
    end = moment or (period.end if period else now)
    if re.search(r"\bsince\b", words):
        return Period(start, now)
    if re.search(r"\bafter\b", words):
        return Period(end, _midnight(end.date() + _DAY, now))
    if re.search(r"\b(before|until|till)\b", words):
        return Period(_begin_before(start, now), start)
    return period or Period(start, end, is_moment=True)


def _begin_before(end: datetime, now: datetime) -> datetime:
    """From when on "before" is meant: of its day, and not what is over if the end is to come."""
    begin = _midnight(end.date(), now)
    if end == begin:  # "before friday"
        return now if now < end else end - _WEEK
    return now if begin <= now < end else begin


def _between(
    first: str, second: str, days: Days | None, now: datetime, past: bool
) -> Period | None:
    until = find_clock(second)
    since = find_clock(first)
    if until is None or since is None:
        return None
    if until.hour - 12 > since.hour and not re.search(r"\dpm|\bp ?m\b", second):
        until = until.replace(hour=until.hour - 12)  # "between midnight and 6"
    start = _at(since, days, now, past, says_half=True)
    end = start.replace(hour=until.hour, minute=until.minute)
    return Period(start, end if end > start else end + _DAY)


def _at(clock: time, days: Days | None, now: datetime, past: bool, *, says_half: bool) -> datetime:
    day = days[0] if days else now.date()
    moment = _midnight(day, now).replace(hour=clock.hour, minute=clock.minute)
    evening = moment + timedelta(hours=12)
    is_open = days is None and not past and not says_half
    if is_open and moment < now < evening < _midnight(day + _DAY, now):
        return evening  # "by 9", said in the afternoon
    if days is None and past and moment > now:
        moment -= _DAY
    elif days is None and not past and moment < now:
        moment += _DAY
    return moment


def _day(day: date, now: datetime) -> Period:
    return Period(_midnight(day, now), _midnight(day + _DAY, now))


def _midnight(day: date, now: datetime) -> datetime:
    return datetime.combine(day, time(), now.tzinfo)

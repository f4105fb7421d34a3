"""Which days are spoken of: "tomorrow", "next friday", "march 3". Pure functions on plain words."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta

_DAY = timedelta(days=1)
_WEEK = 7 * _DAY
_WEEKDAYS = "monday tuesday wednesday thursday friday saturday sunday".split()
_MONTHS = (
    "january february march april may june july august september october november december"
).split()
_HOLIDAYS = {
    "christmas eve": (12, 24),
    "christmas": (12, 25),
    "boxing day": (12, 26),
    "new year eve": (12, 31),
    "new year": (1, 1),
    "valentine": (2, 14),
    "halloween": (10, 31),
}

type Days = tuple[date, date]


def find_days(words: str, now: datetime, past: bool) -> Days | None:
    """The first and the last of the days that are spoken of; None if none is. See `find_period`."""
    today = now.date()
    monday = today - today.weekday() * _DAY
    ways: tuple[Callable[[], Days | None], ...] = (
        lambda: _named_day(words, today),
        lambda: _weekday(words, today, past),
        lambda: _weekend(words, monday, today, past),
        lambda: _week_or_month(words, monday, today),
        lambda: _date(words, today, past),
    )
    return next((days for way in ways if (days := way())), None)


def _named_day(words: str, today: date) -> Days | None:
    for said, offset in (
        ("day after tomorrow", 2),
        ("day before yesterday", -2),
        ("tomorrow", 1),
        ("yesterday", -1),
        ("last night", -1),
        ("today", 0),
        ("tonight", 0),
    ):
        if re.search(rf"\b{said}\b", words):
            week = _WEEK if re.search(rf"\bweek (?:{said}|from {said})\b", words) else timedelta()
            day = today + offset * _DAY + week
            return day, day
    for said, (month, number) in _HOLIDAYS.items():
        if re.search(rf"\b{said}\b", words):
            day = date(today.year, month, number)
            day = day if day >= today else day.replace(year=today.year + 1)
            return day, day
    return None


def _weekday(words: str, today: date, past: bool) -> Days | None:
    found = re.search(rf"\b(?:(next|last|this) )?(?:coming )?({'|'.join(_WEEKDAYS)})s?\b", words)
    if not found:
        return None
    wanted = _WEEKDAYS.index(found[2])
    if past or found[1] == "last":
        day = today - ((today.weekday() - wanted - 1) % 7 + 1) * _DAY
        if past and found[1] is None and wanted == today.weekday():
            day = today
        return day, day
    day = today + (wanted - today.weekday()) % 7 * _DAY
    next_monday = today + (7 - today.weekday()) * _DAY
    is_next = found[1] == "next" or "next week" in words
    if re.search(rf"\bweek on\b|{found[2]} week\b", words) or (is_next and day < next_monday):
        day += _WEEK
    return day, day


def _weekend(words: str, monday: date, today: date, past: bool) -> Days | None:
    if not re.search(r"\bweekend\b", words):
        return None
    saturday = monday + 5 * _DAY
    if re.search(r"\bnext weekend\b", words) or "weekend after next" in words:
        saturday += _WEEK
    elif re.search(r"\blast weekend\b", words) or (past and today < saturday):
        saturday -= _WEEK
    return saturday, saturday + _DAY


def _week_or_month(words: str, monday: date, today: date) -> Days | None:
    offset = {"next": 1, "last": -1, "previous": -1, "following": 1}
    if found := re.search(r"\b(next|last|previous|following|this|the|all) week\b", words):
        first = monday + offset.get(found[1], 0) * _WEEK
        if "week after next" in words:
            first += _WEEK
        return first, first + 6 * _DAY
    if found := re.search(r"\b(next|last|previous|following|this|the) (month|year)\b", words):
        step = offset.get(found[1], 0)
        if found[2] == "year":
            return date(today.year + step, 1, 1), date(today.year + step, 12, 31)
        return _month(today.year, today.month + step)
    return None


def _month(year: int, month: int) -> Days:
    first, after = (
        date(year + (number - 1) // 12, (number - 1) % 12 + 1, 1) for number in (month, month + 1)
    )
    return first, after - _DAY


def _date(words: str, today: date, past: bool) -> Days | None:
    """ "March 3", "the 21 of june", "the 5", "in july"."""
    named = re.search(rf"\b({'|'.join(_MONTHS)})\b", words)
    number = re.search(r"(?:^|\bthe |\bon )(\d{1,2})(?= of|$| at| in)", words)
    if named:
        month = _MONTHS.index(named[1]) + 1
        number = number or re.search(rf"\b{named[1]} (?:the )?(\d{{1,2}})\b(?!:)", words)
        number = number or re.search(rf"\b(\d{{1,2}}) (?:of )?{named[1]}\b", words)
        year = today.year
        if not number:
            year += _turn(month < today.month, month > today.month, past)
            return _month(year, month)
    elif number and re.search(r"\bthe \d", words):
        month, year = today.month, today.year
        if int(number[1]) < today.day and not past:
            (year, month) = (year + month // 12, month % 12 + 1)
        elif int(number[1]) > today.day and past:
            (year, month) = (year - (month == 1), (month - 2) % 12 + 1)
    else:
        return None
    try:
        day = date(year, month, int(number[1]))
        if named:
            day = day.replace(year=year + _turn(day < today, day > today, past))
    except ValueError:
        return None
    return day, day


def _turn(is_before: bool, is_after: bool, past: bool) -> int:
    """The years to go on or back from this one."""
    return -1 if past and is_after else 1 if not past and is_before else 0


def is_date(words: str) -> bool:
    """If the number is that of a day: "march 3"."""
    return bool(
        re.search(
            rf"\b({'|'.join(_MONTHS)}) (the )?\d{{1,2}}$|\b\d{{1,2}} (of )?({'|'.join(_MONTHS)})\b",
            words,
        )
        or re.search(r"\bthe \d{1,2}$", words)
    )

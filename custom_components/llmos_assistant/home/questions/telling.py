"""Times, spans and values in words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from homeassistant.const import ATTR_UNIT_OF_MEASUREMENT
from homeassistant.core import HomeAssistant, State
from homeassistant.helpers import area_registry as ar
from homeassistant.helpers import entity_registry as er
from homeassistant.util import dt as dt_util

from ..speech import Speaker

type Value = bool | float | str | list[str]

_WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Answer:
    """What is said, the states that it rests on, and the bare fact, where there is one."""

    words: str
    states: tuple[State, ...] = ()
    value: Value | None = None


def clock(moment: datetime) -> str:
    """A time of day, as Home Assistant's own answers tell it: "2:30 PM"."""
    return dt_util.as_local(moment).strftime("%-I:%M %p")


def day_words(day: date, speaker: Speaker) -> str:
    """When a day is, from here: "today", "on Friday", "on Tuesday 3 November"."""
    name = day_name(day, speaker)
    return name if name[0].islower() else speaker.phrase("on_day", day=name)


def day_name(day: date, speaker: Speaker) -> str:
    """What a day is called from here: "today", "Friday", "Tuesday 3 November"."""
    today = dt_util.now().date()
    for key, offset in (("today", 0), ("tomorrow", 1), ("yesterday", -1)):
        if day == today + timedelta(days=offset):
            return speaker.phrase(key)
    if abs(day - today) < _WEEK:
        return day.strftime("%A")
    return day.strftime("%A %-d %B %Y" if day.year != today.year else "%A %-d %B")


def days_words(days: Sequence[date], speaker: Speaker) -> str:
    """When several days are: "from today to Sunday". What has gone by is not told of."""
    today = dt_util.now().date()
    first = max(days[0], today) if days[-1] >= today else days[0]
    if first == days[-1]:
        return day_words(first, speaker)
    names = {"first": day_name(first, speaker), "last": day_name(days[-1], speaker)}
    return speaker.phrase("from_to", **names)


def moment_words(moment: datetime, speaker: Speaker) -> str:
    """A moment: "today at 2:30 PM"."""
    local = dt_util.as_local(moment)
    return speaker.phrase("at_time", day=day_words(local.date(), speaker), time=clock(local))


def span_words(span: timedelta) -> str:
    """How long something takes: "2 hours 5 minutes"."""
    return dt_util.get_age(dt_util.now() - span, precision=2)


def number(value: float) -> str:
    """A number with no more digits than are said."""
    return f"{round(value, 1 if abs(value) < 100 else 0):g}"


def with_unit(value: float, unit: str | None) -> str:
    """A number and its unit, "%" as close as it is written."""
    return f"{number(value)}{'' if unit in (None, '') else f' {unit}'}"


def bare(state: object) -> float | str:
    """A state as a number, where it is one."""
    try:
        return float(str(state))
    except ValueError:
        return str(state)


def unit_of(state: State) -> str | None:
    """What a sensor measures in."""
    return state.attributes.get(ATTR_UNIT_OF_MEASUREMENT)


def listed(names: Iterable[str], speaker: Speaker) -> str:
    """Several names as one phrase: "the hall, the kitchen and the porch"."""
    *first, last = dict.fromkeys(names)
    if not first:
        return last
    return speaker.phrase("and", first=", ".join(first), last=last)


def labels(hass: HomeAssistant, states: Iterable[State]) -> list[str]:
    """Names that tell things apart: those that are not the only ones of their name with their area."""
    states = list(states)
    names = [state.name for state in states]
    registry, areas = er.async_get(hass), ar.async_get(hass)
    labels = []
    for state in states:
        entry = registry.async_get(state.entity_id)
        area_id = er.async_get_effective_area_id(hass, entry) if entry else None
        area = areas.async_get_area(area_id) if area_id else None
        is_twin = names.count(state.name) > 1
        labels.append(f"{state.name} ({area.name})" if is_twin and area else state.name)
    return labels

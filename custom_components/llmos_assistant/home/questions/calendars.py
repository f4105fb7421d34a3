"""Questions about calendars: what is on, when something is, whether somebody is free."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from home_assistant_intents import ErrorKey
from homeassistant.components import conversation
from homeassistant.components.calendar import DOMAIN as CALENDAR
from homeassistant.components.calendar import SERVICE_GET_EVENTS
from homeassistant.components.homeassistant.exposed_entities import async_should_expose
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util

from ..asking import PERHAPS, WHOSE
from ..grounded import GroundedStep
from ..names import NEAR, likeness, same_stem, split, stems
from ..speech import Speaker
from .periods import Period, find_period
from .telling import Answer, clock, day_words, days_words, moment_words, span_words

_AHEAD = timedelta(days=60)  # where "my next appointment" is looked for
_FAR_AHEAD = timedelta(days=400)  # where one is looked for by its name
_TOLD = 6  # events that are listed
_WHERE = re.compile(r"\b(?:where|which place|what place|what address)\b", re.IGNORECASE)
_ENDS = re.compile(
    r"\b(?:ends?|finish(?:es)?|over|done|(?:get|gets|let|lets) out|until when|till when)\b",
    re.IGNORECASE,
)
_HOW_LONG = re.compile(
    r"\bhow long\b(?!.*\b(?:ago|before|left|since|til|till|until)\b)", re.IGNORECASE
)
_NOT_ON = re.compile(r"\b(?:cancell?ed|closed|holidays?|no|off)\b", re.IGNORECASE)
_LONG = 4  # letters of words that tell one event from another
_GENERAL = frozenset(  # words that name no event
    "anything appointment arrangement calendar commitment engagement entry event meeting plan schedule "
    "job shift something thing work working".split()
)


@dataclass(frozen=True)
class Event:
    """An entry of a calendar, from `start` to before `end`, local times."""

    summary: str
    start: datetime
    end: datetime
    is_all_day: bool
    location: str = ""
    calendar: str = field(default="", compare=False)


async def async_answer_calendar(
    hass: HomeAssistant, step: GroundedStep, text: str, speaker: Speaker
) -> Answer:
    """The answer to a LlmosGetCalendar step, asked with the words `text`."""
    now = dt_util.now()
    during = step.slots.get("during")
    period = find_period(str(during), now) if during else None
    if during and period is None:
        return Answer(speaker.phrase("no_time", spoken=str(during)))
    item = str(step.slots.get("item", ""))
    ask = step.slots.get("ask")
    events = await _async_events(hass, step.entity_ids, _span(period, item, str(ask), now))
    if whose := step.slots.get(WHOSE):
        events = _not_of_others(str(whose), events, _first_names(hass))
    if ask in ("free", "busy") or (ask == "whether" and not item):
        return _free(events, period, str(ask), speaker)
    if item and (named := _called(item, events)) is not None:
        if not named and (unknown := step.slots.get(PERHAPS)):
            return Answer(speaker.error(ErrorKey.NO_ENTITY, entity=str(unknown)))
        if not named:
            return _not_there(item, period, speaker)
        events = named
    if item or ask in ("when", "next", "first", "last"):
        one = events[:1]
    elif _WHERE.search(text):
        one = events if len(events) == 1 else _nearly_called(set(split(text)), events)[:1]
    else:
        one = []
    if one and (told := _detail(one[0], text, speaker)):
        return told
    match ask:
        case "how_many":
            return _count(events, period, speaker)
        case "when" | "next" | "first" | "last":
            return _one(events, str(ask), now, period, speaker)
        case "whether":
            is_off = any(_NOT_ON.search(event.summary) for event in events)
            if is_off and not _NOT_ON.search(text):
                # "Is there school", where its calendar says "Student holiday".
                return replace(_list(events, period, speaker), value=False)
            return _whether(events, speaker)
    return _list(events, period, speaker)


def _span(period: Period | None, item: str, ask: str, now: datetime) -> Period:
    """Where to look: in the period, around the moment, or as far as it is usual."""
    if period is None:
        if item or ask in ("when", "next", "first", "last", "whether"):
            return Period(now, now + (_FAR_AHEAD if item else _AHEAD))
        tomorrow = now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
        return Period(now, tomorrow)
    if period.is_moment:
        return Period(period.start, period.start + timedelta(minutes=1))
    return period


async def _async_events(
    hass: HomeAssistant, entity_ids: Sequence[str], period: Period
) -> list[Event]:
    answers: Any = await hass.services.async_call(
        CALENDAR,
        SERVICE_GET_EVENTS,
        {
            "entity_id": list(entity_ids),
            "start_date_time": period.start.isoformat(),
            "end_date_time": period.end.isoformat(),
        },
        blocking=True,
        return_response=True,
    )
    names = {i: state.name for i in entity_ids if (state := hass.states.get(i))}
    events = {
        replace(_event(entry), calendar=names.get(entity_id, ""))
        for entity_id in entity_ids
        for entry in answers[entity_id]["events"]
    }
    return sorted(events, key=lambda event: (event.start, event.summary))


def _event(entry: dict[str, str]) -> Event:
    start, end = entry["start"], entry["end"]
    location = entry.get("location", "")
    if "T" not in start and " " not in start:
        first, last = (dt_util.start_of_local_day(date.fromisoformat(day)) for day in (start, end))
        return Event(entry["summary"], first, last, is_all_day=True, location=location)
    first, last = (dt_util.as_local(datetime.fromisoformat(moment)) for moment in (start, end))
    return Event(entry["summary"], first, last, is_all_day=False, location=location)


def _called(item: str, events: list[Event]) -> list[Event] | None:
    """The events that are called so; None where the words name no one event ("my appointments")."""
    words = set(stems(split(item)))
    if words <= _GENERAL:
        named = [e for e in events if words & set(stems(split(e.summary)))]
        return named or None
    words -= _GENERAL
    exactly = [
        event
        for event in events
        if words <= set(stems(split(event.summary)))
        or likeness(split(item), split(event.summary)) >= NEAR
    ]
    return exactly or _of_whom(words, events) or _nearly_called(words, events)


def _first_names(hass: HomeAssistant) -> set[str]:
    """What the people of this home are called who are exposed."""
    return {
        stems(split(person.name))[0]
        for person in hass.states.async_all("person")
        if async_should_expose(hass, conversation.DOMAIN, person.entity_id) and split(person.name)
    }


def _not_of_others(whose: str, events: list[Event], people: set[str]) -> list[Event]:
    """ "What's Josh got on", where events say whose they are: "Deon dentist" is not his."""
    own = set(stems(split(whose)))
    named = [(event, set(stems(split(event.summary)))) for event in events]
    return [event for event, words in named if words & own or not words & (people - own)]


def _of_whom(words: set[str], events: list[Event]) -> list[Event]:
    """The events of the calendar that is called so, and need not name its owner: "Beth shifts"."""
    return [e for e in events if words and words <= set(stems(split(e.calendar)))]


def _nearly_called(words: set[str], events: list[Event]) -> list[Event]:
    """The events of the one name that shares most words: "Nora's practice", "the boiler getting serviced"."""
    shared: dict[str, int] = {
        event.summary: sum(
            any(same_stem(word, own) for own in split(event.summary))
            for word in words
            if len(word) >= _LONG
        )
        for event in events
    }
    most = max(shared.values(), default=0)
    named = [summary for summary, n in shared.items() if n == most]
    return [e for e in events if e.summary in named] if most and len(named) == 1 else []


def _detail(event: Event, text: str, speaker: Speaker) -> Answer | None:
    """Where the event is, how long it lasts or when it ends, if that was asked for."""
    if event.location and _WHERE.search(text):
        words = speaker.phrase("event_where", event=event.summary, place=event.location)
        return Answer(words, value=event.location)
    if _HOW_LONG.search(text):
        span = span_words(event.end - event.start)
        words = speaker.phrase(
            "event_lasts", event=event.summary, span=span, when=_from_to(event, speaker)
        )
        return Answer(words, value=(event.end - event.start).total_seconds())
    if not event.is_all_day and _ENDS.search(text):
        moment = moment_words(event.end, speaker)
        words = speaker.phrase("event_ends", event=event.summary, moment=moment)
        return Answer(words, value=event.end.isoformat())
    return None


def _when(event: Event, speaker: Speaker) -> str:
    """When an event is: "tomorrow at 9:30 AM", "on Friday"."""
    if event.is_all_day:
        return day_words(event.start.date(), speaker)
    return moment_words(event.start, speaker)


def _from_to(event: Event, speaker: Speaker) -> str:
    """When an event is, all its days: "from Monday to Wednesday"."""
    if event.is_all_day:
        days = (event.start.date(), event.end.date() - timedelta(days=1))
        return days_words(days, speaker)
    return moment_words(event.start, speaker)


def _list(events: list[Event], period: Period | None, speaker: Speaker) -> Answer:
    if not events:
        return Answer(speaker.phrase("nothing_on", when=_period_words(period, speaker)), value=[])
    one_day = len({event.start.date() for event in events}) == 1
    told = [
        speaker.phrase("event_at", event=event.summary, when=_short(event, speaker, one_day))
        for event in events[:_TOLD]
    ]
    if len(events) > _TOLD:
        told.append(speaker.phrase("and_more", count=str(len(events) - _TOLD)))
    day = day_words(events[0].start.date(), speaker)
    words = ", ".join(told)
    if one_day:
        words = speaker.phrase("day_has", day=day[:1].upper() + day[1:], events=words)
    return Answer(words, value=[event.summary for event in events])


def _short(event: Event, speaker: Speaker, one_day: bool) -> str:
    if not one_day:
        return _when(event, speaker)
    return (
        speaker.phrase("all_day")
        if event.is_all_day
        else speaker.phrase("at_clock", time=clock(event.start))
    )


def _period_words(period: Period | None, speaker: Speaker) -> str:
    """The period as it is told: its day, its time of day."""
    if period is None:
        return speaker.phrase("today")
    if period.is_moment:
        return moment_words(period.start, speaker)
    return days_words(period.days, speaker)


def _one(
    events: list[Event], ask: str, now: datetime, period: Period | None, speaker: Speaker
) -> Answer:
    """The next, the first or the last one."""
    ahead = [event for event in events if event.start >= now] or events
    if not ahead:
        return Answer(speaker.phrase("nothing_on", when=_period_words(period, speaker)))
    timed = [event for event in ahead if not event.is_all_day] if ask in ("first", "last") else []
    event = (timed or ahead)[-1 if ask == "last" else 0]
    words = speaker.phrase("event_is", event=event.summary, when=_when(event, speaker))
    return Answer(words, value=event.start.isoformat())


def _whether(events: list[Event], speaker: Speaker) -> Answer:
    if not events:
        return Answer(speaker.phrase("no_event"), value=False)
    told = ", ".join(
        speaker.phrase("event_at", event=e.summary, when=_when(e, speaker)) for e in events[:_TOLD]
    )
    return Answer(speaker.phrase("yes_events", events=told), value=True)


def _not_there(item: str, period: Period | None, speaker: Speaker) -> Answer:
    if period:
        words = speaker.phrase(
            "no_such_event_then", event=item, when=_period_words(period, speaker)
        )
    else:
        words = speaker.phrase("no_such_event", event=item)
    return Answer(words, value=False)


def _count(events: list[Event], period: Period | None, speaker: Speaker) -> Answer:
    if not events:
        return _list(events, period, speaker)
    told = ", ".join(event.summary for event in events[:_TOLD])
    words = speaker.phrase("so_many_events", count=str(len(events)), events=told)
    return Answer(words, value=float(len(events)))


def _free(events: list[Event], period: Period | None, ask: str, speaker: Speaker) -> Answer:
    """Whether nothing is on: all-day entries take no time, where others would be in the way."""
    busy = [event for event in events if not event.is_all_day]
    is_free = not busy
    if is_free and not events:
        words = speaker.phrase("free", when=_period_words(period, speaker))
    else:
        told = ", ".join(
            speaker.phrase("event_at", event=e.summary, when=_when(e, speaker))
            for e in (busy or events)[:_TOLD]
        )
        words = speaker.phrase("free_but" if is_free else "not_free", events=told)
    if ask == "free":
        answer = speaker.phrase("yes_so" if is_free else "no_so", words=words)
    else:
        answer = speaker.phrase("no_so" if is_free else "yes_so", words=words)
    return Answer(answer, value=is_free == (ask == "free"))

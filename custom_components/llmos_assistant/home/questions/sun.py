"""Questions about the day: its date, its light."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from homeassistant.const import SUN_EVENT_SUNRISE, SUN_EVENT_SUNSET
from homeassistant.core import HomeAssistant
from homeassistant.helpers.sun import get_astral_event_date, get_astral_event_next, is_up
from homeassistant.util import dt as dt_util

from ..grounded import GroundedStep
from ..speech import Speaker
from .periods import Period, find_period
from .telling import Answer, moment_words

_WAS = re.compile(r"\b(was|did)\b", re.IGNORECASE)
_IN_MORNING = re.compile(r"\bin the (morning|evening)\b", re.IGNORECASE)
_EVENTS = {"rise": SUN_EVENT_SUNRISE, "set": SUN_EVENT_SUNSET}


def answer_date(step: GroundedStep, speaker: Speaker) -> Answer:
    """Today's date, or that of the day that was said: "what date is friday", "what day is the 25th"."""
    now = dt_util.now()
    if (during := step.slots.get("during")) and (period := find_period(str(during), now)):
        now = period.start
    words = speaker.phrase("date", day=now.strftime("%A, %-d %B %Y"))
    return Answer(words, value=now.date().isoformat())


def answer_sun(hass: HomeAssistant, step: GroundedStep, text: str, speaker: Speaker) -> Answer:
    """The answer to a LlmosGetSun step, asked with the words `text`."""
    during = step.slots.get("during")
    period = find_period(str(during), dt_util.now()) if during else None
    condition = step.slots.get("condition")
    if condition and period:
        return _light_then(hass, period, str(condition), speaker)
    if condition:
        is_light = is_up(hass)
        is_so = is_light == (condition == "light")
        words = speaker.phrase("sun_up" if is_light else "sun_down")
        return Answer(speaker.phrase("yes_so" if is_so else "no_so", words=words), value=is_so)
    ask = str(step.slots.get("ask", "set"))
    event = _EVENTS.get(ask, SUN_EVENT_SUNSET)
    moment = get_astral_event_next(hass, event)
    if not during and _WAS.search(text):
        period = find_period("today", dt_util.now())
    if period:
        if (of_day := _of_day(hass, event, period.start)) is None:
            return Answer(speaker.phrase("no_sun"))
        # "In the morning", said in the evening, is tomorrow's.
        is_over = of_day < dt_util.utcnow() and not _WAS.search(text) and _IN_MORNING.search(text)
        moment = moment if is_over else of_day
    words = speaker.phrase(f"sun_{ask}s", moment=moment_words(moment, speaker))
    return Answer(words, value=dt_util.as_local(moment).isoformat())


def _of_day(hass: HomeAssistant, event: str, moment: datetime) -> datetime | None:
    # Noon of the day: its date is the same in every time zone that knows it.
    return get_astral_event_date(hass, event, moment.replace(hour=0) + timedelta(hours=12))


def _light_then(hass: HomeAssistant, period: Period, condition: str, speaker: Speaker) -> Answer:
    """ "Will it be light at half past six": if so, and what the sun does about that time."""
    moment = period.start + (period.end - period.start) / 2
    is_light = is_up(hass, dt_util.as_utc(moment))
    events = {key: at for key, event in _EVENTS.items() if (at := _of_day(hass, event, moment))}
    words = speaker.phrase("sun_up" if is_light else "sun_down")
    if events:
        nearest = min(events, key=lambda key: abs(events[key] - moment))
        words = speaker.phrase(f"sun_{nearest}s", moment=moment_words(events[nearest], speaker))
    is_so = is_light == (condition == "light")
    words = words[:1].lower() + words[1:]
    return Answer(speaker.phrase("yes_so" if is_so else "no_so", words=words), value=is_so)

"""Questions about the weather: now, and as far as the forecast goes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from homeassistant.components.weather import DOMAIN as WEATHER
from homeassistant.components.weather import SERVICE_GET_FORECASTS, WeatherEntityFeature
from homeassistant.core import HomeAssistant, State
from homeassistant.helpers.translation import async_get_translations
from homeassistant.util import dt as dt_util
from homeassistant.util.unit_conversion import TemperatureConverter

from ..conditions import COLD, FREEZING, FROSTY, HOT, WEATHER_STATES
from ..grounded import GroundedStep
from ..speech import Speaker
from .periods import Period, find_period
from .telling import Answer, clock, day_words, days_words, moment_words, number, with_unit

_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
_LENGTHS = {"hourly": _HOUR, "daily": _DAY, "twice_daily": _DAY / 2}
_FEATURES = {
    "hourly": WeatherEntityFeature.FORECAST_HOURLY,
    "daily": WeatherEntityFeature.FORECAST_DAILY,
    "twice_daily": WeatherEntityFeature.FORECAST_TWICE_DAILY,
}
_WHEN = re.compile(r"\b(?:when|when['’]?s|what (?:time|day)|next)\b", re.IGNORECASE)
_STOPS = re.compile(r"\b(?:stop|stops|quit|quits|over|let up|ease off|end|ends)\b", re.IGNORECASE)
_LIKELY = 50  # percent, from which on rain is expected
_WORTH_TELLING = 15  # percent: "a 5 % chance of rain" is no news
_UNITS = {
    "humidity": None,
    "precipitation": "precipitation_unit",
    "pressure": "pressure_unit",
    "temperature": "temperature_unit",
    "uv_index": None,
    "wind_speed": "wind_speed_unit",
}


@dataclass(frozen=True)
class Outlook:
    """The weather now or in a part of the forecast, in the units of the weather entity."""

    start: datetime
    condition: str
    values: dict[str, float]
    low: float | None = None


async def async_answer_weather(
    hass: HomeAssistant, step: GroundedStep, text: str, speaker: Speaker
) -> Answer | None:
    """The answer to a HassGetWeather step, asked with the words `text`; None if it is just the weather now."""
    slots = step.slots
    if not {"during", "condition", "ask", "attribute"} & slots.keys():
        return None
    state = hass.states.get(step.entity_ids[0]) if step.entity_ids else None
    if state is None:
        return Answer(speaker.phrase("no_weather"))
    now = dt_util.now()
    period = _period(slots.get("during"), slots.get("ask"), now)
    if period is None and slots.get("during"):
        return Answer(speaker.phrase("no_time", spoken=str(slots["during"])))
    if period is None and (condition := slots.get("condition")) and _WHEN.search(text):
        return await _async_next(hass, state, str(condition), text, speaker)
    outlooks = [_current(state, now)]
    when = speaker.phrase("now")
    if period:
        outlooks = await _async_forecast(hass, state, period)
        when = _when(period, speaker)
        if not outlooks and "during" in slots:
            return Answer(speaker.phrase("no_forecast", when=when), (state,))
    if condition := slots.get("condition"):
        return await _condition(hass, state, outlooks, str(condition), when, speaker)
    if slots.get("ask") in ("highest", "lowest") and "during" not in slots:
        # "How hot is it" is about now, "how hot will it get" about today: both are told.
        now_told = _attribute(
            state, [_current(state, now)], "temperature", speaker.phrase("now"), speaker
        )
        then = _extreme(state, outlooks, str(slots["ask"]), when, speaker) if outlooks else None
        words = " ".join(answer.words for answer in (now_told, then) if answer)
        return Answer(words, (state,), then.value if then else now_told.value)
    if slots.get("ask") in ("highest", "lowest"):
        return _extreme(state, outlooks, str(slots["ask"]), when, speaker)
    if attribute := slots.get("attribute"):
        return _attribute(state, outlooks, str(attribute), when, speaker)
    words = speaker.phrase(
        "forecast", when=_capital(when), weather=await _weather(hass, state, outlooks, speaker)
    )
    return Answer(words, (state,), outlooks[0].condition)


async def _async_next(
    hass: HomeAssistant, state: State, condition: str, text: str, speaker: Speaker
) -> Answer:
    """ "When is it going to rain", "when will it stop": now, or the first time in the forecast."""
    wanted = _STOPS.search(text) is None
    now = dt_util.now()
    if _is_so(state, _current(state, now), condition) == wanted:
        weather = await _weather(hass, state, [_current(state, now)], speaker)
        when = speaker.phrase("now")
        return Answer(speaker.phrase("forecast", when=_capital(when), weather=weather), (state,))
    for kind in ("hourly", "daily"):
        for outlook in await _async_outlooks(hass, state, kind):
            if outlook.start + _LENGTHS[kind] <= now or _is_so(state, outlook, condition) != wanted:
                continue
            when = day_words(outlook.start.date(), speaker)
            if kind == "hourly":
                when = moment_words(outlook.start, speaker)
            weather = await _weather(hass, state, [outlook], speaker)
            words = speaker.phrase("forecast", when=_capital(when), weather=weather)
            return Answer(words, (state,), outlook.start.isoformat())
    return Answer(speaker.phrase("not_forecast"), (state,))


def _period(during: object, ask: object, now: datetime) -> Period | None:
    """When is asked for; None is now. What is likely, or an extreme, is asked of the day."""
    if during:
        period = find_period(str(during), now)
        if period is None or not period.is_moment:
            return period
        return None if period.start <= now else Period(period.start, period.start + _HOUR)
    if ask in ("highest", "lowest", "likely"):
        midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
        return Period(midnight, midnight + _DAY)
    return None


def _when(period: Period, speaker: Speaker) -> str:
    if period.end - period.start <= _HOUR:
        day = day_words(period.start.date(), speaker)
        return speaker.phrase("at_time", day=day, time=clock(period.start))
    days = period.days
    if len(days) <= 2 and period.end - period.start < _DAY:
        return day_words(days[0], speaker)
    return days_words(days, speaker)


def _current(state: State, now: datetime) -> Outlook:
    values = {k: state.attributes[k] for k in _UNITS if state.attributes.get(k) is not None}
    return Outlook(now, state.state, values)


async def _async_forecast(hass: HomeAssistant, state: State, period: Period) -> list[Outlook]:
    """The parts of the forecast for a period: days for whole days, else hours where there are any."""
    kinds = ["daily", "twice_daily", "hourly"]
    if period.end - period.start < _DAY:
        kinds = ["hourly", *kinds]
    for kind in kinds:
        length = _LENGTHS[kind]
        outlooks = await _async_outlooks(hass, state, kind)
        if kind == "daily":
            fitting = [o for o in outlooks if o.start.date() in period.days[: _days(period)]]
        else:
            fitting = [
                o for o in outlooks if o.start < period.end and o.start + length > period.start
            ]
        if fitting:
            return fitting
    return []


async def _async_outlooks(hass: HomeAssistant, state: State, kind: str) -> list[Outlook]:
    """The forecast by hours or days, none where the service has no such one."""
    if not state.attributes.get("supported_features", 0) & _FEATURES[kind]:
        return []
    found: Any = await hass.services.async_call(
        WEATHER,
        SERVICE_GET_FORECASTS,
        {"entity_id": state.entity_id, "type": kind},
        blocking=True,
        return_response=True,
    )
    return [_outlook(entry) for entry in found[state.entity_id]["forecast"] or ()]


def _days(period: Period) -> int:
    """How many of its days count: a night belongs to the day that it begins on."""
    return 1 if period.end - period.start < _DAY else len(period.days)


def _outlook(entry: dict[str, Any]) -> Outlook:
    values = {
        key: float(entry[key])
        for key in (*_UNITS, "precipitation_probability")
        if entry.get(key) is not None
    }
    start = dt_util.as_local(datetime.fromisoformat(entry["datetime"]))
    low = entry.get("templow")
    return Outlook(
        start, str(entry.get("condition", "")), values, None if low is None else float(low)
    )


async def _condition(
    hass: HomeAssistant,
    state: State,
    outlooks: Sequence[Outlook],
    condition: str,
    when: str,
    speaker: Speaker,
) -> Answer:
    """ "Will it rain tomorrow?" """
    is_so = any(_is_so(state, outlook, condition) for outlook in outlooks)
    weather = await _weather(hass, state, outlooks, speaker)
    words = speaker.phrase("weather_yes" if is_so else "weather_no", when=when, weather=weather)
    return Answer(words, (state,), is_so)


def _is_so(state: State, outlook: Outlook, condition: str) -> bool:
    if condition in ("hot", "cold", FROSTY):
        unit = state.attributes.get("temperature_unit", "°C")
        temperature = outlook.values.get("temperature")
        coldest = outlook.low if outlook.low is not None else temperature
        if temperature is None or coldest is None:
            return False
        if condition == "hot":
            return TemperatureConverter.convert(temperature, unit, "°C") >= HOT
        coldest = TemperatureConverter.convert(coldest, unit, "°C")
        return coldest <= (FREEZING if condition == FROSTY else COLD)
    if condition == "rainy" and outlook.values.get("precipitation_probability", 0) >= _LIKELY:
        return outlook.condition not in WEATHER_STATES["snowy"]
    return outlook.condition in WEATHER_STATES.get(condition, {condition})


def _extreme(
    state: State, outlooks: Sequence[Outlook], ask: str, when: str, speaker: Speaker
) -> Answer:
    unit = state.attributes.get("temperature_unit")
    highs = [o.values["temperature"] for o in outlooks if "temperature" in o.values]
    lows = [o.low for o in outlooks if o.low is not None] or highs
    if not highs:
        return Answer(speaker.phrase("not_measured"), (state,))
    value = max(highs) if ask == "highest" else min(lows)
    key = "will_be_highest" if ask == "highest" else "will_be_lowest"
    return Answer(speaker.phrase(key, value=with_unit(value, unit), when=when), (state,), value)


def _attribute(
    state: State, outlooks: Sequence[Outlook], attribute: str, when: str, speaker: Speaker
) -> Answer:
    values = [o.values[attribute] for o in outlooks if attribute in o.values]
    if not values:
        return Answer(speaker.phrase("not_measured"), (state,))
    unit = "%" if attribute == "humidity" else state.attributes.get(_UNITS.get(attribute) or "")
    value = sum(values) if attribute == "precipitation" else max(values)
    words = speaker.phrase(f"weather_{attribute}", value=with_unit(value, unit), when=when)
    return Answer(words, (state,), value)


async def _weather(
    hass: HomeAssistant, state: State, outlooks: Sequence[Outlook], speaker: Speaker
) -> str:
    """The weather of these parts in words: "rainy, 12 to 17 °C, 80 % chance of rain"."""
    translations = await async_get_translations(
        hass, speaker.language, "entity_component", {WEATHER}
    )
    conditions = dict.fromkeys(
        translations.get(f"component.weather.entity_component._.state.{o.condition}", o.condition)
        for o in outlooks
        if o.condition
    )
    told = [", ".join(list(conditions)[:3]).lower()]
    unit = state.attributes.get("temperature_unit")
    highs = [o.values["temperature"] for o in outlooks if "temperature" in o.values]
    lows = [o.low for o in outlooks if o.low is not None] or highs
    if highs and min(lows) != max(highs):
        told.append(speaker.phrase("to", low=number(min(lows)), high=with_unit(max(highs), unit)))
    elif highs:
        told.append(with_unit(highs[0], unit))
    chances = [o.values.get("precipitation_probability") for o in outlooks]
    chance = max((c for c in chances if c is not None), default=0)
    if chance >= _WORTH_TELLING:
        falls = {o.condition for o in outlooks} & {*WEATHER_STATES["rainy"], "snowy"}
        key = "chance_of_snow" if falls == {"snowy"} else "chance"
        told.append(speaker.phrase(key, value=number(chance)))
    return ", ".join(part for part in told if part)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]

"""Questions about calendars and forecasts, from real calendar and weather entities."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any, override

import pytest
from homeassistant.components.calendar import CalendarEntity, CalendarEvent
from homeassistant.components.homeassistant.exposed_entities import async_expose_entity
from homeassistant.components.weather import Forecast, WeatherEntity, WeatherEntityFeature
from homeassistant.const import UnitOfTemperature
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
from pytest_homeassistant_custom_component.common import setup_test_component_platform

from custom_components.llmos_assistant.engine.protocol import SlotValue

from .scripted_engine import ScriptedEngine
from .test_questions import CALENDAR, LONDON, NOW, WEATHER, ask, evening, put

__all__ = ["evening"]

pytestmark = pytest.mark.usefixtures("assistant")

_HOUR = timedelta(hours=1)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """A time in October."""
    return datetime(2026, 10, day, hour, minute, tzinfo=LONDON)


class Diary(CalendarEntity):
    """A calendar of given events."""

    def __init__(self, name: str, *events: CalendarEvent) -> None:
        self._attr_name = name
        self._events = events

    @property
    @override
    def event(self) -> CalendarEvent | None:
        return None

    @override
    async def async_get_events(
        self, hass: HomeAssistant, start_date: datetime, end_date: datetime
    ) -> list[CalendarEvent]:
        return [
            event
            for event in self._events
            if event.start_datetime_local < end_date and event.end_datetime_local > start_date
        ]


def meeting(
    summary: str, start: datetime, hours: float = 1, place: str | None = None
) -> CalendarEvent:
    """An event of some hours."""
    return CalendarEvent(start, start + hours * _HOUR, summary, location=place)


class Sky(WeatherEntity):
    """A weather service with a forecast by day and by hour."""

    _attr_name = "Sky"
    _attr_condition = "cloudy"
    _attr_native_temperature = 11
    _attr_native_temperature_unit = UnitOfTemperature.CELSIUS
    _attr_supported_features = (
        WeatherEntityFeature.FORECAST_DAILY | WeatherEntityFeature.FORECAST_HOURLY
    )

    @override
    async def async_forecast_daily(self) -> list[Forecast]:
        return [
            _forecast(at(14, 0), "cloudy", 13, 8, 10),
            _forecast(at(15, 0), "rainy", 12, 7, 90),
            _forecast(at(16, 0), "sunny", 26, 9, 0),
            _forecast(at(17, 0), "partlycloudy", 17, 6, 20),
            _forecast(at(18, 0), "snowy", 3, -2, 60),
        ]

    @override
    async def async_forecast_hourly(self) -> list[Forecast]:
        rain = range(2, 9)
        return [
            Forecast(
                datetime=(NOW + hour * _HOUR).isoformat(),
                condition="rainy" if hour in rain else "cloudy",
                native_temperature=10 - hour / 2,
                precipitation_probability=80 if hour in rain else 5,
            )
            for hour in range(24)
        ]


def _forecast(start: datetime, condition: str, high: float, low: float, chance: int) -> Forecast:
    return Forecast(
        datetime=start.isoformat(),
        condition=condition,
        native_temperature=high,
        native_templow=low,
        precipitation_probability=chance,
        native_wind_speed=20,
    )


@pytest.fixture(autouse=True)
async def agenda(home: HomeAssistant, evening: None) -> None:
    """Two calendars and a forecast."""
    mine = Diary(
        "Mine",
        meeting("Dentist", at(15, 9, 30), 0.5),
        meeting("Lunch with Ada", at(15, 12)),
        meeting("Cinema", at(16, 18), 3, "Odeon"),
        CalendarEvent(date(2026, 10, 17), date(2026, 10, 19), "Trip to Bath"),
    )
    work = Diary("Work", meeting("Stand-up meeting", at(15, 10), 0.25))
    beth = Diary(
        "Beth shifts",
        meeting("Late", at(13, 13)),
        meeting("Night", at(20, 20), 10, "LGI"),
        CalendarEvent(date(2026, 11, 2), date(2026, 11, 3), "Holiday"),
    )
    setup_test_component_platform(home, "calendar", [mine, work, beth])
    setup_test_component_platform(home, "weather", [Sky()])
    for domain in ("calendar", "weather"):
        assert await async_setup_component(home, domain, {domain: [{"platform": "test"}]})
    await home.async_block_till_done()
    for entity_id in ("calendar.mine", "calendar.work", "calendar.beth_shifts", "weather.sky"):
        async_expose_entity(home, "conversation", entity_id, True)


@pytest.mark.parametrize(
    ("slots", "answer", "value"),
    [
        ({"during": "tomorrow"},
         "Tomorrow: Dentist at 9:30 AM, Stand-up meeting at 10:00 AM, Lunch with Ada at 12:00 PM.",
         ["Dentist", "Stand-up meeting", "Lunch with Ada"]),
        ({"during": "tomorrow", "name": "work"}, "Tomorrow: Stand-up meeting at 10:00 AM.",
         ["Stand-up meeting"]),
        ({}, "Nothing today.", []),
        ({"during": "the weekend"}, "On Saturday: Trip to Bath all day.", ["Trip to Bath"]),
        ({"ask": "when", "item": "the dentist"}, "Dentist is tomorrow at 9:30 AM.",
         "2026-10-15T09:30:00+01:00"),
        ({"ask": "next"}, "Dentist is tomorrow at 9:30 AM.", "2026-10-15T09:30:00+01:00"),
        ({"ask": "last", "during": "tomorrow"}, "Lunch with Ada is tomorrow at 12:00 PM.",
         "2026-10-15T12:00:00+01:00"),
        ({"ask": "when", "item": "trip to bath"}, "Trip to Bath is on Saturday.",
         "2026-10-17T00:00:00+01:00"),
        ({"ask": "free", "during": "friday at 6"}, "No, Cinema on Friday at 6:00 PM.", False),
        ({"ask": "free", "during": "saturday at 6"}, "Yes, only all day: Trip to Bath on Saturday.",
         True),
        ({"ask": "busy", "during": "next monday"}, "No, nothing is planned on Monday.", False),
        ({"ask": "whether", "item": "meeting", "during": "tomorrow"},
         "Yes: Stand-up meeting tomorrow at 10:00 AM.", True),
        ({"ask": "whether", "item": "football", "during": "friday"},
         "No, I see no football on Friday.", False),
        ({"ask": "how_many", "during": "tomorrow"}, "3: Dentist, Stand-up meeting, Lunch with Ada.",
         3.0),
    ],
)  # fmt: skip
async def test_calendars(
    home: HomeAssistant,
    engine: ScriptedEngine,
    slots: dict[str, SlotValue],
    answer: str,
    value: Any,
) -> None:
    assert await ask(home, engine, CALENDAR, slots) == (answer, value)


async def test_the_weather_now_is_told_as_home_assistant_does(
    home: HomeAssistant, engine: ScriptedEngine
) -> None:
    assert (await ask(home, engine, WEATHER, {}))[0] == "11.0 °C and cloudy"


@pytest.mark.parametrize(
    ("slots", "answer", "value"),
    [
        ({"during": "blue"}, "I do not know when blue is.", None),
        ({"during": "the next 5 days"},
         "Dentist tomorrow at 9:30 AM, Stand-up meeting tomorrow at 10:00 AM, Lunch with Ada tomorrow at 12:00 PM, "
         "Cinema on Friday at 6:00 PM, Trip to Bath on Saturday",
         ["Dentist", "Stand-up meeting", "Lunch with Ada", "Cinema", "Trip to Bath"]),
        ({"during": "friday at 7 pm"}, "On Friday: Cinema at 6:00 PM.", ["Cinema"]),
        ({"during": "friday at 9 am"}, "Nothing on Friday at 9:00 AM.", []),
        ({"ask": "next", "during": "monday"}, "Nothing on Monday.", None),
        ({"ask": "how_many", "during": "monday"}, "Nothing on Monday.", []),
        ({"ask": "whether", "item": "appointment", "during": "monday"}, "No.", False),
    ],
)  # fmt: skip
async def test_stretches_of_a_calendar(
    home: HomeAssistant,
    engine: ScriptedEngine,
    slots: dict[str, SlotValue],
    answer: str,
    value: Any,
) -> None:
    assert await ask(home, engine, CALENDAR, slots) == (answer, value)


async def test_over_the_weekend_is_no_end(home: HomeAssistant, engine: ScriptedEngine) -> None:
    """ "Over" asks when something ends only where it is about one thing."""
    slots: dict[str, SlotValue] = {"during": "friday"}
    asked = await ask(home, engine, CALENDAR, slots, "what's on over at ours on friday")
    assert asked[0] == "On Friday: Cinema at 6:00 PM."


@pytest.mark.parametrize(
    ("text", "item", "answer"),
    [
        ("where's the cinema", "cinema", "Cinema is at Odeon."),
        ("where is lunch with ada", "lunch with ada", "Lunch with Ada is tomorrow at 12:00 PM."),
        ("when is the cinema over", "cinema", "Cinema ends on Friday at 9:00 PM."),
        ("when does the cinema start", "cinema", "Cinema is on Friday at 6:00 PM."),
        ("when is ada's lunch", "ada's lunch", "Lunch with Ada is tomorrow at 12:00 PM."),
        ("when do i see the dentists", "seeing the dentist", "Dentist is tomorrow at 9:30 AM."),
        ("when is football", "football", "I see no football in the calendar."),
        ("when does beth work next", "beth work", "Night is on Tuesday at 8:00 PM."),
        ("when does beth finish next", "beth", "Night ends on Wednesday 21 October at 6:00 AM."),
        ("where does beth work next", "beth", "Night is at LGI."),
        (
            "how long is the trip to bath",
            "trip to bath",
            "Trip to Bath: 2 days, from Saturday to Sunday.",
        ),
        ("how long is the cinema", "cinema", "Cinema: 3 hours, on Friday at 6:00 PM."),
        ("how long until the cinema", "cinema", "Cinema is on Friday at 6:00 PM."),
    ],
)
async def test_details_of_an_event(
    home: HomeAssistant, engine: ScriptedEngine, text: str, item: str, answer: str
) -> None:
    """Where, until when; and an event that is not called quite so."""
    slots: dict[str, SlotValue] = {"ask": "when", "item": item}
    assert (await ask(home, engine, CALENDAR, slots, text))[0] == answer


async def test_a_calendar_that_is_asked_about_tells_what_is_on(
    home: HomeAssistant, engine: ScriptedEngine
) -> None:
    """Also that it is off, which is no yes."""
    slots: dict[str, SlotValue] = {"ask": "whether", "item": "beth working", "during": "next week"}
    words, value = await ask(home, engine, CALENDAR, slots, "is beth working next week")
    assert (words, value) == ("Yes: Night on Tuesday at 8:00 PM.", True)
    slots["during"] = "in november"
    words, value = await ask(home, engine, CALENDAR, slots, "is beth working in november")
    assert (words, value) == ("On Monday 2 November: Holiday all day.", False)
    words, _ = await ask(home, engine, "HassGetState", {"domain": "todo", "name": "beth shifts"})
    assert words == "Nothing today."


async def test_what_is_asked_to_be_off(home: HomeAssistant, engine: ScriptedEngine) -> None:
    slots: dict[str, SlotValue] = {"ask": "whether", "item": "beth", "during": "in november"}
    words, value = await ask(home, engine, CALENDAR, slots, "is beth off in november")
    assert (words, value) == ("Yes: Holiday on Monday 2 November.", True)


@pytest.mark.parametrize(
    ("text", "name", "during", "answer"),
    [
        ("what's bo got on tomorrow", "bo", "tomorrow",
         "Tomorrow: Dentist at 9:30 AM, Stand-up meeting at 10:00 AM."),
        ("what's ada got on tomorrow", "ada", "tomorrow",
         "Tomorrow: Dentist at 9:30 AM, Stand-up meeting at 10:00 AM, Lunch with Ada at 12:00 PM."),
        ("where is bo going on friday", "bo", "friday", "Cinema is at Odeon."),
        ("what is bo doing on friday", "bo", "friday", "On Friday: Cinema at 6:00 PM."),
    ],
)  # fmt: skip
async def test_whose_events_they_are(
    home: HomeAssistant, engine: ScriptedEngine, text: str, name: str, during: str, answer: str
) -> None:
    """Those that name somebody else of the home are not theirs."""
    for person in ("Ada", "Bo"):
        put(home, f"person.{person.lower()}", "home", friendly_name=person)
    slots: dict[str, SlotValue] = {"name": name, "during": during}
    assert (await ask(home, engine, CALENDAR, slots, text))[0] == answer


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("where's the cinema", "Cinema is at Odeon."),
        ("where's the football", "Sorry, I am not aware of any device called the football"),
        ("what's the cinema", "Sorry, I am not aware of any device called the cinema"),
    ],
)
async def test_where_something_is_that_is_no_thing(
    home: HomeAssistant, engine: ScriptedEngine, text: str, answer: str
) -> None:
    """An event has a place, too."""
    name = text.partition(" ")[2]
    assert (await ask(home, engine, "HassGetState", {"name": name}, text))[0] == answer


@pytest.mark.parametrize(
    ("text", "slots", "answer"),
    [
        ("when's it going to rain", {"condition": "rainy"},
         "Today at 9:30 PM: rainy, 9 °C, 80 % chance of rain."),
        ("when's the next snow", {"condition": "snowy"},
         "On Sunday: snowy, -2 to 3 °C, 60 % chance of snow."),
        ("when will it stop being cloudy", {"condition": "cloudy"},
         "Today at 9:30 PM: rainy, 9 °C, 80 % chance of rain."),
        ("when's the next fog", {"condition": "foggy"}, "Not as far as the forecast goes."),
        ("is it raining", {"condition": "rainy"}, "No, now: cloudy, 11 °C."),
        ("will it be dry in the morning", {"condition": "rainy", "during": "in the morning"},
         "No, tomorrow: cloudy, 2 to 5.5 °C."),
        ("will it be dark by 8", {"condition": "dark", "during": "8"},
         "Yes, the sun sets today at 6:09 PM."),
    ],
)  # fmt: skip
async def test_when_the_weather_will_be_so(
    home: HomeAssistant,
    engine: ScriptedEngine,
    text: str,
    slots: dict[str, SlotValue],
    answer: str,
) -> None:
    assert (await ask(home, engine, WEATHER, slots, text))[0] == answer


@pytest.mark.parametrize(
    ("slots", "answer", "value"),
    [
        ({"during": "tomorrow"}, "Tomorrow: rainy, 7 to 12 °C, 90 % chance of rain.", "rainy"),
        ({"condition": "rainy", "during": "tomorrow"},
         "Yes, tomorrow: rainy, 7 to 12 °C, 90 % chance of rain.", True),
        ({"condition": "sunny", "during": "friday"}, "Yes, on Friday: sunny, 9 to 26 °C.", True),
        ({"condition": "hot", "during": "friday"}, "Yes, on Friday: sunny, 9 to 26 °C.", True),
        ({"condition": "rainy", "during": "sunday"},
         "No, on Sunday: snowy, -2 to 3 °C, 60 % chance of snow.", False),
        ({"condition": "rainy"}, "No, now: cloudy, 11 °C.", False),
        ({"condition": "rainy", "during": "in 3 hours"},
         "Yes, today at 10:30 PM: rainy, 8.5 °C, 80 % chance of rain.", True),
        ({"ask": "highest", "during": "friday"}, "26 °C at most on Friday.", 26.0),
        ({"ask": "lowest", "during": "sunday"}, "-2 °C at least on Sunday.", -2.0),
        ({"attribute": "wind_speed", "during": "friday"}, "Wind on Friday: 20 km/h.", 20.0),
        ({"during": "christmas"}, "There is no forecast on Friday 25 December.", None),
        ({"during": "blue"}, "I do not know when blue is.", None),
        ({"condition": "cold", "during": "tomorrow"},
         "Yes, tomorrow: rainy, 7 to 12 °C, 90 % chance of rain.", True),
        ({"condition": "hot", "during": "tomorrow"},
         "No, tomorrow: rainy, 7 to 12 °C, 90 % chance of rain.", False),
        ({"condition": "rainy", "during": "tonight"},
         "Yes, today: cloudy, rainy, 5 to 10 °C, 80 % chance of rain.", True),
        ({"ask": "highest"}, "11 °C now. 13 °C at most today.", 13.0),
        ({"ask": "likely", "condition": "rainy"}, "No, today: cloudy, 8 to 13 °C.", False),
        ({"during": "the weekend"},
         "From Saturday to Sunday: partly cloudy, snowy, -2 to 17 °C, 60 % chance of snow.", "partlycloudy"),
        ({"attribute": "uv_index"}, "Nothing here measures that.", None),
        ({"attribute": "temperature"}, "11 °C now.", 11.0),
    ],
)  # fmt: skip
async def test_forecasts(
    home: HomeAssistant,
    engine: ScriptedEngine,
    slots: dict[str, SlotValue],
    answer: str,
    value: Any,
) -> None:
    assert await ask(home, engine, WEATHER, slots) == (answer, value)

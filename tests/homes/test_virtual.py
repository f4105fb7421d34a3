"""A home has a past, plans and forecasts, where Home Assistant keeps them."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from homeassistant.components.recorder import get_instance
from homeassistant.components.recorder.history import get_significant_states
from homeassistant.util import dt as dt_util

from .files import home_from
from .virtual import Clock, House, open_house

_OUTCOMES = yaml.safe_load(Path(__file__).with_name("outcomes.yaml").read_text("utf-8"))


@pytest.fixture
async def house() -> AsyncGenerator[House]:
    """The small home of outcomes.yaml."""
    with Clock.stopped() as clock:
        async with open_house(home_from("tiny", _OUTCOMES["home"]), clock) as opened:
            await opened.reset()
            yield opened


async def test_things_have_been_as_they_are_since_their_history_ended(house: House) -> None:
    door = house.hass.states.get("lock.door")
    assert door.last_changed.replace(microsecond=0) == _today(house, hours=8, minutes=5)
    ann = house.hass.states.get("person.ann")
    assert door.context.user_id == ann.attributes["user_id"]
    assert house.hass.states.get("light.lamp").context.parent_id is not None  # an automation's


async def test_what_is_said_leaves_no_trace_in_the_history(house: House) -> None:
    hass = house.hass
    recorded = ["locked", "unlocked", "locked"]
    assert await _recorded(house, "lock.door") == recorded
    await hass.services.async_call("lock", "unlock", {"entity_id": "lock.door"}, blocking=True)
    await house.reset()
    assert await _recorded(house, "lock.door") == recorded
    door = hass.states.get("lock.door")
    assert door.last_changed.replace(microsecond=0) == _today(house, hours=8, minutes=5)


async def test_a_calendar_tells_what_is_on(house: House) -> None:
    data = {"entity_id": "calendar.family", "duration": {"days": 1}}
    response = await _ask(house, "calendar.get_events", data)
    (swimming,) = response["calendar.family"]["events"]
    assert swimming["summary"] == "Swimming"
    assert swimming["location"] == "Baths"
    assert house.hass.states.get("calendar.family").attributes["message"] == "Swimming"


@pytest.mark.parametrize(("kind", "hours"), [("daily", [0, 24]), ("hourly", [20, 21])])
async def test_the_weather_is_forecast(house: House, kind: str, hours: list[int]) -> None:
    data = {"entity_id": "weather.home", "type": kind}
    response = await _ask(house, "weather.get_forecasts", data)
    times = [
        dt_util.parse_datetime(row["datetime"]) for row in response["weather.home"]["forecast"]
    ]
    assert times == [_today(house, hours=hour) for hour in hours]


async def test_the_sun_is_that_of_the_home(house: House) -> None:
    setting = house.hass.states.get("sun.sun").attributes["next_setting"]
    sunset = datetime.fromisoformat(setting).astimezone(house.now.tzinfo)
    assert f"{sunset:%d %H}" == "15 18"  # today it has set


def _today(house: House, **time: int) -> datetime:
    return house.now.replace(hour=0, minute=0) + timedelta(**time)


async def _recorded(house: House, entity_id: str) -> list[str]:
    start = _today(house, days=-2)
    recorded = await get_instance(house.hass).async_add_executor_job(
        get_significant_states, house.hass, start, house.now, [entity_id]
    )
    return [state.state for state in recorded[entity_id]]


async def _ask(house: House, action: str, data: dict[str, Any]) -> Any:
    domain, _, name = action.partition(".")
    return await house.hass.services.async_call(
        domain, name, data, blocking=True, return_response=True
    )

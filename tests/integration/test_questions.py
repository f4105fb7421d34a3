"""Questions about values, how things are set, calendars, the weather and the sun."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from freezegun.api import FrozenDateTimeFactory
from homeassistant.components.homeassistant.exposed_entities import async_expose_entity
from homeassistant.core import HomeAssistant
from homeassistant.helpers import area_registry as ar
from homeassistant.helpers import entity_registry as er

from custom_components.llmos_assistant.const import DOMAIN
from custom_components.llmos_assistant.engine.protocol import SlotValue, Step

from .scripted_engine import ScriptedEngine

LONDON = ZoneInfo("Europe/London")
NOW = datetime(2026, 10, 14, 19, 30, tzinfo=LONDON)  # a Wednesday
HISTORY, CALENDAR, WEATHER = "LlmosGetHistory", "LlmosGetCalendar", "HassGetWeather"
THERMOMETER = {"device_class": "temperature", "unit_of_measurement": "°C"}


@pytest.fixture(autouse=True)
async def evening(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> None:
    """It is half past seven in London."""
    await hass.config.async_set_time_zone("Europe/London")
    hass.config.latitude, hass.config.longitude = 51.5, -0.1
    freezer.move_to(NOW)


def put(hass: HomeAssistant, entity_id: str, state: str, area: str = "", **attributes: Any) -> None:
    """Add an exposed thing."""
    domain, _, name = entity_id.partition(".")
    attributes.setdefault("friendly_name", name.replace("_", " ").capitalize())
    if area:
        entry = er.async_get(hass).async_get_or_create(
            domain,
            "test",
            name,
            suggested_object_id=name,
            original_name=attributes["friendly_name"],
        )
        area_id = ar.async_get(hass).async_get_or_create(area).id
        er.async_get(hass).async_update_entity(entry.entity_id, area_id=area_id)
    hass.states.async_set(entity_id, state, attributes)
    async_expose_entity(hass, "conversation", entity_id, True)


async def ask(
    hass: HomeAssistant,
    engine: ScriptedEngine,
    intent: str,
    slots: dict[str, SlotValue],
    text: str | None = None,
) -> tuple[str, Any]:
    """What is said to a question that was read so, and its value."""
    text = text or f"question about {' '.join(map(str, slots.values()))}".strip()
    engine.plan(text, Step(intent, slots))
    response = await hass.services.async_call(
        DOMAIN, "ask", {"question": text}, blocking=True, return_response=True
    )
    assert response is not None
    return str(response["answer"]), response["value"]


@pytest.mark.usefixtures("assistant")
@pytest.mark.parametrize(
    ("slots", "answer", "value"),
    [
        ({"ask": "lowest"}, "Loft, with 15 °C.", "Loft"),
        ({"ask": "highest"}, "Nursery, with 22.5 °C.", "Nursery"),
        ({"ask": "average"}, "18.8 °C on average.", 18.75),
        ({"ask": "higher", "area": "nursery", "than": "loft"},
         "Yes: Nursery 22.5 °C, Loft 15 °C.", True),
        ({"ask": "higher", "than": "outside"}, "Yes: Inside 18.8 °C, Garden sensor 9 °C.", True),
        ({"ask": "higher", "area": "outside", "than": "in here"},
         "No: Garden sensor 9 °C, Inside 18.8 °C.", False),
        ({"area": "outside"}, "Outside is 9 °C.", 9.0),
        ({"above": 20}, "Nursery (22.5 °C)", ["Nursery"]),
        ({"below": 10}, "None", []),
    ],
)  # fmt: skip
async def test_what_is_measured(
    home: HomeAssistant,
    engine: ScriptedEngine,
    slots: dict[str, SlotValue],
    answer: str,
    value: Any,
) -> None:
    put(home, "sensor.nursery", "22.5", "Nursery", **THERMOMETER)
    put(home, "sensor.loft", "15", "Loft", **THERMOMETER)
    put(home, "sensor.garden_sensor", "9", **THERMOMETER)

    asked = await ask(home, engine, "HassGetState", {"device_class": "temperature", **slots})

    assert asked == (answer, value)


@pytest.mark.usefixtures("assistant")
@pytest.mark.parametrize(
    ("asked", "answer", "value"),
    [
        ("which is warmer", "Nursery: Loft 15 °C, Nursery 22.5 °C.", "Nursery"),
        ("how much warmer is it", "7.5 °C: Loft 15 °C, Nursery 22.5 °C.", 7.5),
        ("is it warmer", "No: Loft 15 °C, Nursery 22.5 °C.", False),
    ],
)
async def test_comparison_answers_what_was_asked(
    home: HomeAssistant, engine: ScriptedEngine, asked: str, answer: str, value: Any
) -> None:
    put(home, "sensor.nursery", "22.5", "Nursery", **THERMOMETER)
    put(home, "sensor.loft", "15", "Loft", **THERMOMETER)
    slots: dict[str, SlotValue] = {"ask": "higher", "area": "loft", "than": "nursery"}
    engine.plan(asked, Step("HassGetState", {"device_class": "temperature", **slots}))

    response = await home.services.async_call(
        DOMAIN, "ask", {"question": asked}, blocking=True, return_response=True
    )

    assert response is not None
    assert (response["answer"], response["value"]) == (answer, value)


@pytest.mark.usefixtures("assistant")
async def test_watts_and_kilowatts_add_up(home: HomeAssistant, engine: ScriptedEngine) -> None:
    put(home, "sensor.oven", "1.5", device_class="power", unit_of_measurement="kW")
    put(home, "sensor.kettle", "500", device_class="power", unit_of_measurement="W")

    power: dict[str, SlotValue] = {"device_class": "power"}
    assert await ask(home, engine, "HassGetState", power | {"ask": "total"}) == (
        "2 kW altogether.",
        2.0,
    )
    assert await ask(home, engine, "HassGetState", power | {"ask": "highest"}) == (
        "Oven, with 1.5 kW.",
        "Oven",
    )


@pytest.mark.usefixtures("assistant")
@pytest.mark.parametrize(
    ("slots", "answer"),
    [
        ({"attribute": "volume"}, "Sonos is 30 %."),
        ({"attribute": "artist"}, "Abba."),
        ({"attribute": "target_temperature"}, "Radiator is 20.5 °C. Towel rail is 24 °C."),
        ({"attribute": "target_temperature", "ask": "lowest"}, "Radiator is 20.5 °C."),
        ({"attribute": "battery", "name": "rosie"}, "Rosie is 80 %."),
        ({"attribute": "position", "name": "blind"}, "Blind is 40 %."),
        ({"attribute": "brightness", "name": "spot"}, "Spot is off."),
        ({"attribute": "color", "name": "strip"}, "Strip is purple."),
        ({"attribute": "artist", "name": "spot"}, "Spot does not tell that."),
    ],
)
async def test_how_something_is_set(
    home: HomeAssistant, engine: ScriptedEngine, slots: dict[str, SlotValue], answer: str
) -> None:
    put(home, "media_player.sonos", "playing", volume_level=0.3, media_artist="Abba")
    put(home, "media_player.telly", "off")
    put(home, "climate.radiator", "heat", temperature=20.5, current_temperature=19)
    put(home, "climate.towel_rail", "heat", temperature=24)
    put(home, "vacuum.rosie", "docked", battery_level=80)
    put(home, "cover.blind", "open", current_position=40)
    put(home, "light.spot", "off" if slots["attribute"] == "brightness" else "on")
    put(home, "light.strip", "on", rgb_color=[130, 0, 140])

    assert (await ask(home, engine, "HassGetState", slots))[0] == answer


@pytest.mark.usefixtures("assistant")
async def test_without_a_recorder_the_past_is_unknown(
    home: HomeAssistant, engine: ScriptedEngine
) -> None:
    put(home, "switch.dryer", "on")

    answer, _ = await ask(home, engine, HISTORY, {"name": "dryer", "state": "on", "ask": "when"})

    assert "recorder" in answer


@pytest.mark.usefixtures("assistant")
@pytest.mark.parametrize(
    ("slots", "answer"),
    [
        ({"ask": "set"}, "The sun sets tomorrow at 6:06 PM."),
        ({"ask": "rise"}, "The sun rises tomorrow at 7:24 AM."),
        ({"ask": "rise", "during": "friday"}, "The sun rises on Friday at 7:26 AM."),
        ({"condition": "dark"}, "Yes, the sun is down."),
        ({"condition": "light"}, "No, the sun is down."),
    ],
)
async def test_the_sun(
    home: HomeAssistant, engine: ScriptedEngine, slots: dict[str, SlotValue], answer: str
) -> None:
    assert (await ask(home, engine, "LlmosGetSun", slots))[0] == answer


@pytest.mark.usefixtures("assistant")
@pytest.mark.parametrize(
    ("slots", "answer"),
    [
        ({}, "It is Wednesday, 14 October 2026."),
        ({"during": "friday"}, "It is Friday, 16 October 2026."),
        ({"during": "the 25 th"}, "It is Sunday, 25 October 2026."),
        ({"during": "christmas"}, "It is Friday, 25 December 2026."),
    ],
)
async def test_the_date(
    home: HomeAssistant, engine: ScriptedEngine, slots: dict[str, SlotValue], answer: str
) -> None:
    assert (await ask(home, engine, "HassGetCurrentDate", slots))[0] == answer

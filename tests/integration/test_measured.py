"""What is measured in a home: compared, against limits, made against used, by sensors of other words."""

from __future__ import annotations

from typing import Any

import pytest
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import area_registry as ar
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers import floor_registry as fr

from custom_components.llmos_assistant.const import DOMAIN
from custom_components.llmos_assistant.engine.protocol import SlotValue

from .scripted_engine import ScriptedEngine
from .test_questions import THERMOMETER, ask, evening, put

__all__ = ["evening"]

pytestmark = pytest.mark.usefixtures("assistant")

STATE, SUN = "HassGetState", "LlmosGetSun"
type Slots = dict[str, SlotValue]


@pytest.mark.parametrize(
    ("text", "slots", "answer"),
    [
        ("is it cooler outside than in the loft",
         {"area": "outside", "ask": "lower", "than": "loft"}, "Yes: Outside 9 °C, Loft 15 °C."),
        ("how many degrees warmer is the nursery than the loft",
         {"area": "nursery", "ask": "higher", "than": "loft"},
         "7.5 °C: Nursery 22.5 °C, Loft 15 °C."),
    ],
)  # fmt: skip
async def test_comparing(
    home: HomeAssistant, engine: ScriptedEngine, text: str, slots: Slots, answer: str
) -> None:
    """A yard that is called "outside" may have no thermometer: the weather service has."""
    put(home, "sensor.nursery", "22.5", "Nursery", **THERMOMETER)
    put(home, "sensor.loft", "15", "Loft", **THERMOMETER)
    put(home, "light.yard", "off", "Outside")
    put(home, "weather.town", "sunny", temperature=9, temperature_unit="°C")

    words, _ = await ask(home, engine, STATE, {"device_class": "temperature", **slots}, text)
    assert words == answer


@pytest.mark.parametrize(
    ("text", "slots", "answer", "value"),
    [
        ("is it warmer upstairs or downstairs",
         {"floor": "upstairs", "ask": "higher", "than": "downstairs"},
         "Downstairs: Upstairs 18.8 °C, Downstairs 21 °C.", "Downstairs"),
        ("is it warmer upstairs than downstairs",
         {"floor": "upstairs", "ask": "higher", "than": "downstairs"},
         "No: Upstairs 18.8 °C, Downstairs 21 °C.", False),
        ("is the nursery warmer than twenty two degrees", {"area": "nursery", "above": 22},
         "Yes, Nursery is 22.5 °C.", True),
        ("is the nursery colder than twenty degrees", {"area": "nursery", "below": 20},
         "No, Nursery is 22.5 °C.", False),
        ("which rooms are warmer than twenty two", {"above": 22}, "Nursery (22.5 °C)",
         ["Nursery"]),
        ("which room's the hottest", {"ask": "highest"}, "Nursery, with 22.5 °C.", "Nursery"),
    ],
)  # fmt: skip
async def test_comparing_floors_and_limits(
    home: HomeAssistant, engine: ScriptedEngine, text: str, slots: Slots, answer: str, value: Any
) -> None:
    """Floors are called as they were spoken of; a geyser is no room."""
    floors = fr.async_get(home)
    rooms = {"Nursery": "22.5", "Loft": "15", "Kitchen": "20", "Lounge": "22"}
    for name, level in (("Second floor", 2), ("First floor", 1)):
        floors.async_create(name, level=level)
    for room, degrees in rooms.items():
        put(home, f"sensor.{room.lower()}", degrees, room, **THERMOMETER)
        area = ar.async_get(home).async_get_area_by_name(room)
        assert area is not None
        floor = "second_floor" if room in ("Nursery", "Loft") else "first_floor"
        ar.async_get(home).async_update(area.id, floor_id=floor)
    put(home, "sensor.geyser_temperature", "58", "Loft", **THERMOMETER)

    asked = await ask(home, engine, STATE, {"device_class": "temperature", **slots}, text)
    assert asked == (answer, value)


@pytest.mark.parametrize(
    ("text", "ask_for", "answer"),
    [
        ("are we making more solar than we're using", "higher",
         "No: Solar power 310 W, House load 2000 W."),
        ("are we using more than the panels make", "higher",
         "Yes: House load 2000 W, Solar power 310 W."),
    ],
)  # fmt: skip
async def test_what_is_made_against_what_is_used(
    home: HomeAssistant, engine: ScriptedEngine, text: str, ask_for: str, answer: str
) -> None:
    power = {"device_class": "power", "unit_of_measurement": "W"}
    for name, watts in (("solar_power", "310"), ("house_load", "2000"), ("oven", "1500")):
        put(home, f"sensor.{name}", watts, **power)

    slots: Slots = {"device_class": "power", "ask": ask_for}
    assert (await ask(home, engine, STATE, slots, text))[0] == answer


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("how much solar are we getting", 310.0),
        ("how much power are we using", 2000.0),
        ("how much are the panels making", 310.0),
    ],
)
async def test_what_comes_from_the_sun_is_not_what_is_used(
    home: HomeAssistant, engine: ScriptedEngine, text: str, value: float
) -> None:
    power = {"device_class": "power", "unit_of_measurement": "W"}
    put(home, "sensor.solar_power", "310", **power)
    put(home, "sensor.load", "2000", **power)

    slots: Slots = {"device_class": "power", "ask": "total"}
    assert (await ask(home, engine, STATE, slots, text))[1] == value


@pytest.mark.parametrize(
    ("text", "steps", "answer"),
    [
        ("how much are the panels making now", {"name": "panels"}, "310 W altogether."),
        ("how much life's left in the purifier filter", {"name": "purifier filter"},
         "Core 300S filter life is 18 %."),
        ("how much life's left in the filter of the purifier", {"name": "filter of the purifier"},
         "Core 300S filter life is 18 %."),
        ("how much life's left in the fridge filter", {"name": "fridge filter"},
         "Sorry, I am not aware of any device called fridge filter"),
        ("how much did we take from the grid today", None, "Grid usage today is 3.2 kWh."),
        ("how much solar did we make today", None, "Solar today is 24.6 kWh."),
    ],
)  # fmt: skip
async def test_sensors_by_other_words(
    home: HomeAssistant, engine: ScriptedEngine, text: str, steps: Slots | None, answer: str
) -> None:
    """What they are part of, what they count; also where the question was taken for talk."""
    energy = {"device_class": "energy", "unit_of_measurement": "kWh"}
    power = {"device_class": "power", "unit_of_measurement": "W"}
    put(home, "sensor.solar_today", "24.6", **energy)
    put(home, "sensor.grid_usage_today", "3.2", **energy)
    put(home, "sensor.solar_power", "310", **power)
    put(home, "sensor.load", "2000", **power)
    put(home, "fan.purifier", "on", "Nursery", friendly_name="Levoit Core 300S")
    er.async_get(home).async_update_entity(
        "fan.purifier", aliases=[er.COMPUTED_NAME, "air purifier"]
    )
    put(home, "sensor.core_filter", "18", "Nursery", friendly_name="Core 300S filter life",
        unit_of_measurement="%")  # fmt: skip

    if steps is None:
        engine.plan(text)
        words = await asked_as_talk(home, text)
    else:
        words, _ = await ask(home, engine, STATE, steps, text)
    assert words == answer


async def asked_as_talk(home: HomeAssistant, text: str) -> str:
    """What is answered to what the engine takes for talk."""
    response = await home.services.async_call(
        DOMAIN, "ask", {"question": text}, blocking=True, return_response=True
    )
    assert response is not None
    return str(response["answer"])


@pytest.mark.parametrize(
    "text", ["how much did we take from the grid yesterday", "how much rain did we get today"]
)
async def test_what_no_sensor_counts_stays_talk(
    home: HomeAssistant, engine: ScriptedEngine, text: str
) -> None:
    energy = {"device_class": "energy", "unit_of_measurement": "kWh"}
    put(home, "sensor.grid_usage_today", "3.2", **energy)
    put(home, "sensor.solar_today", "24.6", **energy)
    engine.plan(text)

    with pytest.raises(ServiceValidationError):
        await asked_as_talk(home, text)

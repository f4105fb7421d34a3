"""Questions about how things are: whether, which, how many, all; people, thermostats, players."""

from __future__ import annotations

from typing import Any

import pytest
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers import entity_registry as er
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
)

from custom_components.llmos_assistant.engine.protocol import SlotValue

from .scripted_engine import ScriptedEngine
from .test_questions import THERMOMETER, ask, evening, put

__all__ = ["evening"]

pytestmark = pytest.mark.usefixtures("assistant")

STATE, SUN, WEATHER = "HassGetState", "LlmosGetSun", "HassGetWeather"
# Of the shed, since the home has windows of its own.
WINDOW: dict[str, SlotValue] = {"device_class": "window", "state": "open", "area": "shed"}


@pytest.mark.parametrize(
    ("text", "is_open", "answer", "value"),
    [
        ("is any window open", (True, False), "Yes: Loft.", True),
        ("is any window open", (False, False), "No.", False),
        ("are all windows open", (True, True), "Yes.", True),
        ("are all windows open", (True, False), "No, not Attic.", False),
        ("which windows are open", (True, True), "Loft and Attic", ["Loft", "Attic"]),
        ("which windows are open", (False, False), "None", []),
        ("how many windows are open", (True, False), "1: Loft.", 1.0),
        ("how many windows are open", (False, False), "None", 0.0),
    ],
)
async def test_whether_which_and_how_many(
    home: HomeAssistant,
    engine: ScriptedEngine,
    text: str,
    is_open: tuple[bool, bool],
    answer: str,
    value: Any,
) -> None:
    for name, is_so in zip(("loft", "attic"), is_open, strict=True):
        put(home, f"binary_sensor.{name}", "on" if is_so else "off", "Shed", device_class="window")

    assert await ask(home, engine, STATE, WINDOW, text) == (answer, value)


async def test_many_are_counted_and_not_all_listed(
    home: HomeAssistant, engine: ScriptedEngine
) -> None:
    for number in range(8):
        put(home, f"binary_sensor.window_{number}", "on", "Shed", device_class="window")

    answer, value = await ask(home, engine, STATE, WINDOW, "which windows are open")

    assert answer.endswith("Window 4, Window 5 and 2 more")
    assert len(value) == 8


@pytest.mark.parametrize(
    ("text", "slots", "answer", "value"),
    [
        ("where is ada", {"name": "ada"}, "Ada is at home.", "home"),
        ("where is bob", {"name": "bob"}, "Bob is away.", "not_home"),
        ("where is cy", {"name": "cy"}, "Cy is at Office.", "Office"),
        ("is bob at home", {"name": "bob", "state": "home"}, "No, Bob is away.", False),
        ("how is the stove", {"name": "stove"},
         "Stove is heat. It is set to 20 °C. It is 18 °C there now.", "heat"),
        ("how much is in the tank", {"name": "tank", "attribute": "humidity"}, "Tank is 340 L.", 340.0),
        ("what's on the radio", {"name": "radio"}, "Waterloo by Abba is playing on Radio.",
         ["Waterloo by Abba is playing on Radio."]),
        ("what's on the telly", {"name": "telly"}, "HDMI 1 is playing on Telly.",
         ["HDMI 1 is playing on Telly."]),
        ("which lock is locked", {"domain": "lock", "state": "locked", "area": "shed"},
         "Gate is locked.", ["Gate"]),
        ("which lock is unlocked", {"domain": "lock", "state": "unlocked", "area": "shed"},
         "No, Gate is locked.", []),
    ],
)  # fmt: skip
async def test_how_one_thing_is(
    home: HomeAssistant,
    engine: ScriptedEngine,
    text: str,
    slots: dict[str, SlotValue],
    answer: str,
    value: Any,
) -> None:
    put(home, "person.ada", "home")
    put(home, "person.bob", "not_home")
    put(home, "person.cy", "Office")
    put(home, "climate.stove", "heat", temperature=20, current_temperature=18)
    put(home, "sensor.tank", "340", unit_of_measurement="L")
    put(home, "media_player.radio", "playing", media_title="Waterloo", media_artist="Abba")
    put(home, "media_player.telly", "playing", source="HDMI 1")
    put(home, "lock.gate", "locked", "Shed")

    assert await ask(home, engine, STATE, slots, text) == (answer, value)


@pytest.mark.parametrize(
    ("slots", "answer", "value"),
    [
        ({"attribute": "brightness", "name": "spot"}, "Spot is 50 %.", 50),
        ({"attribute": "color", "name": "spot"}, "Spot is 3000 K.", 3000),
        ({"attribute": "color", "name": "candle"}, "Candle does not tell that.", None),
        ({"attribute": "target_temperature", "name": "stove"}, "Stove is 18 – 22 °C.", 18),
        ({"attribute": "position", "name": "hatch"}, "Hatch is closed.", "closed"),
        ({"attribute": "speed", "name": "breeze"}, "Breeze is 40 %.", 40),
        ({"attribute": "humidity", "name": "mist"}, "Mist is 55 %.", 55),
        ({"attribute": "mode", "name": "mist"}, "Mist is sleep.", "sleep"),
        ({"attribute": "mode", "name": "stove"}, "Stove is heat.", "heat"),
        ({"attribute": "battery", "name": "remote"}, "Remote is 40 %.", 40.0),
        ({"attribute": "battery", "name": "hatch"}, "Hatch is 70 %.", 70.0),
        ({"attribute": "battery", "name": "doorbell"}, "Doorbell is 15 %.", 15.0),
        ({"attribute": "battery", "name": "candle"}, "Candle does not tell that.", None),
        ({"attribute": "weight", "name": "candle"}, "Candle does not tell that.", None),
    ],
)  # fmt: skip
async def test_how_one_thing_is_set(
    home: HomeAssistant,
    engine: ScriptedEngine,
    slots: dict[str, SlotValue],
    answer: str,
    value: Any,
) -> None:
    """By itself, by a sensor of its device, or by one that carries its name."""
    battery = {"device_class": "battery", "unit_of_measurement": "%"}
    put(home, "light.spot", "on", brightness=128, color_temp_kelvin=3000)
    put(home, "light.candle", "on")
    put(home, "climate.stove", "heat", target_temp_low=18, target_temp_high=22, preset_mode="none")
    put(home, "cover.hatch", "closed")
    put(home, "fan.breeze", "on", percentage=40)
    put(home, "humidifier.mist", "on", current_humidity=55, mode="sleep")
    put(home, "sensor.remote", "40", **battery)
    put(home, "sensor.hatch_battery", "70", **battery)
    put(home, "camera.doorbell", "idle", "Porch")
    put(home, "sensor.bell_power", "15", "Porch", **battery)
    _same_device(home, "camera.doorbell", "sensor.bell_power")

    assert await ask(home, engine, STATE, slots) == (answer, value)


def _same_device(hass: HomeAssistant, *entity_ids: str) -> None:
    """Make these parts of one device."""
    entry = MockConfigEntry()
    entry.add_to_hass(hass)
    device = dr.async_get(hass).async_get_or_create(
        config_entry_id=entry.entry_id, identifiers={("test", "bell")}
    )
    for entity_id in entity_ids:
        er.async_get(hass).async_update_entity(entity_id, device_id=device.id)


@pytest.mark.parametrize(
    ("slots", "answer", "value"),
    [
        ({"device_class": "power", "ask": "total"}, "900 W altogether.", 900.0),
        ({"device_class": "power", "ask": "highest"}, "Oven, with 700 W.", "Oven"),
        ({"device_class": "humidity", "area": "outside"}, "Outside is 81 %.", 81.0),
        ({"device_class": "temperature", "area": "outside"}, "Outside is 9 °C.", 9.0),
        ({"device_class": "battery", "below": 20}, "Rosie (15 %)", ["Rosie"]),
        ({"device_class": "temperature", "ask": "highest"}, "Stove, with 18 °C.", "Stove"),
        ({"device_class": "pressure", "ask": "highest"}, "Nothing here measures that.", None),
        ({"device_class": "temperature", "ask": "higher", "name": "stove", "than": "probe"},
         "Nothing here measures that.", None),
    ],
)  # fmt: skip
async def test_what_is_measured_where(
    home: HomeAssistant,
    engine: ScriptedEngine,
    slots: dict[str, SlotValue],
    answer: str,
    value: Any,
) -> None:
    """The meter of the whole home is the total, and no thing that uses most."""
    power = {"device_class": "power", "unit_of_measurement": "W"}
    put(home, "sensor.mains", "900", **power)
    put(home, "sensor.oven", "700", **power)
    put(home, "sensor.barometer", "unknown", device_class="pressure")
    put(home, "sensor.probe", "unavailable", **THERMOMETER)
    put(home, "climate.stove", "heat", current_temperature=18)
    put(home, "vacuum.rosie", "docked", battery_level=15)
    put(home, "weather.sky", "cloudy", temperature=9, temperature_unit="°C", humidity=81)

    assert await ask(home, engine, STATE, slots) == (answer, value)


async def test_the_date(home: HomeAssistant, engine: ScriptedEngine) -> None:
    asked = await ask(home, engine, "HassGetCurrentDate", {}, "what day is it")

    assert asked == ("It is Wednesday, 14 October 2026.", "2026-10-14")


async def test_a_day_without_a_sunset(home: HomeAssistant, engine: ScriptedEngine) -> None:
    """At Svalbard in June."""
    home.config.latitude, home.config.longitude = 78.2, 15.6

    asked = await ask(home, engine, SUN, {"ask": "set", "during": "june 21"})

    assert asked == ("Not on that day.", None)


async def test_a_day_far_off_is_told_with_its_year(
    home: HomeAssistant, engine: ScriptedEngine
) -> None:
    answer, _ = await ask(home, engine, SUN, {"ask": "rise", "during": "june 21"})

    assert answer.startswith("The sun rises on Monday 21 June 2027 at ")

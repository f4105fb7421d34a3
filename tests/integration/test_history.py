"""Questions about the past, from a real recorder."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from freezegun.api import FrozenDateTimeFactory
from homeassistant.components.recorder.models import (
    StatisticData,
    StatisticMeanType,
    StatisticMetaData,
)
from homeassistant.components.recorder.statistics import async_import_statistics
from homeassistant.core import Context, Event, HomeAssistant, callback
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
from pytest_homeassistant_custom_component.components.recorder.common import (
    async_wait_recording_done,
)

from custom_components.llmos_assistant.engine.protocol import SlotValue

from .scripted_engine import ScriptedEngine
from .test_questions import HISTORY, THERMOMETER, ask, evening, put

__all__ = ["evening"]

METER = {"device_class": "energy", "unit_of_measurement": "kWh"}


@pytest.fixture(autouse=True)
def _custom_integrations(recorder_mock: Any, enable_custom_integrations: None) -> None:
    """Let Home Assistant load the integration; a recorder comes before Home Assistant."""


@pytest.fixture
async def past(home: HomeAssistant, freezer: FrozenDateTimeFactory) -> HomeAssistant:
    """A home with a past: a door, a dryer and a thermometer since yesterday."""
    assert await async_setup_component(home, "logbook", {})
    now = dt_util.utcnow()
    script = [
        (30, "binary_sensor.back_door", "off"),
        (30, "sensor.porch", "12"),
        (26, "sensor.porch", "8"),
        (10, "binary_sensor.back_door", "on"),
        (9, "binary_sensor.back_door", "off"),
        (8, "sensor.meter", "10"),
        (8, "sensor.daily_meter", "1"),
        (6, "sensor.meter", "14"),
        (5, "sensor.meter", "0"),
        (4, "sensor.meter", "2"),
        (4, "sensor.daily_meter", "2"),
        (4, "sensor.porch", "14"),
        (4, "binary_sensor.hatch", "on"),
        (4, "climate.stove", "cool"),
        (3, "switch.dryer", "off"),
        (2, "switch.dryer", "on"),
        (2, "binary_sensor.hatch", "off"),
        (1.5, "binary_sensor.back_door", "on"),
        (1, "binary_sensor.back_door", "off"),
    ]
    attributes = {
        "binary_sensor.back_door": {"device_class": "door"},
        "sensor.porch": THERMOMETER,
        "switch.dryer": {},
        "binary_sensor.hatch": {"device_class": "motion"},
        "climate.stove": {},
        "sensor.meter": METER,
        "sensor.daily_meter": METER,
    }
    for hours, entity_id, state in script:
        freezer.move_to(now - timedelta(hours=hours))
        put(home, entity_id, state, **attributes[entity_id])
        await home.async_block_till_done()
    freezer.move_to(now)
    await async_wait_recording_done(home)
    return home


@pytest.mark.parametrize(
    ("slots", "answer", "value"),
    [
        ({"name": "back door", "state": "open", "ask": "when"},
         "Back door was last opened today at 6:00 PM.", "2026-10-14T18:00:00+01:00"),
        ({"name": "back door", "state": "open", "ask": "how_often", "during": "today"},
         "2 times, last today at 6:00 PM.", 2.0),
        ({"name": "back door", "state": "open", "ask": "how_often", "during": "yesterday"},
         "Not once.", 0.0),
        ({"name": "back door", "state": "open", "ask": "whether", "during": "this morning"},
         "Yes, today at 9:30 AM.", True),
        ({"name": "back door", "state": "open", "ask": "whether", "during": "last night"},
         "No, not then.", False),
        ({"name": "back door", "state": "open", "ask": "how_long", "during": "today"},
         "1 hour 30 minutes.", 5400.0),
        ({"name": "dryer", "state": "on", "ask": "how_long"},
         "For 2 hours, since today at 5:30 PM.", 7200.0),
        ({"name": "back door", "state": "open", "ask": "how_long"},
         "Not now. The last time, today at 6:00 PM, it was 30 minutes.", 1800.0),
        ({"name": "porch", "ask": "lowest", "during": "yesterday"},
         "8 °C, yesterday at 5:30 PM.", 8.0),
        ({"name": "porch", "during": "noon"}, "It was 8 °C.", 8.0),
        ({"name": "porch", "during": "today"}, "Between 8 and 14 °C.", None),
        ({"name": "dryer", "state": "off", "ask": "why"},
         "Dryer changed today at 4:30 PM, but nothing in Home Assistant did that: it happened at the device, "
         "or Home Assistant does not remember.", None),
        ({"name": "dryer", "state": "on", "ask": "how_long", "during": "blue"},
         "I do not know when blue is.", None),
        ({"name": "hatch", "state": "on", "ask": "when"}, "Hatch was last active today at 3:30 PM.",
         "2026-10-14T15:30:00+01:00"),
        ({"name": "hatch", "state": "off", "ask": "when"}, "Hatch has been quiet since today at 5:30 PM.",
         "2026-10-14T17:30:00+01:00"),
        ({"name": "hatch", "state": "on", "ask": "how_often", "during": "today"},
         "Once, today at 3:30 PM.", 1.0),
        ({"name": "hatch", "state": "on", "ask": "how_long", "during": "yesterday"},
         "Not at all then.", 0.0),
        ({"name": "dryer", "state": "locked", "ask": "when"},
         "Not as far back as Home Assistant remembers.", None),
        ({"name": "dryer", "state": "locked", "ask": "how_long"},
         "Not as far back as Home Assistant remembers.", None),
        ({"name": "dryer", "state": "locked", "ask": "why"},
         "Not as far back as Home Assistant remembers.", None),
        ({"name": "stove", "state": "cool", "ask": "when"}, "Stove last changed today at 3:30 PM.",
         "2026-10-14T15:30:00+01:00"),
        # what was measured: on average, altogether, by a meter that begins anew
        ({"name": "porch", "ask": "average", "during": "yesterday"}, "9.5 °C on average.", None),
        ({"name": "meter", "ask": "total", "during": "today"}, "6 kWh altogether.", 6.0),
        ({"name": "daily meter", "ask": "total", "during": "today"}, "2 kWh altogether.", 2.0),
        ({"name": "porch"}, "Between 8 and 14 °C.", None),
        ({"name": "dryer", "during": "today"}, "Not as far back as Home Assistant remembers.", None),
    ],
)  # fmt: skip
async def test_the_past(
    past: HomeAssistant,
    engine: ScriptedEngine,
    assistant: Any,
    slots: dict[str, SlotValue],
    answer: str,
    value: Any,
) -> None:
    asked = await ask(past, engine, HISTORY, slots)

    assert asked[0] == answer
    if value is not None:
        assert asked[1] == value


@pytest.mark.parametrize(
    ("text", "slots", "answer"),
    [
        ("how cold did it get yesterday",
         {"device_class": "temperature", "ask": "lowest", "during": "yesterday"},
         "8 °C, yesterday at 5:30 PM."),
        ("how warm did the boiler get today",
         {"device_class": "temperature", "ask": "highest", "area": "boiler", "during": "today"},
         "70 °C, today at 12:00 AM."),
        ("what's the warmest it got in here today",
         {"device_class": "temperature", "ask": "highest", "during": "today"},
         "21 °C, today at 6:30 PM."),
        ("how much electric have we used today",
         {"device_class": "energy", "ask": "total", "during": "today"}, "8 kWh altogether."),
        ("how much gas have we used today",
         {"device_class": "energy", "ask": "total", "during": "today"}, "3 kWh altogether."),
        ("when did heather go out", {"name": "heather", "state": "not_home", "ask": "when"},
         "Heather left today at 5:30 PM."),
        ("when did rosie last run", {"name": "rosie", "state": "mowing", "ask": "when"},
         "Rosie was last active today at 5:30 PM."),
        ("what time did the geyser go off", {"name": "geyser", "state": "on", "ask": "when"},
         "Geyser was last turned off today at 6:30 PM."),
        ("when did the hatch go off", {"name": "hatch", "state": "on", "ask": "when"},
         "Hatch was last active today at 3:30 PM."),
        ("when did load shedding start",
         {"name": "load shedding", "state": "cleaning", "ask": "when"},
         "Load shedding stage was last active today at 5:30 PM."),
        ("how long was the dehumidifier on", {"name": "dehumidifier", "state": "on", "ask": "how_long"},
         "For 2 hours, since today at 5:30 PM."),
        ("what was playing in the study",
         {"domain": "media_player", "state": "playing", "area": "study"},
         "Baby Beluga by Raffi was playing on Mini."),
        ("what was playing in the study at 6",
         {"domain": "media_player", "state": "playing", "area": "study", "during": "at 6 pm"},
         "Jungle was playing on Mini."),
        ("was anything playing in the study today",
         {"domain": "media_player", "state": "playing", "area": "study", "during": "today"},
         "Yes, today at 5:30 PM."),
        ("when were the hens let out", {"name": "hens", "state": "not_home", "ask": "when"},
         "Hen door was last opened today at 6:30 PM."),
    ],
)  # fmt: skip
async def test_the_past_that_is_meant(
    past: HomeAssistant,
    engine: ScriptedEngine,
    assistant: Any,
    freezer: FrozenDateTimeFactory,
    text: str,
    slots: dict[str, SlotValue],
    answer: str,
) -> None:
    """The weather's where no room is named; people who went somewhere; one source of energy."""
    now = dt_util.utcnow()
    energy = {"device_class": "energy", "unit_of_measurement": "kWh"}
    mini = {"friendly_name": "Mini"}
    script = [
        (40, "sensor.boiler_temperature", "70", THERMOMETER),
        (40, "sensor.electric_today", "0", energy),
        (40, "sensor.gas_today", "0", energy),
        (40, "person.heather", "home", {}),
        (40, "cover.hen_door", "closed", {"device_class": "door"}),
        (40, "automation.hens_out", "on", {}),
        (40, "vacuum.rosie", "docked", {}),
        (40, "sensor.load_shedding_stage", "0", {}),
        (40, "script.load_shedding_mode", "off", {}),
        (40, "humidifier.nursery", "off", {}),
        (40, "switch.cellar_dehumidifier", "off", {}),
        (3, "switch.geyser", "on", {}),
        (2, "vacuum.rosie", "cleaning", {}),
        (2, "sensor.load_shedding_stage", "2", {}),
        (2, "switch.cellar_dehumidifier", "on", {}),
        (2, "media_player.mini_study", "playing", {**mini, "media_title": "Jungle"}),
        (2, "person.heather", "not_home", {}),
        (1.5, "person.heather", "Bowling club", {}),
        (1, "sensor.electric_today", "8", energy),
        (1, "sensor.gas_today", "3", energy),
        (1, "sensor.lounge", "21", THERMOMETER),
        (1, "cover.hen_door", "open", {"device_class": "door"}),
        (1, "switch.geyser", "off", {}),
        (1, "vacuum.rosie", "docked", {}),
        (1, "sensor.load_shedding_stage", "4", {}),
        (
            1,
            "media_player.mini_study",
            "playing",
            {**mini, "media_title": "Baby Beluga", "media_artist": "Raffi"},
        ),
        (
            0.5,
            "media_player.mini_study",
            "paused",
            {**mini, "media_title": "Baby Beluga", "media_artist": "Raffi"},
        ),
    ]
    for hours, entity_id, state, attributes in script:
        freezer.move_to(now - timedelta(hours=hours))
        room = next((r for r in ("Lounge", "Study") if r.lower() in entity_id), "")
        put(past, entity_id, state, room, **attributes)
        await past.async_block_till_done()
    freezer.move_to(now)
    await async_wait_recording_done(past)

    assert (await ask(past, engine, HISTORY, slots, text))[0] == answer


async def test_the_past_of_the_weather_service(
    past: HomeAssistant, engine: ScriptedEngine, assistant: Any, freezer: FrozenDateTimeFactory
) -> None:
    """Where no thermometer is outside, its attribute tells."""
    past.states.async_remove("sensor.porch")
    now = dt_util.utcnow()
    for hours, temperature in ((30, 9), (12, -1), (3, 5)):
        freezer.move_to(now - timedelta(hours=hours))
        put(past, "weather.town", "sunny", temperature=temperature, temperature_unit="°C")
        await past.async_block_till_done()
    freezer.move_to(now)
    await async_wait_recording_done(past)

    slots: dict[str, SlotValue] = {
        "device_class": "temperature",
        "ask": "lowest",
        "during": "this morning",
    }
    asked = await ask(past, engine, HISTORY, slots, "how cold did it get this morning")
    assert asked == ("-1 °C, today at 7:30 AM.", -1.0)


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("what's the warmest the porch got today", "14 °C, today at 3:30 PM."),
        ("which is the warmest today", "Porch, with 14 °C."),
    ],
)
async def test_how_it_got_is_no_matter_of_now(
    past: HomeAssistant, engine: ScriptedEngine, assistant: Any, text: str, answer: str
) -> None:
    slots: dict[str, SlotValue] = {
        "device_class": "temperature",
        "ask": "highest",
        "during": "today",
    }
    assert (await ask(past, engine, "HassGetState", slots, text))[0] == answer


async def test_which_automation_did_it(
    past: HomeAssistant, freezer: FrozenDateTimeFactory, engine: ScriptedEngine, assistant: Any
) -> None:
    """A real automation, as the logbook tells of it."""
    automation = {
        "alias": "Laundry night",
        "triggers": {"trigger": "event", "event_type": "night"},
        "actions": {"event": "dry"},
    }
    assert await async_setup_component(past, "automation", {"automation": [automation]})

    @callback
    def dry(event: Event) -> None:
        freezer.tick(timedelta(milliseconds=100))  # after the automation was triggered
        past.states.async_set("switch.dryer", "off", {}, context=event.context)

    past.bus.async_listen("dry", dry)
    past.bus.async_fire("night")
    await past.async_block_till_done()
    await async_wait_recording_done(past)

    slots: dict[str, SlotValue] = {"name": "dryer", "state": "off", "ask": "why"}
    assert await ask(past, engine, HISTORY, slots) == (
        "The automation Laundry night did that today at 7:30 PM.",
        "Laundry night",
    )


async def test_which_script_did_it(
    past: HomeAssistant, freezer: FrozenDateTimeFactory, engine: ScriptedEngine, assistant: Any
) -> None:
    """As its state tells, where the event of its start is not recorded."""
    context = Context()
    past.states.async_set("script.dry", "on", {"friendly_name": "Dry all"}, context=context)
    freezer.tick(timedelta(milliseconds=100))
    past.states.async_set("switch.dryer", "off", {}, context=context)
    await async_wait_recording_done(past)

    slots: dict[str, SlotValue] = {"name": "dryer", "state": "off", "ask": "why"}
    assert await ask(past, engine, HISTORY, slots) == (
        "The script Dry all did that today at 7:30 PM.",
        "Dry all",
    )


async def test_who_did_it_without_a_person(
    past: HomeAssistant, engine: ScriptedEngine, assistant: Any, hass_admin_user: Any
) -> None:
    """A user whom no person stands for, by the user's name."""
    past.states.async_set("switch.dryer", "off", {}, context=Context(user_id=hass_admin_user.id))
    await async_wait_recording_done(past)

    slots: dict[str, SlotValue] = {"name": "dryer", "state": "off", "ask": "who"}
    asked = await ask(past, engine, HISTORY, slots)
    assert asked == (f"{hass_admin_user.name} did that today at 7:30 PM.", hass_admin_user.name)


async def test_who_did_it(
    past: HomeAssistant, engine: ScriptedEngine, assistant: Any, hass_admin_user: Any
) -> None:
    """A person by the user that acted."""
    put(past, "person.ada", "home", user_id=hass_admin_user.id, friendly_name="Ada")
    past.states.async_set("switch.dryer", "off", {}, context=Context(user_id=hass_admin_user.id))
    await async_wait_recording_done(past)

    slots: dict[str, SlotValue] = {"name": "dryer", "state": "off", "ask": "who"}
    assert await ask(past, engine, HISTORY, slots) == ("Ada did that today at 7:30 PM.", "Ada")


@pytest.fixture
async def long_past(past: HomeAssistant) -> HomeAssistant:
    """What is left of last month: the lows, means and highs of hours, and a meter's sums."""
    home = past
    put(home, "sensor.meter", "130", device_class="energy", unit_of_measurement="kWh")
    rows: dict[str, list[StatisticData]] = {"sensor.porch": [], "sensor.meter": []}
    begin = dt_util.start_of_local_day(date(2026, 9, 1))
    for number in range(60):  # two hours of each day
        start, swing = begin + timedelta(hours=12 * number), number % 24 / 2
        warmth: StatisticData = {
            "start": start,
            "min": 5 + swing,
            "mean": 6 + swing,
            "max": 7 + swing,
        }
        rows["sensor.porch"].append(warmth)
        rows["sensor.meter"].append({"start": start, "state": 10 + number / 10, "sum": number / 10})
    for entity_id, unit, unit_class, mean in (
        ("sensor.porch", "°C", "temperature", StatisticMeanType.ARITHMETIC),
        ("sensor.meter", "kWh", "energy", StatisticMeanType.NONE),
    ):
        metadata: StatisticMetaData = {
            "source": "recorder",
            "statistic_id": entity_id,
            "name": None,
            "unit_of_measurement": unit,
            "unit_class": unit_class,
            "mean_type": mean,
            "has_sum": mean is StatisticMeanType.NONE,
        }
        async_import_statistics(home, metadata, rows[entity_id])
    await async_wait_recording_done(home)
    return home


@pytest.mark.parametrize(
    ("slots", "answer", "value"),
    [
        ({"name": "porch", "during": "last month"}, "Between 5 and 18.5 °C.", 11.15),
        ({"name": "porch", "during": "last month", "ask": "average"}, "11.2 °C on average.", 11.15),
        ({"name": "porch", "during": "last month", "ask": "highest"},
         "18.5 °C, on Saturday 12 September at 12:00 PM.", 18.5),
        ({"name": "porch", "during": "last month", "ask": "lowest"},
         "5 °C, on Tuesday 1 September at 12:00 AM.", 5.0),
        ({"name": "meter", "during": "last month", "ask": "total"}, "5.9 kWh altogether.", 5.9),
        ({"name": "porch", "during": "yesterday", "ask": "lowest"}, "8 °C, yesterday at 5:30 PM.", 8.0),
        ({"name": "porch", "during": "september 2 at noon"}, "Between 6.5 and 8.5 °C.", 7.5),
        ({"name": "porch", "during": "last month", "ask": "total"},
         "Not as far back as Home Assistant remembers.", None),
        ({"name": "meter", "during": "last month"}, "Not as far back as Home Assistant remembers.", None),
        ({"name": "dryer", "during": "last month"}, "Not as far back as Home Assistant remembers.", None),
    ],
)  # fmt: skip
async def test_what_was_before_the_recorder_begins(
    long_past: HomeAssistant,
    engine: ScriptedEngine,
    assistant: Any,
    slots: dict[str, SlotValue],
    answer: str,
    value: Any,
) -> None:
    """From long-term statistics, for states are purged after ten days."""
    told, found = await ask(long_past, engine, HISTORY, slots)

    assert told == answer
    assert found == (pytest.approx(value) if value is not None else None)

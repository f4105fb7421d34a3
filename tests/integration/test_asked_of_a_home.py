"""Questions in whose words only this home knows what is meant: rooms, batteries, lists, people, timers."""

from __future__ import annotations

from typing import Any

import pytest
from freezegun.api import FrozenDateTimeFactory
from homeassistant.components.homeassistant.exposed_entities import async_expose_entity
from homeassistant.components.intent.const import TIMER_DATA
from homeassistant.components.intent.timers import TimerEventType, TimerInfo, TimerManager
from homeassistant.components.todo import TodoItem, TodoItemStatus, TodoListEntity
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers import entity_registry as er
from homeassistant.setup import async_setup_component
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    setup_test_component_platform,
)

from custom_components.llmos_assistant.engine.protocol import SlotValue

from .scripted_engine import ScriptedEngine
from .test_questions import ask, evening, put

__all__ = ["evening"]

pytestmark = pytest.mark.usefixtures("assistant")

STATE, SUN = "HassGetState", "LlmosGetSun"
type Slots = dict[str, SlotValue]


class Items(TodoListEntity):
    """A list of given items."""

    def __init__(self, name: str, *items: str, done: tuple[str, ...] = ()) -> None:
        self._attr_name = name
        self._attr_todo_items = [
            *(TodoItem(item, item, TodoItemStatus.NEEDS_ACTION) for item in items),
            *(TodoItem(item, item, TodoItemStatus.COMPLETED) for item in done),
        ]


@pytest.fixture
async def lists(home: HomeAssistant) -> None:
    """Groceries and chores."""
    groceries = Items("Aldi", "trim milk", "eggs", done=("butter", "bread"))
    chores = Items("Chores", "Tyler mow the lawn", "Bo feed the dog")
    setup_test_component_platform(home, "todo", [groceries, chores])
    assert await async_setup_component(home, "todo", {"todo": [{"platform": "test"}]})
    await home.async_block_till_done()
    for entity_id in ("todo.aldi", "todo.chores"):
        async_expose_entity(home, "conversation", entity_id, True)


@pytest.mark.usefixtures("lists")
@pytest.mark.parametrize(
    ("text", "slots", "answer", "value"),
    [
        ("is milk on the aldi list", {"item": "milk", "name": "aldi"},
         "Yes, trim milk is on Aldi.", True),
        ("is butter on the list", {"item": "butter"}, "No, butter is ticked off on Aldi.", False),
        ("did we already get butter", {"item": "butter"}, "Yes, butter is ticked off on Aldi.",
         True),
        ("did somebody get the eggs", {"item": "the eggs"}, "No, eggs is still on Aldi.", False),
        ("did i put eggs on the list", {"item": "eggs"}, "Yes, eggs is on Aldi.", True),
        ("have we got eggs on there", {"item": "eggs"}, "Yes, eggs is on Aldi.", True),
        ("has dad got to get eggs", {"item": "eggs"}, "Yes, eggs is on Aldi.", True),
        ("did we get flour", {"item": "flour"}, "No, flour is not on Aldi / Chores.", False),
        ("what chores does tyler have", {"name": "tyler"}, "On Chores (1): Tyler mow the lawn.",
         ["Tyler mow the lawn"]),
        ("what does zoe have to do", {"name": "zoe"}, "No, zoe is not on Aldi / Chores.", False),
        ("what's on aldi", {"name": "aldi"}, "On Aldi (2): trim milk, eggs.",
         ["trim milk", "eggs"]),
    ],
)  # fmt: skip
async def test_lists(
    home: HomeAssistant, engine: ScriptedEngine, text: str, slots: Slots, answer: str, value: Any
) -> None:
    asked = await ask(home, engine, STATE, {"domain": "todo", **slots}, text)

    assert asked == (answer, value)


@pytest.mark.parametrize(
    ("text", "slots", "answer"),
    [
        ("is ada at work", {"name": "ada", "state": "work"}, "Yes, Ada is at Work."),
        ("is ada at the bowling club", {"name": "ada", "state": "bowling club"},
         "No, Ada is at Work."),
        ("is ada out", {"name": "ada", "state": "not_home"}, "Yes, Ada is at Work."),
        ("who all's home", {"domain": "person", "state": "home"}, "Bo and Cy"),
        ("are y'all home", {"domain": "person", "state": "home"}, "Yes: Bo and Cy."),
        ("is everyone all home", {"domain": "person", "state": "home"}, "No, not Ada."),
    ],
)  # fmt: skip
async def test_people(
    home: HomeAssistant, engine: ScriptedEngine, text: str, slots: Slots, answer: str
) -> None:
    put(home, "person.ada", "Work")
    put(home, "person.bo", "home")
    put(home, "person.cy", "home")

    assert (await ask(home, engine, STATE, slots, text))[0] == answer


@pytest.mark.parametrize(
    ("entity_id", "state", "attributes", "value"),
    [
        ("fan.dyson", "on", {"percentage": 30}, "30 %"),
        ("light.dyson", "on", {"brightness": 128}, "50 %"),
        ("cover.dyson", "open", {"current_position": 40}, "40 %"),
        ("climate.dyson", "heat", {"temperature": 21}, "21 °C"),
        ("humidifier.dyson", "on", {"humidity": 45, "current_humidity": 60}, "45 %"),
        ("water_heater.dyson", "eco", {"temperature": 58}, "58 °C"),
        ("media_player.dyson", "on", {"volume_level": 0.2}, "20 %"),
        ("number.dyson", "7", {"unit_of_measurement": "min"}, "7 min"),
    ],
)
async def test_what_a_thing_is_set_to_is_its_own_number(
    home: HomeAssistant,
    engine: ScriptedEngine,
    entity_id: str,
    state: str,
    attributes: dict[str, Any],
    value: str,
) -> None:
    put(home, entity_id, state, **attributes)

    slots: Slots = {"name": "dyson", "attribute": "target_temperature"}
    assert (await ask(home, engine, STATE, slots))[0] == f"Dyson is {value}."


async def test_what_is_on_in_many_ways_tells_its_number_too(
    home: HomeAssistant, engine: ScriptedEngine
) -> None:
    put(home, "water_heater.tank", "eco", temperature=58)

    words, _ = await ask(home, engine, STATE, {"name": "tank"}, "what have i got the tank on")
    assert words == "Tank is eco. It is set to 58 °C."


@pytest.fixture
def batteries(home: HomeAssistant) -> None:
    """A lock that is called Yale, too, and a sensor of its battery; a leak sensor's."""
    put(home, "lock.entrance", "locked", "Hall")
    er.async_get(home).async_update_entity("lock.entrance", aliases=[er.COMPUTED_NAME, "Yale"])
    battery = {"device_class": "battery", "unit_of_measurement": "%"}
    put(home, "sensor.yale_battery", "20", **battery)
    put(home, "sensor.leak_battery", "55", **battery)


@pytest.mark.usefixtures("batteries")
@pytest.mark.parametrize(
    ("slots", "answer", "value"),
    [
        ({"name": "yale", "attribute": "battery"}, "Entrance is 20 %.", 20.0),
        ({"name": "yale", "device_class": "battery", "domain": "binary_sensor", "state": "on"},
         "Yes, Entrance is 20 %.", True),
        ({"name": "leak", "device_class": "battery", "domain": "binary_sensor", "state": "on"},
         "No, Leak battery is 55 %.", False),
        ({"device_class": "battery", "below": 20}, "Yale battery (20 %)", ["Yale battery"]),
    ],
)  # fmt: skip
async def test_batteries(
    home: HomeAssistant, engine: ScriptedEngine, slots: Slots, answer: str, value: Any
) -> None:
    """Low is one thing everywhere: a fifth is left, or less."""
    assert await ask(home, engine, STATE, slots) == (answer, value)


async def test_windows_are_contacts_and_covers(home: HomeAssistant, engine: ScriptedEngine) -> None:
    put(home, "binary_sensor.bath_window", "on", device_class="window")
    put(home, "cover.roof_vent", "open", device_class="window")
    slots: Slots = {"device_class": "window", "domain": "cover", "state": "open"}

    words, _ = await ask(home, engine, STATE, slots, "what windows are open")
    assert words == "Bath window, Hall Window, Living Room Window and Roof vent"


async def test_blinds_are_shades_too_and_told_apart_by_rooms(
    home: HomeAssistant, engine: ScriptedEngine
) -> None:
    for room, state in (("Nursery", "open"), ("Loft", "closed")):
        put(home, f"cover.{room.lower()}", state, room, device_class="blind",
            friendly_name="Blackout blind")  # fmt: skip
    put(home, "cover.left", "open", "Lounge", device_class="shade")
    put(home, "cover.curtain", "open", "Lounge", device_class="curtain")
    slots: Slots = {"device_class": "blind", "domain": "cover", "state": "open"}

    words, _ = await ask(home, engine, STATE, slots, "which blinds are open")
    assert "Blackout blind (Nursery)" in words
    assert "Left" in words
    assert "Loft" not in words
    assert "Curtain" not in words


@pytest.mark.parametrize(
    ("text", "slots", "answer"),
    [
        ("is the washer still going", {"name": "washer", "state": "on"},
         "Yes, Washer status is Rinsing."),
        ("has the washer leaked", {"name": "washer", "state": "on"},
         "No, Washer leak sensor is off."),
        ("is the porch light on", {"name": "porch light", "state": "on"},
         "No, Front porch light is off."),
        ("the sprinklers aren't running are they", {"name": "sprinklers", "state": "on"},
         "No, Front lawn is closed."),
    ],
)  # fmt: skip
async def test_the_thing_itself_is_asked(
    home: HomeAssistant, engine: ScriptedEngine, text: str, slots: Slots, answer: str
) -> None:
    """Neither an automation that is called after it nor what watches it."""
    put(home, "sensor.washer_status", "Rinsing")
    put(home, "sensor.washer_time_left", "23", unit_of_measurement="min")
    put(home, "binary_sensor.washer_leak_sensor", "off", device_class="moisture")
    put(home, "light.front_porch_light", "off")
    put(home, "automation.porch_light_at_sunset", "on")
    put(home, "automation.morning_sprinklers", "on")
    put(home, "valve.front_lawn", "closed", device_class="water")

    assert (await ask(home, engine, STATE, slots, text))[0] == answer


@pytest.fixture
def players(home: HomeAssistant) -> None:
    """Music in Dev's room and in the kitchen, none outside; a TV that is on."""
    song = {"device_class": "speaker", "media_artist": "Pulp"}
    put(home, "media_player.boom", "playing", "Dev's room", media_title="Jungle", **song)
    put(home, "media_player.radio", "playing", "Kitchen", media_title="Common People", **song)
    put(home, "media_player.roam", "paused", "Patio", media_title="Neon Moon", **song)
    put(home, "media_player.tv", "on", "Lounge", device_class="tv")
    tv = {"device_class": "tv"}
    put(home, "media_player.telly", "playing", "Snug", media_title="Bluey", **tv)
    put(
        home, "media_player.gran", "on", "Annexe", source="Antenna", friendly_name="Gran's TV", **tv
    )
    put(home, "scene.otis_bedtime", "unknown", "Dev's room")
    put(home, "light.gran_lamp", "on", "Annexe")
    put(home, "person.dev", "home", friendly_name="Dev")


@pytest.mark.usefixtures("players")
@pytest.mark.parametrize(
    ("text", "slots", "answer"),
    [
        ("what's dev listening to", {"name": "dev"}, "Jungle by Pulp is playing on Boom."),
        ("where is dev", {"name": "dev"}, "Dev is at home."),
        ("is anything playing outside", {"domain": "media_player", "state": "playing"},
         "No, Roam is paused."),
        ("how many tvs are on", {"domain": "media_player", "state": "on"}, "3: Tv, Telly and Gran's TV."),
        ("what's otis watching", {"name": "otis", "state": "on"}, "Bluey is playing on Telly."),
        ("what's gran watching", {"name": "gran"}, "Antenna is playing on Gran's TV."),
        ("what's gran's tv on", {"name": "gran's tv", "state": "playing"},
         "Antenna is playing on Gran's TV."),
        ("who's singing this", {"attribute": "artist", "name": "boom"}, "Pulp."),
    ],
)  # fmt: skip
async def test_what_plays(
    home: HomeAssistant, engine: ScriptedEngine, text: str, slots: Slots, answer: str
) -> None:
    assert (await ask(home, engine, STATE, slots, text))[0] == answer


@pytest.mark.parametrize("text", ["what's open", "what's still open"])
async def test_what_is_open_is_asked_of_the_whole_home(
    home: HomeAssistant, engine: ScriptedEngine, text: str
) -> None:
    """Doors and windows first; no valve is meant, and nothing that is shut."""
    put(home, "cover.curtains", "open", "Loft", device_class="curtain")
    put(home, "cover.big_garage", "open", "Garage", device_class="garage")
    put(home, "cover.gate", "closed", "Drive", device_class="gate")
    put(home, "valve.main", "open", "Cellar", device_class="water")
    put(home, "binary_sensor.bath_window", "on", "Bath", device_class="window")

    words, value = await ask(home, engine, STATE, {"state": "open"}, text)
    assert isinstance(value, list)
    assert {"Bath window", "Big garage", "Curtains"} <= set(value)
    assert value.index("Big garage") < value.index("Curtains")
    assert "Main" not in words
    assert "Gate" not in value


async def test_the_colour_of_what_is_somebodys(home: HomeAssistant, engine: ScriptedEngine) -> None:
    put(home, "person.dev", "home")
    put(home, "light.dev_leds", "on", "Loft", rgb_color=[0, 255, 0])

    slots: Slots = {"attribute": "color", "name": "Dev's"}
    words, _ = await ask(home, engine, STATE, slots, "what colour are Dev's LEDs")
    assert words == "Dev leds is green."


async def test_nothing_can_play_where_there_is_no_player(
    home: HomeAssistant, engine: ScriptedEngine
) -> None:
    put(home, "media_player.radio", "playing", "Kitchen", media_title="Common People")
    slots: Slots = {"domain": "media_player", "state": "playing"}

    words, _ = await ask(home, engine, STATE, slots, "is anything playing outside")
    assert "Common People" not in words


@pytest.mark.parametrize(
    ("condition", "during", "answer", "value"),
    [
        ("light", "at 6 30 tomorrow morning", "No, the sun rises tomorrow at 7:24 AM.", False),
        ("dark", "at 6 30 tomorrow morning", "Yes, the sun rises tomorrow at 7:24 AM.", True),
        ("light", "at 5 tomorrow afternoon", "Yes, the sun sets tomorrow at 6:06 PM.", True),
    ],
)
async def test_light_at_a_time(
    home: HomeAssistant,
    engine: ScriptedEngine,
    condition: str,
    during: str,
    answer: str,
    value: bool,
) -> None:
    slots: Slots = {"condition": condition, "during": during}
    assert await ask(home, engine, SUN, slots) == (answer, value)


async def test_all_timers_are_told(
    home: HomeAssistant, engine: ScriptedEngine, freezer: FrozenDateTimeFactory
) -> None:
    assert await async_setup_component(home, "intent", {})
    manager: TimerManager = home.data[TIMER_DATA]
    entry = MockConfigEntry()
    entry.add_to_hass(home)
    device = dr.async_get(home).async_get_or_create(
        config_entry_id=entry.entry_id, identifiers={("test", "satellite")}
    )

    def ignore(event: TimerEventType, timer: TimerInfo) -> None:
        """The satellite rings."""

    manager.register_handler(device.id, ignore)
    slots: Slots = {}
    assert (await ask(home, engine, "HassTimerStatus", slots))[0] == "No timers."
    manager.start_timer(device.id, 0, 50, 0, "en", name="roast")
    manager.start_timer(device.id, 0, 20, 0, "en")

    words, _ = await ask(home, engine, "HassTimerStatus", slots, "what timers are going")
    assert words == "Timer of 20 minutes: 20 minutes left. Roast: 50 minutes left."

"""What is said when something was done: Home Assistant's own words, for each way to ask for it."""

from __future__ import annotations

import pytest
from homeassistant.core import HomeAssistant
from homeassistant.helpers import area_registry as ar
from homeassistant.helpers import floor_registry as fr
from homeassistant.setup import async_setup_component

from custom_components.llmos_assistant.engine.protocol import SlotValue, Step

from .scripted_engine import ScriptedEngine
from .test_conversation import converse, speech
from .test_questions import put

pytestmark = pytest.mark.usefixtures("assistant")

ON, OFF = "HassTurnOn", "HassTurnOff"


@pytest.mark.parametrize(
    ("text", "intent", "slots", "said"),
    [
        ("kitchen lights on", ON, {"domain": "light", "area": "kitchen"}, "Turned on the lights"),
        (
            "lights on downstairs",
            ON,
            {"domain": "light", "floor": "downstairs"},
            "Turned on the lights",
        ),
        ("all lights off", OFF, {"domain": "light", "area": "all"}, "Turned off all of the lights"),
        (
            "open the garage door",
            ON,
            {"domain": "cover", "device_class": "garage"},
            "Opening the garage",
        ),
        ("bed light red", "HassLightSet", {"name": "bed light", "color": "red"}, "Color set"),
        (
            "bed light at half",
            "HassLightSet",
            {"name": "bed light", "brightness": 50},
            "Brightness set",
        ),
        ("hello", "HassRespond", {}, "Hello from Home Assistant."),
        (
            "cancel the kitchen timers",
            "HassCancelAllTimers",
            {"area": "kitchen"},
            "No timers were canceled in Kitchen.",
        ),
    ],
)
async def test_what_was_done(
    home: HomeAssistant,
    engine: ScriptedEngine,
    text: str,
    intent: str,
    slots: dict[str, SlotValue],
    said: str,
) -> None:
    floor = fr.async_get(home).async_create("Downstairs", level=0)
    areas = ar.async_get(home)
    areas.async_update(areas.async_get_area_by_name("Kitchen").id, floor_id=floor.floor_id)
    engine.plan(text, Step(intent, slots))

    assert speech(await converse(home, text)) == said


async def test_how_warm_a_thermostat_is(home: HomeAssistant, engine: ScriptedEngine) -> None:
    """Home Assistant's handler answers, and the value is there for automations."""
    assert await async_setup_component(home, "climate", {})
    put(home, "climate.stove", "heat", current_temperature=18, temperature=20)
    engine.plan("how warm is the stove", Step("HassClimateGetTemperature", {"name": "stove"}))

    told = await home.services.async_call(
        "llmos_assistant",
        "ask",
        {"question": "how warm is the stove"},
        blocking=True,
        return_response=True,
    )

    assert (told["answer"], told["value"]) == ("18 degrees", 18.0)


@pytest.mark.parametrize("is_command", [True, False])
async def test_a_command_for_later_must_be_one(
    home: HomeAssistant, engine: ScriptedEngine, is_command: bool
) -> None:
    """ "In ten minutes we leave" sets no timer."""
    slots: dict[str, SlotValue] = {"minutes": 10, "conversation_command": "the rest"}
    engine.plan("in ten minutes the rest", Step("HassStartTimer", slots))
    if is_command:
        engine.plan("the rest", Step(OFF, {"name": "bed light"}))

    result = await converse(home, "in ten minutes the rest")

    assert (result.response.error_code is None) is is_command

"""The integration's own intents: modes, values, robots that are paused, several rooms for one."""

from __future__ import annotations

import pytest
from homeassistant.core import HomeAssistant
from homeassistant.helpers import intent
from homeassistant.setup import async_setup_component
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_mock_service

from custom_components.llmos_assistant.const import DOMAIN
from custom_components.llmos_assistant.intent import (
    INTENT_CLEAN_AREAS,
    INTENT_PAUSE,
    INTENT_SET_MODE,
    INTENT_SET_VALUE,
)

pytestmark = pytest.mark.usefixtures("assistant")


async def handle(
    hass: HomeAssistant, intent_type: str, **slots: str | float
) -> intent.IntentResponse:
    """Carry out an intent."""
    return await intent.async_handle(
        hass, DOMAIN, intent_type, {name: {"value": value} for name, value in slots.items()}
    )


@pytest.fixture
async def mood(home: HomeAssistant) -> None:
    """Two modes that can be chosen between."""
    options = {"name": "Mood", "options": ["Calm", "Party"]}
    assert await async_setup_component(home, "input_select", {"input_select": {"mood": options}})


@pytest.mark.usefixtures("mood")
async def test_a_mode_is_set_and_told(home: HomeAssistant) -> None:
    response = await handle(home, INTENT_SET_MODE, name="mood", attribute="option", option="Party")

    assert home.states.get("input_select.mood").state == "Party"
    assert [state.entity_id for state in response.matched_states] == ["input_select.mood"]
    assert [(target.name, target.id) for target in response.success_results] == [
        ("Mood", "input_select.mood")
    ]


@pytest.mark.usefixtures("mood")
async def test_a_mode_that_there_is_none_of_is_an_error_with_the_reason(
    home: HomeAssistant,
) -> None:
    with pytest.raises(intent.IntentHandleError, match="Wild"):
        await handle(home, INTENT_SET_MODE, name="mood", attribute="option", option="Wild")

    assert home.states.get("input_select.mood").state == "Calm"


@pytest.mark.usefixtures("mood")
async def test_what_is_not_there_is_not_matched(home: HomeAssistant) -> None:
    with pytest.raises(intent.MatchFailedError) as told:
        await handle(home, INTENT_SET_MODE, name="weather", attribute="option", option="Party")

    assert told.value.result.no_match_reason is intent.MatchFailedReason.NAME


async def test_an_alarm_is_armed(home: HomeAssistant) -> None:
    alarm = {
        "platform": "manual",
        "name": "Alarm",
        "arming_time": 0,
        "code_arm_required": False,
    }
    assert await async_setup_component(
        home, "alarm_control_panel", {"alarm_control_panel": [alarm]}
    )
    await home.async_block_till_done()

    await handle(home, INTENT_SET_MODE, name="alarm", attribute="mode", option="home")

    assert home.states.get("alarm_control_panel.alarm").state == "armed_home"


async def test_a_number_is_set(home: HomeAssistant) -> None:
    number = {"boiler": {"name": "Boiler", "min": 10, "max": 70}}
    assert await async_setup_component(home, "input_number", {"input_number": number})

    await handle(home, INTENT_SET_VALUE, name="boiler", temperature="45.5")

    assert float(home.states.get("input_number.boiler").state) == 45.5


async def test_a_water_heater_is_set(home: HomeAssistant) -> None:
    calls = async_mock_service(home, "water_heater", "set_temperature")
    home.states.async_set("water_heater.tank", "eco", {"friendly_name": "Tank"})

    await handle(home, INTENT_SET_VALUE, name="tank", temperature=50)

    assert [call.data for call in calls] == [{"entity_id": "water_heater.tank", "temperature": 50}]


async def test_a_vacuum_is_sent_to_several_areas_in_the_order_said(
    home: HomeAssistant, assistant: MockConfigEntry
) -> None:
    calls = async_mock_service(home, "vacuum", "clean_area")
    home.states.async_set("vacuum.robby", "docked", {"friendly_name": "Robby"})

    await handle(home, INTENT_CLEAN_AREAS, name="robby", areas="kitchen,bedroom")

    assert [call.data for call in calls] == [
        {"entity_id": "vacuum.robby", "cleaning_area_id": ["kitchen", "bedroom"]}
    ]


@pytest.mark.parametrize("robot", ["lawn_mower.robby", "vacuum.robby"])
async def test_a_robot_is_paused(home: HomeAssistant, robot: str) -> None:
    calls = async_mock_service(home, robot.partition(".")[0], "pause")
    home.states.async_set(robot, "cleaning", {"friendly_name": "Robby"})

    await handle(home, INTENT_PAUSE, name="robby")

    assert [call.data for call in calls] == [{"entity_id": robot}]


@pytest.mark.parametrize(("option", "oscillating"), [("oscillating", True), ("still", False)])
async def test_a_fan_is_turned(home: HomeAssistant, option: str, oscillating: bool) -> None:
    calls = async_mock_service(home, "fan", "oscillate")
    home.states.async_set("fan.dyson", "on", {"friendly_name": "Dyson", "oscillating": False})

    await handle(home, INTENT_SET_MODE, name="dyson", attribute="oscillating", option=option)

    assert [call.data for call in calls] == [{"entity_id": "fan.dyson", "oscillating": oscillating}]

"""What Home Assistant tells of things is what changes, modes and conditions start from."""

from __future__ import annotations

from typing import Any

import pytest
from homeassistant.components.alarm_control_panel import AlarmControlPanelEntityFeature
from homeassistant.core import HomeAssistant

from custom_components.llmos_assistant.const import DOMAIN
from custom_components.llmos_assistant.engine.protocol import SlotValue, Step

from .scripted_engine import ScriptedEngine
from .test_questions import put

pytestmark = pytest.mark.usefixtures("assistant")


async def understood(
    hass: HomeAssistant, engine: ScriptedEngine, intent: str, slots: dict[str, SlotValue]
) -> dict[str, Any]:
    """What a step comes to, with a lamp that hangs on it if it is a condition."""
    steps = [Step(intent, slots)]
    if intent == "LlmosIf":
        steps.append(Step("HassTurnOn", {"name": "bed light"}))
    engine.plan("x", *steps)
    response = await hass.services.async_call(
        DOMAIN, "understand", {"text": "x"}, blocking=True, return_response=True
    )
    assert response is not None
    return response


@pytest.mark.parametrize(
    ("entity_id", "state", "attributes", "intent", "slot", "value"),
    [
        ("light.spot", "on", {"brightness": 128, "supported_color_modes": ["color_temp"]},
         "HassLightSet", "brightness", 70),
        ("light.spot", "on", {"color_temp_kelvin": 3000, "supported_color_modes": ["color_temp"]},
         "HassLightSet", "temperature", 3800),
        ("fan.breeze", "on", {"percentage": 40}, "HassFanSetSpeed", "percentage", 60),
        ("cover.roller", "open", {"current_position": 40}, "HassSetPosition", "position", 60),
        ("climate.stove", "heat", {"temperature": 20}, "HassClimateSetTemperature", "temperature", 21),
        ("humidifier.mist", "on", {"humidity": 45}, "HassHumidifierSetpoint", "humidity", 65),
    ],
)  # fmt: skip
async def test_up_from_what_is_set(
    home: HomeAssistant,
    engine: ScriptedEngine,
    entity_id: str,
    state: str,
    attributes: dict[str, Any],
    intent: str,
    slot: str,
    value: float,
) -> None:
    put(home, entity_id, state, **attributes)

    asked: dict[str, SlotValue] = {"name": entity_id.partition(".")[2], slot: "up"}
    (step,) = (await understood(home, engine, intent, asked))["steps"]

    assert step["slots"][slot] == value


@pytest.mark.parametrize(
    ("entity_id", "state", "attributes", "condition", "is_met"),
    [
        ("sensor.rain_gauge", "3.5", {}, {"name": "rain gauge", "above": 3}, True),
        ("climate.stove", "heat", {"current_temperature": 18}, {"name": "stove", "below": 18}, False),
        ("climate.stove", "off", {"current_temperature": 17}, {"name": "stove", "below": 18}, True),
        ("weather.sky", "cloudy", {"temperature": 50, "temperature_unit": "°F"}, {"condition": "cold"}, True),
        ("weather.sky", "cloudy", {"temperature": 60, "temperature_unit": "°F"}, {"condition": "cold"}, False),
        ("vacuum.rosie", "docked", {"battery_level": 80},
         {"device_class": "battery", "domain": "vacuum", "above": 50}, True),
    ],
)  # fmt: skip
async def test_conditions_on_what_is_told(
    home: HomeAssistant,
    engine: ScriptedEngine,
    entity_id: str,
    state: str,
    attributes: dict[str, Any],
    condition: dict[str, SlotValue],
    is_met: bool,
) -> None:
    """In the units that things tell, of their batteries, too."""
    put(home, entity_id, state, **attributes)

    told = await understood(home, engine, "LlmosIf", condition)

    assert "problem" not in told
    assert [step["intent"] for step in told["steps"]][1:] == ["HassTurnOn"] * is_met


async def test_what_tells_no_number_is_no_condition(
    home: HomeAssistant, engine: ScriptedEngine
) -> None:
    put(home, "sensor.rain_gauge", "unavailable")

    told = await understood(home, engine, "LlmosIf", {"name": "rain gauge", "above": 3})

    assert told["problem"]["kind"] == "no_level"


@pytest.mark.parametrize(
    ("entity_id", "attributes", "mode", "attribute", "option"),
    [
        ("climate.stove", {"hvac_modes": ["off", "heat", "cool"]}, "cooling", "hvac_mode", "cool"),
        ("media_player.telly", {"source_list": ["HDMI 1", "HDMI 2"]}, "hdmi two", "source", "HDMI 2"),
        ("alarm_control_panel.alarm",
         {"code_arm_required": False, "supported_features": int(
             AlarmControlPanelEntityFeature.ARM_AWAY | AlarmControlPanelEntityFeature.ARM_NIGHT)},
         "night", "arm", "night"),
    ],
)  # fmt: skip
async def test_modes_that_things_have(
    home: HomeAssistant,
    engine: ScriptedEngine,
    entity_id: str,
    attributes: dict[str, Any],
    mode: str,
    attribute: str,
    option: str,
) -> None:
    put(home, entity_id, "on", **attributes)

    slots: dict[str, SlotValue] = {"name": entity_id.partition(".")[2], "mode": mode}
    (step,) = (await understood(home, engine, "LlmosSetMode", slots))["steps"]

    assert (step["slots"]["attribute"], step["slots"]["option"]) == (attribute, option)


@pytest.mark.parametrize(
    "attributes",
    [
        {"code_arm_required": True, "supported_features": int(AlarmControlPanelEntityFeature.ARM_AWAY)},
        {"code_arm_required": False, "supported_features": int(AlarmControlPanelEntityFeature.ARM_HOME)},
    ],
)  # fmt: skip
async def test_an_alarm_that_cannot_be_armed_so(
    home: HomeAssistant, engine: ScriptedEngine, attributes: dict[str, Any]
) -> None:
    """It wants a code, which is not said aloud, or knows no such mode."""
    put(home, "alarm_control_panel.alarm", "disarmed", **attributes)

    slots: dict[str, SlotValue] = {"name": "alarm", "mode": "away"}
    told = await understood(home, engine, "LlmosSetMode", slots)

    assert told["problem"]["kind"] == "no_mode"

"""What is said when Home Assistant cannot do what was understood."""

from __future__ import annotations

from typing import Any

import pytest
from homeassistant.components.climate import ClimateEntity, ClimateEntityFeature, HVACMode
from homeassistant.components.homeassistant.exposed_entities import async_expose_entity
from homeassistant.const import UnitOfTemperature
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
from pytest_homeassistant_custom_component.common import setup_test_component_platform

from custom_components.llmos_assistant.engine.protocol import SlotValue, Step

from .scripted_engine import ScriptedEngine
from .test_conversation import converse, speech
from .test_questions import put

pytestmark = pytest.mark.usefixtures("assistant")


class Stove(ClimateEntity):
    """A thermostat from 5 to 30 °C."""

    _attr_name = "Stove"
    _attr_hvac_mode = HVACMode.HEAT
    _attr_hvac_modes: list[HVACMode] = [HVACMode.HEAT]  # noqa: RUF012
    _attr_min_temp = 5
    _attr_max_temp = 30
    _attr_supported_features = ClimateEntityFeature.TARGET_TEMPERATURE
    _attr_temperature_unit = UnitOfTemperature.CELSIUS


async def said(
    hass: HomeAssistant, engine: ScriptedEngine, *steps: tuple[str, dict[str, SlotValue]]
) -> tuple[str, str | None]:
    """What comes of these steps, and the code of the error."""
    engine.plan("x", *(Step(intent, slots) for intent, slots in steps))
    result = await converse(hass, "x")
    return speech(result), result.response.error_code


@pytest.mark.parametrize(
    ("thing", "intent", "slots", "answer", "code"),
    [
        # nothing that plays, nothing that can pause
        (("media_player.radio", "idle", {"supported_features": 1}), "HassMediaPause", {"name": "radio"},
         "Sorry, no device is playing", "no_valid_targets"),
        (("media_player.radio", "playing", {}), "HassMediaPause", {"name": "radio"},
         "Sorry, no device supports the required features", "no_valid_targets"),
        # several, of which none is chosen
        (("media_player.radio", "idle", {"supported_features": 1 << 22 | 1 << 9}), "HassMediaSearchAndPlay",
         {"search_query": "abba", "area": "shed"}, "Sorry, more than one device matched your request",
         "no_valid_targets"),
        # no integration for it, no such value, refused
        (("vacuum.rosie", "docked", {}), "HassVacuumStart", {"name": "rosie"},
         "Nothing in this home can do that.", "no_valid_targets"),
        (("light.spot", "on", {}), "HassLightSet", {"name": "spot", "brightness": 900},
         "I cannot set that value.", "failed_to_handle"),
        (("", "", {}), "HassClimateSetTemperature", {"name": "stove", "temperature": 90},
         "Provided temperature 90.0 is not valid. Accepted range is 5 to 30", "failed_to_handle"),
    ],
)  # fmt: skip
async def test_why(
    home: HomeAssistant,
    engine: ScriptedEngine,
    thing: tuple[str, str, dict[str, Any]],
    intent: str,
    slots: dict[str, SlotValue],
    answer: str,
    code: str,
) -> None:
    for component in ("media_player", "intent"):
        assert await async_setup_component(home, component, {})
    setup_test_component_platform(home, "climate", [Stove()])
    assert await async_setup_component(home, "climate", {"climate": [{"platform": "test"}]})
    await home.async_block_till_done()
    async_expose_entity(home, "conversation", "climate.stove", True)
    entity_id, state, attributes = thing
    if state:
        put(home, entity_id, state, "Shed", **attributes)
        put(home, entity_id + "_2", state, "Shed", **attributes)

    told = await said(home, engine, (intent, slots))

    assert told == (answer, code)


async def test_none_of_several_can(home: HomeAssistant, engine: ScriptedEngine) -> None:
    """It is said once."""
    slots: dict[str, SlotValue] = {"domain": "light", "area": "all", "except": "bed light"}

    told = await said(home, engine, ("HassLightSet", slots | {"brightness": 900}))

    assert told == ("I cannot set that value.", "failed_to_handle")


async def test_what_follows_a_failure_is_left(home: HomeAssistant, engine: ScriptedEngine) -> None:
    """The answer tells what was not done any more."""
    await home.services.async_call("light", "turn_off", {"entity_id": "all"}, blocking=True)

    told, _ = await said(
        home,
        engine,
        ("HassLightSet", {"name": "kitchen lights", "brightness": 900}),
        ("HassTurnOn", {"name": "bed light"}),
    )

    assert told == "I cannot set that value. I did not do the rest."
    assert home.states.get("light.bed_light").state == "off"

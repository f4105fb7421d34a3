"""Names that were heard wrong, in a demo home: what is done, and what never is."""

from __future__ import annotations

import pytest
from homeassistant.core import HomeAssistant

from custom_components.llmos_assistant.engine.protocol import Step

from .scripted_engine import ScriptedEngine
from .test_conversation import converse, speech

pytestmark = pytest.mark.usefixtures("assistant")


async def test_a_name_that_was_heard_wrong_is_read_as_the_only_one_that_sounds_so(
    home: HomeAssistant, engine: ScriptedEngine
) -> None:
    await home.services.async_call("light", "turn_off", {"entity_id": "all"}, blocking=True)
    engine.plan("turn on the sealing lites", Step("HassTurnOn", {"name": "sealing lites"}))
    engine.plan("turn on the Ceiling Lights", Step("HassTurnOn", {"name": "Ceiling Lights"}))

    result = await converse(home, "turn on the sealing lites")

    assert home.states.get("light.ceiling_lights").state == "on"
    assert home.states.get("light.bed_light").state == "off"
    assert speech(result) == "Turned on the light"


async def test_what_makes_sense_is_asked_once(home: HomeAssistant, engine: ScriptedEngine) -> None:
    engine.plan("bed light on", Step("HassTurnOn", {"name": "bed light"}))
    await converse(home, "bed light on")
    assert engine.asked == ["bed light on"]


async def test_no_door_is_opened_for_a_name_that_was_heard_wrong(
    home: HomeAssistant, engine: ScriptedEngine
) -> None:
    engine.plan("open the garrage door", Step("HassTurnOn", {"name": "garrage dough"}))
    engine.plan("open the Garage Door", Step("HassTurnOn", {"name": "Garage Door"}))
    before = home.states.get("cover.garage_door").state

    result = await converse(home, "open the garrage door")

    assert "open the Garage Door" in engine.asked
    assert home.states.get("cover.garage_door").state == before
    assert result.response.error_code is not None

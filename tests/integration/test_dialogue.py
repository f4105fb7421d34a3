"""Conversations that go on: questions asked back, follow-ups, taking back, conditions, durations."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.helpers import intent
from pytest_homeassistant_custom_component.common import async_fire_time_changed

from custom_components.llmos_assistant.engine.protocol import Plan, SlotValue, Step
from custom_components.llmos_assistant.home import acting

from .scripted_engine import ScriptedEngine
from .test_conversation import converse, speech

pytestmark = pytest.mark.usefixtures("assistant")

LIGHTS = ("light.bed_light", "light.ceiling_lights", "light.kitchen_lights")


async def all_off(hass: HomeAssistant) -> None:
    """Start with all lights off."""
    await hass.services.async_call("light", "turn_off", {"entity_id": "all"}, blocking=True)


def states(hass: HomeAssistant) -> list[str]:
    """The states of the lights."""
    return [hass.states.get(entity_id).state for entity_id in LIGHTS]


async def test_asks_back_and_goes_on_with_the_answer(
    home: HomeAssistant, engine: ScriptedEngine
) -> None:
    """ "Where?" keeps the microphone open, and "in the kitchen" does what was asked for."""
    await all_off(home)
    engine.plan("lights on", Step("HassTurnOn", {"domain": "light"}))
    asked = await converse(home, "lights on")
    assert speech(asked).endswith("?")
    assert asked.continue_conversation
    assert states(home) == ["off", "off", "off"]

    engine.plan("in the kitchen", Step("LlmosMore", {"area": "kitchen"}))
    done = await converse(home, "in the kitchen", conversation_id=asked.conversation_id)
    assert not done.continue_conversation
    assert states(home) == ["off", "off", "on"]


async def test_asks_whether_a_name_that_sounds_alike_is_meant(
    home: HomeAssistant, engine: ScriptedEngine
) -> None:
    """Near enough to ask, too far to act: a "yes" does it, and no light has moved before."""
    await all_off(home)
    engine.plan("bad lit on", Step("HassTurnOn", {"name": "kitten lits"}))
    asked = await converse(home, "bad lit on")
    assert speech(asked) == "Do you mean Kitchen Lights?"
    assert asked.continue_conversation
    assert states(home) == ["off", "off", "off"]

    engine.plan("yes", Step("LlmosYes", {}))
    await converse(home, "yes", conversation_id=asked.conversation_id)
    assert states(home) == ["off", "off", "on"]


async def test_follow_ups(home: HomeAssistant, engine: ScriptedEngine) -> None:
    """The same for another room, and then "turn it off again"."""
    await all_off(home)
    engine.plan("kitchen lights on", Step("HassTurnOn", {"domain": "light", "area": "kitchen"}))
    engine.plan("and the bedroom", Step("LlmosMore", {"area": "bedroom"}))
    engine.plan("turn it off again", Step("HassTurnOff", {"target": "last"}))
    first = await converse(home, "kitchen lights on")
    await converse(home, "and the bedroom", conversation_id=first.conversation_id)
    assert states(home) == ["on", "off", "on"]
    await converse(home, "turn it off again", conversation_id=first.conversation_id)
    assert states(home) == ["off", "off", "on"]


async def test_corrections_are_taken_back_first(
    home: HomeAssistant, engine: ScriptedEngine
) -> None:
    """ "No, I meant the bed light" turns the other one off again."""
    await all_off(home)
    engine.plan("kitchen lights on", Step("HassTurnOn", {"domain": "light", "area": "kitchen"}))
    engine.plan("no the bed light", Step("LlmosCorrect", {"name": "bed light"}))
    first = await converse(home, "kitchen lights on")
    await converse(home, "no the bed light", conversation_id=first.conversation_id)
    assert states(home) == ["on", "off", "off"]


async def test_undo(home: HomeAssistant, engine: ScriptedEngine) -> None:
    """Everything is as it was; but what was locked stays locked."""
    await home.services.async_call(
        "lock", "unlock", {"entity_id": "lock.front_door"}, blocking=True
    )
    await all_off(home)
    engine.plan(
        "good night",
        Step("HassTurnOn", {"name": "bed light"}),
        Step("HassTurnOn", {"name": "front door", "domain": "lock"}),
    )
    engine.plan("undo that", Step("LlmosUndo"))
    first = await converse(home, "good night")
    assert home.states.get("lock.front_door").state == "locked"
    await converse(home, "undo that", conversation_id=first.conversation_id)
    assert states(home) == ["off", "off", "off"]
    assert home.states.get("lock.front_door").state == "locked"


async def test_another_conversation_remembers_nothing(
    home: HomeAssistant, engine: ScriptedEngine
) -> None:
    """ "And the bedroom" out of the blue is declined."""
    await all_off(home)
    engine.plan("kitchen lights on", Step("HassTurnOn", {"domain": "light", "area": "kitchen"}))
    engine.plan("and the bedroom", Step("LlmosMore", {"area": "bedroom"}))
    await converse(home, "kitchen lights on")
    result = await converse(home, "and the bedroom")
    assert result.response.error_code is not None
    assert states(home) == ["off", "off", "on"]


@pytest.mark.parametrize(("state", "after"), [("locked", "on"), ("unlocked", "off")])
async def test_conditions(
    home: HomeAssistant, engine: ScriptedEngine, state: str, after: str
) -> None:
    """What hangs on a condition is done if it is so now."""
    await all_off(home)
    engine.plan(
        "if the front door is locked turn on the bed light",
        Step("LlmosIf", {"name": "front door", "state": state}),
        Step("HassTurnOn", {"name": "bed light"}),
    )
    result = await converse(home, "if the front door is locked turn on the bed light")
    assert home.states.get("light.bed_light").state == after
    if after == "off":
        assert speech(result) == "That is not so now, so I left it."


async def test_exceptions(home: HomeAssistant, engine: ScriptedEngine) -> None:
    """All but one, said in one sentence."""
    await home.services.async_call("light", "turn_on", {"entity_id": "all"}, blocking=True)
    slots: dict[str, SlotValue] = {"domain": "light", "area": "all", "except": "bed light"}
    engine.plan("all off but the bed light", Step("HassTurnOff", slots))
    result = await converse(home, "all off but the bed light")
    assert states(home) == ["on", "off", "off"]
    assert speech(result).count(".") <= 1


async def test_for_a_while(
    home: HomeAssistant, engine: ScriptedEngine, freezer: FrozenDateTimeFactory
) -> None:
    """A timer ends what was asked for a while."""
    await all_off(home)
    slots: dict[str, SlotValue] = {"name": "bed light", "for_minutes": 20}
    engine.plan("bed light for twenty minutes", Step("HassTurnOn", slots))
    await converse(home, "bed light for twenty minutes")
    assert states(home)[0] == "on"
    freezer.tick(timedelta(minutes=20, seconds=1))
    async_fire_time_changed(home)
    await home.async_block_till_done(wait_background_tasks=True)
    assert states(home)[0] == "off"


async def test_takes_the_reading_that_makes_sense_here(
    home: HomeAssistant, engine: ScriptedEngine
) -> None:
    """Of what the model holds for possible, what this home has."""
    await all_off(home)
    first = Step("HassTurnOn", {"name": "bed light would you"})
    other = Plan((Step("HassTurnOn", {"name": "bed light"}),), 0.7)
    engine.plans["bed light would you"] = Plan((first,), 0.8, (other,))
    await converse(home, "bed light would you")
    assert states(home) == ["on", "off", "off"]


async def test_leaves_sure_talk_alone(home: HomeAssistant, engine: ScriptedEngine) -> None:
    """What the model is sure is talk is not acted on, whatever else it could be."""
    await all_off(home)
    other = Plan((Step("HassTurnOn", {"name": "bed light"}),), 0.9)
    engine.plans["i love my bed light"] = Plan((), 0.99, (other,))
    result = await converse(home, "i love my bed light")
    assert states(home) == ["off", "off", "off"]
    assert result.response.error_code is not None


async def test_tells_which_of_several_did_not_respond(
    home: HomeAssistant, engine: ScriptedEngine
) -> None:
    """One of the lights went away: the others are switched, and it is named."""
    await home.services.async_call("light", "turn_on", {"entity_id": "all"}, blocking=True)
    slots: dict[str, SlotValue] = {"domain": "light", "area": "all", "except": "bed light"}
    engine.plan("all off but the bed light", Step("HassTurnOff", slots))
    handle = acting._async_handle

    async def fail_in_the_kitchen(*arguments: Any) -> intent.IntentResponse:
        response = await handle(*arguments)
        if arguments[2].get("name") == "light.kitchen_lights":
            response.async_set_error(intent.IntentResponseErrorCode.FAILED_TO_HANDLE, "no")
        return response

    with patch.object(acting, "_async_handle", fail_in_the_kitchen):
        result = await converse(home, "all off but the bed light")
    assert "Did not respond: Kitchen Lights" in speech(result)

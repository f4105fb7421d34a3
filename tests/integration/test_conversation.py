"""Conversations in a demo home, with plans that the test chooses."""

from __future__ import annotations

from typing import Any

import pytest
from homeassistant.components import conversation
from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import area_registry as ar
from homeassistant.helpers import device_registry as dr
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.llmos_assistant.const import MAX_TEXT_LENGTH
from custom_components.llmos_assistant.engine.protocol import Step

from .scripted_engine import ScriptedEngine

AGENT = "conversation.llmos_assistant"

pytestmark = pytest.mark.usefixtures("assistant")


async def converse(
    hass: HomeAssistant, text: str, **kwargs: Any
) -> conversation.ConversationResult:
    """Say `text` to the agent."""
    kwargs = {"conversation_id": None, "language": "en", "agent_id": AGENT, **kwargs}
    result = await conversation.async_converse(hass, text, context=Context(), **kwargs)
    await hass.async_block_till_done()
    return result


def speech(result: conversation.ConversationResult) -> str:
    """What was said."""
    return str(result.response.speech["plain"]["speech"])


async def test_turns_on_a_named_light(home: HomeAssistant, engine: ScriptedEngine) -> None:
    await home.services.async_call("light", "turn_off", {"entity_id": "all"}, blocking=True)
    engine.plan("light up the bed", Step("HassTurnOn", {"name": "bed light"}))

    result = await converse(home, "light up the bed")

    assert home.states.get("light.bed_light").state == "on"
    assert home.states.get("light.kitchen_lights").state == "off"
    assert speech(result) == "Turned on the light"
    assert result.response.error_code is None
    assert [state.entity_id for state in result.response.matched_states] == ["light.bed_light"]


async def test_acts_in_order_and_answers_for_each_step(
    home: HomeAssistant, engine: ScriptedEngine
) -> None:
    engine.plan(
        "both",
        Step("HassTurnOff", {"area": "kitchen", "domain": "light"}),
        Step("HassTurnOn", {"name": "garage door"}),
    )

    result = await converse(home, "both")

    assert home.states.get("light.kitchen_lights").state == "off"
    assert home.states.get("light.ceiling_lights").state == "on"
    assert home.states.get("cover.garage_door").state in ("opening", "open")
    assert speech(result) == "Turned off the lights. Opening."


async def test_means_the_room_of_the_device_that_heard_it(
    home: HomeAssistant, engine: ScriptedEngine, assistant: MockConfigEntry
) -> None:
    kitchen = ar.async_get(home).async_get_area_by_name("Kitchen")
    microphone = dr.async_get(home).async_get_or_create(
        config_entry_id=assistant.entry_id, identifiers={("test", "microphone")}
    )
    dr.async_get(home).async_update_device(microphone.id, area_id=kitchen.id)
    engine.plan("lights off", Step("HassTurnOff", {"domain": "light"}))

    await converse(home, "lights off", device_id=microphone.id)

    assert home.states.get("light.kitchen_lights").state == "off"
    assert home.states.get("light.ceiling_lights").state == "on"


@pytest.mark.parametrize(
    ("text", "slots", "answer"),
    [
        ("is the front door locked", {"name": "front door", "state": "locked"},
         "Yes, Front Door is locked."),
        ("is the front door open", {"name": "front door", "state": "unlocked"},
         "No, Front Door is locked."),
        ("is any light on in the kitchen", {"area": "kitchen", "domain": "light", "state": "on"},
         "Yes, Kitchen Lights is on."),
        ("which lights are on in the kitchen",
         {"area": "kitchen", "domain": "light", "state": "on"}, "Kitchen Lights is on."),
        ("how many lights are on in the kitchen",
         {"area": "kitchen", "domain": "light", "state": "on"}, "1: Kitchen Lights."),
        ("are all the lights off in the kitchen",
         {"area": "kitchen", "domain": "light", "state": "off"}, "No, Kitchen Lights is on."),
    ],
)  # fmt: skip
async def test_answers_questions_in_words_that_fit(
    home: HomeAssistant, engine: ScriptedEngine, text: str, slots: dict[str, Any], answer: str
) -> None:
    engine.plan(text, Step("HassGetState", slots))

    assert speech(await converse(home, text)) == answer


async def test_declines_what_is_not_about_the_home(
    home: HomeAssistant, engine: ScriptedEngine
) -> None:
    before = home.states.async_all("light")

    result = await converse(home, "book me a flight")

    assert "I only know your home" in speech(result)
    assert result.response.error_code == "no_intent_match"
    assert home.states.async_all("light") == before


async def test_does_what_is_clear_and_tells_what_is_not(
    home: HomeAssistant, engine: ScriptedEngine
) -> None:
    engine.plan(
        "x",
        Step("HassTurnOff", {"name": "kitchen lights"}),
        Step("HassTurnOff", {"name": "flux capacitor"}),
    )

    result = await converse(home, "x")

    words = "Turned off the light. Sorry, I am not aware of any device called flux capacitor."
    assert speech(result) == words
    assert home.states.get("light.kitchen_lights").state == "off"


async def test_says_what_was_not_done_after_a_failure(
    home: HomeAssistant, engine: ScriptedEngine, caplog: pytest.LogCaptureFixture
) -> None:
    engine.plan(
        "x",
        Step("HassTurnOff", {"name": "kitchen lights"}),
        Step("HassStartTimer", {"minutes": 5}),
        Step("HassTurnOff", {"name": "ceiling lights"}),
    )

    result = await converse(home, "x")

    assert speech(result) == (
        "Turned off the light. Sorry, timers are not supported on this device. "
        "I did not do the rest."
    )
    assert home.states.get("light.kitchen_lights").state == "off"
    assert home.states.get("light.ceiling_lights").state == "on"
    assert "Traceback" not in caplog.text


async def test_says_so_if_nothing_here_handles_the_intent(
    home: HomeAssistant, engine: ScriptedEngine
) -> None:
    engine.plan("mow", Step("HassDance"))

    assert speech(await converse(home, "mow")) == "Nothing in this home can do that."


@pytest.mark.parametrize(
    ("text", "language", "answer"),
    [
        ("", "en", "I did not get any words."),
        ("   ", "en", "I did not get any words."),
        ("a" * 10_000, "en", f"Please use at most {MAX_TEXT_LENGTH} characters."),
    ],
    ids=["empty", "blank", "too long"],
)
async def test_bad_input_never_reaches_the_engine(
    home: HomeAssistant, engine: ScriptedEngine, text: str, language: str, answer: str
) -> None:
    result = await converse(home, text, language=language)

    assert answer in speech(result)
    assert result.response.error_code == "no_intent_match"
    assert engine.asked == []


async def test_an_engine_that_fails_is_answered_with_what_to_do(
    home: HomeAssistant, engine: ScriptedEngine, caplog: pytest.LogCaptureFixture
) -> None:
    engine.error = "The model is on fire."

    result = await converse(home, "turn on the light")

    assert "The model is on fire. Please look at LLMOS Assistant" in speech(result)
    assert result.response.error_code == "failed_to_handle"
    assert [record.message for record in caplog.records if record.levelname == "ERROR"] == [
        "No answer to a request: The model is on fire."
    ]
    assert "Traceback" not in caplog.text


async def test_keeps_the_conversation_in_the_chat_log(
    home: HomeAssistant, engine: ScriptedEngine
) -> None:
    engine.plan("one", Step("HassTurnOff", {"name": "kitchen lights"}))
    first = await converse(home, "one")
    second = await converse(home, "and a flight", conversation_id=first.conversation_id)

    assert second.conversation_id == first.conversation_id
    log = home.data[conversation.chat_log.DATA_CHAT_LOGS][first.conversation_id]
    roles = [content.role for content in log.content]
    assert roles == [
        "system", "user", "assistant", "tool_result", "assistant", "user", "assistant",
    ]  # fmt: skip
    assert log.content[2].tool_calls[0].tool_name == "HassTurnOff"
    assert log.content[3].result.data["data"]["success"][0]["id"] == "light.kitchen_lights"


async def test_says_why_it_cannot_think_in_the_language_it_is_spoken_to(
    home: HomeAssistant, assistant: MockConfigEntry
) -> None:
    """Not in that of the home, in which automations are told."""
    await home.config.async_update(language="zh-Hans")
    assistant.runtime_data.engine.uri = "tcp://127.0.0.1:1"

    result = await converse(home, "good day", language="en")

    assert speech(result).startswith("I cannot think right now: No engine answers at tcp://")
    with pytest.raises(HomeAssistantError) as told:
        await home.services.async_call(
            "llmos_assistant",
            "ask",
            {"question": "x", "language": "en"},
            True,
            return_response=True,
        )
    assert told.value.translation_placeholders == {"reason": "tcp://127.0.0.1:1 上没有引擎应答"}

"""The chat model calls tools: Home Assistant's own, through the chat log, as far as it was allowed to."""

from __future__ import annotations

import json
from typing import Any

import pytest
from homeassistant.components import conversation
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import chat_session
from homeassistant.helpers.llm import LLM_API_ASSIST
from homeassistant.setup import async_setup_component
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.llmos_assistant.chatting import MAX_ROUNDS
from custom_components.llmos_assistant.engine.protocol import ChatModelInfo, ToolCall
from custom_components.llmos_assistant.tool_calls import CallReader

from .scripted_engine import ScriptedEngine
from .test_conversation import AGENT, converse, speech
from .test_subentries import add, start, submit

# What Qwen2.5-Coder-1.5B-Instruct wrote when it had a home's tools.
DOUBLED = '{{"name": "HassTurnOn", "arguments": {"name": "Kitchen Lights", "area": "Kitchen"}}}'
FENCED = (
    '```json\n{\n  "name": "HassLightSet",\n  "arguments": {\n    "name": "Bed Light",\n'
    '    "area": "Bedroom",\n    "color": "red",\n    "brightness": 100\n  }\n}\n```'
)
ON = '<tool_call>\n{"name": "intent__HassTurnOn", "arguments": {"name": "Kitchen Lights"}}\n</tool_call>'
OFF = '<tool_call>\n{"name": "intent__HassTurnOff", "arguments": {"name": "Kitchen Lights"}}\n</tool_call>'
KITCHEN_ON = ToolCall("intent__HassTurnOn", {"name": "Kitchen Lights"})


def read(answer: str, size: int) -> tuple[str, list[ToolCall]]:
    """What is told and called by an answer that comes in pieces of this size."""
    reader = CallReader()
    told = "".join(reader.read(answer[at : at + size]) for at in range(0, len(answer), size))
    rest, calls = reader.end()
    return told + rest, calls


@pytest.mark.parametrize("size", [1, 3, 7, 1000])
@pytest.mark.parametrize(
    ("answer", "told", "calls"),
    [
        ("Paris is the capital.", "Paris is the capital.", []),
        ("2 < 3, and <tool> is a word <", "2 < 3, and <tool> is a word <", []),
        ("Use {braces} for that.", "Use {braces} for that.", []),
        ('{"a": 1}', '{"a": 1}', []),
        ("```python\nprint(1)\n```", "```python\nprint(1)\n```", []),
        ("", "", []),
        (ON, "", [KITCHEN_ON]),
        (f"Let me see. {ON}", "Let me see. ", [KITCHEN_ON]),
        (ON.removesuffix("</tool_call>"), "", [KITCHEN_ON]),
        (f"{ON}\n{OFF}", "", [KITCHEN_ON, ToolCall("intent__HassTurnOff", {"name": "Kitchen Lights"})]),
        (f"{ON} The light is on.", "", [KITCHEN_ON]),
        (ON.replace('"}}', '", "area": "", "floor": null}}'), "", [KITCHEN_ON]),
        ('<tool_call>{"name": "GetDateTime"}</tool_call>', "", [ToolCall("GetDateTime", {})]),
        (DOUBLED, "", [ToolCall("HassTurnOn", {"name": "Kitchen Lights", "area": "Kitchen"})]),
        (
            FENCED,
            "",
            [
                ToolCall(
                    "HassLightSet",
                    {"name": "Bed Light", "area": "Bedroom", "color": "red", "brightness": 100},
                )
            ],
        ),
    ],
)  # fmt: skip
def test_what_is_told_and_what_is_called(
    answer: str, told: str, calls: list[ToolCall], size: int
) -> None:
    assert read(answer, size) == (told, calls)


@pytest.mark.parametrize(
    "answer",
    [
        "<tool_call>",
        "<tool_call>turn it on</tool_call>",
        ON[:60],
        ON.replace('"intent__HassTurnOn"', "3"),
        '<tool_call>["HassTurnOn"]</tool_call>',
        '<tool_call>{"name": "HassTurnOn", "arguments": "kitchen"}</tool_call>',
        f'{ON}<tool_call>{{"name": </tool_call>',
        DOUBLED[:50],
        FENCED[:60],
    ],
)
def test_a_call_that_cannot_be_read_is_an_error(answer: str) -> None:
    with pytest.raises(HomeAssistantError) as raised:
        read(answer, 4)
    assert raised.value.translation_key == "broken_tool_call"


@pytest.fixture
async def helper(home: HomeAssistant, assistant: MockConfigEntry, engine: ScriptedEngine) -> str:
    """An assistant that leaves everything to a chat model with tools; the lights are off."""
    assert await async_setup_component(home, "llm", {})
    engine.chat_models = [ChatModelInfo("scripted", has_tools=True)]
    engine.chat = []
    await home.services.async_call("light", "turn_off", {"entity_id": "all"}, blocking=True)
    await add(home, assistant, name="Helper", control=False, llm_hass_api=[LLM_API_ASSIST])
    return "conversation.helper"


def is_on(home: HomeAssistant, name: str) -> bool:
    """Whether a light is on."""
    return home.states.get(f"light.{name}").state == "on"


async def test_a_tool_is_called_and_its_answer_told(
    home: HomeAssistant, engine: ScriptedEngine, helper: str
) -> None:
    engine.chat = [ON, "The kitchen lights are on."]
    heard: list[dict[str, Any]] = []

    with (
        chat_session.async_get_chat_session(home) as session,
        conversation.chat_log.async_get_chat_log(
            home, session, chat_log_delta_listener=lambda _, delta: heard.append(delta)
        ),
    ):
        result = await converse(
            home, "kitchen", agent_id=helper, conversation_id=session.conversation_id
        )

    assert speech(result) == "The kitchen lights are on."
    assert is_on(home, "kitchen_lights")
    assert not is_on(home, "bed_light")
    first, second = engine.chats
    names = {tool["function"]["name"] for tool in first.tools}
    assert {"intent__HassTurnOn", "llm__GetDateTime"} <= names
    assert all(tool["function"]["parameters"]["type"] == "object" for tool in first.tools)
    assert "call a function" in first.messages[0].content
    assert "Kitchen Lights" in first.messages[0].content
    assert "cannot see" not in first.messages[0].content
    user, called, answered = second.messages[1:]
    assert [user.role, called.role, answered.role] == ["user", "assistant", "tool"]
    assert list(called.tool_calls) == [KITCHEN_ON]
    assert json.loads(answered.content)["error"] is False
    told = "".join(delta.get("content") or "" for delta in heard if "tool_call_id" not in delta)
    assert told.endswith("The kitchen lights are on.")
    assert "tool_call" not in told


async def test_rules_stay_the_same_so_that_the_engine_can_keep_them(
    home: HomeAssistant, engine: ScriptedEngine, helper: str
) -> None:
    engine.chat = ["Hello.", "Hello."]

    for text in ("good day", "good evening"):
        await converse(home, text, agent_id=helper)

    rules = {(chat.messages[0].content, json.dumps(list(chat.tools))) for chat in engine.chats}
    assert len(rules) == 1


async def test_a_broken_call_is_told_and_nothing_is_done(
    home: HomeAssistant, engine: ScriptedEngine, helper: str
) -> None:
    engine.chat = [f'{ON} <tool_call>{{"name": "HassTurnOn", "arguments": {{"na']

    result = await converse(home, "all of it", agent_id=helper)

    assert "Nothing was done" in speech(result)
    assert result.response.error_code == "failed_to_handle"
    assert not is_on(home, "kitchen_lights")


async def test_a_tool_that_fails_tells_the_model_why(
    home: HomeAssistant, engine: ScriptedEngine, helper: str
) -> None:
    engine.chat = [
        ON.replace("Kitchen Lights", "Ballroom"),
        ON.replace("HassTurnOn", "EatTheLight"),
        "I found no such light.",
    ]

    result = await converse(home, "ballroom", agent_id=helper)

    assert speech(result) == "I found no such light."
    told = [chat.messages[-1].content for chat in engine.chats[1:]]
    assert all(json.loads(content)["error"] for content in told)
    assert "not found" in told[1]


async def test_a_model_that_never_ends_is_ended(
    home: HomeAssistant, engine: ScriptedEngine, helper: str
) -> None:
    engine.chat = [ON] * (MAX_ROUNDS + 1)

    result = await converse(home, "kitchen", agent_id=helper)

    assert "came to no answer" in speech(result)
    assert len(engine.chats) == MAX_ROUNDS


async def test_only_who_has_tools_gets_them(
    home: HomeAssistant, engine: ScriptedEngine, helper: str
) -> None:
    """In one conversation, too: the assistant that is asked second has none."""
    engine.chat = ["Yes?", ON, "Hello."]
    first = await converse(home, "hello", agent_id=helper)

    result = await converse(home, "hello", agent_id=AGENT, conversation_id=first.conversation_id)

    assert speech(result) == ON
    assert not engine.chats[1].tools
    assert not is_on(home, "kitchen_lights")
    engine.chat_models = []  # now a model that was not taught to
    assert speech(await converse(home, "hello", agent_id=helper)) == "Hello."
    assert not engine.chats[2].tools


async def test_tools_need_a_model_that_can_call_them(
    home: HomeAssistant, assistant: MockConfigEntry, engine: ScriptedEngine
) -> None:
    assert await async_setup_component(home, "llm", {})
    engine.chat = []
    engine.chat_models = [ChatModelInfo("scripted"), ChatModelInfo("qwen", has_tools=True)]
    asked = {"name": "Helper", "control": True, "llm_hass_api": [LLM_API_ASSIST]}

    form = await submit(home, await start(home, assistant, "conversation"), **asked)
    assert form["errors"] == {"llm_hass_api": "no_tools"}
    result = await submit(home, form, **asked, chat_model="qwen")

    assert result["type"] == "create_entry"
    engine.chat = ["Hello."]
    await converse(home, "hello", agent_id="conversation.helper")
    assert engine.chats[0].model == "qwen"
    assert engine.chats[0].tools

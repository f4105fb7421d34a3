"""What is not about the home: the chat model answers, word by word."""

from __future__ import annotations

from typing import Any

import pytest
from homeassistant.components import conversation
from homeassistant.core import HomeAssistant
from homeassistant.helpers import chat_session

from .scripted_engine import ScriptedEngine
from .test_conversation import converse, speech

pytestmark = pytest.mark.usefixtures("assistant")


async def test_is_answered_with_the_day_and_the_rooms_known(
    home: HomeAssistant, engine: ScriptedEngine
) -> None:
    engine.chat = ["Paris is the capital."]

    result = await converse(home, "what is the capital of france")

    assert speech(result) == "Paris is the capital."
    assert result.response.error_code is None
    (chat,) = engine.chats
    assert [message.role for message in chat.messages] == ["system", "user"]
    assert "Kitchen" in chat.messages[0].content
    assert chat.messages[-1].content == "what is the capital of france"


async def test_comes_word_by_word(home: HomeAssistant, engine: ScriptedEngine) -> None:
    engine.chat = ["Seven minutes."]
    heard: list[Any] = []

    with (
        chat_session.async_get_chat_session(home) as session,
        conversation.chat_log.async_get_chat_log(
            home, session, chat_log_delta_listener=lambda _, delta: heard.append(delta)
        ),
    ):
        await converse(home, "how long for an egg", conversation_id=session.conversation_id)

    pieces = [delta["content"] for delta in heard if delta.get("content")]
    assert pieces[-2:] == ["Seven", " minutes."]


async def test_remembers_what_was_said(home: HomeAssistant, engine: ScriptedEngine) -> None:
    engine.chat = ["Paris.", "Two million."]
    first = await converse(home, "what is the capital of france")

    await converse(home, "how many people live there", conversation_id=first.conversation_id)

    assert [message.content for message in engine.chats[1].messages[1:]] == [
        "what is the capital of france",
        "Paris.",
        "how many people live there",
    ]


async def test_without_a_chat_model_says_how_to_get_one(
    home: HomeAssistant, engine: ScriptedEngine
) -> None:
    result = await converse(home, "what is the capital of france")

    assert "choose a chat model" in speech(result)
    assert result.response.error_code is not None


async def test_a_failing_model_is_told(home: HomeAssistant, engine: ScriptedEngine) -> None:
    engine.chat = []
    original = engine.answer

    def fail(event: Any) -> Any:
        if event.type == "transcript":
            engine.error = "Out of memory."
        return original(event)

    engine.answer = fail  # type: ignore[method-assign]

    result = await converse(home, "what is the capital of france")

    assert "Out of memory" in speech(result)

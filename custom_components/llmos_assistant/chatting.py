"""What is not about the home is answered by the chat model, if the engine has one."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing

from homeassistant.components import conversation
from homeassistant.core import HomeAssistant
from homeassistant.helpers import area_registry as ar
from homeassistant.util import dt as dt_util

from .engine.protocol import Message
from .engine_client import Engine, EngineError

MAX_TOKENS = 160  # about a hundred words: what is spoken stays short
_MAX_AREAS = 20

# English whatever the language is: models follow instructions best in it.
_PROMPT = (
    "You are the voice assistant of the home called {home}. Your answers are spoken: one or two short "
    "sentences of plain text, without lists, markup or emoji. Answer in the language with the code "
    "{language}. If you do not know, say so. You cannot see or control anything in the home. "
    "Today is {date}. The home has these rooms: {areas}."
)


async def async_has_chat_model(engine: Engine) -> bool:
    """Whether the engine can chat. One that does not answer cannot."""
    try:
        return bool((await engine.info()).handle)
    except EngineError:
        return False


async def async_chat(
    hass: HomeAssistant,
    engine: Engine,
    chat_log: conversation.ChatLog,
    agent_id: str,
    language: str,
    instructions: str = "",
) -> str:
    """Answer what was said last in `chat_log`, into it, word by word. Raises EngineError.

    Returns the whole answer.
    """
    system = Message("system", system_prompt(hass, language, instructions))
    messages = [system, *_messages(chat_log.content)]
    told = ""
    async with aclosing(engine.chat(messages, MAX_TOKENS)) as pieces:
        stream = chat_log.async_add_delta_content_stream(agent_id, _deltas(pieces))
        async for content in stream:
            if isinstance(content, conversation.AssistantContent):
                told = content.content or ""
    return told


def system_prompt(hass: HomeAssistant, language: str, instructions: str = "") -> str:
    """What the model is told about itself, the day and the home, and the user's instructions.

    The same all day: the engine keeps what it has read.
    """
    areas = [area.name for area in ar.async_get(hass).async_list_areas()]
    prompt = _PROMPT.format(
        home=hass.config.location_name,
        language=language,
        date=dt_util.now().strftime("%A, %-d %B %Y"),
        areas=", ".join(sorted(areas)[:_MAX_AREAS]) or "unknown",
    )
    return f"{prompt}\n{instructions}" if instructions else prompt


def _messages(content: Sequence[conversation.Content]) -> list[Message]:
    """The conversation so far: what people and the assistant said, no instructions, no tools."""
    messages: list[Message] = []
    for part in content:
        if isinstance(part, conversation.UserContent):
            messages.append(Message("user", part.content))
        elif isinstance(part, conversation.AssistantContent) and part.content:
            messages.append(Message("assistant", part.content))
    return messages


async def _deltas(
    pieces: AsyncGenerator[str],
) -> AsyncGenerator[conversation.AssistantContentDeltaDict]:
    """The pieces as the chat log takes them."""
    yield {"role": "assistant"}
    async for piece in pieces:
        yield {"content": piece}

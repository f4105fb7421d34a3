"""What is not about the home is answered by the chat model, if the engine has one."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing

from homeassistant.components import conversation
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import area_registry as ar
from homeassistant.helpers import llm
from homeassistant.helpers.json import json_dumps
from homeassistant.util import dt as dt_util

from .const import DOMAIN
from .engine.protocol import Chat, ChatModelInfo, Message, ToolCall
from .engine_client import Engine, EngineError
from .tool_calls import CallReader, describe

MAX_TOKENS = 160  # about a hundred words: what is spoken stays short
MAX_ROUNDS = 6  # of calling tools and reading what they answer
_MAX_AREAS = 20

# English whatever the language is: models follow instructions best in it.
_PROMPT = (
    "You are the voice assistant of the home called {home}. Your answers are spoken: one or two short "
    "sentences of plain text, without lists, markup or emoji. Answer in the language with the code "
    "{language}. If you do not know, say so. {home_access} "
    "Today is {date}. The home has these rooms: {areas}."
)
_NO_ACCESS = "You cannot see or control anything in the home."
_TOOLS = (
    "To see or change something in the home, call a function. Say that something is done only after "
    "the function has answered so."
)


async def async_find_chat_model(engine: Engine, name: str = "") -> ChatModelInfo | None:
    """The engine's chat model, or the one of this name; None if it has none or does not answer."""
    try:
        return (await engine.info()).chat_model(name)
    except EngineError:
        return None


async def async_chat(
    hass: HomeAssistant,
    engine: Engine,
    chat_log: conversation.ChatLog,
    agent_id: str,
    language: str,
    instructions: str = "",
    model: str = "",
) -> str:
    """Answer what was said last in `chat_log`, into it, word by word. Returns the whole answer.

    If the chat log has an API for language models, its tools are offered to the model, and those
    that it calls are carried out.

    Raises EngineError, or HomeAssistantError if the model cannot handle its tools.
    """
    api = chat_log.llm_api
    if chat_log.extra_system_prompt:
        instructions = f"{instructions}\n{chat_log.extra_system_prompt}".strip()
    system = system_prompt(hass, language, instructions, api.api_prompt if api else None)
    tools = [describe(tool, api.custom_serializer) for tool in api.tools] if api else []
    chat_log.content[0] = conversation.SystemContent(content=system)
    told = ""
    for _ in range(MAX_ROUNDS):
        chat = Chat(_messages(chat_log.content), MAX_TOKENS, model, tools)
        async with aclosing(engine.chat(chat)) as pieces:
            deltas = _deltas_with_calls(pieces) if tools else _deltas(pieces)
            stream = chat_log.async_add_delta_content_stream(agent_id, deltas)
            async for content in stream:
                if isinstance(content, conversation.AssistantContent):
                    told = content.content or ""
        if not chat_log.unresponded_tool_results:
            return told
    raise HomeAssistantError(translation_domain=DOMAIN, translation_key="too_many_tool_calls")


def system_prompt(
    hass: HomeAssistant, language: str, instructions: str = "", api_prompt: str | None = None
) -> str:
    """What the model is told about itself, the day and the home, its tools, and by the user.

    The same all day: the engine keeps what it has read.
    """
    areas = [area.name for area in ar.async_get(hass).async_list_areas()]
    prompt = _PROMPT.format(
        home=hass.config.location_name,
        language=language,
        home_access=_NO_ACCESS if api_prompt is None else f"{_TOOLS} {api_prompt}",
        date=dt_util.now().strftime("%A, %-d %B %Y"),
        areas=", ".join(sorted(areas)[:_MAX_AREAS]) or "unknown",
    )
    return f"{prompt}\n{instructions}" if instructions else prompt


def _messages(content: Sequence[conversation.Content]) -> list[Message]:
    """The conversation so far: the rules, what was said, and the tools that the model called itself.

    What the command model did is told by what was said then.
    """
    messages: list[Message] = []
    called: set[str] = set()
    for part in content:
        match part:
            case conversation.SystemContent():
                messages.append(Message("system", part.content))
            case conversation.UserContent():
                messages.append(Message("user", part.content))
            case conversation.AssistantContent():
                own = [call for call in part.tool_calls or () if not call.external]
                called.update(call.id for call in own)
                calls = [ToolCall(call.tool_name, call.tool_args) for call in own]
                if calls or part.content:
                    messages.append(Message("assistant", part.content or "", calls))
            case conversation.ToolResultContent() if part.tool_call_id in called:
                result = {"data": part.result.data, "error": part.result.error}
                messages.append(Message("tool", json_dumps(result)))
    return messages


async def _deltas(
    pieces: AsyncGenerator[str],
) -> AsyncGenerator[conversation.AssistantContentDeltaDict]:
    """The pieces as the chat log takes them."""
    yield {"role": "assistant"}
    async for piece in pieces:
        yield {"content": piece}


async def _deltas_with_calls(
    pieces: AsyncGenerator[str],
) -> AsyncGenerator[conversation.AssistantContentDeltaDict]:
    """The pieces as the chat log takes them, and at the end the tools that the answer calls.

    No call is carried out unless all can be read. Raises HomeAssistantError.
    """
    reader = CallReader()
    yield {"role": "assistant"}
    async for piece in pieces:
        if told := reader.read(piece):
            yield {"content": told}
    rest, calls = reader.end()
    if rest:
        yield {"content": rest}
    if calls:
        inputs = [llm.ToolInput(tool_name=c.name, tool_args=dict(c.arguments)) for c in calls]
        yield {"tool_calls": inputs}

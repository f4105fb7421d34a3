"""Tool calls: told apart from what is said in a chat model's answer, and the tools as models know them.

`<tool_call>{"name": …, "arguments": {…}}</tool_call>` is how they are taught to write one. Small models
forget the tags or double the braces: what can only be a call is taken for one, what cannot be read is
an error, never a guess.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import probatio
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import llm

from .const import DOMAIN
from .engine.protocol import ToolCall

_BEGIN = "<tool_call>"
_MARKUP = re.compile(r"</?tool_call>|```(?:json)?")
_BARE = ("{", "```")  # how an answer begins that is a call without tags
_DECODER = json.JSONDecoder()


def describe(tool: llm.Tool, serializer: Callable[[Any], Any] | None) -> dict[str, Any]:
    """A tool as OpenAI describes functions, which chat templates take."""
    parameters = probatio.to_openapi(
        tool.parameters, custom_serializer=serializer, openapi_version="3.1.0"
    )
    function = {"name": tool.name, "description": tool.description or "", "parameters": parameters}
    return {"type": "function", "function": function}


class CallReader:
    """Reads an answer piece by piece: what is said is passed on, calls are kept to its end."""

    def __init__(self) -> None:
        self._held = ""
        self._is_call = False
        self._has_told = False

    def read(self, piece: str) -> str:
        """What can be told of the answer now; "" while it may be a call."""
        self._held += piece
        if self._is_call:
            return ""
        if not self._has_told and (begin := self._held.lstrip()[:3]) in ("", "`", "``"):
            return ""  # white space, or what may become a fence
        if not self._has_told and begin.startswith(_BARE):
            self._is_call = True
            return ""
        told, tag, rest = self._held.partition(_BEGIN)
        self._is_call = bool(tag)
        if not tag:
            told = told[: len(told) - _begun(told)]
            rest = self._held[len(told) :]
        self._held = tag + rest
        self._has_told = self._has_told or bool(told)
        return told

    def end(self) -> tuple[str, list[ToolCall]]:
        """The rest of what is to be told, and the calls. Raises HomeAssistantError of a broken one."""
        if not self._is_call:
            return self._held, []
        if _BEGIN not in self._held and not (
            '"name"' in self._held and '"arguments"' in self._held
        ):
            return self._held, []  # no call: braces of another kind
        try:
            return "", list(_calls(_MARKUP.sub(" ", self._held)))
        except ValueError as err:
            raise HomeAssistantError(
                translation_domain=DOMAIN, translation_key="broken_tool_call"
            ) from err


def _begun(text: str) -> int:
    """How much of the text's end may be the beginning of a tag."""
    longest = min(len(text), len(_BEGIN) - 1)
    return next(n for n in range(longest, -1, -1) if text.endswith(_BEGIN[:n]))


def _calls(text: str) -> Iterator[ToolCall]:
    """The calls of a text without markup. Raises ValueError if it holds anything else in braces."""
    text = text.strip()
    while True:
        is_doubled = text.startswith("{{")
        call, end = _DECODER.raw_decode(text, int(is_doubled))
        yield _call(call)
        text = text[end:].strip()
        if is_doubled:
            text = text.removeprefix("}").strip()
        if "{" not in text:
            return  # what a model says about a result that it has not seen yet


def _call(data: Any) -> ToolCall:
    """Raises ValueError."""
    if not isinstance(data, dict):
        raise ValueError("no object")
    name, arguments = data.get("name"), data.get("arguments", {})
    if not isinstance(name, str) or not isinstance(arguments, dict):
        raise ValueError("no call")
    # An empty value is how small models leave a parameter out.
    return ToolCall(name, {k: v for k, v in arguments.items() if v not in (None, "")})

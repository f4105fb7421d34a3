"""Values of a given type from the chat model: each field is asked for by itself, and checked."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import aclosing, suppress
from dataclasses import dataclass
from datetime import timedelta
from math import ceil
from typing import Any

import voluptuous as vol
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.selector import Selector
from homeassistant.util import dt as dt_util

from .chatting import MAX_TOKENS
from .const import DOMAIN
from .engine.protocol import Chat, Message
from .engine_client import Engine

_MAX_NUMBERS = 200
_SHORT = 24  # tokens: enough for a number, a date, a choice
_YES = re.compile(r"\b(yes|true|on|1)\b", re.IGNORECASE)
_NO = re.compile(r"\b(no|not|false|off|0)\b", re.IGNORECASE)
_NUMBER = re.compile(r"-?\d+(?:[.,]\d+)?")


@dataclass(frozen=True)
class Field:
    """A value that is wanted: what it is called, what it says, and the selector that it must pass."""

    name: str
    description: str
    selector: Selector[Any]


class Writer:
    """A chat model that writes what a task wants, with what it is told as its rules.

    Every method raises EngineError, and HomeAssistantError where the model gives no value.
    """

    def __init__(self, engine: Engine, system: str, model: str = "") -> None:
        self._engine = engine
        self._system = system
        self._model = model

    async def async_text(self, instructions: str) -> str:
        """What the model makes of the instructions."""
        return await self._async_say(instructions)

    async def async_fields(self, instructions: str, fields: list[Field]) -> dict[str, Any]:
        """A valid value for each field."""
        return {field.name: await self._async_field(instructions, field) for field in fields}

    async def _async_field(self, instructions: str, field: Field) -> Any:
        """A value: as the model says it, or as the likeliest of all that are valid."""
        kind = _KINDS.get(field.selector.selector_type)
        if kind is None:
            raise _error("no_such_field", field, field.selector.selector_type)
        wanted = field.name.replace("_", " ")
        if field.description:
            wanted += f": {field.description}"
        text = f"{instructions}\n\nNow give only this: {wanted}. {kind.ask(field)}"
        answer = ""
        for only in ("", " Nothing else, no other word."):
            answer = await self._async_say(text + only, kind.max_tokens)
            with suppress(vol.Invalid, ValueError):
                return _valid(answer, kind, field)
        if choices := kind.choices(field):
            chosen = await self._async_say(text, kind.max_tokens, choices)
            with suppress(vol.Invalid, ValueError):
                return _valid(chosen, kind, field)
        raise _error("no_value", field, answer)

    async def _async_say(
        self, text: str, max_tokens: int = MAX_TOKENS, choices: Sequence[str] = ()
    ) -> str:
        messages = [Message("system", self._system), Message("user", text)]
        chat = Chat(messages, max_tokens, self._model, choices=choices)
        async with aclosing(self._engine.chat(chat)) as pieces:
            return "".join([piece async for piece in pieces]).strip()


def _valid(answer: str, kind: _Kind, field: Field) -> Any:
    """The value in an answer. Raises ValueError or Invalid."""
    return vol.Schema(field.selector)(kind.read(answer, field))


def _error(key: str, field: Field, reason: str) -> HomeAssistantError:
    return HomeAssistantError(
        translation_domain=DOMAIN,
        translation_key=key,
        translation_placeholders={"field": field.name, "reason": reason},
    )


@dataclass(frozen=True)
class _Kind:
    """How values of a selector are asked for, and read from an answer. `read` raises ValueError.

    `choices` are what to choose from where no answer can be read.
    """

    ask: Callable[[Field], str]
    read: Callable[[str, Field], Any]
    choices: Callable[[Field], list[str]] = lambda _: []
    max_tokens: int = _SHORT


def _boolean(answer: str, _: Field) -> bool:
    is_yes, is_no = _YES.search(answer), _NO.search(answer)
    if not is_yes and not is_no:
        raise ValueError(answer)
    return bool(is_yes and (not is_no or is_yes.start() < is_no.start()))


def _number(answer: str, field: Field) -> float:
    if not (found := _NUMBER.search(answer)):
        raise ValueError(answer)
    return float(found[0].replace(",", "."))


def _number_words(field: Field) -> str:
    config = field.selector.config
    limits = " and ".join(
        f"{words} {config[key]}"
        for key, words in (("min", "at least"), ("max", "at most"))
        if config.get(key) is not None
    )
    unit = config.get("unit_of_measurement")
    return f"Answer with a number{f' in {unit}' if unit else ''}{f', {limits}' if limits else ''}."


def _numbers(field: Field) -> list[str]:
    """At most so many numbers, evenly from the least to the greatest, in steps that are valid."""
    config = field.selector.config
    step = config.get("step", 1)
    step = step if isinstance(step, int | float) else 1  # or "any"
    span = _MAX_NUMBERS * step
    low = config.get("min", 0 if config.get("max", 0) >= 0 else config["max"] - span)
    high = config.get("max", low + span)
    step *= max(1, ceil((high - low) / step / _MAX_NUMBERS))
    return [f"{low + n * step:g}" for n in range(int((high - low) / step) + 1)]


def _dates(_: Field) -> list[str]:
    """A year back and a year ahead."""
    today = dt_util.now().date()
    return [(today + timedelta(days)).isoformat() for days in range(-366, 367)]


def _times(_: Field) -> list[str]:
    return [f"{hour:02}:{minute:02}:00" for hour in range(24) for minute in range(60)]


def _options(field: Field) -> dict[str, str]:
    """The values that may be chosen, by what is said for them."""
    options = field.selector.config["options"]
    return {
        (o["label"] if isinstance(o, Mapping) else o): (o["value"] if isinstance(o, Mapping) else o)
        for o in options
    }


def _choice(answer: str, field: Field) -> str | list[str]:
    said = answer.casefold()
    found = [
        value
        for label, value in _options(field).items()
        if re.search(
            rf"(?<!\w)({re.escape(label.casefold())}|{re.escape(value.casefold())})(?!\w)", said
        )
    ]
    if field.selector.config.get("multiple"):
        return found
    if len(found) != 1:
        raise ValueError(answer)
    return found[0]


def _choice_words(field: Field) -> str:
    how_many = "those that apply" if field.selector.config.get("multiple") else "exactly one"
    return f"Answer with {how_many} of: {', '.join(_options(field))}."


def _match(pattern: str) -> Callable[[str, Field], str]:
    def read(answer: str, _: Field) -> str:
        if not (found := re.search(pattern, answer)):
            raise ValueError(answer)
        return found[0]

    return read


def _text(answer: str, field: Field) -> str | list[str]:
    if not answer:
        raise ValueError(answer)
    if field.selector.config.get("multiple"):
        return [line.strip(" -*•") for line in answer.splitlines() if line.strip(" -*•")]
    return answer


_KINDS = {
    "boolean": _Kind(lambda _: "Answer with yes or no.", _boolean, lambda _: ["Yes", "No"]),
    "date": _Kind(
        lambda _: "Answer with a date as YYYY-MM-DD.", _match(r"\d{4}-\d\d-\d\d"), _dates
    ),
    "number": _Kind(_number_words, _number, _numbers),
    "select": _Kind(_choice_words, _choice, lambda field: list(_options(field)), max_tokens=60),
    "text": _Kind(lambda _: "Answer with plain text.", _text, max_tokens=MAX_TOKENS),
    "time": _Kind(
        lambda _: "Answer with a time as HH:MM:SS.", _match(r"\d\d:\d\d(:\d\d)?"), _times
    ),
}

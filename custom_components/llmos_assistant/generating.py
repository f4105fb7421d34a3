"""Values of a given type from the chat model: each field is asked for by itself, and checked."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

import voluptuous as vol
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.selector import Selector

from .chatting import MAX_TOKENS
from .const import DOMAIN
from .engine.protocol import Message
from .engine_client import Engine

_ATTEMPTS = 2
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


async def async_generate_text(engine: Engine, system: str, instructions: str) -> str:
    """What the chat model makes of the instructions. Raises EngineError."""
    return await _async_say(engine, [Message("system", system), Message("user", instructions)])


async def async_generate_fields(
    engine: Engine, system: str, instructions: str, fields: list[Field]
) -> dict[str, Any]:
    """A valid value for each field. Raises HomeAssistantError if the model gives none, or EngineError."""
    return {field.name: await _async_field(engine, system, instructions, field) for field in fields}


async def _async_field(engine: Engine, system: str, instructions: str, field: Field) -> Any:
    kind = _KINDS.get(field.selector.selector_type)
    if kind is None:
        raise _error("no_such_field", field, field.selector.selector_type)
    answer = ""
    for attempt in range(_ATTEMPTS):
        only = " Nothing else, no other word." if attempt else ""
        wanted = (
            f"{field.name.replace('_', ' ')}{': ' if field.description else ''}{field.description}"
        )
        text = f"{instructions}\n\nNow give only this: {wanted}. {kind.ask(field)}{only}"
        messages = [Message("system", system), Message("user", text)]
        answer = await _async_say(engine, messages, kind.max_tokens)
        try:
            return vol.Schema(field.selector)(kind.read(answer, field))
        except vol.Invalid, ValueError:
            continue
    raise _error("no_value", field, answer)


async def _async_say(engine: Engine, messages: list[Message], max_tokens: int = MAX_TOKENS) -> str:
    async with aclosing(engine.chat(messages, max_tokens)) as pieces:
        return "".join([piece async for piece in pieces]).strip()


def _error(key: str, field: Field, reason: str) -> HomeAssistantError:
    return HomeAssistantError(
        translation_domain=DOMAIN,
        translation_key=key,
        translation_placeholders={"field": field.name, "reason": reason},
    )


@dataclass(frozen=True)
class _Kind:
    """How values of a selector are asked for, and read from an answer. `read` raises ValueError."""

    ask: Callable[[Field], str]
    read: Callable[[str, Field], Any]
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
    "boolean": _Kind(lambda _: "Answer with yes or no.", _boolean),
    "date": _Kind(lambda _: "Answer with a date as YYYY-MM-DD.", _match(r"\d{4}-\d\d-\d\d")),
    "number": _Kind(_number_words, _number),
    "select": _Kind(_choice_words, _choice, max_tokens=60),
    "text": _Kind(lambda _: "Answer with plain text.", _text, max_tokens=MAX_TOKENS),
    "time": _Kind(lambda _: "Answer with a time as HH:MM:SS.", _match(r"\d\d:\d\d(:\d\d)?")),
}

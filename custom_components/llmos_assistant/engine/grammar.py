"""The language that the command model speaks: tokens in, tokens out.

In: each word of the utterance behind an index token, `<0> ▁turn <1> ▁off <2> ▁the <3> ▁hall …`.
Out: steps, each an intent and its slots; a slot's value points at words by their index, first and
last, or is a label: `<HassTurnOff> <@area> <3> <3> <@domain> <=light>`. Names are therefore copied
exactly, whatever the language and however rare (pointing instead of spelling: pointer networks,
Vinyals et al. 2015; here the pointers are ordinary tokens of a sequence-to-sequence model).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from .protocol import SlotValue, Step
from .utterance import Word, spoken

CHAT = "<chat>"
MAX_WORDS = 64

NUMBER_SLOTS = frozenset(
    {
        "above", "below", "brightness", "brightness_step", "for_hours", "for_minutes", "for_seconds", "hours",
        "humidity", "minutes", "percentage", "percentage_step", "position", "position_step", "seconds",
        "start_hours", "start_minutes", "start_seconds", "temperature", "temperature_step", "value",
        "volume_level", "volume_step",
    }
)  # fmt: skip
# Read on, not shown: as the model saw them, numbers in digits ("half past 10").
_NORMALISED_SLOTS = frozenset({"at", "during"})
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_SMALLER_UNIT = {"hours": "minutes", "minutes": "seconds"}


class GrammarError(ValueError):
    """The tokens do not form a plan."""


def index_token(index: int) -> str:
    """The token that marks, and points at, the word with this index."""
    return f"<{index}>"


def intent_token(intent: str) -> str:
    """The token that begins a step."""
    return f"<{intent}>"


def slot_token(slot: str) -> str:
    """The token that begins a slot."""
    return f"<@{slot}>"


def label_token(label: SlotValue) -> str:
    """The token of a value that is not spoken."""
    return f"<={label}>"


def read_plan(tokens: Sequence[str], words: Sequence[Word], text: str) -> tuple[Step, ...]:
    """Read the steps that the model wrote. No steps: `<chat>`, nothing a home can do.

    Raises GrammarError where the tokens are no plan or point outside the utterance.
    """
    if list(tokens) == [CHAT]:
        return ()
    steps: list[Step] = []
    position = 0
    while position < len(tokens):
        intent = _intent(tokens[position])
        slots: dict[str, SlotValue] = {}
        position += 1
        while position < len(tokens) and tokens[position].startswith("<@"):
            slot = tokens[position][2:-1]
            end = position + 1
            while end < len(tokens) and _is_value(tokens[end]):
                end += 1
            if slot in slots:
                raise GrammarError(f"slot {slot} twice in one step")
            slots[slot] = _read_value(slot, tokens[position + 1 : end], words, text)
            position = end
        steps.append(Step(intent, _whole_durations(slots)))
    if not steps:
        raise GrammarError("an empty plan")
    return tuple(steps)


def _intent(token: str) -> str:
    if not (token.startswith("<") and token[1:2].isupper() and token.endswith(">")):
        raise GrammarError(f"{token!r} where an intent belongs")
    return token[1:-1]


def _is_value(token: str) -> bool:
    return token.startswith("<=") or (token.startswith("<") and token[1:-1].isdigit())


def _read_value(slot: str, tokens: Sequence[str], words: Sequence[Word], text: str) -> SlotValue:
    labels = [token[2:-1] for token in tokens if token.startswith("<=")]
    indices = [int(token[1:-1]) for token in tokens if not token.startswith("<=")]
    if len(labels) > 1 or len(indices) not in (0, 2) or not tokens:
        raise GrammarError(f"no value in {tokens}")
    if not indices:
        return (
            _number(labels[0])
            if slot in NUMBER_SLOTS and _NUMBER.fullmatch(labels[0])
            else labels[0]
        )
    first, last = indices
    if not first <= last < len(words):
        raise GrammarError(f"{tokens} points outside the utterance")
    while first < last and words[first].text == ",":
        first += 1
    while first < last and words[last].text == ",":
        last -= 1
    if slot in _NORMALISED_SLOTS:
        return " ".join(word.text for word in words[first : last + 1])
    if slot not in NUMBER_SLOTS:
        return spoken(text, list(words[first : last + 1]))
    if words[first].number is None or first != last:
        raise GrammarError(f"{slot} points at no number")
    return _number(words[first].text) * (-1 if labels == ["down"] else 1)


def _number(text: str) -> int | float:
    value = float(text)
    return int(value) if value.is_integer() else value


def _whole_durations(slots: dict[str, SlotValue]) -> dict[str, SlotValue]:
    """Write fractions of hours and minutes in the smaller unit: 1.5 hours → 1 hour, 30 minutes."""
    whole: dict[str, SlotValue] = {}
    for slot, value in slots.items():
        prefix, _, unit = slot.rpartition("_")
        if isinstance(value, float) and unit in _SMALLER_UNIT:
            if int(value):
                whole[slot] = int(value)
            smaller = _SMALLER_UNIT[unit]
            whole[f"{prefix}_{smaller}" if prefix else smaller] = round(value % 1 * 60)
        else:
            whole[slot] = value
    return whole

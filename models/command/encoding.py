"""An utterance and its steps as the model is taught them: words in, tokens out (engine/grammar.py)."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from custom_components.llmos_assistant.engine.grammar import (
    CHAT,
    MAX_WORDS,
    NUMBER_SLOTS,
    index_token,
    intent_token,
    label_token,
    slot_token,
)
from custom_components.llmos_assistant.engine.utterance import Word, split_words

from .templates import Said

_UNITS = {"hour": "hours", "minute": "minutes", "second": "seconds"}
_DURATION_SLOTS = {"hours", "minutes", "seconds", "duration"}


def encode(
    said: list[Said], intents: list[str], slots: list[dict[str, str]], language: str
) -> dict[str, list[str]] | None:
    """The words as the model sees them, and the tokens of the plan; none if a slot cuts through a word."""
    text, spans = _lay_out(said)
    words = split_words(text, language)
    if not 0 < len(words) <= MAX_WORDS:
        return None
    steps: list[dict[str, list[str]]] = [
        {slot: [label_token(label)] for slot, label in fixed.items()}
        for _, fixed in zip(intents, slots, strict=False)
    ]
    said_before: dict[tuple[int, str], list[str]] = {}
    for part, start, end in spans:
        inside = [i for i, word in enumerate(words) if word.start < end and word.end > start]
        values = _values(part, inside, words)
        if values is None:
            return None
        for at, (slot, value) in product(part.steps, values.items()):
            # Halves of hours point at the number that they were joined to, too.
            if said_before.setdefault((at, slot), value) != value:
                return None  # two names for one thing
            steps[at].setdefault(slot, value)
    tokens = [
        token
        for intent, step in zip(intents, steps, strict=True)
        for token in (intent_token(intent), *_in_order(step))
    ]
    return {"words": [word.text for word in words], "plan": tokens or [CHAT]}


def _in_order(slots: dict[str, list[str]]) -> Iterator[str]:
    """The tokens of a step's slots: labels by the names of their slots, then words as they were said.

    One order for what means the same, however the template came by it.
    """
    labels = sorted(slot for slot, value in slots.items() if value[-1].startswith("<="))
    words = [slot for slot in slots if slot not in labels]
    words.sort(key=lambda slot: int(slots[slot][-1][1:-1]))
    for slot in (*labels, *words):
        yield slot_token(slot)
        yield from slots[slot]


def _lay_out(said: list[Said]) -> tuple[str, list[tuple[Said, int, int]]]:
    """The utterance's text, and the characters [start, end) of each slot in it."""
    text = ""
    spans = []
    for part in said:
        if part.slot is not None:
            spans.append((part, len(text), len(text) + len(part.text)))
        text += part.text
    return text, spans


def _values(part: Said, inside: list[int], words: list[Word]) -> dict[str, list[str]] | None:
    """The slots that a stretch of words fills, and their tokens; none if it is not what the slot holds."""
    slot = str(part.slot)
    if part.label is not None:
        return {slot: [label_token(part.label)]}
    if not inside:
        return None
    prefix = next((p for p in ("start_", "for_") if f"{slot}_".startswith(p)), "")
    kind = "duration" if slot in ("start", "for") else slot.removeprefix(prefix)
    if kind in _DURATION_SLOTS:
        # A whole duration holds its numbers; a single number's unit follows outside of the slot.
        return _duration_values(prefix, inside if kind == "duration" else inside[:1], words)
    first, last = inside[0], inside[-1]
    if slot in NUMBER_SLOTS:
        if first != last or words[first].number is None:
            return None
        sign = [label_token("down")] if part.negative else []
        return {slot: [*sign, index_token(first), index_token(last)]}
    if slot == "floor" and last + 1 < len(words) and words[last + 1].text == "floor":
        if words[last].text == "floor":
            return None  # "first floor floor"
        last += 1
    return {slot: [index_token(first), index_token(last)]}


def _duration_values(
    prefix: str, spread: list[int], words: list[Word]
) -> dict[str, list[str]] | None:
    """Hours, minutes and seconds, each pointing at its number."""
    values = {}
    for i in spread:
        if words[i].number is None:
            continue
        unit = _UNITS.get(words[i + 1].text.rstrip("s")) if i + 1 < len(words) else None
        if unit is None:
            return None
        values[prefix + unit] = [index_token(i), index_token(i)]
    return values or None

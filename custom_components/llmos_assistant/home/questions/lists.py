"""Questions about lists: what is on them, whether something is, whether it is done already."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Sequence

from homeassistant.core import HomeAssistant, State

from ..asking import ABOUT
from ..grounded import GroundedStep
from ..items import async_done_items, async_open_items
from ..names import NEAR, likeness, same, split, stems
from ..speech import Speaker
from .telling import Answer, listed

# "Did we get milk", "have you already got milk", "is the gutter done"; not "did I put milk on the list".
_IS_DONE = re.compile(
    r"^did\b|^(?:have|has)\b.*\b(?:bought|got(?! to\b)|gotten|grabbed|picked)\b"
    r"|\balready\b|\bdone\b|\b(?:checked|crossed|ticked) off\b",
    re.IGNORECASE,
)
_IS_ON_LIST = re.compile(
    r"\b(?:add(?:ed)?|lists?|put|write|written)\b|^have (?:i|we) got\b(?!.*\balready\b)",
    re.IGNORECASE,
)
_FILLERS = frozenset({"a", "an", "any", "more", "of", "some", "the"})

type _Read = Callable[[HomeAssistant, str], Awaitable[list[str]]]


async def async_answer_lists(
    hass: HomeAssistant, lists: Sequence[State], step: GroundedStep, text: str, speaker: Speaker
) -> Answer:
    """What is to do or to buy, or if an item is, asked with the words `text`."""
    item, about = step.slots.get("item"), step.slots.get(ABOUT)
    if item is not None:
        return await _async_whether(hass, lists, str(item), text, speaker)
    items = {state.name: await async_open_items(hass, state.entity_id) for state in lists}
    if about is not None:
        items = {name: _those(str(about), entries) for name, entries in items.items()}
        items = {name: entries for name, entries in items.items() if entries}
        if not items:
            return _not_there(lists, str(about), speaker)
    words = " ".join(
        speaker.phrase("list_items", list=name, count=str(len(entries)), items=", ".join(entries))
        if entries
        else speaker.phrase("empty_list", list=name)
        for name, entries in items.items()
    )
    return Answer(words, tuple(lists), [entry for entries in items.values() for entry in entries])


async def _async_whether(
    hass: HomeAssistant, lists: Sequence[State], item: str, text: str, speaker: Speaker
) -> Answer:
    """If an item is on a list, or if it is ticked off there already: that is told, too."""
    asks_if_done = bool(_IS_DONE.search(text)) and not _IS_ON_LIST.search(text)
    for read, key, is_so in (
        (async_open_items, "still_on_list" if asks_if_done else "on_list", not asks_if_done),
        (async_done_items, "ticked_off", asks_if_done),
    ):
        if (found := await _async_find(hass, lists, item, read)) is not None:
            name, entries = found
            told = speaker.phrase(key, item=listed(entries, speaker), list=name)
            words = speaker.phrase("yes_so" if is_so else "no_so", words=told)
            return Answer(words, tuple(lists), value=is_so)
    return _not_there(lists, item, speaker)


def _not_there(lists: Sequence[State], item: str, speaker: Speaker) -> Answer:
    names = " / ".join(state.name for state in lists)
    return Answer(speaker.phrase("not_on_list", item=item, list=names), tuple(lists), value=False)


async def _async_find(
    hass: HomeAssistant, lists: Sequence[State], item: str, read: _Read
) -> tuple[str, list[str]] | None:
    """The first list that has what is asked about, and its entries for that."""
    for state in lists:
        if found := _those(item, await read(hass, state.entity_id)):
            return state.name, found
    return None


def _those(spoken: str, entries: Sequence[str]) -> list[str]:
    """The entries that are meant: "milk" is "Trim milk", too, where none is just milk."""
    words = tuple(word for word in split(spoken) if word not in _FILLERS)
    exactly = [entry for entry in entries if same(words, split(entry))]
    wider = [entry for entry in entries if words and set(stems(words)) <= set(stems(split(entry)))]
    return exactly or wider or [e for e in entries if likeness(words, split(e)) >= NEAR]

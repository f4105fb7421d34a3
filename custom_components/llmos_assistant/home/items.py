"""Which entry of a list is meant: "the loft hatch" for "Fix the loft hatch"."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from homeassistant.components.todo import DOMAIN as TODO
from homeassistant.components.todo import TodoItemStatus
from homeassistant.core import HomeAssistant

from .grounded import GroundedStep, Grounding
from .names import NEAR, Words, likeness, same, split, stems
from .problems import ProblemKind

_KNOWN_ITEM = frozenset({"HassListCompleteItem", "HassListRemoveItem"})
_SHOPPING_ITEM = "HassShoppingListCompleteItem"
_OF_ANY_LIST = {_SHOPPING_ITEM: "HassListCompleteItem"}


def needs_known_item(intent_type: str) -> bool:
    """If the intent is about an entry that is on the list already."""
    return intent_type in _KNOWN_ITEM


async def async_open_items(hass: HomeAssistant, entity_id: str) -> list[str]:
    """What is on a list and not done."""
    return await _async_items(hass, entity_id, TodoItemStatus.NEEDS_ACTION)


async def async_done_items(hass: HomeAssistant, entity_id: str) -> list[str]:
    """What is ticked off on a list."""
    return await _async_items(hass, entity_id, TodoItemStatus.COMPLETED)


async def _async_items(hass: HomeAssistant, entity_id: str, status: TodoItemStatus) -> list[str]:
    found = await hass.services.async_call(
        TODO,
        "get_items",
        {"entity_id": entity_id, "status": [status]},
        blocking=True,
        return_response=True,
    )
    answers: Mapping[str, Any] = found or {}
    return [str(entry["summary"]) for entry in answers[entity_id]["items"]]


def find_item(spoken: str, items: list[str]) -> str:
    """The entry that is meant; what was said, if none is or several could be."""
    words = split(spoken)
    ways: tuple[Callable[[Words], bool], ...] = (
        lambda item: same(words, item),
        lambda item: set(stems(words)) <= set(stems(item)),
        lambda item: set(stems(item)) <= set(stems(words)),
        lambda item: likeness(words, item) >= NEAR,
    )
    for fits in ways:
        found = [item for item in items if fits(split(item))]
        if found:
            return found[0] if len(found) == 1 else spoken
    return spoken


async def async_settle_lists(
    hass: HomeAssistant, grounding: Grounding, lists: Sequence[str], text: str
) -> Grounding:
    """Choose the list by the entry, where none was named or several could be: just one has it."""
    steps = [
        await _async_settle(hass, step, lists, text)
        if needs_known_item(step.intent) or step.intent == _SHOPPING_ITEM
        else step
        for step in grounding.steps
    ]
    return Grounding(tuple(steps))


def _is_named(hass: HomeAssistant, entity_id: str, text: str) -> bool:
    """If the utterance speaks of the list: then no other one is meant."""
    state = hass.states.get(entity_id)
    return state is not None and not set(stems(split(state.name))).isdisjoint(stems(split(text)))


async def _async_settle(
    hass: HomeAssistant, step: GroundedStep, lists: Sequence[str], text: str
) -> GroundedStep:
    spoken = str(step.slots.get("item", ""))
    is_open = step.problem is not None and step.problem.kind is ProblemKind.AMBIGUOUS_NAME
    if step.intent == _SHOPPING_ITEM and "shopping" in split(text):
        return step
    if not is_open and step.intent != _SHOPPING_ITEM:
        if step.problem or not step.entity_ids or _is_named(hass, step.entity_ids[0], text):
            return step
        items = await async_open_items(hass, step.entity_ids[0])
        if find_item(spoken, items) in items:
            return step
    having = []
    for entity_id in step.choices if is_open else lists:
        items = await async_open_items(hass, entity_id)
        if (item := find_item(spoken, items)) in items:
            having.append((entity_id, item))
    if len(having) != 1:
        return step
    entity_id, item = having[0]
    return replace(
        step,
        intent=_OF_ANY_LIST.get(step.intent, step.intent),
        slots=step.slots | {"name": entity_id, "item": item},
        entity_ids=(entity_id,),
        problem=None,
    )

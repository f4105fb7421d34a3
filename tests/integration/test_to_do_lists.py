"""To-do lists: what is on them, and what is done or gone."""

from __future__ import annotations

from typing import Any, override

import pytest
from homeassistant.components.homeassistant.exposed_entities import async_expose_entity
from homeassistant.components.todo import (
    TodoItem,
    TodoItemStatus,
    TodoListEntity,
    TodoListEntityFeature,
)
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
from pytest_homeassistant_custom_component.common import setup_test_component_platform

from custom_components.llmos_assistant.engine.protocol import SlotValue, Step

from .scripted_engine import ScriptedEngine
from .test_conversation import converse, speech
from .test_questions import ask

pytestmark = pytest.mark.usefixtures("assistant")

STATE = "HassGetState"


class Chores(TodoListEntity):
    """A to-do list that is kept in memory."""

    _attr_supported_features = (
        TodoListEntityFeature.CREATE_TODO_ITEM
        | TodoListEntityFeature.UPDATE_TODO_ITEM
        | TodoListEntityFeature.DELETE_TODO_ITEM
    )

    def __init__(self, name: str, *items: str) -> None:
        self._attr_name = name
        self._attr_todo_items = [
            TodoItem(item, uid=item, status=TodoItemStatus.NEEDS_ACTION) for item in items
        ]

    @override
    async def async_update_todo_item(self, item: TodoItem) -> None:
        self._attr_todo_items = [
            item if known.uid == item.uid else known for known in self._attr_todo_items or ()
        ]

    @override
    async def async_delete_todo_items(self, uids: list[str]) -> None:
        self._attr_todo_items = [i for i in self._attr_todo_items or () if i.uid not in uids]

    @property
    def open(self) -> list[str | None]:
        """What is not done."""
        items = self._attr_todo_items or ()
        return [item.summary for item in items if item.status is TodoItemStatus.NEEDS_ACTION]


@pytest.fixture
async def chores(home: HomeAssistant) -> dict[str, Chores]:
    """Three lists, one of them empty."""
    lists = [
        Chores("Jobs", "Fix the loft hatch", "Water bill"),
        Chores("Aldi", "Eggs"),
        Chores("Ideas"),
    ]
    setup_test_component_platform(home, "todo", lists)
    assert await async_setup_component(home, "todo", {"todo": [{"platform": "test"}]})
    await home.async_block_till_done()
    for name in ("jobs", "aldi", "ideas"):
        async_expose_entity(home, "conversation", f"todo.{name}", True)
    return {str(one.name): one for one in lists}


@pytest.mark.parametrize(
    ("slots", "answer", "value"),
    [
        ({"name": "jobs"}, "On Jobs (2): Fix the loft hatch, Water bill.", ["Fix the loft hatch", "Water bill"]),
        ({"name": "ideas"}, "There is nothing on Ideas.", []),
        ({"domain": "todo", "item": "eggs"}, "Yes, Eggs is on Aldi.", True),
        ({"name": "aldi", "item": "milk"}, "No, milk is not on Aldi.", False),
    ],
)  # fmt: skip
@pytest.mark.usefixtures("chores")
async def test_what_is_on_a_list(
    home: HomeAssistant,
    engine: ScriptedEngine,
    slots: dict[str, SlotValue],
    answer: str,
    value: Any,
) -> None:
    assert await ask(home, engine, STATE, slots) == (answer, value)


@pytest.mark.parametrize(
    ("text", "intent", "slots", "left"),
    [
        # the one list that has it, whatever list was understood
        ("fixed the loft hatch", "HassShoppingListCompleteItem", {"item": "the loft hatch"},
         {"Jobs": ["Water bill"], "Aldi": ["Eggs"]}),
        ("paid the water bill", "HassListCompleteItem", {"item": "water bill", "name": "ideas"},
         {"Jobs": ["Fix the loft hatch"], "Aldi": ["Eggs"]}),
        ("take eggs off aldi", "HassListRemoveItem", {"item": "egg", "name": "aldi"},
         {"Jobs": ["Fix the loft hatch", "Water bill"], "Aldi": []}),
        # the list that was named, and no other
        ("tick eggs off my ideas", "HassListCompleteItem", {"item": "eggs", "name": "ideas"},
         {"Jobs": ["Fix the loft hatch", "Water bill"], "Aldi": ["Eggs"]}),
        # nothing that is on a list
        ("got the milk", "HassListCompleteItem", {"item": "milk", "name": "ideas"},
         {"Jobs": ["Fix the loft hatch", "Water bill"], "Aldi": ["Eggs"]}),
    ],
)  # fmt: skip
async def test_what_is_done_or_gone(
    home: HomeAssistant,
    engine: ScriptedEngine,
    chores: dict[str, Chores],
    text: str,
    intent: str,
    slots: dict[str, SlotValue],
    left: dict[str, list[str]],
) -> None:
    engine.plan(text, Step(intent, slots))

    result = await converse(home, text)

    assert {name: chores[name].open for name in left} == left, speech(result)

"""Which list something goes on, or off."""

from __future__ import annotations

import pytest

from custom_components.llmos_assistant.engine.protocol import Plan, SlotValue, Step
from custom_components.llmos_assistant.home.grounded import GroundedStep
from custom_components.llmos_assistant.home.grounding import ground
from custom_components.llmos_assistant.home.inventory import Entity, Home
from custom_components.llmos_assistant.home.problems import ProblemKind

type Slots = dict[str, SlotValue]

ADD, DONE = "HassListAddItem", "HassListCompleteItem"
BUY, BOUGHT = "HassShoppingListAddItem", "HassShoppingListCompleteItem"
REMOVE = "HassListRemoveItem"

JOBS, ALDI, TESCO = (
    Entity("todo.jobs", "Jobs"),
    Entity("todo.aldi", "Aldi"),
    Entity("todo.tesco", "Tesco"),
)


def listed(
    text: str, intent: str, slots: Slots, *lists: Entity, shopping_list: bool = False
) -> GroundedStep:
    """The step in a home with these lists."""
    home = Home(entities=lists, shopping_list=shopping_list)
    (step,) = ground(Plan((Step(intent, slots),), 1.0), home, text=text).steps
    return step


@pytest.mark.parametrize(
    ("text", "intent", "slots", "meant", "name"),
    [
        ("put milk on the aldi run", ADD, {"item": "milk", "name": "aldi run"}, ADD, "Aldi"),
        ("we need milk", BUY, {"item": "milk"}, ADD, "Aldi"),
        ("put milk on the shopping list", ADD, {"item": "milk", "name": "shopping list"}, ADD, "Aldi"),
        ("add milk", ADD, {"item": "milk"}, ADD, "Aldi"),
        ("got the milk", BOUGHT, {"item": "milk"}, DONE, "Aldi"),
        ("take milk off the list", BOUGHT, {"item": "milk"}, REMOVE, "Aldi"),
        ("paint for the jobs", BUY, {"item": "paint"}, ADD, "Jobs"),
    ],
)  # fmt: skip
def test_one_list_is_meant(text: str, intent: str, slots: Slots, meant: str, name: str) -> None:
    """The one that was named, or else the one for groceries; taking off is not ticking off."""
    step = listed(text, intent, slots, JOBS, ALDI)

    assert (step.problem, step.intent, step.slots["name"]) == (None, meant, name)


def test_home_assistants_own_shopping_list_comes_first() -> None:
    """It has intents of its own, that take no name."""
    slots: Slots = {"item": "milk", "name": "shopping list"}
    step = listed("milk on the shopping list", ADD, slots, JOBS, shopping_list=True)

    assert (step.problem, step.intent, step.slots) == (None, BUY, {"item": "milk"})


@pytest.mark.parametrize(
    ("intent", "slots", "lists", "kind", "candidates"),
    [
        (BUY, {"item": "something"}, (ALDI,), ProblemKind.WHICH_ITEM, ()),
        (BUY, {"item": "milk"}, (), ProblemKind.NOTHING_FITS, ()),
        (BUY, {"item": "milk"}, (ALDI, TESCO), ProblemKind.AMBIGUOUS_NAME, ("Aldi", "Tesco")),
        (ADD, {"item": "milk", "name": "shopping list"}, (JOBS,), ProblemKind.UNKNOWN_NAME, ()),
    ],
)
def test_it_is_asked(
    intent: str,
    slots: Slots,
    lists: tuple[Entity, ...],
    kind: ProblemKind,
    candidates: tuple[str, ...],
) -> None:
    """What, and on which list, where that is not clear; nothing goes on a list of another kind."""
    problem = listed("", intent, slots, *lists).problem

    assert problem is not None
    assert (problem.kind, problem.candidates) == (kind, candidates)

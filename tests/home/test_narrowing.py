"""A group narrowed by the other words of the utterance."""

from __future__ import annotations

import pytest

from custom_components.llmos_assistant.engine.protocol import Plan, SlotValue, Step
from custom_components.llmos_assistant.home.grounding import ground
from custom_components.llmos_assistant.home.inventory import Home


@pytest.mark.parametrize(
    ("text", "slots", "entity_ids"),
    [
        ("take the overhead down a touch", {}, {"light.kitchen_1"}),
        ("the counter a bit brighter", {}, {"light.kitchen_2"}),
        ("lights on", {}, {"light.kitchen_1", "light.kitchen_2"}),
        ("turn on the kitchen lights", {"area": "kitchen"}, {"light.kitchen_1", "light.kitchen_2"}),
        (
            "all the lights on not just the overhead",
            {"area": "kitchen"},
            {"light.kitchen_1", "light.kitchen_2"},
        ),
        ("lights on except the overhead", {"except": "overhead"}, {"light.kitchen_2"}),
    ],
)
def test_narrow(home: Home, text: str, slots: dict[str, SlotValue], entity_ids: set[str]) -> None:
    """The light that was spoken of, all of the room where none was."""
    plan = Plan((Step("HassTurnOn", {"domain": "light", **slots}),), 1.0)
    (step,) = ground(plan, home, "kitchen", text=text).steps
    assert (set(step.entity_ids), step.problem) == (entity_ids, None)


def test_other_steps_do_not_narrow(home: Home) -> None:
    """In "lights on and the overhead off" the words belong to different steps."""
    steps = (
        Step("HassTurnOn", {"domain": "light"}),
        Step("HassTurnOff", {"name": "overhead light"}),
    )
    grounding = ground(Plan(steps, 1.0), home, "kitchen", text="lights on and the overhead off")
    assert len(grounding.steps[0].entity_ids) == 2

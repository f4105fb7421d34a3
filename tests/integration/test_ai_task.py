"""Tasks of automations: from facts of the home, or from the chat model, in the shape that is wanted."""

from __future__ import annotations

from typing import Any

import pytest
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.selector import NumberSelector, NumberSelectorConfig

from custom_components.llmos_assistant.engine.protocol import Step
from custom_components.llmos_assistant.generating import Field, _numbers

from .scripted_engine import ScriptedEngine

pytestmark = pytest.mark.usefixtures("assistant")

LIGHTS_ON = Step("HassGetState", {"domain": "light", "state": "on"})


async def generate(
    hass: HomeAssistant,
    instructions: str,
    entity_id: str = "ai_task.llmos_assistant",
    **structure: Any,
) -> Any:
    """The data of a task; `structure` are selectors by the names of fields."""
    data: dict[str, Any] = {
        "task_name": "test",
        "entity_id": entity_id,
        "instructions": instructions,
    }
    if structure:
        data["structure"] = {name: {"selector": s} for name, s in structure.items()}
    response = await hass.services.async_call(
        "ai_task", "generate_data", data, blocking=True, return_response=True
    )
    assert response is not None
    return response["data"]


async def test_questions_about_the_home_are_answered_from_facts(
    home: HomeAssistant, engine: ScriptedEngine
) -> None:
    await home.services.async_call("light", "turn_off", {"entity_id": "all"}, blocking=True)
    await home.services.async_call(
        "light", "turn_on", {"entity_id": "light.kitchen_lights"}, blocking=True
    )
    engine.plan("is any light on", LIGHTS_ON)

    assert await generate(home, "is any light on") == "Yes: Kitchen Lights."
    assert await generate(
        home, "is any light on", on={"boolean": {}}, which={"entity": {"multiple": True}}
    ) == {"on": True, "which": ["light.kitchen_lights"]}


async def test_other_texts_come_from_the_chat_model(
    home: HomeAssistant, engine: ScriptedEngine
) -> None:
    engine.chat = ["Good morning!"]

    assert await generate(home, "greet us") == "Good morning!"


@pytest.mark.parametrize(
    ("selector", "said", "value"),
    [
        ({"boolean": {}}, "Yes, it is.", True),
        ({"boolean": {}}, "No.", False),
        ({"number": {"min": 0, "max": 10}}, "About 7.5 points", 7.5),
        ({"select": {"options": ["low", "high"]}}, "The level is High.", "high"),
        ({"select": {"options": ["a", "b", "c"], "multiple": True}}, "a, c", ["a", "c"]),
        ({"text": {}}, "Hello there.", "Hello there."),
        ({"date": {}}, "It is 2026-12-24.", "2026-12-24"),
    ],
)
async def test_values_have_the_type_that_is_wanted(
    home: HomeAssistant, engine: ScriptedEngine, selector: dict[str, Any], said: str, value: Any
) -> None:
    engine.chat = [said]

    assert await generate(home, "think about it", wanted=selector) == {"wanted": value}


async def test_asks_again_where_the_value_is_not_valid(
    home: HomeAssistant, engine: ScriptedEngine
) -> None:
    engine.chat = ["Maybe 70.", "7"]

    assert await generate(home, "rate it", points={"number": {"min": 0, "max": 10}}) == {
        "points": 7.0
    }


@pytest.mark.parametrize(
    ("selector", "times"),
    [
        ({"number": {}}, 3),  # the last time of all values
        ({"select": {"options": [{"label": "Low", "value": "l"}]}}, 3),
        ({"date": {}}, 3),
        ({"text": {}}, 2),
    ],
)
async def test_asks_again_where_there_is_no_value_in_the_answer(
    home: HomeAssistant, engine: ScriptedEngine, selector: dict[str, Any], times: int
) -> None:
    engine.chat = [""] * times

    with pytest.raises(HomeAssistantError, match="no value for wanted"):
        await generate(home, "think about it", wanted=selector)
    assert engine.chat == []


async def test_several_lines_are_a_list_where_one_is_wanted(
    home: HomeAssistant, engine: ScriptedEngine
) -> None:
    engine.chat = ["- milk\n\n- bread"]

    assert await generate(home, "what to buy", items={"text": {"multiple": True}}) == {
        "items": ["milk", "bread"]
    }


async def test_a_fact_that_does_not_fit_is_told_to_the_chat_model(
    home: HomeAssistant, engine: ScriptedEngine
) -> None:
    engine.plan("which lights are on", LIGHTS_ON)
    engine.chat = ["2026-12-24"]

    assert await generate(home, "which lights are on", since={"date": {}}) == {
        "since": "2026-12-24"
    }
    assert "(What is known: Ceiling Lights" in engine.chats[0].messages[-1].content


async def test_an_engine_that_fails_is_told(home: HomeAssistant, engine: ScriptedEngine) -> None:
    engine.plan("write a poem")
    engine.chat = ["never said"]
    engine.chat_error = "The poet is out"

    with pytest.raises(HomeAssistantError, match="The poet is out") as told:
        await generate(home, "write a poem")
    assert told.value.translation_key == "no_engine"


async def test_says_which_value_there_is_none_for(
    home: HomeAssistant, engine: ScriptedEngine
) -> None:
    engine.chat = ["Perhaps.", "Who knows.", "Maybe."]

    with pytest.raises(HomeAssistantError, match="no value for is_nice"):
        await generate(home, "is it nice", is_nice={"boolean": {}})


@pytest.mark.parametrize(
    ("selector", "choices", "value"),
    [
        ({"boolean": {}}, ["Yes", "No"], False),
        ({"number": {"min": 1, "max": 10}}, [str(n) for n in range(1, 11)], 10),
        ({"number": {"min": 0, "max": 1, "step": 0.25}}, ["0", "0.25", "0.5", "0.75", "1"], 1),
        ({"select": {"options": ["low", "high"]}}, ["low", "high"], "high"),
    ],
)
async def test_chooses_where_no_answer_can_be_read(
    home: HomeAssistant,
    engine: ScriptedEngine,
    selector: dict[str, Any],
    choices: list[str],
    value: Any,
) -> None:
    engine.chat = ["Perhaps.", "Who knows.", choices[-1]]

    assert await generate(home, "think about it", wanted=selector) == {"wanted": value}
    assert [list(chat.choices) for chat in engine.chats] == [[], [], choices]


async def test_whatever_the_limits_there_is_something_to_choose() -> None:
    for limits in (
        {}, {"min": 5}, {"max": -5}, {"max": 1000}, {"min": -1000, "max": 1000, "step": 10},
        {"min": 0, "max": 1, "step": "any"}, {"min": 0, "max": 0.5},
    ):  # fmt: skip
        chosen = NumberSelector(NumberSelectorConfig(**limits))  # type: ignore[typeddict-item]
        numbers = _numbers(Field("n", "", chosen))
        assert 1 <= len(set(numbers)) <= 201, limits
        assert [chosen(float(number)) for number in numbers]


async def test_fields_of_other_types_are_refused(
    home: HomeAssistant, engine: ScriptedEngine
) -> None:
    engine.chat = []

    with pytest.raises(HomeAssistantError, match="device"):
        await generate(home, "pick one", which={"device": {}})


async def test_without_a_chat_model_says_so(home: HomeAssistant, engine: ScriptedEngine) -> None:
    with pytest.raises(HomeAssistantError, match="chat model"):
        await generate(home, "write a poem")


async def test_commands_are_no_tasks(home: HomeAssistant, engine: ScriptedEngine) -> None:
    """What would change something goes to the chat model, which cannot."""
    engine.plan("turn off the lights", Step("HassTurnOff", {"domain": "light", "area": "kitchen"}))
    engine.chat = ["I cannot do that."]
    before = home.states.get("light.kitchen_lights")

    assert await generate(home, "turn off the lights") == "I cannot do that."
    assert home.states.get("light.kitchen_lights") is before

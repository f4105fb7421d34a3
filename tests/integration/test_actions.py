"""The action that tells what a text asks for."""

from __future__ import annotations

from typing import Any

import pytest
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import area_registry as ar
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.llmos_assistant.const import DOMAIN
from custom_components.llmos_assistant.engine.protocol import Step

from .scripted_engine import ScriptedEngine


async def call(hass: HomeAssistant, action: str, data: dict[str, Any]) -> dict[str, Any]:
    """Call an action."""
    response = await hass.services.async_call(
        DOMAIN, action, data, blocking=True, return_response=True
    )
    assert response is not None
    return response


async def understand(hass: HomeAssistant, **data: Any) -> dict[str, Any]:
    """Have a text understood."""
    return await call(hass, "understand", data)


async def test_tells_grounded_steps_and_executes_nothing(
    home: HomeAssistant, assistant: MockConfigEntry, engine: ScriptedEngine
) -> None:
    engine.plan("x", Step("HassTurnOff", {"area": "the kitchen", "domain": "light"}))

    assert await understand(home, text="x") == {
        "steps": [{"intent": "HassTurnOff", "slots": {"area": "Kitchen", "domain": "light"}}],
        "route": "command",
        "confidence": 0.9,
    }
    assert home.states.get("light.kitchen_lights").state == "on"


async def test_means_the_area_it_is_told(
    home: HomeAssistant, assistant: MockConfigEntry, engine: ScriptedEngine
) -> None:
    engine.plan("lights off", Step("HassTurnOff", {"domain": "light"}))
    kitchen = ar.async_get(home).async_get_area_by_name("Kitchen")

    response = await understand(home, text="lights off", area_id=kitchen.id)

    assert response["steps"][0]["slots"]["area"] == "Kitchen"


async def test_chat_has_no_steps(
    home: HomeAssistant, assistant: MockConfigEntry, engine: ScriptedEngine
) -> None:
    response = await understand(home, text="how are you")

    assert response == {"steps": [], "route": "chat", "confidence": 0.0}


async def test_tells_what_is_unclear(
    home: HomeAssistant, assistant: MockConfigEntry, engine: ScriptedEngine
) -> None:
    engine.plan("x", Step("HassTurnOff", {"name": "flux capacitor"}))

    problem = (await understand(home, text="x"))["problem"]

    assert problem["kind"] == "unknown_name"
    assert problem["spoken"] == "flux capacitor"
    assert problem["message"] == "Sorry, I am not aware of any device called flux capacitor"


@pytest.mark.parametrize(
    ("data", "key"),
    [
        ({"text": ""}, "no_text"),
        ({"text": "a" * 10_000}, "text_too_long"),
        ({"text": "Licht an", "language": "de"}, "language_not_supported"),
        ({"text": "x", "area_id": "nowhere"}, "unknown_area_id"),
        ({"text": "x", "device_id": "nothing"}, "unknown_device_id"),
    ],
)
async def test_bad_input(
    home: HomeAssistant, assistant: MockConfigEntry, data: dict[str, str], key: str
) -> None:
    with pytest.raises(ServiceValidationError) as err:
        await understand(home, **data)
    assert err.value.translation_key == key


async def test_says_why_the_engine_cannot(
    home: HomeAssistant, assistant: MockConfigEntry, engine: ScriptedEngine
) -> None:
    engine.error = "The model is on fire"
    with pytest.raises(HomeAssistantError, match="The model is on fire"):
        await understand(home, text="x")


async def test_needs_a_loaded_entry(home: HomeAssistant, assistant: MockConfigEntry) -> None:
    await home.config_entries.async_unload(assistant.entry_id)
    with pytest.raises(ServiceValidationError) as err:
        await understand(home, text="x")
    assert err.value.translation_key == "not_loaded"


async def ask(hass: HomeAssistant, **data: Any) -> dict[str, Any]:
    """Ask a question."""
    return await call(hass, "ask", data)


async def test_ask_answers_with_words_a_value_and_entities(
    home: HomeAssistant, assistant: MockConfigEntry, engine: ScriptedEngine
) -> None:
    engine.plan("q", Step("HassGetState", {"area": "kitchen", "domain": "light", "state": "on"}))

    assert await ask(home, question="q") == {
        "answer": "Yes, Kitchen Lights is on.",
        "value": True,
        "entities": ["light.kitchen_lights"],
    }


@pytest.mark.parametrize(
    ("structure", "value"),
    [
        ({"boolean": {}}, True),
        ({"entity": {}}, "light.kitchen_lights"),
        ({"entity": {"multiple": True}}, ["light.kitchen_lights"]),
        ({"text": {}}, "Yes, Kitchen Lights is on."),
        ({"lit": {"selector": {"boolean": {}}}}, {"lit": True}),
    ],
)
async def test_ask_gives_the_value_in_a_structure(
    home: HomeAssistant,
    assistant: MockConfigEntry,
    engine: ScriptedEngine,
    structure: dict[str, Any],
    value: Any,
) -> None:
    engine.plan("q", Step("HassGetState", {"area": "kitchen", "domain": "light", "state": "on"}))

    assert (await ask(home, question="q", structure=structure))["value"] == value


async def test_ask_refuses_a_structure_that_the_answer_does_not_fit(
    home: HomeAssistant, assistant: MockConfigEntry, engine: ScriptedEngine
) -> None:
    engine.plan("q", Step("HassGetState", {"name": "front door", "state": "locked"}))

    with pytest.raises(ServiceValidationError, match="is no number"):
        await ask(home, question="q", structure={"number": {}})


async def test_ask_changes_nothing(
    home: HomeAssistant, assistant: MockConfigEntry, engine: ScriptedEngine
) -> None:
    engine.plan("q", Step("HassTurnOff", {"area": "kitchen", "domain": "light"}))

    with pytest.raises(ServiceValidationError, match="nothing was changed"):
        await ask(home, question="q")
    assert home.states.get("light.kitchen_lights").state == "on"


async def test_ask_refuses_what_is_no_question_about_the_home(
    home: HomeAssistant, assistant: MockConfigEntry
) -> None:
    with pytest.raises(ServiceValidationError, match="no question about the home"):
        await ask(home, question="how are you")


async def test_ask_says_what_it_cannot_find(
    home: HomeAssistant, assistant: MockConfigEntry, engine: ScriptedEngine
) -> None:
    engine.plan("q", Step("HassGetState", {"name": "flux capacitor", "state": "on"}))

    answer = await ask(home, question="q")

    assert "flux capacitor" in answer["answer"]
    assert answer["value"] is None


@pytest.mark.parametrize(
    ("selector", "value"),
    [
        ({"number": {}}, 2),
        ({"boolean": {}}, True),
        ({"select": {"options": ["2", "3"]}}, None),
    ],
)
async def test_ask_counts_where_a_number_is_wanted(
    home: HomeAssistant,
    assistant: MockConfigEntry,
    engine: ScriptedEngine,
    selector: dict[str, Any],
    value: Any,
) -> None:
    for light in ("light.kitchen_lights", "light.ceiling_lights"):
        await home.services.async_call("light", "turn_on", {"entity_id": light}, blocking=True)
    engine.plan("which lights are on", Step("HassGetState", {"domain": "light", "state": "on"}))
    asked = ask(home, question="which lights are on", structure=selector)

    if value is None:
        with pytest.raises(ServiceValidationError) as told:
            await asked
        assert told.value.translation_key == "other_structure"
    else:
        on = [s for s in home.states.async_all("light") if s.state == "on"]
        assert (await asked)["value"] == (len(on) if value == 2 else value)


async def test_ask_refuses_a_value_that_the_selector_does_not_take(
    home: HomeAssistant, assistant: MockConfigEntry, engine: ScriptedEngine
) -> None:
    engine.plan("which lights are on", Step("HassGetState", {"domain": "light", "state": "on"}))

    with pytest.raises(ServiceValidationError) as told:
        await ask(
            home, question="which lights are on", structure={"number": {"min": 50, "max": 99}}
        )
    assert told.value.translation_key == "out_of_range"


async def test_ask_says_no_where_a_condition_is_not_met(
    home: HomeAssistant, assistant: MockConfigEntry, engine: ScriptedEngine
) -> None:
    engine.plan(
        "q",
        Step("LlmosIf", {"name": "bed light", "state": "on"}),
        Step("HassGetState", {"name": "front door", "state": "locked"}),
    )
    await home.services.async_call(
        "light", "turn_off", {"entity_id": "light.bed_light"}, blocking=True
    )

    answer = await ask(home, question="q")

    assert (answer["value"], answer["entities"]) == (False, [])

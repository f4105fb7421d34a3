"""The blueprints, run as automations."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncGenerator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
from pytest_homeassistant_custom_component.common import (
    async_capture_events,
    async_fire_time_changed,
)

from custom_components.llmos_assistant.engine.protocol import SlotValue, Step

from .scripted_engine import ScriptedEngine
from .test_questions import LONDON, THERMOMETER, evening, put

__all__ = ["evening"]

pytestmark = pytest.mark.usefixtures("assistant")

BLUEPRINTS = Path(__file__).parents[2] / "blueprints" / "automation"
TELL = [{"event": "told", "event_data": {"answer": "{{ reply.answer }}"}}]


async def automate(hass: HomeAssistant, blueprint: str, **inputs: Any) -> None:
    """Make an automation from a blueprint, as the UI does."""
    folder = Path(hass.config.path("blueprints", "automation", "llmos_assistant"))
    await hass.async_add_executor_job(
        lambda: shutil.copytree(BLUEPRINTS, folder, dirs_exist_ok=True)
    )
    use = {"path": f"llmos_assistant/{blueprint}.yaml", "input": inputs}
    assert await async_setup_component(hass, "automation", {"automation": {"use_blueprint": use}})
    await hass.async_block_till_done()
    assert [state.state for state in hass.states.async_all("automation")] == ["on"]


@pytest.fixture
async def config_folder(hass: HomeAssistant, tmp_path: Path) -> AsyncGenerator[None]:
    """Blueprints are copied into a configuration of their own; automations end with the test."""
    hass.config.config_dir = str(tmp_path)
    yield
    await hass.services.async_call(
        "automation", "turn_off", {"entity_id": "all", "stop_actions": True}, blocking=True
    )


@pytest.mark.usefixtures("config_folder")
async def test_what_was_left_on(home: HomeAssistant, engine: ScriptedEngine) -> None:
    engine.plan("Are any lights on?", Step("HassGetState", {"domain": "light", "state": "on"}))
    told = async_capture_events(home, "told")
    for person in ("ada", "bob"):
        home.states.async_set(f"person.{person}", "home")
    await automate(home, "left_on", people=["person.ada", "person.bob"], tell=TELL)

    home.states.async_set("person.ada", "not_home")
    await home.async_block_till_done()
    assert told == []

    home.states.async_set("person.bob", "not_home")
    await home.async_block_till_done()
    assert [event.data["answer"][:4] for event in told] == ["Yes:"]


@pytest.mark.usefixtures("config_folder")
async def test_nothing_is_told_where_nothing_was_left_on(
    home: HomeAssistant, engine: ScriptedEngine
) -> None:
    await home.services.async_call("light", "turn_off", {"entity_id": "all"}, blocking=True)
    engine.plan("Are any lights on?", Step("HassGetState", {"domain": "light", "state": "on"}))
    told = async_capture_events(home, "told")
    home.states.async_set("person.ada", "home")
    await automate(home, "left_on", people=["person.ada"], tell=TELL)

    home.states.async_set("person.ada", "not_home")
    await home.async_block_till_done()
    assert told == []


@pytest.mark.usefixtures("config_folder", "evening")
async def test_a_question_every_day(
    home: HomeAssistant, engine: ScriptedEngine, freezer: FrozenDateTimeFactory
) -> None:
    engine.plan("Is it dark?", Step("LlmosGetSun", {"condition": "dark"}))
    told = async_capture_events(home, "told")
    await automate(home, "daily_question", at="20:00:00", question="Is it dark?", announce=TELL)

    freezer.move_to(datetime(2026, 10, 14, 20, 0, 1, tzinfo=LONDON))
    async_fire_time_changed(home)
    await home.async_block_till_done()
    assert [event.data["answer"] for event in told] == ["Yes, the sun is down."]


@pytest.mark.usefixtures("config_folder")
@pytest.mark.parametrize(("outside", "inside", "is_told"), [(18, 26, 1), (28, 26, 0), (15, 20, 0)])
async def test_worth_opening_the_windows(
    home: HomeAssistant, engine: ScriptedEngine, outside: int, inside: int, is_told: int
) -> None:
    measured: dict[str, SlotValue] = {"device_class": "temperature"}
    engine.plan(
        "What's the average temperature inside?",
        Step("HassGetState", measured | {"ask": "average"}),
    )
    engine.plan(
        "Is it colder outside than inside?",
        Step("HassGetState", measured | {"ask": "lower", "area": "outside", "than": "inside"}),
    )
    told = async_capture_events(home, "told")
    put(home, "sensor.nursery", str(inside), "Nursery", **THERMOMETER)
    put(home, "sensor.garden", "30", **THERMOMETER)
    await automate(home, "open_windows", thermometer="sensor.garden", tell=TELL)

    home.states.async_set("sensor.garden", str(outside), THERMOMETER)
    # The automation then waits for hours, while the clock stands still: nothing to be blocked on.
    for _ in range(5000):
        await asyncio.sleep(0)
    assert len(told) == is_told

"""Fifty tasks, done by a real chat model in a real home: every value is one that its selector takes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import voluptuous as vol
import yaml
from homeassistant.core import HomeAssistant
from homeassistant.helpers.selector import selector
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.llmos_assistant.const import CONF_ENGINE, DOMAIN, ENGINE_LOCAL
from custom_components.llmos_assistant.engine import store
from tests.engine.conftest import smollm2, smollm2_gguf

from .test_ai_task import generate
from .test_real_engine import models

__all__ = ["models", "smollm2", "smollm2_gguf"]

TASKS = [
    (instructions, structure)
    for task in yaml.safe_load(Path(__file__).with_name("tasks.yaml").read_text("utf-8"))
    for instructions, structure in task.items()
]


@pytest.mark.timeout(900)
@pytest.mark.usefixtures("sockets", "models", "smollm2")
async def test_every_value_is_valid(home: HomeAssistant) -> None:
    """SmolLM2-135M is often wrong, but what it says is of the type that is wanted."""
    entry = MockConfigEntry(
        domain=DOMAIN,
        data={CONF_ENGINE: ENGINE_LOCAL, "language": "en"},
        options={"chat_model": store.SMOLLM2_135M.name},
    )
    entry.add_to_hass(home)
    assert await home.config_entries.async_setup(entry.entry_id)
    await home.async_block_till_done()
    assert len(TASKS) == 50
    values: dict[str, Any] = {}
    for instructions, structure in TASKS:
        values[instructions] = value = await generate(home, instructions, **structure)
        assert value.keys() == structure.keys()
        for name, config in structure.items():
            vol.Schema(selector(config))(value[name])
            assert value[name] != ""
    assert any(value["is_fruit"] for value in values.values() if "is_fruit" in value)
    assert len({str(value) for value in values.values()}) > 20
    print(values)

"""Tasks, done by a real chat model in a real home: every value is one that its selector takes.

Every fifth of them; `script/bench tasks` does all fifty, which takes minutes.
"""

from __future__ import annotations

import os
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
from custom_components.llmos_assistant.generating import _KINDS
from tests.engine.conftest import smollm2, smollm2_gguf

from .test_ai_task import generate
from .test_real_engine import models

__all__ = ["models", "smollm2", "smollm2_gguf"]

_ALL = "LLMOS_ALL_TASKS"
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
    values: dict[str, Any] = {}
    for instructions, structure in TASKS[:: 1 if os.environ.get(_ALL) else 5]:
        values[instructions] = value = await generate(home, instructions, **structure)
        assert value.keys() == structure.keys()
        for name, config in structure.items():
            vol.Schema(selector(config))(value[name])
            assert value[name] != ""
    assert len({str(value) for value in values.values()}) > len(values) / 2  # not one for all
    print(f"{len(values)} of {len(values)} valid:", *values.items(), sep="\n")


def test_there_are_fifty() -> None:
    assert len(TASKS) == 50
    kinds = {next(iter(config)) for _, fields in TASKS for config in fields.values()}
    assert kinds == set(_KINDS)

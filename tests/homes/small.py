"""Homes of names, kinds, places and states alone, as sentence tests have them, in a real Home Assistant.

Nothing in them can be carried out; what is said in them can be recognised.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator, Mapping
from contextlib import asynccontextmanager
from tempfile import TemporaryDirectory
from typing import Any

from homeassistant import loader
from homeassistant.components.homeassistant.const import DATA_EXPOSED_ENTITIES
from homeassistant.components.homeassistant.exposed_entities import async_expose_entity
from homeassistant.core import HomeAssistant
from homeassistant.helpers import area_registry as ar
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers import floor_registry as fr
from homeassistant.setup import async_setup_component
from pytest_homeassistant_custom_component.common import (
    async_test_home_assistant,
    mock_storage,
)

from .virtual import ASSISTANT

_COMPONENTS = ("homeassistant", "intent", "conversation")
_ROOMS = (
    "Kitchen Bedroom Bathroom Office Hallway Nursery Garage Pantry Library Attic Cellar Porch Den "
    "Studio Laundry Lounge Gym Sauna Workshop Conservatory"
).split()
_THINGS = (
    ("Ceiling Light", "light", "on"),
    ("Floor Lamp", "light", "off"),
    ("Reading Lamp", "light", "off"),
    ("Fan", "fan", "off"),
    ("Blind", "cover", "open"),
    ("Curtain", "cover", "closed"),
    ("Socket", "switch", "on"),
    ("Heater", "climate", "heat"),
    ("Speaker", "media_player", "idle"),
    ("Window", "binary_sensor", "off"),
    ("Motion", "binary_sensor", "off"),
    ("Temperature", "sensor", "20.5"),
    ("Humidity", "sensor", "45"),
    ("Door Lock", "lock", "locked"),
    ("Purifier", "humidifier", "off"),
)


def synthetic(count: int) -> dict[str, Any]:
    """A home of so many things in twenty rooms on two floors, in the form of a sentence test's."""
    things = list(_synthetic_things())[:count]
    return {
        "floors": [{"name": "Ground Floor"}, {"name": "First Floor"}],
        "areas": [
            {"name": room, "floor": ("Ground Floor", "First Floor")[number % 2]}
            for number, room in enumerate(_ROOMS)
        ],
        "entities": things,
    }


def _synthetic_things() -> Iterator[dict[str, Any]]:
    for turn in range(1, 10):
        for room in _ROOMS:
            for name, domain, state in _THINGS:
                number = f" {turn}" if turn > 1 else ""
                full = f"{room} {name}{number}"
                yield {"name": full, "domain": domain, "area": room, "state": state}


@asynccontextmanager
async def open_empty() -> AsyncGenerator[HomeAssistant]:
    """A new Home Assistant in which its own agent listens."""
    with TemporaryDirectory() as folder, mock_storage():
        async with async_test_home_assistant(config_dir=folder) as hass:
            hass.data.pop(loader.DATA_CUSTOM_COMPONENTS)
            try:
                for component in _COMPONENTS:
                    assert await async_setup_component(hass, component, {})
                hass.data[DATA_EXPOSED_ENTITIES].async_set_expose_new_entities(ASSISTANT, False)
                yield hass
            finally:
                await hass.async_stop(force=True)


async def furnish(hass: HomeAssistant, home: Mapping[str, Any]) -> None:
    """Make it this home and no other."""
    _clear(hass)
    names = [floor["name"] for floor in home.get("floors", [])]
    names += [area["floor"] for area in home.get("areas", []) if "floor" in area]
    floors = {name: fr.async_get(hass).async_create(name).floor_id for name in dict.fromkeys(names)}
    areas: dict[str, str] = {}
    for area in home.get("areas", []):
        floor_id = floors.get(area.get("floor", ""))
        areas[area["name"]] = ar.async_get(hass).async_create(area["name"], floor_id=floor_id).id
    for number, entity in enumerate(home.get("entities", [])):
        _add_entity(hass, number, entity, areas)
    await hass.async_block_till_done()


def _add_entity(
    hass: HomeAssistant, number: int, spec: Mapping[str, Any], areas: Mapping[str, str]
) -> None:
    attributes = {**spec.get("attributes", {}), "friendly_name": spec["name"]}
    entry = er.async_get(hass).async_get_or_create(
        spec["domain"],
        "small",
        str(number),
        suggested_object_id=f"small_{number}",
        original_name=spec["name"],
        original_device_class=attributes.get("device_class"),
    )
    er.async_get(hass).async_update_entity(
        entry.entity_id, area_id=areas.get(spec.get("area", "")), aliases=[er.COMPUTED_NAME]
    )
    async_expose_entity(hass, ASSISTANT, entry.entity_id, True)
    hass.states.async_set(entry.entity_id, str(spec.get("state", "unknown")), attributes)


def _clear(hass: HomeAssistant) -> None:
    for entity_id in list(er.async_get(hass).entities):
        if entity_id.partition(".")[2].startswith("small_"):
            er.async_get(hass).async_remove(entity_id)
            hass.states.async_remove(entity_id)
    for area in list(ar.async_get(hass).async_list_areas()):
        ar.async_get(hass).async_delete(area.id)
    for floor in list(fr.async_get(hass).async_list_floors()):
        fr.async_get(hass).async_delete(floor.floor_id)

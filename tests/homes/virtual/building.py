"""Building a home in Home Assistant."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from tempfile import TemporaryDirectory
from typing import Any

from homeassistant import loader
from homeassistant.components.homeassistant.const import DATA_EXPOSED_ENTITIES
from homeassistant.components.homeassistant.exposed_entities import async_expose_entity
from homeassistant.components.intent import async_register_timer_handler
from homeassistant.core import HomeAssistant
from homeassistant.helpers import area_registry as ar
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers import floor_registry as fr
from homeassistant.helpers.entity_component import DATA_INSTANCES, EntityComponent
from homeassistant.setup import async_setup_component
from homeassistant.util.unit_system import METRIC_SYSTEM, US_CUSTOMARY_SYSTEM
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_test_home_assistant,
    mock_storage,
)

from ..files import SHOPPING_LIST, HomeFile
from . import media, moving, things
from .clock import Clock, real_time
from .house import KINDS, House
from .past import record, start_recorder

ASSISTANT = "conversation"

_COMPONENTS = ("homeassistant", "assist_pipeline", "intent", "conversation", "assist_satellite")


@asynccontextmanager
async def open_house(file: HomeFile, clock: Clock) -> AsyncGenerator[House]:
    """Set the home up in a new Home Assistant."""
    loop = asyncio.get_running_loop()
    with TemporaryDirectory() as folder, mock_storage(), real_time(loop):
        async with async_test_home_assistant(config_dir=folder) as hass:
            hass.data.pop(loader.DATA_CUSTOM_COMPONENTS)
            house = House(hass, file, clock)
            clock.set(house.set_up)
            try:
                await _build(house)
                yield house
            finally:
                await _take_down(house)
                await hass.async_stop(force=True)


async def _build(house: House) -> None:
    hass, file = house.hass, house.file
    await _configure(hass, file)
    if file.history:
        await start_recorder(hass)
    for component in _COMPONENTS:
        assert await async_setup_component(hass, component, {})
    hass.data[DATA_EXPOSED_ENTITIES].async_set_expose_new_entities(ASSISTANT, False)
    _add_places(house)
    await _add_shopping_list(house)
    for entity_id, entity_spec in file.entities.items():
        if entity_id != SHOPPING_LIST or house.shopping is None:
            await _add_entity(house, entity_id, entity_spec)
    await _add_satellites(house)
    await hass.async_block_till_done()
    if file.history:
        await record(house)
    house.clock.set(house.now)
    await _add_sun(hass)


async def _configure(hass: HomeAssistant, file: HomeFile) -> None:
    hass.config.units = US_CUSTOMARY_SYSTEM if file.unit_system != "metric" else METRIC_SYSTEM
    await hass.config.async_set_time_zone(file.time_zone)
    if file.position:
        hass.config.latitude, hass.config.longitude = file.position


def _add_places(house: House) -> None:
    hass, file = house.hass, house.file
    floors = fr.async_get(hass)
    floor_ids = {
        key: floors.async_create(
            spec["name"], aliases=set(spec.get("aliases", [])), level=spec.get("level")
        ).floor_id
        for key, spec in file.floors.items()
    }
    areas = ar.async_get(hass)
    for key, spec in file.areas.items():
        house.area_ids[key] = areas.async_create(
            spec["name"],
            aliases=set(spec.get("aliases", [])),
            floor_id=floor_ids[spec["floor"]] if spec.get("floor") else None,
        ).id


async def _component(hass: HomeAssistant, domain: str) -> EntityComponent[Any]:
    """What keeps the entities of a domain."""
    if domain == "person":  # the real one wants a library for pictures
        components = hass.data.setdefault(DATA_INSTANCES, {})
        if domain not in components:
            EntityComponent(logging.getLogger(__name__), domain, hass)
    else:
        assert await async_setup_component(hass, domain, {}), domain
    return hass.data[DATA_INSTANCES][domain]


async def _add_entity(house: House, entity_id: str, spec: Mapping[str, Any]) -> None:
    hass, domain = house.hass, entity_id.partition(".")[0]
    component = await _component(hass, domain)
    entity = KINDS[domain](entity_id, spec, house.file.unit_system != "metric")
    await component.async_add_entities([entity])
    assert entity.entity_id == entity_id, f"{entity_id} is no valid id"
    registry = er.async_get(hass)
    registry.async_update_entity(
        entity_id,
        area_id=house.area_ids[spec["area"]] if spec.get("area") else None,
        aliases=[er.COMPUTED_NAME, *map(str, spec.get("aliases", []))],
    )
    if isinstance(entity, things.Person):
        entity.user_id = (await hass.auth.async_create_user(str(spec["name"]))).id
    if isinstance(entity, moving.Vacuum):
        entity.segments = tuple(house.area_ids)
        registry.async_update_entity_options(
            entity_id,
            domain,
            {"area_mapping": {area_id: [key] for key, area_id in house.area_ids.items()}},
        )
    async_expose_entity(hass, ASSISTANT, entity_id, spec.get("exposed", True))
    house.entities[entity_id] = entity


async def _add_shopping_list(house: House) -> None:
    if not house.file.shopping_list:
        return
    entry = MockConfigEntry(domain="shopping_list")
    entry.add_to_hass(house.hass)
    assert await house.hass.config_entries.async_setup(entry.entry_id)
    await house.hass.async_block_till_done()
    house.shopping = entry.runtime_data
    house._stock_shopping_list()
    async_expose_entity(house.hass, ASSISTANT, SHOPPING_LIST, True)


async def _add_satellites(house: House) -> None:
    """One in each area, which keeps timers and announces."""
    hass = house.hass
    entry = MockConfigEntry(domain="satellites")
    entry.add_to_hass(hass)
    component = await _component(hass, "assist_satellite")
    for key, area_id in house.area_ids.items():
        name = f"{house.file.areas[key]['name']} satellite"
        device = dr.async_get(hass).async_get_or_create(
            config_entry_id=entry.entry_id, identifiers={("satellites", key)}, name=name
        )
        dr.async_get(hass).async_update_device(device.id, area_id=area_id)
        satellite = media.Satellite(f"assist_satellite.{key}", {"name": name}, is_us=False)
        await component.async_add_entities([satellite])
        er.async_get(hass).async_update_entity(satellite.entity_id, device_id=device.id)
        async_register_timer_handler(hass, device.id, lambda *_: None)
        house.satellites[key] = satellite
        house.device_ids[key] = device.id


async def _add_sun(hass: HomeAssistant) -> None:
    """Home Assistant's own. It tells of the risings and settings after the time it is set up."""
    entry = MockConfigEntry(domain="sun")
    entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)


async def _take_down(house: House) -> None:
    """End what would go on ticking."""
    for entity in house.entities.values():
        await entity.async_remove()
    for entry in house.hass.config_entries.async_entries("sun"):
        sun = entry.runtime_data
        await house.hass.config_entries.async_unload(entry.entry_id)
        sun.platform.async_unsub_polling()  # which unloading leaves on

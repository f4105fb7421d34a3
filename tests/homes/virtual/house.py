"""Building a home in Home Assistant, looking at it, and putting it back as it was."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from tempfile import TemporaryDirectory
from typing import Any
from zoneinfo import ZoneInfo

from homeassistant import loader
from homeassistant.components.homeassistant.const import DATA_EXPOSED_ENTITIES
from homeassistant.components.homeassistant.exposed_entities import async_expose_entity
from homeassistant.components.intent import async_register_timer_handler
from homeassistant.components.intent.const import TIMER_DATA
from homeassistant.components.intent.timers import TimerManager
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
from . import climate, media, moving, switching, things
from .base import Virtual
from .clock import Clock, real_time, settle

ASSISTANT = "conversation"

KINDS: Mapping[str, type[Virtual]] = {
    "alarm_control_panel": things.Alarm,
    "automation": switching.Automation,
    "binary_sensor": things.BinarySensor,
    "button": things.Button,
    "climate": climate.Climate,
    "cover": moving.Cover,
    "fan": switching.Fan,
    "humidifier": switching.Humidifier,
    "input_boolean": switching.OnOff,
    "input_number": things.InputNumber,
    "input_select": things.Select,
    "lawn_mower": moving.LawnMower,
    "light": switching.Light,
    "lock": moving.Lock,
    "media_player": media.MediaPlayer,
    "number": things.Number,
    "person": things.Person,
    "scene": things.Scene,
    "script": things.Script,
    "select": things.Select,
    "sensor": things.Sensor,
    "siren": switching.Siren,
    "switch": switching.OnOff,
    "todo": things.Todo,
    "vacuum": moving.Vacuum,
    "valve": moving.Valve,
    "water_heater": climate.WaterHeater,
    "weather": climate.Weather,
}
_WITHOUT_STATE = {"scene", "script", "button", "todo"}  # theirs says only when, or how many
_COMPONENTS = ("homeassistant", "assist_pipeline", "intent", "conversation", "assist_satellite")


@dataclass(frozen=True)
class Timer:
    """A timer that was started."""

    seconds: int
    name: str | None
    command: str | None


@dataclass(frozen=True)
class Snapshot:
    """How everything was at one moment, in README.md's words, and all events until then."""

    things: Mapping[str, Mapping[str, Any]]
    events: Mapping[str, tuple[tuple[str, Any], ...]]
    timers: Mapping[str, Timer]


@dataclass
class House:
    """A home that is set up, whose area ids are found by home.yaml's keys."""

    hass: HomeAssistant
    file: HomeFile
    clock: Clock
    area_ids: dict[str, str] = field(default_factory=dict)
    entities: dict[str, Virtual] = field(default_factory=dict)
    satellites: dict[str, media.Satellite] = field(default_factory=dict)
    device_ids: dict[str, str] = field(default_factory=dict)
    shopping: Any = None

    @property
    def now(self) -> datetime:
        """When everything is said."""
        return self.file.now.replace(tzinfo=ZoneInfo(self.file.time_zone))

    @property
    def timers(self) -> TimerManager:
        """What keeps the timers."""
        manager: TimerManager = self.hass.data[TIMER_DATA]
        return manager

    async def reset(self) -> None:
        """Put everything back as home.yaml has it."""
        await settle(self.hass)
        for timer in list(self.timers.timers.values()):
            if timer.is_active:
                self.timers.timer_tasks.pop(timer.id).cancel()
        self.timers.timers.clear()
        self.clock.set(self.now - timedelta(hours=1))
        for entity in (*self.entities.values(), *self.satellites.values()):
            entity.reset()
        if self.shopping is not None:
            self._stock_shopping_list()
        await settle(self.hass)
        self.clock.set(self.now)

    def snapshot(self) -> Snapshot:
        """How everything is."""
        lists = {SHOPPING_LIST: self._on_shopping_list()} if self.shopping is not None else {}
        return Snapshot(
            {**{key: self._look_at(entity) for key, entity in self.entities.items()}, **lists},
            {
                entity.entity_id: tuple(entity.events)
                for entity in (*self.entities.values(), *self.satellites.values())
            },
            {
                timer.id: Timer(timer.created_seconds, timer.name, timer.conversation_command)
                for timer in self.timers.timers.values()
            },
        )

    def _look_at(self, entity: Virtual) -> dict[str, Any]:
        seen = entity.values()
        if entity.entity_id.partition(".")[0] not in _WITHOUT_STATE:
            seen["state"] = self.hass.states.get(entity.entity_id).state
        return seen

    def _on_shopping_list(self) -> dict[str, Any]:
        return {
            key: sorted(
                str(item["name"]).casefold()
                for item in self.shopping.items
                if bool(item["complete"]) is is_done
            )
            for key, is_done in (("items", False), ("done", True))
        }

    def _stock_shopping_list(self) -> None:
        spec = self.file.entities.get(SHOPPING_LIST, {})
        self.shopping.items = [
            {"name": str(name), "id": f"{key}-{number}", "complete": key == "done"}
            for key in ("items", "done")
            for number, name in enumerate(spec.get(key) or [])
        ]
        self.shopping._async_notify()


@asynccontextmanager
async def open_house(file: HomeFile, clock: Clock) -> AsyncGenerator[House]:
    """Set the home up in a new Home Assistant."""
    loop = asyncio.get_running_loop()
    with TemporaryDirectory() as folder, mock_storage(), real_time(loop):
        async with async_test_home_assistant(config_dir=folder) as hass:
            hass.data.pop(loader.DATA_CUSTOM_COMPONENTS)
            house = House(hass, file, clock)
            clock.set(house.now - timedelta(hours=1))
            try:
                await _build(house)
                yield house
            finally:
                await hass.async_stop(force=True)


async def _build(house: House) -> None:
    hass, file = house.hass, house.file
    hass.config.units = US_CUSTOMARY_SYSTEM if house.file.unit_system != "metric" else METRIC_SYSTEM
    await hass.config.async_set_time_zone(file.time_zone)
    for component in _COMPONENTS:
        assert await async_setup_component(hass, component, {})
    hass.data[DATA_EXPOSED_ENTITIES].async_set_expose_new_entities(ASSISTANT, False)
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
    await _add_shopping_list(house)
    for entity_id, entity_spec in file.entities.items():
        if entity_id != SHOPPING_LIST or house.shopping is None:
            await _add_entity(house, entity_id, entity_spec)
    await _add_satellites(house)
    await hass.async_block_till_done()


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

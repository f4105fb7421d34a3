"""The demo home: what stands in which room, on which floor, and how it is at the start.

The things are those of Home Assistant's own demo integration, under names of a real home.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import Any

from .client import Client, DemoError, Message
from .satellite import AREA, NAME, Satellite

_TIMEOUT_S = 60
_ASSISTANT = "conversation"


@dataclass(frozen=True)
class Floor:
    """A floor and its areas, each with its other names."""

    name: str
    level: int
    aliases: tuple[str, ...]
    areas: dict[str, tuple[str, ...]]


@dataclass(frozen=True)
class Thing:
    """An entity of the demo: where it comes from, what it is called and where it stands."""

    platform: str
    unique_id: str | None  # None: the integration brings only one
    entity_id: str
    name: str
    area: str | None = None
    aliases: tuple[str, ...] = ()
    device_class: str | None = None


FLOORS = (
    Floor(
        "Downstairs",
        0,
        ("ground floor",),
        {"Living Room": ("lounge",), "Kitchen": (), "Hallway": ("entrance",), "Garage": ()},
    ),
    Floor("Upstairs", 1, ("first floor",), {"Bedroom": (), "Office": ("study",)}),
)
GARDEN = "Garden"

THINGS = (
    Thing("demo", "light_5", "light.living_room_lights", "Living Room Lights", "Living Room"),
    Thing("demo", "light_2", "light.floor_lamp", "Floor Lamp", "Living Room", ("standing lamp",)),
    Thing("demo", "light_3", "light.kitchen_lights", "Kitchen Lights", "Kitchen"),
    Thing("demo", "light_6", "light.hallway_light", "Hallway Light", "Hallway"),
    Thing("demo", "light_1", "light.bedside_lamp", "Bedside Lamp", "Bedroom", ("bed light",)),
    Thing("demo", "light_4", "light.office_lights", "Office Lights", "Office"),
    Thing("demo", "cover_4", "cover.garage_door", "Garage Door", "Garage"),
    Thing(
        *("demo", "cover_3", "cover.living_room_blinds", "Living Room Blinds", "Living Room"),
        device_class="blind",
    ),
    Thing("demo", "fan1", "fan.bedroom_fan", "Bedroom Fan", "Bedroom"),
    Thing("demo", "climate_2", "climate.thermostat", "Thermostat", "Living Room", ("heating",)),
    Thing("demo", "vacuum_1", "vacuum.robot_vacuum", "Robot Vacuum", "Hallway", ("rosie",)),
    Thing("demo", "switch1", "switch.coffee_machine", "Coffee Machine", "Kitchen"),
    Thing("demo", "sensor_1", "sensor.outside_temperature", "Outside Temperature", GARDEN),
    Thing("demo", "sensor_2", "sensor.outside_humidity", "Outside Humidity", GARDEN),
    Thing("demo", "binary_2", "binary_sensor.garden_motion", "Garden Motion", GARDEN),
    Thing(
        *("universal", "speaker", "media_player.living_room_speaker", "Living Room Speaker"),
        area="Living Room",
    ),
    Thing("shopping_list", None, "todo.shopping_list", "Shopping List"),
    Thing("local_todo", None, "todo.chores", "Chores"),
)

# The demo's locks have no entry in the entity registry: no other name, no area.
FRONT_DOOR = "lock.front_door"

# How it is when the demo begins: action, entity, data.
START: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("light.turn_off", "light.living_room_lights", {}),
    ("light.turn_off", "light.floor_lamp", {}),
    ("light.turn_off", "light.kitchen_lights", {}),
    ("light.turn_off", "light.hallway_light", {}),
    ("light.turn_on", "light.bedside_lamp", {"brightness_pct": 60, "color_temp_kelvin": 2700}),
    ("light.turn_on", "light.office_lights", {}),
    ("cover.open_cover", "cover.garage_door", {}),
    ("fan.turn_off", "fan.bedroom_fan", {}),
    ("climate.set_hvac_mode", "climate.thermostat", {"hvac_mode": "heat"}),
    ("climate.set_temperature", "climate.thermostat", {"temperature": 19}),
    ("media_player.volume_set", "media_player.living_room_speaker", {"volume_level": 0.5}),
    ("lock.unlock", FRONT_DOOR, {}),
)


async def furnish(client: Client) -> None:
    """Make the demo home. Raises DemoError."""
    await client.call(
        "homeassistant/expose_new_entities/set", assistant=_ASSISTANT, expose_new=False
    )
    await client.call(
        "config/core/update",
        location_name="Demo Home",
        country="US",
        language="en",
        unit_system="metric",
    )
    await _wait_for_demo(client)
    if not await client.call("config_entries/get", domain="shopping_list"):  # of onboarding
        await client.add_integration("shopping_list")
    await client.add_integration("local_todo", {"todo_list_name": "Chores"})
    await _place_things(client, await _make_areas(client))
    await _expose(client)
    await asyncio.gather(
        *(client.action(action, entity_id, **data) for action, entity_id, data in START)
    )


async def _wait_for_demo(client: Client) -> None:
    """Wait until Home Assistant runs and the demo's last thing is there. Raises DemoError."""
    deadline = time.monotonic() + _TIMEOUT_S
    wanted = {thing.unique_id for thing in THINGS if thing.platform == "demo"}
    while time.monotonic() < deadline:
        entries = await client.call("config/entity_registry/list")
        config = await client.call("get_config")
        if config["state"] == "RUNNING" and wanted <= {entry["unique_id"] for entry in entries}:
            return
        await asyncio.sleep(0.2)
    raise DemoError("Home Assistant's demo integration does not bring the things of the home")


async def _make_areas(client: Client) -> dict[str, str]:
    """Make the floors and areas; the id of each area. Raises DemoError."""
    existing = {
        area["name"].casefold(): area["area_id"]
        for area in await client.call("config/area_registry/list")
    }
    areas: dict[str, str] = {}

    async def make(name: str, **fields: Any) -> None:
        if area_id := existing.get(name.casefold()):  # onboarding has made some
            command, fields = "update", {"area_id": area_id, **fields}
        else:
            command = "create"
        area = await client.call(f"config/area_registry/{command}", name=name, **fields)
        areas[name] = area["area_id"]

    for floor in FLOORS:
        made = await client.call(
            "config/floor_registry/create",
            name=floor.name,
            level=floor.level,
            aliases=list(floor.aliases),
        )
        for name, aliases in floor.areas.items():
            await make(name, floor_id=made["floor_id"], aliases=list(aliases))
    await make(GARDEN)
    return areas


async def _place_things(client: Client, areas: dict[str, str]) -> None:
    """Name the things of the home and put them in their areas; hide all others of the demo."""
    entries: list[Message] = await client.call("config/entity_registry/list")
    for entry in entries:
        thing = _thing_of(entry)
        if thing is None:
            if entry["platform"] == "demo":
                await client.call(
                    "config/entity_registry/update",
                    entity_id=entry["entity_id"],
                    hidden_by="user",
                )
            continue
        fields: Message = {"device_class": thing.device_class} if thing.device_class else {}
        if entry["entity_id"] != thing.entity_id:
            fields["new_entity_id"] = thing.entity_id
        await client.call(
            "config/entity_registry/update",
            entity_id=entry["entity_id"],
            name=thing.name,
            area_id=areas[thing.area] if thing.area else None,
            aliases=[None, *thing.aliases],  # None stands for the name itself
            **fields,
        )


def _thing_of(entry: Message) -> Thing | None:
    """The thing that an entry of the entity registry is, if it is one of the home's."""
    for thing in THINGS:
        if thing.platform == entry["platform"]:
            domain = thing.entity_id.split(".")[0]
            same_domain = entry["entity_id"].startswith(f"{domain}.")
            if same_domain and thing.unique_id in (None, entry["unique_id"]):
                return thing
    return None


async def add_satellite(client: Client, satellite: Satellite) -> str:
    """Add the satellite to its area as a user does; its device id. Raises DemoError."""
    await client.add_integration("wyoming", {"host": "127.0.0.1", "port": satellite.port})
    areas = await client.call("config/area_registry/list")
    area_id = next(area["area_id"] for area in areas if area["name"] == AREA)
    for device in await client.call("config/device_registry/list"):
        if device["name"] == NAME:
            await client.call(
                "config/device_registry/update", device_id=device["id"], area_id=area_id
            )
            device_id: str = device["id"]
            return device_id
    raise DemoError("The demo's satellite has no device")


async def _expose(client: Client) -> None:
    """Expose the things of the home to Assist, and nothing else."""
    states = await client.call("get_states")
    things = {thing.entity_id for thing in THINGS} | {FRONT_DOOR}
    for should_expose, entity_ids in (
        (False, {state["entity_id"] for state in states} - things),
        (True, things),
    ):
        await client.call(
            "homeassistant/expose_entity",
            assistants=[_ASSISTANT],
            entity_ids=sorted(entity_ids),
            should_expose=should_expose,
        )

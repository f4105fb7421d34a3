"""A demo home in a real Home Assistant, and the integration in it."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Generator
from unittest.mock import patch

import pytest
import pytest_socket
from homeassistant.components.homeassistant.exposed_entities import async_expose_entity
from homeassistant.const import CONF_HOST, CONF_LANGUAGE, CONF_PORT, Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers import area_registry as ar
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers import entity_registry as er
from homeassistant.setup import async_setup_component
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.llmos_assistant.const import (
    CONF_CREATE_PIPELINE,
    CONF_ENGINE,
    DOMAIN,
    ENGINE_REMOTE,
    NAME,
)
from custom_components.llmos_assistant.engine_client import EngineClient
from custom_components.llmos_assistant.hub import Hub

from .scripted_engine import ScriptedEngine, serving

_DEMO_PLATFORMS = [Platform.LIGHT, Platform.COVER, Platform.LOCK]
_ROOMS = {
    "light.bed_light": "Bedroom",
    "light.ceiling_lights": "Living Room",
    "light.kitchen_lights": "Kitchen",
    "cover.garage_door": "Garage",
}


@pytest.fixture(autouse=True)
def _custom_integrations(enable_custom_integrations: None) -> None:
    """Let Home Assistant load the integration."""


@pytest.fixture(autouse=True)
def _machine() -> Generator[None]:
    """Make this a hub like most, whatever the tests run on: a chat model fits, and none is got."""
    hub = Hub("Some CPU", 4, 8_000_000_000, 3_100_000_000, 12_000_000_000)
    with patch("custom_components.llmos_assistant.flow_forms.read_hub", return_value=hub):
        yield


@pytest.fixture
def demo_platforms() -> Generator[None]:
    """Keep the demo integration to what needs no hardware libraries."""
    name = "homeassistant.components.demo.COMPONENTS_WITH_CONFIG_ENTRY_DEMO_PLATFORM"
    with patch(name, _DEMO_PLATFORMS):
        yield


@pytest.fixture
async def home(hass: HomeAssistant, demo_platforms: None) -> HomeAssistant:
    """Home Assistant's demo lights, covers and locks, in rooms."""
    for component in ("homeassistant", "assist_pipeline"):
        assert await async_setup_component(hass, component, {})
    demo = MockConfigEntry(domain="demo")
    demo.add_to_hass(hass)
    assert await hass.config_entries.async_setup(demo.entry_id)
    await hass.async_block_till_done()
    areas, devices, entities = ar.async_get(hass), dr.async_get(hass), er.async_get(hass)
    for entity_id, room in _ROOMS.items():
        area_id = areas.async_get_or_create(room).id
        if device_id := entities.async_get(entity_id).device_id:
            devices.async_update_device(device_id, area_id=area_id)
        else:
            entities.async_update_entity(entity_id, area_id=area_id)
    async_expose_entity(hass, "conversation", "lock.front_door", should_expose=True)
    await hass.async_block_till_done()
    return hass


@pytest.fixture
def sockets() -> None:
    """Let the test connect to engines on this machine."""
    pytest_socket.enable_socket()
    pytest_socket.socket_allow_hosts(["127.0.0.1"], allow_unix_socket=True)


@pytest.fixture
async def engine(sockets: None) -> AsyncGenerator[ScriptedEngine]:
    """An engine elsewhere that answers what the test wants."""
    scripted = ScriptedEngine()
    async with serving(scripted):
        yield scripted


@pytest.fixture
def entry(engine: ScriptedEngine) -> MockConfigEntry:
    """An entry for the scripted engine, not yet added."""
    return MockConfigEntry(
        domain=DOMAIN,
        title=NAME,
        data={
            CONF_ENGINE: ENGINE_REMOTE,
            CONF_HOST: "127.0.0.1",
            CONF_PORT: engine.port,
            CONF_LANGUAGE: "en",
            CONF_CREATE_PIPELINE: True,
        },
    )


@pytest.fixture
async def assistant(home: HomeAssistant, entry: MockConfigEntry) -> MockConfigEntry:
    """The integration, loaded in the demo home."""
    entry.add_to_hass(home)
    assert await home.config_entries.async_setup(entry.entry_id)
    await home.async_block_till_done()
    return entry


@pytest.fixture
async def local_engine(engine: ScriptedEngine) -> AsyncGenerator[ScriptedEngine]:
    """Let the scripted engine stand for the process on this machine."""
    client = EngineClient(f"tcp://127.0.0.1:{engine.port}")
    with patch("custom_components.llmos_assistant.engines.EngineSupervisor", return_value=client):
        yield engine

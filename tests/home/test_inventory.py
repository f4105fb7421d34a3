"""The inventory, from Home Assistant's registries."""

from __future__ import annotations

from homeassistant.components.homeassistant.exposed_entities import async_expose_entity
from homeassistant.core import HomeAssistant
from homeassistant.helpers import (
    area_registry as ar,
)
from homeassistant.helpers import (
    device_registry as dr,
)
from homeassistant.helpers import (
    entity_registry as er,
)
from homeassistant.helpers import (
    floor_registry as fr,
)
from homeassistant.setup import async_setup_component
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.llmos_assistant.home.building import async_build_home
from custom_components.llmos_assistant.home.inventory import Area, Entity, Floor


async def test_build_home(hass: HomeAssistant) -> None:
    """Names, aliases, areas of devices, floors, and nothing that is not exposed."""
    assert await async_setup_component(hass, "homeassistant", {})
    floor = fr.async_get(hass).async_create("Upstairs", aliases={"top"}, level=1)
    areas = ar.async_get(hass)
    attic = areas.async_create("Attic", aliases={"loft", "den"}, floor_id=floor.floor_id)
    kitchen = areas.async_create("Kitchen")
    entry = MockConfigEntry()
    entry.add_to_hass(hass)
    device = dr.async_get(hass).async_get_or_create(
        config_entry_id=entry.entry_id, identifiers={("test", "lamp")}, name="Desk"
    )
    dr.async_get(hass).async_update_device(device.id, area_id=attic.id)
    entities = er.async_get(hass)
    lamp = entities.async_get_or_create(
        "light", "test", "lamp", device_id=device.id, has_entity_name=True, original_name="Lamp"
    ).entity_id
    entities.async_update_entity(lamp, aliases=[er.COMPUTED_NAME, "work light"])
    moved = entities.async_get_or_create("cover", "test", "blind", device_id=device.id).entity_id
    entities.async_update_entity(moved, area_id=kitchen.id, name="Blind", device_class="shade")
    nameless = entities.async_get_or_create("fan", "test", "fan", original_name="Fan").entity_id
    entities.async_update_entity(nameless, aliases=[])
    hass.states.async_set(lamp, "on", {"friendly_name": "Desk Lamp"})
    hass.states.async_set(moved, "open", {"device_class": "blind"})
    hass.states.async_set(nameless, "off")
    hass.states.async_set("light.plain", "off", {"friendly_name": "Plain"})
    hass.states.async_set("light.secret", "off", {"friendly_name": "Secret"})
    for entity_id in (lamp, moved, nameless, "light.plain"):
        async_expose_entity(hass, "conversation", entity_id, True)
    async_expose_entity(hass, "conversation", "light.secret", False)

    home = async_build_home(hass)

    assert set(home.entities) == {
        Entity(lamp, "Desk Lamp", ("work light",), None, attic.id, "on", device_id=device.id),
        Entity(moved, "Blind", (), "shade", kitchen.id, "open", device_id=device.id),
        Entity(nameless, nameless, (), None, None, "off"),
        Entity("light.plain", "Plain", (), None, None, "off"),
    }
    assert set(home.areas) == {
        Area(attic.id, "Attic", ("den", "loft"), floor.floor_id),
        Area(kitchen.id, "Kitchen"),
    }
    assert home.floors == (Floor(floor.floor_id, "Upstairs", ("top",), 1),)
    assert not home.shopping_list


async def test_changes_are_seen(hass: HomeAssistant) -> None:
    """What is remembered of the home is forgotten as soon as it is not so any more."""
    assert await async_setup_component(hass, "homeassistant", {})
    entities, areas = er.async_get(hass), ar.async_get(hass)
    lamp = entities.async_get_or_create("light", "test", "lamp", original_name="Lamp").entity_id
    hass.states.async_set(lamp, "off")
    async_expose_entity(hass, "conversation", lamp, True)
    (before,) = async_build_home(hass).entities
    assert (before.name, before.state, before.area_id) == ("Lamp", "off", None)
    assert async_build_home(hass).entities[0] is before

    hass.states.async_set(lamp, "on")
    assert async_build_home(hass).entities[0].state == "on"
    attic = areas.async_create("Attic")
    entities.async_update_entity(lamp, name="Spot", area_id=attic.id)
    await hass.async_block_till_done()
    home = async_build_home(hass)
    assert [(e.name, e.area_id) for e in home.entities] == [("Spot", attic.id)]
    assert [area.name for area in home.areas] == ["Attic"]
    async_expose_entity(hass, "conversation", lamp, False)
    assert async_build_home(hass).entities == ()

"""What happened in a home before now, in Home Assistant's own recorder."""

from __future__ import annotations

from unittest.mock import patch

from homeassistant.components import http, recorder
from homeassistant.components.automation import EVENT_AUTOMATION_TRIGGERED
from homeassistant.components.recorder import CONF_DB_URL, DOMAIN, get_instance
from homeassistant.const import ATTR_ENTITY_ID, ATTR_NAME
from homeassistant.core import Context, HomeAssistant
from homeassistant.helpers.recorder import async_initialize_recorder
from homeassistant.setup import async_setup_component

from .house import House
from .things import Person


async def start_recorder(hass: HomeAssistant) -> None:
    """Record all that happens from here on, in a database in memory."""
    async_initialize_recorder(hass)
    with patch(f"{recorder.__name__}.ALLOW_IN_MEMORY_DB", True):
        assert await async_setup_component(hass, DOMAIN, {DOMAIN: {CONF_DB_URL: "sqlite://"}})
    await get_instance(hass).async_db_ready
    # The logbook brings the web server, whose port another Home Assistant may have on this machine.
    server = f"{http.__name__}.HomeAssistantHTTP"
    with patch(f"{server}.async_bind"), patch(f"{server}.start"):
        assert await async_setup_component(hass, "logbook", {})


async def record(house: House) -> None:
    """Let the home's history happen. What happens after it is not recorded.

    So what is said in the home leaves no trace in the database.
    """
    hass = house.hass
    for past in house.file.history:
        when = house.local(past.when)
        house.clock.set(when)
        context = _context(house, past.by)
        attributes = hass.states.get(past.entity_id).attributes
        hass.states.async_set(past.entity_id, past.state, attributes, context=context)
        house.latest[past.entity_id] = when, context
    house.clock.set(house.now)
    await hass.async_block_till_done()
    await get_instance(hass).async_block_till_done()
    get_instance(hass).set_enable(False)


def _context(house: House, by: str | None) -> Context:
    """The context of what `by` does. An automation tells that it was triggered, too."""
    if by is None:
        return Context()
    entity = house.entities[by]
    if isinstance(entity, Person):
        return Context(user_id=entity.user_id)
    context = Context(parent_id=Context().id)
    house.hass.bus.async_fire(
        EVENT_AUTOMATION_TRIGGERED, {ATTR_NAME: entity.name, ATTR_ENTITY_ID: by}, context=context
    )
    return context

"""The actions of the integration."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import voluptuous as vol
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import ATTR_AREA_ID, ATTR_DEVICE_ID
from homeassistant.core import (
    HomeAssistant,
    ServiceCall,
    ServiceResponse,
    SupportsResponse,
    callback,
)
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import (
    area_registry as ar,
)
from homeassistant.helpers import (
    config_validation as cv,
)
from homeassistant.helpers import (
    device_registry as dr,
)
from homeassistant.helpers.service import async_register_admin_service
from homeassistant.util.json import JsonObjectType

from .ask import STRUCTURE_SCHEMA, async_ask, in_structure
from .const import DOMAIN
from .home.grounded import expanded
from .home.problems import Problem
from .home.speech import async_get_speaker
from .request_log import MAX_REQUESTS, Source
from .understanding import area_of_speaker, async_understand

if TYPE_CHECKING:
    from . import LlmosConfigEntry

SERVICE_ASK = "ask"
SERVICE_REQUESTS = "requests"
SERVICE_UNDERSTAND = "understand"
ATTR_LANGUAGE = "language"
ATTR_LIMIT = "limit"
ATTR_QUESTION = "question"
ATTR_STRUCTURE = "structure"
ATTR_TEXT = "text"

_ASK_SCHEMA = vol.Schema(
    {
        vol.Required(ATTR_QUESTION): cv.string,
        vol.Optional(ATTR_AREA_ID): cv.string,
        vol.Optional(ATTR_LANGUAGE): cv.string,
        vol.Optional(ATTR_STRUCTURE): STRUCTURE_SCHEMA,
    }
)
_REQUESTS_SCHEMA = vol.Schema(
    {
        vol.Optional(ATTR_LIMIT, default=2 * MAX_REQUESTS): vol.All(
            vol.Coerce(int), vol.Range(min=1, max=2 * MAX_REQUESTS)
        ),
    }
)
_UNDERSTAND_SCHEMA = vol.Schema(
    {
        vol.Required(ATTR_TEXT): cv.string,
        vol.Exclusive(ATTR_DEVICE_ID, "place"): cv.string,
        vol.Exclusive(ATTR_AREA_ID, "place"): cv.string,
        vol.Optional(ATTR_LANGUAGE): cv.string,
    }
)


@callback
def async_register_services(hass: HomeAssistant) -> None:
    """Register all actions."""
    for name, action, schema in (
        (SERVICE_ASK, _async_ask, _ASK_SCHEMA),
        (SERVICE_UNDERSTAND, _async_understand, _UNDERSTAND_SCHEMA),
    ):
        hass.services.async_register(
            DOMAIN, name, action, schema=schema, supports_response=SupportsResponse.ONLY
        )
    async_register_admin_service(  # what others said is not for everybody
        hass, DOMAIN, SERVICE_REQUESTS, _async_requests, _REQUESTS_SCHEMA, SupportsResponse.ONLY
    )


async def _async_ask(call: ServiceCall) -> ServiceResponse:
    """The answer to a question, in words and as a value. Changes nothing."""
    hass = call.hass
    entry = _loaded_entry(hass)
    language = call.data.get(ATTR_LANGUAGE, hass.config.language)
    question = call.data[ATTR_QUESTION]
    area_id = _area_id(hass, call)
    coordinator = entry.runtime_data
    with coordinator.requests.asked(Source.ASK, question, language) as record:
        fact = await async_ask(
            hass, coordinator.engine, question, language, record, area_id, call.context
        )
        record.answer = fact.words
        value: Any = fact.value
        if structure := call.data.get(ATTR_STRUCTURE):
            value = in_structure(fact, structure)
    return {"answer": fact.words, "value": value, "entities": list(fact.entity_ids)}


async def _async_understand(call: ServiceCall) -> ServiceResponse:
    """What a text asks for in this home. Executes nothing."""
    hass = call.hass
    entry = _loaded_entry(hass)
    language = call.data.get(ATTR_LANGUAGE, hass.config.language)
    understood = await async_understand(
        hass, entry.runtime_data.engine, call.data[ATTR_TEXT], language, _area_id(hass, call)
    )
    response: JsonObjectType = {
        "steps": [
            {"intent": step.intent, "slots": dict(step.slots)}
            for grounded in understood.grounding.steps
            for step in expanded(grounded, understood.home)
        ],
        "route": understood.plan.route,
        "confidence": understood.plan.confidence,
    }
    if problem := understood.grounding.problem:
        response["problem"] = await _describe(hass, problem, language)
    return response


async def _async_requests(call: ServiceCall) -> ServiceResponse:
    """The last requests, the last one first: what was heard, understood and done, and why."""
    requests = _loaded_entry(call.hass).runtime_data.requests
    records = requests.records[: call.data[ATTR_LIMIT]]
    return {
        "requests": [record.as_dict() for record in records],
        "privacy": requests.is_private,
    }


def _loaded_entry(hass: HomeAssistant) -> LlmosConfigEntry:
    for entry in hass.config_entries.async_entries(DOMAIN):
        if entry.state is ConfigEntryState.LOADED:
            return entry
    raise ServiceValidationError(translation_domain=DOMAIN, translation_key="not_loaded")


def _area_id(hass: HomeAssistant, call: ServiceCall) -> str | None:
    """The area that the action was told to listen in. Raises ServiceValidationError."""
    area_id: str | None = call.data.get(ATTR_AREA_ID)
    if area_id is not None:
        if not ar.async_get(hass).async_get_area(area_id):
            raise ServiceValidationError(
                translation_domain=DOMAIN,
                translation_key="unknown_area_id",
                translation_placeholders={"area_id": area_id},
            )
        return area_id
    device_id: str | None = call.data.get(ATTR_DEVICE_ID)
    if device_id and not dr.async_get(hass).async_get(device_id):
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="unknown_device_id",
            translation_placeholders={"device_id": device_id},
        )
    return area_of_speaker(hass, device_id)[0]


async def _describe(hass: HomeAssistant, problem: Problem, language: str) -> JsonObjectType:
    speaker = await async_get_speaker(hass, language)
    return {
        "kind": str(problem.kind),
        "spoken": problem.spoken,
        "candidates": list(problem.candidates),
        "area": problem.area,
        "message": speaker.problem(problem),
    }

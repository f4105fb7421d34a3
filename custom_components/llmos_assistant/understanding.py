"""From a text to grounded steps: what the conversation entity and the action share."""

from __future__ import annotations

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers import entity_registry as er
from homeassistant.util import language as language_util

from .const import DOMAIN, LANGUAGES, MAX_TEXT_LENGTH
from .engine.protocol import Plan
from .engine_client import Engine, EngineError
from .home.building import async_build_home
from .home.follow_ups import Turn
from .home.mishearing import is_safe, respell
from .home.reading import Understanding, read
from .reasons import async_no_engine


async def async_understand(
    hass: HomeAssistant,
    engine: Engine,
    text: str,
    language: str,
    area_id: str | None,
    turn: Turn | None = None,
) -> Understanding:
    """Understand `text`, said in the area `area_id` after the `turn`. Nothing is executed.

    Raises ServiceValidationError if the text cannot be a request, HomeAssistantError if the
    engine fails; both in words for the user.
    """
    text = text.strip()
    if not text:
        raise ServiceValidationError(translation_domain=DOMAIN, translation_key="no_text")
    if len(text) > MAX_TEXT_LENGTH:
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="text_too_long",
            translation_placeholders={"limit": str(MAX_TEXT_LENGTH)},
        )
    if not (known := language_util.matches(language, LANGUAGES)):
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="language_not_supported",
            translation_placeholders={"language": language, "languages": ", ".join(LANGUAGES)},
        )
    home = async_build_home(hass)
    try:
        plan = await _async_plan(engine, text, known[0])
        understood = read(plan, text, home, area_id, turn)
        if understood.makes_sense:
            return understood
        # Searching a thousand names takes a while.
        respelt = await hass.async_add_executor_job(respell, text, home)
        if respelt == text:
            return understood
        plan = await _async_plan(engine, respelt, known[0])
    except EngineError as err:
        raise await async_no_engine(hass, err) from err
    instead = read(plan, respelt, home, area_id, turn)
    return instead if instead.makes_sense and is_safe(instead) else understood


async def _async_plan(engine: Engine, text: str, language: str) -> Plan:
    """The plan for a text. A command for later must be a command, too: all else is talk of the time."""
    plan = await engine.understand(text, language)
    for step in plan.steps:
        if command := step.slots.get("conversation_command"):
            later = await engine.understand(str(command), language)
            if later.route != "command":
                return Plan(confidence=later.confidence)
    return plan


def area_of_speaker(
    hass: HomeAssistant, device_id: str | None, satellite_id: str | None = None
) -> tuple[str | None, str | None]:
    """The ids of the area that a request came from and of the device that heard it."""
    area_id = None
    if satellite_id and (entity := er.async_get(hass).async_get(satellite_id)):
        area_id, device_id = entity.area_id, entity.device_id or device_id
    if not area_id and device_id and (device := dr.async_get(hass).async_get(device_id)):
        area_id = dr.async_get_effective_area_id(hass, device)
    return area_id, device_id

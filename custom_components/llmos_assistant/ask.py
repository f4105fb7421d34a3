"""Questions that are asked by automations: answered, with a value to go on with; nothing is changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import voluptuous as vol
from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers import intent, selector

from .const import DOMAIN
from .engine.protocol import QUESTION_INTENTS
from .engine_client import Engine
from .home.acting import Request, async_act
from .home.facts import Fact, fact_of
from .home.grounded import IF, GroundedStep
from .home.questions.telling import Value
from .home.speech import async_get_speaker
from .request_log import RequestRecord, Stage
from .understanding import async_understand

CONF_SELECTOR = "selector"
CONF_DESCRIPTION = "description"
CONF_REQUIRED = "required"

_FIELD = vol.Schema(
    {
        vol.Optional(CONF_DESCRIPTION): cv.string,
        vol.Optional(CONF_REQUIRED): cv.boolean,
        vol.Required(CONF_SELECTOR): selector.validate_selector,
    }
)
STRUCTURE_SCHEMA = vol.Any(selector.validate_selector, vol.Schema({cv.string: _FIELD}))


async def async_ask(
    hass: HomeAssistant,
    engine: Engine,
    question: str,
    language: str,
    record: RequestRecord,
    area_id: str | None = None,
    context: Context | None = None,
) -> Fact:
    """Answer a question about the home, asked in the area `area_id`. Nothing is changed.

    How it was understood and answered is noted in `record`. Raises ServiceValidationError if it is
    none, HomeAssistantError if the engine fails.
    """
    record.area_id = area_id
    with record.timed(Stage.UNDERSTAND):
        understood = await async_understand(hass, engine, question, language, area_id)
    record.understood(understood.plan, understood.grounding)
    steps = understood.grounding.steps
    wanted = {step.intent for step in steps}
    if understood.grounding.unmet:  # and what depends on it left out
        wanted = {step.intent for step in understood.plan.steps}
    if wanted <= {IF}:
        raise _refused("not_about_home")
    if not wanted <= {*QUESTION_INTENTS, IF}:
        raise _refused("only_questions")
    speaker = await async_get_speaker(hass, language)
    if problem := understood.grounding.problem:
        return Fact(speaker.problem(problem))
    values: list[Value | None] = []
    entity_ids: dict[str, None] = {}

    def note(step: GroundedStep) -> Any:
        def note_response(response: intent.IntentResponse) -> None:
            record.carried_out(step, response)
            values.append(fact_of(step, response))
            entity_ids.update(dict.fromkeys(s.entity_id for s in response.matched_states))

        return note_response

    request = Request(text=question, context=context or Context(), area_id=area_id)
    with record.timed(Stage.ACT):
        response = await async_act(hass, steps, request, speaker, note)
    words = response.speech[intent.SPEECH_TYPE_PLAIN]["speech"]
    if understood.grounding.unmet:
        return Fact(words, value=False)
    return Fact(words, values[-1] if values else None, tuple(entity_ids))


def in_structure(fact: Fact, structure: Mapping[str, Any]) -> Any:
    """The fact as a selector, or a mapping of named fields, wants it.

    Raises ServiceValidationError where it cannot be told so.
    """
    if all(isinstance(field, Mapping) and CONF_SELECTOR in field for field in structure.values()):
        return {
            name: typed(fact, selector.selector(field[CONF_SELECTOR]))
            for name, field in structure.items()
        }
    return typed(fact, selector.selector(structure))


def typed(fact: Fact, chosen: selector.Selector[Any]) -> Any:
    """The fact as the selector takes it. Raises ServiceValidationError where it cannot be told so."""
    value: Any = fact.value
    match chosen.selector_type:
        case "boolean" if isinstance(value, bool):
            return value
        case "boolean" if isinstance(value, int | float | list):
            return bool(value)
        case "number" if isinstance(value, int | float) and not isinstance(value, bool):
            return _validated(chosen, value)
        case "number" if isinstance(value, list):
            return _validated(chosen, len(value))
        case "entity":
            ids = list(fact.entity_ids)
            return ids if chosen.config.get("multiple") else next(iter(ids), None)
        case "text":
            return fact.words
        case "select" if isinstance(value, str | bool | int | float):
            return _validated(chosen, str(value))
    raise ServiceValidationError(
        translation_domain=DOMAIN,
        translation_key="other_structure",
        translation_placeholders={"answer": fact.words, "type": chosen.selector_type},
    )


def _validated(chosen: selector.Selector[Any], value: Any) -> Any:
    try:
        return vol.Schema(chosen)(value)
    except vol.Invalid as err:
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="out_of_range",
            translation_placeholders={"answer": str(value), "reason": str(err)},
        ) from err


def _refused(key: str) -> ServiceValidationError:
    return ServiceValidationError(translation_domain=DOMAIN, translation_key=key)

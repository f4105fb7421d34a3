"""Carrying out grounded steps through Home Assistant's intent handlers."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from home_assistant_intents import ErrorKey
from homeassistant.components import conversation
from homeassistant.core import Context, HomeAssistant, State
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import intent

from ..const import DOMAIN
from .answering import async_answer
from .grounded import IF, UNDO
from .items import async_open_items, find_item, needs_known_item
from .questions.timers import tell_timers
from .speech import Speaker, join_sentences
from .times import split_duration
from .undoing import Undoing, async_put_back, taken_back

if TYPE_CHECKING:
    from ..engine.protocol import SlotValue
    from .grounded import GroundedStep

_LOGGER = logging.getLogger(__name__)

type OnStep = Callable[[GroundedStep], Callable[[intent.IntentResponse], None]]
"""Told of each step before it is carried out; what it returns is told what came of it."""

_TAKES_PLACE = frozenset({"HassVacuumCleanArea"})  # for more than to find the thing
_PLACE_AND_KIND = frozenset({"area", "floor", "domain", "device_class"})
_Reason = intent.MatchFailedReason
_ErrorCode = intent.IntentResponseErrorCode


@dataclass(frozen=True)
class Request:
    """Who asked for the steps, with which words, and where.

    `before` are the states that "undo that" and "for an hour" go back to; what is to be undone
    later is put into `later`, by the command that a timer will say.
    """

    text: str
    context: Context
    device_id: str | None = None
    satellite_id: str | None = None
    agent_id: str | None = None
    area_id: str | None = None
    before: Sequence[State] = ()
    later: dict[str, Undoing] = field(default_factory=dict)


async def async_act(
    hass: HomeAssistant,
    steps: Sequence[GroundedStep],
    request: Request,
    speaker: Speaker,
    on_step: OnStep,
) -> intent.IntentResponse:
    """Carry out `steps` in order; the first that fails stops the rest.

    The response holds the results of all steps and says what was done and, if so, what was not.
    """
    merged = intent.IntentResponse(language=speaker.language)
    answers: list[str] = []
    for number, step in enumerate(steps, start=1):
        if step.intent == IF:
            if not step.is_met:
                answers.append(speaker.phrase("not_so"))
            continue
        on_response = on_step(step)
        if answer := await async_answer(hass, step, request.text, speaker):
            response = answer
        elif step.intent == UNDO:
            response = await async_put_back(hass, request.before, request.context, speaker.language)
        else:
            response = await _async_act(hass, step, request, speaker)
            if told := tell_timers(response, speaker):
                response.async_set_speech(told)
        on_response(response)
        _merge(merged, response)
        if response.error_code is not None:
            failure = response.speech[intent.SPEECH_TYPE_PLAIN]["speech"]
            rest = speaker.phrase("rest_not_done") if number < len(steps) else ""
            merged.async_set_error(response.error_code, join_sentences([*answers, failure, rest]))
            return merged
        answers.append(speaker.answer(step, response))
        if step.undo_after:
            timer = await _async_undo_later(hass, step, request, speaker)
            if timer.error_code is not None:
                answers.append(timer.speech[intent.SPEECH_TYPE_PLAIN]["speech"])
        if failed := ", ".join(target.name for target in response.failed_results):
            answers.append(speaker.phrase("did_not_respond", names=failed))
    merged.async_set_speech(join_sentences(answers))
    return merged


async def _async_act(
    hass: HomeAssistant, step: GroundedStep, request: Request, speaker: Speaker
) -> intent.IntentResponse:
    """Carry out one step: as one intent, or as one for each thing. A failure is a response too."""
    if needs_known_item(step.intent) and step.entity_ids:
        items = await async_open_items(hass, step.entity_ids[0])
        item = find_item(str(step.slots.get("item", "")), items)
        step = replace(step, slots=step.slots | {"item": item})
    if not step.each:
        slots = step.slots
        if "name" in slots and len(step.entity_ids) == 1 and step.intent not in _TAKES_PLACE:
            slots = slots_for(step, step.entity_ids[0])
        return await _async_handle(hass, step.intent, slots, request, speaker)
    responses = await asyncio.gather(
        *(
            _async_handle(hass, step.intent, slots_for(step, entity_id), request, speaker)
            for entity_id in step.entity_ids
        )
    )
    done = [response for response in responses if response.error_code is None]
    if not done:
        return responses[0] if responses else intent.IntentResponse(language=speaker.language)
    merged = done[0]
    for response in done[1:]:
        _merge(merged, response)
    for entity_id, response in zip(step.entity_ids, responses, strict=True):
        if response.error_code is not None:
            merged.failed_results.append(_target(hass, entity_id))
    return merged


def _target(hass: HomeAssistant, entity_id: str) -> intent.IntentResponseTarget:
    state = hass.states.get(entity_id)
    return intent.IntentResponseTarget(
        type=intent.IntentResponseTargetType.ENTITY,
        name=state.name if state else entity_id,
        id=entity_id,
    )


async def async_undo(
    hass: HomeAssistant, undoing: Undoing, request: Request, speaker: Speaker
) -> intent.IntentResponse:
    """End what was asked for a while."""
    if isinstance(undoing, tuple):
        return await async_put_back(hass, undoing, request.context, speaker.language)
    return await _async_act(hass, undoing, request, speaker)


def slots_for(step: GroundedStep, entity_id: str) -> dict[str, SlotValue]:
    """The slots of a step for one thing, which handlers know by its id whatever it is called."""
    slots = {slot: value for slot, value in step.slots.items() if slot not in _PLACE_AND_KIND}
    return slots | {"name": entity_id}


async def _async_undo_later(
    hass: HomeAssistant, step: GroundedStep, request: Request, speaker: Speaker
) -> intent.IntentResponse:
    """Start a timer that takes the step back. Its command is one that only this turn knows."""
    states = [hass.states.get(entity_id) for entity_id in step.entity_ids]
    names = ", ".join(state.name for state in states if state)
    command = speaker.phrase("put_back", names=names)
    request.later[command] = taken_back(step, request.before)
    slots: dict[str, SlotValue] = dict(split_duration(step.undo_after))
    slots["conversation_command"] = command
    return await _async_handle(hass, intent.INTENT_START_TIMER, slots, request, speaker)


async def _async_handle(
    hass: HomeAssistant,
    intent_type: str,
    values: Mapping[str, SlotValue],
    request: Request,
    speaker: Speaker,
) -> intent.IntentResponse:
    """Let Home Assistant handle one intent. A failure is a response too."""
    slots: dict[str, Any] = {slot: {"value": value} for slot, value in values.items()}
    if request.area_id:
        slots["preferred_area_id"] = {"value": request.area_id}
    conversation.async_conversation_trace_append(
        conversation.ConversationTraceEventType.TOOL_CALL,
        {"intent_name": intent_type, "slots": dict(values)},
    )
    try:
        return await intent.async_handle(
            hass,
            DOMAIN,
            intent_type,
            slots,
            request.text,
            request.context,
            speaker.language,
            assistant=conversation.DOMAIN,
            device_id=request.device_id,
            satellite_id=request.satellite_id,
            conversation_agent_id=request.agent_id,
        )
    except intent.MatchFailedError as err:
        code, words = _ErrorCode.NO_VALID_TARGETS, _match_failure(err, speaker)
    except intent.UnknownIntent:
        # The integration that brings this intent is not loaded: there is no such thing here.
        code, words = _ErrorCode.NO_VALID_TARGETS, speaker.phrase("no_handler")
    except intent.InvalidSlotInfo:
        code, words = _ErrorCode.FAILED_TO_HANDLE, speaker.phrase("bad_value")
    except intent.IntentHandleError as err:
        _LOGGER.warning("%s failed: %s", intent_type, err)
        code = _ErrorCode.FAILED_TO_HANDLE
        words = speaker.error(err.response_key or ErrorKey.HANDLE_ERROR)
    except intent.IntentError as err:  # Home Assistant has logged what it was
        code, words = _ErrorCode.UNKNOWN, speaker.error(ErrorKey.HANDLE_ERROR)
        if isinstance(err.__cause__, ServiceValidationError):  # "… Accepted range is 5 to 30"
            code, words = _ErrorCode.FAILED_TO_HANDLE, str(err.__cause__)
    response = intent.IntentResponse(language=speaker.language)
    response.async_set_error(code, words)
    return response


def _merge(merged: intent.IntentResponse, response: intent.IntentResponse) -> None:
    """Add the results of a step: a pipeline reads them to decide how to confirm."""
    if merged.intent is None:
        merged.intent = response.intent
    if response.response_type is intent.IntentResponseType.QUERY_ANSWER:
        merged.response_type = response.response_type
    merged.success_results.extend(response.success_results)
    merged.failed_results.extend(response.failed_results)
    merged.matched_states.extend(response.matched_states)
    merged.unmatched_states.extend(response.unmatched_states)
    merged.speech_slots.update(response.speech_slots)


def _match_failure(error: intent.MatchFailedError, speaker: Speaker) -> str:
    """Why a handler found nothing to act on although grounding did, in Home Assistant's words."""
    wanted, result = error.constraints, error.result
    match result.no_match_reason:
        case _Reason.FEATURE:
            return speaker.error(ErrorKey.FEATURE_NOT_SUPPORTED)
        case _Reason.STATE if wanted.states:
            return speaker.error(ErrorKey.ENTITY_WRONG_STATE, state=next(iter(wanted.states)))
        case _Reason.MULTIPLE_TARGETS:
            return speaker.error("duplicate_targets")
    if wanted.name:
        return speaker.error(ErrorKey.NO_ENTITY, entity=wanted.name)
    if kinds := wanted.device_classes or wanted.domains:
        return speaker.error(ErrorKey.NO_DOMAIN, domain=next(iter(kinds)))
    return speaker.error(ErrorKey.NO_INTENT)

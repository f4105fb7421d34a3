"""Taking back what was done: "undo that", and at the end of "for an hour"."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from homeassistant.core import Context, HomeAssistant, State
from homeassistant.helpers import intent
from homeassistant.helpers.state import async_reproduce_state

from .grounded import GroundedStep

type Undoing = GroundedStep | tuple[State, ...]
"""The opposite step, or the states to go back to."""

_OPPOSITES = {
    intent.INTENT_TURN_ON: intent.INTENT_TURN_OFF,
    intent.INTENT_TURN_OFF: intent.INTENT_TURN_ON,
    "HassMediaPause": "HassMediaUnpause",
    "HassMediaPlayerMute": "HassMediaPlayerUnmute",
    "HassVacuumStart": "HassVacuumReturnToBase",
    "HassLawnMowerStartMowing": "HassLawnMowerDock",
}


def taken_back(step: GroundedStep, before: Iterable[State]) -> Undoing:
    """What ends a step that was asked for a while. Never does that unlock anything."""
    ids = tuple(
        entity_id
        for entity_id in step.entity_ids
        if not (entity_id.startswith("lock.") and step.intent == intent.INTENT_TURN_ON)
    )
    if opposite := _OPPOSITES.get(step.intent):
        return replace(step, intent=opposite, entity_ids=ids, each=True, undo_after=0)
    return tuple(state for state in before if state.entity_id in ids)


async def async_put_back(
    hass: HomeAssistant, before: Sequence[State], context: Context, language: str
) -> intent.IntentResponse:
    """Bring things back to the states that they were in. Never does that unlock anything."""
    states = [state for state in before if state.domain != "lock" or state.state != "unlocked"]
    await async_reproduce_state(hass, states, context=context)
    response = intent.IntentResponse(language=language)
    response.async_set_results(
        [
            intent.IntentResponseTarget(
                type=intent.IntentResponseTargetType.ENTITY, name=state.name, id=state.entity_id
            )
            for state in states
        ]
    )
    return response

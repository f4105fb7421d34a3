"""The bare fact of an answer: what an automation goes on with."""

from __future__ import annotations

from dataclasses import dataclass

from homeassistant.helpers import intent

from .answering import value_of
from .grounded import GroundedStep
from .questions.telling import Value, bare


@dataclass(frozen=True)
class Fact:
    """An answer in words, its value where it has one, and the entities that it rests on."""

    words: str
    value: Value | None = None
    entity_ids: tuple[str, ...] = ()


def fact_of(step: GroundedStep, response: intent.IntentResponse) -> Value | None:
    """The value of the answer to one question: yes or no, a number, names, a state."""
    if step.intent == intent.INTENT_GET_TEMPERATURE and response.matched_states:
        state = response.matched_states[0]
        return bare(state.attributes.get("current_temperature", state.state))
    return value_of(response)

"""The bare fact of an answer: what an automation goes on with."""

from __future__ import annotations

from dataclasses import dataclass

from homeassistant.helpers import intent

from .answering import value_of
from .grounding import GroundedStep
from .questions.telling import Value
from .speech import quantifier


@dataclass(frozen=True)
class Fact:
    """An answer in words, its value where it has one, and the entities that it rests on."""

    words: str
    value: Value | None = None
    entity_ids: tuple[str, ...] = ()


def fact_of(
    step: GroundedStep, response: intent.IntentResponse, text: str, language: str
) -> Value | None:
    """The value of the answer to one question: yes or no, a number, names, a state."""
    if (value := value_of(response)) is not None:
        return value
    matched, unmatched = response.matched_states, response.unmatched_states
    if step.intent == intent.INTENT_GET_TEMPERATURE and matched:
        return _number(matched[0].attributes.get("current_temperature", matched[0].state))
    if step.intent != intent.INTENT_GET_STATE:
        return None
    if "state" not in step.slots:
        return _number(matched[0].state) if len(matched) == 1 else [s.name for s in matched]
    match quantifier(text, language):
        case "how_many":
            return float(len(matched))
        case "all":
            return not unmatched
        case "which" if "name" not in step.slots:
            return [state.name for state in matched]
    return bool(matched)


def _number(state: object) -> Value:
    try:
        return float(str(state))
    except ValueError:
        return str(state)

"""Who answers which question: Home Assistant's own templates, or what is in `questions/`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from homeassistant.core import HomeAssistant
from homeassistant.helpers import intent

from .questions.attributes import answer_attributes
from .questions.calendars import async_answer_calendar
from .questions.forecasts import async_answer_weather
from .questions.history import async_answer_history
from .questions.states import async_answer_states
from .questions.sun import answer_date, answer_sun
from .questions.telling import Answer, Value
from .questions.values import answer_values
from .speech import Speaker

if TYPE_CHECKING:
    from .grounded import GroundedStep

VALUE = "value"  # the slot of a response that holds the bare fact


async def async_answer(
    hass: HomeAssistant, step: GroundedStep, text: str, speaker: Speaker
) -> intent.IntentResponse | None:
    """The answer to a question, asked with the words `text`; None where intent handlers have one."""
    if (answer := await _async_answer(hass, step, text, speaker)) is None:
        return None
    response = intent.IntentResponse(language=speaker.language)
    response.response_type = intent.IntentResponseType.QUERY_ANSWER
    response.async_set_states(matched_states=list(answer.states))
    response.async_set_speech_slots({VALUE: answer.value})
    response.async_set_speech(answer.words)
    return response


def value_of(response: intent.IntentResponse) -> Value | None:
    """The bare fact of an answer, if it has one."""
    value: Value | None = response.speech_slots.get(VALUE)
    return value


async def _async_answer(
    hass: HomeAssistant, step: GroundedStep, text: str, speaker: Speaker
) -> Answer | None:
    match step.intent:
        case intent.INTENT_GET_STATE:
            return (
                answer_attributes(hass, step, speaker)
                or answer_values(hass, step, text, speaker)
                or await async_answer_states(hass, step, text, speaker)
            )
        case intent.INTENT_GET_CURRENT_DATE:
            return answer_date(step, speaker)
        case "HassGetWeather" if step.slots.get("condition") in ("dark", "light"):
            return answer_sun(hass, step, text, speaker)  # "will it be dark by 5"
        case "HassGetWeather":
            return await async_answer_weather(hass, step, text, speaker)
        case "LlmosGetCalendar":
            return await async_answer_calendar(hass, step, text, speaker)
        case "LlmosGetHistory":
            return await async_answer_history(hass, step, text, speaker)
        case "LlmosGetSun":
            return answer_sun(hass, step, text, speaker)
    return None

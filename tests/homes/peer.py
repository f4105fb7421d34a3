"""What Home Assistant's own agent understands, looked at where it hands over to the intents."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from hassil.recognize import MISSING_ENTITY
from homeassistant.components import conversation
from homeassistant.components.conversation.agent_manager import get_agent_manager
from homeassistant.components.conversation.default_agent import DefaultAgent
from homeassistant.core import Context, HomeAssistant
from homeassistant.helpers import area_registry as ar
from homeassistant.helpers import floor_registry as fr
from homeassistant.helpers import intent

from custom_components.llmos_assistant.engine.protocol import SlotValue, Step

_LANGUAGE = "en"


@dataclass
class Reading:
    """What a text was taken for.

    `steps`: the intents that it was about to carry out, with what their handlers take. `done`:
    those of them that their handlers carried out. `guess`: without steps, the intent whose wording
    fits, if only such a thing were in this home, or if it knew the area that it was said in; with
    `only_place` the area is all that it lacks.
    """

    steps: list[Step] = field(default_factory=list)
    done: list[Step] = field(default_factory=list)
    guess: Step | None = None
    only_place: bool = False


class Peer:
    """Home Assistant's own agent. Its templates and, behind them, its gazetteer both count.

    Args:
        hass: where it is set up.
        execute: whether what it understands is carried out.
    """

    def __init__(self, hass: HomeAssistant, execute: bool) -> None:
        self.hass = hass
        agent = get_agent_manager(hass).default_agent
        assert isinstance(agent, DefaultAgent)
        self.agent = agent
        self._reading = Reading()
        carry_out = agent._async_execute_intent

        async def look(name: str, slots: dict[str, Any], *rest: Any) -> intent.IntentResponse:
            step = Step(name, {key: self._value(key, slot) for key, slot in slots.items()})
            self._reading.steps.append(step)
            if not execute:
                return intent.IntentResponse(language=_LANGUAGE)
            response = await carry_out(name, slots, *rest)
            if response.error_code is None:
                self._reading.done.append(step)
            return response

        vars(agent)["_async_execute_intent"] = look

    async def read(
        self, text: str, device_id: str | None = None, satellite_id: str | None = None
    ) -> Reading:
        """Say a text to the agent."""
        self._reading = reading = Reading()
        await conversation.async_converse(
            self.hass,
            text,
            None,
            Context(),
            _LANGUAGE,
            conversation.HOME_ASSISTANT_AGENT,
            device_id=device_id,
            satellite_id=satellite_id,
        )
        if not reading.steps:
            await self._guess(_input(text, device_id, satellite_id), reading)
        return reading

    async def recognize(self, text: str) -> None:
        """Only recognise a text that it does not remember, for its time."""
        self.agent._intent_cache.clear()
        result = await self.agent.async_recognize_intent(_input(text))
        if result is None or result.unmatched_entities:
            await self.agent._gazetteer.async_interpret(text, "", None)

    async def _guess(self, user_input: conversation.ConversationInput, reading: Reading) -> None:
        result = await self.agent.async_recognize_intent(user_input)
        if result is None:
            return
        unknown = {
            key: str(vars(slot).get("text", vars(slot).get("value")))
            for key, slot in result.unmatched_entities.items()
        }
        missing = {key for key, text in unknown.items() if text == MISSING_ENTITY}
        slots = {key: self._value(key, vars(slot)) for key, slot in result.entities.items()}
        slots |= {key: text for key, text in unknown.items() if key not in missing}
        reading.guess = Step(result.intent.name, slots)
        reading.only_place = missing == unknown.keys()

    def _value(self, key: str, slot: dict[str, Any]) -> SlotValue:
        """A slot's value. What is known by an id is told by its name, as grounding does."""
        value = slot["value"]
        if key == "name" and self.hass.states.get(str(value)):
            value = slot["text"]
        elif key == "area" and (area := ar.async_get(self.hass).async_get_area(str(value))):
            value = area.name
        elif key == "floor" and (floor := fr.async_get(self.hass).async_get_floor(str(value))):
            value = floor.name
        elif isinstance(value, list) and len(value) == 1:
            value = value[0]
        return value if isinstance(value, int | float) else str(value)


def _input(
    text: str, device_id: str | None = None, satellite_id: str | None = None
) -> conversation.ConversationInput:
    return conversation.ConversationInput(
        text=text,
        context=Context(),
        conversation_id=None,
        device_id=device_id,
        satellite_id=satellite_id,
        language=_LANGUAGE,
        agent_id=conversation.HOME_ASSISTANT_AGENT,
    )

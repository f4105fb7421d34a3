"""What somebody can say first in this home: a sentence with the name of a thing that is exposed."""

from __future__ import annotations

from collections import Counter

from homeassistant.components import conversation
from homeassistant.components.homeassistant.exposed_entities import async_should_expose
from homeassistant.const import ATTR_DEVICE_CLASS, STATE_ON, STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant, State

from .home.speech import async_get_speaker

# The phrase for each kind of thing, the most telling first. Nothing that could be unsafe to try.
_PHRASES = {
    "light": "say_turn_on",
    "switch": "say_turn_on",
    "fan": "say_turn_on",
    "cover": "say_open",
    "lock": "say_is_locked",
    "vacuum": "say_start",
    "media_player": "say_turn_on",
    "todo": "say_what_is_on",
    "sensor": "say_what_is",
}
_SAFE_COVERS = {"awning", "blind", "curtain", "shade", "shutter"}


async def async_first_sentence(hass: HomeAssistant, language: str) -> str | None:
    """A command or a question that works here, in `language`; None if nothing is exposed."""
    exposed = [
        state
        for state in hass.states.async_all(_PHRASES)
        if state.state != STATE_UNAVAILABLE
        and async_should_expose(hass, conversation.DOMAIN, state.entity_id)
        and (state.domain != "cover" or state.attributes.get(ATTR_DEVICE_CLASS) in _SAFE_COVERS)
    ]
    if not exposed:
        return None
    same_name = Counter(state.name.casefold() for state in exposed)
    kinds = list(_PHRASES)

    def rank(state: State) -> tuple[int, bool, bool, str]:
        """Lower is better: by kind, alone with its name, off so that one sees it go on."""
        is_shared = same_name[state.name.casefold()] > 1
        return kinds.index(state.domain), is_shared, state.state == STATE_ON, state.entity_id

    best = min(exposed, key=rank)
    speaker = await async_get_speaker(hass, language)
    return speaker.phrase(_PHRASES[best.domain], name=best.name)

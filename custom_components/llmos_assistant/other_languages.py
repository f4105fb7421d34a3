"""Languages that the command model does not know: Home Assistant's own agent understands them."""

from __future__ import annotations

from homeassistant.components import conversation
from homeassistant.core import HomeAssistant
from homeassistant.util import language as language_util

from .const import LANGUAGES


def is_understood(language: str) -> bool:
    """Whether the command model knows `language`."""
    return bool(language_util.matches(language, LANGUAGES))


async def async_hand_over(
    hass: HomeAssistant, user_input: conversation.ConversationInput, conversation_id: str
) -> conversation.ConversationResult:
    """Let Home Assistant's own agent do and answer it, into the chat log of the conversation."""
    return await conversation.async_converse(
        hass,
        user_input.text,
        conversation_id,
        user_input.context,
        user_input.language,
        conversation.HOME_ASSISTANT_AGENT,
        user_input.device_id,
        user_input.satellite_id,
        user_input.extra_system_prompt,
    )

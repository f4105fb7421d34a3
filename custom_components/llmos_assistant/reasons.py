"""Why an engine failed, in the language of whoever is told."""

from __future__ import annotations

from collections.abc import Mapping

from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.translation import async_get_cached_translations

from .const import DOMAIN
from .engine_client import EngineError
from .home.speech import Speaker, async_get_speaker


def reason(speaker: Speaker, err: EngineError) -> str:
    """Why it failed, as the speaker words it."""
    return speaker.phrase(err.key, **err.details)


async def async_reason(hass: HomeAssistant, err: EngineError) -> str:
    """Why it failed, in the language of Home Assistant."""
    return reason(await async_get_speaker(hass, hass.config.language), err)


@callback
def async_worded(hass: HomeAssistant, key: str, details: Mapping[str, str]) -> str:
    """The text of an exception in the language of Home Assistant, without its full stop.

    Its key, if Home Assistant has only just changed its language.
    """
    phrases = async_get_cached_translations(hass, hass.config.language, "exceptions", DOMAIN)
    phrase = phrases.get(f"component.{DOMAIN}.exceptions.{key}.message", key)
    return phrase.format(**details).rstrip(".。")


async def async_no_engine(hass: HomeAssistant, err: EngineError) -> HomeAssistantError:
    """The error to raise for a request that the engine could not serve."""
    return HomeAssistantError(
        translation_domain=DOMAIN,
        translation_key="no_engine",
        translation_placeholders={"reason": await async_reason(hass, err)},
    )

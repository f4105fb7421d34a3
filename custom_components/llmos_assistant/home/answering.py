"""Answers that Home Assistant has no words for: what is on a list, what is playing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from homeassistant.components.todo import DOMAIN as TODO
from homeassistant.core import HomeAssistant, State
from homeassistant.helpers import intent

from .items import async_open_items
from .names import same, split
from .speech import Speaker

if TYPE_CHECKING:
    from .grounding import GroundedStep

_MEDIA = "media_player"


async def async_answer(
    hass: HomeAssistant, step: GroundedStep, speaker: Speaker
) -> intent.IntentResponse | None:
    """The answer to a question about lists or about what is playing; None for all others."""
    if step.intent != intent.INTENT_GET_STATE or not step.entity_ids:
        return None
    states = [state for entity_id in step.entity_ids if (state := hass.states.get(entity_id))]
    domains = {state.domain for state in states}
    words: str | None = None
    if domains == {TODO}:
        words = await _async_lists(hass, states, step.slots.get("item"), speaker)
    elif domains == {_MEDIA} and step.slots.get("state", "playing") == "playing":
        words = _playing(states, speaker)
    elif domains == {"climate"} and "state" not in step.slots:
        words = " ".join(_thermostat(hass, state, speaker) for state in states)
    elif domains == {"sensor"} and "state" not in step.slots and "name" not in step.slots:
        words = " ".join(_measured(state, speaker) for state in states)
    if words is None:
        return None
    response = intent.IntentResponse(language=speaker.language)
    response.response_type = intent.IntentResponseType.QUERY_ANSWER
    response.async_set_states(matched_states=list(states))
    response.async_set_speech(words)
    return response


def _thermostat(hass: HomeAssistant, state: State, speaker: Speaker) -> str:
    unit = hass.config.units.temperature_unit
    target, now = (state.attributes.get(name) for name in ("temperature", "current_temperature"))
    words = [speaker.phrase("measures", name=state.name, value=state.state)]
    if target is not None:
        words.append(speaker.phrase("set_to", value=f"{target} {unit}"))
    if now is not None:
        words.append(speaker.phrase("now_at", value=f"{now} {unit}"))
    return " ".join(words)


def _measured(state: State, speaker: Speaker) -> str:
    unit = state.attributes.get("unit_of_measurement", "")
    return speaker.phrase("measures", name=state.name, value=f"{state.state} {unit}".strip())


async def _async_lists(
    hass: HomeAssistant, lists: Sequence[State], item: object, speaker: Speaker
) -> str:
    """What is to do or to buy, or if an item is."""
    open_items = {state.name: await async_open_items(hass, state.entity_id) for state in lists}
    if item is not None:
        wanted = split(str(item))
        for name, items in open_items.items():
            if any(same(wanted, split(summary)) for summary in items):
                return speaker.phrase("on_list", item=str(item), list=name)
        return speaker.phrase("not_on_list", item=str(item), list=" / ".join(open_items))
    return " ".join(
        speaker.phrase("list_items", list=name, items=", ".join(items))
        if items
        else speaker.phrase("empty_list", list=name)
        for name, items in open_items.items()
    )


def _playing(players: Sequence[State], speaker: Speaker) -> str | None:
    """What is playing where; None if that is not told."""
    told = []
    for state in players:
        title = state.attributes.get("media_title") or state.attributes.get("source")
        if state.state == "playing" and title:
            by = state.attributes.get("media_artist")
            what = speaker.phrase("title_by", title=title, artist=by) if by else str(title)
            told.append(speaker.phrase("is_playing", title=what, player=state.name))
    return " ".join(told) or None

"""States that Home Assistant has no words for: what is on a list, what is playing, what is measured."""

from __future__ import annotations

from collections.abc import Sequence

from homeassistant.components.todo import DOMAIN as TODO
from homeassistant.core import HomeAssistant, State

from ..grounding import GroundedStep
from ..items import async_open_items
from ..names import same, split
from ..speech import Speaker
from .telling import Answer, unit_of

_MEDIA = "media_player"


async def async_answer_states(
    hass: HomeAssistant, step: GroundedStep, speaker: Speaker
) -> Answer | None:
    """The answer about lists, players, thermostats and sensors; None about all else."""
    states = [state for entity_id in step.entity_ids if (state := hass.states.get(entity_id))]
    domains = {state.domain for state in states}
    if domains == {TODO}:
        return await _async_lists(hass, states, step.slots.get("item"), speaker)
    if domains == {_MEDIA} and step.slots.get("state", "playing") == "playing":
        return _playing(states, speaker)
    words: str | None = None
    if domains == {"climate"} and "state" not in step.slots:
        words = " ".join(_thermostat(hass, state, speaker) for state in states)
    elif domains == {"sensor"} and "state" not in step.slots and "name" not in step.slots:
        words = " ".join(_measured(state, speaker) for state in states)
    return None if words is None else Answer(words, tuple(states))


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
    value = f"{state.state} {unit_of(state) or ''}".strip()
    return speaker.phrase("measures", name=state.name, value=value)


async def _async_lists(
    hass: HomeAssistant, lists: Sequence[State], item: object, speaker: Speaker
) -> Answer:
    """What is to do or to buy, or if an item is."""
    open_items = {state.name: await async_open_items(hass, state.entity_id) for state in lists}
    states = tuple(lists)
    if item is not None:
        wanted = split(str(item))
        for name, items in open_items.items():
            if any(same(wanted, split(summary)) for summary in items):
                words = speaker.phrase("on_list", item=str(item), list=name)
                return Answer(words, states, value=True)
        words = speaker.phrase("not_on_list", item=str(item), list=" / ".join(open_items))
        return Answer(words, states, value=False)
    words = " ".join(
        speaker.phrase("list_items", list=name, items=", ".join(items))
        if items
        else speaker.phrase("empty_list", list=name)
        for name, items in open_items.items()
    )
    return Answer(words, states, [item for items in open_items.values() for item in items])


def _playing(players: Sequence[State], speaker: Speaker) -> Answer | None:
    """What is playing where; None if that is not told."""
    told = []
    for state in players:
        title = state.attributes.get("media_title") or state.attributes.get("source")
        if state.state == "playing" and title:
            by = state.attributes.get("media_artist")
            what = speaker.phrase("title_by", title=title, artist=by) if by else str(title)
            told.append(speaker.phrase("is_playing", title=what, player=state.name))
    return Answer(" ".join(told), tuple(players), told) if told else None

"""How things are: yes or no, which, how many; what is on a list; what is playing."""

from __future__ import annotations

from collections.abc import Sequence

from homeassistant.components.person import DOMAIN as PERSON
from homeassistant.components.todo import DOMAIN as TODO
from homeassistant.core import HomeAssistant, State
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.translation import async_translate_state

from ..conditions import is_in
from ..grounded import GroundedStep
from ..speech import Speaker, quantifier
from .attributes import set_to
from .lists import async_answer_lists
from .telling import Answer, bare, labels, listed, unit_of

_MEDIA = "media_player"
_HAS_TARGET = frozenset({"climate", "fan", "humidifier", "water_heater"})
_OFF = frozenset({"off", "unavailable", "unknown"})
_TOLD = 6  # things that are listed


async def async_answer_states(
    hass: HomeAssistant, step: GroundedStep, text: str, speaker: Speaker
) -> Answer | None:
    """The answer to a question, asked with the words `text`, for states; None without any."""
    states = [state for entity_id in step.entity_ids if (state := hass.states.get(entity_id))]
    if not states:
        return None
    domains = {state.domain for state in states}
    wanted = step.slots.get("state")
    if domains == {TODO}:
        return await async_answer_lists(hass, states, step, text, speaker)
    if domains == {_MEDIA} and wanted in (None, "playing"):
        # A TV shows something when it is on: "what's the telly on".
        is_one = "name" in step.slots and quantifier(text, speaker.language) == "which"
        is_shown = ("playing",) if wanted and not is_one else ("playing", "on")
        if told := _playing([s for s in states if s.state in is_shown], speaker):
            return told
    if wanted is None:
        return _each(hass, states, speaker)
    found = [state for state in states if is_in(state.domain, state.state, str(wanted))]
    asked = quantifier(text, speaker.language)
    if len(states) == 1 and asked == "which" and "name" not in step.slots:
        words = _each(hass, states, speaker).words
        words = words if found else speaker.phrase("no_so", words=words)
        return Answer(words, tuple(states), [state.name for state in found])
    if len(states) == 1 and ("name" in step.slots or asked != "how_many"):
        return _yes_or_no(hass, states[0], is_so=bool(found), speaker=speaker)
    others = [state for state in states if state not in found]
    return _several(hass, found, others, asked, speaker)


def _yes_or_no(hass: HomeAssistant, state: State, *, is_so: bool, speaker: Speaker) -> Answer:
    told = speaker.phrase("is_so", name=state.name, value=_said(hass, state, speaker))
    words = speaker.phrase("yes_so" if is_so else "no_so", words=told)
    return Answer(words, (state,), is_so)


def _several(
    hass: HomeAssistant,
    found: list[State],
    others: list[State],
    asked: str | None,
    speaker: Speaker,
) -> Answer:
    """Whether any are so, whether all are, which, or how many."""
    every = labels(hass, [*found, *others])
    names, rest = every[: len(found)], every[len(found) :]
    told = _listed(names, speaker)
    states = tuple(found or others)
    match asked:
        case "all" if others:
            names_of_others = _listed(rest, speaker)
            return Answer(
                speaker.phrase("not_all", names=names_of_others), tuple(others), value=False
            )
        case "all":
            return Answer(speaker.phrase("yes"), states, value=True)
        case "how_many":
            words = speaker.phrase("so_many", count=str(len(found)), names=told) if found else None
            return Answer(words or speaker.phrase("none"), states, float(len(found)))
        case "which":
            return Answer(told or speaker.phrase("none"), states, list(names))
    if not found:
        return Answer(speaker.phrase("no"), states, value=False)
    return Answer(speaker.phrase("yes_these", names=told), states, value=True)


def _listed(names: Sequence[str], speaker: Speaker) -> str:
    if len(names) > _TOLD:
        more = speaker.phrase("and_more", count=str(len(names) - _TOLD))
        return f"{', '.join(names[:_TOLD])} {more}"
    return listed(names, speaker) if names else ""


def _each(hass: HomeAssistant, states: list[State], speaker: Speaker) -> Answer:
    """How each of them is."""
    told = []
    for state, name in zip(states[:_TOLD], labels(hass, states), strict=False):
        told.append(speaker.phrase("measures", name=name, value=_said(hass, state, speaker)))
        told += _settings(hass, state, speaker)
    value = bare(states[0].state) if len(states) == 1 else None
    return Answer(" ".join(told), tuple(states), value)


def _said(hass: HomeAssistant, state: State, speaker: Speaker) -> str:
    """A state as people say it: "open", "away", "21.5 °C"."""
    if state.domain == PERSON:
        keys = {"home": "at_home", "not_home": "away"}
        if key := keys.get(state.state):
            return speaker.phrase(key)
        return speaker.phrase("at_place", place=state.state)
    if unit := unit_of(state):
        return f"{state.state} {unit}"
    entry = er.async_get(hass).async_get(state.entity_id)
    translated = async_translate_state(
        hass,
        state.state,
        state.domain,
        entry.platform if entry else None,
        entry.translation_key if entry else None,
        state.attributes.get("device_class"),
    )
    return translated.lower() if translated != state.state else state.state.replace("_", " ")


def _settings(hass: HomeAssistant, state: State, speaker: Speaker) -> list[str]:
    """What something is set to that is on in many ways, and what a thermostat measures."""
    if state.domain not in _HAS_TARGET or (state.domain != "climate" and state.state in _OFF):
        return []
    told = []
    if target := set_to(hass, state):
        told.append(speaker.phrase("set_to", value=target[0]))
    if (now := state.attributes.get("current_temperature")) is not None:
        unit = hass.config.units.temperature_unit
        told.append(speaker.phrase("now_at", value=f"{now} {unit}"))
    return told


def _playing(players: Sequence[State], speaker: Speaker) -> Answer | None:
    """What is playing where; None if that is not told."""
    told = []
    for state in players:
        title = state.attributes.get("media_title") or state.attributes.get("source")
        if title:
            by = state.attributes.get("media_artist")
            what = speaker.phrase("title_by", title=title, artist=by) if by else str(title)
            told.append(speaker.phrase("is_playing", title=what, player=state.name))
    return Answer(" ".join(told), tuple(players), told) if told else None

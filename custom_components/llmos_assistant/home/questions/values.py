"""What sensors measure: extremes, averages, totals, comparisons, limits."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from statistics import fmean
from typing import Any

from homeassistant.components.climate import ATTR_CURRENT_TEMPERATURE
from homeassistant.components.sensor.const import UNIT_CONVERTERS
from homeassistant.components.weather import ATTR_WEATHER_HUMIDITY, ATTR_WEATHER_TEMPERATURE
from homeassistant.const import ATTR_BATTERY_LEVEL, PERCENTAGE
from homeassistant.core import HomeAssistant, State
from homeassistant.helpers import area_registry as ar
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers import entity_registry as er

from ...engine.protocol import SlotValue
from ..grounded import GroundedStep
from ..measuring import is_below, is_whole
from ..outdoors import OUTSIDE
from ..speech import Speaker, quantifier
from .telling import Answer, listed, unit_of, with_unit

_ADDS_UP = frozenset({"energy", "gas", "power", "water"})
_CHOICE = re.compile(r"\bor\b(?!.*\bthan\b)", re.IGNORECASE)
_WHETHER = re.compile(
    r"^\W*(?:(?:and|but|hey|so|well)\W+)?(?:am|any|are|aren't|did|do|does|has|have|is|isn't|was)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Measured:
    """A value, in `unit`, and where it was measured."""

    state: State
    place: str
    value: float
    unit: str | None

    @property
    def words(self) -> str:
        """The value and its unit."""
        return with_unit(self.value, self.unit)


def answer_values(
    hass: HomeAssistant, step: GroundedStep, text: str, speaker: Speaker
) -> Answer | None:
    """The answer to a question that compares or sums up what is measured; None for all others."""
    slots = step.slots
    kind = str(slots.get("device_class", "temperature"))
    is_outside = slots.get("area") == OUTSIDE and "state" not in slots
    if not {"ask", "above", "below"} & slots.keys() and not is_outside:
        return None
    measured = read_all(hass, step.entity_ids, kind)
    if not measured:
        return Answer(speaker.phrase("not_measured"))
    if step.other_ids:
        # "Is it warmer upstairs or downstairs" asks which of them.
        asked = "which" if _CHOICE.search(text) else quantifier(text, speaker.language)
        others = read_all(hass, step.other_ids, kind)
        return _compared(step, _as_one(measured, kind), _as_one(others, kind), asked, speaker)
    match slots.get("ask"):
        case "highest" | "lowest" as ask:
            return _extreme(measured, str(ask), kind, speaker)
        case "average":
            return _one(fmean(m.value for m in measured), measured, "average", speaker)
        case "total":
            return _total(measured, kind, speaker)
        case None if is_outside and not {"above", "below"} & slots.keys():
            words = speaker.phrase(
                "measures", name=speaker.phrase("outside"), value=measured[0].words
            )
            return Answer(words, (measured[0].state,), measured[0].value)
    if _WHETHER.search(text) and len(measured) == 1:
        return _whether_beyond(measured[0], slots, kind, speaker)
    return _beyond(measured, slots, kind, speaker)


def read_all(hass: HomeAssistant, entity_ids: Sequence[str], kind: str) -> list[Measured]:
    """What these entities measure of a kind, all in the unit of the first; without those that do not tell."""
    states = [state for entity_id in entity_ids if (state := hass.states.get(entity_id))]
    found = [measured for state in states if (measured := _read(hass, state, kind))]
    unit = found[0].unit if found else None
    return [_in_unit(measured, unit, kind) for measured in found]


def how_measured(hass: HomeAssistant, state: State, kind: str) -> tuple[str | None, str | None]:
    """The attribute that tells what is measured, None where the state does, and the unit."""
    match state.domain:
        case "climate":
            return ATTR_CURRENT_TEMPERATURE, hass.config.units.temperature_unit
        case "weather" if kind == "humidity":
            return ATTR_WEATHER_HUMIDITY, PERCENTAGE
        case "weather":
            return ATTR_WEATHER_TEMPERATURE, state.attributes.get("temperature_unit")
        case _ if kind == "battery" and ATTR_BATTERY_LEVEL in state.attributes:
            return ATTR_BATTERY_LEVEL, PERCENTAGE
    return None, unit_of(state)


def _read(hass: HomeAssistant, state: State, kind: str) -> Measured | None:
    attribute, unit = how_measured(hass, state, kind)
    value: Any = state.attributes.get(attribute) if attribute else state.state
    with suppress(TypeError, ValueError):
        return Measured(state, _place(hass, state, kind), float(value), unit)
    return None


def _in_unit(measured: Measured, unit: str | None, kind: str) -> Measured:
    converter = UNIT_CONVERTERS.get(kind)
    if converter is None or measured.unit == unit:
        return measured
    value = converter.convert(measured.value, measured.unit, unit)
    return Measured(measured.state, measured.place, value, unit)


def _place(hass: HomeAssistant, state: State, kind: str) -> str:
    """Where or what it is: climates of rooms by their rooms, all else by name."""
    if kind in ("temperature", "humidity") and (
        entry := er.async_get(hass).async_get(state.entity_id)
    ):
        area_id = entry.area_id
        if area_id is None and entry.device_id:
            device = dr.async_get(hass).async_get(entry.device_id)
            area_id = device.area_id if device else None
        if area_id and (area := ar.async_get(hass).async_get_area(area_id)):
            return area.name
    return state.name


def _extreme(measured: list[Measured], ask: str, kind: str, speaker: Speaker) -> Answer:
    if kind in _ADDS_UP and len(measured) > 1:
        measured = [m for m in measured if not is_whole(m.state.name)] or measured
    value = (max if ask == "highest" else min)(m.value for m in measured)
    found = [m for m in measured if m.value == value]
    places = listed((m.place for m in found), speaker)
    words = speaker.phrase(ask, places=places, value=found[0].words)
    return Answer(words, tuple(m.state for m in found), places)


def _total(measured: list[Measured], kind: str, speaker: Speaker) -> Answer:
    if whole := [m for m in measured if kind in _ADDS_UP and is_whole(m.state.name)]:
        return _one(whole[0].value, whole[:1], "total", speaker)
    return _one(sum(m.value for m in measured), measured, "total", speaker)


def _one(value: float, measured: list[Measured], key: str, speaker: Speaker) -> Answer:
    words = speaker.phrase(key, value=with_unit(value, measured[0].unit))
    return Answer(words, tuple(m.state for m in measured), value)


def _as_one(measured: list[Measured], kind: str) -> list[Measured]:
    """Of what adds up, the meter of the whole home, if there is one: the others are parts of it."""
    return [m for m in measured if kind in _ADDS_UP and is_whole(m.state.name)][:1] or measured


def _compared(
    step: GroundedStep,
    measured: list[Measured],
    others: list[Measured],
    asked: str | None,
    speaker: Speaker,
) -> Answer:
    """ "Is it warmer inside than outside?", "which is warmer?", "by how much?" """
    if not others:
        return Answer(speaker.phrase("not_measured"))
    first, second = (fmean(m.value for m in group) for group in (measured, others))
    spoken = step.said.slots.get("floor") if step.said else None
    names = (
        _group(measured, spoken or step.slots.get("area"), speaker),
        _group(others, step.slots.get("than"), speaker),
    )
    is_so = first > second if step.slots.get("ask") == "higher" else first < second
    unit = measured[0].unit
    told = {
        "first": names[0],
        "first_value": with_unit(first, unit),
        "second": names[1],
        "second_value": with_unit(second, others[0].unit),
    }
    states = tuple(m.state for m in [*measured, *others])
    if asked == "how_much":
        difference = abs(first - second)
        words = speaker.phrase("compared_by", difference=with_unit(difference, unit), **told)
        return Answer(words, states, difference)
    if asked == "which" and first != second:
        winner = names[0] if is_so else names[1]
        return Answer(speaker.phrase("compared_which", winner=winner, **told), states, winner)
    return Answer(speaker.phrase("compared_yes" if is_so else "compared_no", **told), states, is_so)


def _group(measured: list[Measured], spoken: SlotValue | None, speaker: Speaker) -> str:
    """What they are called: a place with several of them as it was spoken of."""
    if len(measured) > 1:
        name = str(spoken) if spoken else speaker.phrase("inside")
        return name[:1].upper() + name[1:]
    return speaker.phrase("outside") if measured[0].state.domain == "weather" else measured[0].place


def _beyond(
    measured: list[Measured], slots: Mapping[str, SlotValue], kind: str, speaker: Speaker
) -> Answer:
    """ "Which rooms are above 22 degrees?" """
    found = [m for m in measured if _is_beyond(m, slots, kind)]
    if not found:
        return Answer(speaker.phrase("none"), tuple(m.state for m in measured), [])
    told = listed((f"{m.place} ({m.words})" for m in found), speaker)
    return Answer(told, tuple(m.state for m in found), [m.place for m in found])


def _whether_beyond(
    measured: Measured, slots: Mapping[str, SlotValue], kind: str, speaker: Speaker
) -> Answer:
    """ "Is the pool warmer than 23 degrees?" """
    is_so = _is_beyond(measured, slots, kind)
    told = speaker.phrase("measures", name=measured.place, value=measured.words)
    words = speaker.phrase("yes_so" if is_so else "no_so", words=told)
    return Answer(words, (measured.state,), is_so)


def _is_beyond(measured: Measured, slots: Mapping[str, SlotValue], kind: str) -> bool:
    above, below = (slots.get(slot) for slot in ("above", "below"))
    return (above is None or measured.value > float(str(above))) and (
        below is None or is_below(measured.value, float(str(below)), kind)
    )

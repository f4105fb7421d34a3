"""What was measured in the past: then, at most, at least, on average, altogether."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from itertools import pairwise
from statistics import fmean

from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util

from ..grounded import GroundedStep
from ..measuring import is_whole
from ..speech import Speaker
from .periods import Period
from .stretches import Stretch, within
from .telling import Answer, moment_words, with_unit
from .values import how_measured

_OF_DAY = frozenset({"daily", "today"})

type Record = tuple[Stretch, float]


def answer_records(
    hass: HomeAssistant,
    step: GroundedStep,
    past: Sequence[Stretch],
    period: Period | None,
    speaker: Speaker,
) -> Answer:
    """How it was: at a moment, or between which values in a period."""
    end = dt_util.utcnow()
    if period is None:
        period = Period(min((s.start for s in past), default=end), end)
    entity_ids = list(dict.fromkeys(stretch.entity_id for stretch in past))
    records = list(_numbers(within(past, period.start, period.end)))
    if not records:
        return Answer(speaker.phrase("not_in_past"))
    state = hass.states.get(records[0][0].entity_id)
    kind = str(step.slots.get("device_class", "temperature"))
    unit = how_measured(hass, state, kind)[1] if state else None
    match step.slots.get("ask"):
        case "highest" | "lowest" as ask:
            pick = max if ask == "highest" else min
            stretch, value = pick(records, key=lambda record: record[1])
            moment = moment_words(stretch.start, speaker)
            words = speaker.phrase("record", value=with_unit(value, unit), moment=moment)
            return Answer(words, value=value)
        case "average":
            value = _average(records)
            return Answer(speaker.phrase("average", value=with_unit(value, unit)), value=value)
        case "total":
            value = sum(_used(hass, i, records) for i in _whole(hass, entity_ids))
            return Answer(speaker.phrase("total", value=with_unit(value, unit)), value=value)
    low, high = (pick(value for _, value in records) for pick in (min, max))
    if low == high:
        return Answer(speaker.phrase("was", value=with_unit(low, unit)), value=low)
    words = speaker.phrase("was_between", low=with_unit(low, None), high=with_unit(high, unit))
    return Answer(words, value=_average(records))


def _whole(hass: HomeAssistant, entity_ids: Sequence[str]) -> Sequence[str]:
    """The meters of the whole home, where there are some: the others are parts of it."""
    states = [state for entity_id in entity_ids if (state := hass.states.get(entity_id))]
    return [state.entity_id for state in states if is_whole(state.name)] or entity_ids


def _numbers(stretches: Sequence[Stretch]) -> list[Record]:
    found = []
    for stretch in stretches:
        with suppress(ValueError):
            found.append((stretch, float(stretch.state)))
    return found


def _average(records: list[Record]) -> float:
    """The average over time."""
    seconds = sum(stretch.length.total_seconds() for stretch, _ in records)
    if not seconds:
        return fmean(value for _, value in records)
    return sum(stretch.length.total_seconds() * value for stretch, value in records) / seconds


def _used(hass: HomeAssistant, entity_id: str, records: list[Record]) -> float:
    """What a meter has counted; one of the day, by its name, tells it by itself."""
    own = [record for record in records if record[0].entity_id == entity_id]
    state = hass.states.get(entity_id)
    if own and state and not _OF_DAY.isdisjoint(state.name.lower().split()):
        return own[-1][1]
    return _gain(own)


def _gain(records: list[Record]) -> float:
    """How far a meter has counted on; it may begin at nothing again in between."""
    values = [value for _, value in records]
    return sum(max(0.0, b - a) if b >= a else b for a, b in pairwise(values))

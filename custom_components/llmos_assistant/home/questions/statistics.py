"""What was measured before the recorder's states begin, from its long-term statistics."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from statistics import fmean
from typing import Literal

from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util

from ..grounded import GroundedStep
from ..speech import Speaker
from .periods import Period
from .telling import Answer, moment_words, unit_of, with_unit

_IN_HOURS = timedelta(days=62)  # longer periods are told from days


@dataclass(frozen=True)
class Measured:
    """An hour or a day of an entity: what it measured, or how far it counted on."""

    entity_id: str
    start: datetime
    low: float | None
    mean: float | None
    high: float | None
    change: float | None


async def async_answer_statistics(
    hass: HomeAssistant, step: GroundedStep, period: Period, speaker: Speaker
) -> Answer | None:
    """How it was in a period of which the states are gone; None if the statistics do not tell."""
    from homeassistant.components.recorder import get_instance

    kept = timedelta(days=get_instance(hass).keep_days)
    if period.start >= dt_util.utcnow() - kept:
        return None
    rows = await _async_read(hass, step.entity_ids, period)
    if not rows:
        return None
    state = hass.states.get(rows[0].entity_id)
    unit = unit_of(state) if state else None
    if step.slots.get("ask") == "total":
        changes = [row.change for row in rows if row.change is not None]
        if not changes:
            return None
        return Answer(
            speaker.phrase("total", value=with_unit(sum(changes), unit)), value=sum(changes)
        )
    return _answer_measured(step, rows, unit, speaker)


def _answer_measured(
    step: GroundedStep, rows: Sequence[Measured], unit: str | None, speaker: Speaker
) -> Answer | None:
    lows = [(row.low, row) for row in rows if row.low is not None]
    highs = [(row.high, row) for row in rows if row.high is not None]
    means = [row.mean for row in rows if row.mean is not None]
    if not (lows and highs and means):
        return None
    low, at_low = min(lows, key=lambda pair: pair[0])
    high, at_high = max(highs, key=lambda pair: pair[0])
    match step.slots.get("ask"):
        case "highest" | "lowest" as ask:
            value, row = (high, at_high) if ask == "highest" else (low, at_low)
            moment = moment_words(row.start, speaker)
            words = speaker.phrase("record", value=with_unit(value, unit), moment=moment)
            return Answer(words, value=value)
        case "average":
            words = speaker.phrase("average", value=with_unit(fmean(means), unit))
            return Answer(words, value=fmean(means))
    if low == high:
        return Answer(speaker.phrase("was", value=with_unit(low, unit)), value=low)
    words = speaker.phrase("was_between", low=with_unit(low, None), high=with_unit(high, unit))
    return Answer(words, value=fmean(means))


async def _async_read(
    hass: HomeAssistant, entity_ids: Sequence[str], period: Period
) -> list[Measured]:
    """The statistics of a period, in the units of the entities' states. Of a moment, its hour."""
    from homeassistant.components.recorder import get_instance
    from homeassistant.components.recorder.statistics import statistics_during_period

    start, end = dt_util.as_utc(period.start), dt_util.as_utc(period.end)
    if end - start < timedelta(hours=1):
        start = start.replace(minute=0, second=0, microsecond=0)
        end = start + timedelta(hours=1)
    span: Literal["day", "hour"] = "hour" if end - start <= _IN_HOURS else "day"
    found = await get_instance(hass).async_add_executor_job(
        partial(
            statistics_during_period,
            hass,
            start,
            end,
            set(entity_ids),
            span,
            None,
            {"min", "mean", "max", "change"},
        )
    )
    return [
        Measured(
            entity_id,
            dt_util.utc_from_timestamp(row["start"]),
            row.get("min"),
            row.get("mean"),
            row.get("max"),
            row.get("change"),
        )
        for entity_id, rows in found.items()
        for row in rows
    ]

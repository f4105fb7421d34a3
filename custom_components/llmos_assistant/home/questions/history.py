"""Questions about the past: when, how long, how often, whether, and what was measured."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util

from ..conditions import is_in
from ..grounded import GroundedStep
from ..speech import Speaker
from .periods import Period, find_period
from .played import async_answer_played
from .reasons import async_answer_reason
from .records import answer_records
from .statistics import async_answer_statistics
from .stretches import Stretch, async_read_past, is_recorded, joined, within
from .telling import Answer, bare, listed, moment_words, span_words, unit_of
from .values import how_measured

_OPENINGS = frozenset({"door", "garage_door", "opening", "window"})
_PEOPLE = ("device_tracker.", "person.")
_AT_WORK = ("lawn_mower.", "sensor.", "vacuum.")
_WHAT = re.compile(r"\b(?:what|which)\b", re.IGNORECASE)
_MEASURES = frozenset({"", "average", "highest", "lowest", "total"})
_BECAME = frozenset({"closed", "home", "locked", "not_home", "off", "on", "open", "unlocked"})


async def async_answer_history(
    hass: HomeAssistant, step: GroundedStep, text: str, speaker: Speaker
) -> Answer:
    """The answer to a LlmosGetHistory step, asked with the words `text`."""
    if not is_recorded(hass):
        return Answer(speaker.phrase("no_history"))
    now = dt_util.now()
    during = step.slots.get("during")
    period = find_period(str(during), now, past=True) if during else None
    if during and period is None:
        return Answer(speaker.phrase("no_time", spoken=str(during)))
    ask = str(step.slots.get("ask", ""))
    is_measured = "state" not in step.slots and ask in _MEASURES
    if is_measured and period:
        told = await async_answer_statistics(hass, step, period, speaker)
        if told:
            return told
    measured_in = _attributes(hass, step) if is_measured else {}
    past = await async_read_past(hass, step.entity_ids, attributes=measured_in)
    if ask in ("who", "why"):
        return await async_answer_reason(hass, step, past, speaker)
    if is_measured:
        return answer_records(hass, step, past, period, speaker)
    wanted = [stretch for stretch in past if _is_wanted(hass, stretch, step)]
    if step.slots.get("state") in ("home", "not_home") or _are_stages(wanted):
        wanted = joined(wanted)
    if not ask and step.slots.get("state") == "playing" and _WHAT.search(text):
        return await async_answer_played(hass, step, wanted, period, speaker)
    match ask:
        case "how_long":
            return _how_long(wanted, period, now, speaker)
        case "how_often":
            return _how_often(wanted, period, speaker)
        case "when":
            return _when(hass, wanted, period, step, speaker)
    return _whether(wanted, period, speaker)


def _attributes(hass: HomeAssistant, step: GroundedStep) -> dict[str, str]:
    """The attributes that tell what is measured, of those whose state does not: the weather's temperature."""
    kind = str(step.slots.get("device_class", "temperature"))
    states = [state for entity_id in step.entity_ids if (state := hass.states.get(entity_id))]
    found = {state.entity_id: how_measured(hass, state, kind)[0] for state in states}
    return {entity_id: attribute for entity_id, attribute in found.items() if attribute}


def _is_wanted(hass: HomeAssistant, stretch: Stretch, step: GroundedStep) -> bool:
    """If it is a stretch of the state that was asked for; of none, any that is not idle."""
    domain = stretch.entity_id.partition(".")[0]
    wanted = str(step.slots.get("state", "on"))
    if (
        domain == "sensor"
        and wanted in ("off", "on")
        and (level := _level(hass, stretch)) is not None
    ):
        return (level > 0) == (wanted == "on")
    return is_in(domain, stretch.state, wanted)


def _are_stages(stretches: list[Stretch]) -> bool:
    """If all are of sensors: from stage 2 to stage 4 it goes on."""
    return all(stretch.entity_id.startswith("sensor.") for stretch in stretches)


def _level(hass: HomeAssistant, stretch: Stretch) -> float | None:
    """The stage of a sensor that counts them, 0 for none; None for all that measure in a unit."""
    state = hass.states.get(stretch.entity_id)
    value = bare(stretch.state) if state and unit_of(state) is None else None
    return value if isinstance(value, float) else None


def _when(
    hass: HomeAssistant,
    wanted: list[Stretch],
    period: Period | None,
    step: GroundedStep,
    speaker: Speaker,
) -> Answer:
    begun = [s for s in wanted if period is None or _begins_in(s, period)]
    if not begun:
        return Answer(speaker.phrase("not_in_past"))
    last = max(begun, key=lambda stretch: stretch.start)
    state = hass.states.get(last.entity_id)
    name = state.name if state else last.entity_id
    key = f"became_{_state_word(hass, last, step)}"
    words = speaker.phrase(key, name=name, moment=moment_words(last.start, speaker))
    states = (state,) if state else ()
    return Answer(words, states, dt_util.as_local(last.start).isoformat())


def _state_word(hass: HomeAssistant, stretch: Stretch, step: GroundedStep) -> str:
    """What the change is called: contact sensors are "on" where people say "open"."""
    state = hass.states.get(stretch.entity_id)
    device_class = state.attributes.get("device_class") if state else None
    word = str(step.slots.get("state", stretch.state))
    if word in ("home", "not_home") and not stretch.entity_id.startswith(_PEOPLE):
        word = stretch.state  # the hens were let out when their door was opened
    if device_class in _OPENINGS:
        word = {"on": "open", "off": "closed"}.get(word, word)
    elif stretch.entity_id.startswith("binary_sensor."):
        return "active" if stretch.state == "on" else "quiet"
    elif word in ("off", "on") and stretch.entity_id.startswith(_AT_WORK):
        return "active" if word == "on" else "quiet"
    return word if word in _BECAME else "other"


def _begins_in(stretch: Stretch, period: Period) -> bool:
    return period.start <= stretch.start < period.end


def _how_long(
    wanted: list[Stretch], period: Period | None, asked: datetime, speaker: Speaker
) -> Answer:
    if period:
        span = sum((s.length for s in within(wanted, period.start, period.end)), timedelta())
        if not span:
            return Answer(speaker.phrase("not_then"), value=0.0)
        return Answer(speaker.phrase("for_span", span=span_words(span)), value=span.total_seconds())
    if not wanted:
        return Answer(speaker.phrase("not_in_past"))
    last = max(wanted, key=lambda stretch: stretch.end)
    words = {"span": span_words(last.length), "moment": moment_words(last.start, speaker)}
    key = "for_span_since" if last.end >= asked else "was_for_span"
    return Answer(speaker.phrase(key, **words), value=last.length.total_seconds())


def _how_often(wanted: list[Stretch], period: Period | None, speaker: Speaker) -> Answer:
    times = sorted(s.start for s in wanted if period is None or _begins_in(s, period))
    if not times:
        return Answer(speaker.phrase("never_then"), value=0.0)
    last = moment_words(times[-1], speaker)
    if len(times) == 1:
        return Answer(speaker.phrase("once", moment=last), value=1.0)
    words = speaker.phrase("so_often", count=str(len(times)), moment=last)
    return Answer(words, value=float(len(times)))


def _whether(wanted: list[Stretch], period: Period | None, speaker: Speaker) -> Answer:
    found = within(wanted, period.start, period.end) if period else wanted
    if not found:
        return Answer(speaker.phrase("no_not_then"), value=False)
    times = sorted(stretch.start for stretch in found)[-_TOLD:]
    told = listed((moment_words(moment, speaker) for moment in times), speaker)
    return Answer(speaker.phrase("yes_at", moments=told), value=True)


_TOLD = 3  # times that are listed, the last ones

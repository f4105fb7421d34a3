"""Who or what changed something, as far as Home Assistant's logbook can tell."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from homeassistant.core import HomeAssistant

from ..conditions import is_in
from ..grounded import GroundedStep
from ..speech import Speaker
from .stretches import Stretch
from .telling import Answer, moment_words

_AROUND = timedelta(seconds=1)


async def async_answer_reason(
    hass: HomeAssistant, step: GroundedStep, past: Sequence[Stretch], speaker: Speaker
) -> Answer:
    """Why something is as it is: the last change to the state that was asked for."""
    wanted = step.slots.get("state")
    changes = [
        stretch
        for stretch in past
        if wanted is None or is_in(stretch.entity_id.partition(".")[0], stretch.state, str(wanted))
    ]
    if not changes:
        return Answer(speaker.phrase("not_in_past"))
    last = max(changes, key=lambda stretch: stretch.start)
    state = hass.states.get(last.entity_id)
    moment = moment_words(last.start, speaker)
    entry = await _async_log_entry(hass, last)
    source = await _async_source(hass, entry) if entry else None
    if source is None:
        words = speaker.phrase("changed_by_nobody", name=state.name if state else "", moment=moment)
        return Answer(words)
    kind, name = source
    words = speaker.phrase(f"changed_by_{kind}", by=name, moment=moment)
    return Answer(words, (state,) if state else (), name)


async def _async_log_entry(hass: HomeAssistant, change: Stretch) -> dict[str, Any] | None:
    """The logbook's entry of a change."""
    if "logbook" not in hass.config.components:
        return None
    # Its packages are there only where the recorder is.
    from homeassistant.components.logbook.helpers import (
        async_determine_event_types,
    )
    from homeassistant.components.logbook.processor import EventProcessor
    from homeassistant.components.recorder import get_instance

    ids = [change.entity_id]
    events = EventProcessor(hass, async_determine_event_types(hass, ids, None), entity_ids=ids)
    found = await get_instance(hass).async_add_executor_job(
        events.get_events, change.start - _AROUND, change.start + _AROUND
    )
    of_change = [entry for entry in found if entry.get("entity_id") == change.entity_id]
    return of_change[-1] if of_change else None


async def _async_source(hass: HomeAssistant, entry: dict[str, Any]) -> tuple[str, str] | None:
    """An automation, a script or a person, and its name."""
    domain = entry.get("context_domain")
    if domain in ("automation", "script") and (name := entry.get("context_name")):
        return str(domain), str(name)
    if entity_id := entry.get("context_entity_id"):
        domain = str(entity_id).partition(".")[0]
        if domain in ("automation", "script"):
            return domain, str(entry.get("context_entity_id_name") or entity_id)
    if user_id := entry.get("context_user_id"):
        for person in hass.states.async_all("person"):
            if person.attributes.get("user_id") == user_id:
                return "person", person.name
        if (user := await hass.auth.async_get_user(user_id)) and user.name:
            return "person", user.name
    return None

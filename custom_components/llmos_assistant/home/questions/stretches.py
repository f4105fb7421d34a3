"""What Home Assistant's recorder knows of the past: for how long things were in which state."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from itertools import pairwise

from homeassistant.core import HomeAssistant, State
from homeassistant.util import dt as dt_util

_UNKNOWN = frozenset({"unavailable", "unknown"})


@dataclass(frozen=True)
class Stretch:
    """An entity was in one state from `start` to before `end`."""

    entity_id: str
    state: str
    start: datetime
    end: datetime

    @property
    def length(self) -> timedelta:
        """How long it lasted."""
        return self.end - self.start


def is_recorded(hass: HomeAssistant) -> bool:
    """If there is a recorder to ask."""
    return "recorder" in hass.config.components


async def async_read_past(
    hass: HomeAssistant,
    entity_ids: Iterable[str],
    since: datetime | None = None,
    *,
    attributes: Mapping[str, str] | None = None,
) -> list[Stretch]:
    """The known past of these entities, oldest first each, up to now; equal states as one stretch.

    All that the recorder keeps, or what was after `since`. Of entities in `attributes`, that
    attribute is read for the state. The recorder must be loaded.
    """
    # Its packages are there only where the recorder is.
    from homeassistant.components.recorder import get_instance, history

    recorder = get_instance(hass)
    now = dt_util.utcnow()
    start = dt_util.as_utc(since) if since else now - timedelta(days=recorder.keep_days)
    ids = list(entity_ids)
    recorded = await recorder.async_add_executor_job(
        partial(
            history.get_significant_states,
            hass,
            start,
            now,
            ids,
            significant_changes_only=False,
            no_attributes=not attributes,
        )
    )
    past: list[Stretch] = []
    for entity_id in ids:
        states = [state for state in recorded.get(entity_id, ()) if isinstance(state, State)]
        current = hass.states.get(entity_id)
        if current and (not states or states[-1].last_updated < current.last_updated):
            states.append(current)  # not yet written down
        attribute = (attributes or {}).get(entity_id)
        past += _merged(_stretches(entity_id, map(_of(attribute), states), now))
    return past


def _of(attribute: str | None) -> Callable[[State], tuple[str, datetime]]:
    """Reads a state, or an attribute of it, and since when it was so."""
    if attribute is None:
        return lambda state: (state.state, state.last_changed)
    return lambda state: (str(state.attributes.get(attribute, "unknown")), state.last_updated)


def _stretches(
    entity_id: str, known: Iterable[tuple[str, datetime]], now: datetime
) -> Iterator[Stretch]:
    for (state, start), (_, end) in pairwise([*known, ("", now)]):
        yield Stretch(entity_id, state, start, max(start, end))


def _merged(stretches: Iterable[Stretch]) -> list[Stretch]:
    """Without gaps in which nothing was known, and neighbours of one state as one."""
    merged: list[Stretch] = []
    for stretch in stretches:
        if merged and stretch.state in (merged[-1].state, *_UNKNOWN):
            merged[-1] = replace(merged[-1], end=stretch.end)
        elif stretch.state not in _UNKNOWN:
            merged.append(stretch)
    return merged


def joined(stretches: Iterable[Stretch]) -> list[Stretch]:
    """Those that follow one another as one: who goes from work to the club has been out all the time."""
    whole: list[Stretch] = []
    for stretch in stretches:
        before = whole[-1] if whole else None
        if before and (before.entity_id, before.end) == (stretch.entity_id, stretch.start):
            whole[-1] = replace(before, end=stretch.end)
        else:
            whole.append(stretch)
    return whole


def within(stretches: Iterable[Stretch], start: datetime, end: datetime) -> list[Stretch]:
    """The parts of the stretches that lie in a period; of a moment, the one that it is in."""
    return [
        replace(stretch, start=max(stretch.start, start), end=min(stretch.end, end))
        for stretch in stretches
        if (stretch.start < end and stretch.end > start)
        or (start == end and stretch.start <= start < stretch.end)
    ]

"""What was playing, in a time that has gone by or last."""

from __future__ import annotations

from collections.abc import Sequence

from homeassistant.core import HomeAssistant

from ..grounded import GroundedStep
from ..speech import Speaker
from .periods import Period
from .stretches import Stretch, async_read_past, within
from .telling import Answer

_TITLE = "media_title"
_TOLD = 3  # titles that are listed, the last ones


async def async_answer_played(
    hass: HomeAssistant,
    step: GroundedStep,
    playing: Sequence[Stretch],
    period: Period | None,
    speaker: Speaker,
) -> Answer:
    """What these players played; `playing` is when they did."""
    titles = await async_read_past(
        hass, step.entity_ids, attributes=dict.fromkeys(step.entity_ids, _TITLE)
    )
    if period:
        times = within(playing, period.start, period.end)
        titles = [title for title in titles if any(_overlap(title, time) for time in times)]
    titles = sorted(titles, key=lambda title: title.start)[-_TOLD if period else -1 :]
    if not titles:
        return Answer(speaker.phrase("not_in_past"))
    told = [_title(hass, title, speaker) for title in titles]
    words = [
        speaker.phrase("was_playing", title=what, player=state.name if state else title.entity_id)
        for title, what in zip(titles, told, strict=True)
        for state in (hass.states.get(title.entity_id),)
    ]
    return Answer(" ".join(words), value=told)


def _overlap(one: Stretch, other: Stretch) -> bool:
    same_thing = one.entity_id == other.entity_id
    return same_thing and one.start < other.end and other.start < one.end


def _title(hass: HomeAssistant, title: Stretch, speaker: Speaker) -> str:
    """The title, and whose it is, where that is known still."""
    state = hass.states.get(title.entity_id)
    attributes = state.attributes if state else {}
    artist = attributes.get("media_artist")
    if artist and attributes.get(_TITLE) == title.state:
        return speaker.phrase("title_by", title=title.state, artist=artist)
    return title.state

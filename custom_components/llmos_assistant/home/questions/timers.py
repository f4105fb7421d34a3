"""Questions about timers: what is left of each."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from homeassistant.helpers import intent

from ..speech import Speaker
from .telling import span_words


def tell_timers(response: intent.IntentResponse, speaker: Speaker) -> str | None:
    """What is left of several timers, the soonest first; None of one, which Home Assistant's answer tells."""
    timers: list[Mapping[str, Any]] = response.speech_slots.get("timers", [])
    if len(timers) < 2:
        return None
    return " ".join(
        _told(timer, speaker) for timer in sorted(timers, key=lambda t: t["total_seconds_left"])
    )


def _told(timer: Mapping[str, Any], speaker: Speaker) -> str:
    length = timedelta(**{unit: timer[f"start_{unit}"] for unit in ("hours", "minutes", "seconds")})
    name = timer["name"] or speaker.phrase("timer_of", span=span_words(length))
    left = span_words(timedelta(seconds=timer["total_seconds_left"]))
    key = "timer_left" if timer["is_active"] else "timer_paused"
    return speaker.phrase(key, timer=name[:1].upper() + name[1:], span=left)

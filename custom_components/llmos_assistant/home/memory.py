"""What conversations remember: the last turn, and how things were before it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from homeassistant.core import State
from homeassistant.util import dt as dt_util

from .follow_ups import Turn
from .undoing import Undoing

_IN_CONVERSATION_S = 300  # as long as Home Assistant keeps a conversation
_IN_ROOM_S = 60  # said to the same device anew, without the conversation going on
_KEPT = 50


@dataclass(frozen=True)
class Remembered:
    """A turn, the states of the things it was about before it, and when it was."""

    turn: Turn
    before: tuple[State, ...]
    at: float


@dataclass
class Memory:
    """The last turns, by conversation and by device; and what is to be undone when a timer says so."""

    later: dict[str, Undoing] = field(default_factory=dict)
    _turns: dict[str, Remembered] = field(default_factory=dict)

    def recall(self, conversation_id: str, device_id: str | None) -> Remembered | None:
        """The last turn of the conversation, or what was said to the device just now."""
        now = dt_util.utcnow().timestamp()
        for key, seconds in ((conversation_id, _IN_CONVERSATION_S), (device_id, _IN_ROOM_S)):
            remembered = self._turns.get(key) if key else None
            if remembered and now - remembered.at <= seconds:
                return remembered
        return None

    def keep(
        self, conversation_id: str, device_id: str | None, turn: Turn, before: Iterable[State]
    ) -> None:
        """Remember a turn; the oldest are forgotten."""
        remembered = Remembered(turn, tuple(before), dt_util.utcnow().timestamp())
        for key in filter(None, (conversation_id, device_id)):
            self._turns.pop(key, None)
            self._turns[key] = remembered
        while len(self._turns) > _KEPT:
            del self._turns[next(iter(self._turns))]

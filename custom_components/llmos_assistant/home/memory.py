"""What conversations remember: the last turn, and how things were before it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from homeassistant.core import State
from homeassistant.util import dt as dt_util

from .follow_ups import Turn
from .undoing import Undoing

_SECONDS = 300  # as long as Home Assistant keeps a conversation, and satellites go on with it
_KEPT = 50


@dataclass(frozen=True)
class Remembered:
    """A turn, the states of the things it was about before it, and when it was."""

    turn: Turn
    before: tuple[State, ...]
    at: float


@dataclass
class Memory:
    """The last turns, by conversation; and what is to be undone when a timer says so."""

    later: dict[str, Undoing] = field(default_factory=dict)
    _turns: dict[str, Remembered] = field(default_factory=dict)

    def recall(self, conversation_id: str) -> Remembered | None:
        """The last turn of the conversation, if it was not long ago."""
        remembered = self._turns.get(conversation_id)
        if remembered and dt_util.utcnow().timestamp() - remembered.at <= _SECONDS:
            return remembered
        return None

    def keep(self, conversation_id: str, turn: Turn, before: Iterable[State]) -> None:
        """Remember a turn; the oldest are forgotten."""
        self._turns.pop(conversation_id, None)
        self._turns[conversation_id] = Remembered(turn, tuple(before), dt_util.utcnow().timestamp())
        while len(self._turns) > _KEPT:
            del self._turns[next(iter(self._turns))]

"""How an engine is, told to whoever listens."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .engine_client import EngineError


class State(StrEnum):
    """The states of an engine."""

    STOPPED = "stopped"  # until it is needed; of one elsewhere, nothing is known yet
    STARTING = "starting"
    RUNNING = "running"
    FAILING = "failing"


class Health:
    """The state of an engine, and why.

    `failures` count since it last answered a request, `error` is the last of them.
    """

    def __init__(self) -> None:
        """Stopped, and well."""
        self.state = State.STOPPED
        self.failures = 0
        self.error: EngineError | None = None
        self.lacks_memory = False
        self._listeners: list[Callable[[], None]] = []

    def listen(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call `listener` after each change, until what this returns is called."""
        self._listeners.append(listener)
        return partial(self._listeners.remove, listener)

    @property
    def reason(self) -> str:
        """Why it failed last, in English, for logs; "" if it is well."""
        return str(self.error or "")

    def note(self, state: State) -> None:
        """It is in this state now."""
        if state is not self.state:
            self.state = state
            self._tell()

    def note_failure(self, error: EngineError, lacks_memory: bool = False) -> None:
        """It failed with this error."""
        self.state = State.FAILING
        self.failures += 1
        self.error = error
        self.lacks_memory = lacks_memory
        self._tell()

    def note_answer(self) -> None:
        """It answered: all is well."""
        if self.state is State.RUNNING and not self.failures:
            return
        self.state = State.RUNNING
        self.failures = 0
        self.error = None
        self.lacks_memory = False
        self._tell()

    def _tell(self) -> None:
        for listener in list(self._listeners):
            listener()

"""What an engine on this machine leaves behind: its log, and how it ended."""

from __future__ import annotations

import asyncio
import logging
import signal
from collections import deque

from .engine_client import EngineUnavailable

_LOGGER = logging.getLogger(__name__)

_EXCERPT_LINES = 10
_MAX_REMEMBERED_LINES = 100
_NO_MEMORY = ("MemoryError", "bad_alloc", "Cannot allocate memory")  # as Python, C++ and C word it


class EngineLog:
    """The log of one engine after the other, passed on to Home Assistant's."""

    def __init__(self) -> None:
        self.last_words = ""  # the last error that the present engine logged
        self._lines: deque[str] = deque(maxlen=_EXCERPT_LINES)
        self._logged: set[str] = set()

    @property
    def excerpt(self) -> str:
        """The last lines of the present engine, or of the last one."""
        return "\n".join(self._lines)

    @property
    def tells_of_no_memory(self) -> bool:
        """Whether the engine said that it got no memory."""
        return any(sign in line for line in self._lines for sign in _NO_MEMORY)

    def begin(self) -> None:
        """A new engine starts."""
        self.last_words = ""
        self._lines.clear()

    async def follow(self, stderr: asyncio.StreamReader) -> None:
        """Pass on what an engine logs until it ends, each line once however often it comes."""
        async for raw in stderr:
            level_name, is_prefixed, text = raw.decode(errors="replace").rstrip().partition(": ")
            level = logging.getLevelNamesMapping().get(level_name)
            if level is None or not is_prefixed:
                level, text = logging.WARNING, raw.decode(errors="replace").rstrip()
            if level >= logging.ERROR:
                self.last_words = text
            self._lines.append(text)
            if text and text not in self._logged:
                if len(self._logged) > _MAX_REMEMBERED_LINES:
                    self._logged.clear()
                self._logged.add(text)
                _LOGGER.log(level, "Engine: %s", text)


def epitaph(code: int | None) -> EngineUnavailable:
    """Why a process may have ended that said nothing."""
    if code == -signal.SIGILL:
        message = "This processor lacks instructions that the engine needs"
        return EngineUnavailable(message, "engine_no_instructions")
    if code == -signal.SIGKILL:
        message = "The engine was killed, perhaps for want of memory"
        return EngineUnavailable(message, "engine_killed")
    return EngineUnavailable(f"The engine ended with code {code}", "engine_ended", number=str(code))

"""How long understanding takes, by the size of the home: text in → grounded plan out.

The engine's parser works in this process on one thread, without the Wyoming connection to it.
The home is a real Home Assistant's with so many exposed things in its registries. Both agents keep
what they have built of it: the first round, in which they do, is not counted. Home Assistant's own
agent only recognises here.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter
from typing import cast

from custom_components.llmos_assistant.engine.parser import CommandParser
from custom_components.llmos_assistant.engine.protocol import Plan
from custom_components.llmos_assistant.engine_client import Engine
from custom_components.llmos_assistant.understanding import async_understand
from tests.homes.peer import Peer
from tests.homes.small import furnish, open_empty, synthetic

SIZES = (300, 1000)
_ROUNDS = 5
_SENTENCES = (
    "turn on the kitchen ceiling light",
    "turn off the lights in the office",
    "switch off the bedroom reading lamp please",
    "set the library floor lamp to 40 percent",
    "open the blind in the nursery",
    "close all the curtains on the first floor",
    "is the garage door lock locked",
    "what's the temperature in the bathroom",
    "turn on the gym fan",
    "unlock the porch door lock",
    "make the den lights blue",
    "set the studio heater to 21 degrees",
    "are any windows open upstairs",
    "turn everything off in the cellar",
    "pause the lounge speaker",
    "set a timer for ten minutes",
    "would you mind switching the attic socket off",
    "turn on the sauna purifier",
    "what time is it",
    "which lights are on in the hallway",
)


class InProcess:
    """The engine's part of understanding, without an engine."""

    def __init__(self, parser: CommandParser) -> None:
        self._parser = parser

    async def understand(self, text: str, language: str) -> Plan:
        """What a text asks for."""
        return self._parser.parse(text)


def engine_in_process(folder: Path) -> Engine:
    """An engine that can only understand, in this process."""
    return cast(Engine, InProcess(CommandParser(folder, threads=1)))


@dataclass(frozen=True)
class Times:
    """Milliseconds a sentence: the median, and what nine in ten stay below."""

    median: float
    nine_in_ten: float


def measure_latency(folder: Path) -> dict[str, dict[int, Times]]:
    """How long it takes, ours and theirs, in homes of these sizes."""
    return asyncio.run(_measure(folder))


async def _measure(folder: Path) -> dict[str, dict[int, Times]]:
    engine = engine_in_process(folder)
    found: dict[str, dict[int, Times]] = {"ours": {}, "theirs": {}}
    async with open_empty() as hass:
        peer = Peer(hass, execute=False)

        async def understand(text: str) -> None:
            await async_understand(hass, engine, text, "en", None)

        for size in SIZES:
            await furnish(hass, synthetic(size))
            found["ours"][size] = await _time(understand)
            found["theirs"][size] = await _time(peer.recognize)
    return found


async def _time(listen: Callable[[str], Awaitable[None]]) -> Times:
    times = []
    for number in range(_ROUNDS + 1):
        for text in _SENTENCES:
            start = perf_counter()
            await listen(text)
            if number:  # in the first round they read what they need
                times.append((perf_counter() - start) * 1000)
    return Times(median(times), quantiles(times, n=10)[-1])

"""The smallest Wyoming satellite: it gives the demo a microphone that stands in a room.

Home Assistant starts timers only where something can ring. The demo sends its recordings over
the websocket, in this satellite's name.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from wyoming.event import Event
from wyoming.info import Attribution, Describe, Info
from wyoming.info import Satellite as SatelliteInfo
from wyoming.ping import Ping, Pong
from wyoming.server import AsyncEventHandler
from wyoming.timer import TimerStarted

AREA = "Living Room"
NAME = "Living Room Satellite"

_INFO = Info(
    satellite=SatelliteInfo(
        name=NAME,
        attribution=Attribution(name="LLMOS Assistant", url=""),
        installed=True,
        description="Stands in the demo's living room",
        version="1",
        area=AREA,
    )
)


class _Handler(AsyncEventHandler):
    """One connection of Home Assistant."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, timers: list[int]
    ) -> None:
        super().__init__(reader, writer)
        self._timers = timers

    async def handle_event(self, event: Event) -> bool:
        """Answer what needs an answer; note the timers."""
        if Describe.is_type(event.type):
            await self.write_event(_INFO.event())
        elif Ping.is_type(event.type):
            await self.write_event(Pong(text=Ping.from_event(event).text).event())
        elif TimerStarted.is_type(event.type):
            self._timers.append(TimerStarted.from_event(event).total_seconds)
        return True


@dataclass(frozen=True)
class Satellite:
    """Where the satellite listens, and the seconds of each timer that was started on it."""

    port: int
    timers: list[int] = field(default_factory=list)


@contextlib.asynccontextmanager
async def satellite() -> AsyncIterator[Satellite]:
    """Run the satellite on a free port of this machine for as long as the context lasts."""
    timers: list[int] = []

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await _Handler(reader, writer, timers).run()

    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    try:
        yield Satellite(server.sockets[0].getsockname()[1], timers)
    finally:
        server.close()
        server.close_clients()

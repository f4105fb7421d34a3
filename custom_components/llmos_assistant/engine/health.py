"""Whether an engine answers, for health checks."""

from __future__ import annotations

import asyncio

from wyoming.client import AsyncClient
from wyoming.info import Describe, Info

_TIMEOUT = 10.0  # seconds; a busy engine answers late


async def answers(uri: str) -> bool:
    """Whether an engine at `uri` tells which models it has."""
    try:
        async with asyncio.timeout(_TIMEOUT), AsyncClient.from_uri(uri) as client:
            await client.write_event(Describe().event())
            while event := await client.read_event():
                if Info.is_type(event.type):
                    return True
    except Exception:  # noqa: BLE001 - bytes from outside, decoded by the library
        pass
    return False

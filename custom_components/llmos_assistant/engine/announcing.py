"""Telling the network where the engine is, by zeroconf (mDNS), so that Home Assistant finds it."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

from zeroconf import Error
from zeroconf.asyncio import AsyncServiceInfo, AsyncZeroconf

from .protocol import SERVICE_TYPE

_ANY_ADDRESS = ("0.0.0.0", "::")
_MDNS_ADDRESS = "224.0.0.251"


class AnnouncementError(Exception):
    """The engine cannot be announced. The message is one line that says why."""


@contextlib.asynccontextmanager
async def announced(uri: str, name: str) -> AsyncIterator[None]:
    """Announce the engine at tcp://HOST:PORT as `name` meanwhile. Raises AnnouncementError."""
    where = urlsplit(uri)
    async with contextlib.AsyncExitStack() as stack:
        try:
            address = await _address(where.hostname or "")
            service = AsyncServiceInfo(
                SERVICE_TYPE,
                f"{name}.{SERVICE_TYPE}",
                parsed_addresses=[address],
                port=where.port,
            )
            zeroconf = await stack.enter_async_context(AsyncZeroconf(interfaces=[address]))
            # Where the name is taken it gets a number.
            await (await zeroconf.async_register_service(service, allow_name_change=True))
        except (OSError, ValueError, Error) as err:
            raise AnnouncementError(f"Cannot announce {uri} as {name}: {err}") from err
        yield
        await zeroconf.async_unregister_all_services()


async def _address(host: str) -> str:
    """The IPv4 address that others reach `host` at. Raises OSError."""
    if host in _ANY_ADDRESS:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.connect((_MDNS_ADDRESS, 1))  # sends nothing, but chooses the way
            host = probe.getsockname()[0]
    found = await asyncio.get_running_loop().getaddrinfo(host, None, family=socket.AF_INET)
    return str(found[0][4][0])

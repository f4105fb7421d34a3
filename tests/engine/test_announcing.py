"""An engine that announces itself, over real multicast on this machine."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from zeroconf import ServiceStateChange, Zeroconf
from zeroconf.asyncio import AsyncServiceBrowser, AsyncServiceInfo, AsyncZeroconf

from custom_components.llmos_assistant.engine.announcing import AnnouncementError, announced
from custom_components.llmos_assistant.engine.protocol import SERVICE_TYPE
from tests.conftest import ENGINE, free_port

pytestmark = pytest.mark.usefixtures("local_sockets")


class Listener:
    """What Home Assistant would hear."""

    def __init__(self) -> None:
        self.changes: asyncio.Queue[tuple[str, ServiceStateChange]] = asyncio.Queue()

    def note(
        self,
        zeroconf: Zeroconf,
        service_type: str,
        name: str,
        state_change: ServiceStateChange,
    ) -> None:
        """Remember what appeared or went."""
        self.changes.put_nowait((name, state_change))

    async def next(self) -> tuple[str, ServiceStateChange]:
        """The next change."""
        async with asyncio.timeout(20):
            return await self.changes.get()


@contextmanager
def engine(*options: str) -> Iterator[subprocess.Popen[str]]:
    """An engine process without the slow models."""
    with subprocess.Popen(
        [sys.executable, str(ENGINE), "--speech-model=none", "--exit-with-parent", *options],
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        yield process
        process.terminate()


async def test_an_engine_is_heard_of_while_it_runs() -> None:
    port = free_port()
    zeroconf, listener = AsyncZeroconf(interfaces=["127.0.0.1"]), Listener()
    browser = AsyncServiceBrowser(zeroconf.zeroconf, SERVICE_TYPE, handlers=[listener.note])
    name = f"kitchen-{port}.{SERVICE_TYPE}"
    try:
        with engine(f"--uri=tcp://127.0.0.1:{port}", f"--zeroconf=kitchen-{port}"):
            assert await listener.next() == (name, ServiceStateChange.Added)
            service = AsyncServiceInfo(SERVICE_TYPE, name)
            assert await service.async_request(zeroconf.zeroconf, 3000)
            assert (service.parsed_addresses(), service.port) == (["127.0.0.1"], port)
        assert await listener.next() == (name, ServiceStateChange.Removed)
    finally:
        await browser.async_cancel()
        await zeroconf.async_close()


async def test_an_address_that_is_not_here_cannot_be_announced() -> None:
    with pytest.raises(AnnouncementError, match="as nuc"):
        async with announced("tcp://203.0.113.7:10700", "nuc"):
            raise AssertionError


def test_only_an_engine_in_the_network_is_announced() -> None:
    with engine("--uri=unix:///tmp/some.sock", "--zeroconf") as process:
        assert process.wait(60) == 2
        assert process.stderr is not None
        assert "--zeroconf needs --uri tcp://HOST:PORT" in process.stderr.read()

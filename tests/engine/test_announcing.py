"""An engine that announces itself, over real multicast on this machine.

Who listens is a process of its own, too: Home Assistant, once it was loaded by another test,
hands out its own zeroconf to all who ask in its process.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from custom_components.llmos_assistant.engine.protocol import SERVICE_TYPE
from tests.conftest import ENGINE
from tests.ports import free_port

_LISTENER = f"""
import time
from zeroconf import ServiceBrowser, Zeroconf

def note(zeroconf, service_type, name, state_change):
    info = zeroconf.get_service_info(service_type, name) if state_change.name == "Added" else None
    where = [*info.parsed_addresses(), info.port] if info else []
    print(state_change.name, name.partition(".")[0], *where, flush=True)

zeroconf = Zeroconf(interfaces=["127.0.0.1"])
browser = ServiceBrowser(zeroconf, "{SERVICE_TYPE}", handlers=[note])
print("Listening", flush=True)
time.sleep(120)
"""
_ANNOUNCE = """
import asyncio, sys
from engine.announcing import announced

async def main():
    async with announced(*sys.argv[1:]):
        print("Announced", flush=True)
        await asyncio.sleep(5)

asyncio.run(main())
"""


@contextmanager
def running(*command: str) -> Iterator[subprocess.Popen[str]]:
    """A process that ends with the context."""
    with subprocess.Popen(
        [sys.executable, *command],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ENGINE.parent,
    ) as process:
        try:
            yield process
        finally:
            process.terminate()


def line(process: subprocess.Popen[str], beginning: str) -> str:
    """What it prints next that begins so; the test's timeout bounds the wait."""
    assert process.stdout is not None
    while text := process.stdout.readline():
        if text.startswith(beginning):
            return text.strip()
    raise AssertionError("it ended")


def test_an_engine_is_heard_of_while_it_runs() -> None:
    port = free_port()
    name = f"kitchen-{port}"
    options = [f"--uri=tcp://127.0.0.1:{port}", f"--zeroconf={name}", "--speech-model=none"]
    with running("-c", _LISTENER) as listener:
        line(listener, "Listening")
        with running(str(ENGINE), *options) as engine:
            line(engine, "Ready")
            assert line(listener, f"Added {name}") == f"Added {name} 127.0.0.1 {port}"
            engine.terminate()
            ended = time.monotonic()
            assert line(listener, f"Removed {name}") == f"Removed {name}"
            assert time.monotonic() - ended < 30  # it says goodbye: this is no record that expired
            assert engine.wait(30) == 0


@pytest.mark.parametrize(
    ("uri", "name"),
    [
        ("tcp://203.0.113.7:10700", "nuc"),  # not an address of this machine
        ("tcp://127.0.0.1:port", "nuc"),
        ("tcp://127.0.0.1:10700", "n" * 70),
    ],
)
def test_what_cannot_be_announced_is_told_in_one_line(uri: str, name: str) -> None:
    with running("-c", _ANNOUNCE, uri, name) as process:
        _, errors = process.communicate(timeout=60)

    assert "announcing.AnnouncementError: Cannot announce" in errors.splitlines()[-1]


def test_an_engine_that_listens_everywhere_is_announced_at_an_address_of_its_own() -> None:
    """Others could not reach it at 0.0.0.0."""
    port = free_port()
    name = f"attic-{port}"
    with running("-c", _LISTENER.replace('interfaces=["127.0.0.1"]', "")) as listener:
        line(listener, "Listening")
        with running("-c", _ANNOUNCE, f"tcp://0.0.0.0:{port}", name) as engine:
            assert engine.stdout is not None
            if not engine.stdout.readline():
                pytest.skip("this machine is in no network")
            *_, address, heard = line(listener, f"Added {name}").split()

    assert (address.count("."), heard) == (3, str(port))
    assert address != "0.0.0.0"


def test_only_an_engine_in_the_network_is_announced() -> None:
    with running(str(ENGINE), "--uri=unix:///tmp/some.sock", "--zeroconf") as engine:
        _, errors = engine.communicate(timeout=60)

    assert engine.returncode == 2
    assert "--zeroconf needs --uri tcp://HOST:PORT" in errors

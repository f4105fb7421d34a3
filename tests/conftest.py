"""The real engine with the real models, and real speech, for all tests."""

from __future__ import annotations

import logging
import subprocess
import sys
from collections.abc import AsyncGenerator, Generator
from pathlib import Path

import pytest
import pytest_socket

from custom_components.llmos_assistant.engine import store
from demo.recordings import read_audio

from .ports import free_port

ENGINE = Path(store.__file__).parent
AUDIO = Path(__file__).parent / "audio"

# Home Assistant's test plugin has every SQL statement logged. What a recorder writes between two
# tests, when pytest captures nothing, would fill the terminal.
logging.getLogger("sqlalchemy.engine").setLevel(logging.WARNING)


def recording(name: str) -> bytes:
    """A recording as 16 kHz 16-bit mono PCM."""
    return read_audio(AUDIO / f"{name}.flac")


async def stream(pcm: bytes, seconds: float = 0.1) -> AsyncGenerator[bytes]:
    """`pcm` as a microphone sends it, in chunks of so many seconds."""
    size = int(seconds * 16_000) * 2
    for start in range(0, len(pcm), size):
        yield pcm[start : start + size]


@pytest.fixture
def local_sockets() -> None:
    """Let the test connect to this machine. Without it no test can connect anywhere."""
    allow_local_sockets()  # the next test's setup takes it back


def allow_local_sockets() -> None:
    """Let connect to this machine until the next test is set up."""
    pytest_socket.enable_socket()
    pytest_socket.socket_allow_hosts(["127.0.0.1"], allow_unix_socket=True)


@pytest.fixture(scope="session")
def engine_uri() -> Generator[str]:
    """Where the engine listens that all tests share. Use `local_sockets` with it."""
    allow_local_sockets()
    uri = f"tcp://127.0.0.1:{free_port()}"
    with subprocess.Popen(
        [sys.executable, str(ENGINE), "--uri", uri, "--exit-with-parent"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == f"Ready on {uri}\n"
        yield uri
        process.terminate()

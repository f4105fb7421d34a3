"""The health check, as Docker and people run it."""

from __future__ import annotations

import asyncio
import sys

import pytest

from tests.conftest import ENGINE
from tests.ports import free_port


async def check(uri: str) -> tuple[int | None, str]:
    """Run `--check`: its exit code, and what it complains of."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, str(ENGINE), "--check", uri), stderr=asyncio.subprocess.PIPE
    )
    _, errors = await process.communicate()
    return process.returncode, errors.decode()


async def test_engine_that_runs_is_healthy(engine_uri: str) -> None:
    assert await check(engine_uri) == (0, "")


@pytest.mark.parametrize("uri", ["tcp://127.0.0.1:1", "unix:///no/such/socket", "nonsense"])
async def test_nobody_there_is_not_healthy(uri: str) -> None:
    assert await check(uri) == (1, f"ERROR: No engine answers at {uri}\n")


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
        b'{"type": "pong"}\n',
        b'{"type": "info", "data_length": 9}\n{',
        b"[]\n",
    ],
)
async def test_whoever_else_listens_there_is_not_healthy(said: bytes) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        writer.write(said)
        writer.close()

    port = free_port()
    async with await asyncio.start_server(serve, "127.0.0.1", port):
        code, errors = await check(f"tcp://127.0.0.1:{port}")

    assert code == 1
    assert "Traceback" not in errors

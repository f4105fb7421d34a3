"""Engines that fail in ways that a real one seldom does: programs that stand in for it, as real processes."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections.abc import AsyncGenerator, Callable
from pathlib import Path

import pytest

from custom_components.llmos_assistant import supervisor
from custom_components.llmos_assistant.engine.memory import resident_memory
from custom_components.llmos_assistant.engine_client import EngineUnavailable
from custom_components.llmos_assistant.health import State
from custom_components.llmos_assistant.supervisor import EngineSupervisor

from .test_supervisor import is_alive

type Make = Callable[[str], EngineSupervisor]

HANGS = "import time; time.sleep(60)"
IGNORES_SIGTERM = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {HANGS}"
DIES = "import os, signal; os.kill(os.getpid(), signal.{})"
HANGS_UP = """
import asyncio, sys
async def main():
    path = sys.argv[1].removeprefix("--uri=unix://")
    server = await asyncio.start_unix_server(lambda reader, writer: writer.close(), path)
    print("Ready", flush=True)
    await server.serve_forever()
asyncio.run(main())
"""


@pytest.fixture
async def make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncGenerator[Make]:
    """Makes an engine that runs this program; it is ended after the test."""
    made: list[EngineSupervisor] = []

    def of(program: str) -> EngineSupervisor:
        (tmp_path / "__main__.py").write_text(program)
        monkeypatch.setattr(supervisor, "ENGINE_FOLDER", tmp_path)
        monkeypatch.setattr(supervisor, "START_TIMEOUT", 5.0)
        monkeypatch.setattr(supervisor, "STOP_TIMEOUT", 0.5)
        monkeypatch.setattr(supervisor, "_DEATH_TIMEOUT", 0.5)
        made.append(EngineSupervisor(tmp_path))
        return made[-1]

    yield of
    for engine in made:
        await engine.async_stop()


@pytest.mark.parametrize(
    ("program", "key"),
    [
        (HANGS, "engine_not_ready"),
        (IGNORES_SIGTERM, "engine_not_ready"),
        (DIES.format("SIGILL"), "engine_no_instructions"),
        (DIES.format("SIGKILL"), "engine_killed"),
        ("raise SystemExit(7)", "engine_ended"),
        (HANGS_UP, "engine_gone"),
    ],
)
async def test_why_it_failed(make: Make, program: str, key: str) -> None:
    """It is told, and nothing is left that runs."""
    engine = make(program)

    with pytest.raises(EngineUnavailable) as err:
        await engine.understand("turn on the lamp", "en")

    assert err.value.key == key
    assert engine.health.error is not None
    await engine.async_stop()
    assert engine.pid is None


async def test_a_program_that_is_not_there(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = make(HANGS)
    monkeypatch.setattr(sys, "executable", "/no/such/python")

    with pytest.raises(EngineUnavailable) as err:
        await engine.async_start()

    assert err.value.key == "engine_not_started"


async def test_whoever_asked_has_gone_while_it_started(make: Make) -> None:
    """It is ended, and is neither starting nor failed."""
    engine = make(HANGS)
    asking = asyncio.create_task(engine.async_start())
    async with asyncio.timeout(30):
        while (pid := engine.pid) is None:  # noqa: ASYNC110 - nothing tells of a start that goes on
            await asyncio.sleep(0.05)

    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking

    assert not is_alive(pid)
    assert engine.health.state is State.STOPPED
    assert engine.health.error is None


async def test_a_long_path_for_temporary_files(
    make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A socket's path is bounded: it is put elsewhere."""
    engine = make(HANGS_UP)
    long = tmp_path / ("x" * 100)
    long.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(long))

    await engine.async_start()

    assert str(engine.uri).startswith("unix:///tmp/llmos-")
    assert list(long.iterdir()) == []


def test_a_process_that_has_ended_occupies_no_memory() -> None:
    assert (resident_memory() or 0) > 1_000_000
    assert resident_memory(2**22 + 1) is None  # more than Linux counts to

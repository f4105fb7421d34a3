"""The engine's process: it is there when it is needed and gone when it is not."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import stat
import sys
from collections.abc import AsyncGenerator, Callable
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlparse

import pytest

from custom_components.llmos_assistant import supervisor
from custom_components.llmos_assistant.engine.store import WHISPER_BASE, default_folder
from custom_components.llmos_assistant.engine_client import (
    EngineClient,
    EngineError,
    EngineUnavailable,
)
from custom_components.llmos_assistant.health import State
from custom_components.llmos_assistant.supervisor import ENGINE_FOLDER, EngineSupervisor
from tests.conftest import recording, stream
from tests.ports import free_port

type MakeEngine = Callable[..., EngineSupervisor]


@pytest.fixture
async def make_engine() -> AsyncGenerator[MakeEngine]:
    """Makes supervised engines, the command model alone unless told otherwise."""
    engines: list[EngineSupervisor] = []

    def make(
        models: Path | None = None,
        speech_model: str = "none",
        command_model: Path | None = None,
    ) -> EngineSupervisor:
        engines.append(EngineSupervisor(models or default_folder(), speech_model, command_model))
        return engines[-1]

    yield make
    for engine in engines:
        await engine.async_stop()


def is_alive(pid: int) -> bool:
    """Whether a process runs."""
    try:
        return Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def mode(path: Path) -> int | None:
    """Who may do what with a file; None if there is none."""
    return stat.S_IMODE(path.stat().st_mode) if path.exists() else None


async def wait_until_gone(pid: int) -> None:
    """Return when the process has ended."""
    async with asyncio.timeout(30):
        while is_alive(pid):  # noqa: ASYNC110 - nothing tells when a stranger's child ends
            await asyncio.sleep(0.05)


async def test_life_of_an_engine(make_engine: MakeEngine) -> None:
    """It starts once, is private, uses memory, and leaves nothing behind."""
    engine = make_engine()
    assert engine.pid is None
    assert await engine.memory() is None
    first, second = await asyncio.gather(engine.info(), engine.info())
    assert replace(first, memory=None) == replace(second, memory=None)  # it may grow in between
    pid = engine.pid
    assert pid is not None
    assert (await engine.memory() or 0) > 10 * 2**20
    assert os.getpriority(os.PRIO_PROCESS, pid) > os.getpriority(os.PRIO_PROCESS, 0)

    assert engine.uri is not None
    socket = Path(urlparse(engine.uri).path)
    assert mode(socket) == 0o600
    assert mode(socket.parent) == 0o700

    await engine.async_stop()
    assert not is_alive(pid)
    assert mode(socket.parent) is None
    with pytest.raises(EngineUnavailable, match="stopped"):
        await engine.info()


async def test_killed_engine_is_replaced(make_engine: MakeEngine) -> None:
    """The next request succeeds, whether or not the system has told of the death."""
    engine = make_engine(speech_model=WHISPER_BASE.name)
    pids = set()
    for pause in (0.0, 0.5):
        await engine.info()
        assert engine.pid is not None
        pids.add(engine.pid)
        os.kill(engine.pid, signal.SIGKILL)
        await asyncio.sleep(pause)
        heard = await engine.transcribe(stream(recording("lock-the-front-door")), "en")
        assert "front door" in heard
        assert engine.pid not in pids


async def test_health(make_engine: MakeEngine) -> None:
    """Each change is told: starting, dying while nobody asks, coming back, resting."""
    engine = make_engine()
    told: list[State] = []
    died = asyncio.Event()

    def note() -> None:
        told.append(engine.health.state)
        if engine.health.state is State.FAILING:
            died.set()

    stop_listening = engine.health.listen(note)
    assert engine.health.state is State.STOPPED
    assert ((await engine.info()).memory or 0) > 10 * 2**20
    assert told == [State.STARTING, State.RUNNING]

    assert engine.pid is not None
    os.kill(engine.pid, signal.SIGKILL)
    async with asyncio.timeout(10):
        await died.wait()
    assert (engine.health.failures, engine.health.lacks_memory) == (1, True)
    assert engine.health.reason == "The engine was killed, perhaps for want of memory"

    await engine.info()
    assert (engine.health.state, engine.health.failures) == (State.RUNNING, 1)
    await engine.understand("turn on the lights", "en")
    assert (engine.health.state, engine.health.failures) == (State.RUNNING, 0)
    assert engine.health.reason == ""

    pid = engine.pid
    await engine.async_rest()
    assert engine.health.state is State.STOPPED
    assert engine.pid is None
    assert not is_alive(pid)
    stop_listening()
    await engine.info()
    assert engine.pid not in (None, pid)
    assert told[-1] is State.STOPPED


async def test_death_while_listening(make_engine: MakeEngine) -> None:
    """What was said so far is sent again to the next engine, and the rest after it."""
    engine = make_engine(speech_model=WHISPER_BASE.name)
    await engine.info()

    async def fatal() -> AsyncGenerator[bytes]:
        for number, chunk in enumerate([c async for c in stream(recording("pause-the-music"))]):
            if number == 8 and engine.pid is not None:
                os.kill(engine.pid, signal.SIGKILL)
                await asyncio.sleep(0.5)
            yield chunk

    assert "pause the music" in (await engine.transcribe(fatal(), "en")).lower()


async def test_engine_that_cannot_start(
    make_engine: MakeEngine, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The reason is told each time, logged once, and it is not started again and again."""
    engine = make_engine(command_model=tmp_path)
    for _ in range(5):
        with pytest.raises(EngineUnavailable, match=r"command model in .* cannot be loaded"):
            await engine.info()
    # asyncio warns of slow steps on a busy machine.
    logged = [r for r in caplog.records if r.levelno >= logging.WARNING and r.name != "asyncio"]
    assert len(logged) == 1
    assert engine.starts == 2
    assert (engine.health.state, engine.health.failures) == (State.FAILING, 2)
    assert not engine.health.lacks_memory
    assert "cannot be loaded" in engine.log_excerpt()


async def test_engine_that_gets_no_memory(
    make_engine: MakeEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Native code says so in lines without a level, then aborts."""
    words = "terminate called after throwing an instance of 'std::bad_alloc'"
    program = f'import os, sys; print("{words}", file=sys.stderr, flush=True); os.abort()'
    (tmp_path / "__main__.py").write_text(program)
    monkeypatch.setattr(supervisor, "ENGINE_FOLDER", tmp_path)
    engine = make_engine()
    with pytest.raises(EngineUnavailable, match="ended with code -6"):
        await engine.info()
    assert engine.health.lacks_memory
    assert engine.log_excerpt() == words


async def test_missing_speech_model(make_engine: MakeEngine, tmp_path: Path) -> None:
    """Commands are understood, and speech is refused with a reason."""
    engine = make_engine(models=tmp_path, speech_model=WHISPER_BASE.name)
    assert (await engine.understand("turn on the kitchen lights", "en")).steps
    with pytest.raises(EngineError, match="whisper-base is not installed"):
        await engine.transcribe(stream(bytes(3_200)), "en")


async def test_damaged_speech_model(
    make_engine: MakeEngine, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """As if it were missing, with another reason."""
    folder = tmp_path / WHISPER_BASE.name
    folder.mkdir()
    for file in WHISPER_BASE.files:
        (folder / file.name).write_bytes(b"?")
    engine = make_engine(models=tmp_path, speech_model=WHISPER_BASE.name)
    with pytest.raises(EngineError, match=r"is damaged .* Download it again"):
        await engine.transcribe(stream(bytes(3_200)), "en")


async def test_orphan(tmp_path: Path) -> None:
    """Whoever kills Home Assistant without a warning ends the engine too."""
    program = f"""
import asyncio, sys
from pathlib import Path
from custom_components.llmos_assistant.health import State
from custom_components.llmos_assistant.supervisor import EngineSupervisor
async def main():
    engine = EngineSupervisor(Path({str(tmp_path)!r}), "none")
    await engine.info()
    print(engine.pid, engine.uri, flush=True)
    await asyncio.sleep(600)
asyncio.run(main())
"""
    parent = await asyncio.create_subprocess_exec(
        sys.executable, "-c", program, stdout=asyncio.subprocess.PIPE
    )
    assert parent.stdout is not None
    pid, uri = (await parent.stdout.readline()).decode().split()
    assert is_alive(int(pid))
    parent.kill()
    await parent.wait()
    await wait_until_gone(int(pid))
    assert mode(Path(urlparse(uri).path).parent) is None


async def run_engine(*options: str, path: Path | None = None) -> tuple[int, str]:
    """Exit code and last words of an engine that should not stay. `path` goes first."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, str(ENGINE_FOLDER), *options),
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(path)} if path else None,
    )
    _, stderr = await process.communicate()
    assert process.returncode is not None
    return process.returncode, stderr.decode()


async def test_missing_library(tmp_path: Path) -> None:
    """One line that names what the engine needs."""
    (tmp_path / "ctranslate2.py").write_text("raise ImportError('no such thing here')")
    code, said = await run_engine("--uri=unix:///tmp/never", path=tmp_path)
    assert code == 3
    assert said.startswith("ERROR: The engine cannot run here (no such thing here). It needs ")
    assert said.count("\n") == 1


async def test_port_taken(engine_uri: str) -> None:
    """One line, and no success."""
    code, said = await run_engine("--uri", engine_uri, "--speech-model=none")
    assert code == 5
    assert said == f"ERROR: Cannot listen on {engine_uri}: Address already in use\n"


async def test_socket_taken(make_engine: MakeEngine) -> None:
    """An engine does not push another one aside."""
    engine = make_engine()
    await engine.info()
    assert engine.uri is not None
    code, said = await run_engine("--uri", engine.uri, "--speech-model=none")
    assert code == 5
    assert "Address already in use" in said
    await engine.info()


async def test_stale_socket(tmp_path: Path) -> None:
    """What an engine left that was killed is no obstacle."""
    socket = tmp_path / "engine.sock"
    for _ in range(2):
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, str(ENGINE_FOLDER), f"--uri=unix://{socket}", "--speech-model=none"),
            stdout=asyncio.subprocess.PIPE,
        )
        assert process.stdout is not None
        assert await process.stdout.readline()
        assert (await EngineClient(f"unix://{socket}").info()).intent
        process.kill()
        await process.communicate()
        assert socket.exists()


@pytest.mark.parametrize("uri", ["http://127.0.0.1:80", "tcp://127.0.0.1", "unix:///proc/e.sock"])
async def test_bad_uri(uri: str) -> None:
    """One line, and no success."""
    code, said = await run_engine("--uri", uri, "--speech-model=none")
    assert code == 5
    assert said.startswith(f"ERROR: Cannot listen on {uri}: ")
    assert said.count("\n") == 1


async def test_stops_when_told() -> None:
    """SIGTERM is no error, and needs no connection to be closed first."""
    uri = f"tcp://127.0.0.1:{free_port()}"
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, str(ENGINE_FOLDER), "--uri", uri, "--speech-model=none"),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    assert await process.stdout.readline() == f"Ready on {uri}\n".encode()
    host, _, port = uri.removeprefix("tcp://").partition(":")
    _, writer = await asyncio.open_connection(host, int(port))
    process.terminate()
    _, stderr = await process.communicate()
    writer.close()
    assert (process.returncode, stderr) == (0, b"")


async def test_no_engine() -> None:
    """A remote engine that is not there is named."""
    uri = f"tcp://127.0.0.1:{free_port()}"
    with pytest.raises(EngineUnavailable, match=f"No engine answers at {uri}"):
        await EngineClient(uri).understand("turn on the lamp", "en")

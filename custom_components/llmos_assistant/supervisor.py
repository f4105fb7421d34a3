"""The engine on this machine: a process that is started when needed and ends with its parent."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import AsyncGenerator, AsyncIterable, Awaitable, Callable, Sequence
from contextlib import aclosing, suppress
from pathlib import Path

from .engine.memory import resident_memory
from .engine.protocol import Chat, EngineInfo, Plan
from .engine_client import EngineClient, EngineUnavailable
from .engine_log import EngineLog, epitaph
from .health import Health, State
from .replay import ReplayableAudio

ENGINE_FOLDER = Path(__file__).parent / "engine"
START_TIMEOUT = 120.0  # seconds; models load slowly from an SD card
STOP_TIMEOUT = 5.0
_DEATH_TIMEOUT = 1.0  # until the system tells how a process ended that answers no more
MAX_PAUSE = 60.0  # between attempts to start an engine that keeps failing
NICENESS = 5  # Home Assistant itself goes first

_MAX_SOCKET_PATH = 100  # bytes; the system's limit is a little higher


class EngineSupervisor:
    """Runs an engine process and passes requests to it.

    An engine that died is started again by the next request. One that keeps dying is started
    ever more rarely; meanwhile requests fail at once, with its last words as the reason.

    Args:
        models: the folder with downloaded models.
        speech_model: a model's name or folder, or "none".
        command_model: a folder; None for the one that comes with the integration.
        chat_model: a model's name or folder, or "none".
        language: of requests that name none.
    """

    def __init__(
        self,
        models: Path,
        speech_model: str = "whisper-base",
        command_model: Path | None = None,
        chat_model: str = "none",
        language: str = "en",
    ) -> None:
        self._options = [
            f"--models={models}",
            f"--language={language}",
            f"--nice={NICENESS}",
            "--exit-with-parent",
        ]
        self._models = _model_options(speech_model, chat_model)
        if command_model:
            self._options.append(f"--command-model={command_model}")
        self._lock = asyncio.Lock()
        self._process: asyncio.subprocess.Process | None = None
        self._watching: asyncio.Task[None] | None = None
        self._client: EngineClient | None = None
        self._is_stopped = False
        self.starts = 0  # of processes, ever
        self.health = Health()
        self._next_start = 0.0  # monotonic seconds
        self._folder: Path | None = None  # of its socket
        self._log = EngineLog()

    @property
    def pid(self) -> int | None:
        """The engine's process id; None while it does not run."""
        return self._process.pid if self._process and self._is_running() else None

    @property
    def uri(self) -> str | None:
        """Where the engine listens; None while it does not run."""
        return self._client.uri if self._client and self._is_running() else None

    async def async_start(self) -> None:
        """Start the engine unless it runs. Raises EngineUnavailable."""
        await self._running_client()

    async def info(self) -> EngineInfo:
        """Which models the engine has, and how much memory it occupies."""
        return await self._request(lambda client: client.info(), is_work=False)

    async def transcribe(
        self, audio: AsyncIterable[bytes], language: str, names: Sequence[str] = ()
    ) -> str:
        """What is said in 16 kHz 16-bit mono PCM, where `names` are likely; "" if nothing."""
        replayable = ReplayableAudio(audio)
        try:
            return await self._request(
                lambda client: client.transcribe(replayable, language, names)
            )
        finally:
            await replayable.aclose()

    async def understand(self, text: str, language: str) -> Plan:
        """What a text asks for."""
        return await self._request(lambda client: client.understand(text, language))

    async def chat(self, chat: Chat) -> AsyncGenerator[str]:
        """The chat model's answer in pieces. One that has begun is not begun anew."""

        async def begin(client: EngineClient) -> tuple[str, AsyncGenerator[str]]:
            answer = client.chat(chat)
            return await anext(answer, ""), answer

        first, answer = await self._request(begin)
        async with aclosing(answer):
            yield first
            async for piece in answer:
                yield piece

    async def memory(self) -> int | None:
        """Bytes of memory that the engine occupies; None while it does not run."""
        if (pid := self.pid) is None:
            return None
        return await asyncio.to_thread(resident_memory, pid)

    def log_excerpt(self) -> str:
        """The last lines that the engine logged."""
        return self._log.excerpt

    async def async_rest(self) -> None:
        """End the engine until the next request starts it again. What it is doing is done anew."""
        async with self._lock:
            await self._end_process()
            self.health.note(State.STOPPED)

    async def async_use(self, speech_model: str, chat_model: str) -> None:
        """Start the engine again, with these models as they are on the disk now.

        Who asks meanwhile waits. Raises EngineUnavailable.
        """
        async with self._lock:
            self._models = _model_options(speech_model, chat_model)
            await self._end_process()
            self._next_start = 0.0
        await self.async_start()

    async def async_stop(self) -> None:
        """End the engine for good, by force if it must be."""
        self._is_stopped = True
        if self._process and self._is_running():
            self._process.terminate()  # also one that is just starting, with the lock held
        async with self._lock:
            await self._end_process()

    async def _request[T](
        self, request: Callable[[EngineClient], Awaitable[T]], is_work: bool = True
    ) -> T:
        """Ask the engine, and once more a new one if the old one dies of it or has gone.

        Only one that answers with `is_work` is well: many a one dies of nothing else.
        """
        client = await self._running_client()
        try:
            answer = await request(client)
        except EngineUnavailable:
            async with self._lock:
                if client is self._client:
                    self._note_failure(await self._cause_of_death())
                    await self._end_process()
            answer = await request(await self._running_client())
        if is_work:
            self.health.note_answer()
        return answer

    async def _running_client(self) -> EngineClient:
        """A client of the running engine, started if need be. Raises EngineUnavailable."""
        async with self._lock:
            if self._is_stopped:
                raise EngineUnavailable("The engine was stopped", "engine_stopped")
            if self._client and self._is_running():
                return self._client
            if self._process:
                self._note_failure(epitaph(self._process.returncode))
                await self._end_process()
            if (last := self.health.error) and time.monotonic() < self._next_start:
                raise EngineUnavailable(
                    f"The engine keeps failing: {last}", last.key, **last.details
                )
            self.health.note(State.STARTING)
            try:
                self._client = await self._start_process()
            except EngineUnavailable as err:
                self._note_failure(err)
                raise
            finally:
                if not self._client:
                    await self._end_process()
                    if self.health.state is State.STARTING:  # whoever asked for it has gone
                        self.health.note(State.STOPPED)
            self.health.note(State.RUNNING)
            return self._client

    def _is_running(self) -> bool:
        return self._process is not None and self._process.returncode is None

    def _note_failure(self, error: EngineUnavailable) -> None:
        """Remember why the engine failed, and wait longer each time before the next start.

        The first failure since an answered request costs no wait: anything can die once.
        """
        failures = self.health.failures + 1
        pause = min(MAX_PAUSE, 2.0**failures) if failures > 1 else 0.0
        self._next_start = time.monotonic() + pause
        if words := self._log.last_words:
            error = EngineUnavailable(words)
        # Linux kills what takes too much memory.
        was_killed = bool(self._process and self._process.returncode == -signal.SIGKILL)
        self.health.note_failure(error, was_killed or self._log.tells_of_no_memory)

    async def _cause_of_death(self) -> EngineUnavailable:
        """Why the engine does not answer, once the system tells of its end."""
        assert self._process is not None
        with suppress(TimeoutError):
            async with asyncio.timeout(_DEATH_TIMEOUT):
                return epitaph(await self._process.wait())
        return EngineUnavailable("The engine stopped answering", "engine_silent")

    async def _start_process(self) -> EngineClient:
        """Start an engine and wait until it is ready. Raises EngineUnavailable."""
        self.starts += 1
        self._log.begin()
        self._folder = await asyncio.to_thread(_socket_folder)
        uri = f"unix://{self._folder}/engine.sock"
        try:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                str(ENGINE_FOLDER),
                f"--uri={uri}",
                *self._options,
                *self._models,
                stdin=asyncio.subprocess.PIPE,  # ends with this process, and so does the engine
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                # Home Assistant may have added folders that a new Python knows nothing of.
                env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            )
        except OSError as err:
            message = f"The engine cannot be started: {err}"
            raise EngineUnavailable(message, "engine_not_started", reason=str(err)) from err
        assert self._process.stdout is not None
        self._watching = asyncio.create_task(self._watch(self._process))
        try:
            async with asyncio.timeout(START_TIMEOUT):
                is_ready = await self._process.stdout.readline()
        except TimeoutError as err:
            seconds = f"{START_TIMEOUT:.0f}"
            message = f"The engine was not ready within {seconds} seconds"
            raise EngineUnavailable(message, "engine_not_ready", seconds=seconds) from err
        if not is_ready:
            await self._watching  # its last words
            code = await self._process.wait()
            words = self._log.last_words
            raise EngineUnavailable(words) if words else epitaph(code)
        return EngineClient(uri)

    async def _watch(self, process: asyncio.subprocess.Process) -> None:
        """Pass the engine's log on, and notice if it ends while nobody asks anything."""
        assert process.stderr is not None
        await self._log.follow(process.stderr)
        await process.wait()
        # Whoever holds the lock is about to notice it, too, or has ended it.
        if self._client and process is self._process and not self._lock.locked():
            async with self._lock:
                if process is self._process:
                    self._note_failure(epitaph(process.returncode))
                    await self._end_process()

    async def _end_process(self) -> None:
        """End the process and tidy up after it. Does nothing if there is none."""
        process, self._process, self._client = self._process, None, None
        if process:
            if process.returncode is None:
                with suppress(ProcessLookupError):
                    process.terminate()
            try:
                async with asyncio.timeout(STOP_TIMEOUT):
                    await process.wait()
            except TimeoutError:
                with suppress(ProcessLookupError):
                    process.kill()
                await process.wait()
            assert process.stdin is not None
            process.stdin.close()
        watching, self._watching = self._watching, None
        if watching and watching is not asyncio.current_task():
            await asyncio.wait({watching}, timeout=1.0)
            watching.cancel()
        if self._folder:
            await asyncio.to_thread(shutil.rmtree, self._folder, ignore_errors=True)
            self._folder = None


def _model_options(speech_model: str, chat_model: str) -> tuple[str, ...]:
    return f"--speech-model={speech_model}", f"--chat-model={chat_model}"


def _socket_folder() -> Path:
    """A new folder that only this user can enter, with a path short enough for a socket."""
    base = tempfile.gettempdir()
    if len(os.fsencode(base)) > _MAX_SOCKET_PATH - len("/llmos-12345678/engine.sock"):
        base = "/tmp"  # mkdtemp makes a folder of our own in it
    return Path(tempfile.mkdtemp(prefix="llmos-", dir=base))

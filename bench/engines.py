"""Two speech engines side by side, as processes that speak Wyoming: this project's and the standard one.

Both get the same weights, int8, and the same number of threads, and are otherwise as they come. What
they cost is read from the kernel: CPU seconds of the process, and the memory that is its own or its
share of what is shared.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from wyoming.asr import Transcribe, Transcript
from wyoming.audio import AudioChunk, AudioStart, AudioStop
from wyoming.client import AsyncClient

from custom_components.llmos_assistant.engine import store

from .suite import BUILD, ROOT

PEER = "wyoming-faster-whisper"
_PEER_FOLDER = ROOT / ".venv-bench"
_THREADS = str(min(4, os.cpu_count() or 1))
OURS = ROOT / "custom_components" / "llmos_assistant" / "engine"
_START_S, _ANSWER_S = 120, 300
_CHUNK_S = 0.05
_FORMAT = (16_000, 2, 1)  # Hz, bytes, channels


@dataclass(frozen=True)
class Heard:
    """A transcript, and what it cost.

    `cpu`: seconds of CPU time; `wait`: seconds from the audio's end; `memory`: bytes of the `engine`
    afterwards.
    """

    text: str
    cpu: float
    wait: float
    memory: int
    engine: str


@dataclass(frozen=True)
class Engine:
    """An engine that runs. `identity`: its name, version and model."""

    name: str
    identity: str
    port: int
    pid: int

    def hear(self, pcm: bytes, names: Sequence[str] = (), *, live: bool = False) -> Heard:
        """Transcribe 16 kHz PCM. `live`: as a microphone sends it, in real time."""
        return asyncio.run(asyncio.wait_for(self._hear(pcm, names, live), _ANSWER_S))

    def cpu(self) -> float:
        """Seconds of CPU time so far."""
        fields = Path(f"/proc/{self.pid}/stat").read_text("utf-8").rpartition(")")[2].split()
        ticks = int(fields[11]) + int(fields[12])  # in user mode and in the kernel
        return ticks / os.sysconf("SC_CLK_TCK")

    def memory(self) -> int:
        """Bytes."""
        for line in Path(f"/proc/{self.pid}/smaps_rollup").read_text("utf-8").splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
        raise OSError(f"The kernel does not tell the memory of process {self.pid}")

    async def _hear(self, pcm: bytes, names: Sequence[str], live: bool) -> Heard:
        before = self.cpu()
        async with AsyncClient.from_uri(f"tcp://127.0.0.1:{self.port}") as client:
            request = Transcribe(language="en", transcript_names=list(names))
            await client.write_event(request.event())
            await client.write_event(AudioStart(*_FORMAT).event())
            size = int(_CHUNK_S * _FORMAT[0]) * _FORMAT[1]
            started = time.monotonic()
            for count, start in enumerate(range(0, len(pcm), size), 1):
                if live:
                    await asyncio.sleep(started + count * _CHUNK_S - time.monotonic())
                chunk = AudioChunk(*_FORMAT, pcm[start : start + size])
                await client.write_event(chunk.event())
            await client.write_event(AudioStop().event())
            ended = time.monotonic()
            while (event := await client.read_event()) is not None:
                if Transcript.is_type(event.type):
                    text = Transcript.from_event(event).text
                    wait = time.monotonic() - ended
                    return Heard(text, self.cpu() - before, wait, self.memory(), self.identity)
        raise OSError(f"{self.name} gave no transcript; see {BUILD}")


@contextmanager
def ours(model: str) -> Iterator[Engine]:
    """The engine of this project as it ships, with this speech model: a name, or a folder."""
    code = b"".join(path.read_bytes() for path in sorted(OURS.rglob("*.py")))
    identity = f"LLMOS Assistant {hashlib.sha256(code).hexdigest()[:12]} {model}"
    options = ("--threads", _THREADS, "--speech-model", model)
    with running("LLMOS Assistant", identity, sys.executable, str(OURS), *options) as engine:
        yield engine


@contextmanager
def peer(model: str) -> Iterator[Engine]:
    """wyoming-faster-whisper with its defaults, and the same weights from the same folder."""
    python = _PEER_FOLDER / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(_PEER_FOLDER)], check=True)
        pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        # faster-whisper opens files with an argument that av 19 no longer has.
        subprocess.run([*pip, PEER, "av<19"], check=True)
    folder = str(_folder(model))
    options = ["--model", folder, "--data-dir", folder, "--local-files-only"]
    options += ["--stt-library", "faster-whisper", "--language", "en", "--compute-type", "int8"]
    options += ["--beam-size", "5", "--cpu-threads", _THREADS]
    command = [str(python), "-m", "wyoming_faster_whisper", *options]
    with running(PEER, f"{PEER} {model}", *command) as engine:
        yield engine


def _folder(model: str) -> Path:
    """The folder of a speech model, found whole. Raises ModelError."""
    if known := store.MODELS.get(model):
        return store.verify(store.default_folder(), known)
    return Path(model)


@contextmanager
def running(name: str, identity: str, *command: str) -> Iterator[Engine]:
    """The process that `command` starts, once it listens; its log is in build/. Raises OSError."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    uri = f"tcp://127.0.0.1:{port}"
    BUILD.mkdir(parents=True, exist_ok=True)
    log = BUILD / f"{name}.log"
    with (
        log.open("wb") as file,
        subprocess.Popen([*command, "--uri", uri], stdout=file, stderr=file) as process,
    ):
        try:
            deadline = time.monotonic() + _START_S
            while not _listens(port):
                if process.poll() is not None or time.monotonic() > deadline:
                    raise OSError(f"{name} does not start; see {log}")
                time.sleep(0.2)
            yield Engine(name, identity, port, process.pid)
        finally:
            process.terminate()


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0

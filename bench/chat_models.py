"""A chat model twice, side by side: in our engine, and in llama.cpp with the same weights."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from custom_components.llmos_assistant.engine import store
from custom_components.llmos_assistant.engine.protocol import Chat, Message
from custom_components.llmos_assistant.engine_client import EngineClient

from .engines import OURS, Engine, running
from .suite import ROOT

_LLAMA = (str(ROOT / ".venv-bench" / "bin" / "python"), str(Path(__file__).with_name("llama.py")))


@dataclass(frozen=True)
class Piece:
    """A piece of an answer, so many seconds after the question."""

    text: str
    seconds: float


class OurChat:
    """Our engine as it ships, asked as Home Assistant asks it."""

    def __init__(self, engine: Engine) -> None:
        self.process = engine
        self._client = EngineClient(f"tcp://127.0.0.1:{engine.port}")

    def ask(self, messages: Sequence[Message], max_tokens: int) -> list[Piece]:
        """The answer to a conversation."""
        return asyncio.run(self._ask(Chat(messages, max_tokens)))

    async def _ask(self, chat: Chat) -> list[Piece]:
        start = time.perf_counter()
        return [Piece(text, time.perf_counter() - start) async for text in self._client.chat(chat)]


class LlamaChat:
    """llama.cpp, which also keeps what it has read of a conversation's beginning."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = Engine("llama.cpp", "llama.cpp", 0, process.pid)
        self._process = process
        self._read()

    def ask(self, messages: Sequence[Message], max_tokens: int) -> list[Piece]:
        """The answer to a conversation."""
        request = {"messages": [m.as_dict() for m in messages], "max_tokens": max_tokens}
        start = time.perf_counter()
        self._write(request)
        pieces = []
        while (text := self._read()) is not None:
            pieces.append(Piece(text, time.perf_counter() - start))
        return pieces

    def save_logits(self, ids: Sequence[int], file: Path) -> None:
        """Write how likely each token comes next, after each of `ids`."""
        self._write({"ids": list(ids), "logits": str(file)})
        self._read()

    def _write(self, request: dict[str, Any]) -> None:
        assert self._process.stdin is not None
        print(json.dumps(request), file=self._process.stdin, flush=True)

    def _read(self) -> str | None:
        assert self._process.stdout is not None
        if not (line := self._process.stdout.readline()):
            raise OSError("llama.cpp has ended")
        text: str | None = json.loads(line)
        return text


@contextmanager
def our_chat(folder: Path, threads: int) -> Iterator[OurChat]:
    """An engine with this chat model alone."""
    options = ["--chat-model", str(folder), "--threads", str(threads)]
    options += ["--speech-model", "none", "--command-model", "none"]
    with running("LLMOS Assistant", folder.name, sys.executable, str(OURS), *options) as engine:
        yield OurChat(engine)


@contextmanager
def llama_chat(model: Path, threads: int, *options: str) -> Iterator[LlamaChat]:
    """llama.cpp with this GGUF file."""
    with subprocess.Popen(
        [*_LLAMA, str(model), f"--threads={threads}", *options],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        yield LlamaChat(process)
        assert process.stdin is not None
        process.stdin.close()


def folder_of(name: str) -> Path:
    """Our model's folder; it is fetched and converted if it is not here."""
    return store.install(store.default_folder(), store.MODELS[name])


def gguf_of(name: str) -> Path:
    """The GGUF file that our model is made of; it is fetched if it is not here."""
    model = store.MODELS[name]
    [file] = model.files
    path = store.default_folder().parent / "gguf" / file.name
    path.parent.mkdir(exist_ok=True)
    if not file.is_at(path):
        model.sources[0].fetch([file], path.parent, lambda done, total: None)
    return path


def q8_0_of(name: str) -> Path:
    """The same weights with eight bits each, as ours have; written if they are not here."""
    source = gguf_of(name)
    target = source.with_name(f"{name}-q8_0.gguf")
    if not target.exists():
        command = [*_LLAMA, str(source), "--quantize", str(target)]
        subprocess.run(command, check=True, stderr=subprocess.DEVNULL)
    return target

"""The chat model as requests see it: loaded when it is asked, unloaded when nobody asks."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing
from pathlib import Path
from typing import Any

from .chat_template import read_template, takes_tools
from .errors import RequestError
from .generator import Generator, PromptError
from .memory import give_back_memory
from .protocol import Chat, ChatModelInfo
from .store import PARTIAL, ModelError

_LOGGER = logging.getLogger(__name__)


class ChatModel:
    """The chat model, and others that can be asked for by name: one of them is in memory.

    It writes one answer at a time; who asks meanwhile waits.

    Args:
        folder: a model as Generator takes it; None to answer only those who name one.
        threads: threads that an answer is computed with.
        idle_minutes: how long it stays in memory after an answer.
        models: a folder of models, of which those that can chat can be asked for.

    Raises:
        ModelError: there is no such folder. Whether it can be loaded turns out later.
    """

    def __init__(
        self,
        folder: Path | None,
        threads: int = 1,
        idle_minutes: float = 10,
        models: Path | None = None,
    ) -> None:
        if folder and not (folder / "model.bin").is_file():
            raise ModelError(
                f"There is no chat model in {folder}. Download or convert one, or name its folder."
            )
        self.name = folder.name if folder else None
        self._folders = {path.name: path for path in _with_template(models)}
        if folder:
            self._folders[folder.name] = folder
        self._threads = threads
        self._idle = idle_minutes * 60
        self._generator: Generator | None = None
        self._loaded = ""  # which one that is
        self._lock = asyncio.Lock()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="chat")
        self._unloading: asyncio.TimerHandle | None = None

    @property
    def is_loaded(self) -> bool:
        """Whether the model is in memory."""
        return self._generator is not None

    @property
    def is_busy(self) -> bool:
        """Whether somebody is being answered."""
        return self._lock.locked()

    async def unload(self) -> None:
        """Free its memory now. The next question loads it again."""
        await self._run(self._unload)

    @property
    def infos(self) -> list[ChatModelInfo]:
        """All that can be asked for."""
        return [ChatModelInfo(name, _has_tools(path)) for name, path in self._folders.items()]

    async def generate(self, chat: Chat, is_wanted: Callable[[], bool]) -> AsyncGenerator[str]:
        """The answer to a conversation, in pieces, until it is complete or no longer wanted.

        Raises RequestError.
        """
        name = chat.model or self.name
        if name is None or name not in self._folders:
            raise RequestError(f"There is no chat model {name or ''} here.", "no-model")
        async with self._lock:
            if self._unloading:
                self._unloading.cancel()
            try:
                async with aclosing(self._answer(name, chat, is_wanted)) as pieces:
                    async for piece in pieces:
                        yield piece
            except ModelError as err:
                raise RequestError(str(err), "no-model") from err
            except PromptError as err:
                raise RequestError(str(err), "bad-request") from err
            finally:
                loop = asyncio.get_running_loop()
                self._unloading = loop.call_later(self._idle, self._thread.submit, self._unload)

    async def _answer(
        self, name: str, chat: Chat, is_wanted: Callable[[], bool]
    ) -> AsyncGenerator[str]:
        if not is_wanted():
            return
        generator = await self._run(self._load, name)
        if chat.choices:
            yield await self._run(generator.choose, chat.messages, chat.choices)
            return
        pieces = generator.generate(chat.messages, chat.max_tokens, chat.tools)
        try:
            while is_wanted():
                piece: str | None = await self._run(next, pieces, None)
                if piece is None:
                    return
                yield piece
        finally:
            await self._run(pieces.close)

    async def _run[T](self, work: Callable[..., T], *args: Any) -> T:
        """Do `work` in the model's thread, after what is under way there."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, work, *args)

    def _load(self, name: str) -> Generator:
        if self._generator is None or self._loaded != name:
            self._generator = None  # two of them may be more than the memory holds
            self._generator = Generator(self._folders[name], self._threads)
            self._loaded = name
        return self._generator

    def _unload(self) -> None:
        _LOGGER.debug("Unloading the chat model")
        self._generator = None
        give_back_memory()


def _with_template(models: Path | None) -> Iterator[Path]:
    """The models of a folder that can chat."""
    if models and models.is_dir():
        for path in sorted(models.iterdir()):
            whole = path.suffix != PARTIAL and (path / "model.bin").is_file()
            if whole and _template(path) is not None:
                yield path


def _template(folder: Path) -> str | None:
    """The chat template of a model; None of one that has none."""
    try:
        return read_template(folder)[1]
    except OSError, ValueError, KeyError:
        return None


def _has_tools(folder: Path) -> bool:
    return takes_tools(_template(folder) or "")

"""The chat model as requests see it: loaded when it is asked, unloaded when nobody asks."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing
from pathlib import Path
from typing import Any

from .errors import RequestError
from .generator import Generator, PromptError
from .memory import give_back_memory
from .protocol import Message
from .store import ModelError

_LOGGER = logging.getLogger(__name__)


class ChatModel:
    """A chat model in a folder. It writes one answer at a time; who asks meanwhile waits.

    Args:
        folder: a model as Generator takes it.
        threads: threads that an answer is computed with.
        idle_minutes: how long it stays in memory after an answer.

    Raises:
        ModelError: there is no such folder. Whether it can be loaded turns out later.
    """

    def __init__(self, folder: Path, threads: int = 1, idle_minutes: float = 10) -> None:
        if not (folder / "model.bin").is_file():
            raise ModelError(
                f"There is no chat model in {folder}. Download or convert one, or name its folder."
            )
        self.name = folder.name
        self._folder = folder
        self._threads = threads
        self._idle = idle_minutes * 60
        self._generator: Generator | None = None
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

    async def generate(
        self, messages: Sequence[Message], max_tokens: int, is_wanted: Callable[[], bool]
    ) -> AsyncGenerator[str]:
        """The answer to a conversation, in pieces, until it is complete or no longer wanted.

        Raises RequestError.
        """
        async with self._lock:
            if self._unloading:
                self._unloading.cancel()
            try:
                async with aclosing(self._answer(messages, max_tokens, is_wanted)) as pieces:
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
        self, messages: Sequence[Message], max_tokens: int, is_wanted: Callable[[], bool]
    ) -> AsyncGenerator[str]:
        if not is_wanted():
            return
        pieces = (await self._run(self._load)).generate(messages, max_tokens)
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

    def _load(self) -> Generator:
        if self._generator is None:
            self._generator = Generator(self._folder, self._threads)
        return self._generator

    def _unload(self) -> None:
        _LOGGER.debug("Unloading the chat model")
        self._generator = None
        give_back_memory()

"""The models that the engine has loaded, each with a thread of its own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from wyoming.info import (
    AsrModel,
    AsrProgram,
    Attribution,
    HandleModel,
    HandleProgram,
    IntentModel,
    IntentProgram,
)

from .errors import RequestError
from .memory import resident_memory
from .protocol import Chat, EngineInfo, Plan

if TYPE_CHECKING:
    from .chat_model import ChatModel
    from .parser import CommandParser
    from .transcriber import Transcriber

NAME = "LLMOS Assistant"
VERSION = "0.1.0"
_PROJECT = Attribution(NAME, "https://github.com/llmos/llmos-assistant")
_WHISPER = Attribution("OpenAI", "https://github.com/openai/whisper")


class Models:
    """Whichever models are here. One inference a model at a time, none on the event loop.

    Args:
        transcriber: the speech model, or in words why there is none.
        parser: the command model, or in words why there is none.
        chat_model: the chat model, or in words why there is none.
        language: of requests that name none.
    """

    def __init__(
        self,
        transcriber: Transcriber | str,
        parser: CommandParser | str,
        chat_model: ChatModel | str,
        language: str,
    ) -> None:
        self._transcriber = transcriber
        self._parser = parser
        self._chat_model = chat_model
        self._language = language
        # A pool of one thread is also the queue of those who wait for the model.
        self._speech_thread = ThreadPoolExecutor(1, thread_name_prefix="speech")
        self._text_thread = ThreadPoolExecutor(1, thread_name_prefix="text")

    async def transcribe(self, pcm: bytes, language: str | None, names: Sequence[str] = ()) -> str:
        """What is said in 16 kHz 16-bit mono PCM, where `names` are likely. Raises RequestError."""
        transcriber = _loaded(self._transcriber)
        language = self._known(language, transcriber.languages, "speech")
        return await asyncio.get_running_loop().run_in_executor(
            self._speech_thread, transcriber.transcribe, pcm, language, names
        )

    async def end_of_speech(self, pcm: bytes) -> float | None:
        """When the last word ended, in seconds from the start; None if none was said.

        Raises RequestError.
        """
        # A model of its own, and a matter of milliseconds: nobody has to queue for it.
        return await asyncio.to_thread(_loaded(self._transcriber).end_of_speech, pcm)

    async def understand(self, text: str, language: str | None) -> Plan:
        """What `text` asks for. Raises RequestError."""
        parser = _loaded(self._parser)
        self._known(language, parser.languages, "command")
        return await asyncio.get_running_loop().run_in_executor(
            self._text_thread, parser.parse, text
        )

    def chat(self, chat: Chat, is_wanted: Callable[[], bool]) -> AsyncGenerator[str]:
        """The answer to a conversation in pieces, until it is not wanted. Raises RequestError."""
        return _loaded(self._chat_model).generate(chat, is_wanted)

    def check_speech(self, language: str | None) -> None:
        """Speech in `language` is about to come. Raises RequestError if it cannot be transcribed."""
        transcriber = _loaded(self._transcriber)
        self._known(language, transcriber.languages, "speech")
        self._speech_thread.submit(transcriber.load)  # while it is spoken

    async def free_memory(self) -> None:
        """Unload what takes much memory and is loaded again by the next request: speech and chat."""
        if not isinstance(self._transcriber, str):
            await asyncio.get_running_loop().run_in_executor(
                self._speech_thread, self._transcriber.unload
            )
        if not isinstance(self._chat_model, str):
            await self._chat_model.unload()

    def _known(self, language: str | None, languages: list[str], model: str) -> str:
        """`language` as a model spells it: "en" for "en-GB". Raises RequestError."""
        language = language or self._language
        spelled = language.replace("_", "-").partition("-")[0].lower()
        if spelled not in languages:
            raise RequestError(
                f"The {model} model does not know the language '{language}'.", "unknown-language"
            )
        return spelled

    def info(self) -> EngineInfo:
        """What is offered here, for Wyoming clients."""
        chat = None if isinstance(self._chat_model, str) else self._chat_model
        return EngineInfo(
            asr=[] if isinstance(self._transcriber, str) else [_asr_program(self._transcriber)],
            intent=[] if isinstance(self._parser, str) else [_intent_program(self._parser)],
            handle=[_handle_program(chat.name)] if chat and chat.name else [],
            memory=resident_memory(),
            frees_memory=True,
            chat_models=chat.infos if chat else [],
        )


def _loaded[T](model: T | str) -> T:
    """A model that is here. Raises RequestError with the reason if it is not."""
    if isinstance(model, str):
        raise RequestError(model, "no-model")
    return model


def _asr_program(transcriber: Transcriber) -> AsrProgram:
    model = AsrModel(
        name=transcriber.name,
        description="Whisper, int8",
        attribution=_WHISPER,
        installed=True,
        version=None,
        languages=transcriber.languages,
    )
    return AsrProgram(
        name=NAME,
        description="Speech to text with Whisper",
        attribution=_PROJECT,
        installed=True,
        version=VERSION,
        models=[model],
        supports_transcript_streaming=True,
    )


def _intent_program(parser: CommandParser) -> IntentProgram:
    model = IntentModel(
        name="command-model",
        description="Reads an utterance, writes Home Assistant intents",
        attribution=_PROJECT,
        installed=True,
        version=parser.card.get("version"),
        languages=parser.languages,
    )
    return IntentProgram(
        name=NAME,
        description="Text to Home Assistant intents",
        attribution=_PROJECT,
        installed=True,
        version=VERSION,
        models=[model],
    )


def _handle_program(name: str) -> HandleProgram:
    model = HandleModel(
        name=name,
        description="Answers questions about the world",
        attribution=_PROJECT,
        installed=True,
        version=None,
        languages=[],  # whichever it has learnt: none of its files says so
    )
    return HandleProgram(
        name=NAME,
        description="Chat with a local language model",
        attribution=_PROJECT,
        installed=True,
        version=VERSION,
        models=[model],
        supports_handled_streaming=True,
    )

"""How fast an engine is here, measured with what it will be asked for."""

from __future__ import annotations

import statistics
import time
import wave
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path

from homeassistant.core import HomeAssistant

from .const import DEFAULT_LANGUAGE
from .engine.protocol import Chat, Message
from .engine_client import Engine, EngineError
from .install import InstallError
from .reasons import async_reason

# In English, which every model knows, whatever is spoken in the home.
# Two seconds of a synthetic voice: noise would not do, the engine does not listen to it.
_SPEECH = Path(__file__).parent / "speed_test.wav"
_SENTENCES = (
    "turn on the lights in the kitchen",
    "set the thermostat to twenty degrees and close the blinds",
    "which windows are open upstairs",
)
_CHUNK = 4096  # bytes
_RULES = Message("system", "You are a voice assistant. Answer in two sentences.")
_QUESTIONS = ("Hello!", "What is the sea, and what lives in it?")
_ANSWER = 40  # tokens


@dataclass(frozen=True)
class Speed:
    """Seconds, as somebody who talks to the engine waits for them."""

    understanding: float
    hearing: float


async def async_measure(hass: HomeAssistant, engine: Engine) -> Speed:
    """Ask the engine some things and take the times. Raises InstallError if it fails."""
    try:
        return await _measure(hass, engine)
    except EngineError as err:
        raise InstallError("engine_failed", await async_reason(hass, err)) from err


async def async_measure_chat(engine: Engine) -> float:
    """Words a second that an engine's chat model writes, once it has begun. Raises EngineError."""
    warm_up, question = (Message("user", text) for text in _QUESTIONS)
    async with aclosing(engine.chat(Chat([_RULES, warm_up], 1))) as pieces:
        async for _ in pieces:  # loads the model
            pass
    text, begun = "", 0.0
    async with aclosing(engine.chat(Chat([_RULES, question], _ANSWER))) as pieces:
        async for piece in pieces:
            begun = begun or time.perf_counter()
            text += piece
    seconds = time.perf_counter() - begun
    return len(text.split()) / max(seconds, 0.001)


async def _measure(hass: HomeAssistant, engine: Engine) -> Speed:
    """Raises EngineError."""
    speech = await hass.async_add_executor_job(_read_speech)

    async def understand(text: str) -> float:
        started = time.perf_counter()
        await engine.understand(text, DEFAULT_LANGUAGE)
        return time.perf_counter() - started

    async def hear() -> float:
        started = time.perf_counter()
        await engine.transcribe(_chunks(speech), DEFAULT_LANGUAGE)
        return time.perf_counter() - started

    await understand(_SENTENCES[0])  # the first of each is slower: models warm up
    await hear()
    return Speed(
        understanding=statistics.median([await understand(text) for text in _SENTENCES]),
        hearing=await hear(),
    )


def _read_speech() -> bytes:
    with wave.open(str(_SPEECH)) as speech:
        pcm: bytes = speech.readframes(speech.getnframes())
    return pcm


async def _chunks(pcm: bytes) -> AsyncGenerator[bytes]:
    for start in range(0, len(pcm), _CHUNK):
        yield pcm[start : start + _CHUNK]

"""Speech to text."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, AsyncIterable
from typing import override

from homeassistant.components import stt
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from . import LlmosConfigEntry
from .engine_client import EngineError, EngineUnavailable
from .entity import EngineEntity
from .home.building import async_build_home
from .home.vocabulary import vocabulary
from .request_log import Stage

_LOGGER = logging.getLogger(__name__)

PARALLEL_UPDATES = 0

_BYTES_PER_SECOND = 32_000
_CHUNK_TIMEOUT = 10  # seconds; microphones send several chunks a second


async def async_setup_entry(
    hass: HomeAssistant,
    entry: LlmosConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the entity."""
    async_add_entities([LlmosSpeechToText(entry)])


class LlmosSpeechToText(EngineEntity, stt.SpeechToTextEntity):
    """Whisper in the engine."""

    def __init__(self, entry: LlmosConfigEntry) -> None:
        """Hear with the engine of `entry`."""
        super().__init__(entry)
        self._coordinator = entry.runtime_data

    @property
    @override
    def supported_languages(self) -> list[str]:
        return self._coordinator.speech_languages

    @property
    @override
    def supported_formats(self) -> list[stt.AudioFormats]:
        return [stt.AudioFormats.WAV]

    @property
    @override
    def supported_codecs(self) -> list[stt.AudioCodecs]:
        return [stt.AudioCodecs.PCM]

    @property
    @override
    def supported_bit_rates(self) -> list[stt.AudioBitRates]:
        return [stt.AudioBitRates.BITRATE_16]

    @property
    @override
    def supported_sample_rates(self) -> list[stt.AudioSampleRates]:
        return [stt.AudioSampleRates.SAMPLERATE_16000]

    @property
    @override
    def supported_channels(self) -> list[stt.AudioChannels]:
        return [stt.AudioChannels.CHANNEL_MONO]

    @override
    async def async_process_audio_stream(
        self, metadata: stt.SpeechMetadata, stream: AsyncIterable[bytes]
    ) -> stt.SpeechResult:
        """Transcribe 16 kHz 16-bit mono PCM. Where no words are heard, the text is empty."""
        names = vocabulary(async_build_home(self.hass))
        with self.requests.hearing(metadata.language) as record:
            audio = _Measured(_bounded(stream))
            try:
                record.text = await self.engine.transcribe(audio, metadata.language, names)
            except EngineError as err:
                # The coordinator has logged it if there is no engine.
                level = logging.DEBUG if isinstance(err, EngineUnavailable) else logging.ERROR
                _LOGGER.log(level, "Speech was not recognized: %s", err)
                record.error = str(err)
                return stt.SpeechResult(None, stt.SpeechResultState.ERROR)
            finally:
                record.audio_seconds = audio.size / _BYTES_PER_SECOND
                record.add_time(time.monotonic() - audio.end, Stage.SPEECH, Stage.TOTAL)
        return stt.SpeechResult(record.text, stt.SpeechResultState.SUCCESS)


class _Measured:
    """A stream that knows its size and when it ended."""

    def __init__(self, stream: AsyncIterable[bytes]) -> None:
        self._stream = stream
        self.size = 0  # bytes
        self.end = time.monotonic()

    async def __aiter__(self) -> AsyncGenerator[bytes]:
        async for chunk in self._stream:
            self.size += len(chunk)
            self.end = time.monotonic()
            yield chunk
        self.end = time.monotonic()


async def _bounded(stream: AsyncIterable[bytes]) -> AsyncGenerator[bytes]:
    """The chunks of `stream`, to its end or a long gap. Raises EngineError if it never starts."""
    chunks = aiter(stream)
    started = False
    while True:
        try:
            async with asyncio.timeout(_CHUNK_TIMEOUT):
                chunk = await anext(chunks)
        except StopAsyncIteration:
            return
        except TimeoutError as err:
            if not started:
                raise EngineError("no audio came from the microphone") from err
            _LOGGER.warning("The audio stopped without an end; using what was heard")
            return
        started = True
        yield chunk

"""Speech recognition: is anybody speaking, what is it at a first glance, and what is it really."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import ctranslate2
import numpy as np
from faster_whisper.vad import VadOptions, get_speech_timestamps

from .hotwords import MAX_TOKENS, as_prompt, choose
from .hypotheses import Judge, Reader, best_of
from .parser import CommandParser
from .whisper import MAX_FRAMES, SAMPLE_RATE, Decoded, Samples, Whisper

MIN_FRAMES = 1000  # of 10 ms; with less, Whisper repeats itself more often
BEAM_SIZE = 5

# What makes no sense is heard again, more slowly and with more names in mind.
_SLOWER = 0.9  # times as fast
_MORE_TOKENS = 200  # of a prompt

_PADDING = int(1.4 * SAMPLE_RATE)  # kept around speech; trimming closer costs accuracy
_LONGEST = 27 * SAMPLE_RATE  # of a stretch of speech; with its padding it must fit into 30 s
_VOICES = VadOptions(
    min_speech_duration_ms=100,  # "on" is twice as long; clicks and beeps are shorter
    min_silence_duration_ms=300,
    max_speech_duration_s=_LONGEST / SAMPLE_RATE,
    speech_pad_ms=0,
)
# Fast speech is about 5 tokens a second, 12 in scripts that Whisper spells in bytes.
# Without a bound, foreign or noisy speech is talked over for half a minute.
_TOKENS_PER_SECOND = 12
_MIN_TOKENS = 24


class Transcriber:
    """Whisper behind a voice activity gate. One caller at a time.

    Args:
        folder: the model's files.
        threads: CPU threads for a transcription.
        parser: reads what may have been said; None if there is no command model.

    Raises:
        ModelError: the folder holds no working model.
    """

    def __init__(self, folder: Path, threads: int, parser: CommandParser | None = None) -> None:
        self._whisper = Whisper(folder, threads)
        self.load = self._whisper.load
        self.unload = self._whisper.unload
        self._parser = parser
        self.name = folder.name
        self.languages = self._whisper.languages
        # The first run allocates: better now than in somebody's first command.
        silence = np.zeros(SAMPLE_RATE, np.float32)
        get_speech_timestamps(silence)
        self._whisper.decode(self._whisper.encode(silence, MIN_FRAMES), self.languages[0], 1, 1)

    def transcribe(self, pcm: bytes | bytearray, language: str, names: Sequence[str] = ()) -> str:
        """What is said in 16-bit mono PCM at 16 kHz; "" if nobody speaks.

        `language` is one of `languages`. `names` are likely to be said. Blocks for about as long
        as the machine is slow.
        """
        audio = _samples(pcm)
        heard = (self._hear(part, seconds, language, names) for part, seconds in _spoken(audio))
        return " ".join(text for text in heard if text)

    def end_of_speech(self, pcm: bytes | bytearray) -> float | None:
        """When the last word ended, in seconds from the start; None if there was none."""
        speech = get_speech_timestamps(_samples(pcm), _VOICES)
        return speech[-1]["end"] / SAMPLE_RATE if speech else None

    def _hear(self, audio: Samples, seconds: float, language: str, names: Sequence[str]) -> str:
        """What is said in at most 30 s of audio, in which somebody speaks for so many seconds."""
        listener = _Listener(
            self._whisper,
            language,
            _MIN_TOKENS + int(seconds * _TOKENS_PER_SECOND),
            names,
            self._parser.glance if self._parser and language in self._parser.languages else None,
        )
        decoded = listener.hear(audio, MIN_FRAMES)
        if not decoded.is_plausible and len(audio) < _LONGEST:
            decoded = listener.hear(audio, MAX_FRAMES)
        return decoded.text if decoded.is_plausible else ""


@dataclass(frozen=True)
class _Listener:
    """How a stretch of speech is listened to."""

    whisper: Whisper
    language: str
    max_tokens: int
    names: Sequence[str]
    read: Reader | None

    def hear(self, audio: Samples, min_frames: int) -> Decoded:
        """The likeliest text; what makes no sense is listened to twice."""
        encoded = self.whisper.encode(audio, min_frames)
        if not self.names:
            return self._decode(encoded, BEAM_SIZE)[0]
        glance = self._decode(encoded, beam_size=1)[0]
        judge = Judge(self.names, glance, self.read)
        best = judge.likeliest(self._with_names(encoded, glance.text, MAX_TOKENS))
        if best.is_settled or min_frames == MAX_FRAMES or len(audio) > _SLOWER * _LONGEST:
            return best.decoded
        slower = self.whisper.encode(_slowed(audio), min_frames)
        heard = f"{glance.text} {best.decoded.text}"
        again = judge.likeliest(self._with_names(slower, heard, _MORE_TOKENS))
        return best_of((best, again)).decoded

    def _with_names(
        self, encoded: ctranslate2.StorageView, heard: str, max_tokens: int
    ) -> list[Decoded]:
        """The likeliest texts, with the names in mind that are like a part of what was `heard`."""
        chosen = choose(
            self.names,
            heard,
            lambda text: self.whisper.count_tokens(text, self.language),
            max_tokens,
        )
        return self._decode(encoded, BEAM_SIZE, as_prompt(chosen))

    def _decode(
        self, encoded: ctranslate2.StorageView, beam_size: int, prompt: str = ""
    ) -> list[Decoded]:
        return self.whisper.decode(encoded, self.language, self.max_tokens, beam_size, prompt)


def _samples(pcm: bytes | bytearray) -> Samples:
    """PCM as numbers, around zero: some microphones have an offset."""
    audio = np.frombuffer(pcm, np.int16, count=len(pcm) // 2) / 32768
    offset = audio.mean() if audio.size else 0.0
    return (audio - offset).astype(np.float32)


def _slowed(audio: Samples) -> Samples:
    """The same, slower and so lower: Whisper errs elsewhere there."""
    at = np.arange(0, len(audio) - 1, _SLOWER)
    slower: Samples = np.interp(at, np.arange(len(audio)), audio).astype(np.float32)
    return slower


def _spoken(audio: Samples) -> Iterator[tuple[Samples, float]]:
    """The stretches in which somebody speaks, with what is around them, and the seconds of speech."""
    speech = get_speech_timestamps(audio, _VOICES) if audio.size else []
    earliest = 0
    while speech:
        start = speech[0]["start"]
        count = max(1, sum(part["end"] - start <= _LONGEST for part in speech))
        stretch, speech = speech[:count], speech[count:]
        end = stretch[-1]["end"] + _PADDING
        if speech:
            end = min(end, speech[0]["start"])
        seconds = sum(part["end"] - part["start"] for part in stretch) / SAMPLE_RATE
        yield audio[max(earliest, start - _PADDING) : end], seconds
        earliest = end

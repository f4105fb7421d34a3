"""Speech recognition: is anybody speaking, what is it at a first glance, and what is it really."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import ctranslate2
import numpy as np
from faster_whisper.vad import VadOptions, get_speech_timestamps

from .hotwords import MAX_TOKENS, as_prompt, choose, named
from .whisper import MAX_FRAMES, SAMPLE_RATE, Decoded, Samples, Whisper

MIN_FRAMES = 1000  # of 10 ms; with less, Whisper repeats itself more often
BEAM_SIZE = 2

# What a first glance was not sure of is worth a wider search with more names.
_SURE = -0.3  # mean log probability
_WIDE_BEAM = 5
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
_NAMED = 0.1  # of mean log probability, for each word of a name
_LEAST_HEARD = 0.8  # of the letters of the first glance; with less, something was left out


class Transcriber:
    """Whisper behind a voice activity gate. One caller at a time.

    Args:
        folder: the model's files.
        threads: CPU threads for a transcription.

    Raises:
        ModelError: the folder holds no working model.
    """

    def __init__(self, folder: Path, threads: int) -> None:
        self._whisper = Whisper(folder, threads)
        self.load = self._whisper.load
        self.unload = self._whisper.unload
        self.name = folder.name
        self.languages = self._whisper.languages
        # The first run allocates: better now than in somebody's first command.
        silence = np.zeros(SAMPLE_RATE, np.float32)
        get_speech_timestamps(silence)
        self._first_glance(self._whisper.encode(silence, MIN_FRAMES), self.languages[0], 1)

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
        max_tokens = _MIN_TOKENS + int(seconds * _TOKENS_PER_SECOND)
        decoded = self._decode(audio, MIN_FRAMES, language, max_tokens, names)
        if not decoded.is_plausible and len(audio) < _LONGEST:
            decoded = self._decode(audio, MAX_FRAMES, language, max_tokens, names)
        return decoded.text if decoded.is_plausible else ""

    def _decode(
        self,
        audio: Samples,
        min_frames: int,
        language: str,
        max_tokens: int,
        names: Sequence[str],
    ) -> Decoded:
        """The text in the audio: a quick first one chooses the names to listen for."""
        encoded = self._whisper.encode(audio, min_frames)
        if not names:
            return self._whisper.decode(encoded, language, max_tokens, BEAM_SIZE)[0]
        glance = self._first_glance(encoded, language, max_tokens)
        is_sure = glance.log_probability >= _SURE
        chosen = choose(
            names,
            glance.text,
            lambda text: self._whisper.count_tokens(text, language),
            MAX_TOKENS if is_sure else _MORE_TOKENS,
        )
        beam_size = BEAM_SIZE if is_sure else _WIDE_BEAM
        hypotheses = self._whisper.decode(
            encoded, language, max_tokens, beam_size, as_prompt(chosen)
        )
        return likeliest(hypotheses, glance, chosen)

    def _first_glance(
        self, encoded: ctranslate2.StorageView, language: str, max_tokens: int
    ) -> Decoded:
        return self._whisper.decode(encoded, language, max_tokens, beam_size=1)[0]


def likeliest(hypotheses: Sequence[Decoded], glance: Decoded, names: Sequence[str]) -> Decoded:
    """The likeliest text, where names that are there whole count in its favour, and gaps against it.

    A prompt makes Whisper leave out words, which the `glance` did not know, or write nothing but names.
    """
    least = _LEAST_HEARD * len(glance.text) if glance.is_plausible else 0.0

    def score(heard: Decoded) -> float:
        gap = max(0.0, 1 - len(heard.text) / least) if least else 0.0
        of_names = named(heard.text, names)
        if "," in heard.text and of_names == len(heard.text.split()):
            return heard.log_probability - 1  # the prompt's own list
        return heard.log_probability + _NAMED * of_names - gap

    return max(hypotheses, key=score)


def _samples(pcm: bytes | bytearray) -> Samples:
    """PCM as numbers, around zero: some microphones have an offset."""
    audio = np.frombuffer(pcm, np.int16, count=len(pcm) // 2) / 32768
    offset = audio.mean() if audio.size else 0.0
    return (audio - offset).astype(np.float32)


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

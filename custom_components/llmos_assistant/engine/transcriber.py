"""Speech recognition: Whisper through faster-whisper, int8."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
from faster_whisper import WhisperModel
from faster_whisper.transcribe import Segment
from faster_whisper.vad import get_speech_timestamps
from tqdm import tqdm

from .store import ModelError

SAMPLE_RATE = 16_000  # Hz

# faster-whisper makes progress bars, even those that it does not show. Their default lock
# works between processes and starts one for that.
tqdm.set_lock(threading.RLock())

_PADDING = SAMPLE_RATE  # samples kept around speech; trimming closer costs accuracy
_BEAM_SIZE = 5
# A second attempt, sampled, where the first one loops or is unlikely. More only cost time.
_TEMPERATURES = [0.0, 0.4]
# Fast speech is about 5 tokens a second, 12 in scripts that Whisper spells in bytes.
# Without a bound, foreign or noisy speech is talked over for half a minute.
_TOKENS_PER_SECOND = 12
_MIN_TOKENS = 24

# Whisper invents text where nobody speaks. These are its own measures of having done so.
_MIN_LOG_PROBABILITY = -1.0
_MAX_NO_SPEECH = 0.6
_MAX_COMPRESSION = 2.4


class Transcriber:
    """A Whisper model in CTranslate2's format. One caller at a time.

    Args:
        folder: the model's files.
        threads: CPU threads for a transcription.

    Raises:
        ModelError: the folder holds no working model.
    """

    def __init__(self, folder: Path, threads: int) -> None:
        # Without these checks faster-whisper would look for missing files on the internet.
        for name in ("model.bin", "config.json", "tokenizer.json"):
            if not (folder / name).is_file():
                raise ModelError(f"There is no speech model in {folder} ({name} is missing).")
        try:
            self._model = WhisperModel(
                str(folder), device="cpu", compute_type="int8", cpu_threads=threads
            )
        except (RuntimeError, ValueError, OSError) as err:
            raise ModelError(
                f"The speech model in {folder} cannot be loaded ({err}). Download it again."
            ) from err
        self.name = folder.name
        self.languages: list[str] = self._model.supported_languages
        # The first run allocates: better now than in somebody's first command.
        get_speech_timestamps(np.zeros(SAMPLE_RATE, np.float32))
        self._decode(np.zeros(SAMPLE_RATE, np.float32), self.languages[0], max_tokens=1)

    def transcribe(self, pcm: bytes | bytearray, language: str) -> str:
        """What is said in 16-bit mono PCM at 16 kHz; "" if nobody speaks.

        `language` is one of `languages`. Blocks for about as long as the machine is slow.
        """
        audio = np.frombuffer(pcm, np.int16, count=len(pcm) // 2).astype(np.float32) / 32768
        if not audio.size or not (speech := get_speech_timestamps(audio)):
            return ""
        audio = audio[max(0, speech[0]["start"] - _PADDING) : speech[-1]["end"] + _PADDING]
        seconds = sum(part["end"] - part["start"] for part in speech) / SAMPLE_RATE
        segments = self._decode(
            audio, language, max_tokens=_MIN_TOKENS + int(seconds * _TOKENS_PER_SECOND)
        )
        return " ".join(segment.text.strip() for segment in segments if _is_speech(segment))

    def _decode(self, audio: np.ndarray, language: str, max_tokens: int) -> list[Segment]:
        """Whisper's segments of `audio` (samples,), float32 in -1..1."""
        segments, _ = self._model.transcribe(
            audio,
            language=language,
            beam_size=_BEAM_SIZE,
            best_of=_BEAM_SIZE,
            temperature=_TEMPERATURES,
            compression_ratio_threshold=_MAX_COMPRESSION,
            log_prob_threshold=_MIN_LOG_PROBABILITY,
            no_speech_threshold=_MAX_NO_SPEECH,
            condition_on_previous_text=False,
            without_timestamps=True,
            max_new_tokens=min(max_tokens, 224),
        )
        return list(segments)


def _is_speech(segment: Segment) -> bool:
    """Whether Whisper heard this rather than invented it."""
    return (
        segment.avg_logprob >= _MIN_LOG_PROBABILITY
        and segment.compression_ratio <= _MAX_COMPRESSION
        and any(char.isalnum() for char in segment.text)
    )

"""OpenAI's Whisper, int8, through CTranslate2: sound in, text with its likelihood out.

faster-whisper always encodes 30 s. Whisper's encoder takes less, at a cost that falls faster than the
length; so its parts are used here one by one.
"""

from __future__ import annotations

import re
import threading
import zlib
from dataclasses import dataclass
from pathlib import Path

import ctranslate2
import numpy as np
from faster_whisper import WhisperModel
from faster_whisper.tokenizer import Tokenizer
from faster_whisper.transcribe import get_suppressed_tokens
from numpy.typing import NDArray
from tqdm import tqdm

from .memory import give_back_memory
from .store import ModelError

type Samples = NDArray[np.float32]
"""Sound: 16 kHz, one channel, -1 to 1."""

SAMPLE_RATE = 16_000  # Hz
MAX_FRAMES = 3000  # of 10 ms; what Whisper was trained with
MAX_PROMPT = 223  # tokens

# faster-whisper makes progress bars, even those that it does not show. Their default lock
# works between processes and starts one for that.
tqdm.set_lock(threading.RLock())

_FRAME = SAMPLE_RATE // 100  # samples
_FRAMES_STEP = 50

# Whisper invents text where it does not understand. These are its own measures of having done so.
_MIN_LOG_PROBABILITY = -1.0
_MAX_COMPRESSION = 2.4
# The same four times in a row, or nothing but a word three times.
_LOOP = re.compile(r"\b(\w.{0,60}?)(?:\W+\1\b){3,}|^\W*(\w+)(?:\W+\2){2}\W*$", re.IGNORECASE)
# With little context Whisper likes to write a short sentence down twice, rightly both times.
_AGAIN = re.compile(r"(\w+ .+?)(?:\W+\1)+(\W*)", re.IGNORECASE)
_MOST_TIMES = 3  # what is written more often is a loop


@dataclass(frozen=True)
class Decoded:
    """A text, and the mean log probability of its tokens."""

    text: str
    log_probability: float

    @property
    def is_plausible(self) -> bool:
        """Whether Whisper heard this rather than invented it: it is likely and does not loop."""
        data = self.text.encode()
        return (
            self.log_probability >= _MIN_LOG_PROBABILITY
            and not _LOOP.search(self.text)
            and len(data) <= _MAX_COMPRESSION * len(zlib.compress(data))
            and any(char.isalnum() for char in self.text)
        )


def said_once(text: str) -> str:
    """The sentence, if the text is nothing but the same sentence two or three times."""
    again = _AGAIN.fullmatch(text)
    if not again or text.lower().count(again[1].lower()) > _MOST_TIMES:
        return text
    return again[1] + again[2]


class Whisper:
    """A Whisper model in CTranslate2's format. One caller at a time.

    Args:
        folder: the model's files.
        threads: CPU threads.

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
        # faster-whisper names Cantonese for all, but only the newest have a token for it.
        self.languages: list[str] = [
            code
            for code in self._model.supported_languages
            if not self._model.model.is_multilingual
            or self._model.hf_tokenizer.token_to_id(f"<|{code}|>") is not None
        ]
        self._tokenizers: dict[str, Tokenizer] = {}

    def load(self) -> None:
        """Have the weights in memory. They are, until somebody calls `unload`."""
        if not self._model.model.model_is_loaded:
            self._model.model.load_model()

    def unload(self) -> None:
        """Free the memory that the weights take. Whatever needs them loads them again."""
        self._model.model.unload_model()
        give_back_memory()

    def encode(self, audio: Samples, min_frames: int) -> ctranslate2.StorageView:
        """What is heard in `audio`, of which 30 s count; padded to at least `min_frames`."""
        self.load()
        features = self._model.feature_extractor(audio[: MAX_FRAMES * _FRAME])
        length = features.shape[1]
        frames = max(min_frames, -(-length // _FRAMES_STEP) * _FRAMES_STEP)
        frames = min(frames, MAX_FRAMES)
        padding = max(0, frames - length)
        return self._model.encode(np.pad(features[:, :frames], ((0, 0), (0, padding))))

    def decode(
        self,
        encoded: ctranslate2.StorageView,
        language: str,
        max_tokens: int,
        beam_size: int,
        prompt: str = "",
    ) -> list[Decoded]:
        """The likeliest texts of at most `max_tokens`, as many as the beam is wide, likeliest first.

        The words of `prompt` are likelier than others.
        """
        tokenizer = self._tokenizer(language)
        start = [*tokenizer.sot_sequence, tokenizer.no_timestamps]
        if prompt:
            start = [tokenizer.sot_prev, *tokenizer.encode(" " + prompt)[:MAX_PROMPT], *start]
        (result,) = self._model.model.generate(
            encoded,
            [start],
            beam_size=beam_size,
            num_hypotheses=beam_size,
            max_length=min(len(start) + max_tokens, self._model.max_length),
            return_scores=True,
            suppress_tokens=get_suppressed_tokens(tokenizer, [-1]),
        )
        return [
            # The score is a mean that leaves out the end of the text, which was decided on, too.
            Decoded(
                said_once(tokenizer.decode(tokens).strip()), score * len(tokens) / (len(tokens) + 1)
            )
            for tokens, score in zip(result.sequences_ids, result.scores, strict=True)
        ]

    def count_tokens(self, text: str, language: str) -> int:
        """How much of a prompt a text takes."""
        return len(self._tokenizer(language).encode(" " + text))

    def _tokenizer(self, language: str) -> Tokenizer:
        if language not in self._tokenizers:
            self._tokenizers[language] = Tokenizer(
                self._model.hf_tokenizer,
                self._model.model.is_multilingual,
                task="transcribe",
                language=language,
            )
        return self._tokenizers[language]

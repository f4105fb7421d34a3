"""Stage 0, hear: what the shipped Whisper makes of spoken commands, as noise for the corpus.

    script/hear --sentences 500

Speaks sentences drawn from the corpus with synthetic voices (script/record's), at varied speed and
with varied noise, transcribes them with the shipped speech model, and adds what was heard for what
was said to `vocabulary/en/heard.txt`: words and pairs of words, as `said<TAB>heard`.
"""

# What this tool alone imports is not in the environment that is checked.
# mypy: disable-error-code="import-not-found,import-untyped"

from __future__ import annotations

import argparse
from collections.abc import Iterator
from difflib import SequenceMatcher
from random import Random

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from custom_components.llmos_assistant.engine.store import WHISPER_BASE, default_folder, verify
from custom_components.llmos_assistant.engine.transcriber import SAMPLE_RATE, Transcriber
from custom_components.llmos_assistant.engine.utterance import split_words
from demo.record import Speech, kokoro_voice, piper_voice

from .corpus import Corpus
from .vocabulary import FOLDER

_LONGEST = 2  # words on either side of a confusion


def at_16_khz(speech: Speech, rng: Random) -> NDArray[np.float32]:
    """The speech as a microphone in a room hears it: resampled, with silence and some noise."""
    samples, rate = speech
    speed = rng.uniform(0.92, 1.12)
    at = np.arange(0, len(samples), rate / SAMPLE_RATE * speed)
    heard = np.interp(at, np.arange(len(samples)), samples).astype(np.float32)
    heard = np.pad(heard / max(1e-6, float(np.abs(heard).max())) * 0.5, SAMPLE_RATE // 3)
    noise = np.random.default_rng(rng.randrange(2**32)).normal(size=len(heard))
    return (heard + noise * rng.choice([0.0, 0.003, 0.01, 0.03])).astype(np.float32)


def confusions(said: list[str], heard: list[str]) -> Iterator[tuple[str, str]]:
    """The short stretches that were heard otherwise, numbers left out."""
    for kind, i, j, k, m in SequenceMatcher(a=said, b=heard, autojunk=False).get_opcodes():
        if kind != "replace" or j - i > _LONGEST or m - k > _LONGEST:
            continue
        words = said[i:j] + heard[k:m]
        if j - i == 1 and not any(c.isdigit() for word in words for c in word):
            yield said[i], " ".join(heard[k:m])


def main() -> None:
    """Speak, hear, write."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sentences", type=int, default=500)
    parser.add_argument("--seed", type=int, default=99)
    args = parser.parse_args()
    rng = Random(args.seed)
    corpus = Corpus("en", args.seed)
    voices = [piper_voice(), kokoro_voice("jm_kumo", 1.0), kokoro_voice("jf_gongitsune", 0.9)]
    transcriber = Transcriber(verify(default_folder(), WHISPER_BASE), threads=1)
    file = FOLDER / "en" / "heard.txt"
    pairs = set(file.read_text("utf-8").splitlines()) if file.exists() else set()
    for _ in tqdm(range(args.sentences), desc="hear"):
        example = corpus.example()
        if example is None or not 3 <= len(example["words"]) <= 14:
            continue
        said = " ".join(example["words"])
        try:
            audio = at_16_khz(rng.choice(voices)(said), rng)
        except KeyError, ValueError:  # a sound that the voice has no sign for
            continue
        text = transcriber.transcribe((audio * 32767).astype(np.int16).tobytes(), "en")
        heard = [word.text for word in split_words(text)]
        pairs |= {"\t".join(pair) for pair in confusions(example["words"], heard)}
    file.write_text("\n".join(sorted(pairs)) + "\n", "utf-8")
    print(f"{len(pairs)} confusions in {file}")


if __name__ == "__main__":
    main()

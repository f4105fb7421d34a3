"""The speech suite: what is said in the homes of homes.yaml, spoken, moved into rooms, mixed with noise.

How each utterance sounds is drawn from its number, so every run hears the same.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import wave
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from . import sounds
from .sounds import RATE, Sound

ROOT = Path(__file__).parents[1]
_FOLDER = Path(__file__).parent
BUILD = ROOT / "build" / "bench" / "speech"
_VOICES = ("joe", "kumo", "scot", "gongitsune", "joe", "annie", "alpha", "joe")
_TALKERS = ("joe", "annie", "scot")
_BEFORE_S, _AFTER_S = 0.4, 0.8  # Home Assistant ends an utterance after about 0.7 s of silence


@dataclass(frozen=True)
class Utterance:
    """What is said where: the words, the names of the home, and 16 kHz audio."""

    number: int
    text: str
    names: tuple[str, ...]
    sound: Sound

    @property
    def pcm(self) -> bytes:
        """The audio as 16-bit PCM."""
        return to_pcm(self.sound)

    @property
    def seconds(self) -> float:
        """How long somebody speaks, about."""
        return len(self.sound) / RATE - _BEFORE_S - _AFTER_S


def to_pcm(sound: Sound) -> bytes:
    """16-bit PCM."""
    return (np.clip(sound, -1, 1) * 32767).astype(np.int16).tobytes()


def homes() -> list[dict[str, Any]]:
    """The homes: `home`, `names`, `commands`."""
    read: list[dict[str, Any]] = yaml.safe_load((_FOLDER / "homes.yaml").read_text("utf-8"))
    return read


def all_names() -> list[str]:
    """The names of all homes."""
    return sorted({name for home in homes() for name in home["names"]})


def talk() -> list[Sound]:
    """People talking, as a background."""
    lines = (_FOLDER / "talk.txt").read_text("utf-8").splitlines()
    return _spoken(dict(enumerate(lines)), _TALKERS)


def utterances(every: int = 1) -> list[Utterance]:
    """Each so-manieth command, spoken in a quiet room."""
    said = [(text, home) for home in homes() for text in home["commands"]]
    wanted = dict(list(enumerate(said))[::every])
    return spoken({n: (text, tuple(home["names"])) for n, (text, home) in wanted.items()})


def spoken(said: Mapping[int, tuple[str, tuple[str, ...]]]) -> list[Utterance]:
    """What is said, with the names of the home it is said in, by number; in a quiet room."""
    speeches = _spoken({number: text for number, (text, _) in said.items()}, _VOICES)
    return [
        Utterance(number, text, names, _recorded(np.random.default_rng(number), speech))
        for (number, (text, names)), speech in zip(said.items(), speeches, strict=True)
    ]


def in_kitchen(quiet: Sequence[Utterance], snr_db: int) -> list[Utterance]:
    """The utterances with the noise of a kitchen, from the first sample to the last."""
    background = talk()
    noisy = []
    for said in quiet:
        rng = np.random.default_rng([said.number, snr_db])
        noise = sounds.kitchen(rng, len(said.sound), background)
        noisy.append(replace(said, sound=sounds.mixed(said.sound, noise, snr_db)))
    return noisy


def without_speech(count: int = 200) -> list[Sound]:
    """Noise, music, silence and breath, 0.5 to 6 s, some loud and some quiet."""
    makers = list(sounds.NOISES.values())
    clips = []
    for number in range(count):
        rng = np.random.default_rng([number, count])
        samples = int(RATE * rng.uniform(0.5, 6))
        level = 10 ** (rng.uniform(-25, 10) / 20)
        clip = makers[number % len(makers)](rng, samples) * level
        clips.append(np.clip(clip, -1, 1).astype(np.float32))
    return clips


def _recorded(rng: np.random.Generator, speech: Sound) -> Sound:
    """As a satellite hears it: faster or slower and so higher or lower, in a room, with pauses."""
    at = np.arange(0, len(speech) - 1, rng.uniform(0.92, 1.1))
    varied = np.interp(at, np.arange(len(speech)), speech).astype(np.float32)
    padded = np.pad(varied, (int(RATE * _BEFORE_S), int(RATE * _AFTER_S)))
    sound = sounds.through_microphone(rng, sounds.in_room(rng, padded))
    sound *= rng.uniform(0.2, 1.0)
    return (sound + sounds.silence(rng, len(sound))).astype(np.float32)


def _spoken(texts: Mapping[int, str], voices: Sequence[str]) -> list[Sound]:
    """The texts, spoken by the voices in turn; kept in build/ for the next run."""
    BUILD.mkdir(parents=True, exist_ok=True)
    sentences = []
    for number, text in texts.items():
        voice = voices[number % len(voices)]
        name = hashlib.sha256(f"{voice}: {text}".encode()).hexdigest()[:16]
        sentences.append({"file": str(BUILD / f"{name}.wav"), "voice": voice, "text": text})
    missing = [sentence for sentence in sentences if not Path(sentence["file"]).exists()]
    if missing:
        subprocess.run(["script/voices"], cwd=ROOT, check=True)
        python = ROOT / ".venv-record" / "bin" / "python"
        speak = [str(python), "-m", "bench.voices"]
        subprocess.run(speak, cwd=ROOT, check=True, input=json.dumps(missing), text=True)
    return [_read(Path(sentence["file"])) for sentence in sentences]


def _read(path: Path) -> Sound:
    """A WAV file at 16 kHz."""
    with wave.open(str(path)) as file:
        samples = np.frombuffer(file.readframes(file.getnframes()), np.int16)
        at = np.arange(0, len(samples) - 1, file.getframerate() / RATE)
    return (np.interp(at, np.arange(len(samples)), samples) / 32768).astype(np.float32)

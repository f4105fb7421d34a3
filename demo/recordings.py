"""The recordings: their audio, and what each one should bring about."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import av
import numpy as np

from .client import DemoError

SENTENCES = Path(__file__).parents[1] / "tests" / "audio" / "sentences.json"
RATE = 16_000
_LONGEST_S = 60


@dataclass(frozen=True)
class Expectation:
    """What is right: these intents, these states and attributes changed, these words said."""

    intents: list[str]
    changes: dict[str, dict[str, Any]] = field(default_factory=dict)
    answer: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Recording:
    """One utterance as 16 kHz PCM, 16 bit, one channel; no expectation for a user's own."""

    name: str
    pcm: bytes
    expected: Expectation | None = None


def own_recordings() -> list[Recording]:
    """The recordings that come with the demo. Raises DemoError."""
    return [
        Recording(
            sentence["audio"],
            read_audio(SENTENCES.parent / sentence["audio"]),
            Expectation(
                sentence["intents"], sentence.get("changes", {}), sentence.get("answer", [])
            ),
        )
        for sentence in json.loads(SENTENCES.read_text(encoding="utf-8"))
    ]


def users_recordings(paths: Sequence[Path]) -> list[Recording]:
    """The recordings at `paths`. Raises DemoError."""
    return [Recording(str(path), read_audio(path)) for path in paths]


def read_audio(path: Path) -> bytes:
    """The first sound track of a file as 16 kHz PCM, 16 bit, one channel. Raises DemoError."""
    try:
        with av.open(str(path)) as container:
            if not container.streams.audio:
                raise DemoError(f"{path} has no sound in it")
            resampler = av.AudioResampler("s16", "mono", RATE)
            frames = [
                resampled
                for frame in container.decode(audio=0)
                for resampled in resampler.resample(frame)
            ]
            frames += resampler.resample(None)
    except FileNotFoundError as err:
        raise DemoError(f"{path} does not exist") from err
    except (OSError, ValueError) as err:  # av's errors are both
        raise DemoError(f"{path} is not a sound file that can be read") from err
    if not frames:
        raise DemoError(f"{path} has no sound in it")
    samples = np.concatenate([frame.to_ndarray().ravel() for frame in frames])
    if len(samples) > _LONGEST_S * RATE:
        raise DemoError(f"{path} is longer than {_LONGEST_S} seconds")
    return samples.tobytes()

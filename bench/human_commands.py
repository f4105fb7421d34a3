"""Real people who order coffee: a vocabulary that is given, clean and in the noise of a kitchen.

The recordings lie beside the repository and are no part of it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from demo.recordings import read_audio

from . import sounds
from .sounds import Sound
from .suite import ROOT, to_pcm

_FOLDER = ROOT.parent / "shared" / "data" / "human-commands"


@dataclass(frozen=True)
class Order:
    """A recording and the phrases of the vocabulary that were spoken."""

    slots: tuple[str, ...]
    sound: Sound

    @property
    def pcm(self) -> bytes:
        """The audio as 16-bit PCM at 16 kHz."""
        return to_pcm(self.sound)


def orders() -> list[Order]:
    """All recordings; none where the data is not there."""
    listings = sorted(_FOLDER.glob("*.jsonl"))
    lines = [line for path in listings for line in path.read_text("utf-8").splitlines()]
    return [_order(json.loads(line)) for line in lines]


def vocabulary(spoken: Sequence[Order]) -> list[str]:
    """Every phrase that is spoken anywhere."""
    return sorted({slot for order in spoken for slot in order.slots})


def in_kitchen(clean: Sequence[Order], talk: Sequence[Sound], snr_db: float) -> list[Order]:
    """The same with noise."""
    noisy = []
    for number, order in enumerate(clean):
        noise = sounds.kitchen(np.random.default_rng(number), len(order.sound), talk)
        noisy.append(Order(order.slots, sounds.mixed(order.sound, noise, snr_db)))
    return noisy


def _order(row: dict[str, dict[str, str]]) -> Order:
    pcm = np.frombuffer(read_audio(_FOLDER / str(row["file"])), np.int16)
    return Order(tuple(row["slots"].values()), (pcm / 32768).astype(np.float32))

"""The real model hears real audio: right, or nothing, and never for long."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from custom_components.llmos_assistant.engine.listening import Listening
from custom_components.llmos_assistant.engine.models import Models
from custom_components.llmos_assistant.engine.parser import CommandParser
from custom_components.llmos_assistant.engine.store import WHISPER_BASE, default_folder
from custom_components.llmos_assistant.engine.transcriber import Transcriber
from custom_components.llmos_assistant.engine.whisper import Decoded, Whisper, said_once
from tests.conftest import recording, stream

type Sound = NDArray[np.floating]

_MODEL = Path(__file__).parents[2] / "custom_components" / "llmos_assistant" / "command_model"
_RATE = 16_000
_NAMES = ["Front Door", "Kitchen", "Movie Night", "Vacuum", "Garage Door", "Groceries"]
_ROOMS = ["Kitchen", "Bedroom", "Attic", "Office", "Porch", "Cellar", "Studio", "Library"]
_THINGS = ["Ceiling Light", "Floor Lamp", "Fan", "Heater", "Speaker", "Blind", "Socket", "Radio"]


@pytest.fixture(scope="module")
def transcriber() -> Transcriber:
    """Whisper base with the command model, as they ship."""
    parser = CommandParser(_MODEL)
    return Transcriber(default_folder() / WHISPER_BASE.name, threads=2, parser=parser)


def plain(text: str) -> str:
    """The words of a transcript, however they are written."""
    return " ".join(re.findall(r"[\w%']+", text.lower()))


def samples(name: str) -> Sound:
    """A recording, -1 to 1."""
    return np.frombuffer(recording(name), np.int16) / 32768


def pcm(sound: Sound) -> bytes:
    """16-bit PCM; what is too loud is clipped."""
    return (np.clip(sound, -1, 1) * 32767).astype(np.int16).tobytes()


@pytest.mark.parametrize(
    "spoiled",
    [
        pytest.param(lambda sound: sound * 0.02, id="far away"),
        pytest.param(lambda sound: sound * 4, id="clipped"),
        pytest.param(lambda sound: sound * 0.5 + 0.4, id="offset"),
        pytest.param(lambda sound: sound[int(0.3 * _RATE) :], id="no silence before"),
        pytest.param(lambda sound: np.pad(sound, 4 * _RATE), id="long silence around"),
    ],
)
def test_a_bad_recording(transcriber: Transcriber, spoiled: Callable[[Sound], Sound]) -> None:
    heard = transcriber.transcribe(pcm(spoiled(samples("lock-the-front-door"))), "en", _NAMES)
    assert plain(heard) == "lock the front door"


def test_names_are_listened_for(transcriber: Transcriber) -> None:
    """Names that nobody could guess, beside many others."""
    said = recording("names/tado")
    others = [f"{room} {thing}" for room in _ROOMS for thing in _THINGS]
    assert plain(transcriber.transcribe(said, "en")) != "set the tado to 20 degrees"
    heard = transcriber.transcribe(said, "en", ["Tado", "Elgato", "Brunt", *others])
    assert plain(heard) == "set the tado to 20 degrees"


@pytest.mark.parametrize(
    ("name", "beams"),
    [
        pytest.param("lock-the-front-door", [1, 5], id="makes sense here"),
        pytest.param("names/tado", [1, 5, 5], id="no such thing here"),
    ],
)
def test_what_makes_no_sense_is_heard_again(
    transcriber: Transcriber, monkeypatch: pytest.MonkeyPatch, name: str, beams: list[int]
) -> None:
    """More slowly, with more names in mind; a command for this home is heard once."""
    decode = Whisper.decode
    seen = []

    def watched(self: Whisper, *args: Any) -> list[Decoded]:
        seen.append(args[3])  # how wide the beam is
        return decode(self, *args)

    monkeypatch.setattr(Whisper, "decode", watched)
    transcriber.transcribe(recording(name), "en", _NAMES)
    assert seen == beams


@pytest.mark.parametrize("seed", range(8))
def test_nothing_is_invented(transcriber: Transcriber, seed: int) -> None:
    """With names to listen for, Whisper would write them on noise."""
    rng = np.random.default_rng(seed)
    time_s = np.arange(int(rng.uniform(0.3, 5) * _RATE)) / _RATE
    noise = rng.normal(0, rng.uniform(0.001, 0.3), len(time_s))
    chord = sum(np.sin(2 * np.pi * f * time_s) for f in rng.choice([220, 277, 330, 440], 3))
    swell = np.sin(np.pi * time_s) ** 4
    sound = [noise, noise * swell, 0.2 * chord, 0.1 * chord * swell + noise * 0.1][seed % 4]
    assert transcriber.transcribe(pcm(sound), "en", _NAMES) == ""


def test_speech_longer_than_whisper_hears_at_once(transcriber: Transcriber) -> None:
    said = ["lock-the-front-door", "start-the-vacuum", "pause-the-music"]
    pause = np.zeros(11 * _RATE)
    heard = plain(transcriber.transcribe(pcm(_joined(said, pause)), "en"))
    positions = [heard.find(word) for word in ("front door", "vacuum", "music")]
    assert -1 < positions[0] < positions[1] < positions[2]


@pytest.mark.parametrize(("seconds", "language"), [(0.1, "en"), (0.3, "en"), (30, "cy")])
def test_time_is_bounded(transcriber: Transcriber, seconds: float, language: str) -> None:
    """A scrap of speech, much of it, and in a language that it is not in."""
    once = samples("kitchen-lights-and-garage-door")[_RATE // 2 :]
    said = pcm(np.resize(once, int(seconds * _RATE)))
    before = time.process_time()
    transcriber.transcribe(said, language, _NAMES)
    assert time.process_time() - before < 4 + seconds / 2


def test_loops_and_unlikely_texts_are_not_plausible() -> None:
    assert Decoded("Turn on the light.", -0.3).is_plausible
    assert not Decoded("Turn on the light.", -1.2).is_plausible
    assert not Decoded("turn on the light " * 12, -0.1).is_plausible
    assert not Decoded("Rewr. Rewr. Rewr.", -0.1).is_plausible
    assert not Decoded("Rewr. Rewr. Rewr. Rewr.", -0.1).is_plausible
    assert Decoded("No, no, the other one.", -0.1).is_plausible
    assert not Decoded("...", -0.1).is_plausible


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("Open the blinds. Open the blinds.", "Open the blinds."),
        ("Open the blinds Open the blinds open the blinds", "Open the blinds"),
        ("Open the blinds, close the blinds.", "Open the blinds, close the blinds."),
        ("No. No.", "No. No."),
        ("Open the blinds. " * 4, "Open the blinds. " * 4),  # not twice "Open … open …": a loop
    ],
)
def test_a_sentence_that_is_written_twice_was_said_once(written: str, said: str) -> None:
    assert said_once(written) == said


class CountedModels(Models):
    """Real models that count how often they transcribe."""

    def __init__(self, transcriber: Transcriber) -> None:
        super().__init__(transcriber, "", "", "en")
        self.transcribed = 0

    async def transcribe(self, pcm: bytes, language: str | None, names: Sequence[str] = ()) -> str:
        """As ever."""
        self.transcribed += 1
        return await super().transcribe(pcm, language, names)


@pytest.mark.parametrize("real_time", [True, False])
async def test_a_pause_is_used(transcriber: Transcriber, real_time: bool) -> None:
    """Of live audio, what was said is transcribed before the audio ends; of a recording, after."""
    models = CountedModels(transcriber)
    listening = Listening(models, "en", _NAMES)
    sound = np.pad(samples("lock-the-front-door"), (0, _RATE))
    async for chunk in stream(pcm(sound)):
        listening.add(chunk)
        await asyncio.sleep(0.1 if real_time else 0)
    assert models.transcribed == (1 if real_time else 0)
    assert plain(await listening.transcript()) == "lock the front door"
    assert models.transcribed == 1


async def test_what_is_said_after_a_pause_is_heard(transcriber: Transcriber) -> None:
    models = CountedModels(transcriber)
    listening = Listening(models, "en", _NAMES)
    sound = _joined(["lock-the-front-door", "start-the-vacuum"], np.zeros(_RATE // 2))
    async for chunk in stream(pcm(sound)):
        listening.add(chunk)
        await asyncio.sleep(0.1)
    heard = plain(await listening.transcript())
    assert "front door" in heard
    assert "vacuum" in heard


def _joined(names: Sequence[str], pause: Sound) -> Sound:
    parts = [part for name in names for part in (samples(name), pause)]
    return np.concatenate(parts)

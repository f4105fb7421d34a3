"""The sounds of a home, made from numbers: noise, music, rooms, and speech mixed with them.

All are float32 at 16 kHz, drawn from a NumPy random generator: the same seed, the same sound.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

type Sound = NDArray[np.float32]
type Maker = Callable[[np.random.Generator, int], Sound]

RATE = 16_000  # Hz
_MIDDLE_C = 261.6  # Hz
_CHORDS = ((0, 4, 7), (9, 12, 16), (5, 9, 12), (7, 11, 14))  # semitones: C, A minor, F, G
_ACTIVE = 0.1  # of the loudest: what is quieter is no speech when its level is measured


def silence(rng: np.random.Generator, samples: int) -> Sound:
    """A microphone's own noise, about -70 dB."""
    return rng.normal(0, 0.0003, samples).astype(np.float32)


def hiss(rng: np.random.Generator, samples: int) -> Sound:
    """A cooker hood: noise that falls with frequency, by a slope that varies."""
    return _loud(_coloured(rng, samples, slope=rng.uniform(0.3, 0.9)))


def hum(rng: np.random.Generator, samples: int) -> Sound:
    """A fridge: mains hum with harmonics over low noise."""
    time, mains = _time(samples), rng.choice([50.0, 60.0])
    tones = sum(np.sin(2 * np.pi * mains * k * time + rng.uniform(0, 6)) / k for k in range(1, 8))
    return _loud(_loud(tones) + 0.5 * _coloured(rng, samples, slope=1.0))


def clatter(rng: np.random.Generator, samples: int) -> Sound:
    """Dishes: short ringing knocks, about four a second, over running water."""
    sound = 0.15 * _coloured(rng, samples, slope=0.2)
    for start in rng.integers(0, samples, size=max(1, samples * 4 // RATE)):
        time = _time(min(samples - start, RATE // 3))
        for frequency in rng.uniform(700, 6_000, size=5):
            ring = np.sin(2 * np.pi * frequency * time) * np.exp(-time * rng.uniform(15, 60))
            sound[start : start + len(time)] += rng.uniform(0.1, 1.0) * ring
    return _loud(sound)


def music(rng: np.random.Generator, samples: int) -> Sound:
    """Chords with harmonics, a melody and a drum, at a tempo and in a key that vary."""
    sound = np.zeros(samples, np.float32)
    beat = int(RATE * rng.uniform(0.35, 0.6))
    key = _MIDDLE_C * 2 ** (rng.integers(-7, 7) / 12)
    for count, start in enumerate(range(0, samples, beat)):
        time = _time(min(samples - start, beat))
        chord = _CHORDS[count // 4 % len(_CHORDS)]
        notes = [*chord, int(rng.choice(chord)) + 12]
        for note in notes:
            frequency = key * 2 ** (note / 12)
            tone = sum(np.sin(2 * np.pi * frequency * k * time) / k**1.5 for k in range(1, 6))
            sound[start : start + len(time)] += tone * np.exp(-3 * time)
        drum = rng.normal(size=len(time)) * np.exp(-40 * time)
        sound[start : start + len(time)] += 2.0 * drum
    return _loud(sound)


def breath(rng: np.random.Generator, samples: int) -> Sound:
    """Somebody breathing at the microphone: noise that swells and fades."""
    swell = np.sin(np.pi * _time(samples) / rng.uniform(0.8, 1.8)) ** 4
    return _loud(_coloured(rng, samples, slope=0.6) * swell)


NOISES: dict[str, Maker] = {
    "silence": silence,
    "hiss": hiss,
    "hum": hum,
    "clatter": clatter,
    "music": music,
    "breath": breath,
}


def babble(rng: np.random.Generator, samples: int, talk: Sequence[Sound]) -> Sound:
    """Four people talking at once, each from somewhere in recordings of `talk`."""
    voices = [talk[i] for i in rng.choice(len(talk), size=4)]
    turned = [np.roll(np.resize(voice, samples), rng.integers(samples)) for voice in voices]
    return _loud(np.sum(turned, axis=0))


def kitchen(rng: np.random.Generator, samples: int, talk: Sequence[Sound]) -> Sound:
    """One of what is heard in a kitchen: hood, fridge, dishes, music, each with talk behind it."""
    maker = NOISES[str(rng.choice(["hiss", "hum", "clatter", "music"]))]
    return _loud(maker(rng, samples) + rng.uniform(0.2, 0.8) * babble(rng, samples, talk))


def in_room(rng: np.random.Generator, speech: Sound) -> Sound:
    """The speech as heard some way off: early reflections and 0.15 to 0.5 s of reverberation."""
    seconds = rng.uniform(0.15, 0.5)
    time = _time(int(RATE * seconds))
    response = rng.normal(size=len(time)) * np.exp(-6.9 * time / seconds) * rng.uniform(0.02, 0.08)
    response[0] = 1.0
    for delay in rng.integers(RATE // 400, RATE // 40, size=4):
        response[delay] += rng.uniform(0.1, 0.4)
    size = len(speech) + len(response) - 1
    wet = np.fft.irfft(np.fft.rfft(speech, size) * np.fft.rfft(response, size), size)
    return _peak(wet[: len(speech)])


def through_microphone(rng: np.random.Generator, sound: Sound) -> Sound:
    """The sound between a low and a high cut-off that vary from microphone to microphone."""
    spectrum = np.fft.rfft(sound)
    frequency = np.fft.rfftfreq(len(sound), 1 / RATE)
    low, high = rng.uniform(60, 200), rng.uniform(3_800, 7_800)
    gain = 1 / np.sqrt(1 + (low / np.maximum(frequency, 1)) ** 4)
    gain /= np.sqrt(1 + (frequency / high) ** 8)
    return np.fft.irfft(spectrum * gain, len(sound)).astype(np.float32)


def mixed(speech: Sound, noise: Sound, snr_db: float) -> Sound:
    """Speech in noise: `snr_db` is between the noise and the speech where somebody speaks."""
    loud = speech[np.abs(speech) > _ACTIVE * np.abs(speech).max()]
    active = np.convolve(np.abs(speech) > _ACTIVE * np.abs(speech).max(), np.ones(800), "same") > 0
    level = np.sqrt(np.mean(np.square(speech[active]))) if loud.size else 0.0
    scale = level / np.sqrt(np.mean(np.square(noise))) / 10 ** (snr_db / 20)
    return _peak(speech + scale * noise)


def _coloured(rng: np.random.Generator, samples: int, slope: float) -> Sound:
    """Noise whose amplitude falls as frequency to the power of `slope`, at unit level."""
    spectrum = np.fft.rfft(rng.normal(size=samples))
    spectrum /= np.maximum(np.fft.rfftfreq(samples, 1 / RATE), 50) ** slope
    noise = np.fft.irfft(spectrum, samples)
    return (noise / np.std(noise)).astype(np.float32)


def _time(samples: int) -> NDArray[np.float64]:
    return np.arange(samples) / RATE


def _loud(sound: NDArray[np.floating]) -> Sound:
    """The sound at an effective level of -20 dB, as far as that clips nothing."""
    level = 0.1 / max(1e-9, float(np.sqrt(np.mean(np.square(sound)))))
    return (sound * min(level, 0.95 / max(1e-9, float(np.abs(sound).max())))).astype(np.float32)


def _peak(sound: NDArray[np.floating]) -> Sound:
    """The sound with its loudest sample at half of full scale."""
    return (sound * (0.5 / max(1e-9, float(np.abs(sound).max())))).astype(np.float32)

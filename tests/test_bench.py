"""What the speech benchmark measures with."""

from __future__ import annotations

import numpy as np
import pytest

from bench import scoring, sounds, suite


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("set it to forty percent", "Set it to 40%."),
        ("a sixteen ounce latte", "A 16-ounce latte"),
        ("a sixteen ounce latte", "a 16oz latte!"),
        ("Ottilie's room", "ottilie’s room"),
    ],
)
def test_the_same_words_however_they_are_written(said: str, written: str) -> None:
    assert scoring.words(said) == scoring.words(written)


def test_wrong_missing_and_added_words_count() -> None:
    pairs = [("open the barn doors", "open a barn"), ("stop", "please stop")]
    assert scoring.word_error_rate(pairs) == pytest.approx(3 / 5)


def test_a_phrase_is_heard_word_for_word() -> None:
    assert scoring.all_heard(["dark roast", "small"], "A small dark roast, please.")
    assert not scoring.all_heard(["latte"], "lattes")


@pytest.mark.parametrize("snr_db", [10, 5])
def test_noise_is_mixed_at_the_given_level(snr_db: float) -> None:
    rng = np.random.default_rng(1)
    speech = rng.normal(0, 0.1, sounds.RATE).astype(np.float32)
    noise = sounds.hiss(rng, sounds.RATE)
    both = sounds.mixed(speech, noise, snr_db)
    speech_level, noise_level = np.linalg.lstsq(np.stack([speech, noise], 1), both, rcond=None)[0]
    ratio = speech_level * speech.std() / (noise_level * noise.std())
    assert 20 * np.log10(ratio) == pytest.approx(snr_db, abs=0.5)


def test_the_suite_is_large_and_varied() -> None:
    homes = suite.homes()
    assert len(homes) >= 8
    commands = [command for home in homes for command in home["commands"]]
    assert len(set(commands)) == len(commands) >= 200


def test_sounds_without_speech_are_the_same_in_every_run() -> None:
    once, again = suite.without_speech(6), suite.without_speech(6)
    for one, other in zip(once, again, strict=True):
        np.testing.assert_array_equal(one, other)

"""What the benchmarks measure with."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace
from tqdm import tqdm

from bench import chat, logits, scoring, sounds, suite, understood
from bench.chat_models import Piece
from bench.engines import PEER, Engine, Heard
from bench.record import Record
from bench.table import table


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


class Deaf(Engine):
    """An engine that hears the length of what it is given."""

    heard = 0

    def hear(self, pcm: bytes, names: Sequence[str] = (), *, live: bool = False) -> Heard:
        """Count, and say so."""
        type(self).heard += 1
        return Heard(f"{len(pcm)} bytes", 0.1, 0.2, 1000 * self.heard, self.identity)


def test_what_was_heard_is_not_heard_again(tmp_path: Path) -> None:
    """Not even in the next run; other audio, names and engines are."""
    file = tmp_path / "build" / "heard.jsonl"
    engine, other = Deaf("ours", "ours 1", 0, 0), Deaf("ours", "ours 2", 0, 0)
    first = Record(file).hear(engine, b"12", ["Lamp"])
    with file.open("a") as broken:
        broken.write('{"text": "was cut o')
    record = Record(file)
    assert len(record) == 1
    assert record.hear(engine, b"12", ["Lamp"]) == first
    assert Deaf.heard == 1
    for audio, names, listener in (
        (b"34", ["Lamp"], engine),
        (b"12", [], engine),
        (b"12", ["Lamp"], other),
    ):
        record.hear(listener, audio, names)
    assert Deaf.heard == 4
    assert record.memory(engine) == 3000
    assert len(Record(file)) == 4


def test_commands_are_said_in_many_homes() -> None:
    homes = understood.commands(every=1)
    said = [entry for _, entries in homes for entry in entries]
    assert len(homes) >= 8
    assert len(said) >= 100
    assert all(entry.turns[0].changes for entry in said)
    file = next(file for file, _ in homes if file.name == "three-storey-townhouse")
    names = understood.names(file)
    assert "VELUX blind" in names
    hidden = {s["name"] for s in file.entities.values() if not s.get("exposed", True)}
    assert hidden
    assert hidden.isdisjoint(names)


@pytest.mark.usefixtures("local_sockets")
def test_a_command_is_right_if_what_was_heard_does_what_was_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """In the real home, by the real engine; a wrong text does something else, or nothing."""
    monkeypatch.setattr(tqdm, "monitor_interval", 0)  # a thread that would stay
    (file, entries), *_ = [h for h in understood.commands(1) if h[0].name == "leith-flat"]
    homes = [(file, entries[:3])]
    typed = understood.right(homes)
    assert any(typed)
    assert understood.right(homes, [entry.say for entry in entries[:3]]) == typed
    assert not any(understood.right(homes, ["", "no no no", "what a lovely day"]))


def test_an_answers_tokens_are_counted_in_its_text() -> None:
    """A piece may hold several; the first word is there when its piece is."""
    tokenizer = Tokenizer(WordLevel({"a": 0, "b": 1, "c": 2, "d": 3}))
    tokenizer.pre_tokenizer = Whitespace()
    pieces = [Piece("a b", 0.5), Piece(" c", 1.0), Piece(" d", 2.0)]
    assert chat.answer_of(pieces, 2.0, tokenizer) == chat.Answer(0.5, 2.0, 0.5)


def test_the_ratio_is_that_of_answers_given_side_by_side() -> None:
    """Not that of the medians: the machine may have been busier for one pair than for another."""
    pairs = [
        (chat.Answer(1.0, 10.0, 0.1), chat.Answer(2.0, 5.0, 0.2)),
        (chat.Answer(8.0, 1.0, 0.1), chat.Answer(16.0, 0.5, 0.2)),
        (chat.Answer(3.0, 6.0, 0.1), chat.Answer(1.0, 9.0, 0.2)),
    ]
    table = chat.table(2, pairs, (300, 200), {"peak_mb": 150.0, "result_mb": 100.0})
    assert "| first word, s | 3.00 | 2.00 | 0.50 |" in table
    assert "| tokens a second | 6.0 | 5.0 | 2.00 |" in table
    assert "| memory, MB | 300 | 200 | 1.50 |" in table
    assert "1.50 × the resulting file" in table


def test_logits_that_are_the_same_agree() -> None:
    rng = np.random.default_rng(1)
    theirs = rng.normal(size=(20, 50))
    assert "| 20 | 100.0% | 1.000 (1.000) | 0.000 |" in logits.row("same", theirs, theirs)
    other = logits.row("other", rng.normal(size=(20, 50)), theirs)
    assert float(other.split("|")[3].strip(" %")) < 50


def test_the_table_names_every_number_in_words() -> None:
    sides = dict.fromkeys(
        ("cpu", "cpu_live", "wer", "wer_10_db", "wer_5_db", "wait_p50", "wait_p95", "memory"), 0.5
    )
    understood_ = {
        "typed": 1.0,
        "clean": 0.9,
        "clean_of_typed": 0.8,
        "5_db": 0.7,
        "5_db_of_typed": 0.6,
    }
    people = {
        "clean": 0.51,
        "noise_6_db": 0.42,
        "clean_more_names": 0.33,
        "noise_6_db_more_names": 0.24,
    }
    result = {
        "ratio": sides,
        "LLMOS Assistant": sides,
        PEER: sides,
        "understood": understood_,
        "human_commands": people,
        "invented": 0.05,
    }
    written = table(result)
    labels = [line.split("|")[1].strip() for line in written.splitlines()[2:]]
    assert len(set(labels)) == len(labels) == len(sides) + len(understood_) + len(people) + 1
    assert not [label for label in labels if "_" in label]
    assert "| Commands right from speech, quiet | 90.0% | | |" in written
    assert "noise at 6 dB | 24.0% | | |" in written
    assert "people" not in table({**result, "human_commands": {}})  # the data is not everywhere

"""Utterances as the command model sees them."""

from __future__ import annotations

import pytest

from custom_components.llmos_assistant.engine.utterance import split_words, spoken


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Turn OFF the lights!", "turn off the lights"),
        ("what's on in Emma’s room?", "what's on in emma's room"),
        ("living-room lights, please", "living room lights , please"),
        ("dim it to twenty-five percent", "dim it to 25 percent"),
        ("set it to 20.5°", "set it to 20.5 °"),
        ("to twenty point five degrees", "to 20.5 degrees"),
        ("20,000 lights", "20000 lights"),
        ("one hundred and five", "105"),
        ("a hundred percent", "100 percent"),
        ("five minutes thirty seconds", "5 minutes 30 seconds"),
        ("an hour", "1 hour"),
        ("half an hour", "0.5 hour"),
        ("a half hour timer", "0.5 hour timer"),
        ("a quarter of an hour", "0.25 hour"),
        ("three quarters of an hour", "0.75 hour"),
        ("an hour and a half", "1.5 hour"),
        ("an hour and a quarter", "1.25 hour"),
        ("two hours and ten for the bread", "2.16667 hours for the bread"),
        ("an hour and twenty degrees", "1 hour and 20 degrees"),
        ("an hour and ten seconds", "1 hour and 10 seconds"),
        ("five and a half minutes", "5.5 minutes"),
        ("2 1/2 hours", "2.5 hours"),
        ("a couple of minutes", "2 minutes"),
        ("heater to one twenty five please", "heater to 125 please"),
        ("oven to three fifty", "oven to 350"),
        ("set the alarm to one thirty", "set the alarm to 1 30"),
        ("lamp 1 to twenty", "lamp 1 to 20"),
        # a half of something else is no number of it
        ("half the lights and a lamp", "half the lights and a lamp"),
        ("", ""),
        ("?!…", ""),
    ],
)
def test_split_words(text: str, words: str) -> None:
    """Words are lower case, numbers are digits."""
    assert " ".join(word.text for word in split_words(text)) == words


def test_spoken() -> None:
    """A word knows what it stands for in the utterance."""
    text = "Add  Seven Up to the LIST"
    words = split_words(text)
    assert [word.text for word in words] == ["add", "7", "up", "to", "the", "list"]
    assert spoken(text, words[1:3]) == "Seven Up"


def test_words_keep_their_order() -> None:
    """However numbers are joined, words stand for parts of the utterance in order."""
    text = "in an hour and a half, set two lamps to one hundred percent and a quarter of an hour later 5 1/2"
    words = split_words(text)
    assert all(word.start < word.end for word in words)
    assert [word.start for word in words] == sorted({word.start for word in words})
    assert [w.number for w in words if w.number is not None] == [1.5, 2, 100, 0.25, 5.5]

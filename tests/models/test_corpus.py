"""The corpus that the command model is trained on."""

from __future__ import annotations

import pytest

from custom_components.llmos_assistant.engine.grammar import read_plan
from custom_components.llmos_assistant.engine.utterance import split_words
from models.command.corpus import Corpus


@pytest.fixture(scope="module")
def examples() -> list[dict[str, list[str]]]:
    """A few hundred examples."""
    corpus = Corpus("en", seed=7)
    return [example for _ in range(600) if (example := corpus.example())]


def test_every_plan_can_be_read(examples: list[dict[str, list[str]]]) -> None:
    """What the model is taught to write is what the engine reads, with every pointer on a word."""
    for example in examples:
        text = " ".join(example["words"])
        words = split_words(text)
        # A joined number ("20 5") may be read anew, then the pointers no longer fit.
        if [word.text for word in words] == example["words"]:
            steps = read_plan(example["plan"], words, text)
            assert bool(steps) == (example["plan"] != ["<chat>"])


def test_breadth(examples: list[dict[str, list[str]]]) -> None:
    """Talk, many intents, and several steps at once all come up, and hardly a text twice."""
    firsts = {example["plan"][0] for example in examples}
    steps = [sum(token.startswith("<Hass") for token in example["plan"]) for example in examples]
    assert "<chat>" in firsts
    assert len(firsts) > 30
    assert sum(count > 1 for count in steps) > 20
    assert len({" ".join(example["words"]) for example in examples}) > 500


def test_seed() -> None:
    """The same seed draws the same corpus."""
    one, other = Corpus("en", seed=3), Corpus("en", seed=3)
    assert [one.example() for _ in range(50)] == [other.example() for _ in range(50)]

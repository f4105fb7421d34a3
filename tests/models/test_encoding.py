"""From templates to what the model is taught."""

from __future__ import annotations

from random import Random

import pytest
from hassil.parse_expression import parse_sentence

from models.command.encoding import encode
from models.command.held_out import as_seen, held_out
from models.command.noise import Noise, punctuate
from models.command.templates import Block, Said
from models.command.vocabulary import Vocabulary


def said(
    template: str, *slots: dict[str, str]
) -> tuple[list[Said], list[str], list[dict[str, str]]]:
    """An utterance drawn from a template, and its steps, all of them HassTurnOn."""
    block = Block(("HassTurnOn",) * len(slots), [parse_sentence(template)], slots, {}, {})
    return block.sample(Vocabulary("en"), Random(3)), list(block.intents), list(slots)


def test_labels_come_first_in_one_order() -> None:
    """However a template came by them."""
    one = encode(*said("light in the {area}", {"domain": "light", "state": "on"}), "en")
    other = encode(*said("light in the {area}", {"state": "on", "domain": "light"}), "en")
    assert one == other
    assert one is not None
    assert one["plan"][:5] == ["<HassTurnOn>", "<@domain>", "<=light>", "<@state>", "<=on>"]


def test_the_same_words_in_two_steps() -> None:
    """ "The lamp and the fan in the attic" are both there."""
    example = encode(*said("lights and fans in the {area:area@1+2}", {}, {}), "en")
    assert example is not None
    first, second = " ".join(example["plan"]).split("<HassTurnOn>")[1:]
    assert first.strip() == second.strip() != ""


@pytest.mark.parametrize(
    ("template", "tokens"),
    [
        ("dim by {percent:brightness_step-} percent", ["<@brightness_step>", "<=down>"]),
        ("brighter by {percent:brightness_step} percent", ["<@brightness_step>", "<2>"]),
    ],
)
def test_steps_up_and_down(template: str, tokens: list[str]) -> None:
    """A minus after the slot takes away."""
    example = encode(*said(template, {}), "en")
    assert example is not None
    assert example["plan"][1:3] == tokens


def test_durations() -> None:
    """ "For half an hour" points at its numbers."""
    example = encode(
        [Said("on for "), Said("1 hour 20 minutes", "for")], ["HassTurnOn"], [{}], "en"
    )
    assert example is not None
    assert example["plan"] == (
        ["<HassTurnOn>", "<@for_hours>", "<2>", "<2>", "<@for_minutes>", "<4>", "<4>"]
    )


def test_noise_leaves_slots_pointed_at() -> None:
    """Whatever is misheard or punctuated, names are still found."""
    noise, rng = Noise("en"), Random(5)
    parts = [Said("turn on the "), Said("zebra lantern", "name"), Said(" and the "), Said("fan")]
    for _ in range(300):
        heard = punctuate(noise.apply(parts, rng), rng)
        example = encode(heard, ["HassTurnOn"], [{}], "en")
        assert example is not None
        assert "<@name>" in example["plan"]
        assert "," not in heard[1].text


def test_what_is_measured_is_held_out() -> None:
    """The homes' sentences and the free wordings, as the model would see them."""
    sentences = held_out()
    assert as_seen("flip the reading lamp on would you") in sentences
    assert len(sentences) > 1000

"""What the command model writes, read as a plan."""

from __future__ import annotations

import pytest

from custom_components.llmos_assistant.engine.grammar import GrammarError, read_plan
from custom_components.llmos_assistant.engine.protocol import Step
from custom_components.llmos_assistant.engine.utterance import split_words


@pytest.mark.parametrize(
    ("text", "tokens", "steps"),
    [
        ("Tell me a joke", "<chat>", []),
        (
            "Turn off the Reading Lamp",
            "<HassTurnOff> <@name> <3> <4>",
            [Step("HassTurnOff", {"name": "Reading Lamp"})],
        ),
        (
            "lights off in the hall and open the blinds",
            "<HassTurnOff> <@domain> <=light> <@area> <4> <4> "
            "<HassTurnOn> <@domain> <=cover> <@device_class> <=blind>",
            [
                Step("HassTurnOff", {"domain": "light", "area": "hall"}),
                Step("HassTurnOn", {"domain": "cover", "device_class": "blind"}),
            ],
        ),
        (
            "desk lamp to forty percent",
            "<HassLightSet> <@name> <0> <1> <@brightness> <3> <3>",
            [Step("HassLightSet", {"name": "desk lamp", "brightness": 40})],
        ),
        (
            "maximum brightness",
            "<HassLightSet> <@brightness> <=100>",
            [Step("HassLightSet", {"brightness": 100})],
        ),
        (
            "dim it",
            "<HassLightSet> <@brightness> <=down>",
            [Step("HassLightSet", {"brightness": "down"})],
        ),
        (
            "volume down by 20",
            "<HassSetVolumeRelative> <@volume_step> <=down> <3> <3>",
            [Step("HassSetVolumeRelative", {"volume_step": -20})],
        ),
        (
            "off, lamp, please",
            "<HassTurnOff> <@name> <1> <3>",
            [Step("HassTurnOff", {"name": "lamp"})],
        ),
        (
            "timer for an hour and a half",
            "<HassStartTimer> <@hours> <2> <2>",
            [Step("HassStartTimer", {"hours": 1, "minutes": 30})],
        ),
        (
            "take half a minute off the 2.5 minutes timer",
            "<HassDecreaseTimer> <@minutes> <1> <1> <@start_minutes> <5> <5>",
            [Step("HassDecreaseTimer", {"seconds": 30, "start_minutes": 2, "start_seconds": 30})],
        ),
    ],
)
def test_read_plan(text: str, tokens: str, steps: list[Step]) -> None:
    """Pointers become the words as spoken, labels and numbers what they stand for."""
    assert list(read_plan(tokens.split(), split_words(text), text)) == steps


@pytest.mark.parametrize(
    "tokens",
    [
        "",
        "<@name> <0> <0>",
        "<chat> <HassTurnOn>",
        "<HassTurnOn> <@name>",
        "<HassTurnOn> <@name> <0>",
        "<HassTurnOn> <@name> <1> <0>",
        "<HassTurnOn> <@name> <0> <9>",
        "<HassTurnOn> <@name> <0> <0> <@name> <1> <1>",
        "<HassLightSet> <@brightness> <0> <0>",
        "<HassLightSet> <@domain> <=light> <=fan>",
        "<HassTurnOn> ▁lamp",
    ],
)
def test_no_plan(tokens: str) -> None:
    """What is no plan is refused, not guessed at."""
    text = "lamp on"
    with pytest.raises(GrammarError):
        read_plan(tokens.split(), split_words(text), text)

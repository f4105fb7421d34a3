"""How SLURP's utterances are judged, and where the table goes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from custom_components.llmos_assistant.engine.protocol import SlotValue, Step
from evaluation import slurp
from evaluation.table import Evaluation, Row, write_table
from tests.homes.peer import Peer
from tests.homes.small import furnish, open_empty, synthetic


def _row(label: str, annotated: str) -> dict[str, Any]:
    text = slurp._ANNOTATION.sub(lambda found: found[2], annotated)
    return {"label": label, "annotated": annotated, "text": text}


@pytest.mark.parametrize(
    ("label", "annotated", "can_do"),
    [
        ("iot_hue_lighton", "switch on the lights", True),
        ("alarm_set", "wake me at [time : nine]", False),
        ("datetime_query", "what's [date : today's] date", True),
        ("datetime_query", "what time is it in [place_name : beijing]", False),
        ("datetime_query", "what day is [event_name : thanksgiving]", False),
        ("lists_createoradd", "add milk to my [list_name : grocery] list", True),
        ("lists_createoradd", "add this item to the list", False),
        ("lists_createoradd", "create a new list", False),
        ("lists_remove", "take milk off my [list_name : grocery] list", True),
        ("lists_remove", "remove the list of [list_name : things to do]", False),
    ],
)
def test_what_a_home_can_do(label: str, annotated: str, can_do: bool) -> None:
    assert slurp.can_do(_row(label, annotated)) is can_do


@pytest.mark.parametrize(
    ("label", "annotated", "step", "right"),
    [
        (
            "iot_hue_lightoff",
            "lights off in the [house_place : bed room]",
            ("HassTurnOff", {"domain": "light", "area": "bedroom"}),
            "both",
        ),
        (
            "iot_hue_lightoff",
            "lights off in the [house_place : bedroom]",
            ("HassTurnOff", {"domain": "light"}),
            "intent",
        ),
        ("iot_hue_lightoff", "turn off the lights", ("HassTurnOff", {"domain": "fan"}), "intent"),
        ("iot_hue_lightoff", "turn off the lights", ("HassTurnOn", {"domain": "light"}), "none"),
        (
            "iot_hue_lightchange",
            "make the [house_place : room] [color_type : red]",
            ("HassLightSet", {"color": "red"}),
            "both",
        ),
        (
            "iot_hue_lightchange",
            "make the [house_place : room] [color_type : red]",
            ("HassLightSet", {"color": "blue"}),
            "intent",
        ),
        ("iot_cleaning", "start the [device_type : robot vacuum]", ("HassVacuumStart", {}), "both"),
        (
            "iot_wemo_on",
            "turn on the [device_type : smart plug]",
            ("HassTurnOn", {"domain": "switch"}),
            "both",
        ),
        ("iot_coffee", "make me a coffee", ("HassTurnOn", {"name": "coffee machine"}), "both"),
        ("iot_coffee", "make me a coffee", ("HassTurnOn", {"domain": "light"}), "intent"),
        (
            "play_radio",
            "play [radio_name : nine hundred and fifty one fm]",
            ("HassMediaSearchAndPlay", {"search_query": "951"}),
            "both",
        ),
        (
            "play_music",
            "play [song_name : lady] by [artist_name : kenny rogers]",
            ("HassMediaSearchAndPlay", {"search_query": "lady"}),
            "intent",
        ),
        (
            "lists_remove",
            "take milk off my [list_name : grocery] list",
            ("HassShoppingListCompleteItem", {"item": "milk"}),
            "both",
        ),
    ],
)
def test_what_is_right(
    label: str, annotated: str, step: tuple[str, dict[str, SlotValue]], right: str
) -> None:
    row, steps = _row(label, annotated), [Step(*step)]
    assert slurp.intent_right(row, steps) is (right != "none")
    assert right == "none" or slurp.words_right(row, steps) is (right == "both")


def test_no_other_step_may_act() -> None:
    row = _row("iot_cleaning", "at [time : nine] start the [device_type : roomba]")
    start = Step("HassVacuumStart")
    assert slurp.intent_right(row, [Step("LlmosLater", {"at": "nine"}), start])
    assert not slurp.intent_right(row, [start, Step("HassTurnOn", {"name": "roomba"})])


def test_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with_markers, without = tmp_path / "a.md", tmp_path / "b.md"
    with_markers.write_text("A\n<!-- evaluation -->\nold\n<!-- /evaluation -->\nB\n")
    without.write_text("C\n")
    evaluation = Evaluation([Row("right", 0.5, 1.0), Row("size", 8.04, unit="MB")])
    for _ in range(2):
        write_table(evaluation.table(), with_markers, without)
    assert with_markers.read_text() == (
        "A\n<!-- evaluation -->\n| | LLMOS Assistant | Home Assistant |\n| --- | ---: | ---: |\n"
        "| right | 50.0 % | 100.0 % |\n| size | 8.0 MB |  |\n<!-- /evaluation -->\nB\n"
    )
    assert without.read_text() == "C\n"
    assert "b.md has no" in capsys.readouterr().err


async def test_peer() -> None:
    """Home Assistant's agent is seen to read, in homes that are swapped, and carries out nothing."""
    async with open_empty() as hass:
        peer = Peer(hass, execute=False)
        await furnish(hass, synthetic(300))
        assert len([s for s in hass.states.async_all() if ".small_" in s.entity_id]) == 300
        reading = await peer.read("turn on the kitchen floor lamp")
        assert reading.steps == [Step("HassTurnOn", {"name": "Kitchen Floor Lamp"})]
        assert not reading.done
        await furnish(hass, {"areas": [{"name": "Den"}]})
        reading = await peer.read("turn on the kitchen floor lamp")
        assert not reading.steps
        assert not reading.only_place
        reading = await peer.read("turn on the lights")
        assert reading.only_place
        assert reading.guess == Step("HassTurnOn", {"domain": "light"})

"""What recognition took for other words, and what it must be left alone with."""

from __future__ import annotations

import pytest

from custom_components.llmos_assistant.engine.protocol import Plan, Step
from custom_components.llmos_assistant.engine.sounds import sound, sound_likeness
from custom_components.llmos_assistant.home.inventory import Area, Entity, Home
from custom_components.llmos_assistant.home.mishearing import is_safe, respell
from custom_components.llmos_assistant.home.reading import read

HOUSE = Home(
    areas=(Area("bath", "Bathroom"), Area("one", "Suite 1"), Area("two", "Suite 2")),
    entities=(
        Entity("light.aurora", "Aurora lamp", area_id="one"),
        Entity("light.sconce", "Ceiling sconce", area_id="two"),
        Entity("light.bedroom", "Bedroom light"),
        Entity("climate.ac", "AC"),
        Entity("switch.percolator", "Percolator"),
        Entity("media_player.kef", "Kef speakers"),
        Entity("media_player.marantz", "marantz_studio"),
        Entity("light.left", "Alcove left"),
        Entity("light.right", "Alcove right"),
        Entity("lock.conexis", "Conexis"),
        Entity("cover.gate", "Drive gate", device_class="gate"),
        Entity("alarm_control_panel.texecom", "Texecom", options={"arm": ("home", "away")}),
    ),
)


@pytest.mark.parametrize(
    ("heard", "said"),
    [
        ("turn of the or aura lamp", "turn off the Aurora lamp"),
        ("switch on the perk elater", "switch on the Percolator"),
        ("turn up the keff speakers", "turn up the Kef speakers"),
        ("mute the mar ants", "mute the marantz"),
        ("the sealing sconce on", "the Ceiling sconce on"),
        ("set the a sea to twenty", "set the AC to twenty"),
        ("lights on in sweet to", "lights on in Suite 2"),
        ("lights on in sweet won", "lights on in Suite 1"),
    ],
)
def test_words_that_sound_like_a_name_become_it(heard: str, said: str) -> None:
    assert respell(heard, HOUSE) == said


@pytest.mark.parametrize(
    "text",
    [
        "turn on the aurora lamp",  # heard right
        "turn on the bathroom light",  # another thing than the bedroom light
        "turn on the bathroom",
        "what is the capital of France",
        "turn on the alcove",  # either
        "how do I make a good coffee",
        "",
    ],
)
def test_all_else_stays_as_it_is(text: str) -> None:
    assert respell(text, HOUSE) == text


def test_of_two_names_that_sound_alike_neither_is_taken() -> None:
    twins = Home(entities=(Entity("light.a", "Hue Go"), Entity("light.b", "Hugh Go")))
    assert respell("turn on the hew go", twins) == "turn on the hew go"


@pytest.mark.parametrize(
    ("step", "may_be_done"),
    [
        (Step("HassTurnOn", {"name": "aurora lamp"}), True),
        (Step("HassTurnOff", {"name": "conexis", "domain": "lock"}), False),
        (Step("HassTurnOn", {"name": "conexis"}), False),
        (Step("HassTurnOff", {"name": "drive gate"}), False),
        (Step("LlmosSetMode", {"name": "texecom", "mode": "away"}), False),
        (Step("HassGetState", {"name": "conexis", "state": "locked"}), True),
    ],
)
def test_nothing_that_keeps_people_out_moves_on_a_guess(step: Step, may_be_done: bool) -> None:
    understood = read(Plan((step,), 1.0), "unlock conexis", HOUSE, None, None)
    assert understood.grounding.steps[0].entity_ids
    assert is_safe(understood) is may_be_done


@pytest.mark.parametrize(
    ("one", "other"),
    [("TV", "tee vee"), ("Philip", "filip"), ("night", "nite"), ("Quay", "kway"), ("2", "too")],
)
def test_one_sound_has_many_spellings(one: str, other: str) -> None:
    assert sound(one) == sound(other)


def test_likeness_is_a_share_of_all_sounds() -> None:
    assert sound_likeness("", "") == 1
    assert sound_likeness("lamp", "lamp") == 1
    assert sound_likeness("lamp", "lump") > sound_likeness("lamp", "land") > 0.4
    assert sound_likeness("bat", "pat") > sound_likeness("bat", "sat")

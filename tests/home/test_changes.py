"""Changes that are counted from what is set now: dimmer, warmer, ten more, all the way."""

from __future__ import annotations

import pytest

from custom_components.llmos_assistant.engine.protocol import Plan, SlotValue, Step
from custom_components.llmos_assistant.home.grounded import Grounding
from custom_components.llmos_assistant.home.grounding import ground
from custom_components.llmos_assistant.home.inventory import Area, Entity, Home
from custom_components.llmos_assistant.home.problems import ProblemKind

type Slots = dict[str, SlotValue]

LIGHT, HEAT, FAN = "HassLightSet", "HassClimateSetTemperature", "HassFanSetSpeed"
VOLUME, LOUDER, POSITION = "HassSetVolume", "HassSetVolumeRelative", "HassSetPosition"

HOME = Home(
    areas=(Area("den", "Den"), Area("loft", "Loft")),
    entities=(
        Entity("light.den", "Lamp", area_id="den", state="on", levels={"brightness": 50}),
        Entity("light.spot", "Spot", area_id="den", state="on", levels={"brightness": 90}),
        Entity("light.strip", "Strip", area_id="loft", state="on"),
        Entity("climate.den", "Radiator", area_id="den", state="heat", levels={"temperature": 20}),
        Entity("climate.loft", "Loft heater", area_id="loft", levels={"temperature": 68}),
        Entity("fan.den", "Fan", area_id="den", state="on", levels={"percentage": 40}),
        Entity("cover.den", "Blind", (), "blind", "den", "open", {"position": 40}),
        Entity("media_player.den", "Radio", area_id="den", state="playing", levels={"volume_level": 30}),
    ),
)  # fmt: skip


def changed(
    text: str, intent: str, slots: Slots, *recent: str, here: str | None = None
) -> Grounding:
    """The step, after these things were spoken of."""
    return ground(Plan((Step(intent, slots),), 1.0), HOME, here, recent, text)


@pytest.mark.parametrize(
    ("text", "intent", "slots", "slot", "value"),
    [
        ("the lamp a bit brighter", LIGHT, {"name": "lamp", "brightness": "up"}, "brightness", 70),
        ("the lamp ten percent dimmer", LIGHT, {"name": "lamp", "brightness_step": -10}, "brightness", 40),
        ("spot up by twenty", LIGHT, {"name": "spot", "brightness_step": 20}, "brightness", 100),
        ("lamp all the way up", LIGHT, {"name": "lamp", "brightness": "up"}, "brightness", 100),
        ("lamp all the way down", LIGHT, {"name": "lamp", "brightness": "down"}, "brightness", 1),
        ("blind all the way down", POSITION, {"name": "blind", "position": "down"}, "position", 0),
        ("radiator up", HEAT, {"name": "radiator", "temperature": "up"}, "temperature", 21),
        ("loft heater up", HEAT, {"name": "loft heater", "temperature": "up"}, "temperature", 70),
        # no room is set below zero, and there is no end of a scale to go to
        ("radiator down 2", HEAT, {"name": "radiator", "temperature": -2}, "temperature", 18),
        ("radiator as warm as it goes", HEAT, {"name": "radiator", "temperature": "up"}, "temperature", 21),
    ],
)  # fmt: skip
def test_counted_from_what_is_set(
    text: str, intent: str, slots: Slots, slot: str, value: float
) -> None:
    (step,) = changed(text, intent, slots).steps

    assert (step.problem, step.slots[slot]) == (None, value)


@pytest.mark.parametrize(
    "slots", [{"name": "strip", "brightness": "up"}, {"name": "strip", "temperature": "up"}]
)
def test_what_is_set_to_nothing_goes_neither_up_nor_down(slots: Slots) -> None:
    problem = changed("strip up", LIGHT, slots).problem

    assert problem is not None
    assert (problem.kind, problem.spoken) == (ProblemKind.NO_LEVEL, "Strip")


@pytest.mark.parametrize(
    ("text", "intent", "slots", "meant", "slot", "value"),
    [
        ("make it 60", LIGHT, {"brightness": 60, "target": "last"}, FAN, "percentage", 60),
        ("a bit less", LIGHT, {"brightness": "down", "target": "last"}, FAN, "percentage", 20),
        ("fan at 60", LOUDER, {"name": "fan", "volume_step": 60}, FAN, "percentage", 60),
        ("radio at 40", LIGHT, {"name": "radio", "brightness": 40}, VOLUME, "volume_level", 40),
    ],
)
def test_the_number_is_the_one_that_the_thing_has(
    text: str, intent: str, slots: Slots, meant: str, slot: str, value: float
) -> None:
    """Whatever the command model, which does not know the thing, took it for."""
    (step,) = changed(text, intent, slots, "fan.den").steps

    assert (step.problem, step.intent, step.slots[slot]) == (None, meant, value)


@pytest.mark.parametrize(
    ("text", "intent", "slots", "recent", "here", "entity_ids"),
    [
        # what was spoken of
        ("a bit dimmer", LIGHT, {"brightness": "down"}, "light.den", None, {"light.den"}),
        ("turn it off", "HassTurnOff", {"domain": "light"}, "light.den", "loft", {"light.den"}),
        ("the other one", "HassTurnOff", {"target": "other"}, "light.den", None, {"light.spot"}),
        # nothing of that kind was
        ("a bit dimmer", LIGHT, {"brightness": "down"}, "fan.den", "den", {"light.den", "light.spot"}),
        ("pause it", "HassMediaPause", {"target": "last"}, "light.den", "den", {"media_player.den"}),
    ],
)  # fmt: skip
def test_what_was_spoken_of_is_changed(
    text: str, intent: str, slots: Slots, recent: str, here: str | None, entity_ids: set[str]
) -> None:
    (step,) = changed(text, intent, slots, recent, here=here).steps

    assert (step.problem, set(step.entity_ids)) == (None, entity_ids)


def test_nothing_was_spoken_of() -> None:
    """ "It" out of the blue is nothing that could be turned off."""
    problem = changed("turn it off", "HassTurnOff", {"target": "last"}).problem

    assert problem is not None
    assert problem.kind is ProblemKind.UNKNOWN_NAME

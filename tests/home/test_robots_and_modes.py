"""Robots that are paused, fans that turn, modes by the words that people use for them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from custom_components.llmos_assistant.engine.protocol import Plan, SlotValue, Step
from custom_components.llmos_assistant.home.grounding import ground
from custom_components.llmos_assistant.home.inventory import Entity, Home
from custom_components.llmos_assistant.home.problems import ProblemKind

from .test_beyond_intents import grounded

type Slots = dict[str, SlotValue]

MOWER = Entity("lawn_mower.clippy", "Clippy", area_id="garden", state="mowing")


@pytest.mark.parametrize(
    ("intent", "slots", "done", "entity_id"),
    [
        ("HassMediaPause", {"name": "rosie"}, "LlmosPause", "vacuum.rosie"),
        ("HassMediaPause", {"domain": "vacuum"}, "LlmosPause", "vacuum.rosie"),
        ("HassMediaPause", {"domain": "lawn_mower"}, "LlmosPause", "lawn_mower.clippy"),
        ("HassMediaUnpause", {"name": "rosie"}, "HassVacuumStart", "vacuum.rosie"),
        ("HassMediaUnpause", {"name": "clippy"}, "HassLawnMowerStartMowing", "lawn_mower.clippy"),
        ("HassMediaUnpause", {"domain": "vacuum"}, "HassVacuumStart", "vacuum.rosie"),
        ("HassMediaPause", {"name": "tv"}, "HassMediaPause", "media_player.living"),
    ],
)
def test_paused(home: Home, intent: str, slots: Slots, done: str, entity_id: str) -> None:
    """Robots are paused, not only music."""
    home = replace(home, entities=(*home.entities, MOWER))
    (step,) = grounded(home, (intent, slots)).steps
    assert step.problem is None
    assert (step.intent, step.entity_ids) == (done, (entity_id,))


def test_it_is_a_robot(home: Home) -> None:
    """ "Pause it", after the vacuum was sent out."""
    plan = Plan((Step("HassMediaPause", {"target": "last"}),))
    (step,) = ground(plan, home, recent_ids=("vacuum.rosie",)).steps
    assert (step.intent, step.entity_ids) == ("LlmosPause", ("vacuum.rosie",))


TURNING = Entity("fan.den", "Dyson", options={"oscillating": ("oscillating", "still")})


@pytest.mark.parametrize(
    ("intent", "mode", "option"),
    [
        ("LlmosSetMode", "oscillate", "oscillating"),
        ("LlmosSetMode", "swing", "oscillating"),
        ("HassTurnOff", "rotating", "still"),
    ],
)
def test_a_fan_turns(home: Home, intent: str, mode: str, option: str) -> None:
    """Oscillation is a mode that a fan has, or has not."""
    home = replace(home, entities=(*home.entities, TURNING))
    (step,) = grounded(home, (intent, {"name": "dyson", "mode": mode})).steps
    assert step.problem is None
    assert (step.intent, step.slots["option"]) == ("LlmosSetMode", option)


MODES = (
    Entity(
        "climate.loft", "Loft AC", state="off",
        options={"hvac_mode": ("off", "heat", "cool", "fan_only"), "preset_mode": ("eco", "away")},
    ),
    Entity("media_player.den", "Den TV", options={"source": ("HDMI 1", "HDMI 2", "Netflix")}),
    Entity("humidifier.den", "Humidifier", options={"mode": ("normal", "sleep")}),
)  # fmt: skip


@pytest.mark.parametrize(
    ("slots", "entity_id", "attribute", "option"),
    [
        ({"name": "loft ac", "mode": "cooling"}, "climate.loft", "hvac_mode", "cool"),
        ({"name": "loft ac", "mode": "eco mode"}, "climate.loft", "preset_mode", "eco"),
        ({"name": "loft ac", "mode": "fan only"}, "climate.loft", "hvac_mode", "fan_only"),
        ({"name": "den tv", "mode": "hdmi two"}, "media_player.den", "source", "HDMI 2"),
        ({"name": "den tv", "mode": "netflicks"}, "media_player.den", "source", "Netflix"),
        ({"domain": "humidifier", "mode": "night mode"}, "humidifier.den", "mode", "sleep"),
    ],
)
def test_modes(home: Home, slots: Slots, entity_id: str, attribute: str, option: str) -> None:
    """Modes, presets and sources, by the words that people use."""
    home = replace(home, entities=(*home.entities, *MODES))
    (step,) = grounded(home, ("LlmosSetMode", slots)).steps
    assert step.problem is None
    assert step.entity_ids == (entity_id,)
    assert (step.slots["attribute"], step.slots["option"]) == (attribute, option)


def test_no_such_mode(home: Home) -> None:
    """Is said, with the word that was understood."""
    home = replace(home, entities=(*home.entities, *MODES))
    problem = grounded(home, ("LlmosSetMode", {"name": "loft ac", "mode": "disco"})).problem
    assert problem is not None
    assert (problem.kind, problem.spoken) == (ProblemKind.NO_MODE, "disco")

"""Conditions, exceptions, times, and what is too risky to be guessed."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from custom_components.llmos_assistant.engine.protocol import Plan, SlotValue, Step
from custom_components.llmos_assistant.home.grounded import Grounding
from custom_components.llmos_assistant.home.grounding import ground
from custom_components.llmos_assistant.home.inventory import Home
from custom_components.llmos_assistant.home.problems import ProblemKind
from custom_components.llmos_assistant.home.times import next_time, split_duration

type Slots = dict[str, SlotValue]

NOW = datetime(2026, 10, 14, 19, 30, tzinfo=ZoneInfo("Europe/London"))


def grounded(
    home: Home, *steps: tuple[str, Slots], here: str | None = None, text: str = ""
) -> Grounding:
    """These steps, grounded."""
    plan = Plan(tuple(Step(intent, slots) for intent, slots in steps), 1.0)
    return ground(plan, home, here, text=text)


def with_states(home: Home, **states: str) -> Home:
    """The home with some states changed, by entity id with its point as two underscores."""
    changed = {entity_id.replace("__", "."): state for entity_id, state in states.items()}
    return replace(
        home,
        entities=tuple(
            replace(entity, state=changed.get(entity.entity_id, entity.state))
            for entity in home.entities
        ),
    )


@pytest.mark.parametrize(
    ("condition", "is_met"),
    [
        ({"domain": "person", "state": "home"}, True),
        ({"domain": "person", "state": "home", "quantity": "none"}, False),
        ({"name": "jane", "state": "home"}, True),
        ({"name": "me", "state": "not_home"}, False),
        ({"name": "bedroom window", "state": "open"}, True),
        ({"device_class": "window", "state": "closed", "quantity": "all"}, False),
        ({"name": "tv", "state": "playing"}, True),
        ({"name": "tv", "state": "off"}, False),
        ({"condition": "rainy"}, True),
        ({"condition": "sunny"}, False),
        ({"condition": "rainy", "quantity": "none"}, False),
        ({"condition": "dark"}, True),
        ({"device_class": "temperature", "area": "living room", "above": 20}, True),
        ({"device_class": "temperature", "area": "bedroom", "above": 20}, False),
        ({"device_class": "temperature", "area": "bedroom", "below": 20}, True),
    ],
)
def test_conditions(home: Home, condition: Slots, is_met: bool) -> None:
    """What follows a condition is kept where it is so, and left out where not."""
    home = replace(with_states(home, weather__home="rainy"), sun="below_horizon")
    measured = {"sensor.living_temperature": 21.0, "sensor.bedroom_temperature": 19.0}
    home = replace(
        home,
        entities=tuple(
            replace(e, levels={"measured": measured[e.entity_id]}) if e.entity_id in measured else e
            for e in home.entities
        ),
    )
    grounding = grounded(home, ("LlmosIf", condition), ("HassTurnOn", {"name": "reading lamp"}))
    assert grounding.problem is None
    assert len(grounding.steps) == (2 if is_met else 1)
    assert (grounding.unmet is None) == is_met


def test_a_condition_that_cannot_be_known(home: Home) -> None:
    """Is a problem, and nothing is done."""
    grounding = grounded(home, ("LlmosIf", {"name": "the moat"}), ("HassTurnOn", {"name": "tv"}))
    assert grounding.problem is not None
    assert len(grounding.steps) == 1


@pytest.mark.parametrize(
    ("slots", "left"),
    [
        (
            {"domain": "light", "area": "kitchen", "except": "the counter light"},
            {"light.kitchen_1"},
        ),
        ({"domain": "light", "area": "lou's room", "except": "bed light two"}, {"light.lou_1"}),
        (
            {
                "domain": "light",
                "area": "all",
                "except": "lou's room, …, the kitchen and the garage",
            },
            {"light.living", "light.play", "light.bedroom", "light.bedroom_2"},
        ),
        (
            {
                "domain": "light",
                "floor": "ground floor",
                "except": "the play corner or the garage light",
            },
            {"light.kitchen_1", "light.kitchen_2", "light.living"},
        ),
        (
            {"domain": "cover", "area": "living room", "except": "the left one"},
            {"cover.living_right"},
        ),
        # all of a kind, those of a room by whose it is, and what is not among them
        (
            {
                "domain": "light",
                "area": "all",
                "except": "the ones in lou's room and the garage, he sleeps",
            },
            {
                "light.kitchen_1",
                "light.kitchen_2",
                "light.living",
                "light.play",
                "light.bedroom",
                "light.bedroom_2",
            },
        ),
        (
            {"area": "living room", "except": "the fan"},
            {"light.living", "light.play", "media_player.living", "switch.tv"},
        ),
        (
            {"domain": "light", "area": "kitchen", "except": "the counter light, …"},
            {"light.kitchen_1"},
        ),
        (
            {"domain": "light", "area": "kitchen", "except": "lou's and the coffee machine"},
            {"light.kitchen_1", "light.kitchen_2"},
        ),
    ],
)
def test_exceptions(home: Home, slots: Slots, left: set[str]) -> None:
    """All but what was named."""
    (step,) = grounded(home, ("HassTurnOff", slots)).steps
    assert (set(step.entity_ids), step.each, step.problem) == (left, len(left) > 1, None)


def test_except_here(home: Home) -> None:
    """ "All but this room" is about where it is said."""
    slots: Slots = {"domain": "light", "area": "all", "except": "this room"}
    (step,) = grounded(home, ("HassTurnOff", slots), here="kitchen").steps
    assert step.problem is None
    assert not {"light.kitchen_1", "light.kitchen_2"} & set(step.entity_ids)
    assert "light.bedroom" in step.entity_ids


def test_unknown_exception(home: Home) -> None:
    """If it is not known what to leave out, nothing is done."""
    slots: Slots = {"domain": "light", "area": "all", "except": "the zeppelin"}
    problem = grounded(home, ("HassTurnOff", slots)).problem
    assert problem is not None
    assert problem.kind is ProblemKind.UNKNOWN_NAME


@pytest.mark.parametrize(
    ("spoken", "expected"),
    [
        ("10", (22, 0)),
        ("7 in the morning", (31, 0)),
        ("half past 10", (22, 30)),
        ("quarter to 11", (22, 45)),
        ("10 to 8 pm", (19, 50)),
        ("8:15 pm", (20, 15)),
        ("20:05", (20, 5)),
        ("6 30 a.m.", (30, 30)),
        ("noon", (36, 0)),
        ("midnight", (24, 0)),
        ("8 o'clock", (20, 0)),
        ("half 9", (21, 30)),
    ],
)
def test_times(spoken: str, expected: tuple[int, int]) -> None:
    """The next time that the clock shows it; hours over 24 are tomorrow's."""
    hours, minutes = expected
    midnight = NOW.replace(hour=0, minute=0)
    assert next_time(spoken, NOW) == midnight + timedelta(hours=hours, minutes=minutes)


@pytest.mark.parametrize("spoken", ["", "sunset", "45:99"])
def test_no_time(spoken: str) -> None:
    """What is no time of day."""
    assert next_time(spoken, NOW) is None


def test_later(home: Home) -> None:
    """ "At quarter to eleven" is a timer that carries the command."""
    slots: Slots = {"at": "quarter to 11", "conversation_command": "turn off the tv"}
    (step,) = grounded(replace(home, now=NOW), ("LlmosLater", slots)).steps
    assert step.intent == "HassStartTimer"
    assert step.slots == {"conversation_command": "turn off the tv", "hours": 3, "minutes": 15}
    assert split_duration(3600 + 90) == {"hours": 1, "minutes": 1, "seconds": 30}


def test_for_a_while(home: Home) -> None:
    """A duration is no slot of the intent: it says when to take it back."""
    slots: Slots = {"name": "reading lamp", "for_hours": 1, "for_minutes": 30}
    (step,) = grounded(home, ("HassTurnOn", slots)).steps
    assert (step.slots, step.undo_after) == ({"name": "Reading Lamp"}, 5400)


@pytest.mark.parametrize(
    ("spoken", "minutes"), [("10", 150), ("half past 10", 180), ("noon", 990), ("7 pm", 1410)]
)
def test_until(home: Home, spoken: str, minutes: int) -> None:
    """ "Until ten" says when to take it back, not when to do it."""
    slots: Slots = {"name": "reading lamp", "at": spoken}
    (step,) = grounded(replace(home, now=NOW), ("HassTurnOn", slots)).steps
    assert (step.slots, step.undo_after) == ({"name": "Reading Lamp"}, minutes * 60)


def test_until_no_time(home: Home) -> None:
    """Nothing is done for good that was asked for a while."""
    slots: Slots = {"name": "reading lamp", "at": "the cows come home"}
    (step,) = grounded(replace(home, now=NOW), ("HassTurnOn", slots)).steps
    assert step.problem is not None
    assert step.problem.kind is ProblemKind.NO_TIME


@pytest.mark.parametrize(
    ("condition", "done"),
    [
        ({"condition": "rainy"}, [("HassTurnOff", "cover.living_left")]),
        (
            {"condition": "sunny"},
            [("HassTurnOn", "cover.living_left"), ("HassTurnOn", "light.garage")],
        ),
    ],
)
def test_otherwise(home: Home, condition: Slots, done: list[tuple[str, str]]) -> None:
    """One side is done, and "it" means there what it means on the other."""
    steps = grounded(
        with_states(home, weather__home="rainy"),
        ("LlmosIf", condition),
        ("HassTurnOff", {"name": "left blind"}),
        ("LlmosIf", {"target": "other"}),
        ("HassTurnOn", {"target": "last"}),
        ("HassTurnOn", {"name": "garage light"}),
    )
    assert steps.problem is None
    assert steps.unmet is None
    acted = [(s.intent, s.entity_ids[0]) for s in steps.steps if s.intent != "LlmosIf"]
    assert acted == done


def test_otherwise_of_what_cannot_be_known(home: Home) -> None:
    """Neither side is done."""
    steps = grounded(
        home,
        ("LlmosIf", {"name": "attic hatch", "state": "open"}),
        ("HassTurnOff", {"name": "reading lamp"}),
        ("LlmosIf", {"target": "other"}),
        ("HassTurnOn", {"name": "reading lamp"}),
    )
    assert steps.problem is not None
    assert [step.intent for step in steps.steps] == ["LlmosIf"]


@pytest.mark.parametrize(
    ("intent", "slots", "text", "is_asked"),
    [
        ("HassTurnOn", {"name": "garage door"}, "open the garage door", False),
        ("HassTurnOn", {"domain": "cover", "device_class": "garage"}, "open the garage", False),
        ("HassTurnOn", {"domain": "cover", "device_class": "garage"}, "let the car in", True),
        ("HassTurnOn", {"name": "main valve"}, "open the main valve", False),
        ("HassTurnOn", {"name": "mayn valve"}, "open the mayn valve", True),
        ("HassTurnOff", {"domain": "lock"}, "unlock the door", False),
        ("HassTurnOff", {"domain": "lock"}, "it's only me", True),
        ("HassTurnOn", {"domain": "lock"}, "we're off to bed", False),
    ],
)
def test_never_guessed(home: Home, intent: str, slots: Slots, text: str, is_asked: bool) -> None:
    """Unlocking and opening what keeps people or water out has to be said."""
    problem = grounded(home, (intent, slots), text=text).problem
    assert (problem is not None and problem.kind is ProblemKind.CONFIRM) == is_asked


def test_what_is_on_is_what_is_turned_off(home: Home) -> None:
    """Of two with the same name, the one that is on."""
    home = with_states(home, light__kitchen_1="off", light__bedroom_2="on")
    (step,) = grounded(home, ("HassTurnOff", {"name": "overhead light"})).steps
    assert (step.entity_ids, step.problem) == (("light.bedroom_2",), None)


@pytest.mark.parametrize("intent", ["HassMediaPause", "HassMediaNext", "HassSetVolumeRelative"])
def test_what_plays_is_what_is_paused(home: Home, intent: str) -> None:
    """Said in a room whose speaker is silent, while the TV plays elsewhere."""
    slots: Slots = {"volume_step": "down"} if intent == "HassSetVolumeRelative" else {}
    (step,) = grounded(home, (intent, slots), here="kitchen").steps
    assert (step.entity_ids, step.problem) == (("media_player.living",), None)


def test_a_vacuum_is_sent_to_several_rooms_at_once(home: Home) -> None:
    """One step: the second room would replace the first."""
    steps = tuple(Step("HassVacuumCleanArea", {"area": area}) for area in ("kitchen", "bedroom"))

    (step,) = ground(Plan(steps, 1.0), home, text="hoover the kitchen and the bedroom").steps

    assert step.intent == "LlmosCleanAreas"
    assert step.slots["areas"] == "kitchen,bedroom"

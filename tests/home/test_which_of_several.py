"""Which of several things are meant, by all that an utterance says: whose, what plays, what is said beside it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from custom_components.llmos_assistant.engine.protocol import Plan, SlotValue, Step
from custom_components.llmos_assistant.home.conditions import is_in
from custom_components.llmos_assistant.home.follow_ups import Turn
from custom_components.llmos_assistant.home.grounded import Grounding
from custom_components.llmos_assistant.home.grounding import ground
from custom_components.llmos_assistant.home.inventory import Area, Entity, Home
from custom_components.llmos_assistant.home.problems import ProblemKind

OFF, ON, ASK, SET = "HassTurnOff", "HassTurnOn", "HassGetState", "HassLightSet"
type Slots = dict[str, SlotValue]

HOME = Home(
    areas=(
        Area("tom", "Tom's room"),
        Area("jess", "Jess's room"),
        Area("hall", "Hall"),
        Area("landing", "Landing"),
        Area("bath", "Bathroom"),
    ),
    entities=(
        Entity("light.tom", "Desk lamp", area_id="tom", state="on", levels={"kelvin": 3000}),
        Entity("light.jess", "Desk lamp", area_id="jess", state="on", levels={"kelvin": 3000}),
        Entity("light.hue", "Hue Go", area_id="jess", state="on"),
        Entity("light.floor", "Tradfri lamp", area_id="tom", state="on"),
        Entity("light.bedside_t", "Bedside", area_id="tom", state="on"),
        Entity("light.bedside_j", "Bedside", area_id="jess", state="on"),
        Entity("light.hall", "Hall light", area_id="hall"),
        Entity("light.landing", "Landing light", area_id="landing"),
        Entity("light.bath", "Vanity", area_id="bath", state="on", levels={"kelvin": 4000}),
        Entity("fan.tom", "Fan", area_id="tom", state="on"),
        Entity("fan.jess", "Fan", area_id="jess", state="on"),
        Entity("switch.dishwasher", "Dishwasher", area_id="hall", state="on"),
        Entity("sensor.dishwasher", "Dishwasher power", (), "power", "hall", "1840"),
        Entity("switch.kettle", "Kettle", area_id="hall"),
        Entity("switch.gaggia", "Gaggia espresso", area_id="hall"),
        Entity("switch.washer", "Washing machine", area_id="bath"),
        Entity("sensor.wash_time", "Washing machine time left", (), "duration", "bath", "24"),
        Entity("sensor.propane", "Propane tank", state="34"),
        Entity("sensor.attic_battery", "Attic battery", (), "battery", "landing", "20", {"measured": 20}),
        Entity("sensor.eufy_battery", "Eufy battery", (), "battery", "hall", "80", {"measured": 80}),
        Entity("vacuum.eufy", "Eufy", area_id="hall", state="docked"),
        Entity("climate.tom", "Radiator", area_id="tom", state="heat", levels={"temperature": 20}),
        Entity("media_player.tv", "LG TV", area_id="hall", state="playing",
               options={"source": ("Netflix", "CBeebies")}),
        Entity("media_player.sonos", "Sonos", area_id="bath", state="playing"),
        Entity("media_player.radio", "Radio", area_id="jess", state="idle"),
        Entity("lock.front", "Front door lock", area_id="hall", state="locked"),
        Entity("todo.jobs", "Jobs to-do"),
        Entity("todo.aldi", "Aldi"),
    ),
)  # fmt: skip


def meant(
    text: str, *steps: tuple[str, Slots], here: str | None = None, recent: tuple[str, ...] = ()
) -> Grounding:
    """What a plan for `text` comes to."""
    plan = Plan(tuple(Step(intent, slots) for intent, slots in steps), 1.0)
    return ground(plan, HOME, here, recent, text)


@pytest.mark.parametrize(
    ("text", "intent", "slots", "here", "entity_ids"),
    [
        # whose
        ("desk lamp off, jess's one", OFF, {"name": "desk lamp"}, "tom", {"light.jess"}),
        ("turn off tom's fan", OFF, {"domain": "fan", "name": "tom's"}, None, {"fan.tom"}),
        # made by
        ("the philips lamp off", OFF, {"name": "philips lamp"}, None, {"light.hue"}),
        ("the ikea lamp off", OFF, {"name": "ikea lamp"}, None, {"light.floor"}),
        # so called, one and all
        ("turn off every bedside light", OFF, {"area": "all", "domain": "light"}, None,
         {"light.bedside_t", "light.bedside_j"}),
        # where it is, said with its name
        ("the radiator in here off", OFF, {"name": "radiator in here"}, "tom", {"climate.tom"}),
        ("is the lock on the front door locked", ASK, {"name": "lock on the front door"}, None, {"lock.front"}),
        # what plays
        ("stop all the music", "HassMediaPause", {"area": "all"}, None, {"media_player.sonos"}),
        ("turn off everything that's playing", OFF, {"area": "all", "domain": "media_player"}, None,
         {"media_player.tv", "media_player.sonos"}),
        ("put netflix on", ON, {"name": "netflix"}, None, {"media_player.tv"}),
        # the thing, not what is measured of it
        ("is the dishwasher on", ASK, {"name": "dishwasher", "state": "on"}, None, {"switch.dishwasher"}),
        ("how much propane is left", ASK, {"domain": "todo", "item": "propane"}, None, {"sensor.propane"}),
        # what makes it, and what tells how long it still takes
        ("i fancy a brew", ON, {"name": "brew"}, None, {"switch.kettle"}),
        ("put a coffee on", ON, {"name": "coffee"}, None, {"switch.gaggia"}),
        ("how long's left on the wash", "HassTimerStatus", {"name": "wash"}, None, {"sensor.wash_time"}),
        ("when is the washing done", ASK, {"name": "washing"}, None, {"sensor.wash_time"}),
        # all lists, though "do" is said
        ("do we need leeks", ASK, {"domain": "todo", "item": "leeks"}, None, {"todo.jobs", "todo.aldi"}),
        ("make the vanity warmer", "HassClimateSetTemperature", {"area": "vanity", "temperature": "up"}, None,
         {"light.bath"}),
    ],
)  # fmt: skip
def test_meant(
    text: str, intent: str, slots: Slots, here: str | None, entity_ids: set[str]
) -> None:
    grounding = meant(text, (intent, slots), here=here)
    assert grounding.problem is None
    assert {i for step in grounding.steps for i in step.entity_ids} == entity_ids


def test_lists_are_not_sensors() -> None:
    """Where a list was spoken of, a sensor of that name is not meant."""
    step = meant("is propane on a list", (ASK, {"domain": "todo", "item": "propane"})).steps[0]
    assert set(step.entity_ids) == {"todo.jobs", "todo.aldi"}


def test_two_lamps_are_asked_about() -> None:
    """Nobody's name, nobody's lamp."""
    problem = meant("turn off the desk lamp", (OFF, {"name": "desk lamp"})).problem
    assert problem is not None
    assert problem.kind is ProblemKind.AMBIGUOUS_NAME


def test_each_place_that_was_named() -> None:
    """ "Hall, landing" is no room, but two."""
    steps = meant("lights on in hall, landing", (ON, {"domain": "light", "area": "hall, landing"}))
    assert [set(step.entity_ids) for step in steps.steps] == [{"light.hall"}, {"light.landing"}]


@pytest.mark.parametrize(
    ("text", "recent", "intent", "slots"),
    [
        ("a little less", "climate.tom", "HassClimateSetTemperature", {"temperature": 19}),
        ("a little less", "fan.tom", "HassFanSetSpeed", {"percentage": "down"}),
        ("a little less", "media_player.sonos", "HassSetVolumeRelative", {"volume_step": "down"}),
    ],
)
def test_less_of_what_was_set(text: str, recent: str, intent: str, slots: Slots) -> None:
    """The command model, which knows no turn before, writes brightness."""
    grounding = meant(text, (SET, {"brightness": "down", "target": "last"}), recent=(recent,))
    step = grounding.steps[0]
    assert step.intent == intent
    assert step.problem or slots.items() <= step.slots.items()


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("both off again", ("light.tom", "light.jess")),
        ("turn them off", ("light.tom", "light.jess")),
        ("turn it off", ("light.jess",)),
    ],
)
def test_both_of_two_turns(text: str, ids: tuple[str, ...]) -> None:
    plan = Plan((Step(ON, {"name": "desk lamp", "area": "jess's room"}),), 1.0)
    turn = Turn(plan, ground(plan, HOME), earlier=("light.tom",))
    assert turn.meant(text) == ids


def test_another_one_of_its_own() -> None:
    """ "The other one, the one in Jess's room" needs nothing to be other than."""
    slots: Slots = {"name": "desk lamp", "target": "other", "area": "jess's room"}
    assert meant("the other desk lamp off, jess's", (OFF, slots)).steps[0].entity_ids == (
        "light.jess",
    )


@pytest.mark.parametrize(("above", "is_met"), [(50, True), (90, False)])
def test_the_battery_of_the_vacuum(above: int, is_met: bool) -> None:
    """And not any battery of the home."""
    slots: Slots = {"above": above, "device_class": "battery", "domain": "vacuum"}
    assert meant("if the vacuum has charge", ("LlmosIf", slots)).steps[0].is_met is is_met


@pytest.mark.parametrize(
    ("celsius", "text", "is_met"),
    [(5, "if it's cold", True), (5, "if it's freezing out", False), (-1, "if there's frost", True)],
)
def test_frost_is_more_than_cold(celsius: float, text: str, is_met: bool) -> None:
    weather = Entity("weather.home", "Weather", levels={"temperature_celsius": celsius})
    home = replace(HOME, entities=(*HOME.entities, weather))
    plan = Plan((Step("LlmosIf", {"condition": "cold"}),), 1.0)
    assert ground(plan, home, text=text).steps[0].is_met is is_met


@pytest.mark.parametrize(
    ("text", "kelvin"), [("a colder white", 3800), ("a warmer white", 2200), ("cooler, 5000", 4500)]
)
def test_a_white_against_the_one_now(text: str, kelvin: int) -> None:
    """ "Colder" is told from what it is now, unless a number was said."""
    slots: Slots = {"name": "desk lamp", "area": "tom's room", "temperature": 4500}
    assert meant(text, (SET, slots)).steps[0].slots["temperature"] == kelvin


@pytest.mark.parametrize(
    ("text", "kelvin"),
    [
        ("less yellow", 3800),
        ("it's too warm a light", 3800),
        ("too harsh", 2200),
        ("make it cosy", 2200),
        ("whiter", 3800),
    ],
)
def test_too_warm_is_colder(text: str, kelvin: int) -> None:
    slots: Slots = {"name": "desk lamp", "area": "tom's room", "temperature": "up"}
    assert meant(text, (SET, slots)).steps[0].slots["temperature"] == kelvin


@pytest.mark.parametrize(
    ("domain", "state", "is_on"),
    [
        ("alarm_control_panel", "armed_home", True),
        ("alarm_control_panel", "disarmed", False),
        ("sensor", "running", True),
        ("sensor", "idle", False),
        ("climate", "heat", True),
        ("light", "unavailable", False),
    ],
)
def test_what_is_on(domain: str, state: str, is_on: bool) -> None:
    assert is_in(domain, state, "on") is is_on

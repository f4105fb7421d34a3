"""Things that people say without naming what they mean as the home has it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from custom_components.llmos_assistant.engine.protocol import Plan, SlotValue, Step
from custom_components.llmos_assistant.home.bare_names import run_by_name
from custom_components.llmos_assistant.home.follow_ups import Turn, resolve
from custom_components.llmos_assistant.home.grounding import ground
from custom_components.llmos_assistant.home.inventory import Area, Entity, Floor, Home
from custom_components.llmos_assistant.home.problems import ProblemKind
from custom_components.llmos_assistant.home.reading import read

type Slots = dict[str, SlotValue]

ON, OFF, SET = "HassTurnOn", "HassTurnOff", "HassClimateSetTemperature"
MODES = {"hvac_mode": ("off", "heat", "cool"), "fan_mode": ("quiet", "high")}

HOME = Home(
    floors=(Floor("up", "Upstairs", (), 1), Floor("down", "Downstairs", (), 0)),
    areas=(
        Area("den", "Den"),
        Area("main", "Main bedroom", ("our room",), "up"),
        Area("tractor", "Tractor shed"),
        Area("pump", "Pump shed"),
        Area("wood", "Woodshed"),
        Area("hall", "Hall", (), "down"),
        Area("living", "Living room"),
    ),
    entities=(
        Entity("climate.nest_up", "Upstairs Nest", area_id="main", state="off",
               levels={"temperature": 19}, options=MODES),
        Entity("climate.nest_down", "Downstairs Nest", area_id="hall", state="heat",
               levels={"temperature": 20}, options=MODES),
        Entity("climate.tado_den", "Tado den", area_id="den", state="heat", levels={"temperature": 18}),
        Entity("climate.air", "Portable air con", area_id="living", state="off",
               levels={"temperature": 19}, options=MODES),
        Entity("climate.tado", "Tado", area_id="living", state="off", levels={"temperature": 17},
               options={"hvac_mode": ("off", "heat")}),
        Entity("media_player.tv", "LG", device_class="tv", area_id="living", state="on"),
        Entity("media_player.tv_2", "Sony", device_class="tv", area_id="main", state="on"),
        Entity("media_player.sonos", "Sonos", device_class="speaker", area_id="hall", state="playing"),
        Entity("media_player.makita", "Makita", device_class="speaker", area_id="tractor", state="paused"),
        Entity("light.main", "Kitchen Main Lights", area_id="hall", state="on"),
        Entity("light.island", "Island Pendants", area_id="hall", state="on"),
        Entity("light.tractor", "Tractor light", area_id="tractor", state="on"),
        Entity("light.wood", "Shed lamp", area_id="wood"),
        Entity("switch.charger", "ChargePoint", ("car charger",), "outlet", "den"),
        Entity("switch.dry", "Ebac", ("dehumidifier",), "outlet", "den"),
        Entity("humidifier.hall", "Humidifier", area_id="hall", state="on", levels={"humidity": 40}),
        Entity("fan.hall", "Ceiling fan", area_id="hall", state="off"),
        Entity("cover.left", "Curtains", (), "curtain", "main", "open"),
        Entity("cover.right", "Blind right", (), "blind", "living", "open"),
        Entity("cover.velux", "Velux", (), "blind", "hall", "open"),
        Entity("lock.front", "Front door", area_id="hall", state="locked"),
        Entity("lock.back", "Back door", area_id="den", state="unlocked"),
        Entity("todo.lcbo", "LCBO"),
        Entity("todo.heb", "H-E-B"),
        Entity("scene.movie", "Movie night"),
        Entity("script.out", "Heading out"),
    ),
)  # fmt: skip


@pytest.mark.parametrize(
    ("text", "intent", "slots", "here", "entity_ids"),
    [
        # Every one of a name, of a kind that the home has no domain of its own for
        ("turn every tado to 15", SET, {"area": "all", "temperature": 15}, "hall",
         {"climate.tado", "climate.tado_den"}),
        ("kill every tv in the house", OFF, {"area": "all", "domain": "media_player"}, "hall",
         {"media_player.tv", "media_player.tv_2"}),
        # "Ones", and what is made of the word
        ("shut off the main ones", OFF, {"name": "main ones"}, "hall", {"light.main"}),
        ("start charging the car", ON, {"name": "charging the car"}, "hall", {"switch.charger"}),
        ("i want the dehumidifier on", ON, {"domain": "humidifier", "area": "den"}, "hall",
         {"switch.dry"}),
        # Places: a part of the name, the ending of the name, none at all
        ("bedroom nest to 20", SET, {"name": "bedroom nest", "temperature": 20}, "hall",
         {"climate.nest_up"}),
        ("turn the nest on in our room", ON, {"domain": "climate"}, "hall", {"climate.nest_up"}),
        ("shed light off", OFF, {"domain": "light", "area": "shed"}, "hall", {"light.tractor"}),
        ("shed light on", ON, {"domain": "light", "area": "shed"}, "wood", {"light.wood"}),
        ("i can't see to fetch the wood", ON, {"domain": "light", "area": "kindling"}, "wood",
         {"light.wood"}),
        ("could you lock the front door for the kids", ON,
         {"domain": "lock", "name": "front door", "area": "kids"}, "den", {"lock.front"}),
        ("lock the doors", ON, {"domain": "lock"}, "main", {"lock.back"}),
        # What plays here, what is paused here
        ("louder please", "HassSetVolumeRelative", {"volume_step": "up"}, "living",
         {"media_player.tv"}),
        ("carry on with the music", "HassMediaUnpause", {}, "tractor", {"media_player.makita"}),
        # Handlers that want a name
        ("set the humidity to 45", "HassHumidifierSetpoint", {"humidity": 45}, "hall",
         {"humidifier.hall"}),
        # "Right" that is no side
        ("the sun's right in my eyes", OFF, {"domain": "cover"}, "main", {"cover.left"}),
    ],
)  # fmt: skip
def test_what_is_meant(
    text: str, intent: str, slots: Slots, here: str, entity_ids: set[str]
) -> None:
    """By all that the utterance says, and where it is said."""
    (step,) = ground(Plan((Step(intent, slots),), 1.0), HOME, here, text=text).steps
    assert step.problem is None
    assert set(step.entity_ids) == entity_ids


def test_all_the_curtains_and_blinds() -> None:
    """Are all the blinds, too."""
    plan = Plan(
        (
            Step(OFF, {"area": "all", "domain": "cover", "device_class": "curtain"}),
            Step(OFF, {"domain": "cover", "device_class": "blind"}),
        )
    )
    curtains, blinds = ground(plan, HOME, "den", text="close all the curtains and blinds").steps
    assert set(curtains.entity_ids) == {"cover.left"}
    assert set(blinds.entity_ids) == {"cover.right", "cover.velux"}


@pytest.mark.parametrize(
    ("here", "wanted", "intent", "slots", "entity_ids"),
    [
        # What runs is changed; what does not is turned to what helps
        ("hall", "up", SET, {"temperature": 21}, ("climate.nest_down",)),
        ("main", "up", "LlmosSetMode", {"attribute": "hvac_mode", "option": "heat"},
         ("climate.nest_up",)),
        ("living", "down", "LlmosSetMode", {"attribute": "hvac_mode", "option": "cool"},
         ("climate.air",)),
        ("den", "down", SET, {"temperature": 17}, ("climate.tado_den",)),
    ],
)  # fmt: skip
def test_cold_and_heat(
    here: str, wanted: str, intent: str, slots: Slots, entity_ids: tuple[str, ...]
) -> None:
    """A complaint is no number to be set on what is off."""
    plan = Plan((Step(SET, {"temperature": wanted}),), 1.0)
    (step,) = ground(plan, HOME, here, text="it's unbearable in here").steps
    assert step.problem is None
    assert (step.intent, step.entity_ids) == (intent, entity_ids)
    assert slots.items() <= step.slots.items()


CAPE = Home(
    areas=(Area("stoep", "Stoep"), Area("front", "Front porch"), Area("back", "Back porch")),
    entities=(
        Entity("climate.lounge", "Lounge AC", area_id="stoep", state="off", options=MODES,
               levels={"measured": 27.5, "temperature": 23}),
        Entity("climate.flat", "Flat AC", area_id="front", state="off", options=MODES,
               levels={"measured": 17, "temperature": 21}),
        Entity("switch.geyser", "Geyser", area_id="back", state="off"),
        Entity("switch.gran", "Gran's geyser", area_id="front", state="on"),
        Entity("light.front", "Lantern", area_id="front"),
        Entity("light.back", "Bulkhead", area_id="back"),
        Entity("cover.garage", "Double", (), "garage", "back", "open"),
        Entity("cover.gate", "Driveway gate", (), "gate", "stoep", "closed"),
        Entity("lock.front", "Front door", area_id="front", state="locked"),
        Entity("lock.back", "Back door", area_id="back", state="locked"),
        Entity("media_player.dstv", "DStv", (), "tv", "stoep", "on"),
        Entity("media_player.beam", "Beam", (), "speaker", "stoep", "paused"),
        Entity("alarm_control_panel.house", "Alarm", options={"arm": ("away", "home", "night")}),
    ),
)  # fmt: skip


@pytest.mark.parametrize(
    ("text", "step", "here", "intent", "slots", "entity_ids"),
    [
        # What both heats and cools is turned to what is wanted
        ("aircon on", (ON, {"domain": "climate"}), "stoep", "LlmosSetMode", {"option": "cool"},
         {"climate.lounge"}),
        ("turn on the flat ac", (ON, {"name": "flat ac"}), "stoep", "LlmosSetMode",
         {"option": "heat"}, {"climate.flat"}),
        ("it's like an oven on the stoep", (SET, {"area": "stoep", "temperature": "down"}), "back",
         "LlmosSetMode", {"option": "cool"}, {"climate.lounge"}),
        # Both, all, and what is called otherwise
        ("switch both geysers off", (OFF, {"name": "geysers"}), "stoep", OFF, {},
         {"switch.geyser", "switch.gran"}),
        ("switch both geysers off", (OFF, {"domain": "water_heater"}), "stoep", OFF, {},
         {"switch.geyser", "switch.gran"}),
        ("i'm done here shut the door", (OFF, {"domain": "cover", "device_class": "door"}), "back",
         OFF, {}, {"cover.garage"}),
        ("arm the alarm to stay", ("LlmosSetMode", {"domain": "alarm_control_panel", "mode": "stay"}),
         "stoep", "LlmosSetMode", {"option": "home"}, {"alarm_control_panel.house"}),
        ("carry on with the music", ("HassMediaUnpause", {}), "stoep", "HassMediaUnpause", {},
         {"media_player.beam"}),
    ],
)  # fmt: skip
def test_in_the_cape(
    text: str, step: tuple[str, Slots], here: str, intent: str, slots: Slots, entity_ids: set[str]
) -> None:
    """What is done, and to what."""
    (done,) = ground(Plan((Step(*step),), 1.0), CAPE, here, text=text).steps
    assert done.problem is None
    assert (done.intent, set(done.entity_ids)) == (intent, entity_ids)
    assert slots.items() <= done.slots.items()


def test_both_porches() -> None:
    """ "Both porch lights": the lights of each porch."""
    plan = Plan((Step(ON, {"domain": "light", "area": "porch"}),), 1.0)
    steps = ground(plan, CAPE, "stoep", text="turn both porch lights on").steps
    assert [step.entity_ids for step in steps] == [("light.front",), ("light.back",)]


def test_everything_is_not_unlocked_unasked() -> None:
    """Nor opened: one lock can be said to be meant, not all of them at once."""
    plan = Plan((Step(OFF, {"domain": "lock", "area": "all"}),), 1.0)
    problem = ground(plan, CAPE, "stoep", text="unlock everything").problem
    assert problem is not None
    assert problem.kind is ProblemKind.CONFIRM


@pytest.mark.parametrize(
    ("intent", "slots"), [("HassStartTimer", {"minutes": 2}), ("LlmosLater", {"at": "10 pm"})]
)
def test_it_has_a_name_later(intent: str, slots: Slots) -> None:
    """ "Open the gate and close it again in two minutes": the timer knows no "it"."""
    later: Slots = {**slots, "conversation_command": "close it again"}
    plan = Plan((Step("HassStopMoving", {"name": "driveway gate"}), Step(intent, later)), 1.0)
    home = replace(CAPE, now=datetime(2026, 12, 4, 19, 30, tzinfo=UTC))
    _, timer = ground(plan, home, text="").steps
    assert timer.slots["conversation_command"] == "close Driveway gate again"


@pytest.mark.parametrize(
    ("text", "kind"), [("open it back up", None), ("turn it on", ProblemKind.CONFIRM)]
)
def test_it_opens(text: str, kind: ProblemKind | None) -> None:
    """The garage door that was just closed opens for who says so, not for any word."""
    door = Entity("cover.garage", "Garage door", (), "garage", "hall", "closed")
    home = replace(HOME, entities=(*HOME.entities, door))
    plan = Plan((Step(ON, {"target": "last"}),), 1.0)
    problem = ground(plan, home, "hall", ("cover.garage",), text).problem
    assert (problem.kind if problem else None) is kind


def test_a_mode_that_is_a_script() -> None:
    """ "Put heading out mode on, we're late": no thing has that mode, but a script has that name."""
    plan = Plan((Step("LlmosSetMode", {"name": "heading out", "mode": "we're late"}),), 1.0)
    (step,) = ground(plan, HOME, text="put heading out mode on we're late").steps
    assert (step.intent, step.entity_ids) == (ON, ("script.out",))


def test_a_number_is_no_complaint() -> None:
    """ "Turn the heating up" in words: nothing is turned on by that."""
    plan = Plan((Step(SET, {"temperature": "up"}),), 1.0)
    (step,) = ground(plan, HOME, "main", text="turn the heating up a bit").steps
    assert (step.intent, step.slots["temperature"]) == (SET, 20)


def test_what_is_only_implied_is_not_done_elsewhere() -> None:
    """ "It's burning up in here", where no fan is: that is a matter of the air con, not of the hall's fan."""
    plan = Plan((Step(ON, {"domain": "fan"}),), 1.0)
    (step,) = ground(plan, HOME, "living", text="it's burning up in here").steps
    assert (step.intent, step.slots["option"]) == ("LlmosSetMode", "cool")
    (step,) = ground(plan, HOME, "living", text="turn on the fan").steps
    assert (step.intent, step.entity_ids) == (ON, ("fan.hall",))


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        (
            (SET, {"name": "upstairs nest", "temperature": 20}),
            ("LlmosMore", {"floor": "downstairs"}),
            [(SET, {"name": "Downstairs Nest", "temperature": 20})],
        ),
        (
            ("HassGetState", {"name": "upstairs nest", "attribute": "target_temperature"}),
            ("LlmosMore", {"value": 20}),
            [(SET, {"target": "last", "temperature": 20})],
        ),
        (
            ("HassListAddItem", {"item": "ice", "name": "lcbo"}),
            ("LlmosCorrect", {"name": "heb"}),
            [
                ("HassListRemoveItem", {"item": "ice", "name": "lcbo"}),
                ("HassListAddItem", {"item": "ice", "name": "heb"}),
            ],
        ),
        (
            ("HassListAddItem", {"item": "ice", "name": "lcbo"}),
            ("LlmosCorrect", {"name": "limes"}),
            [
                ("HassListRemoveItem", {"item": "ice", "name": "lcbo"}),
                ("HassListAddItem", {"item": "limes", "name": "lcbo"}),
            ],
        ),
        (
            ("HassListAddItem", {"item": "ice", "name": "lcbo"}),
            ("LlmosUndo", {}),
            [("HassListRemoveItem", {"item": "ice", "name": "lcbo"})],
        ),
    ],
)
def test_going_on(
    first: tuple[str, Slots], second: tuple[str, Slots], expected: list[tuple[str, Slots]]
) -> None:
    """A namesake elsewhere, a value after a question, another list."""
    plan = Plan((Step(*first),))
    resolved = resolve(Plan((Step(*second),)), "", Turn(plan, ground(plan, HOME)), HOME)
    assert resolved is not None
    assert [(step.intent, step.slots) for step in resolved.steps] == expected


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("i'm heading out", "Heading out"),
        ("we're heading out to the shops", None),
        ("tv off", None),
    ],
)
def test_run_by_name(text: str, name: str | None) -> None:
    """A script that is called as people say it; not every word around it is filler."""
    plan = run_by_name(text, HOME)
    assert (plan.steps[0].slots["name"] if plan else None) == name


def test_a_scene_and_more() -> None:
    """The scene that a text begins with is not lost where the plan has only what follows it."""
    plan = Plan((Step(OFF, {"domain": "cover", "device_class": "curtain"}),), 1.0)
    text = "movie night and close the curtains"
    steps = read(plan, text, HOME, "main", None).grounding.steps
    assert [step.entity_ids for step in steps] == [("scene.movie",), ("cover.left",)]


def test_short_words_are_not_asked_about() -> None:
    """ "Is the hob off" is not about Rob."""
    home = replace(HOME, entities=(*HOME.entities, Entity("person.rob", "Rob")))
    plan = Plan((Step("HassGetState", {"name": "hob", "state": "off"}),), 1.0)
    problem = ground(plan, home).problem
    assert problem is not None
    assert problem.kind is ProblemKind.UNKNOWN_NAME

"""Everything, all of a name, all of a kind: which things a step without one thing's name is about."""

from __future__ import annotations

import pytest

from custom_components.llmos_assistant.engine.protocol import Plan, SlotValue, Step
from custom_components.llmos_assistant.home.grounded import Grounding
from custom_components.llmos_assistant.home.grounding import ground
from custom_components.llmos_assistant.home.inventory import Area, Entity, Floor, Home
from custom_components.llmos_assistant.home.problems import ProblemKind

type Slots = dict[str, SlotValue]

ON, OFF, STATE, LIGHT = "HassTurnOn", "HassTurnOff", "HassGetState", "HassLightSet"
HEAT, POSITION, CLEAN, WARMTH = (
    "HassClimateSetTemperature",
    "HassSetPosition",
    "HassVacuumCleanArea",
    "HassClimateGetTemperature",
)

HOME = Home(
    floors=(Floor("up", "Upstairs", (), 1),),
    areas=(
        Area("kitchen", "Kitchen"),
        Area("bath", "Bathroom", (), "up"),
        Area("bed", "Bedroom", (), "up"),
        Area("yard", "Garden"),
        Area("attic", "Attic"),
    ),
    entities=(
        Entity("light.kitchen", "Kitchen spots", area_id="kitchen", state="on"),
        Entity("light.desk_k", "Desk lamp", area_id="kitchen", state="on"),
        Entity("light.desk_b", "Desk lamp", area_id="bed", state="on"),
        Entity("switch.desk_b", "Desk lamp", area_id="bed", state="on"),
        Entity("light.bath", "Mirror", area_id="bath", state="on"),
        Entity("light.yard", "Lantern", area_id="yard", state="on"),
        Entity("switch.kettle", "Kettle", area_id="kitchen", state="on"),
        Entity("climate.kitchen", "Range", area_id="kitchen", state="heat", levels={"temperature": 20}),
        Entity("climate.bath", "Towel rail", area_id="bath", state="heat", levels={"temperature": 22}),
        Entity("cover.gate", "Side gate", area_id="yard", state="open"),
        Entity("cover.bed", "Bed curtain", (), "curtain", "bed", "open"),
        Entity("humidifier.bed", "Mister", area_id="bed", options={"mode": ("sleep",)}),
        Entity("humidifier.plain", "Cloud"),
        Entity("media_player.tv", "Telly", (), "tv", "bed", "off", options={"source": ("Netflix", "HDMI 1")}),
        Entity("media_player.radio", "Radio", area_id="bath", state="playing"),
        Entity("media_player.sonos", "Sonos", area_id="kitchen", state="paused"),
        Entity("sensor.freezer", "Freezer", (), "temperature", "kitchen", "-18"),
        Entity("calendar.family", "Family"),
        Entity("weather.home", "Forecast"),
    ),
)  # fmt: skip


def meant(
    text: str,
    *steps: tuple[str, Slots],
    here: str | None = None,
    recent: tuple[str, ...] = (),
    home: Home = HOME,
) -> Grounding:
    """What a plan for `text` comes to."""
    plan = Plan(tuple(Step(intent, slots) for intent, slots in steps), 1.0)
    return ground(plan, home, here, recent, text)


@pytest.mark.parametrize(
    ("text", "intent", "slots", "here", "entity_ids"),
    [
        # everything that can be switched
        ("turn off the bathroom", OFF, {"area": "bathroom"}, None,
         {"light.bath", "climate.bath", "media_player.radio"}),
        ("turn on the kitchen", ON, {"area": "kitchen"}, None, {"light.kitchen", "light.desk_k"}),
        # all of a name, without what stands behind them
        ("turn off all the desk lamps", OFF, {"name": "desk lamp", "area": "all"}, None,
         {"light.desk_k", "light.desk_b"}),
        ("desk lamps off upstairs", OFF, {"name": "desk lamps", "floor": "upstairs"}, None, {"light.desk_b"}),
        # all of a kind: where it was said, though the model took it for all of the home
        ("every light upstairs off", OFF, {"domain": "light", "area": "all"}, None,
         {"light.desk_b", "light.bath"}),
        ("lights out outside", OFF, {"domain": "light", "area": "outside"}, "kitchen", {"light.yard"}),
        ("lights off in here", OFF, {"domain": "light", "area": "outside"}, "bath", {"light.bath"}),
        ("it's cold everywhere", HEAT, {"temperature": 21, "area": "all"}, None,
         {"climate.kitchen", "climate.bath"}),
        # by what their names say, where they have no class
        ("shut the gate", OFF, {"domain": "cover", "device_class": "gate"}, None, {"cover.gate"}),
        ("curtain half open", POSITION, {"position": 50, "area": "bedroom"}, None, {"cover.bed"}),
        # what can be told about
        ("what's on", STATE, {"domain": "media_player", "attribute": "title"}, None,
         {"media_player.radio", "media_player.sonos"}),
        ("is the mirror light on", STATE, {"domain": "light", "state": "on"}, None, {"light.bath"}),
        ("is the desk lamp on", STATE, {"name": "desk lamp", "area": "bedroom", "state": "on"}, None,
         {"light.desk_b", "switch.desk_b"}),
        # what stopped is what goes on, as what is on is what goes off
        ("carry on", "HassMediaUnpause", {}, None, {"media_player.sonos"}),
        # "other" of two that were named with their rooms
        ("the other desk lamp, the one in the kitchen", OFF, {"name": "other desk lamp", "area": "kitchen"},
         None, {"light.desk_k"}),
        ("spots on the kitchen floor on", ON, {"name": "spots", "area": "kitchen floor"}, None, {"light.kitchen"}),
    ],
)  # fmt: skip
def test_all_that_is_meant(
    text: str, intent: str, slots: Slots, here: str | None, entity_ids: set[str]
) -> None:
    grounding = meant(text, (intent, slots), here=here)

    assert grounding.problem is None
    assert {i for step in grounding.steps for i in step.entity_ids} == entity_ids


@pytest.mark.parametrize(
    ("text", "intent", "slots", "here", "kind", "candidates"),
    [
        # of several kinds none is opened on a guess
        ("open everything in the garden", ON, {"area": "garden"}, None, ProblemKind.AMBIGUOUS_NAME, ()),
        ("the lamp at the desk off", OFF, {"domain": "light"}, None, ProblemKind.AMBIGUOUS_NAME,
         ("Desk lamp (Kitchen)", "Desk lamp (Bedroom)")),
        ("hoover", CLEAN, {}, "kitchen", ProblemKind.NOTHING_FITS, ()),
        ("is the bathroom window open", ON, {"domain": "cover", "device_class": "window"}, None,
         ProblemKind.NOTHING_FITS, ()),
        ("bathroom fans off", OFF, {"name": "bathroom fans"}, None, ProblemKind.NOTHING_FITS, ()),
        ("sirens off", OFF, {"name": "waterheaters"}, None, ProblemKind.NOTHING_FITS, ()),
        ("dim the fans", LIGHT, {"name": "fans", "brightness": 20}, None, ProblemKind.UNKNOWN_NAME, ()),
        ("warmth of the attic", WARMTH, {"area": "attic"}, None, ProblemKind.NOTHING_FITS, ()),
    ],
)  # fmt: skip
def test_nothing_is_done(
    text: str,
    intent: str,
    slots: Slots,
    here: str | None,
    kind: ProblemKind,
    candidates: tuple[str, ...],
) -> None:
    problem = meant(text, (intent, slots), here=here).problem

    assert problem is not None
    assert problem.kind is kind
    assert set(candidates) <= set(problem.candidates)


def test_where_to_clean_is_asked() -> None:
    home = Home(
        (Entity("vacuum.rosie", "Rosie"),), areas=(Area("den", "Den"), Area("hall", "Hall"))
    )

    problem = meant("hoover", (CLEAN, {}), home=home).problem

    assert problem is not None
    assert (problem.kind, problem.candidates) == (ProblemKind.WHICH_AREA, ("Den", "Hall"))


def test_the_third_room_for_the_vacuum() -> None:
    areas = (Area("den", "Den"), Area("hall", "Hall"), Area("loft", "Loft"))
    home = Home((Entity("vacuum.rosie", "Rosie"),), areas=areas)
    steps: list[tuple[str, Slots]] = [(CLEAN, {"area": area.name}) for area in areas]

    (step,) = meant("hoover den, hall, loft", *steps, home=home).steps

    assert step.slots["areas"] == "den,hall,loft"


def test_off_again_after_a_while_is_said_once() -> None:
    """ "On for half an hour and then off" is no order to turn it off now."""
    (step,) = meant(
        "kettle on for half an hour and then off",
        (ON, {"name": "kettle", "for_minutes": 30}),
        (OFF, {"name": "kettle"}),
    ).steps

    assert (step.intent, step.undo_after) == (ON, 1800)


def test_of_many_those_that_were_spoken_of() -> None:
    (step,) = meant("lights off", (OFF, {"domain": "light"}), recent=("light.yard",)).steps

    assert (step.problem, step.entity_ids) == (None, ("light.yard",))


@pytest.mark.parametrize(
    ("text", "intent", "slots", "meant_intent", "entity_id"),
    [
        ("mister to sleep", "HassHumidifierMode", {"name": "mister", "mode": "sleep"}, "LlmosSetMode",
         "humidifier.bed"),
        ("cloud on", "HassHumidifierMode", {"name": "cloud"}, "HassHumidifierMode", "humidifier.plain"),
        ("put netflix on", "HassMediaSearchAndPlay", {"search_query": "netflix", "media_class": "movie"},
         "LlmosSetMode", "media_player.tv"),
        ("put abba on the radio", "HassMediaSearchAndPlay", {"search_query": "abba", "name": "radio"},
         "HassMediaSearchAndPlay", "media_player.radio"),
        ("what's anna got on", "LlmosGetCalendar", {"name": "anna"}, "LlmosGetCalendar", "calendar.family"),
        ("how humid is it", STATE, {"device_class": "humidity"}, "HassGetWeather", "weather.home"),
        ("how cold is the freezer", WARMTH, {"name": "freezer"}, STATE, "sensor.freezer"),
    ],
)  # fmt: skip
def test_the_home_tells_what_is_meant(
    text: str, intent: str, slots: Slots, meant_intent: str, entity_id: str
) -> None:
    (step,) = meant(text, (intent, slots)).steps

    assert (step.problem, step.intent, step.entity_ids) == (None, meant_intent, (entity_id,))


def test_without_a_weather_service_the_thermometer_outside_tells() -> None:
    thermometer = Entity("sensor.yard", "Yard", (), "temperature", "yard", "9", {"measured": 9})
    home = Home((thermometer,), areas=(Area("yard", "Garden"),))

    (step,) = meant("outside temperature", ("HassGetWeather", {}), home=home).steps

    assert (step.problem, step.intent, step.entity_ids) == (None, STATE, ("sensor.yard",))


@pytest.mark.parametrize(
    ("text", "query"), [("play the telly on mars", "the telly on mars"), ("play mars", "mars")]
)
def test_what_is_no_source_is_searched_for(text: str, query: str) -> None:
    (step,) = meant(text, ("HassMediaSearchAndPlay", {"search_query": query}), here="bath").steps

    assert (step.intent, step.slots["search_query"]) == ("HassMediaSearchAndPlay", query)


@pytest.mark.parametrize(
    ("text", "intent", "slots", "expected"),
    [
        ("cancel the kitchen timer", "HassCancelTimer", {"name": "kitchen"}, {"area": "Kitchen"}),
        ("the timer in the kitchen", "HassTimerStatus", {}, {"area": "Kitchen"}),
        ("cancel the pizza timer", "HassCancelTimer", {"area": "pizza"}, {"name": "pizza"}),
        (
            "kitchen timer for 5",
            "HassStartTimer",
            {"name": "kitchen", "minutes": 5},
            {"name": "kitchen"},
        ),
    ],
)
def test_timers(text: str, intent: str, slots: Slots, expected: Slots) -> None:
    """A timer's room is no name, and its name is no room."""
    (step,) = meant(text, (intent, slots)).steps

    assert step.problem is None
    assert {k: v for k, v in step.slots.items() if k in ("name", "area")} == expected


@pytest.mark.parametrize(
    ("intent", "slots", "kind"),
    [
        ("HassStartTimer", {}, ProblemKind.HOW_LONG),
        ("LlmosLater", {"at": "sunset", "conversation_command": "x"}, ProblemKind.NO_TIME),
    ],
)
def test_timers_that_do_not_say_when(intent: str, slots: Slots, kind: ProblemKind) -> None:
    problem = meant("", (intent, slots)).problem

    assert problem is not None
    assert problem.kind is kind

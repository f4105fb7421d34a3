"""What the utterance tells besides the plan: purposes, places said before, the open air, numbers of rooms."""

from __future__ import annotations

from dataclasses import replace

import pytest

from custom_components.llmos_assistant.engine.protocol import Plan, SlotValue, Step
from custom_components.llmos_assistant.home.grounded import GroundedStep
from custom_components.llmos_assistant.home.grounding import ground
from custom_components.llmos_assistant.home.inventory import Area, Entity, Home
from custom_components.llmos_assistant.home.problems import ProblemKind

HOME = Home(
    entities=(
        Entity("climate.hall", "Ecobee", ("thermostat",), area_id="hall", levels={"temperature": 20}),
        Entity("climate.den", "Mini split", area_id="den", levels={"temperature": 22}),
        Entity("fan.hood", "Cooker hood", area_id="den"),
        Entity("light.den_ceiling", "Ceiling", area_id="den"),
        Entity("light.room_2", "Bedside", area_id="room_2"),
        Entity("light.room_4", "Bedside", area_id="room_4"),
        Entity("light.porch", "Porch light", area_id="yard"),
        Entity("lock.front", "Front door", area_id="hall", state="locked"),
        Entity("lock.back", "Back door", area_id="den", state="unlocked"),
        Entity("media_player.arc", "Sonos Arc", area_id="den", state="playing"),
        Entity("media_player.move", "Sonos Move", area_id="yard", state="idle"),
        Entity("media_player.lg", "LG", device_class="tv", area_id="den", state="off",
               options={"source": ("Netflix", "HDMI 1")}),
        Entity("number.fridge", "Wine fridge"),
        Entity("switch.pump", "Pool pump", area_id="yard"),
        Entity("switch.fountain", "Fountain", area_id="yard"),
        Entity("switch.lamp", "Fountain", area_id="den"),
        Entity("todo.jobs", "Jobs"),
        Entity("todo.aldi", "Aldi"),
        Entity("vacuum.rosie", "Rosie"),
        Entity("valve.lawn", "Sprinklers", area_id="yard", state="closed"),
        Entity("water_heater.tank", "Hot water tank", levels={"temperature": 50}),
        Entity("alarm_control_panel.home", "Alarm", options={"arm": ("away", "home")}),
        Entity("sensor.pool", "Pool temperature", device_class="temperature"),
    ),
    areas=(
        Area("hall", "Hall"),
        Area("den", "Den"),
        Area("room_2", "Room 2"),
        Area("room_4", "Room 4"),
        Area("yard", "Yard"),
    ),
)  # fmt: skip


def grounded(
    text: str, *steps: tuple[str, dict[str, SlotValue]], here: str | None = None, home: Home = HOME
) -> GroundedStep:
    """The last of the steps of a plan for `text`."""
    plan = Plan(tuple(Step(intent, slots) for intent, slots in steps), 1.0)
    return ground(plan, home, here, text=text).steps[-1]


@pytest.mark.parametrize(
    ("text", "intent", "slots", "here", "entity_id"),
    [
        ("turn off the pump", "HassTurnOff", {"domain": "valve"}, None, "switch.pump"),
        ("ceiling on", "HassTurnOn", {"domain": "fan"}, "den", "light.den_ceiling"),
        ("put the tv on", "HassTurnOn", {"domain": "media_player"}, None, "media_player.lg"),
        ("bump the thermostat up", "HassClimateSetTemperature", {"temperature": "up"}, None, "climate.hall"),
        ("play jazz on the sonos", "HassMediaSearchAndPlay", {"name": "sonos", "search_query": "jazz"}, "yard",
         "media_player.move"),
        ("light on in room four", "HassTurnOn", {"domain": "light", "area": "room four"}, None, "light.room_4"),
        ("light on in room too", "HassTurnOn", {"domain": "light", "area": "room too"}, None, "light.room_2"),
        ("room 4's light on", "HassTurnOn", {"domain": "light", "area": "room 4's"}, None, "light.room_4"),
        ("shut off the fountain out front", "HassTurnOff", {"name": "fountain", "area": "out front"}, None,
         "switch.fountain"),
        ("shut off the mountain in the yard", "HassTurnOff", {"name": "mountain", "area": "yard"}, None,
         "switch.fountain"),
        ("how warm's the pool", "HassClimateGetTemperature", {"area": "pool"}, None, "sensor.pool"),
        ("put bread on the grocery list", "HassShoppingListAddItem", {"item": "bread"}, None, "todo.aldi"),
    ],
)  # fmt: skip
def test_one_thing_is_meant(
    text: str, intent: str, slots: dict[str, SlotValue], here: str | None, entity_id: str
) -> None:
    step = grounded(text, (intent, slots), here=here)

    assert (step.entity_ids, step.problem) == ((entity_id,), None)


@pytest.mark.parametrize(
    ("text", "intent", "slots", "meant"),
    [
        ("heat the hot water to 60", "HassClimateSetTemperature", {"temperature": 60}, "LlmosSetValue"),
        ("wine fridge to 10", "HassClimateSetTemperature", {"name": "wine fridge", "temperature": 10},
         "LlmosSetValue"),
        ("alarm on", "HassTurnOn", {"domain": "alarm_control_panel"}, "LlmosSetMode"),
        ("put the lg on netflix", "HassMediaSearchAndPlay", {"search_query": "the lg on netflix"},
         "LlmosSetMode"),
        ("put the lg on", "HassMediaSearchAndPlay", {"search_query": "the lg"}, "HassTurnOn"),
        ("send rosie to the den", "HassVacuumStart", {"name": "rosie"}, "HassVacuumCleanArea"),
        ("porch light on in green", "HassTurnOn", {"name": "porch light", "color": "green"}, "HassLightSet"),
    ],
)  # fmt: skip
def test_another_intent_is_meant(
    text: str, intent: str, slots: dict[str, SlotValue], meant: str
) -> None:
    step = grounded(text, (intent, slots))

    assert (step.intent, step.problem) == (meant, None)


def test_there_is_the_place_said_before() -> None:
    condition: tuple[str, dict[str, SlotValue]] = (
        "LlmosIf",
        {"domain": "light", "state": "off", "area": "den"},
    )
    home = replace(
        HOME, entities=tuple(replace(e, state="off") if e.domain == "light" else e for e in HOME.entities)
    )  # fmt: skip

    step = grounded(
        "if the light is off in the den turn the ceiling on in there",
        condition,
        ("HassTurnOn", {"domain": "light"}),
        here="hall",
        home=home,
    )

    assert step.entity_ids == ("light.den_ceiling",)


def test_water_opens_no_valve() -> None:
    """A bare word is no order to open something: it is asked about."""
    home = replace(HOME, entities=(*HOME.entities, Entity("valve.water", "Water", state="closed")))

    step = grounded("water", ("HassTurnOn", {"domain": "light"}), home=home)

    assert step.problem is not None
    assert step.problem.kind is ProblemKind.CONFIRM


def test_a_door_is_not_unlocked_for_being_the_only_locked_one() -> None:
    step = grounded("unlock a door", ("HassTurnOff", {"domain": "lock"}))

    assert step.problem is not None
    assert step.entity_ids == ()


def test_a_disarmed_alarm_is_left_to_people() -> None:
    step = grounded("turn off the alarm", ("HassTurnOff", {"domain": "alarm_control_panel"}))

    assert step.problem is not None


def test_questions_about_twins_are_about_all_of_them() -> None:
    step = grounded("is the bedside on", ("HassGetState", {"name": "bedside", "state": "on"}))

    assert step.entity_ids == ("light.room_2", "light.room_4")

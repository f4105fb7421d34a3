"""What questions and conditions about measured values are about: rooms, the open air, appliances, batteries."""

from __future__ import annotations

from dataclasses import replace

import pytest

from custom_components.llmos_assistant.engine.protocol import Plan, SlotValue, Step
from custom_components.llmos_assistant.home.grounded import GroundedStep
from custom_components.llmos_assistant.home.grounding import ground
from custom_components.llmos_assistant.home.inventory import Area, Entity, Home
from custom_components.llmos_assistant.home.problems import ProblemKind

type Slots = dict[str, SlotValue]

STATE, HISTORY, IF = "HassGetState", "LlmosGetHistory", "LlmosIf"


def sensor(name: str, kind: str, area: str | None, value: float) -> Entity:
    """A sensor that measures a kind."""
    entity_id = f"sensor.{name.lower().replace(' ', '_')}"
    return Entity(entity_id, name, (), kind, area, str(value), {"measured": value})


HOME = Home(
    areas=(Area("den", "Den"), Area("loft", "Loft"), Area("garden", "Garden"), Area("hall", "Hall")),
    entities=(
        sensor("Den thermometer", "temperature", "den", 21),
        sensor("Fridge probe", "temperature", "den", 4),
        sensor("Garden thermometer", "temperature", "garden", 9),
        sensor("Den damp", "humidity", "den", 45),
        sensor("Remote battery", "battery", "den", 15),
        Entity("climate.loft", "Loft heater", area_id="loft", levels={"measured": 17}),
        Entity("climate.den", "Den radiator", area_id="den", levels={"measured": 22}),
        Entity("vacuum.rosie", "Rosie", area_id="hall", levels={"battery": 80}),
        Entity("weather.home", "Forecast", state="rainy", levels={"measured": 9}),
        Entity("lock.front", "Front door", area_id="hall", state="locked"),
        Entity("media_player.den", "Radio", area_id="den", state="playing"),
        Entity("media_player.loft", "Stereo", area_id="loft", state="idle"),
    ),
)  # fmt: skip


def grounded(
    intent: str, slots: Slots, text: str = "", here: str | None = None, home: Home = HOME
) -> GroundedStep:
    """The step in this home; a condition with something that hangs on it."""
    steps = (Step(intent, slots), *([Step("HassVacuumStart")] if intent == IF else []))
    return ground(Plan(steps, 1.0), home, here, text=text).steps[0]


@pytest.mark.parametrize(
    ("intent", "slots", "entity_ids"),
    [
        # rooms by their sensor, by a thermostat where there is none, and nothing that an appliance measures
        (STATE, {"device_class": "temperature", "ask": "lowest"}, {"sensor.den_thermometer", "climate.loft"}),
        (HISTORY, {"device_class": "temperature", "area": "den"}, {"sensor.den_thermometer"}),
        (STATE, {"device_class": "temperature", "ask": "average", "area": "loft"}, {"climate.loft"}),
        # the open air: a sensor, or else the weather service
        (STATE, {"device_class": "temperature", "area": "outside"}, {"sensor.garden_thermometer"}),
        (STATE, {"device_class": "humidity", "area": "outside"}, {"weather.home"}),
        # batteries are sensors, or numbers of the thing itself
        (STATE, {"device_class": "battery", "below": 20}, {"sensor.remote_battery", "vacuum.rosie"}),
    ],
)  # fmt: skip
def test_what_measures_it(intent: str, slots: Slots, entity_ids: set[str]) -> None:
    step = grounded(intent, slots)

    assert (step.problem, set(step.entity_ids)) == (None, entity_ids)


def test_damp_is_told_by_the_weather_where_no_sensor_is() -> None:
    home = replace(HOME, entities=tuple(e for e in HOME.entities if e.device_class != "humidity"))

    step = grounded(STATE, {"device_class": "humidity", "ask": "highest"}, home=home)

    assert (step.problem, step.entity_ids) == (None, ("weather.home",))


@pytest.mark.parametrize(
    ("slots", "other_ids"),
    [
        ({"area": "den", "than": "outside"}, {"sensor.garden_thermometer"}),
        ({"area": "den", "than": "the loft"}, {"climate.loft"}),
        ({"area": "outside", "than": "in here"}, {"sensor.den_thermometer", "climate.loft"}),
        ({"area": "den", "than": "the fridge probe"}, {"sensor.fridge_probe"}),
        ({"name": "fridge probe", "than": "outside"}, {"sensor.garden_thermometer"}),
    ],
)
def test_what_it_is_compared_with(slots: Slots, other_ids: set[str]) -> None:
    asked: Slots = {"device_class": "temperature", "ask": "higher"}
    step = grounded(STATE, asked | slots)

    assert (step.problem, set(step.other_ids)) == (None, other_ids)


@pytest.mark.parametrize(
    ("slots", "home"),
    [
        ({"device_class": "humidity", "ask": "highest", "area": "loft"}, HOME),
        ({"device_class": "temperature", "area": "outside"}, Home()),
        ({"device_class": "pressure", "ask": "highest"}, HOME),
    ],
)
def test_nothing_measures_it(slots: Slots, home: Home) -> None:
    problem = grounded(STATE, slots, home=home).problem

    assert problem is not None
    assert (problem.kind, problem.spoken) == (ProblemKind.NOTHING_FITS, slots["device_class"])


@pytest.mark.parametrize(
    ("text", "slots", "here", "is_met", "entity_ids"),
    [
        ("if it's over 20 in here", {"above": 20, "device_class": "temperature"}, "den", True,
         ("sensor.den_thermometer",)),
        ("if it's over 20 in here", {"above": 20, "device_class": "temperature"}, "loft", False,
         ("climate.loft",)),
        ("if it's over 20 outside", {"above": 20, "device_class": "temperature"}, "den", False,
         ("sensor.garden_thermometer",)),
        ("if the radio is on", {"domain": "media_player", "state": "playing"}, None, True,
         ("media_player.den",)),
        ("if the music plays", {"domain": "media_player", "state": "playing"}, "loft", False,
         ("media_player.loft",)),
        ("if there is rain", {"condition": "rainy", "quantity": "none"}, None, False, ()),
    ],
)  # fmt: skip
def test_conditions_are_about_what_is_here_or_named(
    text: str, slots: Slots, here: str | None, is_met: bool, entity_ids: tuple[str, ...]
) -> None:
    step = grounded(IF, slots, text, here)

    assert (step.problem, step.is_met, step.entity_ids) == (None, is_met, entity_ids)


@pytest.mark.parametrize(
    ("slots", "kind", "spoken"),
    [
        ({"condition": "dark"}, ProblemKind.NOTHING_FITS, "dark"),
        ({"condition": "hot"}, ProblemKind.NO_LEVEL, "Forecast"),
        ({"name": "front door", "above": 20}, ProblemKind.NO_LEVEL, "Front door"),
    ],
)
def test_conditions_that_cannot_be_known(slots: Slots, kind: ProblemKind, spoken: str) -> None:
    """The sun is not tracked here, the service tells no temperature, and a lock has none."""
    problem = grounded(IF, slots).problem

    assert problem is not None
    assert (problem.kind, problem.spoken) == (kind, spoken)


def test_weather_without_a_service() -> None:
    problem = grounded(IF, {"condition": "rainy"}, home=Home()).problem

    assert problem is not None
    assert (problem.kind, problem.spoken) == (ProblemKind.NOTHING_FITS, "weather")


@pytest.mark.parametrize(("celsius", "is_met"), [(26, True), (24, False)])
def test_hot(celsius: float, is_met: bool) -> None:
    weather = Entity("weather.home", "Forecast", levels={"temperature_celsius": celsius})

    assert grounded(IF, {"condition": "hot"}, home=Home((weather,))).is_met is is_met


@pytest.mark.parametrize(
    ("attribute", "domain"), [("volume", "media_player"), ("target_temperature", "climate")]
)
def test_what_has_the_attribute_is_asked(attribute: str, domain: str) -> None:
    """ "How loud is it" is about what has a volume."""
    step = grounded(STATE, {"attribute": attribute})

    assert step.problem is None
    assert {entity_id.partition(".")[0] for entity_id in step.entity_ids} == {domain}

"""Words as spoken, and what they mean in this home."""

from __future__ import annotations

from dataclasses import replace

import pytest

from custom_components.llmos_assistant.engine.protocol import Plan, SlotValue, Step
from custom_components.llmos_assistant.home.grounded import GroundedStep
from custom_components.llmos_assistant.home.grounding import ground
from custom_components.llmos_assistant.home.inventory import Area, Entity, Floor, Home
from custom_components.llmos_assistant.home.problems import Problem, ProblemKind

type Slots = dict[str, SlotValue]

ON, OFF, STATE = "HassTurnOn", "HassTurnOff", "HassGetState"


def grounded(home: Home, intent: str, slots: Slots, here: str | None = None) -> GroundedStep:
    """The one step, grounded."""
    (step,) = ground(Plan((Step(intent, slots),), 1.0), home, here).steps
    return step


@pytest.mark.parametrize(
    ("intent", "spoken", "name", "entity_id"),
    [
        # as registered, by alias, in another spelling
        (ON, "bedroom lamp", "Bedroom Lamp", "light.bedroom"),
        (ON, "The Bedroom Lamp.", "Bedroom Lamp", "light.bedroom"),
        (ON, "book light", "Reading Lamp", "light.living"),
        (ON, "my espresso", "Coffee Machine", "switch.coffee"),
        (ON, "bed room lamp", "Bedroom Lamp", "light.bedroom"),
        (ON, "readinglamps", "Reading Lamp", "light.living"),
        (ON, "bed light two", "Bed Light 2", "light.lou_2"),
        (ON, "television", "TV", "media_player.living"),
        (ON, "T.V.", "TV", "media_player.living"),
        # with a kind that the name lacks, or with another word for it
        (ON, "play corner lights", "Play Corner", "light.play"),
        (ON, "reading light", "Reading Lamp", "light.living"),
        (ON, "movie night scene", "Movie Night", "scene.movie"),
        ("HassVacuumStart", "rosie vacuum", "Rosie", "vacuum.rosie"),
        ("HassListAddItem", "chores list", "Chores", "todo.chores"),
        # a part of it
        (ON, "counter light", "Kitchen Counter Light", "light.kitchen_2"),
        (ON, "coffee", "Coffee Machine", "switch.coffee"),
        # misheard
        (ON, "bed room lamb", "Bedroom Lamp", "light.bedroom"),
        (ON, "readying lamp", "Reading Lamp", "light.living"),
        (ON, "play coroner lights", "Play Corner", "light.play"),
        ("HassVacuumStart", "rosy", "Rosie", "vacuum.rosie"),
        # several have the name, the intent or the state tells which can be meant
        ("HassMediaPause", "tv", "TV", "media_player.living"),
        ("HassSetPosition", "main valve", "Main Valve", "valve.main"),
        (ON, "front door", "Front Door", "lock.front"),
    ],
)
def test_name(home: Home, intent: str, spoken: str, name: str, entity_id: str) -> None:
    """A spoken name finds its one entity."""
    step = grounded(home, intent, {"name": spoken})
    assert step.problem is None
    assert step.slots["name"] == name
    assert step.entity_ids == (entity_id,)


@pytest.mark.parametrize(
    ("slots", "here", "expected"),
    [
        ({"name": "kitchen overhead light"}, None, {"name": "Overhead Light", "area": "Kitchen"}),
        (
            {"name": "overhead light in the bedroom"},
            None,
            {"name": "Overhead Light", "area": "Bedroom"},
        ),
        (
            {"name": "overhead light", "area": "the cookhouse"},
            None,
            {"name": "Overhead Light", "area": "Kitchen"},
        ),
        ({"name": "overhead light", "floor": "second floor"}, None, {"area": "Bedroom"}),
        ({"name": "overhead light"}, "bedroom", {"name": "Overhead Light", "area": "Bedroom"}),
        ({"name": "light", "area": "bedroom"}, None, {"area": "Bedroom", "domain": "light"}),
        ({"name": "lamp", "area": "bedroom"}, None, {"name": "Bedroom Lamp", "area": "Bedroom"}),
        ({"name": "lou's room bed light 2"}, None, {"name": "Bed Light 2"}),
    ],
)
def test_same_names_are_told_apart(
    home: Home, slots: Slots, here: str | None, expected: Slots
) -> None:
    """By the area or floor that was said, or by where it was said."""
    step = grounded(home, OFF, slots, here)
    assert step.problem is None
    assert expected.items() <= step.slots.items()
    assert "domain" in expected or len(step.entity_ids) == 1


@pytest.mark.parametrize(
    ("spoken", "expected"),
    [
        ("kitchen lights", {"area": "Kitchen", "domain": "light"}),
        ("livingroom lights", {"area": "Living Room", "domain": "light"}),
        ("lounge lights", {"area": "Living Room", "domain": "light"}),
        ("leaving room lights", {"area": "Living Room", "domain": "light"}),
        ("lights in lou's room", {"area": "Lou's Room", "domain": "light"}),
        ("second floor lights", {"floor": "2nd Floor", "domain": "light"}),
        ("living room fans", {"area": "Living Room", "domain": "fan"}),
    ],
)
def test_name_that_is_a_place_and_a_kind(home: Home, spoken: str, expected: Slots) -> None:
    """ "Kitchen lights" are no thing's name."""
    step = grounded(home, ON, {"name": spoken})
    assert (step.slots, step.problem) == (expected, None)
    assert step.entity_ids


@pytest.mark.parametrize(
    ("intent", "slots", "kind", "candidates"),
    [
        (ON, {"name": "overhead light"}, ProblemKind.AMBIGUOUS_NAME, ("Kitchen", "Bedroom")),
        (ON, {"name": "bed light"}, ProblemKind.AMBIGUOUS_NAME, ("Bed Light 1", "Bed Light 2")),
        (
            OFF,
            {"name": "speaker"},
            ProblemKind.AMBIGUOUS_NAME,
            ("Kitchen Speaker", "Office Speaker"),
        ),
        (ON, {"domain": "light"}, ProblemKind.WHICH_AREA, ("Kitchen", "Bedroom")),
        (
            ON,
            {"domain": "light", "area": "room"},
            ProblemKind.AMBIGUOUS_AREA,
            ("Living Room", "Lou's Room"),
        ),
    ],
)
def test_ambiguous(
    home: Home, intent: str, slots: Slots, kind: ProblemKind, candidates: tuple[str, ...]
) -> None:
    """What may be several things is asked back, with the choices."""
    step = grounded(home, intent, slots)
    assert step.problem is not None
    assert step.problem.kind is kind
    assert not step.entity_ids
    for candidate in candidates:
        assert candidate in " ".join(step.problem.candidates)


@pytest.mark.parametrize(
    ("intent", "slots", "problem"),
    [
        (ON, {"name": "swimming pool"}, Problem(ProblemKind.UNKNOWN_NAME, "swimming pool")),
        (
            ON,
            {"name": "bathroom lamp"},
            Problem(ProblemKind.NEARLY_NAMED, "bathroom lamp", ("Bedroom Lamp",)),
        ),
        (
            ON,
            {"name": "dining room lights"},
            Problem(ProblemKind.UNKNOWN_NAME, "dining room lights"),
        ),
        (ON, {"name": "bed light 3"}, Problem(ProblemKind.UNKNOWN_NAME, "bed light 3")),
        (OFF, {"domain": "light", "area": "dungeon"}, Problem(ProblemKind.UNKNOWN_AREA, "dungeon")),
        (
            OFF,
            {"domain": "light", "floor": "basement"},
            Problem(ProblemKind.UNKNOWN_AREA, "basement"),
        ),
        (
            OFF,
            {"domain": "fan", "area": "bedroom"},
            Problem(ProblemKind.NOTHING_FITS, "fan", (), "Bedroom"),
        ),
        (OFF, {"domain": "siren"}, Problem(ProblemKind.NOTHING_FITS, "siren")),
        (
            ON,
            {"name": "ceiling fan", "area": "bedroom"},
            Problem(ProblemKind.NOTHING_FITS, "ceiling fan", ("Ceiling Fan",), "Bedroom"),
        ),
        (
            "HassLightSet",
            {"name": "coffee machine", "brightness": 50},
            Problem(ProblemKind.WRONG_KIND, "coffee machine", ("Coffee Machine",)),
        ),
        (
            ON,
            {"name": "climate sensor"},
            Problem(ProblemKind.WRONG_KIND, "climate sensor", ("Climate Sensor",)),
        ),
        (ON, {"name": ""}, Problem(ProblemKind.UNKNOWN_NAME, "")),
    ],
)
def test_refused(home: Home, intent: str, slots: Slots, problem: Problem) -> None:
    """What is not there, or of another kind, is named and nothing is done."""
    step = grounded(home, intent, slots)
    assert step.problem == problem
    assert step.entity_ids == ()


@pytest.mark.parametrize(
    "slots", [{"name": "front door"}, {"name": "front door", "domain": "cover"}, {"area": "porch"}]
)
def test_closing_never_unlocks(home: Home, slots: Slots) -> None:
    """Closing and unlocking are the same intent: a lock must have been understood."""
    porch = replace(
        home,
        areas=(*home.areas, Area("porch", "Porch")),
        entities=(*home.entities, Entity("lock.porch", "Porch Gate", area_id="porch")),
    )
    step = grounded(porch, OFF, slots)
    assert step.problem is not None
    assert step.entity_ids == ()


@pytest.mark.parametrize(
    "slots", [{"name": "front door", "domain": "lock"}, {"name": "front door lock"}]
)
def test_unlocking(home: Home, slots: Slots) -> None:
    """It was understood."""
    step = grounded(home, OFF, slots)
    assert (step.slots["name"], step.entity_ids) == ("Front Door", ("lock.front",))


@pytest.mark.parametrize(
    ("intent", "slots", "here", "expected"),
    [
        (ON, {"domain": "light"}, "kitchen", {"domain": "light", "area": "Kitchen"}),
        (OFF, {"domain": "light", "area": "all"}, "kitchen", {"domain": "light"}),
        (OFF, {"domain": "fan"}, None, {"domain": "fan"}),
        (
            OFF,
            {"domain": "light", "area": "upstairs"},
            "kitchen",
            {"domain": "light", "floor": "2nd Floor"},
        ),
        (
            OFF,
            {"domain": "light", "floor": "bedroom"},
            None,
            {"domain": "light", "area": "Bedroom"},
        ),
        ("HassLightSet", {"brightness": 50}, "living", {"brightness": 50, "area": "Living Room"}),
        (
            "HassClimateSetTemperature",
            {"temperature": 20.5},
            "lou",
            {"temperature": 20.5, "area": "Lou's Room"},
        ),
        ("HassVacuumStart", {}, "kitchen", {}),
        ("HassVacuumCleanArea", {}, "kitchen", {"area": "Kitchen"}),
        (
            "HassVacuumCleanArea",
            {"area": "bed room", "name": "rosie"},
            None,
            {"area": "Bedroom", "name": "Rosie"},
        ),
        ("HassSetVolume", {"volume_level": 30}, "kitchen", {"volume_level": 30, "area": "Kitchen"}),
        ("HassMediaPause", {}, "bedroom", {"name": "TV"}),
        (STATE, {"domain": "light", "state": "on"}, "kitchen", {"domain": "light", "state": "on"}),
        (
            ON,
            {"domain": "cover", "device_class": "garage"},
            "kitchen",
            {"domain": "cover", "device_class": "garage"},
        ),
    ],
)
def test_place(home: Home, intent: str, slots: Slots, here: str | None, expected: Slots) -> None:
    """The room that was said, else the room it was said in, else the only thing there is."""
    plan = Plan((Step(intent, slots),), 1.0)
    text = "open the garage door" if "device_class" in slots else ""
    (step,) = ground(plan, home, here, text=text).steps
    assert (step.slots, step.problem) == (expected, None)


def test_lights_of_a_room_without_lights_are_not_the_whole_home(home: Home) -> None:
    """Nothing is done for the whole home that was said in a room."""
    step = grounded(home, OFF, {"domain": "light"}, "office")
    assert step.problem is not None
    assert step.problem.kind is ProblemKind.WHICH_AREA


def test_device_classes_that_people_mix_up(home: Home) -> None:
    """Blinds may be registered as shades, and windows may be contact sensors."""
    step = grounded(home, OFF, {"domain": "cover", "device_class": "blind", "area": "living room"})
    assert step.slots == {"domain": "cover", "device_class": "shade", "area": "Living Room"}
    assert step.entity_ids == ("cover.living_left", "cover.living_right")
    step = grounded(home, STATE, {"domain": "cover", "device_class": "window", "state": "open"})
    assert step.slots == {"device_class": "window", "state": "on"}
    assert step.entity_ids == ("binary_sensor.window",)


@pytest.mark.parametrize(
    ("slots", "expected", "entity_id"),
    [
        (
            {"name": "front door", "state": "locked"},
            {"domain": "lock", "state": "locked"},
            "lock.front",
        ),
        (
            {"name": "front door", "state": "open"},
            {"domain": "binary_sensor", "state": "on"},
            "binary_sensor.front",
        ),
        (
            {"name": "garage door", "state": "open"},
            {"name": "Garage Door", "state": "open"},
            "cover.garage",
        ),
        ({"name": "jane", "state": "work"}, {"name": "Jane", "state": "work"}, "person.jane"),
    ],
)
def test_questions(home: Home, slots: Slots, expected: Slots, entity_id: str) -> None:
    """The state that is asked for tells what is meant, and is put as that thing puts it."""
    step = grounded(home, STATE, slots)
    assert step.problem is None
    assert expected.items() <= step.slots.items()
    assert step.entity_ids == (entity_id,)


def test_temperature_of_a_room(home: Home) -> None:
    """The sensor set for the area, else its thermostat, else its temperature sensors."""
    step = grounded(home, "HassClimateGetTemperature", {"area": "lounge"})
    assert (step.slots, step.entity_ids) == (
        {"area": "Living Room"},
        ("sensor.living_temperature",),
    )
    step = grounded(home, "HassClimateGetTemperature", {}, "hall")
    assert (step.slots, step.entity_ids) == ({"area": "Hallway"}, ("climate.hall",))
    step = grounded(home, "HassClimateGetTemperature", {"area": "bedroom"})
    assert step.intent == STATE
    assert step.slots == {"area": "Bedroom", "domain": "sensor", "device_class": "temperature"}
    assert step.entity_ids == ("sensor.bedroom_temperature",)


@pytest.mark.parametrize(
    ("intent", "slots", "expected"),
    [
        ("HassCancelTimer", {"name": "kitchen"}, {"area": "Kitchen"}),
        ("HassCancelTimer", {"area": "lounge"}, {"area": "Living Room"}),
        ("HassCancelTimer", {"area": "pizza"}, {"name": "pizza"}),
        ("HassStartTimer", {"name": "kitchen", "minutes": 5}, {"name": "kitchen", "minutes": 5}),
        ("HassBroadcast", {"message": "the kitchen lights"}, {"message": "the kitchen lights"}),
    ],
)
def test_free_words_stay(home: Home, intent: str, slots: Slots, expected: Slots) -> None:
    """Timers have names of their own; messages are not looked at."""
    assert grounded(home, intent, slots) == GroundedStep(intent, expected)


def test_shopping_list_where_there_is_one(home: Home) -> None:
    """Home Assistant's shopping list has its own intents, a to-do list called so has not."""
    slots: Slots = {"item": "apples", "name": "shopping list"}
    assert grounded(home, "HassListAddItem", slots).problem == Problem(
        ProblemKind.UNKNOWN_NAME, "shopping list"
    )
    step = grounded(replace(home, shopping_list=True), "HassListAddItem", slots)
    assert step == GroundedStep("HassShoppingListAddItem", {"item": "apples"})
    step = grounded(home, "HassShoppingListAddItem", {"item": "apples"})
    assert (step.intent, step.slots) == ("HassListAddItem", {"item": "apples", "name": "Chores"})
    groceries = replace(home, entities=(*home.entities, Entity("todo.costco", "Groceries")))
    assert (
        grounded(groceries, "HassShoppingListAddItem", {"item": "apples"}).slots["name"]
        == "Groceries"
    )


@pytest.mark.parametrize(
    "spoken", [{"name": "lamp", "area": "nursery"}, {"domain": "light", "area": "nursery"}]
)
def test_name_split_by_the_model(spoken: Slots) -> None:
    """ "Nursery lamp" is a name where no area is called so."""
    home = Home((Entity("light.nursery", "Nursery Lamp"), Entity("light.hall", "Hall Lamp")))
    step = grounded(home, ON, spoken)
    assert (step.slots, step.entity_ids) == ({"name": "Nursery Lamp"}, ("light.nursery",))


def test_steps_keep_their_order_and_their_problems(home: Home) -> None:
    """One step's problem does not hide another step's meaning."""
    plan = Plan((Step(ON, {"name": "play corner"}), Step(ON, {"name": "unicorn"})), 1.0)
    grounding = ground(plan, home)
    assert [step.entity_ids for step in grounding.steps] == [("light.play",), ()]
    assert grounding.problem == Problem(ProblemKind.UNKNOWN_NAME, "unicorn")
    assert ground(Plan(), home).problem is None


def test_one_is_a_number_where_rooms_have_numbers() -> None:
    """ "The hall one" is the hall's, but "room one" is no other room."""
    home = Home(
        entities=(
            Entity("light.hall", "Hall Light", area_id="hall"),
            Entity("light.1", "Lamp", area_id="room_1"),
            Entity("light.2", "Lamp", area_id="room_2"),
        ),
        areas=(Area("hall", "Hall"), Area("room_1", "Room 1"), Area("room_2", "Room 2")),
    )
    slots: Slots = {"domain": "light", "area": "hall one"}
    assert grounded(home, OFF, slots).entity_ids == ("light.hall",)
    slots = {"domain": "light", "area": "all", "except": "room one"}
    assert grounded(home, OFF, slots).entity_ids == ("light.hall", "light.2")

    without = replace(home, areas=(home.areas[0], home.areas[2]))
    slots = {"domain": "light", "area": "room one"}
    assert grounded(without, OFF, slots).problem == Problem(ProblemKind.UNKNOWN_AREA, "room one")


def test_upstairs_is_above_the_speaker() -> None:
    """Seen from where it is said; in a house with two floors it is clear anyway."""
    floors = tuple(Floor(str(level), f"Level {level}", level=level) for level in range(3))
    home = Home(
        (Entity("light.top", "Lamp", area_id="a2"), Entity("light.mid", "Lamp", area_id="a1")),
        tuple(Area(f"a{level}", f"Room {level}", floor_id=str(level)) for level in range(3)),
        floors,
    )
    slots: Slots = {"domain": "light", "floor": "upstairs"}
    assert grounded(home, ON, slots, "a0").entity_ids == ("light.mid",)
    assert grounded(home, ON, slots, "a1").entity_ids == ("light.top",)
    assert grounded(home, ON, slots).problem == Problem(ProblemKind.UNKNOWN_AREA, "upstairs")
    assert grounded(replace(home, floors=floors[:2]), ON, slots).entity_ids == ("light.mid",)


@pytest.mark.parametrize(
    ("intent", "slots", "meant"),
    [
        ("HassSetVolume", {"name": "reading lamp", "volume_level": 40}, ("HassLightSet", "brightness")),
        ("HassSetVolume", {"name": "ecobee", "volume_level": 19}, ("HassClimateSetTemperature", "temperature")),
        ("HassLightSet", {"name": "ceiling fan", "brightness": 50}, ("HassFanSetSpeed", "percentage")),
        ("HassSetVolume", {"name": "kitchen speaker", "volume_level": 40}, ("HassSetVolume", "volume_level")),
    ],
)  # fmt: skip
def test_number_of_another_kind(
    home: Home, intent: str, slots: Slots, meant: tuple[str, str]
) -> None:
    """What is set to a number is said by the thing that is named."""
    step = grounded(home, intent, slots)
    assert step.problem is None
    assert step.intent == meant[0]
    assert step.slots[meant[1]] in slots.values()


@pytest.mark.parametrize(
    ("intent", "slots", "slot", "value"),
    [
        ("HassLightSet", {"name": "reading lamp", "brightness": "up"}, "brightness", 60),
        ("HassLightSet", {"name": "reading lamp", "brightness": "down"}, "brightness", 20),
        ("HassLightSet", {"name": "bedroom lamp", "brightness": "down"}, "brightness", 1),
        (
            "HassLightSet",
            {"area": "living room", "brightness": "up"},
            "brightness",
            70,
        ),  # the mean of 40 and 60
    ],
)
def test_level(home: Home, intent: str, slots: Slots, slot: str, value: float) -> None:
    """A change without a number is counted from what is set now."""
    levels = {"light.living": 40.0, "light.play": 60.0, "light.bedroom": 10.0}
    home = replace(
        home,
        entities=tuple(
            replace(
                entity,
                levels={"brightness": levels[entity.entity_id]}
                if entity.entity_id in levels
                else {},
            )
            for entity in home.entities
        ),
    )
    assert grounded(home, intent, slots).slots[slot] == value


def test_no_level(home: Home) -> None:
    """What is set to no number cannot go up or down."""
    step = grounded(home, "HassLightSet", {"name": "reading lamp", "brightness": "up"})
    assert step.problem == Problem(ProblemKind.NO_LEVEL, "Reading Lamp")


@pytest.mark.parametrize(
    ("intent", "slots", "grounded_intent"),
    [
        ("HassVacuumStart", {"name": "clippy"}, "HassLawnMowerStartMowing"),
        ("HassVacuumReturnToBase", {"name": "clippy"}, "HassLawnMowerDock"),
        ("HassLawnMowerDock", {"name": "rosie"}, "HassVacuumReturnToBase"),
        ("HassVacuumStart", {"name": "rosie"}, "HassVacuumStart"),
        ("HassVacuumStart", {"name": "reading lamp"}, "HassVacuumStart"),
    ],
)
def test_same_for_another_kind(home: Home, intent: str, slots: Slots, grounded_intent: str) -> None:
    """Whether a robot cleans or mows is known by its name."""
    mower = Entity("lawn_mower.clippy", "Clippy")
    home = replace(home, entities=(*home.entities, mower))
    assert grounded(home, intent, slots).intent == grounded_intent


def test_floor_lamp(home: Home) -> None:
    """A floor lamp whose name was taken apart is still the lamp, not the things on a floor."""
    home = replace(
        home, entities=(*home.entities, Entity("light.floor", "Floor Lamp", area_id="living"))
    )
    step = grounded(home, "HassLightSet", {"domain": "light", "floor": "floor", "brightness": 30})
    assert step.entity_ids == ("light.floor",)
    assert step.slots["name"] == "Floor Lamp"

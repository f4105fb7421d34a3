"""What refers to what was said before."""

from __future__ import annotations

from dataclasses import replace

import pytest

from custom_components.llmos_assistant.engine.protocol import Plan, SlotValue, Step
from custom_components.llmos_assistant.home.follow_ups import Turn, resolve
from custom_components.llmos_assistant.home.grounded import Grounding
from custom_components.llmos_assistant.home.grounding import ground
from custom_components.llmos_assistant.home.inventory import Entity, Home
from custom_components.llmos_assistant.home.problems import ProblemKind

type Slots = dict[str, SlotValue]

ON, OFF, SET = "HassTurnOn", "HassTurnOff", "HassLightSet"
MORE, CORRECT = "LlmosMore", "LlmosCorrect"


def plan(*steps: tuple[str, Slots]) -> Plan:
    """A plan of these steps."""
    return Plan(tuple(Step(intent, slots) for intent, slots in steps), 1.0)


def after(
    home: Home, first: Plan, second: Plan, text: str = "", here: str | None = None
) -> Grounding:
    """What the second plan comes to after the first."""
    turn = Turn(first, ground(first, home, here))
    resolved = resolve(second, text, turn, home)
    assert resolved is not None
    return ground(resolved, home, here, turn.entity_ids, text)


@pytest.mark.parametrize(
    ("first", "second", "intent", "entity_ids"),
    [
        # it, them
        ((ON, {"name": "reading lamp"}), (OFF, {"target": "last"}), OFF, {"light.living"}),
        (
            (ON, {"domain": "light", "area": "lou's room"}),
            (SET, {"target": "last", "brightness": 30}),
            SET,
            {"light.lou_1", "light.lou_2"},
        ),
        # a change that says neither what nor where
        (("HassTurnOn", {"name": "bedroom lamp"}), (SET, {"brightness": 20}), SET, set()),
        # and the bedroom
        (
            (ON, {"domain": "light", "area": "kitchen"}),
            (MORE, {"area": "lou's room"}),
            ON,
            {"light.lou_1", "light.lou_2"},
        ),
        ((ON, {"name": "reading lamp"}), (MORE, {"name": "play corner"}), ON, {"light.play"}),
        # the same lamp there; its lights where there is no such lamp
        (
            (ON, {"name": "overhead light", "area": "kitchen"}),
            (MORE, {"area": "bedroom"}),
            ON,
            {"light.bedroom_2"},
        ),
        (
            (ON, {"name": "overhead light", "area": "kitchen"}),
            (MORE, {"area": "lou's room"}),
            ON,
            {"light.lou_1", "light.lou_2"},
        ),
        # a bare number
        ((ON, {"name": "reading lamp"}), (MORE, {"value": 40}), SET, {"light.living"}),
        # of the kind of the thing, of the slot that was set, or of the colour
        (
            (ON, {"name": "ecobee"}),
            (MORE, {"value": 20}),
            "HassClimateSetTemperature",
            {"climate.hall"},
        ),
        (
            (SET, {"name": "reading lamp", "brightness": 20}),
            (MORE, {"value": 40}),
            SET,
            {"light.living"},
        ),
        (
            (SET, {"name": "reading lamp", "color": "red"}),
            (MORE, {"color": "blue", "name": "play corner"}),
            SET,
            {"light.play"},
        ),
        # one more
        (
            ("HassSetVolume", {"name": "kitchen speaker", "volume_level": 30}),
            (MORE, {}),
            "HassSetVolumeRelative",
            {"media_player.kitchen"},
        ),
        # a room that was taken for a name, or for a number
        (
            (ON, {"domain": "light", "area": "kitchen"}),
            (MORE, {"name": "garage"}),
            ON,
            {"light.garage"},
        ),
        (
            ("HassGetState", {"domain": "light", "area": "kitchen", "state": "on"}),
            (MORE, {"value": "garage"}),
            "HassGetState",
            {"light.garage"},
        ),
        # the other one
        ((ON, {"name": "bed light 1"}), (MORE, {"target": "other"}), ON, {"light.lou_2"}),
    ],
)
def test_the_last_thing_again(
    home: Home,
    first: tuple[str, Slots],
    second: tuple[str, Slots],
    intent: str,
    entity_ids: set[str],
) -> None:
    """The last step, with another target or value."""
    grounding = after(home, plan(first), plan(second))
    step = grounding.steps[-1]
    assert step.intent == intent
    if entity_ids:
        assert (set(step.entity_ids), step.problem) == (entity_ids, None)


@pytest.mark.parametrize(
    ("first", "expected"),
    [
        (
            ("HassClimateGetTemperature", {"area": "bedroom"}),
            ("HassGetState", {"area": "bedroom", "device_class": "humidity"}),
        ),
        (
            ("HassGetState", {"device_class": "temperature", "ask": "highest"}),
            ("HassGetState", {"device_class": "humidity"}),
        ),
        (
            ("HassGetWeather", {"during": "tomorrow", "attribute": "temperature"}),
            ("HassGetWeather", {"during": "tomorrow", "attribute": "humidity"}),
        ),
    ],
)
def test_measured_too(home: Home, first: tuple[str, Slots], expected: tuple[str, Slots]) -> None:
    """ "And the humidity" is asked of the same place, or of the weather."""
    turn = Turn(plan(first), Grounding())
    resolved = resolve(plan((MORE, {"device_class": "humidity"})), "", turn, home)
    assert resolved == plan(expected)


def test_answer_behind_otherwise(home: Home) -> None:
    """An answer belongs to the step that was asked about, wherever it stood in the plan."""
    first = plan(
        ("LlmosIf", {"condition": "sunny"}),
        (ON, {"name": "reading lamp"}),
        ("LlmosIf", {"target": "other"}),
        (OFF, {"name": "overhead light"}),
    )
    answered = after(home, first, plan((MORE, {"area": "kitchen"})), "the kitchen one")
    assert [(step.intent, step.entity_ids) for step in answered.steps] == [
        (OFF, ("light.kitchen_1",))
    ]


def test_correction_takes_back(home: Home) -> None:
    """ "No, I meant the play corner": undone, then done right."""
    grounding = after(
        home, plan((ON, {"name": "reading lamp"})), plan((CORRECT, {"name": "play corner"}))
    )
    assert [step.intent for step in grounding.steps] == ["LlmosUndo", ON]
    assert grounding.steps[-1].entity_ids == ("light.play",)


@pytest.mark.parametrize(
    ("text", "second", "entity_ids"),
    [
        ("the bedroom one", plan((MORE, {"area": "bedroom"})), ("light.bedroom_2",)),
        ("in the kitchen please", plan(), ("light.kitchen_1",)),
        ("the second one", plan((MORE, {"ordinal": 2})), ("light.bedroom_2",)),
        ("the last", plan((MORE, {"ordinal": "last"})), ("light.bedroom_2",)),
        ("both", plan((MORE, {"target": "all"})), ("light.kitchen_1", "light.bedroom_2")),
        ("kitchen overhead light", plan(), ("light.kitchen_1",)),
    ],
)
def test_answers_to_which_one(
    home: Home, text: str, second: Plan, entity_ids: tuple[str, ...]
) -> None:
    """An answer is understood by place, name or number."""
    first = plan((ON, {"name": "overhead light"}))
    assert ground(first, home).problem is not None
    step = after(home, first, second, text).steps[-1]
    assert (step.intent, step.entity_ids, step.problem) == (ON, entity_ids, None)


@pytest.mark.parametrize("text", ["um", "in the office", "the zeppelin"])
def test_no_answer_to_which_one(home: Home, text: str) -> None:
    """It names none of the choices: nothing is done, and nothing guessed."""
    first = plan((ON, {"name": "overhead light"}))
    assert resolve(plan(), text, Turn(first, ground(first, home)), home) is None


@pytest.mark.parametrize(
    ("first", "text", "second", "slots"),
    [
        (("HassStartTimer", {}), "ten minutes", (MORE, {"minutes": 10}), {"minutes": 10}),
        (
            ("HassListAddItem", {"item": "something", "name": "chores"}),
            "the bins",
            (MORE, {"name": "the bins"}),
            {"item": "the bins", "name": "Chores"},
        ),
        (
            ("HassListAddItem", {"item": "something", "name": "chores"}),
            "sweep the yard",
            None,
            {"item": "sweep the yard", "name": "Chores"},
        ),
    ],
)
def test_what_was_missing(
    home: Home,
    first: tuple[str, Slots],
    text: str,
    second: tuple[str, Slots] | None,
    slots: Slots,
) -> None:
    """How long, or what: the answer completes what was asked for."""
    asked, answered = plan(first), plan(second) if second else plan()
    assert ground(asked, home).problem is not None
    step = after(home, asked, answered, text).steps[-1]
    assert (step.intent, step.slots, step.problem) == (first[0], slots, None)


def test_a_condition_alone_is_no_request(home: Home) -> None:
    assert resolve(plan(("LlmosIf", {"condition": "dark"})), "if it's dark", None, home) is None


def test_one_more_step(home: Home) -> None:
    """ "One more", after a lamp was set, is a step up; after a colour it is nothing."""
    lamp = Turn(*_turn(home, SET, {"name": "reading lamp", "brightness": 40}))
    resolved = resolve(plan((MORE, {})), "one more", lamp, home)
    assert resolved is not None
    assert resolved.steps == (Step(SET, {"target": "last", "brightness": "up"}),)


def _turn(home: Home, intent: str, slots: Slots) -> tuple[Plan, Grounding]:
    first = plan((intent, slots))
    return first, ground(first, home)


def test_it_is_what_a_condition_is_about(home: Home) -> None:
    """ "If it is playing", after the TV was spoken of."""
    step = ground(
        plan(("LlmosIf", {"target": "last", "state": "playing"})),
        home,
        None,
        ("media_player.living",),
    ).steps[0]
    assert (step.is_met, step.entity_ids) == (True, ("media_player.living",))


def test_which_other_one_is_asked(home: Home) -> None:
    """Of three in the room, "the other one" could be two."""
    lit = replace(home, entities=(*home.entities, Entity("light.third", "Globe", area_id="living")))
    problem = after(
        lit, plan((ON, {"name": "reading lamp"})), plan((MORE, {"target": "other"}))
    ).problem
    assert problem is not None
    assert (problem.kind, problem.candidates) == (
        ProblemKind.AMBIGUOUS_NAME,
        ("Play Corner", "Globe"),
    )


def test_where(home: Home) -> None:
    """ "Turn on the lights" - "Where?" - "In the kitchen"."""
    first = plan((ON, {"domain": "light"}))
    problem = ground(first, home, "office").problem
    assert problem is not None
    assert problem.kind is ProblemKind.WHICH_AREA
    step = after(home, first, plan((MORE, {"area": "kitchen"})), "the kitchen", "office").steps[-1]
    assert set(step.entity_ids) == {"light.kitchen_1", "light.kitchen_2"}


def test_nothing_to_hang_on(home: Home) -> None:
    """ "And the bedroom" out of the blue means nothing."""
    assert resolve(plan((MORE, {"area": "bedroom"})), "and the bedroom", None, home) is None
    assert resolve(plan(("LlmosYes", {})), "yes", None, home) is None


def test_a_new_request_is_no_answer(home: Home) -> None:
    """Who asks for something else instead of answering gets that."""
    first = plan((ON, {"name": "overhead light"}))
    step = after(home, first, plan(("HassVacuumStart", {})), "start vacuuming").steps[-1]
    assert step.intent == "HassVacuumStart"


@pytest.mark.parametrize("name", ["front doar", "frond door"])
def test_unlocking_on_a_guess_is_confirmed(home: Home, name: str) -> None:
    """What was misheard is not unlocked; a yes unlocks it."""
    first = plan((OFF, {"name": name, "domain": "lock"}))
    problem = ground(first, home).problem
    assert problem is not None
    assert problem.kind is ProblemKind.CONFIRM
    step = after(home, first, plan(("LlmosYes", {})), "yes please").steps[-1]
    assert (step.entity_ids, step.problem) == (("lock.front",), None)


@pytest.mark.parametrize("slot", ["item", "name"])
def test_items(home: Home, slot: str) -> None:
    """ "And butter" goes on the same list, whatever the command model takes it for."""
    first = plan(("HassListAddItem", {"item": "milk", "name": "chores"}))
    step = after(home, first, plan((MORE, {slot: "butter"})), "and butter").steps[-1]
    assert (step.intent, step.slots) == ("HassListAddItem", {"item": "butter", "name": "Chores"})


def test_bare_change_means_what_was_spoken_of(home: Home) -> None:
    """ "A bit dimmer" after the lamp, wherever it was said."""
    lit = replace(
        home,
        entities=tuple(
            replace(e, levels={"brightness": 60}) if e.entity_id == "light.living" else e
            for e in home.entities
        ),
    )
    first = plan((ON, {"name": "reading lamp"}))
    step = after(lit, first, plan((SET, {"brightness": "down"})), "a bit dimmer", "kitchen").steps[
        -1
    ]
    assert (step.entity_ids, step.slots["brightness"]) == (("light.living",), 40)

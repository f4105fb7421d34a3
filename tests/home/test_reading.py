"""Which of the plans that the command model holds for possible is taken."""

from __future__ import annotations

import pytest

from custom_components.llmos_assistant.engine.protocol import Plan, SlotValue, Step
from custom_components.llmos_assistant.home.inventory import Home
from custom_components.llmos_assistant.home.problems import ProblemKind
from custom_components.llmos_assistant.home.reading import read

ON = "HassTurnOn"


def on(name: str, confidence: float, *alternatives: Plan) -> Plan:
    """A plan to turn something on."""
    slots: dict[str, SlotValue] = {"name": name}
    return Plan((Step(ON, slots),), confidence, alternatives)


def talk(confidence: float, *alternatives: Plan) -> Plan:
    """A plan to do nothing."""
    return Plan((), confidence, alternatives)


@pytest.mark.parametrize(
    ("plan", "entity_ids"),
    [
        # the likeliest that this home can carry out
        (on("zeppelin", 0.8, on("reading lamp", 0.7)), ["light.living"]),
        (on("zeppelin", 0.8, on("submarine", 0.7), on("reading lamp", 0.7)), ["light.living"]),
        # but nothing unlikely
        (on("zeppelin", 0.8, on("reading lamp", 0.5)), []),
        # as likely talk as anything
        (on("reading lamp", 0.5, talk(0.4)), []),
        # talk is left alone: if it is certain, or if no thing is named
        (talk(0.9, on("reading lamp", 0.7)), ["light.living"]),
        (talk(0.98, on("reading lamp", 0.7)), []),
        (talk(0.9, on("lights in the kitchen", 0.7)), []),
        (talk(0.7, on("kitchen lights", 0.7)), ["light.kitchen_1", "light.kitchen_2"]),
    ],
)
def test_the_reading_that_makes_sense_here(home: Home, plan: Plan, entity_ids: list[str]) -> None:
    grounding = read(plan, "", home, None, None).grounding

    found = [i for step in grounding.steps if not step.problem for i in step.entity_ids]
    assert found == entity_ids


def test_the_likeliest_is_told_of_if_none_makes_sense(home: Home) -> None:
    plan = on("zeppelin", 0.8, on("submarine", 0.7))

    problem = read(plan, "", home, None, None).grounding.problem

    assert problem is not None
    assert (problem.kind, problem.spoken) == (ProblemKind.UNKNOWN_NAME, "zeppelin")


def test_no_question_becomes_a_command(home: Home) -> None:
    """Whatever else an unclear question could be, it changes nothing."""
    question = Plan((Step("HassGetState", {"name": "zeppelin"}),), 0.8, (on("reading lamp", 0.7),))

    understanding = read(question, "", home, None, None)

    assert not understanding.makes_sense
    assert [step.intent for step in understanding.plan.steps] == ["HassGetState"]


@pytest.mark.parametrize("text", ["movie night", "it's movie night", "start movie night please"])
def test_a_scenes_name_alone_runs_it(home: Home, text: str) -> None:
    understanding = read(talk(0.99), text, home, None, None)

    assert understanding.makes_sense
    assert understanding.grounding.steps[0].entity_ids == ("scene.movie",)


@pytest.mark.parametrize("text", ["is it movie night tomorrow", "movie", "start it now"])
def test_other_words_run_no_scene(home: Home, text: str) -> None:
    assert not read(talk(0.99), text, home, None, None).plan.steps

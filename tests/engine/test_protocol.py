"""What travels between the engine and its clients."""

from __future__ import annotations

import pytest
from wyoming.asr import Transcript
from wyoming.event import Event
from wyoming.info import Info
from wyoming.intent import IntentsStart

from custom_components.llmos_assistant.engine.protocol import EngineInfo, Plan, ProtocolError, Step

TURN_ON = Step("HassTurnOn", {"name": "desk lamp", "area": "office"})
SET = Step("HassLightSet", {"brightness": 30, "temperature": 20.5})
ASK = Step("HassGetState", {"domain": "light", "state": "on"})


@pytest.mark.parametrize(
    "plan",
    [Plan((TURN_ON,), 0.5), Plan((SET, ASK), 1.0), Plan((Step("HassNevermind"),), 0.1), Plan()],
)
def test_a_plan_arrives_as_it_was_sent(plan: Plan) -> None:
    """Steps in order, numbers as numbers, and the confidence."""
    assert Plan.from_events(plan.events("text")) == plan


@pytest.mark.parametrize(
    ("steps", "route"),
    [((TURN_ON,), "command"), ((ASK,), "question"), ((ASK, TURN_ON), "command"), ((), "chat")],
)
def test_route(steps: tuple[Step, ...], route: str) -> None:
    """One thing to do makes it a command."""
    assert Plan(steps).route == route


@pytest.mark.parametrize(
    "events",
    [
        [],
        [Transcript("no plan").event()],
        [IntentsStart().event()],
        Plan((TURN_ON,)).events("text")[:-1],
    ],
)
def test_what_is_no_plan(events: list[Event]) -> None:
    """A plan that ends early is not half a plan."""
    with pytest.raises(ProtocolError):
        Plan.from_events(events)


def test_what_an_engine_is_arrives_as_it_was_sent() -> None:
    """Also what Wyoming's own message has no words for."""
    info = EngineInfo(protocol=7, memory=2**30)
    assert EngineInfo.from_event(info.event()) == info


def test_an_engine_that_tells_no_version_speaks_the_first() -> None:
    """As any other program that speaks Wyoming."""
    info = EngineInfo.from_event(Info().event())
    assert (info.protocol, info.memory) == (1, None)

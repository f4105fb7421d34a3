"""Both agents hear the same sentences in the same homes, in a real Home Assistant.

Sentence tests bring their homes, in which things have names, places and states but cannot be moved:
Home Assistant's agent is asked what it would carry out. That it was not told which area it was
spoken to from is not counted as its mistake, as it is not counted as ours.

Utterances without a home are said in the lounge of `tests/homes/gran-and-kids`. Ours acts if its
plan, grounded there, meets no problem and has a step that is no question; Home Assistant's
acts if a handler carries out an intent of its that is no question.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tqdm import tqdm

from custom_components.llmos_assistant.engine.protocol import Step
from custom_components.llmos_assistant.home.grounded import Grounding
from custom_components.llmos_assistant.understanding import async_understand
from tests.homes.files import FOLDER, load_home
from tests.homes.peer import Peer
from tests.homes.small import furnish, open_empty
from tests.homes.suite import open_suite
from tests.homes.virtual import Clock

from .evaluate import home_of, slots_right
from .latency import engine_in_process
from .slurp import acts

_HOME, _AREA = "gran-and-kids", "lounge"


@dataclass(frozen=True)
class Judged:
    """Whether Home Assistant's agent took a sentence test for what it is."""

    text: str
    intent: str
    intent_right: bool
    right: bool
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Heard:
    """What each agent took an utterance for, and whether it would act."""

    row: Mapping[str, Any]
    ours: tuple[Step, ...]
    we_act: bool
    theirs: tuple[Step, ...]
    they_act: bool


def judge_peer(rows: Sequence[Mapping[str, Any]]) -> list[Judged]:
    """What Home Assistant's agent makes of sentence tests, by the rule of `evaluate.py`."""
    return asyncio.run(_judge_peer(rows))


def hear(rows: Sequence[Mapping[str, Any]], model: Path) -> list[Heard]:
    """What both agents make of utterances in the same home."""
    with Clock.stopped() as clock:
        return asyncio.run(_hear(rows, model, clock))


async def _judge_peer(rows: Sequence[Mapping[str, Any]]) -> list[Judged]:
    judged: list[Judged] = []
    home: dict[str, Any] | None = None
    async with open_empty() as hass:
        peer = Peer(hass, execute=False)
        for row in _by_home(rows):
            if home is None or row["home"] != home:
                home = row["home"]
                await furnish(hass, row["home"])
            reading = await peer.read(row["text"])
            steps = reading.steps or [s for s in (reading.guess,) if s and reading.only_place]
            intent_right = len(steps) == 1 and steps[0].intent == row["intent"]
            right = intent_right and slots_right(
                row["intent"], row["slots"], steps[0].slots, home_of(row["home"])
            )
            judged.append(Judged(row["text"], row["intent"], intent_right, right, tuple(steps)))
    return judged


def _by_home(rows: Sequence[Mapping[str, Any]]) -> Iterable[Mapping[str, Any]]:
    """Those that share a home one after another, so that it is furnished once."""
    ordered = sorted(rows, key=lambda row: json.dumps(row["home"]))
    progress: Iterable[Mapping[str, Any]] = tqdm(
        ordered, desc="Home Assistant", unit="", disable=None
    )
    return progress


async def _hear(rows: Sequence[Mapping[str, Any]], model: Path, clock: Clock) -> list[Heard]:
    engine = engine_in_process(model)
    heard = []
    async with open_suite(load_home(FOLDER / _HOME), clock) as house:
        peer = Peer(house.hass, execute=True)
        area_id, device_id = house.area_ids[_AREA], house.device_ids[_AREA]
        satellite_id = house.satellites[_AREA].entity_id
        await house.reset()
        for row in tqdm(rows, desc=_HOME, unit="", disable=None):
            text = row["text"]
            understood = await async_understand(house.hass, engine, text, "en", area_id)
            reading = await peer.read(text, device_id, satellite_id)
            theirs = reading.steps or [step for step in (reading.guess,) if step]
            they_act = any(acts(step.intent) for step in reading.done)
            heard.append(
                Heard(
                    row, understood.plan.steps, _acts(understood.grounding), tuple(theirs), they_act
                )
            )
            if reading.done:
                await house.reset()
    return heard


def _acts(grounding: Grounding) -> bool:
    """If anything is done: nothing is once a step has a problem, or a condition is not met."""
    return (
        grounding.problem is None
        and grounding.unmet is None
        and any(acts(step.intent) for step in grounding.steps)
    )

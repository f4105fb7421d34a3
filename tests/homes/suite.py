"""Saying what people say in a home to an agent, and comparing what comes of it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import freezegun
from homeassistant.components import conversation
from homeassistant.const import CONF_HOST, CONF_LANGUAGE, CONF_PORT
from homeassistant.core import Context, HomeAssistant
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.llmos_assistant.const import CONF_ENGINE, DOMAIN, ENGINE_REMOTE, NAME

from .checks import answer_problems, happened, mismatches
from .files import Entry, HomeFile, Turn
from .virtual import Clock, House, Snapshot, open_house
from .virtual.clock import settle

AGENTS = {"llmos": f"conversation.{DOMAIN}", "home_assistant": conversation.HOME_ASSISTANT_AGENT}
ENGINE = Path(__file__).parents[2] / "custom_components" / DOMAIN / "engine"

_WARMING = ("turn on the light", "frobnicate the gizmo")  # they read what they need the first time
_EARLY = 0.9  # of the time until something is to change: by then nothing may have
_LATE = timedelta(seconds=2)  # after which it must have


@dataclass(frozen=True)
class Result:
    """What came of an entry. Of several turns, of the first wrong one, else of the last."""

    home: str
    agent: str
    about: str
    say: str
    right: bool
    expected: dict[str, Any]
    happened: dict[str, Any]
    answer: str
    problems: tuple[str, ...]
    failed: bool  # with an exception
    ms: float


@dataclass
class _Heard:
    """What came of one turn."""

    answer: str = ""
    conversation_id: str | None = None
    asks: bool = False
    failed: bool = False
    ms: float = 0.0
    happened: dict[str, Any] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


@contextmanager
def running_engine(port: int) -> Iterator[int]:
    """The engine with the models that ship, for all homes."""
    uri = f"tcp://127.0.0.1:{port}"
    with subprocess.Popen(
        [sys.executable, str(ENGINE), "--uri", uri, "--threads", "1", "--exit-with-parent"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        if process.stdout.readline() != f"Ready on {uri}\n":
            raise RuntimeError("the engine does not start")
        yield port
        process.terminate()


@asynccontextmanager
async def open_suite(
    file: HomeFile, clock: Clock, engine_port: int | None = None
) -> AsyncGenerator[House]:
    """A home in which Home Assistant's agent listens, and ours if there is an engine."""
    async with open_house(file, clock) as house:
        if engine_port is not None:
            await _add_assistant(house.hass, engine_port)
        yield house


async def run_entry(house: House, entry: Entry, agent: str) -> Result:
    """Say an entry to an agent. The home is as home.yaml has it before."""
    await house.reset()
    for timer in entry.running:
        house.start_timer(timer)
    heard, conversation_id, times = _Heard(), None, []
    for turn in entry.turns:
        heard = await _run_turn(house, turn, AGENTS[agent], conversation_id)
        conversation_id = heard.conversation_id
        times.append(heard.ms)
        if heard.problems:
            break
    return Result(
        house.file.name,
        agent,
        entry.about,
        entry.say,
        not heard.problems,
        _expected(turn),
        heard.happened,
        heard.answer,
        tuple(heard.problems),
        heard.failed,
        sum(times) / len(times),
    )


async def run_entries(
    house: House, entries: Sequence[Entry], agents: Sequence[str]
) -> AsyncGenerator[Result]:
    """Say all entries to all agents."""
    for agent in agents:
        for text in _WARMING:
            await _say(house.hass, text, AGENTS[agent], _Heard())
    for entry in entries:
        for agent in agents:
            yield await run_entry(house, entry, agent)


def as_json(result: Result) -> dict[str, Any]:
    """A result as JSON's types."""
    data: dict[str, Any] = json.loads(json.dumps(vars(result), default=str, ensure_ascii=False))
    return data


async def _add_assistant(hass: HomeAssistant, port: int) -> None:
    entry = MockConfigEntry(
        domain=DOMAIN,
        title=NAME,
        data={
            CONF_ENGINE: ENGINE_REMOTE,
            CONF_HOST: "127.0.0.1",
            CONF_PORT: port,
            CONF_LANGUAGE: "en",
        },
    )
    entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(entry.entry_id), entry.reason
    await hass.async_block_till_done()


async def _run_turn(house: House, turn: Turn, agent_id: str, conversation_id: str | None) -> _Heard:
    heard = _Heard(conversation_id=conversation_id)
    before = house.snapshot()
    await _say(house.hass, turn.say, agent_id, heard, house, turn.area)
    after = house.snapshot()
    heard.happened = happened(before, after)
    heard.problems += mismatches(turn.changes or {}, before, after, not turn.later)
    if turn.asks and not heard.asks:
        heard.problems.append("it does not ask")
    heard.problems += answer_problems(turn, heard.answer)
    if not heard.problems:
        await _wait(house, turn, after, heard)
    return heard


async def _say(
    hass: HomeAssistant,
    text: str,
    agent_id: str,
    heard: _Heard,
    house: House | None = None,
    area: str | None = None,
) -> None:
    device_id = house.device_ids[area] if house and area else None
    satellite_id = house.satellites[area].entity_id if house and area else None
    started = freezegun.api.real_perf_counter()
    try:
        result = await conversation.async_converse(
            hass,
            text,
            heard.conversation_id,
            Context(),
            "en",
            agent_id,
            device_id=device_id,
            satellite_id=satellite_id,
        )
    except Exception as err:  # noqa: BLE001 # an agent that fails is wrong, the next sentence is not
        heard.failed = True
        heard.problems.append(f"{type(err).__name__}: {err}")
    else:
        heard.answer = str(result.response.speech.get("plain", {}).get("speech", ""))
        heard.conversation_id = result.conversation_id
        heard.asks = result.continue_conversation or heard.answer.rstrip().endswith("?")
    heard.ms = (freezegun.api.real_perf_counter() - started) * 1000
    await settle(hass)


async def _wait(house: House, turn: Turn, before: Snapshot, heard: _Heard) -> None:
    """Look again when what is to change later should have, and shortly before."""
    passed = timedelta()
    for later in turn.later:
        early = passed + (later.after - passed) * _EARLY
        await house.clock.advance(house.hass, early - passed)
        still = house.snapshot()
        heard.problems += [f"too early: {p}" for p in mismatches({}, before, still, False)]
        await house.clock.advance(house.hass, later.after + _LATE - early)
        now = house.snapshot()
        heard.problems += [f"later: {p}" for p in mismatches(later.changes, still, now, False)]
        if changed := happened(still, now):
            heard.happened[f"after {later.after}"] = changed
        before, passed = now, later.after + _LATE


def _expected(turn: Turn) -> dict[str, Any]:
    """What should have come of a turn, in README.md's words."""
    expected: dict[str, Any] = {}
    if turn.changes is not None:
        expected["changes"] = turn.changes
    if turn.answer:
        expected["answer"] = list(turn.answer)
    if turn.lacks:
        expected["lacks"] = list(turn.lacks)
    if turn.unknown:
        expected["unknown"] = True
    if turn.asks:
        expected["asks"] = True
    if turn.later:
        expected["later"] = [
            {"after": str(later.after), "changes": later.changes} for later in turn.later
        ]
    return expected

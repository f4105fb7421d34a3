"""The suite itself: what is wrong must be told wrong, and the homes must be well-formed."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml
from homeassistant.components import conversation
from homeassistant.const import MATCH_ALL
from homeassistant.helpers import intent
from pytest_homeassistant_custom_component.common import MockConfigEntry

from .files import (
    ABOUT,
    QUESTIONS,
    SENTENCES,
    HomeError,
    entries_from,
    find_homes,
    home_from,
    load_entries,
    load_home,
)
from .report import failures, tables
from .suite import AGENTS, Result, as_json, open_suite, run_entries, run_entry
from .virtual import Clock, House, open_house
from .wellformed import problems_of_entries, problems_of_home

_SCRIPTED = "scripted"
_LEAST_RIGHT = 0.65  # of the sentences of a home, below which something broke

_OUTCOMES = yaml.safe_load(Path(__file__).with_name("outcomes.yaml").read_text("utf-8"))
_TINY = home_from("tiny", _OUTCOMES["home"])


class ScriptedAgent(conversation.AbstractConversationAgent):
    """Does exactly what it is told, in the words of outcomes.yaml."""

    supported_languages = MATCH_ALL

    def __init__(self, house: House, agent_id: str) -> None:
        self.house, self.agent_id = house, agent_id

    async def async_process(
        self, user_input: conversation.ConversationInput
    ) -> conversation.ConversationResult:
        """Do it."""
        response = intent.IntentResponse(language="en")
        for command in user_input.text.split(";"):
            verb, _, rest = command.strip().partition(" ")
            if verb == "say":
                response.async_set_speech(rest)
            elif verb in ("timer", "in"):
                minutes, _, words = rest.partition(" ")
                self._start_timer(user_input, int(minutes), **{verb: words})
            elif verb == "fail":
                raise ValueError("as it was told to")
            else:
                await self._act(verb, rest)
        return conversation.ConversationResult(response, user_input.conversation_id)

    def _start_timer(
        self, user_input: conversation.ConversationInput, minutes: int, **words: str
    ) -> None:
        self.house.timers.start_timer(
            user_input.device_id,
            None,
            minutes,
            None,
            "en",
            name=words.get("timer"),
            conversation_command=words.get("in"),
            conversation_agent_id=self.agent_id,
        )

    async def _act(self, verb: str, rest: str) -> None:
        if verb == "announce":
            verb, rest = "assist_satellite.announce", f"assist_satellite.hall message={rest}"
        domain, _, action = verb.partition(".")
        entity_id, *pairs = shlex.split(rest)
        data = dict(pair.split("=", 1) for pair in pairs)
        await self.house.hass.services.async_call(
            domain, action, {"entity_id": entity_id, **data}, blocking=True
        )


def _tell(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Add the scripted agent."""
    entry = MockConfigEntry(domain=_SCRIPTED)
    entry.add_to_hass(house.hass)
    agent = ScriptedAgent(house, entry.entry_id)
    conversation.async_set_agent(house.hass, entry, agent)
    monkeypatch.setitem(AGENTS, _SCRIPTED, entry.entry_id)


@pytest.mark.parametrize("when", ["at once", "later"])
async def test_what_is_wrong_is_told_wrong(when: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with Clock.stopped() as clock:
        async with open_house(_TINY, clock) as house:
            _tell(house, monkeypatch)
            for row in _OUTCOMES[when]:
                for key in ("right", "wrong"):
                    for expected in row.get(key, []):
                        said = {"say": row["do"], "from": "den", "about": "lights", **expected}
                        (entry,) = entries_from("tiny", [said])
                        result = await run_entry(house, entry, _SCRIPTED)
                        assert result.right is (key == "right"), (row["do"], expected, result)
                        assert result.failed is (row["do"] == "fail"), result


async def test_turns_are_one_conversation_compared_turn_by_turn(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    dims = {"light.lamp": {"brightness": "lower"}}
    turns = [
        {"say": "light.turn_on light.lamp brightness_pct=80", "changes": {"light.lamp": "on"}},
        {"say": "light.turn_on light.lamp brightness_pct=60", "changes": dims},
        {"say": "light.turn_on light.lamp brightness_pct=70", "changes": dims},
    ]
    entries = entries_from("tiny", [{"about": "follow-ups", "turns": turns[:n]} for n in (2, 3)])
    with Clock.stopped() as clock:
        async with open_house(_TINY, clock) as house:
            _tell(house, monkeypatch)
            right, wrong = [await run_entry(house, entry, _SCRIPTED) for entry in entries]
    assert right.right
    assert not wrong.right
    assert wrong.expected == {"changes": dims}
    assert wrong.happened == {"light.lamp": {"brightness": 70}}


async def test_the_home_is_as_it_was_for_each_sentence() -> None:
    entries = entries_from(
        "tiny",
        [
            {"say": "turn off the glow", "about": "aliases", "changes": {"light.lamp": "off"}},
            {"say": "turn on the rack", "about": "lights", "changes": {}},
            {
                "say": "turn off the lights",
                "from": "den",
                "about": "this-room",
                "changes": {"light.lamp": "off"},
            },
            {"say": "what time is it", "about": "weather-time", "answer": ["7:30"]},
            {
                "say": "turn off the lamp in two hours",
                "from": "den",
                "about": "delays",
                "later": [{"after": {"hours": 2}, "changes": {"light.lamp": "off"}}],
            },
            {"say": "what time is it", "about": "weather-time", "answer": ["7:30"]},
            {"say": "is ann home", "about": "states", "answer": ["yes"]},
            {
                "say": "broadcast tea is ready",
                "from": "den",
                "about": "announce",
                "changes": {"announce": "tea is ready"},
            },
            {
                "say": "set a timer for 5 minutes",
                "from": "den",
                "about": "timers",
                "changes": {"timers": [{"minutes": 5}]},
            },
        ],
    )
    with Clock.stopped() as clock:
        async with open_house(_TINY, clock) as house:
            results = [result async for result in run_entries(house, entries, ["home_assistant"])]
    assert [(r.say, r.problems) for r in results if not r.right] == []
    assert results[0].home == "tiny"
    assert results[0].ms > 0


async def test_timers_may_run_when_a_conversation_begins(monkeypatch: pytest.MonkeyPatch) -> None:
    running = [{"minutes": 5, "name": "egg", "from": "den"}]
    row = {"say": "say hi", "about": "timers", "changes": {}, "running": running}
    (entry,) = entries_from("tiny", [row])
    with Clock.stopped() as clock:
        async with open_house(_TINY, clock) as house:
            _tell(house, monkeypatch)
            result = await run_entry(house, entry, _SCRIPTED)
            (timer,) = house.timers.timers.values()
    assert result.right
    assert (timer.name, timer.created_seconds) == ("egg", 300)


def test_the_report_shows_agents_side_by_side() -> None:
    def result(agent: str, right: bool) -> Result:
        changes = {"changes": {"light.lamp": "off"}}
        problems = () if right else ("light.lamp: state is on, not off",)
        return Result("tiny", agent, "lights", "off", right, changes, {}, "", problems, False, 7.0)

    results = [result("llmos", True), result("home_assistant", False)]
    agents = ["llmos", "home_assistant"]
    lines = list(tables(results, agents))
    assert [line.split() for line in lines if line.startswith("lights")] == [
        ["lights", "1", "1", "100.0%", "0", "0.0%"]
    ]
    told = "\n".join(failures(results, agents))
    assert "LLMOS: 0 wrong" in told
    assert "light.lamp: state is on, not off" in told
    assert as_json(results[0])["right"] is True


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ({"say": "x", "about": "magic", "changes": {}}, "not in README.md"),
        ({"say": "x", "about": "lights", "from": "attic", "changes": {}}, "no area attic"),
        ({"say": "x", "about": "lights"}, "nothing is expected"),
        (
            {"say": "x", "about": "lights", "changes": {"light.none": "on"}},
            "there is no light.none",
        ),
        ({"say": "x", "about": "lights", "changes": {"light.lamp": "lit"}}, "no state lit"),
        ({"say": "x", "about": "lights", "changes": {"light.secret": "on"}}, "not exposed"),
        ({"say": "x", "about": "fans", "changes": {"light.lamp": {"speed": 3}}}, "no speed"),
        ({"say": "x", "about": "states", "answer": ["("]}, "no regular expression"),
    ],
)
def test_mistakes_in_sentences_are_found(row: dict[str, Any], problem: str) -> None:
    assert list(problems_of_home(_TINY)) == []
    (found,) = problems_of_entries(_TINY, entries_from("tiny", [row]))
    assert problem in found


def test_unknown_words_in_sentences_are_errors() -> None:
    with pytest.raises(HomeError, match="unknown: asnwer"):
        entries_from("tiny", [{"say": "x", "about": "states", "asnwer": ["y"]}])


def test_what_cannot_have_happened_is_found() -> None:
    home = dict(_OUTCOMES["home"])
    home["history"] = {
        "lock.door": {"2026-10-14 08:00": "unlocked"},
        "light.none": {"2026-10-14 08:00": "on"},
        "switch.kettle": {"2026-10-15 08:00": {"state": "off", "by": "person.bob"}},
    }
    told = "\n".join(problems_of_home(home_from("tiny", home)))
    assert "lock.door: it ends with unlocked" in told
    assert "there is no light.none" in told
    assert "is not before now" in told
    assert "there is no person.bob" in told


@pytest.mark.parametrize(("kind", "least"), [(SENTENCES, 600), (QUESTIONS, 330)])
def test_there_are_many_homes_and_all_are_well_formed(kind: str, least: int) -> None:
    homes = [(load_home(folder), load_entries(folder, kind)) for folder in find_homes(kind)]
    assert [
        problem
        for file, entries in homes
        for problem in (*problems_of_home(file), *problems_of_entries(file, entries, kind))
    ] == []
    assert len(homes) >= 9
    assert sum(len(entries) for _, entries in homes) >= least
    assert {entry.about for _, entries in homes for entry in entries} == ABOUT[kind]


@pytest.mark.usefixtures("local_sockets")
@pytest.mark.parametrize("folder", find_homes(), ids=lambda folder: folder.name)
async def test_most_is_understood_in_each_home(folder: Any, engine_uri: str) -> None:
    """What ships does most of it right, in every home more than Home Assistant's own agent."""
    entries = load_entries(folder)
    with Clock.stopped() as clock:
        async with open_suite(load_home(folder), clock, urlsplit(engine_uri).port) as house:
            results = [result async for result in run_entries(house, entries, list(AGENTS))]
    assert not any(result.failed for result in results)
    ours, theirs = (
        [result.right for result in results if result.agent == agent]
        for agent in ("llmos", "home_assistant")
    )
    assert sum(ours) > _LEAST_RIGHT * len(entries)
    assert sum(ours) > sum(theirs)

"""The homes as they are written down: home.yaml, sentences.yaml and questions.yaml, read and checked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import yaml

type Changes = Mapping[str, Any]
"""What should be different afterwards, as README.md defines it."""

FOLDER = Path(__file__).parent
SHOPPING_LIST = "todo.shopping_list"  # of Home Assistant's own shopping list integration

SENTENCES = "sentences"  # the file's name
QUESTIONS = "questions"
ABOUT = {
    SENTENCES: frozenset(
        "lights levels colors switches fans covers locks climate media vacuum-mower lists timers "
        "scenes announce weather-time states several-steps several-targets except floors kinds "
        "this-room only-one now-playing follow-ups conditions delays durations wishes same-names "
        "misheard aliases questions-back not-for-it safety".split()
    ),
    QUESTIONS: frozenset(
        "states counts lists comparisons extremes when how-long why where batteries energy "
        "attributes media weather sun calendar todo timers cannot-know".split()
    ),
}
_OF_ENTRY = {"about", "turns", "running"}
_OF_TURN = {"say", "from", "changes", "answer", "lacks", "unknown", "asks", "later"}


class HomeError(Exception):
    """A file of a home is not as README.md wants it."""


@dataclass(frozen=True)
class Later:
    """What should have changed once so much time has passed since it was said."""

    after: timedelta
    changes: Changes


@dataclass(frozen=True)
class Turn:
    """A sentence and what should come of it.

    `area`: of the satellite that heard it. `answer` and `lacks`: regular expressions, all and none
    of which the answer matches. `unknown`: it says that it does not know.
    """

    say: str
    area: str | None = None
    changes: Changes | None = None
    answer: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()
    unknown: bool = False
    asks: bool = False
    later: tuple[Later, ...] = ()


@dataclass(frozen=True)
class Entry:
    """One conversation, most often of one turn. `running`: timers that run when it begins."""

    about: str
    turns: tuple[Turn, ...]
    running: tuple[Mapping[str, Any], ...] = ()

    @property
    def say(self) -> str:
        """All that is said."""
        return " / ".join(turn.say for turn in self.turns)


@dataclass(frozen=True)
class Past:
    """Something came to be in a state before now. `by`: the automation or person who did it."""

    when: datetime
    entity_id: str
    state: str
    by: str | None = None


@dataclass(frozen=True)
class HomeFile:
    """A home: its places and things. Keys of `floors` and `areas` are the file's own.

    `position`: latitude and longitude. `history`: in the order in which it happened.
    """

    name: str
    unit_system: str
    time_zone: str
    now: datetime
    shopping_list: bool
    floors: Mapping[str, Mapping[str, Any]]
    areas: Mapping[str, Mapping[str, Any]]
    entities: Mapping[str, Mapping[str, Any]]
    position: tuple[float, float] | None = None
    history: tuple[Past, ...] = ()


def find_homes(file: str = SENTENCES) -> list[Path]:
    """The folders of all homes that have such a file."""
    return sorted(path.parent for path in FOLDER.glob(f"*/{file}.yaml"))


def load_home(folder: Path) -> HomeFile:
    """Read a home. Raises HomeError."""
    return home_from(folder.name, _read(folder / "home.yaml"))


def load_entries(folder: Path, file: str = SENTENCES) -> list[Entry]:
    """Read what is said in a home. Raises HomeError."""
    return entries_from(folder.name, _read(folder / f"{file}.yaml"))


def home_from(name: str, data: Mapping[str, Any]) -> HomeFile:
    """A home from the content of its file. Raises HomeError."""
    return HomeFile(
        name,
        data.get("unit_system", "metric"),
        data["time_zone"],
        _time(data["now"]),
        bool(data.get("shopping_list", False)),
        data.get("floors") or {},
        data.get("areas") or {},
        {
            entity_id: {**spec, "state": as_state(spec.get("state"))}
            for entity_id, spec in data["entities"].items()
        },
        tuple(data["position"]) if "position" in data else None,
        tuple(sorted(_history(data.get("history", {})), key=lambda past: past.when)),
    )


def entries_from(name: str, rows: list[dict[str, Any]]) -> list[Entry]:
    """What is said, from the content of its file. Raises HomeError."""
    entries = []
    for number, row in enumerate(rows, start=1):
        try:
            entries.append(_entry(row))
        except (HomeError, KeyError, TypeError, AttributeError) as err:
            raise HomeError(f"{name}: sentence {number}: {err!r} in {row}") from err
    return entries


def as_state(value: Any) -> str | None:
    """A state as Home Assistant writes it: YAML reads an unquoted off as False."""
    if isinstance(value, bool):
        return "on" if value else "off"
    return None if value is None else str(value)


def each(changes: Changes) -> Iterator[tuple[str, Any]]:
    """Every change of `changes`, those of all alternatives too."""
    for key, value in changes.items():
        if key == "any":
            for option in value:
                yield from each(option)
        else:
            yield key, value


def _history(data: Mapping[str, Mapping[Any, Any]]) -> Iterator[Past]:
    for entity_id, states in data.items():
        for when, state in states.items():
            row = state if isinstance(state, Mapping) else {"state": state}
            yield Past(_time(when), entity_id, str(as_state(row["state"])), row.get("by"))


def _time(value: datetime | str) -> datetime:
    return value if isinstance(value, datetime) else datetime.fromisoformat(value)


def _read(file: Path) -> Any:
    try:
        return yaml.safe_load(file.read_text("utf-8"))
    except (OSError, yaml.YAMLError) as err:
        raise HomeError(f"{file.parent.name}: {err}") from err


def _entry(row: Mapping[str, Any]) -> Entry:
    if unknown := set(row) - _OF_ENTRY - (set() if "turns" in row else _OF_TURN):
        raise HomeError(f"unknown: {', '.join(sorted(unknown))}")
    turns = tuple(_turn(turn) for turn in row.get("turns", [row]))
    if not turns:
        raise HomeError("nothing is said")
    return Entry(row["about"], turns, tuple(row.get("running", [])))


def _turn(row: Mapping[str, Any]) -> Turn:
    if unknown := set(row) - _OF_ENTRY - _OF_TURN:
        raise HomeError(f"unknown: {', '.join(sorted(unknown))}")
    if not isinstance(row["say"], str):
        raise HomeError("what is said is no text")
    return Turn(
        row["say"],
        row.get("from"),
        row.get("changes"),
        _patterns(row.get("answer", [])),
        _patterns(row.get("lacks", [])),
        bool(row.get("unknown", False)),
        bool(row.get("asks", False)),
        tuple(
            Later(timedelta(**later["after"]), later["changes"]) for later in row.get("later", [])
        ),
    )


def _patterns(value: str | list[str]) -> tuple[str, ...]:
    patterns = (value,) if isinstance(value, str) else tuple(value)
    if not all(isinstance(pattern, str) for pattern in patterns):
        raise HomeError("an answer is no text")
    return patterns

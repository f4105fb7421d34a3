"""What came of the recordings: right or wrong, as a table and as JSON."""

from __future__ import annotations

import shutil
import textwrap
from collections.abc import Iterable
from dataclasses import asdict
from itertools import zip_longest
from typing import Any

from .player import Change, Outcome
from .recordings import Expectation, Recording

type Row = tuple[str, ...]
type Entry = dict[str, Any]

_HEADINGS = ("", "heard", "intents", "changes", "answer", "stt", "understand", "act", "total")
_TIME_WIDTHS = (5, 10, 5, 5)
_SHARES = (0.2, 0.29, 0.31, 0.2)  # of the width that is left for the four columns of words


def as_json(recording: Recording, outcome: Outcome) -> Entry:
    """One recording's entry in the JSON report."""
    return {
        "audio": recording.name,
        "transcript": outcome.transcript,
        "intents": outcome.intents,
        "changes": [asdict(change) for change in outcome.changes],
        "answer": outcome.answer,
        "ms": {stage: round(ms, 1) for stage, ms in asdict(outcome.ms).items()},
    }


def is_right(expected: Expectation, entry: Entry) -> bool:
    """Whether exactly the expected happened: intents, changes, and words of the answer."""
    after = {change["entity_id"]: change["after"] for change in entry["changes"]}
    return (
        bool(entry["answer"])
        and [intent["intent"] for intent in entry["intents"]] == expected.intents
        and after.keys() == expected.changes.keys()
        and all(wanted.items() <= after[what].items() for what, wanted in expected.changes.items())
        and all(words.casefold() in entry["answer"].casefold() for words in expected.answer)
    )


class Table:
    """A table that wraps words within its columns, as wide as the terminal."""

    def __init__(self) -> None:
        width = max(110, shutil.get_terminal_size((160, 24)).columns)
        left = width - 2 - sum(_TIME_WIDTHS) - 2 * (len(_HEADINGS) - 1)
        self._widths = (2, *(int(left * share) for share in _SHARES), *_TIME_WIDTHS)

    def heading(self) -> str:
        """The names of the columns, times in milliseconds."""
        return self._lines(_HEADINGS) + "\n" + "  ".join("─" * width for width in self._widths)

    def row(self, recording: Recording, outcome: Outcome) -> str:
        """One recording, over as many lines as its longest column needs."""
        mark = ""
        if recording.expected:
            mark = "✓" if is_right(recording.expected, as_json(recording, outcome)) else "✗"
        return self._lines(
            (
                mark,
                outcome.transcript or "(nothing)",
                "\n".join(_intent(**intent) for intent in outcome.intents),
                "\n".join(_change(change) for change in outcome.changes),
                outcome.answer,
                *(f"{ms:.0f}" for ms in asdict(outcome.ms).values()),
            )
        )

    def _lines(self, cells: Row) -> str:
        wrapped = [
            [part for line in cell.splitlines() for part in textwrap.wrap(line, width)]
            for cell, width in zip(cells, self._widths, strict=True)
        ]
        return "\n".join(self._line(parts) for parts in zip_longest(*wrapped, fillvalue=""))

    def _line(self, parts: Iterable[str]) -> str:
        numbers = len(self._widths) - len(_TIME_WIDTHS)
        return "  ".join(
            part.rjust(width) if column >= numbers else part.ljust(width)
            for column, (part, width) in enumerate(zip(parts, self._widths, strict=True))
        ).rstrip()


def _intent(intent: str, slots: dict[str, Any]) -> str:
    return " ".join([intent, *(f"{slot}={value}" for slot, value in slots.items())])


def _change(change: Change) -> str:
    # What a thing gains or loses with its state, such as a brightness, goes without saying.
    if "state" in change.after and change.entity_id != "timer":
        names = [name for name in change.after if name in change.before]
    else:
        names = list(change.after)
    return f"{change.entity_id}: " + ", ".join(
        f"{'' if name == 'state' else name + ' '}"
        + (f"{change.before[name]} → " if name in change.before else "")
        + f"{change.after[name]}"
        for name in names
    )

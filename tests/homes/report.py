"""The results of agents side by side."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from statistics import median

from .suite import Result

_NAMES = {"llmos": "LLMOS", "home_assistant": "Home Assistant"}


def tables(results: Sequence[Result], agents: Sequence[str]) -> Iterator[str]:
    """Lines: how much was right, by what it is about and by home."""
    for title, group in (("about", _about), ("home", _home)):
        groups: dict[str, list[Result]] = defaultdict(list)
        for result in results:
            groups[group(result)].append(result)
        heads = "".join(f"{_NAMES[agent]:>18}" for agent in agents)
        yield f"{title:24}{'sentences':>10}{heads}"
        for name, rows in [*sorted(groups.items()), ("all", list(results))]:
            cells = "".join(_cell(rows, agent) for agent in agents)
            yield f"{name:24}{len(rows) // len(agents):10}{cells}"
        yield ""
    for agent in agents:
        if of_agent := [result for result in results if result.agent == agent]:
            yield f"{_NAMES[agent]}: median {median(r.ms for r in of_agent):.1f} ms a sentence"
        if failed := sum(result.failed for result in of_agent):
            yield f"{_NAMES[agent]}: {failed} ended in an exception"


def failures(results: Sequence[Result], agents: Sequence[str]) -> Iterator[str]:
    """Lines: what went wrong, by agent, home and what it is about."""
    for agent in agents:
        wrong = [r for r in results if r.agent == agent and not r.right]
        yield f"\n{_NAMES[agent]}: {len(wrong)} wrong"
        for result in sorted(wrong, key=lambda r: (r.home, r.about)):
            yield f"  [{result.home}, {result.about}] {result.say}"
            yield f"    expected {json.dumps(result.expected, default=str, ensure_ascii=False)}"
            yield f"    happened {json.dumps(result.happened, default=str, ensure_ascii=False)}"
            yield f"    answered {result.answer}"
            for problem in result.problems:
                yield f"    - {problem}"


def _about(result: Result) -> str:
    return result.about


def _home(result: Result) -> str:
    return result.home


def _cell(rows: Sequence[Result], agent: str) -> str:
    of_agent = [row for row in rows if row.agent == agent]
    right = sum(row.right for row in of_agent)
    return f"{right:9} {right / len(of_agent):8.1%}" if of_agent else f"{'':18}"

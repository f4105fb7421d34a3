"""Running the whole suite: every home, every sentence, each agent, with one engine."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from contextlib import ExitStack

from tqdm import tqdm

from tests.ports import free_port

from .files import SENTENCES, Entry, HomeError, HomeFile, find_homes, load_entries, load_home
from .suite import Result, open_suite, run_entries, running_engine
from .virtual import Clock

type Homes = Sequence[tuple[HomeFile, list[Entry]]]


def load_homes(
    names: Sequence[str] | None = None, file: str = SENTENCES
) -> list[tuple[HomeFile, list[Entry]]]:
    """The homes of these names, or all that have such a file.

    One that cannot be read is told of and left out.
    """
    homes = []
    for folder in find_homes(file):
        if names and folder.name not in names:
            continue
        try:
            homes.append((load_home(folder), load_entries(folder, file)))
        except HomeError as err:
            print(f"LEFT OUT: {err}", file=sys.stderr)
    return homes


def run_homes(homes: Homes, agents: Sequence[str]) -> list[Result]:
    """What came of every sentence of these homes, said to each of these agents."""
    with ExitStack() as stack:
        port = stack.enter_context(running_engine(free_port())) if "llmos" in agents else None
        clock = stack.enter_context(Clock.stopped())
        return asyncio.run(_run(homes, agents, clock, port))


async def _run(homes: Homes, agents: Sequence[str], clock: Clock, port: int | None) -> list[Result]:
    results = []
    total = sum(len(entries) for _, entries in homes) * len(agents)
    with tqdm(total=total, unit="", disable=None) as progress:
        for file, entries in homes:
            progress.set_description(file.name)
            async with open_suite(file, clock, port) as house:
                async for result in run_entries(house, entries, agents):
                    results.append(result)
                    progress.update()
    return results

"""Measures agents in the homes: `python -m tests.homes [--home NAME …] [--agent …]`."""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import os
import socket
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from tqdm import tqdm

from .files import Entry, HomeError, HomeFile, find_homes, load_entries, load_home
from .report import failures, tables
from .suite import AGENTS, Result, as_json, open_suite, run_entries, running_engine
from .virtual import Clock
from .wellformed import problems_of_entries, problems_of_home


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the suite and print what came of it."""
    options = argparse.ArgumentParser(prog="python -m tests.homes", description=__doc__)
    options.add_argument("--home", action="append", help="only this one; may be given again")
    options.add_argument("--agent", choices=[*AGENTS, "both"], default="both")
    options.add_argument("--json", type=Path, metavar="FILE", help="write all results there")
    options.add_argument("--failures", action="store_true", help="print what went wrong, too")
    options.add_argument("--check", action="store_true", help="only say what is wrong in the files")
    options.add_argument("--log", action="store_true", help="show what Home Assistant logs")
    chosen = options.parse_args(arguments)
    logging.basicConfig(level=logging.WARNING if chosen.log else logging.CRITICAL)
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # for the engine
    agents = list(AGENTS) if chosen.agent == "both" else [chosen.agent]
    homes = _load(chosen.home)
    if chosen.check:
        return _check(homes)
    if not homes:
        options.error("there is no such home")
    with ExitStack() as stack:
        port = stack.enter_context(running_engine(_free_port())) if "llmos" in agents else None
        clock = stack.enter_context(Clock.stopped())
        results = asyncio.run(_run(homes, agents, clock, port))
    for line in tables(results, agents):
        print(line)
    if chosen.failures:
        for line in failures(results, agents):
            print(line)
    if chosen.json:
        rows = [as_json(result) for result in results]
        chosen.json.write_text(json.dumps(rows, indent=1, ensure_ascii=False), "utf-8")
    return 0


def _load(names: Sequence[str] | None) -> list[tuple[HomeFile, list[Entry]]]:
    """The homes of these names, or all. One that cannot be read is told of and left out."""
    homes = []
    for folder in find_homes():
        if names and folder.name not in names:
            continue
        try:
            homes.append((load_home(folder), load_entries(folder)))
        except HomeError as err:
            print(f"LEFT OUT: {err}", file=sys.stderr)
    return homes


def _check(homes: Sequence[tuple[HomeFile, list[Entry]]]) -> int:
    """Print what is wrong in the files."""
    problems = [
        problem
        for file, entries in homes
        for problem in (*problems_of_home(file), *problems_of_entries(file, entries))
    ]
    for problem in problems:
        print(problem)
    return 1 if problems else 0


async def _run(
    homes: Sequence[tuple[HomeFile, list[Entry]]],
    agents: Sequence[str],
    clock: Clock,
    port: int | None,
) -> list[Result]:
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


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


if __name__ == "__main__":
    sys.exit(main())

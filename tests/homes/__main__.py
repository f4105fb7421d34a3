"""Measures agents in the homes: `python -m tests.homes [--questions] [--home NAME …]`."""

from __future__ import annotations

import argparse
import json
import logging
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from .files import ABOUT, QUESTIONS, SENTENCES
from .report import failures, tables
from .running import load_homes, run_homes
from .suite import AGENTS, as_json
from .wellformed import problems_of_entries, problems_of_home


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the suite and print what came of it."""
    options = argparse.ArgumentParser(prog="python -m tests.homes", description=__doc__)
    options.add_argument("--home", action="append", help="only this one; may be given again")
    options.add_argument("--questions", action="store_true", help="ask instead of telling")
    options.add_argument("--agent", choices=[*AGENTS, "both"], default="both")
    options.add_argument("--json", type=Path, metavar="FILE", help="write all results there")
    options.add_argument("--failures", action="store_true", help="print what went wrong, too")
    options.add_argument("--check", action="store_true", help="only say what is wrong in the files")
    options.add_argument("--log", action="store_true", help="show what Home Assistant logs")
    chosen = options.parse_args(arguments)
    logging.basicConfig(level=logging.WARNING if chosen.log else logging.CRITICAL)
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # for the engine
    agents = list(AGENTS) if chosen.agent == "both" else [chosen.agent]
    if chosen.check:
        return _check(chosen.home)
    homes = load_homes(chosen.home, QUESTIONS if chosen.questions else SENTENCES)
    if not homes:
        options.error("there is no such home")
    results = run_homes(homes, agents)
    for line in tables(results, agents):
        print(line)
    if chosen.failures:
        for line in failures(results, agents):
            print(line)
    if chosen.json:
        rows = [as_json(result) for result in results]
        chosen.json.write_text(json.dumps(rows, indent=1, ensure_ascii=False), "utf-8")
    return 0


def _check(names: Sequence[str] | None) -> int:
    """Print what is wrong in the files."""
    problems = [problem for file, _ in load_homes(names) for problem in problems_of_home(file)]
    problems += [
        problem
        for kind in ABOUT
        for file, entries in load_homes(names, kind)
        for problem in problems_of_entries(file, entries, kind)
    ]
    for problem in problems:
        print(problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())

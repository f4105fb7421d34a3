"""Every measure that the project reports, ours beside Home Assistant's own agent's."""

from __future__ import annotations

import hashlib
import logging
import os
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any

from tqdm import tqdm

from models.command import BUILD
from tests.homes import report
from tests.homes.files import QUESTIONS, SENTENCES
from tests.homes.running import load_homes, run_homes
from tests.homes.suite import AGENTS, Result, as_json

from . import slurp
from .evaluate import evaluate_sentences, load_parser, read_rows
from .footprint import memory, size_on_disk
from .hearing import Heard, hear, judge_peer
from .latency import SIZES, measure_latency
from .table import Evaluation, Row, side_by_side

ROOT = Path(__file__).parents[1]
DATA = ROOT.parent / "shared" / "data"
SENTENCE_TESTS = DATA / "sentence-tests" / "en.jsonl"
SLURP = DATA / "slurp-devel.jsonl"
COMMANDS = ROOT / "tests" / "sentences" / "commands.jsonl"
TALK = ROOT / "tests" / "sentences" / "talk.jsonl"
FLOAT32 = BUILD / "float32"
# The homes whose failures were not looked at; those of all others were.
HELD_BACK = frozenset({"brisbane-family", "dutch-barge", "pune-joint-family"})


class LeftOut(Exception):
    """A measure cannot be taken here. The message says which, and why."""


class ModelChanged(Exception):
    """The measures are of two models, so they are of no use. The message says so."""


def measure_all(model: Path) -> Evaluation:
    """Take every measure that can be taken here. Raises ModelChanged."""
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # for the engine
    logging.basicConfig(level=logging.CRITICAL)
    evaluation = Evaluation()
    evaluation.more["model_sha256"] = before = _digest(model)
    evaluation.more["home_assistant"] = version("homeassistant")
    measures: Sequence[Callable[[Evaluation, Path], None]] = (
        measure_sentence_tests,
        measure_commands,
        measure_homes,
        measure_questions,
        measure_slurp,
        measure_talk,
        measure_times,
        measure_footprint,
        measure_float32,
    )
    for measure in measures:
        try:
            measure(evaluation, model)
        except LeftOut as err:
            evaluation.left_out.append(str(err))
    if _digest(model) != before:
        raise ModelChanged(f"{model} was replaced while it was measured: start again")
    return evaluation


def measure_sentence_tests(evaluation: Evaluation, model: Path) -> None:
    """Home Assistant's own sentence tests, which its agent's templates are tested with."""
    rows = _read(SENTENCE_TESTS, "Home Assistant's sentence tests")
    _measure_sentences(evaluation, "sentence_tests", "Home Assistant's sentence tests", rows, model)


def measure_commands(evaluation: Evaluation, model: Path) -> None:
    """Sentences of this project, worded as people talk."""
    rows = _read(COMMANDS, "free wordings")
    _measure_sentences(evaluation, "commands", "Free wordings", rows, model)


def measure_homes(evaluation: Evaluation, _: Path) -> None:
    """What changes and is answered in the homes of `tests/homes`."""
    what = "the right things changed or were answered"
    _measure_homes(evaluation, "homes", "Homes", what, SENTENCES)


def measure_questions(evaluation: Evaluation, _: Path) -> None:
    """Questions about the homes: their states, past, calendars, weather; and how long an answer takes."""
    results = _measure_homes(
        evaluation, "questions", "Questions in homes", "answered right", QUESTIONS
    )
    ours, theirs = (median(r.ms for r in results if r.agent == agent) for agent in AGENTS)
    evaluation.rows.append(Row("Time to answer a question: median", ours, theirs, "ms"))


def _measure_homes(
    evaluation: Evaluation, key: str, title: str, what: str, file: str
) -> list[Result]:
    results = run_homes(load_homes(file=file), list(AGENTS))
    for part, held_back in (("looked at while developing", False), ("held back", True)):
        some = [result for result in results if (result.home in HELD_BACK) is held_back]
        ours, theirs = ([r.right for r in some if r.agent == agent] for agent in AGENTS)
        row = Row(f"{title} {part} ({len(ours)}): {what}", _share(ours), _share(theirs))
        evaluation.rows.append(row)
    evaluation.more[key] = [as_json(result) for result in results]
    evaluation.details += ["", title, *report.tables(results, list(AGENTS))]
    return results


def measure_slurp(evaluation: Evaluation, model: Path) -> None:
    """How people word it; the rules are in `slurp.py`."""
    heard = hear(_read(SLURP, "SLURP"), model)
    doable = [h for h in heard if slurp.can_do(h.row)]
    title = f"SLURP ({len(doable)} that a home can do)"
    for what, is_right in (
        ("right intent", slurp.intent_right),
        ("right intent and target words", _slurp_right),
    ):
        ours, theirs = ([is_right(h.row, s) for h, s in some] for some in _steps_of(doable))
        evaluation.rows.append(Row(f"{title}: {what}", _share(ours), _share(theirs)))
    _measure_silence(evaluation, "SLURP", [h for h in heard if not slurp.can_do(h.row)])
    evaluation.more["slurp"] = [asdict(h) | {"can_do": slurp.can_do(h.row)} for h in heard]
    evaluation.details += _by_label(heard)


def measure_talk(evaluation: Evaluation, model: Path) -> None:
    """Talk that asks nothing of a home."""
    heard = hear(_read(TALK, "talk"), model)
    _measure_silence(evaluation, "Talk", heard)
    evaluation.more["talk"] = [asdict(h) for h in heard]


def measure_times(evaluation: Evaluation, model: Path) -> None:
    """Milliseconds by the size of the home."""
    found = measure_latency(model)
    ours, theirs = found["ours"], found["theirs"]
    for size in SIZES:
        what = f"Time to understand a sentence, {size:,} exposed things"
        evaluation.rows += [
            Row(f"{what}: median", ours[size].median, theirs[size].median, "ms"),
            Row(f"{what}: nine in ten", ours[size].nine_in_ten, theirs[size].nine_in_ten, "ms"),
        ]
    few, many = SIZES
    our_ratio, their_ratio = (t[many].median / t[few].median for t in (ours, theirs))
    what = f"Median at {many:,} things, times that at {few}"
    evaluation.rows.append(Row(what, our_ratio, their_ratio, "×"))
    evaluation.more["ms"] = {
        who: {size: asdict(times) for size, times in sizes.items()} for who, sizes in found.items()
    }


def measure_footprint(evaluation: Evaluation, model: Path) -> None:
    """Disk and memory."""
    evaluation.rows.append(Row("Size of the command model", size_on_disk(model), unit="MB"))
    used = memory(model)
    evaluation.rows.append(Row("Memory that it adds to the engine", used["parser"], unit="MB"))
    evaluation.more["memory_mb"] = used


def measure_float32(evaluation: Evaluation, model: Path) -> None:
    """What int8 costs: the same weights as float32."""
    if not (FLOAT32 / "model.bin").is_file():
        raise LeftOut(f"the weights as float32, for there is no {FLOAT32}")
    parse = load_parser(FLOAT32, "float32")
    for title, file in (
        ("Home Assistant's sentence tests", SENTENCE_TESTS),
        ("Free wordings", COMMANDS),
    ):
        if file.is_file():
            found = evaluate_sentences(read_rows(file), parse)
            what = f"{title}: intent and all slots, weights as float32"
            evaluation.rows.append(Row(what, found["all_slots_grounded"]))


def _measure_sentences(
    evaluation: Evaluation, key: str, title: str, rows: list[dict[str, Any]], model: Path
) -> None:
    ours = evaluate_sentences(tqdm(rows, desc="LLMOS", unit="", disable=None), load_parser(model))
    theirs = judge_peer(rows)
    title = f"{title} ({len(rows)})"
    evaluation.rows += [
        Row(f"{title}: intent", ours["intent"], _share(j.intent_right for j in theirs)),
        Row(
            f"{title}: intent and all slots",
            ours["all_slots_grounded"],
            _share(j.right for j in theirs),
        ),
    ]
    evaluation.more[key] = {"ours": ours, "theirs": [asdict(j) for j in theirs]}
    counts: dict[str, tuple[int, ...]] = {
        intent: (
            some["sentences"],
            round(some["all_slots_grounded"] * some["sentences"]),
            sum(j.right for j in theirs if j.intent == intent),
        )
        for intent, some in ours["by_intent"].items()
    }
    evaluation.details += side_by_side(f"{title}: sentences, right: LLMOS, Home Assistant", counts)


def _measure_silence(evaluation: Evaluation, title: str, heard: Sequence[Heard]) -> None:
    """That nothing is done about what no home can do."""
    what = f"{title} ({len(heard)} that no home can do): nothing is done"
    ours, theirs = _share(not h.we_act for h in heard), _share(not h.they_act for h in heard)
    evaluation.rows.append(Row(what, ours, theirs))


def _steps_of(heard: Sequence[Heard]) -> tuple[list[tuple[Heard, Any]], list[tuple[Heard, Any]]]:
    return [(h, h.ours) for h in heard], [(h, h.theirs) for h in heard]


def _slurp_right(row: Mapping[str, Any], steps: Sequence[Any]) -> bool:
    return slurp.intent_right(row, steps) and slurp.words_right(row, steps)


def _by_label(heard: Sequence[Heard]) -> Iterable[str]:
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    for h in heard:
        doable = slurp.can_do(h.row)
        ours = _slurp_right(h.row, h.ours) if doable else not h.we_act
        theirs = _slurp_right(h.row, h.theirs) if doable else not h.they_act
        key = f"{h.row['label']}{'' if doable else ' (nothing)'}"
        for place, number in enumerate((1, ours, theirs)):
            counts[key][place] += number
    title = "SLURP: utterances, right or left alone: LLMOS, Home Assistant"
    return side_by_side(title, {key: tuple(numbers) for key, numbers in counts.items()})


def _read(file: Path, what: str) -> list[dict[str, Any]]:
    if not file.is_file():
        raise LeftOut(f"{what}, for there is no {file}")
    return read_rows(file)


def _digest(model: Path) -> str:
    return hashlib.sha256((model / "model.bin").read_bytes()).hexdigest()


def _share(right: Iterable[bool]) -> float:
    of = list(right)
    return sum(of) / len(of)

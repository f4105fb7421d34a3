"""How well utterances are understood, with exactly what ships: the engine's parser, then grounding.

    script/evaluate                              everything, beside Home Assistant's own agent
    script/evaluate sentences.jsonl              sentence tests: text, intent, slots, home
    script/evaluate utterances.jsonl             labelled utterances: text, label
    script/evaluate sentences.jsonl --oracle     grounding alone, given the right slots as spoken

Of a sentence test, the **intent** is right if the plan has one step and it is the expected intent.
The **slots** are right if besides every expected slot is there with an equal value (numbers by
value, words without regard to case, after grounding: the registered name), and there is no other,
except a `domain` or `device_class`, which follows from the kind that was spoken, if it is one that
the expected intent acts on and, where a name is expected, that the entity so named has.
Sentence tests are made without a satellite, and many of their homes list areas but nothing in
them: that nothing of the kind is there, or that the room would have to be asked for, is then not
counted as a mistake, any other problem is.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

from custom_components.llmos_assistant.engine.protocol import Plan, SlotValue, Step
from custom_components.llmos_assistant.home.inventory import Area, Entity, Floor, Home
from custom_components.llmos_assistant.home.kinds import ACTS_ON, compatible
from custom_components.llmos_assistant.home.problems import ProblemKind
from custom_components.llmos_assistant.home.reading import read

MODEL = Path(__file__).parents[1] / "custom_components" / "llmos_assistant" / "command_model"

type Parse = Callable[[Mapping[str, Any]], Plan]

_FOLLOWS_FROM_KIND = frozenset({"domain", "device_class"})
_FIXTURE_LACKS = frozenset({ProblemKind.NOTHING_FITS, ProblemKind.WHICH_AREA})


@dataclass(frozen=True)
class Outcome:
    """What became of one sentence."""

    text: str
    expected: dict[str, Any]
    spoken: list[dict[str, Any]]
    grounded: list[dict[str, Any]]
    problem: str | None
    intent_right: bool
    spoken_right: bool
    right: bool
    ms: float


def home_of(fixture: Mapping[str, Any]) -> Home:
    """The home of a sentence test: names, domains and places."""
    areas = {a["name"]: a for a in fixture.get("areas", [])}
    floors = dict.fromkeys(f["name"] for f in fixture.get("floors", []))
    floors |= dict.fromkeys(a["floor"] for a in areas.values() if "floor" in a)
    return Home(
        entities=tuple(
            Entity(
                entity_id=f"{entity['domain']}.test_{number}",
                name=entity["name"],
                device_class=entity.get("attributes", {}).get("device_class"),
                area_id=entity.get("area"),
                state=str(entity.get("state", "unknown")),
            )
            for number, entity in enumerate(fixture.get("entities", []))
        ),
        areas=tuple(Area(name, name, floor_id=area.get("floor")) for name, area in areas.items()),
        floors=tuple(Floor(name, name) for name in floors),
        shopping_list=True,
    )


def equal(expected: SlotValue, value: SlotValue) -> bool:
    """If two slot values are the same: numbers by value, words without regard to case."""
    try:
        return float(expected) == float(value)
    except ValueError:
        return str(expected).casefold() == str(value).casefold()


def slots_right(
    intent: str, expected: Mapping[str, SlotValue], slots: Mapping[str, SlotValue], home: Home
) -> bool:
    """The rule for slots in the module's docstring."""
    if any(slot not in slots or not equal(value, slots[slot]) for slot, value in expected.items()):
        return False
    extra = slots.keys() - expected.keys()
    return extra <= _FOLLOWS_FROM_KIND and (
        "domain" not in extra or _domain_fits(str(slots["domain"]), intent, expected, home)
    )


def _domain_fits(domain: str, intent: str, expected: Mapping[str, SlotValue], home: Home) -> bool:
    if "name" in expected and (
        named := [e for e in home.entities if equal(expected["name"], e.name)]
    ):
        return any(compatible(domain, entity.domain) for entity in named)
    return domain in ACTS_ON.get(intent, {domain})


def judge(row: Mapping[str, Any], plan: Plan, ms: float) -> Outcome:
    """Compare a plan, as spoken and grounded, with what a sentence test expects."""
    home = home_of(row["home"])
    understood = read(plan, row["text"], home, None, None)
    plan, grounding = understood.plan, understood.grounding
    problem = grounding.problem
    steps = grounding.steps
    intent, expected = row["intent"], row["slots"]
    one = len(steps) == 1
    return Outcome(
        text=row["text"],
        expected={"intent": intent, "slots": expected},
        spoken=[asdict(step) for step in plan.steps],
        grounded=[{"intent": step.intent, "slots": step.slots} for step in steps],
        problem=str(problem.kind) if problem else None,
        intent_right=one and steps[0].intent == intent,
        spoken_right=one
        and plan.steps[0].intent == intent
        and slots_right(intent, expected, plan.steps[0].slots, home),
        right=one
        and steps[0].intent == intent
        and slots_right(intent, expected, steps[0].slots, home)
        and (problem is None or problem.kind in _FIXTURE_LACKS),
        ms=ms,
    )


def oracle(row: Mapping[str, Any]) -> Plan:
    """A faultless command model: the right slots, names and places as they were spoken."""
    slots = dict(row["slots"])
    text = f" {row['text'].casefold().rstrip('?')} "
    for slot in ("name", "area", "floor"):
        if slot in slots and f" {str(slots[slot]).casefold()} " in text:
            slots[slot] = str(slots[slot]).casefold()
    if " unlock " in text:
        slots.setdefault("domain", "lock")
    return Plan((Step(row["intent"], slots),), 1.0)


def timed(parse: Parse, row: Mapping[str, Any]) -> tuple[Plan, float]:
    """The plan for a row, and the milliseconds that it took."""
    start = perf_counter()
    plan = parse(row)
    return plan, (perf_counter() - start) * 1000


def evaluate_sentences(rows: Iterable[Mapping[str, Any]], parse: Parse) -> dict[str, Any]:
    """Accuracy on sentence tests, in total and by intent, and all that went wrong."""
    outcomes = [judge(row, *timed(parse, row)) for row in rows]
    by_intent: dict[str, list[Outcome]] = defaultdict(list)
    for outcome in outcomes:
        by_intent[outcome.expected["intent"]].append(outcome)
    return {
        **_shares(outcomes),
        "ms": median(outcome.ms for outcome in outcomes),
        "by_intent": {intent: _shares(some) for intent, some in sorted(by_intent.items())},
        "failures": [asdict(outcome) for outcome in outcomes if not outcome.right],
    }


def _shares(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    count = len(outcomes)
    return {
        "sentences": count,
        "intent": sum(o.intent_right for o in outcomes) / count,
        "all_slots_as_spoken": sum(o.spoken_right for o in outcomes) / count,
        "all_slots_grounded": sum(o.right for o in outcomes) / count,
    }


def read_rows(file: Path) -> list[dict[str, Any]]:
    """The rows of a file. A home may be the name of a file beside it, for rows that share one."""
    rows = [json.loads(line) for line in file.read_text("utf-8").splitlines() if line.strip()]
    for row in rows:
        if isinstance(home := row.get("home"), str):
            row["home"] = json.loads((file.parent / home).read_text("utf-8"))
    return rows


def load_parser(folder: Path, compute_type: str = "int8") -> Parse:
    """The command model in this folder, computing as what ships does, or otherwise."""
    from custom_components.llmos_assistant.engine.parser import CommandParser

    parser = CommandParser(folder, threads=1, compute_type=compute_type)
    parser.parse("turn on the light")  # the first is slower
    return lambda row: parser.parse(row["text"])


def main(arguments: Sequence[str] | None = None) -> int:
    """Evaluate a file of sentence tests or of labelled utterances, or, without a file, everything."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument(
        "file", type=Path, nargs="?", help="JSON lines: sentence tests, or labelled utterances"
    )
    options.add_argument("--model", type=Path, help="folder of another command model, for a file")
    options.add_argument(
        "--oracle", action="store_true", help="give grounding the right slots instead of a model's"
    )
    options.add_argument(
        "--json", nargs="?", const="-", metavar="FILE", help="write JSON there, or print it instead"
    )
    options.add_argument("--details", action="store_true", help="of every measure, by kind")
    options.add_argument(
        "--write", action="store_true", help="put the table into README.md and the model card"
    )
    chosen = options.parse_args(arguments)
    if chosen.json and chosen.json.endswith(".jsonl"):
        options.error(f"{chosen.json} is a file to evaluate: name it before --json")
    if chosen.file is None:
        if chosen.oracle or chosen.model:
            options.error("--oracle and --model need a file")
        return _evaluate_all(chosen.details, chosen.write, chosen.json)
    if chosen.details or chosen.write:
        options.error("--details and --write are for all measures, without a file")
    return _evaluate_file(options, chosen)


def _evaluate_all(details: bool, write: bool, output: str | None) -> int:
    from .measures import ModelChanged, measure_all  # needs Home Assistant and its test tools
    from .table import write_table

    try:
        evaluation = measure_all(MODEL)
    except ModelChanged as err:
        print(err, file=sys.stderr)
        return 1
    if output:
        _write_json(evaluation.numbers(), output)
    if output != "-":
        for line in (*evaluation.table(), *(evaluation.details if details else ())):
            print(line)
    for reason in evaluation.left_out:
        print(f"Left out: {reason}", file=sys.stderr)
    if write:
        write_table(evaluation.table(), MODEL / "README.md", MODEL.parents[2] / "README.md")
    return 0


def _evaluate_file(options: argparse.ArgumentParser, chosen: argparse.Namespace) -> int:
    from .labels import evaluate_labels, print_labels
    from .listing import print_sentences

    if not chosen.file.is_file():
        options.error(f"there is no file {chosen.file}")
    rows = read_rows(chosen.file)
    sentences = "intent" in rows[0]
    if chosen.oracle and not sentences:
        options.error("--oracle needs sentence tests, which carry slots")
    parse = oracle if chosen.oracle else load_parser(chosen.model or MODEL)
    report = evaluate_sentences(rows, parse) if sentences else evaluate_labels(rows, parse)
    if chosen.json:
        _write_json(report, chosen.json)
    if chosen.json != "-":
        (print_sentences if sentences else print_labels)(report)
    return 0


def _write_json(report: Mapping[str, Any], output: str) -> None:
    text = json.dumps(report, indent=1, ensure_ascii=False)
    if output == "-":
        print(text)
    else:
        Path(output).write_text(text + "\n", "utf-8")


if __name__ == "__main__":
    sys.exit(main())

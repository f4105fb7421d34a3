"""Stage 8, compare: what each step costs and gives, and which model is to ship.

    python -m models.command.compare build/command/float32 build/command/int8 …

Of each packaged model: megabytes, milliseconds a sentence on one thread, and accuracy after grounding
on the free wordings and, where they are, on Home Assistant's sentence tests. Writes `trade_off.json`
for `models.command.plot`. The smallest model within half a point of the best ships.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from evaluation.evaluate import evaluate_sentences, load_parser, read_rows
from evaluation.footprint import size_on_disk
from evaluation.measures import COMMANDS, SENTENCE_TESTS

from . import BUILD

MARGIN = 0.005  # of accuracy, that a smaller model may cost


def measure(folder: Path) -> dict[str, Any]:
    """Size, time and accuracy of a packaged model."""
    parse = load_parser(folder, "float32" if folder.name == "float32" else "int8")
    rows = [row for file in (SENTENCE_TESTS, COMMANDS) if file.exists() for row in read_rows(file)]
    report = evaluate_sentences(rows, parse)
    return {
        "model": folder.name,
        "megabytes": round(size_on_disk(folder), 2),
        "milliseconds": round(report["ms"], 2),
        "sentences": report["sentences"],
        "intent": round(report["intent"], 4),
        "accuracy": round(report["all_slots_grounded"], 4),
    }


def winner(found: list[dict[str, Any]]) -> dict[str, Any]:
    """The smallest that is about as accurate as the most accurate."""
    best = max(row["accuracy"] for row in found)
    good = [row for row in found if row["accuracy"] >= best - MARGIN]
    return min(good, key=lambda row: float(row["megabytes"]))


def main() -> None:
    """Compare packaged models."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("models", type=Path, nargs="+", help="folders of packaged models")
    parser.add_argument("--output", type=Path, default=BUILD / "trade_off.json")
    args = parser.parse_args()
    found = []
    print(f"{'model':14}{'MB':>8}{'ms':>8}{'intent':>9}{'all right':>11}")
    for folder in args.models:
        found.append(row := measure(folder))
        print(
            f"{row['model']:14}{row['megabytes']:8.1f}{row['milliseconds']:8.1f}"
            f"{row['intent']:9.1%}{row['accuracy']:11.1%}"
        )
    args.output.write_text(json.dumps(found, indent=1) + "\n", "utf-8")
    print(f"ships: {winner(found)['model']}")


if __name__ == "__main__":
    main()

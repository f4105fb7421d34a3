"""What comes of labelled utterances, label by label: a list to look through."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from statistics import median
from typing import Any

from .evaluate import Parse, timed
from .listing import step_in_words

# What a home can do something about, by the labels of SLURP (Bastianelli et al. 2020).
FOR_THE_HOME = (
    "alarm_",
    "audio_",
    "datetime_query",
    "iot_",
    "lists_",
    "music_settings",
    "play_",
    "weather_",
)


def evaluate_labels(rows: Iterable[Mapping[str, Any]], parse: Parse) -> dict[str, Any]:
    """What comes of labelled utterances: the plans for what a home can do, refusals for the rest."""
    plans: dict[str, Counter[str]] = defaultdict(Counter)
    acted: list[dict[str, Any]] = []
    times = []
    for row in rows:
        plan, ms = timed(parse, row)
        times.append(ms)
        plans[row["label"]][" + ".join(step.intent for step in plan.steps) or "chat"] += 1
        if plan.route == "command" and not row["label"].startswith(FOR_THE_HOME):
            acted.append(
                {
                    "text": row["text"],
                    "label": row["label"],
                    "steps": [asdict(s) for s in plan.steps],
                }
            )
    elsewhere = sum(
        sum(p.values()) for label, p in plans.items() if not label.startswith(FOR_THE_HOME)
    )
    return {
        "utterances": len(times),
        "ms": median(times),
        "not_for_the_home": elsewhere,
        "left_alone": 1 - len(acted) / elsewhere if elsewhere else None,
        "plans": {label: dict(counts.most_common()) for label, counts in sorted(plans.items())},
        "acted_wrongly": acted,
    }


def print_labels(report: Mapping[str, Any]) -> None:
    """Print which plans come of each label, and how often the house would act where it should not."""
    for label, plans in report["plans"].items():
        mark = "home" if label.startswith(FOR_THE_HOME) else "    "
        print(
            f"{mark} {label:24}{sum(plans.values()):5}  {', '.join(f'{p} {n}' for p, n in plans.items())}"
        )
    print(f"\nmedian {report['ms']:.1f} ms an utterance")
    if report["left_alone"] is not None:
        print(
            f"{report['left_alone']:.1%} of {report['not_for_the_home']} that no home can do are left alone; acted on:"
        )
    for row in report["acted_wrongly"]:
        print(f"  {row['text']} [{row['label']}]: {' + '.join(map(step_in_words, row['steps']))}")

"""Speech recognition, measured beside wyoming-faster-whisper with the same weights: `script/bench speech`.

Both hear the speech suite: quiet, in a kitchen at 10 and at 5 dB, and a part of it in real time. Only
ours hears, for what is absolute, commands that are then carried out in homes, recordings of people with
a given vocabulary, and sounds without speech. The standard engine gets no names, since by default it
takes none. A run that was stopped goes on where it was.
"""

from __future__ import annotations

import argparse
import json
import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

from custom_components.llmos_assistant.engine import store

from . import human_commands, scoring, suite, understood
from .engines import PEER, Engine, Heard, ours, peer
from .human_commands import Order
from .record import Record
from .suite import BUILD, Utterance
from .table import table

type Numbers = dict[str, float]

_LIVE_EVERY = 3  # in real time each takes as long as it is
_SHORT_S = (2.0, 4.0)  # the commands whose CPU time is compared
_OURS_S, _PEER_S = 0.6, 1.8  # about what a transcript takes on two free cores


@dataclass(frozen=True)
class Stage:
    """A part of the run, and how many seconds it takes on two free cores, about."""

    name: str
    count: int
    seconds: float


class Bench:
    """What is measured, one stage after the other.

    Args:
        record: what was heard in earlier runs.
        every: only each so-manieth is heard.
    """

    def __init__(self, record: Record, every: int) -> None:
        self._record = record
        self._quiet = suite.utterances(every)
        self._noisy = {db: suite.in_kitchen(self._quiet, db) for db in (10, 5)}
        self._live = self._quiet[::_LIVE_EVERY]
        self._homes = understood.commands(every)
        self._said = understood.utterances(self._homes)
        self._orders = human_commands.orders()
        self._some_orders = self._orders[::every]
        self._clips = suite.without_speech()[::every]

    @property
    def stages(self) -> list[Stage]:
        """What there is to do, in this order."""
        both = _OURS_S + _PEER_S
        suites = [("quiet", self._quiet), *((f"{db} dB", said) for db, said in self._noisy.items())]
        in_real_time = sum(len(said.sound) for said in self._live) / suite.sounds.RATE
        return [
            *(Stage(name, len(said), both * len(said)) for name, said in suites),
            Stage("real time", len(self._live), 2 * in_real_time + both * len(self._live)),
            *(
                Stage(f"commands, {how}", len(self._said), _OURS_S * len(self._said))
                for how in ("quiet", "5 dB")
            ),
            Stage("people", 4 * len(self._some_orders), 4 * _OURS_S * len(self._some_orders)),
            Stage("no speech", len(self._clips), 0.1 * len(self._clips)),
        ]

    def run(self, model: str) -> dict[str, Any]:
        """Everything, as JSON takes it."""
        with ours(model) as mine, peer(model) as standard:
            both = self._side_by_side(mine, standard)
            heard = self._heard_commands(mine)
            alone = {
                "human_commands": self._human_commands(mine),
                "invented": self._invented(mine),
            }
        mine_numbers, standard_numbers = both[mine.name], both[standard.name]
        ratio = {key: mine_numbers[key] / standard_numbers[key] for key in mine_numbers}
        return {
            "model": model,
            "utterances": len(self._quiet),
            "ratio": ratio,
            **both,
            "understood": self._understood(heard),
            **alone,
        }

    def _side_by_side(self, *engines: Engine) -> dict[str, Numbers]:
        """By engine: errors, CPU seconds, waits in seconds, memory in bytes."""
        quiet = self._heard("quiet", self._quiet, engines)
        noisy = {db: self._heard(f"{db} dB", said, engines) for db, said in self._noisy.items()}
        live = self._heard("real time", self._live, engines, live=True)
        return {
            engine.name: {
                "cpu": _cpu(self._quiet, quiet[engine.name]),
                "cpu_live": _cpu(self._live, live[engine.name]),
                "wer": _wer(self._quiet, quiet[engine.name]),
                **{f"wer_{db}_db": _wer(self._noisy[db], noisy[db][engine.name]) for db in noisy},
                "wait_p50": _percentile(live[engine.name], 50),
                "wait_p95": _percentile(live[engine.name], 95),
                "memory": self._record.memory(engine),
            }
            for engine in engines
        }

    def _heard(
        self,
        stage: str,
        said: Sequence[Utterance],
        engines: Sequence[Engine],
        *,
        live: bool = False,
    ) -> dict[str, list[Heard]]:
        """What each engine makes of the utterances, in turns."""
        heard: dict[str, list[Heard]] = {engine.name: [] for engine in engines}
        for utterance in _progress(stage, said):
            for engine in engines:
                names = () if engine.name == PEER else utterance.names
                heard[engine.name].append(
                    self._record.hear(engine, utterance.pcm, names, live=live)
                )
        return heard

    def _heard_commands(self, engine: Engine) -> dict[str, list[str]]:
        """What is heard of the commands, quiet and in noise."""
        noisy = suite.in_kitchen(self._said, 5)
        return {
            key: [heard.text for heard in self._heard(stage, said, [engine])[engine.name]]
            for key, stage, said in (
                ("clean", "commands, quiet", self._said),
                ("5_db", "commands, 5 dB", noisy),
            )
        }

    def _understood(self, heard: Mapping[str, Sequence[str]]) -> Numbers:
        """The share of commands that did what they should: typed, from speech, and of the right when typed."""
        typed = understood.right(self._homes)
        numbers: Numbers = {"typed": float(np.mean(typed))}
        for key, texts in heard.items():
            spoken = understood.right(self._homes, texts)
            numbers[key] = float(np.mean(spoken))
            both = [s for s, t in zip(spoken, typed, strict=True) if t]
            numbers[f"{key}_of_typed"] = float(np.mean(both))
        return numbers

    def _human_commands(self, engine: Engine) -> Numbers:
        """The share of recordings of which all slots were heard."""
        clean = self._some_orders
        if not clean:
            return {}
        noisy = human_commands.in_kitchen(clean, suite.talk(), snr_db=6)
        names = human_commands.vocabulary(self._orders)
        more = [*names, *suite.all_names()]
        return {
            "clean": self._slots(engine, clean, names),
            "noise_6_db": self._slots(engine, noisy, names),
            "clean_more_names": self._slots(engine, clean, more),
            "noise_6_db_more_names": self._slots(engine, noisy, more),
        }

    def _slots(self, engine: Engine, said: Sequence[Order], names: Sequence[str]) -> float:
        return float(
            np.mean(
                [
                    scoring.all_heard(order.slots, self._record.hear(engine, order.pcm, names).text)
                    for order in _progress("people", said)
                ]
            )
        )

    def _invented(self, engine: Engine) -> float:
        """The share of sounds without speech in which words were heard."""
        names = suite.homes()[0]["names"]
        clips = _progress("no speech", self._clips)
        return float(
            np.mean(
                [bool(self._record.hear(engine, suite.to_pcm(clip), names).text) for clip in clips]
            )
        )


def _progress[T](stage: str, items: Sequence[T]) -> Iterator[T]:
    """The items, with a progress bar that tells how long the stage still takes."""
    return iter(tqdm(items, desc=stage, unit="", disable=None))


def _cpu(said: Sequence[Utterance], heard: Sequence[Heard]) -> float:
    """Seconds for a command of 2 to 4 s, on average."""
    shortest, longest = _SHORT_S
    return float(
        np.mean(
            [h.cpu for u, h in zip(said, heard, strict=True) if shortest <= u.seconds <= longest]
        )
    )


def _wer(said: Sequence[Utterance], heard: Sequence[Heard]) -> float:
    return scoring.word_error_rate((u.text, h.text) for u, h in zip(said, heard, strict=True))


def _percentile(heard: Iterable[Heard], percent: float) -> float:
    return float(np.percentile([h.wait for h in heard], percent))


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(
        prog="script/bench speech",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all numbers there")
    parser.add_argument("--every", type=int, default=1, metavar="N", help="hear only each N-th")
    parser.add_argument(
        "--model",
        default=store.WHISPER_BASE.name,
        help="the speech model of both: a name, or a folder (default: %(default)s)",
    )
    parser.add_argument("--fresh", action="store_true", help="forget what earlier runs heard")
    args = parser.parse_args()
    logging.basicConfig(level=logging.CRITICAL)  # what the homes log
    file = BUILD / "heard.jsonl"
    if args.fresh:
        file.unlink(missing_ok=True)
    record = Record(file)
    bench = Bench(record, args.every)
    for stage in bench.stages:
        print(f"{stage.name}: {stage.count}, {stage.seconds / 60:.1f} min on two free cores")
    minutes = sum(stage.seconds for stage in bench.stages) / 60
    print(f"In all {minutes:.0f} min, less what is in {file} ({len(record)} transcripts).")
    result = bench.run(args.model)
    if args.json:
        args.json.write_text(json.dumps(result, indent=2) + "\n", "utf-8")
    print(table(result))


if __name__ == "__main__":
    main()

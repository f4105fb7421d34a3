"""Speech recognition, measured beside wyoming-faster-whisper with the same weights: `script/bench speech`.

Both hear the speech suite: quiet, in a kitchen at 10 and at 5 dB, and a part of it in real time. Only
ours hears, for what is absolute, recordings of people with a given vocabulary, and sounds without
speech. The standard engine gets no names, since by default it takes none.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

from . import human_commands, scoring, suite
from .engines import PEER, Engine, Heard, ours, peer
from .human_commands import Order
from .suite import Utterance

type Numbers = dict[str, float]

_LIVE_EVERY = 3  # in real time each takes as long as it is
_SHORT_S = (2.0, 4.0)  # the commands whose CPU time is compared


class Bench:
    """What is measured, with one progress bar over all."""

    def __init__(self, every: int) -> None:
        self._every = every
        self._quiet = suite.utterances(every)
        self._noisy = {db: suite.in_kitchen(self._quiet, db) for db in (10, 5)}
        self._live = self._quiet[::_LIVE_EVERY]
        self._orders = human_commands.orders()
        self._clips = suite.without_speech()
        steps = 3 * len(self._quiet) + len(self._live) + len(self._clips)
        steps += 4 * len(self._orders[::every])
        self._bar = tqdm(desc="speech", total=steps, unit="", disable=None)

    def run(self) -> dict[str, Any]:
        """Everything, as JSON takes it."""
        with ours() as mine, peer() as standard:
            both = self._side_by_side(mine, standard)
            alone = {
                "human_commands": self._human_commands(mine),
                "invented": self._invented(mine),
            }
        self._bar.close()
        mine_numbers, standard_numbers = both[mine.name], both[standard.name]
        ratio = {key: mine_numbers[key] / standard_numbers[key] for key in mine_numbers}
        return {"utterances": len(self._quiet), "ratio": ratio, **both, **alone}

    def _side_by_side(self, *engines: Engine) -> dict[str, Numbers]:
        """By engine: errors, CPU seconds, waits in seconds, memory in bytes."""
        quiet = self._heard(self._quiet, engines)
        noisy = {db: self._heard(said, engines) for db, said in self._noisy.items()}
        live = self._heard(self._live, engines, live=True)
        return {
            engine.name: {
                "cpu": _cpu(self._quiet, quiet[engine.name]),
                "cpu_live": _cpu(self._live, live[engine.name]),
                "wer": _wer(self._quiet, quiet[engine.name]),
                **{f"wer_{db}_db": _wer(self._noisy[db], noisy[db][engine.name]) for db in noisy},
                "wait_p50": _percentile(live[engine.name], 50),
                "wait_p95": _percentile(live[engine.name], 95),
                "memory": engine.memory(),
            }
            for engine in engines
        }

    def _heard(
        self, said: Sequence[Utterance], engines: Sequence[Engine], *, live: bool = False
    ) -> dict[str, list[Heard]]:
        """What each engine makes of the utterances, in turns."""
        heard: dict[str, list[Heard]] = {engine.name: [] for engine in engines}
        for utterance in said:
            for engine in engines:
                names = () if engine.name == PEER else utterance.names
                heard[engine.name].append(engine.hear(utterance.pcm, names, live=live))
            self._bar.update()
        return heard

    def _human_commands(self, engine: Engine) -> Numbers:
        """The share of recordings of which all slots were heard."""
        clean = self._orders[:: self._every]
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
        right = 0
        for order in said:
            right += scoring.all_heard(order.slots, engine.hear(order.pcm, names).text)
            self._bar.update()
        return right / len(said)

    def _invented(self, engine: Engine) -> float:
        """The share of sounds without speech in which words were heard."""
        names = suite.homes()[0]["names"]
        invented = 0
        for clip in self._clips:
            invented += bool(engine.hear(suite.to_pcm(clip), names).text)
            self._bar.update()
        return invented / len(self._clips)


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


def _percent(share: float) -> str:
    return f"{share:.1%}"


def _milliseconds(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms"


def _megabytes(size: float) -> str:
    return f"{size / 1e6:.0f} MB"


_ROWS: Mapping[str, tuple[str, Callable[[float], str]]] = {
    "cpu": ("CPU time of a command of 2 to 4 s", _milliseconds),
    "cpu_live": ("the same in real time, with what is tried in pauses", _milliseconds),
    "wer": ("Words wrong, quiet room", _percent),
    "wer_10_db": ("Words wrong, kitchen noise and music at 10 dB", _percent),
    "wer_5_db": ("Words wrong, the same at 5 dB", _percent),
    "wait_p50": ("Wait after the audio's end, median", _milliseconds),
    "wait_p95": ("Wait after the audio's end, 19 in 20", _milliseconds),
    "memory": ("Memory", _megabytes),
}


def table(result: Mapping[str, Any]) -> str:
    """The comparison for people, as Markdown."""
    names = [name for name in result if name == PEER or name.startswith("LLMOS")]
    lines = [f"| | {' | '.join(names)} | ratio |", "| --- | ---: | ---: | ---: |"]
    for key, (label, show) in _ROWS.items():
        values = " | ".join(show(result[name][key]) for name in names)
        lines.append(f"| {label} | {values} | {result['ratio'][key]:.2f} × |")
    for key, share in result["human_commands"].items():
        lines.append(f"| Human commands, all slots heard: {key} | {share:.1%} | | |")
    lines.append(f"| Words invented in sounds without speech | {result['invented']:.1%} | | |")
    return "\n".join(lines)


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(
        prog="script/bench speech",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all numbers there")
    parser.add_argument("--every", type=int, default=1, metavar="N", help="hear only each N-th")
    args = parser.parse_args()
    result = Bench(args.every).run()
    if args.json:
        args.json.write_text(json.dumps(result, indent=2) + "\n", "utf-8")
    print(table(result))


if __name__ == "__main__":
    main()

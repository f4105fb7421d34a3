"""What `script/bench speech` measured, as a table for people."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from .engines import PEER


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
_ALONE: Mapping[str, Mapping[str, str]] = {
    "understood": {
        "typed": "Commands right when typed",
        "clean": "Commands right from speech, quiet",
        "clean_of_typed": "of those right when typed: right from speech, quiet",
        "5_db": "Commands right from speech, noise at 5 dB",
        "5_db_of_typed": "of those right when typed: right from speech, noise at 5 dB",
    },
    "human_commands": {
        "clean": "Recordings of people, all slots heard, clean",
        "noise_6_db": "the same, noise at 6 dB",
        "clean_more_names": "the same with 300 more names, clean",
        "noise_6_db_more_names": "the same with 300 more names, noise at 6 dB",
    },
}


def table(result: Mapping[str, Any]) -> str:
    """The comparison for people, as Markdown."""
    names = [name for name in result if name == PEER or name.startswith("LLMOS")]
    lines = [f"| | {' | '.join(names)} | ratio |", "| --- | ---: | ---: | ---: |"]
    for key, (label, show) in _ROWS.items():
        values = " | ".join(show(result[name][key]) for name in names)
        lines.append(f"| {label} | {values} | {result['ratio'][key]:.2f} × |")
    for group, labels in _ALONE.items():
        lines += [
            f"| {labels[key]} | {_percent(share)} | | |" for key, share in result[group].items()
        ]
    lines.append(
        f"| Words invented in sounds without speech | {_percent(result['invented'])} | | |"
    )
    return "\n".join(lines)

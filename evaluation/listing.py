"""The evaluation of sentence tests, listed: by intent, and all that went wrong."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def print_sentences(report: Mapping[str, Any]) -> None:
    """Print accuracy, a table by intent, and the failures."""
    head = f"{'':32}{'sentences':>10}{'intent':>9}{'as spoken':>11}{'grounded':>10}"
    print(head)
    for name, row in [*report["by_intent"].items(), ("all", report)]:
        shares = f"{row['intent']:9.1%}{row['all_slots_as_spoken']:11.1%}{row['all_slots_grounded']:10.1%}"
        print(f"{name:32}{row['sentences']:10}{shares}")
    print(f"\nmedian {report['ms']:.1f} ms a sentence\n\n{len(report['failures'])} wrong:")
    for failure in report["failures"]:
        print(f"  {failure['text']}\n    expected {step_in_words(failure['expected'])}")
        print(
            f"    grounded {' + '.join(map(step_in_words, failure['grounded'])) or 'chat'}", end=""
        )
        print(f"  [{failure['problem']}]" if failure["problem"] else "")


def step_in_words(step: Mapping[str, Any]) -> str:
    """An intent and its slots."""
    return f"{step['intent']}({', '.join(f'{slot}={value}' for slot, value in sorted(step['slots'].items()))})"

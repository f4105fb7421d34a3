"""The rule by which understanding is judged."""

from __future__ import annotations

from typing import Any

import pytest

from custom_components.llmos_assistant.engine.protocol import Plan, SlotValue, Step
from evaluation.evaluate import evaluate_sentences
from evaluation.labels import evaluate_labels

FAN: dict[str, Any] = {
    "text": "fan 50%",
    "intent": "HassFanSetSpeed",
    "slots": {"name": "Attic Fan", "percentage": 50},
    "home": {
        "areas": [{"name": "Attic"}],
        "entities": [{"name": "Attic Fan", "domain": "fan", "area": "Attic"}],
    },
}


@pytest.mark.parametrize(
    ("steps", "right"),
    [
        ([("HassFanSetSpeed", {"name": "attic fan", "percentage": 50.0})], True),
        ([("HassFanSetSpeed", {"name": "attic fan", "percentage": 50, "domain": "fan"})], True),
        ([("HassFanSetSpeed", {"name": "attic fan", "percentage": 5})], False),
        ([("HassFanSetSpeed", {"name": "attic fan"})], False),
        ([("HassFanSetSpeed", {"name": "attic fan", "percentage": 50, "area": "attic"})], False),
        ([("HassFanSetSpeed", {"name": "cellar fan", "percentage": 50})], False),
        ([("HassTurnOn", {"name": "attic fan", "percentage": 50})], False),
        (
            [("HassFanSetSpeed", {"name": "attic fan", "percentage": 50}), ("HassNevermind", {})],
            False,
        ),
        ([], False),
    ],
)
def test_sentences(steps: list[tuple[str, dict[str, SlotValue]]], right: bool) -> None:
    """One step, the intent, every slot and no other."""
    report = evaluate_sentences([FAN], lambda _: Plan(tuple(Step(*step) for step in steps)))
    assert report["all_slots_grounded"] == right
    assert bool(report["failures"]) != right


def test_labels() -> None:
    """Answering does no harm where acting would."""
    plans = {
        "turn it on": Plan((Step("HassTurnOn", {"name": "it"}),)),
        "what is on": Plan((Step("HassGetState", {"state": "on"}),)),
    }
    rows = [
        {"text": text, "label": label} for text in plans for label in ("qa_stock", "iot_wemo_on")
    ]
    report = evaluate_labels(rows, lambda row: plans[row["text"]])
    assert report["left_alone"] == 0.5
    assert [row["text"] for row in report["acted_wrongly"]] == ["turn it on"]
    assert report["plans"]["iot_wemo_on"] == {"HassTurnOn": 1, "HassGetState": 1}

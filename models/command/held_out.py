"""Sentences that are measured on, which the corpus must not hold.

Templates draw some of them by chance, the backbone's most of all: the sentence tests of Home Assistant's
intents are made of the same templates.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import yaml

from custom_components.llmos_assistant.engine.utterance import split_words

ROOT = Path(__file__).parents[2]
_FILES = (
    "tests/sentences/*.jsonl",
    "../shared/data/sentence-tests/en.jsonl",
    "../shared/data/slurp-devel.jsonl",
)


def held_out() -> frozenset[str]:
    """The measured sentences as the model would see them, commas left out."""
    return frozenset(map(as_seen, _sentences()))


def as_seen(text: str) -> str:
    """A sentence's words, numbers in digits, without commas."""
    return " ".join(word.text for word in split_words(text) if word.text != ",")


def _sentences() -> Iterator[str]:
    for pattern in _FILES:
        for file in ROOT.glob(pattern) if not pattern.startswith("..") else [ROOT / pattern]:
            for line in file.read_text("utf-8").splitlines() if file.exists() else []:
                yield json.loads(line)["text"]
    for file in ROOT.glob("tests/homes/*/[qs]*s.yaml"):  # questions, sentences
        for entry in yaml.safe_load(file.read_text("utf-8")):
            yield from (turn["say"] for turn in entry.get("turns", [entry]))

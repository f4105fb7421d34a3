"""Sentence templates, home-assistant-intents' and our own, and how examples are drawn from them."""

from __future__ import annotations

import importlib.resources
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import yaml
from hassil.expression import (
    Alternative,
    Expression,
    Group,
    ListReference,
    Permutation,
    RuleReference,
    TextChunk,
)
from hassil.parse_expression import Sentence, parse_sentence

from .vocabulary import Vocabulary

WORDINGS = Path(__file__).parent / "wordings"

# The backbone's numeric and free lists, by the open list that fills them.
_BACKBONE_LISTS = {
    "brightness": "percent",
    "position": "percent",
    "fan_speed": "percent",
    "volume": "percent",
    "volume_step_up": "percent",
    "volume_step_down": "percent",
    "temperature": "degrees",
    "color_temperature": "kelvin",
    "timer_hours": "hours",
    "timer_minutes": "minutes",
    "timer_seconds": "seconds",
    "timer_command": "command",
    "shopping_list_item": "item",
    "todo_list_item": "item",
    "search_query": "query",
}
_FREE_LISTS = {"anything"}  # they fill no slot
# Closed lists of which what was said is what counts: colours, the halves of hours, modes.
_SPOKEN_SLOTS = {"color", "hours", "minutes", "mode", "name", "search_query", "seconds"}


@dataclass
class Said:
    """A stretch of the utterance, and the slot that it fills."""

    text: str
    slot: str | None = None
    steps: tuple[int, ...] = (0,)
    label: str | None = None  # what Home Assistant calls it, where it is a closed list
    negative: bool = False


@dataclass
class Block:
    """Templates that mean the same: the steps they ask for and the slots nobody says."""

    intents: tuple[str, ...]  # none: chat
    sentences: list[Sentence]
    slots: tuple[dict[str, Any], ...]
    rules: Mapping[str, Sentence]
    lists: Mapping[str, Any]
    domains: list[str] = field(default_factory=list)
    clause: bool = False  # "if nobody is home": said before or after any command
    plain: bool = False  # what people say most

    def sample(self, vocabulary: Vocabulary, rng: Random) -> list[Said]:
        """Draw one utterance."""
        said: list[Said] = []
        self._expand(rng.choice(self.sentences).expression, vocabulary, rng, said)
        return said

    def spoken_slots(self) -> set[str]:
        """The slots that its templates fill."""
        return {
            slot
            for sentence in self.sentences
            for slot in _spoken_slots(sentence.expression, self.rules)
        }

    def _expand(
        self, item: Expression, vocabulary: Vocabulary, rng: Random, said: list[Said]
    ) -> None:
        match item:
            case TextChunk():
                said.append(Said(item.original_text))
            case Alternative(is_optional=True):
                if rng.random() < 0.5:
                    self._expand(rng.choice(item.items[:-1]), vocabulary, rng, said)
            case Alternative():
                self._expand(rng.choice(item.items), vocabulary, rng, said)
            case Permutation():
                for part in rng.sample(item.items, len(item.items)):
                    said.append(Said(" "))
                    self._expand(part, vocabulary, rng, said)
            case Group():
                for part in item.items:
                    self._expand(part, vocabulary, rng, said)
            case RuleReference():
                self._expand(self.rules[item.rule_name].expression, vocabulary, rng, said)
            case ListReference():
                said.append(self._fill(item, vocabulary, rng))

    def _fill(self, reference: ListReference, vocabulary: Vocabulary, rng: Random) -> Said:
        name = reference.list_name
        slot, _, steps = reference.slot_name.partition("@")
        less = slot.endswith("-") or steps.endswith("-")
        slot = slot.rstrip("-")
        at = tuple(int(step) - 1 for step in steps.rstrip("-").split("+")) if steps else (0,)
        definition = self.lists.get(name, {})
        if "values" in definition:
            spoken, label = rng.choice(definition["values"])
            chunk: list[Said] = []
            self._expand(spoken.expression, vocabulary, rng, chunk)
            text = "".join(part.text for part in chunk)
            return Said(text, slot, at, None if slot in _SPOKEN_SLOTS else str(label))
        if name == "name" and self.domains:
            name = rng.choice(self.domains)
        negative = less or definition.get("range", {}).get("multiplier", 1) < 0
        name = _BACKBONE_LISTS.get(name, name)
        if name in ("hours", "minutes", "seconds"):
            return Said(
                vocabulary.number(rng.choice([rng.randint(1, 100), rng.randint(1, 12)]), rng),
                slot,
                at,
            )
        text = vocabulary.sample(name, rng)
        return Said(text) if {name, slot} & _FREE_LISTS else Said(text, slot, at, negative=negative)


def _spoken_slots(item: Expression, rules: Mapping[str, Sentence]) -> Iterator[str]:
    """The slots of a template, without the steps that they belong to."""
    match item:
        case ListReference():
            yield item.slot_name.partition("@")[0].rstrip("-")
        case RuleReference():
            yield from _spoken_slots(rules[item.rule_name].expression, rules)
        case Group():
            for part in item.items:
                yield from _spoken_slots(part, rules)


_parse = cache(parse_sentence)


def backbone(language: str) -> list[Block]:
    """The sentence templates of home-assistant-intents (CC BY 4.0), one block each of its data entries."""
    file = importlib.resources.files("home_assistant_intents") / "data" / f"{language}.json"
    data = json.loads(file.read_text("utf-8"))
    rules = {name: _parse(body) for name, body in data["expansion_rules"].items()}
    lists = {name: _closed_list(definition) for name, definition in data["lists"].items()}
    blocks = []
    for intent, content in data["intents"].items():
        for entry in content["data"]:
            slots = dict(entry.get("slots", {}))
            if entry["metadata"]["slot_combination"] == "domain_all":
                slots["area"] = "all"
            domains = entry.get("requires_context", {}).get("domain", [])
            if domains == ["lock"]:  # told from doors by the verb, not by the name
                slots["domain"] = "lock"
            sentences = [_parse(sentence) for sentence in entry["sentences"]]
            blocks.append(Block((intent,), sentences, (slots,), rules, lists, domains))
    return blocks


def wordings(language: str) -> list[Block]:
    """Our own templates: `wordings/<language>/<topic>/*.yaml`."""
    blocks = []
    for path in sorted((WORDINGS / language).glob("*/*.yaml")):
        data = yaml.load(path.read_text("utf-8"), Loader=yaml.BaseLoader)  # no "on" turned to true
        rules = {name: _parse(body) for name, body in data.get("rules", {}).items()}
        lists = {
            name: {"values": [(_parse(str(said)), label) for said, label in values.items()]}
            for name, values in data.get("lists", {}).items()
        }
        for entry in data["data"]:
            steps = entry.get("steps") or [
                {"intent": entry["intent"], "slots": entry.get("slots", {})}
            ]
            intents = tuple(step["intent"] for step in steps if step["intent"] != "chat")
            slots = tuple(step.get("slots") or {} for step in steps)
            sentences = [_parse(sentence) for sentence in entry["sentences"]]
            clause = entry.get("clause") == "true"
            plain = data.get("plain") == "true"
            blocks.append(Block(intents, sentences, slots, rules, lists, [], clause, plain))
    return blocks


def _closed_list(definition: dict[str, Any]) -> dict[str, Any]:
    if "values" not in definition:
        return definition
    return {"values": [(_parse(value["in"]), value["out"]) for value in definition["values"]]}

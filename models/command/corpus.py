"""Stage 1, corpus: draw utterances and their plans from the templates.

    python -m models.command.corpus --examples 600000

Writes `corpus.jsonl`, one {"words": […], "plan": […]} a line: the words as the model sees them
and the tokens that it is to write (engine/grammar.py). Every example is drawn afresh; the same
seed gives the same corpus.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from pathlib import Path
from random import Random

from tqdm import tqdm

from . import BUILD
from .encoding import encode
from .noise import Noise, punctuate
from .templates import Block, Said, backbone, wordings
from .vocabulary import Vocabulary

SHARES = {"plain": 0.25, "backbone": 0.14, "wordings": 0.45, "chat": 0.16}
JOINED = 0.25  # of the commands: two or three said in one breath
CONDITIONAL = 0.08  # of the commands: hanging on an "if nobody is home"
CORRECTED = 0.03  # of all: begun with something else, "no wait", and then said
WRAPPED = 0.22  # with a "please", an "um", a "thanks" around them
WITH_ASIDE = 0.10  # with talk before or after it that is no part of it
_COMMANDS = ("plain", "backbone", "wordings")
_SPECIAL = ("conversation_command", "except", "for")
_SEVERAL = 3.0  # how much more often than other templates those of several steps come
# How much more often than by the number of their templates: what is said more, and in more ways, than others.
_OFTEN = {
    "HassClimateSetTemperature": 1.2,
    "HassDecreaseTimer": 0.5,
    "HassGetState": 2.2,
    "HassGetWeather": 1.4,
    "HassIncreaseTimer": 0.5,
    "HassLightSet": 1.3,
    "HassListAddItem": 1.8,
    "HassTimerStatus": 1.3,
    "HassTurnOff": 1.4,
    "HassTurnOn": 1.4,
    "LlmosCorrect": 1.5,
    "LlmosGetCalendar": 2.8,
    "LlmosGetHistory": 3.2,
    "LlmosLater": 2.0,
    "LlmosMore": 2.0,
    "conversation_command": 2.5,
    "except": 1.5,
    "for": 1.4,
}
_JOINERS = [
    " and ",
    " and ",
    " and then ",
    " then ",
    ", ",
    " also ",
    " and also ",
    " and please ",
    " after that ",
    " plus ",
    ". ",
    " ",  # as recognition writes it, or said in one breath
    " ",
]
_BEFORE = (
    "please|can you|could you|would you|can you please|could you please|hey|okay|ok|so|um|uh|well|right|hi|alright|now|"
    "i'd like you to|i want you to|i need you to|go ahead and|just|quickly|be a dear and|do me a favour and|"
    "do me a favor and|let's|hey there|listen|actually|oh and|oh|yeah|um can you|uh could you just|hey could you|"
    "would you mind|if you could|kindly|please just|and|also|assistant|okay so|right so|sorry|wait|no wait|"
    "alexa|hey google|ok google|hey siri|hey jarvis|okay nabu|computer|hey assistant|hello|good morning|"
    "be so good as to|i'd appreciate it if you could|why don't you|can we|could we|i'd like to|i want to|we need to|"
    "i was wondering if you could|any chance you could|time to|you know what|honey|darling|love|mate|er|erm|hmm|yo"
).split("|")
_AFTER = (
    "please|thanks|thank you|for me|now|right now|would you|will you|if you can|if you don't mind|already|ok|okay|"
    "for me please|cheers|asap|again|then|quickly|when you get a chance|thank you very much|"
    "please and thank you|um|real quick"
).split("|")
_CORRECTIONS = (
    "no wait|wait no|no|i mean|sorry i mean|scratch that|uh no|actually no|no sorry|oops no|hang on no|er i mean|"
    "no hold on|never mind that|or rather|correction|forget that"
).split("|")
_ALONE = (
    "LlmosMore",
    "LlmosCorrect",
    "LlmosUndo",
    "LlmosYes",
    "LlmosLater",
    "LlmosIf",
    "HassNevermind",
)
_QUESTIONS = (
    "HassGet",
    "HassTimerStatus",
    "HassClimateGet",
    "HassRespond",
    "HassNevermind",
    "LlmosGet",
)
_UNWRAPPED = (*_QUESTIONS, "LlmosMore", "LlmosCorrect", "LlmosYes", "LlmosUndo")
_OPEN_ENDED = {
    "search_query",
    "message",
    "conversation_command",
    "except",
}  # they would swallow what follows
_ASKING = tuple(
    "is are was were do does did has have am what which who whose where how when any tell check "
    "there's isn't aren't can could will".split()
)


class Corpus:
    """An endless, seeded stream of examples."""

    def __init__(self, language: str, seed: int) -> None:
        self.language = language
        self.rng = Random(seed)
        self.vocabulary = Vocabulary(language)
        self.vocabulary.command = self._command_text
        own = wordings(language)
        self.sources = {
            "backbone": _by_intent(backbone(language)),
            "plain": _by_intent([b for b in own if b.plain]),
            "wordings": _by_intent([b for b in own if b.intents and not (b.clause or b.plain)]),
            "chat": _by_intent([block for block in own if not block.intents]),
        }
        # Intents with many templates come more often, but not in proportion.
        self.weights = {
            source: [
                sum(len(block.sentences) for block in blocks) ** 0.5 * _often(blocks[0])
                for blocks in groups
            ]
            for source, groups in self.sources.items()
        }
        self.clauses = [block for block in own if block.clause]
        self.noise = Noise(language)

    def example(self) -> dict[str, list[str]] | None:
        """One example, or none if the draw came out too long or cut through a word."""
        source = self.rng.choices(list(SHARES), list(SHARES.values()))[0]
        parts = [self._draw(source)]
        if source not in ("chat", "plain") and _can_be_joined(parts[0]):
            if self.rng.random() < JOINED:
                parts += self._more_parts(parts)
            if self.rng.random() < CONDITIONAL and self.clauses:
                said, intents, slots = self._conditional(parts)
            else:
                said, intents, slots = self._join(parts)
        else:
            said, intents, slots = self._join(parts)
        if source != "plain" and self.rng.random() < CORRECTED:
            said = [*self._false_start(), *said]
        elif not (intents and intents[0].startswith(_UNWRAPPED)):
            if self.rng.random() < WRAPPED:
                said = self._wrap(said)
            if intents and self.rng.random() < WITH_ASIDE:
                said = self._add_aside(said)
        said = self.noise.apply(said, self.rng)
        return encode(punctuate(said, self.rng), intents, slots, self.language)

    def _more_parts(self, parts: list[tuple[Block, list[Said]]]) -> list[tuple[Block, list[Said]]]:
        """What else is asked for in the same breath; nothing, if the first would swallow it."""
        more = [
            self._draw(self.rng.choice(_COMMANDS)) for _ in range(self.rng.choice([1, 1, 1, 2]))
        ]
        before_last = [*parts, *more][:-1]
        swallowed = any(part.slot in _OPEN_ENDED for _, said in before_last for part in said)
        return [] if swallowed or not all(map(_can_be_joined, more)) else more

    def _conditional(
        self, parts: list[tuple[Block, list[Said]]]
    ) -> tuple[list[Said], list[str], list[dict[str, str]]]:
        """A command and an "if …" before or after it; the condition is the first step."""
        block = self.rng.choices(self.clauses, [len(b.sentences) ** 0.5 for b in self.clauses])[0]
        clause = block.sample(self.vocabulary, self.rng)
        said, intents, slots = self._join(parts)
        for part in said:
            part.steps = tuple(step + 1 for step in part.steps)
        last = not any(part.slot in _OPEN_ENDED for part in said) and self.rng.random() < 0.5
        between = Said(self.rng.choice([" ", ", "] if last else [" ", ", ", " then ", " please "]))
        said = [*said, between, *clause] if last else [*clause, between, *said]
        return said, [*block.intents, *intents], [*block.slots, *slots]

    def _false_start(self) -> list[Said]:
        """The beginning of something else, taken back."""
        _, said = self._draw("wordings")
        words = "".join(part.text for part in said).split()
        begun = " ".join(words[: self.rng.randint(1, max(1, min(7, len(words) - 1)))])
        return [Said(f"{begun} {self.rng.choice(_CORRECTIONS)} ")]

    def _draw(self, source: str) -> tuple[Block, list[Said]]:
        groups, weights = self.sources[source], self.weights[source]
        blocks = self.rng.choices(groups, weights)[0]
        block = self.rng.choices(blocks, [len(block.sentences) ** 0.7 for block in blocks])[0]
        said = block.sample(self.vocabulary, self.rng)
        if source == "backbone" and block.intents == ("HassGetState",):
            # "All lights on" is a question there if need be; here it is a command.
            while not "".join(part.text for part in said).strip().startswith(_ASKING):
                said = block.sample(self.vocabulary, self.rng)
        return block, said

    def _join(
        self, parts: list[tuple[Block, list[Said]]]
    ) -> tuple[list[Said], list[str], list[dict[str, str]]]:
        said: list[Said] = []
        intents: list[str] = []
        slots: list[dict[str, str]] = []
        for block, words in parts:
            if said:
                said.append(Said(self.rng.choice(_JOINERS)))
            for part in words:
                part.steps = tuple(step + len(intents) for step in part.steps)
            said += words
            intents += block.intents
            slots += block.slots
        return said, intents, slots

    def _wrap(self, said: list[Said]) -> list[Said]:
        pause = self.rng.choice([" ", " ", ", "])
        before = [Said(self.rng.choice(_BEFORE) + pause)] if self.rng.random() < 0.7 else []
        after = (
            [Said(pause + self.rng.choice(_AFTER))]
            if not before or self.rng.random() < 0.25
            else []
        )
        if any(part.slot in _OPEN_ENDED for part in said):
            after = []
        return [*before, *said, *after]

    def _add_aside(self, said: list[Said]) -> list[Said]:
        """What is said along with a command, and asks for nothing."""
        if self.rng.random() < 0.4 or any(part.slot in _OPEN_ENDED for part in said):
            pause = self.rng.choice([" ", ", "])
            return [Said(self.vocabulary.sample("aside_before", self.rng) + pause), *said]
        pause = self.rng.choice([" ", ", "])
        return [*said, Said(pause + self.vocabulary.sample("aside_after", self.rng))]

    def _command_text(self, rng: Random) -> str:
        """A whole command, for timers that carry one."""
        while True:
            block, said = self._draw(rng.choice(_COMMANDS))
            # Not every timed command is one that is said alone.
            if _can_be_joined((block, said)) and "Timer" not in block.intents[0]:
                return " ".join("".join(part.text for part in said).split())


def _is_question(block: Block) -> bool:
    return any(intent.startswith(_QUESTIONS) for intent in block.intents) or not block.intents


def _can_be_joined(part: tuple[Block, list[Said]]) -> bool:
    """If it can be said in one breath with something else: a command that ends where it ends."""
    block, _ = part
    return (
        not _is_question(block)
        and len(block.intents) < 3
        and not any(intent.startswith(_ALONE) for intent in block.intents)
        and not any(fixed.get("target") for fixed in block.slots)
    )


def _special_slots(block: Block) -> list[str]:
    """The slots that set a block's templates apart, or they would drown among the plain ones."""
    slots = block.spoken_slots()
    return [slot for slot in _SPECIAL if slot in slots]


def _often(block: Block) -> float:
    """How much more often a block's kind comes than by the number of its templates."""
    if _is_several(block):
        return _SEVERAL
    kinds = (*block.intents, *_special_slots(block))
    return max((_OFTEN[kind] for kind in kinds if kind in _OFTEN), default=1.0)


def _is_several(block: Block) -> bool:
    return len(block.intents) > 1 and "LlmosIf" not in block.intents


def _by_intent(blocks: list[Block]) -> list[list[Block]]:
    groups: dict[tuple[str, ...], list[Block]] = {}
    for block in blocks:
        key = block.intents
        if len(block.intents) > 1:
            key = ("LlmosIf", "…") if "LlmosIf" in block.intents else ("several", "…")
        else:
            key = (*block.intents, *_special_slots(block))
        groups.setdefault(key, []).append(block)
    return list(groups.values())


def main() -> None:
    """Write the corpus."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--examples", type=int, default=600_000)
    parser.add_argument("--language", default="en")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--output", type=Path, default=BUILD / "corpus.jsonl")
    parser.add_argument("--show", type=int, default=0, help="print this many examples instead")
    args = parser.parse_args()
    corpus = Corpus(args.language, args.seed)
    if args.show:
        for _ in range(args.show):
            example = corpus.example()
            print(
                "dropped"
                if example is None
                else f"{' '.join(example['words'])}  =>  {' '.join(example['plan'])}"
            )
        return
    args.output.parent.mkdir(parents=True, exist_ok=True)
    unfinished = args.output.with_suffix(".new")
    seen: Counter[str] = Counter()
    with (
        unfinished.open("w", encoding="utf-8") as file,
        tqdm(total=args.examples, desc="corpus") as progress,
    ):
        while sum(seen.values()) < args.examples:
            if example := corpus.example():
                file.write(json.dumps(example, ensure_ascii=False) + "\n")
                seen[example["plan"][0]] += 1
                progress.update()
    unfinished.replace(args.output)
    for intent, count in seen.most_common():
        print(f"{count:8d}  {intent}")


if __name__ == "__main__":
    main()

"""The command model: reads an utterance, writes a plan. CTranslate2, int8, one thread."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from math import exp
from pathlib import Path

import ctranslate2
import sentencepiece

from .grammar import MAX_WORDS, GrammarError, index_token, read_plan
from .protocol import Plan
from .store import ModelError
from .utterance import Word, split_words

_MAX_TOKENS = 96  # about eight steps
_ALTERNATIVES = 4
_SURE = 0.92  # from this confidence on, no other reading is looked for
_SURE_TALK = 0.97  # the same of talk: only the home knows what things may be called there


class CommandParser:
    """A sequence-to-sequence transformer (T5 type, Raffel et al. 2020) that points at words.

    Any thread may call it: CTranslate2 does one after the other.

    Args:
        folder: a packaged command model: `model.bin`, `config.json`, its two vocabularies,
            `words.model` (SentencePiece) and `card.json` (languages, version).
        compute_type: what CTranslate2 computes with; int8 is what ships.
        threads: threads an utterance is read with; one is fastest for a model this small.

    Raises:
        ModelError: the folder holds no working model.
    """

    def __init__(self, folder: Path, threads: int = 1, compute_type: str = "int8") -> None:
        try:
            self.card = json.loads((folder / "card.json").read_text("utf-8"))
            self.languages: list[str] = self.card["languages"]
            self._pieces = sentencepiece.SentencePieceProcessor(
                model_file=str(folder / "words.model")
            )
            self._model = ctranslate2.Translator(
                str(folder),
                device="cpu",
                compute_type=compute_type,
                inter_threads=1,
                intra_threads=threads,
            )
        except (OSError, KeyError, ValueError, RuntimeError) as err:
            raise ModelError(
                f"The command model in {folder} cannot be loaded ({err}). Install the integration again."
            ) from err

    def parse(self, text: str) -> Plan:
        """Read an utterance. Texts longer than 64 words, and empty ones, give an empty plan.

        A plan that the model is not sure of carries the next likely ones as alternatives.
        """
        words = split_words(text, self.languages[0])
        if not words or len(words) > MAX_WORDS:
            return Plan()
        plans: list[Plan] = []
        for beam_size in (1, _ALTERNATIVES):  # a wider beam only where the greedy plan is in doubt
            plans += self._read(words, text, beam_size)
            if plans and plans[0].confidence >= (_SURE if plans[0].steps else _SURE_TALK):
                break
        distinct = list({plan.steps: plan for plan in reversed(plans)}.values())[::-1]
        distinct.sort(key=lambda plan: plan.steps != plans[0].steps)
        return replace(distinct[0], alternatives=tuple(distinct[1:])) if distinct else Plan()

    def glance(self, texts: Sequence[str]) -> list[Plan]:
        """What each text asks for, at a first reading."""
        sentences = [split_words(text, self.languages[0]) for text in texts]
        plans = [Plan()] * len(texts)
        readable = [i for i, words in enumerate(sentences) if 0 < len(words) <= MAX_WORDS]
        results = self._translate([sentences[i] for i in readable], beam_size=1)
        for i, result in zip(readable, results, strict=True):
            plans[i] = next(_plans(result, sentences[i], texts[i]), Plan())
        return plans

    def _read(self, words: list[Word], text: str, beam_size: int) -> list[Plan]:
        """The plans that the model holds for likeliest, those that are plans."""
        (result,) = self._translate([words], beam_size)
        return list(_plans(result, words, text))

    def _translate(
        self, sentences: Sequence[list[Word]], beam_size: int
    ) -> list[ctranslate2.TranslationResult]:
        results: list[ctranslate2.TranslationResult] = self._model.translate_batch(
            [self.source(words) for words in sentences],
            beam_size=beam_size,
            num_hypotheses=beam_size,
            max_decoding_length=_MAX_TOKENS,
            return_scores=True,
        )
        return results

    def source(self, words: list[Word]) -> list[str]:
        """The model's input: each word's pieces behind its index token."""
        tokens: list[str] = []
        for index, word in enumerate(words):
            tokens.append(index_token(index))
            tokens.extend(self._pieces.encode(word.text, out_type=str))
        return [*tokens, "</s>"]


def _plans(result: ctranslate2.TranslationResult, words: list[Word], text: str) -> Iterator[Plan]:
    """The plans among what the model has written, the likeliest first."""
    for tokens, score in zip(result.hypotheses, result.scores, strict=True):
        try:
            # The score is the tokens' mean log probability.
            yield Plan(read_plan(tokens, words, text), exp(score))
        except GrammarError:
            continue

"""The chat model: a decoder (Llama, Qwen2 or Gemma type) that answers. CTranslate2, int8."""

from __future__ import annotations

import json
from collections import abc
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import ctranslate2
import numpy as np
from jinja2 import TemplateError
from tokenizers import Encoding
from tokenizers.decoders import DecodeStream

from .chat_template import ChatTemplate
from .protocol import Message
from .store import ModelError
from .tokenizer import read_tokenizer

MAX_CONTEXT = 4096  # tokens; more would keep a small machine reading for minutes
MAX_TOOL_CONTEXT = 8192  # the tools and things of a home are about half of it, read once
MAX_CHOICE = 64  # tokens that tell one choice from the others

_MAX_KEPT = 4  # CTranslate2 forgets a system's message that it keeps only with the model
_MAX_SEEN = 32


class PromptError(Exception):
    """A conversation that the model cannot go on with. The message is for people."""


class Generator:
    """A chat model in memory.

    Args:
        folder: a model that CTranslate2 has converted: `model.bin`, `config.json`,
            `vocabulary.json`, with `tokenizer.json` or `tokenizer.model`,
            `tokenizer_config.json`, and where the model has them `chat_template.jinja` and
            `generation_config.json`.
        threads: threads that an answer is computed with.

    Raises:
        ModelError: the folder holds no working chat model.
    """

    def __init__(self, folder: Path, threads: int = 1) -> None:
        try:
            self._tokenizer = read_tokenizer(folder)
            self._template = ChatTemplate(folder)
            self._ends = self._end_tokens(folder)
            self._model = ctranslate2.Generator(
                str(folder), compute_type="int8", inter_threads=1, intra_threads=threads
            )
        except Exception as err:
            raise ModelError(
                f"The chat model in {folder} cannot be loaded ({err}). "
                "Download or convert it again."
            ) from err
        self._limit = int(min(self._template.config.get("model_max_length", MAX_CONTEXT), 1 << 20))
        self.context = min(self._limit, MAX_CONTEXT)
        """Tokens that a conversation with its answer can have."""
        self._seen: list[tuple[str, ...]] = []  # system's messages that came once
        self._kept: set[tuple[str, ...]] = set()

    def _end_tokens(self, folder: Path) -> list[int]:
        """The tokens that end an answer, by their ids."""
        config = json.loads((folder / "config.json").read_text("utf-8"))
        ends: set[int | None] = {self._tokenizer.token_to_id(config["eos_token"])}
        path = folder / "generation_config.json"
        if path.exists():
            named = json.loads(path.read_text("utf-8")).get("eos_token_id")
            ends |= set(named if isinstance(named, list) else [named])
        return [end for end in ends if end is not None]

    def generate(
        self,
        messages: Sequence[Message],
        max_tokens: int,
        tools: Sequence[Mapping[str, Any]] = (),
    ) -> abc.Generator[str]:
        """The answer to a conversation, in pieces, each as soon as it is certain.

        Closing the iterator ends the work after the token that is being computed. The likeliest
        token is always taken: the same question gets the same answer. Of a conversation too
        long for the model, the oldest messages but the system's are left out.

        Raises:
            PromptError: not even the last message fits, or the model takes no such messages.
        """
        context = min(self._limit, MAX_TOOL_CONTEXT) if tools else self.context
        max_tokens = min(max_tokens, context // 2)
        static, prompt = self._prompt(messages, context - max_tokens, tools)
        steps = self._model.generate_tokens(
            prompt,
            max_length=max_tokens,
            end_token=self._ends,
            static_prompt=static or None,
            cache_static_prompt=self._keeps(tuple(static)),
        )
        # Keeps back the bytes of a character until the last of them is here.
        decoding = DecodeStream(skip_special_tokens=True)
        with closing(steps):
            for step in steps:
                if step.token_id in self._ends:
                    return
                if text := decoding.step(self._tokenizer, step.token_id):
                    yield text

    def choose(self, messages: Sequence[Message], choices: Sequence[str]) -> str:
        """Which of `choices` is the likeliest answer: token by token, the likeliest that leads to one.

        Raises PromptError as `generate` does, ValueError if there are no choices.
        """
        static, prompt = self._prompt(messages, self.context - MAX_CHOICE)
        ends = [min(self._ends)]  # so that "1" can be told from "10"
        left = [
            (
                self._tokenizer.encode(choice, add_special_tokens=False).ids[:MAX_CHOICE] + ends,
                choice,
            )
            for choice in choices
        ]
        if not left:
            raise ValueError("nothing to choose from")
        depth = 0
        while len(left) > 1:
            allowed = list(dict.fromkeys(ids[depth] for ids, _ in left if len(ids) > depth))
            if not allowed:
                break  # they are the same
            chosen = allowed[0]
            if len(allowed) > 1:
                logits = self._next_logits(static, prompt)
                chosen = max(allowed, key=lambda token: logits[token])
            left = [(ids, choice) for ids, choice in left if ids[depth : depth + 1] == [chosen]]
            prompt = [*prompt, str(self._tokenizer.id_to_token(chosen))]
            depth += 1
        return left[0][1]

    def _next_logits(self, static: list[str], prompt: list[str]) -> np.ndarray:
        """How likely each token is to come next, by its id."""
        [result] = self._model.generate_batch(
            [prompt],
            max_length=1,
            end_token=self._ends,
            static_prompt=static or None,
            cache_static_prompt=self._keeps(tuple(static)),
            include_prompt_in_result=False,
            return_logits_vocab=True,
        )
        return np.asarray(result.logits[0][0])

    def _prompt(
        self,
        messages: Sequence[Message],
        room: int,
        tools: Sequence[Mapping[str, Any]] = (),
    ) -> tuple[list[str], list[str]]:
        """The tokens of a conversation: those of the system's message, and the rest."""
        system = [message for message in messages[:1] if message.role == "system"]
        turns = list(messages[len(system) :])
        while len(prompt := self._encode([*system, *turns], tools=tools)) > room:
            del turns[0]
            while turns and turns[0].role != "user":
                del turns[0]  # an answer to nothing
            if not turns:
                raise PromptError("That is too long for the chat model.")
        static = self._encode(system, is_prompt=False, tools=tools).tokens if system else []
        if prompt.tokens[: len(static)] != static:  # the template mixes it with the rest
            static = []
        return static, prompt.tokens[len(static) :]

    def _keeps(self, static: tuple[str, ...]) -> bool:
        """Whether the model's reading of `static` is kept, so that it need not read it again.

        It is once `static` has come before: most that will never come again do not get there.
        """
        if static in self._seen and len(self._kept) < _MAX_KEPT:
            self._kept.add(static)
        self._seen = [*self._seen[1 - _MAX_SEEN :], static]
        return static in self._kept

    def _encode(
        self,
        messages: Sequence[Message],
        is_prompt: bool = True,
        tools: Sequence[Mapping[str, Any]] = (),
    ) -> Encoding:
        try:
            text = self._template.render(messages, is_prompt, tools)
        except TemplateError as err:
            raise PromptError(f"The chat model cannot go on from there: {err}") from err
        return self._tokenizer.encode(text, add_special_tokens=False)

"""The chat model's answers, by a real model: SmolLM2-135M."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from jinja2.exceptions import SecurityError
from tokenizers.decoders import DecodeStream

from custom_components.llmos_assistant.engine.chat_template import ChatTemplate
from custom_components.llmos_assistant.engine.generator import Generator, PromptError
from custom_components.llmos_assistant.engine.protocol import Message
from custom_components.llmos_assistant.engine.store import ModelError
from custom_components.llmos_assistant.engine.tokenizer import read_tokenizer

RULES = Message("system", "You are a voice assistant. Answer in one short sentence.")
FRANCE = Message("user", "What is the capital of France?")


@pytest.fixture(scope="module")
def generator(smollm2: Path) -> Generator:
    """The model in memory."""
    return Generator(smollm2)


def test_answer(generator: Generator) -> None:
    """Comes in pieces, is right, ends where it ends, and is the same the next time."""
    pieces = list(generator.generate([RULES, FRANCE], 60))
    assert len(pieces) > 3
    assert "Paris" in "".join(pieces)
    assert "<|" not in "".join(pieces)
    assert list(generator.generate([RULES, FRANCE], 60)) == pieces  # the rules are read from now on
    assert (
        list(generator.generate([RULES, FRANCE], 60)) == pieces
    )  # with the rules as they were kept


def test_length(generator: Generator) -> None:
    """An answer is cut after so many tokens."""
    story = [Message("user", "Tell me a long story.")]
    assert 1 <= len(list(generator.generate(story, 5))) <= 5


def test_stops(generator: Generator) -> None:
    """Closing ends an answer in the middle, within a token or two."""
    answer = generator.generate([Message("user", "Count from 1 to 1000.")], 1000)
    next(answer)
    started = time.monotonic()
    answer.close()
    assert time.monotonic() - started < 3
    assert list(generator.generate([FRANCE], 3))


def test_kept_rules(generator: Generator) -> None:
    """What comes again and again is kept, what comes once is not, and never much."""
    kept = len(generator._kept)
    list(generator.generate([Message("system", "Never seen again."), FRANCE], 1))
    assert len(generator._kept) == kept
    for number in range(6):
        for _ in range(2):
            list(generator.generate([Message("system", f"Rule {number}."), FRANCE], 1))
    assert len(generator._kept) == 4


def test_long_conversation(generator: Generator) -> None:
    """The oldest turns go, the rules and the question stay."""
    turn = [Message("user", "Tell me a number."), Message("assistant", "One. " * 100)]
    static, prompt = generator._prompt([RULES, *turn * 30, FRANCE], 1000)
    tokens = [*static, *prompt]
    assert 800 < len(tokens) <= 1000
    vocabulary = generator._tokenizer.get_vocab()
    text = generator._tokenizer.decode(
        [vocabulary[token] for token in tokens], skip_special_tokens=False
    )
    assert text.startswith(f"<|im_start|>system\n{RULES.content}<|im_end|>\n<|im_start|>user\n")
    assert text.endswith(f"user\n{FRANCE.content}<|im_end|>\n<|im_start|>assistant\n")


def test_question_too_long(generator: Generator) -> None:
    """Nothing can be left out of one message."""
    with pytest.raises(PromptError, match="too long"):
        next(generator.generate([RULES, Message("user", "word " * 5000)], 100))


def test_whole_characters(smollm2: Path) -> None:
    """The tokens of an emoji come as one piece, and half of it never."""
    tokenizer = read_tokenizer(smollm2)
    ids = tokenizer.encode("a🧑‍🍳é", add_special_tokens=False).ids
    decoding = DecodeStream(skip_special_tokens=True)
    pieces = [piece for index in ids if (piece := decoding.step(tokenizer, index))]
    assert len(ids) > len(pieces)
    assert "".join(pieces) == "a🧑‍🍳é"
    assert not any("\ufffd" in piece for piece in pieces)


def test_no_model(tmp_path: Path) -> None:
    """A folder that holds no model."""
    with pytest.raises(ModelError, match=r"cannot be loaded .*Download or convert it again"):
        Generator(tmp_path)


def write_template(folder: Path, template: str) -> ChatTemplate:
    """A folder with a template and old-fashioned special tokens."""
    (folder / "tokenizer_config.json").write_text('{"bos_token": {"content": "<s>"}}', "utf-8")
    (folder / "chat_template.jinja").write_text(template, "utf-8")
    return ChatTemplate(folder)


def test_template_without_system(tmp_path: Path) -> None:
    """Where a model knows no rules, they stand before the first question, as Gemma has it."""
    template = write_template(
        tmp_path,
        "{{ bos_token }}{% if messages[0].role == 'system' %}\n"
        "{{ raise_exception('No system') }}\n"
        "{% endif %}\n"
        "{% for m in messages %}[{{ m['role'] }}] {{ m.content | tojson }}{% endfor %}\n",
    )
    assert template.render([RULES, FRANCE]) == (
        '<s>[user] "You are a voice assistant. Answer in one short sentence.\\n\\n'
        'What is the capital of France?"'
    )


def test_template_is_contained(tmp_path: Path) -> None:
    """A template reaches nothing of the engine."""
    template = write_template(tmp_path, "{{ messages.__class__.__mro__ }}")
    with pytest.raises(SecurityError):
        template.render([FRANCE])

"""SentencePiece's `tokenizer.model`, trained here by SentencePiece itself, cut as it cuts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import sentencepiece

from custom_components.llmos_assistant.engine.tokenizer import read_tokenizer

_SENTENCES = [
    line
    for path in sorted(Path(__file__).parents[2].glob("docs/*.md"))
    for line in path.read_text("utf-8").splitlines()
]
_TEXTS = (
    "Turn on the kitchen lights, and lock the front door.",
    "a  b   c",
    " leading and trailing ",
    "naïve café: 21.5 °C, 你好 🙂",
    "two\nlines\tand a tab",
    "Unbelievably antidisestablishmentarian words",
    "1234567890",
)


def train(folder: Path, kind: str, adds_space: bool = True) -> sentencepiece.SentencePieceProcessor:
    """A tokenizer of this kind, in a model's folder."""
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(_SENTENCES),
        model_prefix=str(folder / "tokenizer"),
        model_type=kind,
        vocab_size=1200,
        byte_fallback=True,
        normalization_rule_name="identity",
        remove_extra_whitespaces=False,
        split_digits=True,
        minloglevel=2,
        add_dummy_prefix=adds_space,
    )
    end = {"content": "<|im_end|>", "special": True}
    config = {"added_tokens_decoder": {"1200": end}}
    (folder / "tokenizer_config.json").write_text(json.dumps(config), "utf-8")
    return sentencepiece.SentencePieceProcessor(model_file=str(folder / "tokenizer.model"))


@pytest.mark.parametrize("kind", ["bpe", "unigram"])
@pytest.mark.parametrize("adds_space", [True, False])
def test_cuts_as_sentencepiece_does(tmp_path: Path, kind: str, adds_space: bool) -> None:
    model = train(tmp_path, kind, adds_space)

    tokenizer = read_tokenizer(tmp_path)

    for text in _TEXTS:
        ids = tokenizer.encode(text, add_special_tokens=False).ids
        assert ids == model.encode(text), text
        assert tokenizer.decode(ids) == text


@pytest.mark.parametrize("kind", ["bpe", "unigram"])
def test_added_tokens_are_whole(tmp_path: Path, kind: str) -> None:
    train(tmp_path, kind)

    tokenizer = read_tokenizer(tmp_path)

    encoding = tokenizer.encode("lights<|im_end|>", add_special_tokens=False)
    assert encoding.ids[-1] == 1200
    assert tokenizer.decode(encoding.ids) == "lights"

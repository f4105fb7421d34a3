"""The tokenizer and the chat template of a GGUF file, as files that the field's libraries read."""

from __future__ import annotations

import json
from pathlib import Path

from gguf import Keys, TokenType
from tokenizers import AddedToken, Regex, Tokenizer, decoders, normalizers, pre_tokenizers
from tokenizers.models import BPE

from ..tokenizer import pieces_tokenizer
from .gguf_file import GgufFile

_GPT2_SPLIT = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)
_CONTRACTIONS = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)"
_WORDS = (
    _CONTRACTIONS
    + r"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}%s| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)


def _split(pattern: str) -> pre_tokenizers.PreTokenizer:
    return pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(pattern), behavior="isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )


# How a text is cut before merging, by `tokenizer.ggml.pre`.
_PRE_TOKENIZERS = {
    "gpt-2": _GPT2_SPLIT,
    "smollm": pre_tokenizers.Sequence([pre_tokenizers.Digits(individual_digits=True), _GPT2_SPLIT]),
    "qwen2": _split(_WORDS % ""),
    "llama-bpe": _split(_WORDS % "{1,3}"),
}
_ENDS = ("<|im_end|>", "<|eot_id|>", "<end_of_turn>", "<|endoftext|>", "<|end_of_text|>", "</s>")
"""Control tokens that end an answer, in addition to those that a file names as such."""


class TokenizerReader:
    """Reads the tokenizer of a GGUF file.

    Raises:
        ModelError: it has none that is known, or no chat template.
    """

    def __init__(self, file: GgufFile) -> None:
        self._file = file
        self.tokens: list[str] = file.field(Keys.Tokenizer.LIST)
        self._types: list[int] = file.field(Keys.Tokenizer.TOKEN_TYPE)
        self._template: str = file.field(Keys.Tokenizer.CHAT_TEMPLATE, "")
        if not self._template:
            raise file.error(
                "has no chat template. Take a model that is made to chat ('Instruct')."
            )
        self.eos_token = self._named(Keys.Tokenizer.EOS_ID)
        self.bos_token = self._named(Keys.Tokenizer.BOS_ID) or self.eos_token
        self._tokenizer = self._read()

    def _named(self, key: str) -> str:
        """The token whose id the file gives under `key`, or ""."""
        index = self._file.field(key, None)
        return "" if index is None else self.tokens[index]

    def _read(self) -> Tokenizer:
        match self._file.field(Keys.Tokenizer.MODEL):
            case "gpt2":
                tokenizer = self._byte_level()
            case "llama":
                tokenizer = pieces_tokenizer(
                    self.tokens,
                    self._file.field(Keys.Tokenizer.SCORES),
                    unknown=self._named(Keys.Tokenizer.UNK_ID),
                    adds_space=self._file.field(Keys.Tokenizer.ADD_PREFIX, True),
                )
            case kind:
                raise self._file.error(f"has a tokenizer '{kind}', which cannot be converted.")
        for token, kind in zip(self.tokens, self._types, strict=True):
            if kind in (TokenType.CONTROL, TokenType.USER_DEFINED):
                special = kind == TokenType.CONTROL
                tokenizer.add_tokens([AddedToken(token, special=special, normalized=False)])
        return tokenizer

    def _byte_level(self) -> Tokenizer:
        """Byte-pair encoding over bytes, as GPT-2 has it."""
        name = self._file.field(Keys.Tokenizer.PRE)
        if name not in _PRE_TOKENIZERS:
            raise self._file.error(f"cuts words in a way ('{name}') that cannot be converted.")
        merges = [tuple(merge.split(" ")) for merge in self._file.field(Keys.Tokenizer.MERGES)]
        vocabulary = {token: index for index, token in enumerate(self.tokens)}
        tokenizer = Tokenizer(BPE(vocabulary, merges, ignore_merges=name == "llama-bpe"))
        if name == "qwen2":
            tokenizer.normalizer = normalizers.NFC()
        tokenizer.pre_tokenizer = _PRE_TOKENIZERS[name]
        tokenizer.decoder = decoders.ByteLevel()
        return tokenizer

    def save(self, folder: Path) -> None:
        """Write `tokenizer.json`, `tokenizer_config.json` and `generation_config.json`."""
        self._tokenizer.save(str(folder / "tokenizer.json"), pretty=False)
        config = {
            "bos_token": self.bos_token,
            "eos_token": self.eos_token,
            "unk_token": self._named(Keys.Tokenizer.UNK_ID),
            "model_max_length": self._file.shape_field(Keys.LLM.CONTEXT_LENGTH),
            "chat_template": self._template,
        }
        ends = {
            self._file.field(key, None) for key in (Keys.Tokenizer.EOS_ID, Keys.Tokenizer.EOT_ID)
        }
        ends |= {
            index
            for index, (token, kind) in enumerate(zip(self.tokens, self._types, strict=True))
            if kind == TokenType.CONTROL and token in _ENDS
        }
        _write(folder / "tokenizer_config.json", config)
        _write(folder / "generation_config.json", {"eos_token_id": sorted(ends - {None})})


def _write(path: Path, content: dict[str, object]) -> None:
    path.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", "utf-8")

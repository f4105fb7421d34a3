"""The tokenizers of chat models."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import sentencepiece
from tokenizers import AddedToken, Tokenizer, decoders, normalizers
from tokenizers.models import BPE, Unigram

_SPACE = "▁"  # stands for a space in pieces


def read_tokenizer(folder: Path) -> Tokenizer:
    """The tokenizer of a model's folder: `tokenizer.json`, or `tokenizer.model` (SentencePiece).

    Raises what the libraries raise if there is none or it is damaged.
    """
    if (path := folder / "tokenizer.json").exists():
        return Tokenizer.from_file(str(path))
    tokenizer = _read_pieces(folder / "tokenizer.model")
    config = json.loads((folder / "tokenizer_config.json").read_text("utf-8"))
    for token in config.get("added_tokens_decoder", {}).values():
        added = AddedToken(token["content"], special=token["special"], normalized=False)
        tokenizer.add_tokens([added])
    return tokenizer


def _read_pieces(path: Path) -> Tokenizer:
    processor = sentencepiece.SentencePieceProcessor(model_file=str(path))
    ids = range(processor.vocab_size())
    pieces = [processor.id_to_piece(index) for index in ids]
    scores = [processor.get_score(index) for index in ids]
    adds_space = processor.encode("a", out_type=str)[0].startswith(_SPACE)
    if all(score.is_integer() for score in scores):  # how early a piece was merged
        return pieces_tokenizer(
            pieces, scores, processor.id_to_piece(processor.unk_id()), adds_space
        )
    vocabulary = list(zip(pieces, scores, strict=True))  # how likely each is
    model = Unigram(vocabulary, processor.unk_id(), byte_fallback=True)
    return _with_spaces(Tokenizer(model), adds_space)


def pieces_tokenizer(
    pieces: Sequence[str], scores: Sequence[float], unknown: str, adds_space: bool
) -> Tokenizer:
    """A tokenizer that merges pieces into the ones with higher scores first.

    Args:
        pieces: all of them, by id, with those for single bytes ("<0x0A>").
        scores: one a piece; of two merges the one into the higher score goes first.
        unknown: the piece for what no other piece can spell.
        adds_space: whether a text begins as if a space was before it.
    """
    model = BPE(
        {piece: index for index, piece in enumerate(pieces)},
        _merges(pieces, scores),
        unk_token=unknown or None,
        fuse_unk=True,
        byte_fallback=True,
    )
    return _with_spaces(Tokenizer(model), adds_space)


def _with_spaces(tokenizer: Tokenizer, adds_space: bool) -> Tokenizer:
    """The tokenizer, with spaces as a part of pieces."""
    space = normalizers.Replace(" ", _SPACE)
    tokenizer.normalizer = (
        normalizers.Sequence([normalizers.Prepend(_SPACE), space]) if adds_space else space
    )
    steps = [decoders.Replace(_SPACE, " "), decoders.ByteFallback(), decoders.Fuse()]
    if adds_space:
        steps.append(decoders.Strip(" ", 1, 0))
    tokenizer.decoder = decoders.Sequence(steps)
    return tokenizer


def _merges(pieces: Sequence[str], scores: Sequence[float]) -> list[tuple[str, str]]:
    """All pairs of pieces that make up a third, in the order in which they are to be merged."""
    ids = {piece: index for index, piece in enumerate(pieces)}
    pairs = [
        (-score, ids[piece[:cut]], ids[piece[cut:]], piece[:cut], piece[cut:])
        for piece, score in zip(pieces, scores, strict=True)
        for cut in range(1, len(piece))
        if piece[:cut] in ids and piece[cut:] in ids
    ]
    return [(left, right) for *_, left, right in sorted(pairs)]

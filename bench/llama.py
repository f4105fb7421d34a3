"""llama.cpp, asked line by line: runs in .venv-bench, where nothing of this project is installed.

A line on standard input is a JSON object. With `messages` and `max_tokens` it is a conversation, whose
answer is written as a JSON string a piece, then `null`. With `ids` it is a text in tokens, whose
logits are written to the file `logits`, a row a token, and then `null`.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import llama_cpp
import numpy as np


def main() -> None:
    """Answer until standard input ends; or write a file's weights anew as Q8_0."""
    parser = argparse.ArgumentParser()
    parser.add_argument("model", type=Path)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--logits", action="store_true", help="for lines with `ids`")
    parser.add_argument("--quantize", type=Path, metavar="FILE", help="write this file and end")
    arguments = parser.parse_args()
    if arguments.quantize:
        sys.exit(_quantize(arguments.model, arguments.quantize))
    model = llama_cpp.Llama(
        str(arguments.model),
        n_ctx=1024 if arguments.logits else 4096,
        n_threads=arguments.threads,
        n_threads_batch=arguments.threads,
        logits_all=arguments.logits,
        verbose=False,
    )
    print("null", flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        if "ids" in request:
            model.reset()
            model.eval(request["ids"])
            np.save(request["logits"], model.scores[: len(request["ids"])])
        else:
            for piece in _answer(model, request):
                print(json.dumps(piece), flush=True)
        print("null", flush=True)


def _answer(model: Any, request: dict[str, Any]) -> Iterator[str]:
    for part in model.create_chat_completion(**request, temperature=0, stream=True):
        if text := part["choices"][0]["delta"].get("content"):
            yield text


def _quantize(source: Path, target: Path) -> int:
    options = llama_cpp.llama_model_quantize_default_params()
    options.ftype, options.allow_requantize = llama_cpp.LLAMA_FTYPE_MOSTLY_Q8_0, True
    part = target.with_suffix(".part")
    code: int = llama_cpp.llama_model_quantize(bytes(source), bytes(part), options)
    if not code:
        part.replace(target)
    return code


if __name__ == "__main__":
    main()

"""How soon and how fast the chat model answers, beside llama.cpp with the same weights.

`script/bench chat` asks both in turn, in one run, each in a process of its own and warm: the model is
loaded and has read the system's message. So whatever else the machine does slows both. It ends with
the table that README has. `--answers` shows what our engine answers to 20 questions instead.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any

from tokenizers import Tokenizer

from custom_components.llmos_assistant.engine.protocol import Message

from .chat_models import (
    LlamaChat,
    OurChat,
    Piece,
    folder_of,
    gguf_of,
    llama_chat,
    our_chat,
    q8_0_of,
)
from .engines import OURS

MODEL = "qwen2.5-coder-1.5b-instruct"
MAX_TOKENS = 48

SYSTEM = (
    "You are the voice assistant of a home. Your answers are spoken aloud: use one or two short "
    "sentences, plain words, no lists and no markup. Give numbers and units as people say them. If "
    "you do not know something, say so. You cannot look anything up: the weather, news and prices "
    "of today are unknown to you. If somebody may be in danger, first say how to get help."
)
# About 30 words each.
QUESTIONS = (
    "We have friends over for breakfast on Sunday and I would like to know how long I should boil "
    "eggs straight from the fridge so that the yolk is still soft?",
    "My daughter has to write about the planets for school tomorrow, so could you please tell us "
    "which of them is the largest and how many moons it has, roughly speaking?",
    "I am about to paint the living room, which is five metres long and four metres wide, so how "
    "many square metres of floor do I have to cover before I start?",
    "The recipe that I found in my grandmother's book gives the temperature of the oven as three "
    "hundred and fifty degrees Fahrenheit, so what should I set on ours in Celsius then?",
)
SHORT_QUESTIONS = (
    "What is the capital of Australia?",
    "How long do I boil an egg?",
    "What is 17 times 23?",
    "Translate 'good morning' to Chinese.",
    "I smell gas in the kitchen. What should I do?",
    "How many legs does a spider have?",
    "Who wrote Romeo and Juliet?",
    "At what temperature does water boil on a high mountain?",
    "How do I get red wine out of a carpet?",
    "Why is the sky blue?",
    "What can I cook with rice, eggs and peas?",
    "How many grams are in an ounce?",
    "How far is the Moon?",
    "When did the Second World War end?",
    "What does photosynthesis mean?",
    "Is it safe to give chocolate to a dog?",
    "How do you say thank you in Japanese?",
    "What is 20 percent of 85?",
    "Tell me a joke.",
    "What is the weather like today?",
)


@dataclass(frozen=True)
class Answer:
    """What an answer took: seconds to the first word, tokens a second after it, CPU seconds a token."""

    first_word_s: float
    tokens_per_s: float
    cpu_s_per_token: float


def main() -> None:
    """Measure what the command line asks for."""
    parser = argparse.ArgumentParser(prog="script/bench chat", description=__doc__)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the numbers there, too")
    parser.add_argument("--model", default=MODEL, help="a model that the engine can download")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=3, help="how often each question is asked")
    parser.add_argument("--answers", action="store_true", help="answer 20 questions instead")
    arguments = parser.parse_args()
    result = answers(arguments) if arguments.answers else compare(arguments)
    if arguments.json:
        arguments.json.write_text(json.dumps(result, indent=2, ensure_ascii=False) + "\n", "utf-8")


def compare(arguments: argparse.Namespace) -> dict[str, Any]:
    """Ask both in turn, and print what it took."""
    folder = folder_of(arguments.model)
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    pairs: list[tuple[Answer, Answer]] = []
    with (
        our_chat(folder, arguments.threads) as ours,
        llama_chat(q8_0_of(arguments.model), arguments.threads) as theirs,
    ):
        for peer in (ours, theirs):
            for question in QUESTIONS[:2]:  # the system's message is kept from the second time on
                _measured(peer, question, tokenizer)
        for number in range(arguments.rounds * len(QUESTIONS)):
            question = QUESTIONS[number % len(QUESTIONS)]
            peers = (ours, theirs) if number % 2 else (theirs, ours)
            taken = {peer: _measured(peer, question, tokenizer) for peer in peers}
            pairs.append((taken[ours], taken[theirs]))
            print(*pairs[-1], sep="\n", file=sys.stderr, flush=True)
        memory = [peer.process.memory() >> 20 for peer in (ours, theirs)]
    converting = _converting(gguf_of(arguments.model))
    print(table(arguments.threads, pairs, memory, converting))
    return {
        "model": arguments.model,
        "threads": arguments.threads,
        "answers": [{"ours": asdict(a), "llama.cpp": asdict(b)} for a, b in pairs],
        "memory_mb": memory,
        "converting": converting,
    }


def table(
    threads: int,
    pairs: Sequence[tuple[Answer, Answer]],
    memory: Sequence[int],
    converting: dict[str, float],
) -> str:
    """The numbers in Markdown: medians, and the median of what each pair of answers compares to."""
    rows = [
        f"| {threads} threads | ours | llama.cpp, Q8_0 | ratio |",
        "| --- | ---: | ---: | ---: |",
    ]
    for title, name, digits in (
        ("first word, s", "first_word_s", 2),
        ("tokens a second", "tokens_per_s", 1),
        ("CPU seconds a token", "cpu_s_per_token", 3),
    ):
        values = [(getattr(a, name), getattr(b, name)) for a, b in pairs]
        ours, theirs = (median(column) for column in zip(*values, strict=True))
        ratio = median(a / b for a, b in values)
        rows.append(f"| {title} | {ours:.{digits}f} | {theirs:.{digits}f} | {ratio:.2f} |")
    rows.append(f"| memory, MB | {memory[0]} | {memory[1]} | {memory[0] / memory[1]:.2f} |")
    rows.append("")
    rows.append(
        f"Converting: {converting['peak_mb']:.0f} MB at most, "
        f"{converting['peak_mb'] / converting['result_mb']:.2f} × the resulting file."
    )
    return "\n".join(rows)


def answers(arguments: argparse.Namespace) -> list[dict[str, Any]]:
    """What our engine answers to short questions, with the time of each."""
    result = []
    with our_chat(folder_of(arguments.model), arguments.threads) as ours:
        for question in SHORT_QUESTIONS:
            cpu = ours.process.cpu()
            pieces = ours.ask(_conversation(question), MAX_TOKENS)
            cpu, seconds = ours.process.cpu() - cpu, pieces[-1].seconds
            text = " ".join("".join(piece.text for piece in pieces).split())
            result.append({"question": question, "answer": text, "s": seconds, "cpu_s": cpu})
            print(f"| {question} | {text} | {cpu:.1f} | {seconds:.1f} |", flush=True)
        print(f"{ours.process.memory() >> 20} MB")
    return result


def _conversation(question: str) -> list[Message]:
    return [Message("system", SYSTEM), Message("user", question)]


def _measured(peer: OurChat | LlamaChat, question: str, tokenizer: Tokenizer) -> Answer:
    cpu = peer.process.cpu()
    pieces = peer.ask(_conversation(question), MAX_TOKENS)
    return answer_of(pieces, peer.process.cpu() - cpu, tokenizer)


def answer_of(pieces: Sequence[Piece], cpu: float, tokenizer: Tokenizer) -> Answer:
    """What an answer took. A piece is not always a token: the text is cut into tokens anew."""
    tokens = len(tokenizer.encode("".join(piece.text for piece in pieces)).ids)
    first, last = pieces[0].seconds, pieces[-1].seconds
    return Answer(first, (tokens - 1) / (last - first), cpu / tokens)


def _converting(gguf: Path) -> dict[str, float]:
    """The most memory that converting takes, and the size of the model that comes of it."""
    with tempfile.TemporaryDirectory(dir=gguf.parent) as folder:
        command = [sys.executable, str(OURS), "--models", folder, "--convert", str(gguf)]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        _, code, usage = os.wait4(process.pid, 0)
        process.returncode = code
        if code:
            raise OSError(f"{gguf} cannot be converted")
        size = sum(path.stat().st_size for path in Path(folder).rglob("*") if path.is_file())
    return {"peak_mb": usage.ru_maxrss / 1024, "result_mb": size / 2**20}


if __name__ == "__main__":
    main()

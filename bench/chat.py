"""How soon and how fast the chat model answers, beside llama.cpp with the same weights.

`script/bench chat` measures both in one run, each in a process of its own, warm: the model is
loaded and has read the system's message. `--answers` prints what our engine answers to 20
questions instead. Only the standard library is imported at the top: the part that runs
llama.cpp runs in an environment of its own.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
LLAMA_CPP = ROOT / ".venv-bench" / "bin" / "python"
MODEL = "qwen2.5-coder-1.5b-instruct"
MAX_TOKENS = 48

SYSTEM = (
    "You are the voice assistant of a home. Your answers are spoken aloud: use one or two short "
    "sentences, plain words, no lists and no markup. Give numbers and units as people say them. If "
    "you do not know something, say so. You cannot look anything up: the weather, news and prices "
    "of today are unknown to you. If somebody may be in danger, first say how to get help."
)
# About 30 words each; the last ones are measured.
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


def main() -> None:
    """Measure what the command line asks for."""
    parser = argparse.ArgumentParser(prog="script/bench chat", description=__doc__)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the numbers there, too")
    parser.add_argument("--model", default=MODEL, help="a model that the engine can download")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--answers", action="store_true", help="answer 20 questions instead")
    parser.add_argument("--run", nargs=2, metavar=("ENGINE", "MODEL"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.run:
        engine, model = arguments.run
        print(json.dumps(_measure(ENGINES[engine](Path(model), arguments.threads))))
        return
    result = answers(arguments) if arguments.answers else compare(arguments)
    if arguments.json:
        arguments.json.write_text(json.dumps(result, indent=2, ensure_ascii=False) + "\n", "utf-8")


def compare(arguments: argparse.Namespace) -> dict[str, Any]:
    """Measure our engine and llama.cpp one after the other, and print both."""
    folder, gguf = _models(arguments.model)
    result: dict[str, Any] = {"model": arguments.model, "threads": arguments.threads}
    for engine, python, model in (
        ("llmos", Path(sys.executable), folder),
        ("llama.cpp", LLAMA_CPP, gguf),
    ):
        threads = f"--threads={arguments.threads}"
        command = [str(python), __file__, threads, "--run", engine, str(model)]
        output = subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT)
        result[engine] = json.loads(output.stdout.splitlines()[-1])
    ours, theirs = result["llmos"], result["llama.cpp"]
    result["ratio"] = {name: round(ours[name] / theirs[name], 2) for name in ours}
    for name in ours:
        print(f"{name:22} {ours[name]:8} {theirs[name]:8}  {result['ratio'][name]:5} ×")
    return result


def answers(arguments: argparse.Namespace) -> list[dict[str, Any]]:
    """What our engine answers to short questions, with the time of each."""
    folder, _ = _models(arguments.model, needs_gguf=False)
    engine = LlmosEngine(folder, arguments.threads)
    result = []
    for question in SHORT_QUESTIONS:
        start, cpu = time.perf_counter(), time.process_time()
        text = "".join(engine.answer(question, MAX_TOKENS)).strip()
        seconds, cpu = time.perf_counter() - start, time.process_time() - cpu
        result.append({"question": question, "answer": text, "s": seconds, "cpu_s": cpu})
        print(f"| {question} | {' '.join(text.split())} | {seconds:.1f} | {cpu:.1f} |", flush=True)
    print(f"{_resident_mb()} MB")
    return result


class LlmosEngine:
    """Our chat model."""

    def __init__(self, folder: Path, threads: int) -> None:
        sys.path.insert(0, str(ROOT / "custom_components" / "llmos_assistant"))
        from engine.generator import Generator
        from engine.protocol import Message

        self._generator = Generator(folder, threads)
        self._message = Message

    def answer(self, question: str, max_tokens: int) -> Iterator[str]:
        """An answer, piece by piece."""
        messages = [self._message("system", SYSTEM), self._message("user", question)]
        return iter(self._generator.generate(messages, max_tokens))


class LlamaCpp:
    """llama.cpp through llama-cpp-python, which also keeps what begins a conversation."""

    def __init__(self, path: Path, threads: int) -> None:
        from llama_cpp import Llama

        self._model = Llama(
            str(path), n_ctx=4096, n_threads=threads, n_threads_batch=threads, verbose=False
        )

    def answer(self, question: str, max_tokens: int) -> Iterator[str]:
        """An answer, piece by piece."""
        messages = [
            {"role": "system", "content": SYSTEM},
            {"role": "user", "content": question},
        ]
        for part in self._model.create_chat_completion(
            messages, max_tokens=max_tokens, temperature=0, stream=True
        ):
            if text := part["choices"][0]["delta"].get("content"):
                yield text


ENGINES: dict[str, type[LlmosEngine] | type[LlamaCpp]] = {
    "llmos": LlmosEngine,
    "llama.cpp": LlamaCpp,
}


def _measure(engine: LlmosEngine | LlamaCpp) -> dict[str, float]:
    """The times of answers by a warm engine; a piece is a token but for a few."""
    for question in QUESTIONS[:2]:
        list(engine.answer(question, 1))
    first, rates, costs = [], [], []
    for question in QUESTIONS[2:]:
        start, cpu = time.perf_counter(), time.process_time()
        pieces = engine.answer(question, MAX_TOKENS)
        next(pieces)
        first.append(time.perf_counter() - start)
        begun = time.perf_counter()
        count = sum(1 for _ in pieces)
        rates.append(count / (time.perf_counter() - begun))
        costs.append((time.process_time() - cpu) / (count + 1))
    return {
        "first_word_s": round(median(first), 3),
        "tokens_per_s": round(median(rates), 2),
        "cpu_s_per_token": round(median(costs), 3),
        "memory_mb": _resident_mb(),
    }


def _models(name: str, needs_gguf: bool = True) -> tuple[Path, Path]:
    """Our model's folder, and the same weights as Q8_0 for llama.cpp. Made if they are not here."""
    from custom_components.llmos_assistant.engine import store

    model = store.MODELS[name]
    models = store.default_folder()
    folder = store.install(models, model)
    [file] = model.files
    source = models.parent / "gguf" / file.name
    quantized = source.with_name(f"{name}-q8_0.gguf")
    if needs_gguf and not quantized.exists():
        source.parent.mkdir(exist_ok=True)
        if not file.is_at(source):
            model.sources[0].fetch([file], source.parent, lambda done, total: None)
        subprocess.run([LLAMA_CPP, "-c", _QUANTIZE, source, quantized], check=True)
    return folder, quantized


_QUANTIZE = """
import sys, llama_cpp
options = llama_cpp.llama_model_quantize_default_params()
options.ftype, options.allow_requantize = llama_cpp.LLAMA_FTYPE_MOSTLY_Q8_0, True
source, target = (path.encode() for path in sys.argv[1:])
sys.exit(llama_cpp.llama_model_quantize(source, target, options))
"""


def _resident_mb() -> int:
    """Megabytes that this process has in memory, files that it has mapped among them."""
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") >> 20


if __name__ == "__main__":
    main()

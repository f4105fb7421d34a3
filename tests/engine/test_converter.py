"""What is converted computes what the GGUF file says, compared with a plain implementation."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import ctranslate2
import numpy as np
import pytest
from gguf import GGMLQuantizationType

from custom_components.llmos_assistant.engine import conversion, store
from custom_components.llmos_assistant.engine.converter.convert import convert
from custom_components.llmos_assistant.engine.store import SMOLLM2_135M, ModelError
from custom_components.llmos_assistant.engine.tokenizer import read_tokenizer

from .reference import ReferenceModel
from .tiny_gguf import write_tiny

TEXT = (
    "<|im_start|>user\nHow long do I boil 12 eggs? It's naïve, I'll say: 你好 🙂<|im_end|>\n"
    "<|im_start|>assistant\nBoil them for 6 to 7 minutes; longer makes the yolk hard.<|im_end|>\n"
)
# As llama.cpp cuts TEXT with the same file.
SMOLLM2_IDS = """
    1 4093 198 2020 986 536 339 17663 216 33 34 5246 47 657 506 15486 46494 28 339 3060 1643 42 216
    18645 250 48392 138 47526 2 198 1 520 9531 198 50 11458 601 327 216 38 288 216 39 3487 43 2848
    2022 260 39351 1759 30 2 198
"""


def converted_logits(folder: Path, ids: list[int]) -> np.ndarray:
    """What CTranslate2 computes of a converted model: a row of logits a token."""
    vocabulary = json.loads((folder / "vocabulary.json").read_text("utf-8"))
    model = ctranslate2.Generator(str(folder), compute_type="int8", intra_threads=1)
    tokens = [vocabulary[index] for index in ids]
    logits = np.array(model.forward_batch([tokens], return_log_probs=False))
    return logits.reshape(len(ids), -1)


def correlations(logits: np.ndarray, reference: np.ndarray) -> np.ndarray:
    """How well two models agree on what comes next, a number a token: 1 is perfectly."""
    rows = zip(logits, reference, strict=True)
    return np.array([np.corrcoef(row, other)[0, 1] for row, other in rows])


@pytest.mark.parametrize(
    ("architecture", "factors"),
    [("llama", False), ("llama", True), ("qwen2", False), ("gemma", False)],
)
def test_architectures(tmp_path: Path, architecture: str, factors: bool) -> None:
    """int8 costs every architecture a little, and a wrong part would cost a lot."""
    write_tiny(tmp_path / "tiny.gguf", architecture, factors=factors)
    progress: list[tuple[int, int]] = []
    convert(tmp_path / "tiny.gguf", tmp_path / "tiny", lambda *step: progress.append(step))
    ids = np.random.default_rng(3).integers(3, 250, 40).tolist()
    reference = ReferenceModel(tmp_path / "tiny.gguf").logits(ids)
    assert correlations(converted_logits(tmp_path / "tiny", ids), reference).mean() > 0.995
    assert progress == sorted(progress)
    assert progress[-1] == (progress[-1][1],) * 2


def test_real_model(smollm2: Path, smollm2_gguf: Path) -> None:
    """SmolLM2 with the weights as they are, one token after the other."""
    ids = read_tokenizer(smollm2).encode(TEXT, add_special_tokens=False).ids
    assert ids == [int(index) for index in SMOLLM2_IDS.split()]
    reference = ReferenceModel(smollm2_gguf).logits(ids)
    logits = converted_logits(smollm2, ids)
    assert correlations(logits, reference).mean() > 0.98
    assert (logits.argmax(axis=1) == reference.argmax(axis=1)).mean() > 0.85


def test_pieces(tmp_path: Path) -> None:
    """A tokenizer of the SentencePiece kind merges by score, and spells the rest in bytes."""
    write_tiny(tmp_path / "tiny.gguf", "gemma")
    convert(tmp_path / "tiny.gguf", tmp_path / "tiny")
    tokenizer = read_tokenizer(tmp_path / "tiny")
    encoding = tokenizer.encode("<|im_start|>hello worldé", add_special_tokens=False)
    assert encoding.tokens == ["<|im_start|>", "hello", "▁world", "<0xC3>", "<0xA9>"]
    assert tokenizer.decode(encoding.ids) == "hello worldé"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"architecture": "mamba"}, "architecture 'mamba'; only llama, qwen2, gemma"),
        ({"template": ""}, "no chat template"),
        (
            {"extra": "blk.0.attn_q_norm.weight"},
            "parts that cannot be converted: blk.0.attn_q_norm",
        ),
        ({"without": "output_norm.weight"}, "lacks the tensor 'output_norm.weight'"),
        ({"quantized": GGMLQuantizationType.Q8_1}, "Take another quantization of it"),
        ({"tokenizer": "bert"}, "has a tokenizer 'bert'"),
        ({"cuts": "viking"}, r"cuts words in a way \('viking'\)"),
        ({"cuts": ""}, "does not say its 'tokenizer.ggml.pre'"),
    ],
)
def test_what_cannot_be_converted(tmp_path: Path, change: dict[str, Any], reason: str) -> None:
    """Says what is wrong with the file, and leaves nothing half done."""
    write_tiny(tmp_path / "tiny.gguf", **{"architecture": "llama"} | change)
    with pytest.raises(ModelError, match=reason):
        convert(tmp_path / "tiny.gguf", tmp_path / "tiny")
    assert [path.name for path in tmp_path.iterdir()] == ["tiny.gguf"]


@pytest.mark.parametrize("size", [0, 3, 5_000, -1])
def test_damaged_file(tmp_path: Path, size: int) -> None:
    """A file that ends early is noticed, wherever it ends."""
    path = tmp_path / "tiny.gguf"
    write_tiny(path, "llama")
    path.write_bytes(path.read_bytes()[:size])
    with pytest.raises(ModelError, match="damaged"):
        convert(path, tmp_path / "tiny")


def test_there_already(tmp_path: Path) -> None:
    """No folder is overwritten."""
    write_tiny(tmp_path / "tiny.gguf", "llama")
    with pytest.raises(ModelError, match="there already"):
        convert(tmp_path / "tiny.gguf", tmp_path)


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    write_tiny(tmp_path / "tiny.gguf", "llama")
    with pytest.raises(ModelError, match="Cannot write the model to"):
        convert(tmp_path / "tiny.gguf", tmp_path / "tiny.gguf" / "tiny")


def test_not_wanted_any_more(tmp_path: Path) -> None:
    """Who cancels is not kept waiting, and finds nothing half done."""
    write_tiny(tmp_path / "tiny.gguf", "llama")

    def cancel(fraction: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        conversion.convert(tmp_path / "tiny.gguf", tmp_path / "models", cancel)
    assert not (tmp_path / "models" / "tiny").exists()


def test_process_of_its_own(tmp_path: Path) -> None:
    """The store's way to convert: progress on the way, one line if it fails."""
    write_tiny(tmp_path / "good.gguf", "qwen2")
    progress: list[float] = []
    folder = conversion.convert(tmp_path / "good.gguf", tmp_path / "models", progress.append)
    assert (folder / "model.bin").stat().st_size > 100_000
    assert progress[-1] == 1
    (tmp_path / "bad.gguf").write_bytes(b"GGUF")
    with pytest.raises(conversion.ConversionError, match=r"bad.gguf is no GGUF file"):
        conversion.convert(tmp_path / "bad.gguf", tmp_path / "models", progress.append)


def test_installed(smollm2: Path) -> None:
    """The store finds what it has converted, and what is damaged of it."""
    models = smollm2.parent
    assert store.is_installed(models, SMOLLM2_135M)
    assert store.verify(models, SMOLLM2_135M) == smollm2

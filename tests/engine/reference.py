"""A GGUF model computed in float32 with NumPy alone, as its papers have it: slow and plain.

It shares no code with the converter: it reads the file, and does what llama.cpp does.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from gguf import GGUFReader, dequantize


class ReferenceModel:
    """A decoder of the Llama, Qwen2 or Gemma type."""

    def __init__(self, path: Path) -> None:
        self._reader = GGUFReader(path)
        self._tensors = {tensor.name: tensor for tensor in self._reader.tensors}
        self._architecture = self._field("general.architecture")
        self._heads = self._shape("attention.head_count")
        self._heads_kv = self._shape("attention.head_count_kv")

    def _field(self, key: str, default: Any = None) -> Any:
        field = self._reader.get_field(key)
        return field.contents() if field else default

    def _shape(self, key: str, default: Any = None) -> Any:
        return self._field(f"{self._architecture}.{key}", default)

    def logits(self, ids: list[int]) -> np.ndarray:
        """The logits after each of `ids`: one row a token."""
        hidden = self._tensor("token_embd.weight")[ids]
        if self._architecture == "gemma":
            hidden = hidden * np.sqrt(hidden.shape[1])
        for layer in range(self._shape("block_count")):
            block = f"blk.{layer}"
            hidden = hidden + self._attention(block, self._norm(hidden, f"{block}.attn_norm"))
            hidden = hidden + self._feed_forward(block, self._norm(hidden, f"{block}.ffn_norm"))
        output = "output" if "output.weight" in self._tensors else "token_embd"
        return self._linear(self._norm(hidden, "output_norm"), output)

    def _tensor(self, name: str) -> np.ndarray:
        tensor = self._tensors[name]
        return np.asarray(dequantize(tensor.data, tensor.tensor_type), np.float32)

    def _linear(self, values: np.ndarray, name: str) -> np.ndarray:
        result: np.ndarray = values @ self._tensor(f"{name}.weight").T
        return result + self._tensor(f"{name}.bias") if f"{name}.bias" in self._tensors else result

    def _norm(self, values: np.ndarray, name: str) -> np.ndarray:
        epsilon = self._shape("attention.layer_norm_rms_epsilon")
        normal: np.ndarray = values / np.sqrt((values**2).mean(axis=-1, keepdims=True) + epsilon)
        result: np.ndarray = normal * self._tensor(f"{name}.weight")
        return result

    def _attention(self, block: str, values: np.ndarray) -> np.ndarray:
        """Each head looks at all that came before; several queries share a key and a value."""
        length = len(values)
        queries = self._rotate(self._split(self._linear(values, f"{block}.attn_q"), self._heads))
        keys = self._rotate(self._split(self._linear(values, f"{block}.attn_k"), self._heads_kv))
        content = self._split(self._linear(values, f"{block}.attn_v"), self._heads_kv)
        shared = self._heads // self._heads_kv
        keys, content = keys.repeat(shared, axis=0), content.repeat(shared, axis=0)
        scores = queries @ keys.transpose(0, 2, 1) / np.sqrt(queries.shape[-1])
        scores[:, np.triu(np.ones((length, length), bool), 1)] = -np.inf
        weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
        weights /= weights.sum(axis=-1, keepdims=True)
        mixed = (weights @ content).transpose(1, 0, 2).reshape(length, -1)
        return self._linear(mixed, f"{block}.attn_output")

    @staticmethod
    def _split(values: np.ndarray, heads: int) -> np.ndarray:
        return values.reshape(len(values), heads, -1).transpose(1, 0, 2)

    def _rotate(self, heads: np.ndarray) -> np.ndarray:
        """Rotary position embeddings (Su et al. 2021): pairs of numbers, turned by position."""
        size = heads.shape[-1]
        frequencies = self._shape("rope.freq_base") ** (-np.arange(0, size, 2) / size)
        if "rope_freqs.weight" in self._tensors:
            frequencies = frequencies / self._tensor("rope_freqs.weight")
        angles = np.arange(heads.shape[1])[:, None] * frequencies
        result = np.empty_like(heads)
        if self._architecture == "llama":  # pairs are neighbours
            first, second = slice(0, None, 2), slice(1, None, 2)
        else:  # pairs are half a head apart
            first, second = slice(0, size // 2), slice(size // 2, None)
        left, right = heads[..., first], heads[..., second]
        result[..., first] = left * np.cos(angles) - right * np.sin(angles)
        result[..., second] = right * np.cos(angles) + left * np.sin(angles)
        return result

    def _feed_forward(self, block: str, values: np.ndarray) -> np.ndarray:
        gate = self._linear(values, f"{block}.ffn_gate")
        if self._architecture == "gemma":
            gate = 0.5 * gate * (1 + np.tanh(np.sqrt(2 / np.pi) * (gate + 0.044715 * gate**3)))
        else:
            gate = gate / (1 + np.exp(-gate))
        return self._linear(gate * self._linear(values, f"{block}.ffn_up"), f"{block}.ffn_down")

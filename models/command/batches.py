"""The corpus as batches of token ids."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch

from .network import FIRST_INDEX, IGNORED, INDICES

_MULTIPLE = 8  # lengths are padded to multiples of it: every new shape costs compiling kernels


class Batches:
    """Batches of about as many tokens, of examples about as long, in random order.

    They come in few shapes, since the CPU's kernels are compiled anew for each.
    """

    def __init__(self, folder: Path, tokens: int, seed: int) -> None:
        data = np.load(folder / "tokens.npz")
        self.arrays = {name: (data[name], data[f"{name}_offsets"]) for name in ("source", "target")}
        self.lengths = np.diff(data["source_offsets"])
        self.tokens = tokens
        self.random = np.random.default_rng(seed)

    def __iter__(self) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
        """Source ids and labels, (batch, length) each, without end."""
        while True:
            order = self.random.permutation(len(self.lengths))
            for pool in np.array_split(order, max(1, len(order) // 20_000)):
                padded = _round_up(self.lengths[pool])
                batches = []
                for length in np.unique(padded):
                    rows = pool[padded == length]
                    size = max(1, self.tokens // int(length))
                    batches += [rows[at : at + size] for at in range(0, len(rows) - size + 1, size)]
                for at in self.random.permutation(len(batches)):
                    yield self._batch(batches[at])

    def _batch(self, rows: np.ndarray) -> tuple[torch.Tensor, torch.Tensor]:
        source, target = (self._pad(name, rows) for name in ("source", "target"))
        # Start counting words anywhere, so that every index is learnt and none means "early".
        used = np.where(source < FIRST_INDEX + INDICES, source, 0).max(axis=1)
        shift = self.random.integers(0, FIRST_INDEX + INDICES - np.maximum(used, FIRST_INDEX))
        shift[self.random.random(len(rows)) < 0.85] = 0  # the small ones are what is needed most
        for ids in (source, target):
            index = (ids >= FIRST_INDEX) & (ids < FIRST_INDEX + INDICES)
            ids += np.where(index, shift[:, None], 0)
        target[target == 0] = IGNORED
        return torch.from_numpy(source), torch.from_numpy(target)

    def _pad(self, name: str, rows: np.ndarray) -> np.ndarray:
        ids, offsets = self.arrays[name]
        parts = [ids[offsets[row] : offsets[row + 1]] for row in rows]
        longest = int(_round_up(max(map(len, parts))))
        padded = np.zeros((len(parts), longest), dtype=np.int64)
        for line, part in zip(padded, parts, strict=True):
            line[: len(part)] = part
        return padded


def _round_up(length: np.ndarray | int) -> np.ndarray | int:
    return -(-length // _MULTIPLE) * _MULTIPLE

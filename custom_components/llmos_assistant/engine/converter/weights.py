"""Weights of a GGUF file in the form of CTranslate2's int8 models, each made when it is written."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np
from gguf import ReaderTensor, dequantize

_CHUNK = 1 << 22  # numbers that are float32 at a time


class Int8Matrix:
    """Matrices stacked into one of int8 rows, each row with a scale of its own.

    CTranslate2 writes a model variable by variable and asks of each just what is here, so that
    never more than one matrix is in memory.

    Args:
        tensors: the matrices, of equally long rows.
        progress: told how many bytes of the GGUF file each piece of work has used up.
    """

    dtype = "int8"

    def __init__(self, tensors: Sequence[ReaderTensor], progress: Callable[[int], None]) -> None:
        self._tensors = tensors
        self._progress = progress
        rows = sum(int(tensor.shape[1]) for tensor in tensors)
        self.shape = (rows, int(tensors[0].shape[0]))  # GGUF names the inner dimension first
        self.scale = _Scale(rows)

    def num_bytes(self) -> int:
        """Bytes of the int8 matrix."""
        return self.shape[0] * self.shape[1]

    def to_bytes(self) -> memoryview:
        """The int8 matrix. Sets `scale`, which is written after it."""
        matrix = np.empty(self.shape, np.int8)
        start = 0
        for values in self._chunks():
            end = start + len(values)
            largest = np.abs(values).max(axis=1)
            scale = np.float32(127) / np.where(largest > 0, largest, np.float32(127))
            np.rint(values * scale[:, None], out=values)
            matrix[start:end] = values
            self.scale.values[start:end] = scale
            start = end
        return matrix.data

    def _chunks(self) -> Iterator[np.ndarray]:
        """The rows as float32, some at a time."""
        step = max(1, _CHUNK // self.shape[1])
        for tensor in self._tensors:
            for start in range(0, len(tensor.data), step):
                raw = tensor.data[start : start + step]
                yield dequantize(raw, tensor.tensor_type).reshape(len(raw), -1)
                self._progress(raw.nbytes)


class _Scale:
    """What the rows of an Int8Matrix were multiplied by; known once that is written."""

    dtype = "float32"

    def __init__(self, rows: int) -> None:
        self.shape = (rows,)
        self.values = np.zeros(rows, np.float32)

    def num_bytes(self) -> int:
        """Bytes of all scales."""
        return self.values.nbytes

    def to_bytes(self) -> memoryview:
        """The scales."""
        return self.values.data


def vector(tensor: ReaderTensor) -> np.ndarray:
    """A bias or the gain of a normalisation, as float32."""
    return dequantize(tensor.data, tensor.tensor_type).astype(np.float32).reshape(-1)

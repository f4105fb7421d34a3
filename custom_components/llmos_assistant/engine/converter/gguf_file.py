"""A GGUF file: what it says about its model, and the tensors in it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from gguf import GGUFReader, Keys, ReaderTensor

from ..store import ModelError

_REQUIRED = object()


class GgufFile:
    """A GGUF file, mapped into memory.

    Raises:
        ModelError: it is no such file, or not all of it is there.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._reader = GGUFReader(path)
        except (OSError, ValueError, IndexError, KeyError, OverflowError) as err:
            raise self.error(f"is no GGUF file, or is damaged ({err}). Download it again.") from err
        self._tensors = {tensor.name: tensor for tensor in self._reader.tensors}
        self.architecture: str = self.field(Keys.General.ARCHITECTURE)

    def error(self, what: str) -> ModelError:
        """An error about this file."""
        return ModelError(f"{self.path} {what}")

    def field(self, key: str, default: Any = _REQUIRED) -> Any:
        """What the file says under `key`. Raises ModelError if it must say something and does not."""
        if field := self._reader.get_field(key):
            return field.contents()
        if default is _REQUIRED:
            raise self.error(f"does not say its '{key}'. Take another file of this model.")
        return default

    def shape_field(self, key: str, default: Any = _REQUIRED) -> Any:
        """What the file says under a key of its architecture, such as "{arch}.block_count"."""
        return self.field(key.format(arch=self.architecture), default)

    def take(self, name: str) -> ReaderTensor:
        """The tensor `name`, which is then no longer among those that are left."""
        if tensor := self.take_if_there(name):
            return tensor
        raise self.error(f"lacks the tensor '{name}'. Take another file of this model.")

    def take_if_there(self, name: str) -> ReaderTensor | None:
        """The tensor `name`, which is then no longer among those that are left."""
        return self._tensors.pop(name, None)

    @property
    def tensors_left(self) -> list[str]:
        """The names of the tensors that nobody has taken."""
        return list(self._tensors)

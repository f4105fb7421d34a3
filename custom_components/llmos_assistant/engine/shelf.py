"""What the store holds: how much disk each model takes, and removing it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from .catalog import MODELS, Model, named
from .hugging_face import Purpose
from .model_files import ModelError, check_name, size_on_disk
from .record import Record
from .store import PARTIAL, discard, locked


@dataclass(frozen=True)
class Stored:
    """A model in the store, or what is here of one.

    Args:
        name: of its folder; that of the model if it is complete.
        title: its name for people.
        size: bytes on the disk.
        is_complete: whether it is a model, not a download that was interrupted.
        update: the model to fetch in its place, if a newer one is known or can be looked for.
    """

    name: str
    title: str
    size: int
    is_complete: bool
    update: Model | None = None


def stored(models: Path) -> list[Stored]:
    """All that is in the folder `models`, by name."""
    if not models.is_dir():
        return []
    folders = [path for path in sorted(models.iterdir()) if path.is_dir()]
    return [_stored(path) for path in folders]


def _stored(folder: Path) -> Stored:
    size = size_on_disk(folder)
    name = folder.name.removesuffix(PARTIAL)
    record = Record.read(folder)
    known = MODELS.get(name)
    title = record.title or (known.title if known else name)
    if name != folder.name:
        return Stored(folder.name, title, size, is_complete=False)
    return Stored(name, title, size, is_complete=True, update=_update(name, record))


def _update(name: str, record: Record) -> Model | None:
    """What to fetch in place of a model; None if it is known to be the newest."""
    model = named(name, Purpose(record.purpose)) if record.purpose in Purpose else None
    if model is None or (not model.hub and model.revision == record.revision):
        return None
    return model


def remove(models: Path, name: str) -> None:
    """Remove what is stored by this name. Raises ModelError, also while it is being fetched."""
    check_name(name)
    try:
        with locked(models, name.removesuffix(PARTIAL), wait=False):
            discard(models / name)
    except OSError as err:
        raise ModelError(f"Cannot remove {name} from {models}: {err}") from err

"""What is written down beside a model when it came, and held to ever after."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from .model_files import ModelError, ModelFile

if TYPE_CHECKING:
    from .catalog import Model

_NAME = "files.json"


@dataclass(frozen=True)
class Record:
    """The files of a model, verified once, and which model they are.

    Args:
        files: all of its folder but the record itself.
        revision: of the model, as its source counts.
        title: its name for people.
        purpose: what it is for; "" if that was not written down.
    """

    files: tuple[ModelFile, ...] = ()
    revision: str = ""
    title: str = ""
    purpose: str = ""

    @classmethod
    def of(cls, folder: Path, model: Model) -> Record:
        """The record of `model`, whose files are in `folder`. Reads all of them."""
        names = [path for path in sorted(folder.iterdir()) if path.name != _NAME]
        files = tuple(ModelFile.of(path) for path in names)
        return cls(files, model.revision, model.title, model.purpose)

    @classmethod
    def read(cls, folder: Path) -> Record:
        """The record in `folder`; an empty one if there is none that can be read."""
        try:
            read = json.loads((folder / _NAME).read_text("utf-8"))
            known = {"files": read} if isinstance(read, list) else read  # as it once was
            files = tuple(ModelFile(**file) for file in known.pop("files"))
            return cls(files, **known)
        except OSError, ValueError, TypeError, KeyError, AttributeError, ModelError:
            return cls()

    def write(self, folder: Path) -> None:
        """Write it down in `folder`."""
        (folder / _NAME).write_text(json.dumps(asdict(self), indent=1), "utf-8")

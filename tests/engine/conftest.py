"""The engine's tests talk to engines on this machine."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from custom_components.llmos_assistant.engine import store
from custom_components.llmos_assistant.engine.sources import Progress, WantedFile


@pytest.fixture(autouse=True)
def _local_sockets(local_sockets: None) -> None:
    """Let every test connect to this machine."""


@dataclass(frozen=True)
class FolderSource:
    """A source that has its files in a folder."""

    folder: Path

    def fetch(self, files: Sequence[WantedFile], folder: Path, progress: Progress) -> None:
        """Copy them."""
        for file in files:
            shutil.copy(self.folder / file.name, folder)


@pytest.fixture(scope="session")
def smollm2_gguf() -> Path:
    """SmolLM2-135M as a GGUF file, downloaded the first time (100 MB)."""
    folder = store.default_folder().parent / "gguf"
    folder.mkdir(parents=True, exist_ok=True)
    [file] = store.SMOLLM2_135M.files
    if not file.is_at(folder / file.name):
        store.SMOLLM2_135M.sources[0].fetch([file], folder, lambda done, total: None)
        assert file.is_at(folder / file.name)
    return folder / file.name


@pytest.fixture(scope="session")
def smollm2(smollm2_gguf: Path) -> Path:
    """The folder of SmolLM2-135M, converted the first time."""
    model = replace(store.SMOLLM2_135M, sources=(FolderSource(smollm2_gguf.parent),))
    return store.install(store.default_folder(), model)

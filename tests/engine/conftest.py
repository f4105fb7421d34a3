"""The engine's tests talk to engines on this machine."""

from __future__ import annotations

import shutil
from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from custom_components.llmos_assistant.engine import store
from custom_components.llmos_assistant.engine.model_files import ModelFile, Progress
from tests.hub import Hub, serving


@pytest.fixture(autouse=True)
def _local_sockets(local_sockets: None) -> None:
    """Let every test connect to this machine."""


CONTENT = {"config.json": b'{"a": 1}', "model.bin": bytes(range(256)) * 20_000}
"""The files of a small model."""


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Generator[Hub]:
    """A hub that has a small model, and that the store is told to use."""
    with serving(Hub({"owner/name": dict(CONTENT)})) as hub:
        monkeypatch.setenv("HF_ENDPOINT", hub.url)
        yield hub


@dataclass(frozen=True)
class FolderSource:
    """A source that has its files in a folder."""

    folder: Path
    copies = 1

    def fetch(self, files: Sequence[ModelFile], folder: Path, progress: Progress) -> None:
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

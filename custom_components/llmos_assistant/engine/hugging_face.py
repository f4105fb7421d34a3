"""Models on the Hugging Face hub, or on the mirror that HF_ENDPOINT names.

The hub's own client library keeps its files by other names and links, and does not check what
it downloads; hence the two requests that are needed are made here.
"""

from __future__ import annotations

import json
import os
import re
import urllib.error
import urllib.request
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from http import HTTPStatus
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.parse import quote

from .model_files import ModelError, ModelFile, Progress
from .sources import CONNECT_TIMEOUT, SourceError, UrlSource, source_error

_REPOSITORY = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*", re.ASCII)
_PART_OF_GGUF = re.compile(r"-\d{5}-of-\d{5}\.gguf$|^mmproj")


class Purpose(StrEnum):
    """What a model is for."""

    SPEECH = "speech"
    CHAT = "chat"


_NEEDED = {
    Purpose.SPEECH: ({"model.bin"}, {"config.json"}, {"tokenizer.json"}),
    Purpose.CHAT: ({"model.bin"}, {"config.json"}, {"tokenizer.json", "tokenizer.model"}),
}
"""Of each of these at least one file, or CTranslate2 cannot load the model."""

_USEFUL = {
    "generation_config.json",
    "preprocessor_config.json",
    "tokenizer_config.json",
    "vocabulary.json",
    "vocabulary.txt",
}


def lacks(files: Iterable[str], purpose: Purpose) -> str:
    """What a folder with `files` lacks to be a model that CTranslate2 loads; "" if nothing."""
    names = set(files)
    return ", ".join(
        " or ".join(sorted(any_of)) for any_of in _NEEDED[purpose] if not any_of & names
    )


def is_repository(text: str) -> bool:
    """Whether `text` can be the id of a repository: "owner/name"."""
    return bool(_REPOSITORY.fullmatch(text)) and ".." not in text


@dataclass(frozen=True)
class Listing:
    """The files of a repository, at one revision of it."""

    repository: str
    revision: str
    files: Mapping[str, ModelFile]

    def ggufs(self) -> list[ModelFile]:
        """GGUF files that are a model each, smallest first."""
        whole = (f for f in self.files.values() if f.name.endswith(".gguf"))
        return sorted((f for f in whole if not _PART_OF_GGUF.search(f.name)), key=lambda f: f.size)

    def model(self, purpose: Purpose) -> tuple[ModelFile, ...]:
        """The files of a model in CTranslate2's format; none if there is no such model."""
        if lacks(self.files, purpose):
            return ()
        wanted = set[str]().union(_USEFUL, *_NEEDED[purpose])
        return tuple(file for name, file in sorted(self.files.items()) if name in wanted)

    def choose(self, purpose: Purpose, gguf: str = "") -> tuple[ModelFile, ...]:
        """What to download of it. Raises ModelError if nothing there is of use."""
        if gguf in self.files:
            return (self.files[gguf],)
        if files := self.model(purpose):
            return files
        if purpose is Purpose.CHAT and not gguf and (ggufs := self.ggufs()):
            return (ggufs[0],)
        raise ModelError(
            f"{self.repository} on the Hugging Face hub has no model that can be used: neither "
            "one in CTranslate2's format nor, for chat, a GGUF file.",
            "nothing_usable",
            self.repository,
        )


@dataclass(frozen=True)
class HubSource:
    """A repository on the hub, at a branch or a revision."""

    repository: str
    revision: str = "main"
    copies = 1

    def fetch(self, files: Sequence[ModelFile], folder: Path, progress: Progress) -> None:
        """Download each file, from where an earlier download of it ended."""
        base = f"{_endpoint()}/{self.repository}/resolve/{self.revision}"
        try:
            UrlSource(base).fetch(files, folder, progress)
        except SourceError as err:
            where = f"{self.repository} on the Hugging Face hub"
            detail = self.repository if err.key == "login_needed" else err.detail
            raise SourceError(str(err).replace(base, where), err.key, detail) from err

    def listing(self) -> Listing:
        """Which files are there, with the hashes that the hub tells. Raises SourceError."""
        revision = quote(self.revision, safe="")
        url = f"{_endpoint()}/api/models/{self.repository}/revision/{revision}?blobs=true"
        where = f"{self.repository} on the Hugging Face hub"
        try:
            with urllib.request.urlopen(url, timeout=CONNECT_TIMEOUT) as response:
                info = json.load(response)
            if info.get("gated"):
                text = f"{where}: it asks for a login"
                raise SourceError(text, "login_needed", self.repository)
            files = {file.name: file for file in map(_file, info["siblings"]) if file}
            return Listing(self.repository, info["sha"], files)
        except (OSError, HTTPException) as err:
            raise self._error(where, err) from err
        except (ValueError, KeyError, TypeError, AttributeError) as err:
            raise SourceError(f"{where}: its answer is not understood ({err!r})") from err

    def _error(self, where: str, err: Exception) -> SourceError:
        """Why there is no list of files."""
        error = source_error(where, err)
        code = err.code if isinstance(err, urllib.error.HTTPError) else None
        # Strangers are told 401 of what does not exist, too.
        if code in (HTTPStatus.UNAUTHORIZED, HTTPStatus.NOT_FOUND) and error.key != "login_needed":
            text = f"{where}: there is none, or it is private"
            return SourceError(text, "no_such_repository", self.repository)
        return error


def _endpoint() -> str:
    return os.environ.get("HF_ENDPOINT", "https://huggingface.co").rstrip("/")


def _file(sibling: dict[str, Any]) -> ModelFile | None:
    """A file as the hub tells of it; none if it is in a folder of the repository."""
    if "/" in (name := sibling["rfilename"]):
        return None
    if lfs := sibling.get("lfs"):
        return ModelFile(name, lfs["size"], sha256=lfs["sha256"])
    return ModelFile(name, sibling["size"], git_sha1=sibling["blobId"])

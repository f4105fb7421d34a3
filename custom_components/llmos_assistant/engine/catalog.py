"""The models that can be fetched by their name, as catalog.json lists them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from .hugging_face import HubSource, Purpose, is_repository
from .model_files import ModelFile, check_name
from .sources import PackageSource, Source, UrlSource

_CATALOG = Path(__file__).with_name("catalog.json")


@dataclass(frozen=True)
class Model:
    """A model that can be fetched.

    Args:
        name: its id, and that of its folder.
        files: what is fetched; none if that is looked up on the hub when it is.
        sources: where from, the best first.
        purpose: what it does.
        title: its name for people.
        languages: that it understands; "*" stands for many.
        license: of the weights.
        download: about how many bytes are fetched, where `files` do not tell.
        memory: about how many bytes it adds to the engine; 0 if that is not known.
        revision: another one of the same model is another download.
        note: a word on it, as a key of a translation.
        quality: measures, and what they gave.
        gguf: of a repository with several GGUF files, the one that is meant.
    """

    name: str
    files: tuple[ModelFile, ...]
    sources: tuple[Source, ...]
    purpose: Purpose = Purpose.SPEECH
    title: str = ""
    languages: tuple[str, ...] = ("*",)
    license: str = ""
    download: int = 0
    memory: int = 0
    revision: str = ""
    note: str = ""
    quality: Mapping[str, float] = field(default_factory=dict, hash=False)
    gguf: str = ""

    def __post_init__(self) -> None:
        check_name(self.name)

    @property
    def size(self) -> int:
        """Bytes of all files that are fetched."""
        return sum(file.size for file in self.files) or self.download

    @property
    def is_gguf(self) -> bool:
        """Whether it is fetched as one GGUF file, which is then converted."""
        return any(file.name.endswith(".gguf") for file in self.files)

    @property
    def hub(self) -> HubSource | None:
        """Where to look its files up; None if they are known."""
        return next((s for s in self.sources if isinstance(s, HubSource) and not self.files), None)

    def space(self, source: Source) -> int:
        """Bytes on the disk, at most, while it is fetched from `source` and converted."""
        return self.size * (source.copies + 2 * self.is_gguf)

    def knows(self, language: str) -> bool:
        """Whether it understands `language`, as "en"."""
        return bool({"*", language} & set(self.languages))

    def looked_up(self) -> Model:
        """The same with its files, and where exactly they are on the hub. Raises ModelError.

        Their hashes are those that the hub tells, over TLS.
        """
        if not (hub := self.hub):
            return self
        listing = hub.listing()
        return replace(
            self,
            files=listing.choose(self.purpose, self.gguf),
            sources=(HubSource(hub.repository, listing.revision),),
            revision=listing.revision,
        )


def of_repository(repository: str, purpose: Purpose, gguf: str = "") -> Model:
    """A model from the hub that is in no catalog: what of it is to be fetched is looked up."""
    name = repository.replace("/", "--")
    if gguf:
        name += f"--{Path(gguf).stem}"
    return Model(name, (), (HubSource(repository),), purpose, title=repository, gguf=gguf)


def named(name: str, purpose: Purpose) -> Model | None:
    """The model of this name; None if it is a path, or a GGUF file was converted to it."""
    if name in MODELS:
        return MODELS[name]
    owner, separator, rest = name.partition("--")
    repository = f"{owner}/{rest}"
    if not separator or "--" in rest or not is_repository(repository):
        return None
    return of_repository(repository, purpose)


def _model(entry: dict[str, Any]) -> Model:
    return Model(
        name=entry["id"],
        files=tuple(ModelFile(**file) for file in entry.get("files", ())),
        sources=tuple(map(_source, entry["sources"])),
        purpose=Purpose(entry["purpose"]),
        title=entry["name"],
        languages=tuple(entry["languages"]),
        license=entry["license"],
        download=entry.get("download", 0),
        memory=entry["memory"],
        revision=entry.get("revision", ""),
        note=entry.get("note", ""),
        quality=entry.get("quality", {}),
    )


def _source(entry: dict[str, Any]) -> Source:
    match entry["kind"]:
        case "hub":
            return HubSource(entry["repository"], entry.get("revision", "main"))
        case "packages":
            return PackageSource(
                tuple(entry["packages"]), entry.get("layout", PackageSource.layout)
            )
        case "url":
            return UrlSource(entry["base"])
    raise ValueError(f"No source is of the kind {entry['kind']}")


MODELS = {
    model.name: model for model in map(_model, json.loads(_CATALOG.read_text("utf-8"))["models"])
}
SPEECH_MODELS = tuple(m for m in MODELS.values() if m.purpose is Purpose.SPEECH)
CHAT_MODELS = tuple(m for m in MODELS.values() if m.purpose is Purpose.CHAT)
WHISPER_BASE = MODELS["whisper-base"]
SMOLLM2_135M = MODELS["smollm2-135m-instruct"]
QWEN25_CODER_1_5B = MODELS["qwen2.5-coder-1.5b-instruct"]

"""What must be right in a release before anybody installs it."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

from homeassistant.util.yaml import load_yaml_dict

from .package import DOMAIN, ZIP_NAME, ReleaseError
from .versions import APP, read_version, tags_here

# What HACS asks for, and what Home Assistant asks of any integration.
_MANIFEST_KEYS = {
    *("codeowners", "config_flow", "documentation", "domain", "integration_type", "iot_class"),
    *("issue_tracker", "name", "requirements", "version"),
}
_NEEDED = {
    *("__init__.py", "config_flow.py", "manifest.json", "strings.json", "translations/en.json"),
    *("command_model/model.bin", "engine/__main__.py", "brand/icon.png"),
}
_SUFFIXES = {".bin", ".json", ".md", ".model", ".png", ".py", ".typed", ".wav", ".yaml"}
_FORBIDDEN_PARTS = {"__pycache__", "tests"}
_MAX_FILE = 15 * 2**20  # bytes
_MAX_ZIP = 25 * 2**20


def complaints(archive: Path, root: Path) -> list[str]:
    """What is wrong with a zip that was made of the repository `root`; nothing if all is well."""
    with zipfile.ZipFile(archive) as zipped:
        if damaged := zipped.testzip():
            return [f"{archive}: {damaged} is damaged"]
        files = {entry.filename: zipped.read(entry) for entry in zipped.infolist()}
    found = [*_about_files(files)]
    if archive.stat().st_size > _MAX_ZIP:
        found.append(f"{archive} is larger than {_MAX_ZIP >> 20} MB")
    if missing := _NEEDED - files.keys():
        return [*found, f"There is no {', '.join(sorted(missing))}"]
    return [
        *found,
        *_about_versions(root),
        *_about_manifest(json.loads(files["manifest.json"])),
        *_about_hacs(root),
        *_about_texts(files),
        *_about_command_model(files),
    ]


def _about_files(files: dict[str, bytes]) -> Iterator[str]:
    for name, content in files.items():
        path = PurePosixPath(name)
        if path.is_absolute() or ".." in path.parts:
            yield f"{name} would be written elsewhere"
        if path.suffix not in _SUFFIXES or any(part.startswith(".") for part in path.parts):
            yield f"{name} is no file of an integration"
        if _FORBIDDEN_PARTS.intersection(path.parts):
            yield f"{name} is for developers only"
        if len(content) > _MAX_FILE:
            yield f"{name} is larger than {_MAX_FILE >> 20} MB"


def _about_versions(root: Path) -> Iterator[str]:
    try:
        version = read_version(root)
    except ReleaseError as err:
        yield str(err)
        return
    if (tags := tags_here(root)) and f"v{version}" not in tags:
        yield f"This commit is tagged {', '.join(tags)}, but its version is {version}"
    if f"\n## {version}\n" not in (root / APP / "CHANGELOG.md").read_text("utf-8"):
        yield f"{APP}/CHANGELOG.md does not tell what is new in {version}"


def _about_manifest(manifest: dict[str, Any]) -> Iterator[str]:
    keys = list(manifest)
    if missing := _MANIFEST_KEYS.difference(keys):
        yield f"manifest.json has no {', '.join(sorted(missing))}"
    if keys != ["domain", "name", *sorted(set(keys) - {"domain", "name"})]:
        yield "The keys of manifest.json are not domain, name, then the others by the alphabet"
    if manifest.get("domain") != DOMAIN:
        yield f"manifest.json is for another domain than {DOMAIN}"


def _about_hacs(root: Path) -> Iterator[str]:
    hacs = json.loads((root / "hacs.json").read_text("utf-8"))
    if not (hacs.get("zip_release") and hacs.get("filename") == ZIP_NAME):
        yield f"hacs.json does not say that {ZIP_NAME} is to be installed"
    app = load_yaml_dict(str(root / APP / "config.yaml"))
    if app["homeassistant"] != hacs.get("homeassistant"):
        yield "hacs.json and the app's config.yaml ask for different versions of Home Assistant"


def _about_texts(files: dict[str, bytes]) -> Iterator[str]:
    strings = json.loads(files["strings.json"])
    if json.loads(files["translations/en.json"]) != strings:
        yield "translations/en.json is no copy of strings.json"
    keys = set(_keys(strings))
    for name, content in files.items():
        if name.startswith("translations/") and (
            differing := keys ^ set(_keys(json.loads(content)))
        ):
            yield f"{name} lacks or adds {', '.join(sorted(differing))}"


def _keys(texts: dict[str, Any], path: str = "") -> Iterator[str]:
    """The place of every text."""
    for key, value in texts.items():
        if isinstance(value, dict):
            yield from _keys(value, f"{path}{key}.")
        else:
            yield f"{path}{key}"


def _about_command_model(files: dict[str, bytes]) -> Iterator[str]:
    """It is the one that its card is of."""
    known: dict[str, str] = json.loads(files["command_model/card.json"]).get("sha256", {})
    if "model.bin" not in known:
        yield "command_model/card.json does not tell the SHA-256 of model.bin"
    for name, sha256 in known.items():
        content = files.get(f"command_model/{name}")
        if content is None or hashlib.sha256(content).hexdigest() != sha256:
            yield f"command_model/{name} is not the file that its card tells of"

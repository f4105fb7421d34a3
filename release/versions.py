"""The version: every file that tells it tells the same."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from .package import INTEGRATION, ReleaseError

APP = Path("app") / "llmos_assistant_engine"
_VERSION = r"\d+\.\d+\.\d+"
# Each with the one line that has the version between its two groups.
_PLACES = {
    INTEGRATION / "manifest.json": rf'^(  "version": "){_VERSION}(",?)$',
    INTEGRATION / "engine" / "models.py": rf'^(VERSION = "){_VERSION}(")$',
    APP / "config.yaml": rf'^(version: "){_VERSION}(")$',
    Path("pyproject.toml"): rf'^(version = "){_VERSION}(")$',
}


def read_version(root: Path) -> str:
    """The version of the repository `root`. Raises ReleaseError if it tells several."""
    versions = {str(place): _line(root, place)[0] for place in _PLACES}
    if len(set(versions.values())) > 1:
        told = ", ".join(f"{version} in {place}" for place, version in versions.items())
        raise ReleaseError(f"The version is {told}. Set it with script/release VERSION.")
    return next(iter(versions.values()))


def write_version(root: Path, version: str) -> None:
    """Set the version everywhere. Raises ReleaseError if it is none."""
    if not re.fullmatch(_VERSION, version):
        raise ReleaseError(f"'{version}' is no version: it has to be like 1.2.3")
    for place in _PLACES:
        _, match = _line(root, place)
        text = match.string
        new = f"{match[1]}{version}{match[2]}"
        (root / place).write_text(text[: match.start()] + new + text[match.end() :], "utf-8")


def tags_here(root: Path) -> list[str]:
    """The tags of the commit that is checked out."""
    listed = subprocess.run(
        ["git", "tag", "--points-at", "HEAD"], cwd=root, check=True, capture_output=True, text=True
    )
    return listed.stdout.split()


def _line(root: Path, place: Path) -> tuple[str, re.Match[str]]:
    """The version that a file tells, and where. Raises ReleaseError if it tells none."""
    match = re.search(_PLACES[place], (root / place).read_text("utf-8"), re.MULTILINE)
    if not match:
        raise ReleaseError(f"{place} tells no version")
    return match[0].removeprefix(match[1]).removesuffix(match[2]), match

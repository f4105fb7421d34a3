"""The zip that HACS installs: the files of the integration that git knows, always the same bytes."""

from __future__ import annotations

import subprocess
import zipfile
from pathlib import Path

DOMAIN = "llmos_assistant"
INTEGRATION = Path("custom_components") / DOMAIN
ZIP_NAME = f"{DOMAIN}.zip"

_TIME = (1980, 1, 1, 0, 0, 0)  # the earliest that a zip can tell
_MODE = 0o644


class ReleaseError(Exception):
    """Why there can be no release. The message is for people."""


def build(root: Path, folder: Path) -> Path:
    """Write the zip of the integration in the repository `root` to `folder`. Raises ReleaseError."""
    files = _known_to_git(root)
    folder.mkdir(parents=True, exist_ok=True)
    archive = folder / ZIP_NAME
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as zipped:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, _TIME)
            entry.create_system = 3  # Unix, wherever it is made
            entry.external_attr = _MODE << 16
            path = root / INTEGRATION / name
            zipped.writestr(entry, path.read_bytes(), zipfile.ZIP_DEFLATED, 9)
    return archive


def _known_to_git(root: Path) -> list[str]:
    """The integration's files. Raises ReleaseError if one was forgotten or is a link."""
    if forgotten := _list_files(root, "--others", "--exclude-standard"):
        raise ReleaseError(f"Not in git: {', '.join(forgotten)}. Add or delete them.")
    files = _list_files(root, "--cached")
    if odd := [name for name in files if not _is_plain_file(root / INTEGRATION / name)]:
        raise ReleaseError(f"Not a file any more, or none: {', '.join(odd)}")
    return files


def _is_plain_file(path: Path) -> bool:
    return path.is_file() and not path.is_symlink()


def _list_files(root: Path, *options: str) -> list[str]:
    """Names in the integration's folder. Raises ReleaseError where there is no git."""
    try:
        listed = subprocess.run(
            ["git", "ls-files", "-z", *options],
            cwd=root / INTEGRATION,
            check=True,
            capture_output=True,
            text=True,
        )
    except (OSError, subprocess.CalledProcessError) as err:
        raise ReleaseError(f"A release is made from a git repository: {err}") from err
    return [name for name in listed.stdout.split("\0") if name]

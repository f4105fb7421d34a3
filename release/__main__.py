"""`script/release [VERSION]`: build the zip, check it, prove it in an empty Home Assistant."""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import sys
from pathlib import Path

from demo.client import DemoError

from .checks import complaints
from .package import ReleaseError, build
from .proof import prove
from .versions import read_version, write_version

ROOT = Path(__file__).parents[1]


def main() -> int:
    """Make a release. Returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="script/release",
        description="Build the zip that HACS installs, check it, and prove that it works in an "
        "empty Home Assistant. docs/releasing.md tells what comes before and after.",
    )
    parser.add_argument("version", nargs="?", help="set this version first, such as 1.2.3")
    parser.add_argument(
        "--output", type=Path, default=ROOT / "build", metavar="FOLDER", help="default: build/"
    )
    arguments = parser.parse_args()
    try:
        _release(arguments.version, arguments.output)
    except (ReleaseError, DemoError) as err:
        print(
            "\n".join([f"script/release: {err}", *getattr(err, "__notes__", ())]), file=sys.stderr
        )
        return 1
    return 0


def _release(version: str | None, output: Path) -> None:
    """Make a release. Raises ReleaseError or DemoError."""
    if version:
        write_version(ROOT, version)
    version = read_version(ROOT)
    archive = build(ROOT, output)
    if found := complaints(archive, ROOT):
        raise ReleaseError("\n  ".join([f"Version {version} cannot be released:", *found]))
    print(f"Version {version}: built and checked. Trying it in an empty Home Assistant …")
    answer = asyncio.run(prove(archive))
    print(f"Installed, added, and asked what time it is: “{answer}”")
    content = archive.read_bytes()
    print(f"{archive}\n{len(content):,} bytes\nSHA-256 {hashlib.sha256(content).hexdigest()}")


if __name__ == "__main__":
    sys.exit(main())

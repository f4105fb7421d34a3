"""The app's image without Docker: what its Dockerfile copies, in a plain folder."""

from __future__ import annotations

import json
import shutil
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path

from release.package import build

ROOT = Path(__file__).parents[2]
APP = ROOT / "app" / "llmos_assistant_engine"
DOCKERFILE = APP / "Dockerfile"


def instructions(dockerfile: Path) -> list[str]:
    """The instructions of the last stage, one a line."""
    text = dockerfile.read_text("utf-8").replace("\\\n", "")
    lines = [line.strip() for line in text.splitlines() if line and not line.startswith("#")]
    last = max(number for number, line in enumerate(lines) if line.startswith("FROM"))
    return lines[last + 1 :]


@dataclass(frozen=True)
class Image:
    """A folder with the image's files, and the commands that it is run and checked with."""

    folder: Path

    @classmethod
    def make(cls, folder: Path) -> Image:
        """Copy what the Dockerfile copies; what it takes of the release comes from one made now."""
        release = folder / "release"
        with zipfile.ZipFile(build(ROOT, release)) as archive:
            archive.extractall(release / "llmos_assistant")
        image = cls(folder / "root")
        for line in instructions(DOCKERFILE):
            match line.split():
                case ["COPY", "--from=release", source, target]:
                    shutil.copytree(release / source.lstrip("/"), image.inside(target))
                case ["COPY", source, target]:
                    place = image.inside(target) / (source if target.endswith("/") else "")
                    place.parent.mkdir(parents=True, exist_ok=True)
                    shutil.copy(APP / source, place)
        return image

    def inside(self, path: str) -> Path:
        """Where a path of the image is."""
        return self.folder / path.lstrip("/")

    def command(self, instruction: str) -> list[str]:
        """The command that an instruction ends with, to be run in the folder."""
        [line] = [line for line in instructions(DOCKERFILE) if line.startswith(f"{instruction} ")]
        program, *arguments = json.loads(line[line.index("[") :])
        assert program == "python"
        return [
            sys.executable,
            *(
                str(self.inside(argument)) if argument.startswith("/") else argument
                for argument in arguments
            ),
        ]

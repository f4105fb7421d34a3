"""Converting a model in a process of its own: it takes libraries and memory that do not stay here."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

_ENGINE = Path(__file__).resolve().parent
_NICENESS = 10  # nobody waits for it at the microphone
_PROGRESS = re.compile(r": (\d+) % of ")


class ConversionError(Exception):
    """A model that was not converted. The message is one line that says why."""


def convert(source: Path, models: Path, progress: Callable[[float], None]) -> Path:
    """Convert the GGUF file `source` to a folder named as it in `models`. Returns that folder.

    `progress` is told the fraction that is done. Raises ConversionError.
    """
    reason = "it ended early, perhaps for want of memory"
    with subprocess.Popen(
        [
            sys.executable,
            str(_ENGINE),
            f"--convert={source}",
            f"--models={models}",
            f"--nice={_NICENESS}",
        ],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        # Home Assistant may have added folders that a new Python knows nothing of.
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    ) as process:
        assert process.stderr is not None
        try:
            for line in process.stderr:
                if match := _PROGRESS.search(line):
                    progress(int(match[1]) / 100)
                elif line.startswith("ERROR: "):
                    reason = line.removeprefix("ERROR: ").strip()
        except BaseException:  # `progress` raises when the model is not wanted any more
            process.kill()
            raise
    if process.returncode:
        raise ConversionError(reason)
    return models / source.stem

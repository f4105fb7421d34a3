"""What the command model occupies: on disk, and in the memory of the process that it is loaded in.

python evaluation/footprint.py FOLDER    prints the memory as JSON; imports the engine alone
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

_PARSES = 200
_TEXTS = (
    "turn on the light",
    "is the front door locked",
    "dim the lamp in lou's bedroom to thirty percent",
    "set a pizza timer for ten minutes",
    "what's the tallest mountain in the world",
    "close the blinds upstairs and turn off the kitchen lights",
    "add oat milk and eggs to my shopping list",
    "play some jazz in the living room",
)
_MB = 1_000_000


def size_on_disk(folder: Path) -> float:
    """Megabytes of what ships."""
    return sum(file.stat().st_size for file in folder.iterdir() if file.is_file()) / _MB


def memory(folder: Path) -> dict[str, float]:
    """Megabytes that a fresh process grows by, for the libraries and for the parser."""
    run = subprocess.run(
        [sys.executable, __file__, str(folder)], capture_output=True, text=True, check=True
    )
    found: dict[str, float] = json.loads(run.stdout)
    return found


def _resident() -> float:
    status = Path("/proc/self/status").read_text("utf-8")
    line = next(line for line in status.splitlines() if line.startswith("VmRSS:"))
    return int(line.split()[1]) * 1024 / _MB


def _main(folder: Path) -> None:
    bare = _resident()
    component = Path(__file__).parents[1] / "custom_components" / "llmos_assistant"
    sys.path[:] = [str(component), *(p for p in sys.path if Path(p) != Path(__file__).parent)]
    from engine.parser import CommandParser

    imported = _resident()
    parser = CommandParser(folder)
    for number in range(_PARSES):
        parser.parse(_TEXTS[number % len(_TEXTS)])
    print(json.dumps({"libraries": imported - bare, "parser": _resident() - imported}))


if __name__ == "__main__":
    _main(Path(sys.argv[1]))

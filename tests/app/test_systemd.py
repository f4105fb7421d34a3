"""The systemd unit: systemd understands it, and the engine understands its command lines."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from .image import ROOT

UNIT = ROOT / "app" / "systemd" / "llmos-assistant-engine.service"
INSTALLED = "/opt/llmos-assistant"


def unit_for_here() -> str:
    """The unit, as if the repository were installed where it is."""
    text = UNIT.read_text("utf-8").replace(f"{INSTALLED}/.venv/bin/python", sys.executable)
    return text.replace(INSTALLED, str(ROOT))


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="this system has no systemd")
def test_systemd_understands_it(tmp_path: Path) -> None:
    unit = tmp_path / UNIT.name
    unit.write_text(unit_for_here(), "utf-8")

    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", unit], capture_output=True, text=True, check=False
    )

    # It also tells what it finds wrong with units of the system.
    assert [line for line in done.stderr.splitlines() if UNIT.name in line] == []
    assert done.returncode == 0, done.stderr


def test_the_engine_understands_what_it_is_started_with(tmp_path: Path) -> None:
    lines = re.findall(r"^ExecStart(?:Pre)?=(.+)$", unit_for_here(), re.MULTILINE)
    assert len(lines) == 2
    for line in lines:
        command = shlex.split(line.replace("${STATE_DIRECTORY}", str(tmp_path)))
        command = [part for part in command if part != "$OPTIONS"]

        # The parser looks at all of them, then tells what there is.
        done = subprocess.run([*command, "--help"], capture_output=True, text=True, check=False)

        assert done.returncode == 0, done.stderr
        known = set(re.findall(r"--[a-z-]+", done.stdout))
        assert {part for part in command if part.startswith("--")} <= known

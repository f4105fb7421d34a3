"""Nothing leaves the house: all of it works where there is no network, and nobody looks for one."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.engine.conftest import smollm2, smollm2_gguf

__all__ = ["smollm2", "smollm2_gguf"]

ROOT = Path(__file__).parents[2]
# A network of its own, with nothing in it.
_ALONE = ("unshare", "--map-root-user", "--net")


def _can_be_alone() -> bool:
    if not shutil.which(_ALONE[0]):
        return False
    return subprocess.run([*_ALONE, "true"], capture_output=True, check=False).returncode == 0


def _run(attempts: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run Python alone, noting what it tries to reach."""
    folders = [str(Path(__file__).parent), str(ROOT)]
    return subprocess.run(
        [*_ALONE, sys.executable, *arguments],
        env={
            **os.environ,
            "LLMOS_ATTEMPTS": str(attempts),
            "PYTHONPATH": os.pathsep.join(folders),
        },
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


pytestmark = pytest.mark.skipif(not _can_be_alone(), reason="this system has no network namespaces")


def test_commands_questions_speech_and_chat_need_no_network(smollm2: Path, tmp_path: Path) -> None:
    attempts = tmp_path / "attempts.txt"

    done = _run(attempts, "-m", "tests.offline")

    assert done.returncode == 0, done.stderr[-2000:]
    told = json.loads(done.stdout.splitlines()[-1])
    assert told["right"] == [True, True], told["answers"]
    assert "lights" in told["heard"].lower()
    assert "Paris" in told["said"]
    assert not attempts.exists(), attempts.read_text("utf-8")


def test_attempts_would_be_seen(tmp_path: Path) -> None:
    attempts = tmp_path / "attempts.txt"

    done = _run(attempts, "-c", "import socket; socket.create_connection(('192.0.2.1', 80))")

    assert done.returncode != 0
    assert "192.0.2.1" in attempts.read_text("utf-8")

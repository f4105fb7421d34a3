"""The demo, as a user runs it: its own process, a real Home Assistant, the real models."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import wave
from pathlib import Path

import pytest

from demo.recordings import own_recordings
from demo.report import is_right

ROOT = Path(__file__).parents[1]
TIMEOUT_S = 600


def run_demo(*arguments: str | Path, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """Run the demo to its end."""
    return subprocess.run(
        [sys.executable, "-P", "-m", "demo", *map(str, arguments)],
        cwd=cwd,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        check=False,
    )


def write_wav(path: Path, seconds: float) -> Path:
    """Write silence."""
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 16_000, 0, "NONE", ""))
        file.writeframes(bytes(int(seconds * 16_000) * 2))
    return path


def test_home_does_what_the_recordings_say(tmp_path: Path) -> None:
    """At least 11 of 12 utterances end in exactly the right intents, changes and answer."""
    report = tmp_path / "report.json"

    demo = run_demo("--json", report)

    entries = json.loads(report.read_text("utf-8"))
    recordings = own_recordings()
    assert [entry["audio"] for entry in entries] == [recording.name for recording in recordings]
    wrong = [
        entry
        for entry, recording in zip(entries, recordings, strict=True)
        if not (recording.expected and is_right(recording.expected, entry))
    ]
    right = len(entries) - len(wrong)
    assert right / len(entries) >= 11 / 12, wrong
    assert demo.stdout.splitlines()[-1] == f"{right} of {len(entries)} right"
    assert demo.returncode == (1 if wrong else 0)
    for entry in entries:
        assert entry["ms"].keys() == {"stt", "understand", "act", "total"}


def test_silence_does_nothing(tmp_path: Path) -> None:
    """A user's own recording is played instead; nothing said, nothing done."""
    write_wav(tmp_path / "silence.wav", seconds=2)

    demo = run_demo("silence.wav", "--json", "report.json", cwd=tmp_path)

    assert demo.returncode == 0, demo.stderr
    (entry,) = json.loads((tmp_path / "report.json").read_text("utf-8"))
    assert entry["audio"] == "silence.wav"
    assert entry["transcript"] == ""
    assert entry["intents"] == entry["changes"] == []
    assert entry["answer"]


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("missing.wav", None, "does not exist"),
        ("words.wav", b"turn on the lights", "is not a sound file that can be read"),
        ("empty.wav", b"", "is not a sound file that can be read"),
    ],
)
def test_unreadable_recording_is_named(
    tmp_path: Path, name: str, content: bytes | None, reason: str
) -> None:
    """What cannot be played ends the demo before Home Assistant is started."""
    if content is not None:
        (tmp_path / name).write_bytes(content)

    demo = run_demo(name, cwd=tmp_path)

    assert demo.returncode == 2
    assert demo.stderr == f"script/demo: {name} {reason}\n"


def test_long_recording_is_refused(tmp_path: Path) -> None:
    """No satellite records for more than a minute."""
    write_wav(tmp_path / "long.wav", seconds=61)

    demo = run_demo("long.wav", cwd=tmp_path)

    assert demo.returncode == 2
    assert demo.stderr == "script/demo: long.wav is longer than 60 seconds\n"


@pytest.mark.usefixtures("socket_enabled")
def test_taken_port_is_named() -> None:
    """Whoever wants to look at the demo in a browser learns what to do."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        demo = run_demo("--serve", "--port", str(port))

    assert demo.returncode == 2
    assert f"Port {port} is taken." in demo.stderr
    assert "Traceback" not in demo.stderr


def test_folder_for_results_must_exist() -> None:
    """A wrong path is found before all the work, not after it."""
    demo = run_demo("--json", "/no/such/folder/report.json")

    assert demo.returncode == 2
    assert "there is no folder /no/such/folder" in demo.stderr

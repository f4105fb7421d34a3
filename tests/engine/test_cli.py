"""The engine's program, as it is called by hand."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from custom_components.llmos_assistant.engine import store
from tests.conftest import ENGINE, free_port

from .tiny_gguf import write_tiny


def run(*options: str) -> tuple[int, str, str]:
    """Its exit code, and what it wrote to standard output and standard error."""
    done = subprocess.run(
        [sys.executable, str(ENGINE), *options], capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout, done.stderr


def test_check(engine_uri: str) -> None:
    """Whether an engine answers, for a container's or a service's health check."""
    nobody = f"tcp://127.0.0.1:{free_port()}"

    assert run("--check", engine_uri) == (0, "", "")
    assert run("--check", nobody) == (1, "", f"ERROR: No engine answers at {nobody}\n")


def test_download_of_what_is_here() -> None:
    name = store.WHISPER_BASE.name
    code, said, _ = run("--download", name)

    assert (code, said) == (0, f"{name} is in {store.default_folder() / name}\n")


def test_download_that_fails(tmp_path: Path) -> None:
    """One line says why."""
    (tmp_path / "file").touch()
    code, said, errors = run("--download", "whisper-base", "--models", str(tmp_path / "file"))

    assert (code, said) == (4, "")
    assert errors.startswith("ERROR: ")
    assert errors.count("\n") == 1


def test_convert(tmp_path: Path) -> None:
    write_tiny(tmp_path / "tiny.gguf", "llama")
    code, said, errors = run("--convert", str(tmp_path / "tiny.gguf"), "--models", str(tmp_path))

    assert (code, said) == (0, f"tiny is in {tmp_path / 'tiny'}\n")
    assert "tiny: 100 % of " in errors


@pytest.mark.parametrize("library", ["gguf", "ctranslate2"])
def test_convert_without_a_library(
    tmp_path: Path, library: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One line names what it takes."""
    (tmp_path / f"{library}.py").write_text("raise ImportError('no such thing here')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    code, _, errors = run("--convert", str(tmp_path / "tiny.gguf"))

    assert code == 3
    assert errors.startswith("ERROR: Nothing can be converted here (no such thing here).")


def test_announcing_without_the_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "zeroconf.py").write_text("raise ImportError('no such thing here')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    uri = f"tcp://127.0.0.1:{free_port()}"
    code, _, errors = run("--uri", uri, "--zeroconf", "--speech-model=none")

    assert code == 3
    assert errors == "ERROR: --zeroconf cannot work here: no such thing here\n"


def test_announcing_that_fails() -> None:
    uri = f"tcp://127.0.0.1:{free_port()}"
    code, _, errors = run("--uri", uri, f"--zeroconf={'n' * 70}", "--speech-model=none")

    assert code == 5
    assert errors.startswith("ERROR: Cannot announce ")

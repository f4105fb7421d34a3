"""What the app runs: gets the models, starts the engine, tells Home Assistant where it is.

Needs nothing but Python: it also runs where there is no Supervisor, with the default options.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any

_ENGINE = Path(__file__).parent / "engine"
_DEFAULT_SPEECH_MODEL = "whisper-base"
_NONE = "none"
_SUPERVISOR_TIMEOUT = 30  # seconds


def main() -> int:
    """Run until the engine ends, or is told to. Returns the exit code."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("/data"), help="options and models")
    parser.add_argument("--port", type=int, default=10700)
    arguments = parser.parse_args()
    options = _options(arguments.data / "options.json")
    models = arguments.data / "models"
    speech_model = options.get("speech_model", _DEFAULT_SPEECH_MODEL)
    if not _has_done("--download", speech_model, models):
        return 1
    command = _command(
        f"--uri=tcp://0.0.0.0:{arguments.port}",
        f"--models={models}",
        f"--speech-model={speech_model}",
        f"--chat-model={_chat_model(options, models)}",
        "--exit-with-parent",
    )
    if threads := options.get("threads"):
        command.append(f"--threads={threads}")
    if options.get("debug_logging"):
        command.append("--debug")
    return _run(command, arguments.port)


def _options(path: Path) -> dict[str, Any]:
    """What the user has chosen; nothing where there is no Supervisor."""
    try:
        options: dict[str, Any] = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    return options


def _chat_model(options: dict[str, Any], models: Path) -> str:
    """The chat model as the engine takes it. Without one the engine is still of use."""
    if own := options.get("own_chat_model"):
        path = Path(own)
        if path.suffix != ".gguf":
            return str(path)
        if (models / path.stem).is_dir() or _has_done("--convert", path, models):
            return path.stem
        return _NONE
    name: str = options.get("chat_model", _NONE)
    return name if name == _NONE or _has_done("--download", name, models) else _NONE


def _has_done(task: str, model: str | Path, models: Path) -> bool:
    """Let the engine fetch or convert a model. It says itself what goes wrong."""
    command = _command(task, str(model), f"--models={models}")
    return subprocess.run(command, stdin=subprocess.DEVNULL, check=False).returncode == 0


def _command(*arguments: str) -> list[str]:
    return [sys.executable, str(_ENGINE), *arguments]


def _run(command: list[str], port: int) -> int:
    """Run the engine to its end, and tell Home Assistant of it once it serves."""
    # The engine ends with its standard input, however this process ends.
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as engine:
        try:
            assert engine.stdout is not None
            if ready := engine.stdout.readline():
                print(ready, end="", flush=True)
                _announce(port)
            return engine.wait()
        finally:
            engine.terminate()


def _announce(port: int) -> None:
    """Let Home Assistant offer to set up the integration with this engine."""
    token = os.environ.get("SUPERVISOR_TOKEN")
    if not token:
        return
    supervisor = os.environ.get("SUPERVISOR_API", "http://supervisor")
    message = {
        "service": "llmos_assistant",
        "config": {"host": socket.gethostname(), "port": port},
    }
    request = urllib.request.Request(
        f"{supervisor}/discovery",
        json.dumps(message).encode(),
        {"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
    )
    try:
        urllib.request.urlopen(request, timeout=_SUPERVISOR_TIMEOUT).close()
    except OSError as err:
        # It can be added by hand.
        print(f"WARNING: Home Assistant was not told of the engine: {err}", file=sys.stderr)
    else:
        print("Home Assistant knows where the engine is.", flush=True)


if __name__ == "__main__":
    sys.exit(main())

"""A Home Assistant process of its own, with a fresh configuration that goes when it goes."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import secrets
import signal
import socket
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from .client import DemoError

_INTEGRATION = Path(__file__).parents[1] / "custom_components" / "llmos_assistant"
_START_TIMEOUT_S = 180
_STOP_TIMEOUT_S = 30
_LOG_LINES = 20

# Home Assistant's own demo integration brings the things; assist_pipeline brings Assist. The demo's
# media players cannot be put in an area: a universal one that plays through one of them can.
_CONFIGURATION = """
demo:
assist_pipeline:
config:
media_player:
  - platform: universal
    name: Living Room Speaker
    unique_id: speaker
    children: [media_player.walkman]
"""


@dataclass(frozen=True)
class Started:
    """A Home Assistant that answers, and the folder of its configuration."""

    url: str
    config: Path


@dataclass(frozen=True)
class Running:
    """A Home Assistant that answers, and how to sign in to it."""

    url: str
    user: str
    password: str
    token: str


def _link_integration(components: Path) -> None:
    """Let Home Assistant use the integration as it is here."""
    (components / _INTEGRATION.name).symlink_to(_INTEGRATION)


@contextlib.asynccontextmanager
async def home_assistant(
    host: str,
    port: int | None,
    *,
    configuration: str = _CONFIGURATION,
    install: Callable[[Path], None] = _link_integration,
) -> AsyncIterator[Running]:
    """Run Home Assistant, with an owner, on `port` (None: a free one) while the context lasts.

    `install` puts the integration into a folder for custom components.
    Raises DemoError if the port is taken or it does not start.
    """
    # The last three steps of onboarding would look up weather and a voice on the internet.
    done = ("core_config", "analytics", "integration")
    async with new_home_assistant(
        host, port, onboarded=done, configuration=configuration, install=install
    ) as started:
        yield await _sign_up(started.url)


@contextlib.asynccontextmanager
async def new_home_assistant(
    host: str,
    port: int | None,
    *,
    onboarded: Sequence[str] = (),
    environment: Mapping[str, str] | None = None,
    configuration: str = _CONFIGURATION,
    install: Callable[[Path], None] = _link_integration,
) -> AsyncIterator[Started]:
    """Run Home Assistant as it is when new, but for the steps of onboarding that are done.

    `environment`: variables to set for it. Raises DemoError if the port is taken or it does not
    start.
    """
    port = _claim(host, port)
    url = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory(prefix="llmos-demo-", ignore_cleanup_errors=True) as folder:
        config = Path(folder)
        _write_configuration(config, configuration, host, port, onboarded)
        install(config / "custom_components")
        log = config / "output.log"
        with log.open("wb") as output:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "homeassistant", "--config", folder, "--skip-pip"),
                cwd=folder,
                env={**_environment(), **(environment or {})},
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,  # Ctrl-C reaches the demo alone, which then stops it
            )
        try:
            await _wait_until_up(process, url, log)
            yield Started(url, config)
        except DemoError as err:
            for line in _complaints(log):
                err.add_note(line)
            raise
        finally:
            await _stop(process)


def _claim(host: str, port: int | None) -> int:
    """A port that nothing listens on. Raises DemoError."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port or 0))
        except OSError as err:
            raise DemoError(
                f"Port {port} is taken. Stop what listens there, or choose another with --port."
            ) from err
        claimed: int = probe.getsockname()[1]
        return claimed


def _environment() -> dict[str, str]:
    """Environment variables of Home Assistant: it uses the models that script/setup has fetched.

    Of the integration it knows only what is installed: not what Python finds of it elsewhere.
    """
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    environment = {"LLMOS_MODELS": str(cache / "llmos-assistant" / "models")} | os.environ
    environment.pop("PYTHONPATH", None)
    return environment


def _write_configuration(
    config: Path, configuration: str, host: str, port: int, onboarded: Sequence[str]
) -> None:
    (config / "configuration.yaml").write_text(configuration, encoding="utf-8")
    (config / "custom_components").mkdir()
    storage = config / ".storage"
    storage.mkdir()
    _store(storage, "http", 1, {"server_host": [host], "server_port": port})
    _store(storage, "onboarding", 4, {"done": list(onboarded)})


def _store(storage: Path, key: str, version: int, data: object) -> None:
    """Write one of the files that Home Assistant keeps its settings in."""
    content = {"version": version, "minor_version": 1, "key": key, "data": data}
    (storage / key).write_text(json.dumps(content), encoding="utf-8")


async def _wait_until_up(process: asyncio.subprocess.Process, url: str, log: Path) -> None:
    """Wait until Home Assistant answers. Raises DemoError, with what it wrote last."""
    deadline = time.monotonic() + _START_TIMEOUT_S
    async with aiohttp.ClientSession() as session:
        while process.returncode is None and time.monotonic() < deadline:
            with contextlib.suppress(aiohttp.ClientError):
                async with session.get(f"{url}/api/onboarding") as response:
                    if response.ok:
                        return
            await asyncio.sleep(0.2)
    raise DemoError(f"Home Assistant did not start. It wrote last:\n{_tail(log)}")


def _complaints(log: Path) -> list[str]:
    """What Home Assistant has logged about the integration, if anything went wrong."""
    lines = log.read_text("utf-8", "replace").splitlines()
    return [line for line in lines if " ERROR " in line and _INTEGRATION.name in line]


def _tail(log: Path) -> str:
    return "\n".join(log.read_text("utf-8", "replace").splitlines()[-_LOG_LINES:])


async def _sign_up(url: str) -> Running:
    """Create the owner as a new user does in the browser, and a token for the demo."""
    user, password = "demo", secrets.token_urlsafe(9)
    account = {"name": "Demo", "username": user, "password": password, "language": "en"}
    async with aiohttp.ClientSession(raise_for_status=True) as session:
        async with session.post(
            f"{url}/api/onboarding/users", json={**account, "client_id": url}
        ) as response:
            code = (await response.json())["auth_code"]
        form = {"grant_type": "authorization_code", "code": code, "client_id": url}
        async with session.post(f"{url}/auth/token", data=form) as response:
            token = (await response.json())["access_token"]
    return Running(url, user, password, token)


async def _stop(process: asyncio.subprocess.Process) -> None:
    """End Home Assistant and, with it, what it has started."""
    if process.returncode is not None:
        return
    process.terminate()
    try:
        async with asyncio.timeout(_STOP_TIMEOUT_S):
            await process.wait()
    finally:  # out of time, or Ctrl-C again
        if process.returncode is None:
            os.killpg(process.pid, signal.SIGKILL)

"""The app as it starts, with a Supervisor beside it, and Home Assistant using it."""

from __future__ import annotations

import asyncio
import json
import os
import socket
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from homeassistant.components import conversation
from homeassistant.config_entries import SOURCE_HASSIO, ConfigEntryState
from homeassistant.core import Context, HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers.service_info.hassio import HassioServiceInfo

from custom_components.llmos_assistant.const import DOMAIN
from custom_components.llmos_assistant.engine import store
from tests.integration.conftest import demo_platforms, home
from tests.ports import free_port

from .image import Image

__all__ = ["demo_platforms", "home"]

_TOKEN = "the Supervisor's"

type Supervisor = asyncio.Queue[dict[str, Any]]


@pytest.fixture(scope="session")
def image(tmp_path_factory: pytest.TempPathFactory) -> Image:
    """The image's files."""
    return Image.make(tmp_path_factory.mktemp("image"))


@pytest.fixture
async def supervisor(
    local_sockets: None, monkeypatch: pytest.MonkeyPatch
) -> AsyncGenerator[Supervisor]:
    """What the Supervisor is told of. It listens where the app looks for it."""
    told: Supervisor = asyncio.Queue()

    async def discovery(request: web.Request) -> web.Response:
        if request.headers["Authorization"] != f"Bearer {_TOKEN}":
            raise web.HTTPForbidden
        told.put_nowait(await request.json())
        return web.json_response({"result": "ok", "data": {"uuid": "1234"}})

    application = web.Application()
    application.router.add_post("/discovery", discovery)
    runner = web.AppRunner(application)
    await runner.setup()
    port = free_port()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    monkeypatch.setenv("SUPERVISOR_API", f"http://127.0.0.1:{port}")
    monkeypatch.setenv("SUPERVISOR_TOKEN", _TOKEN)
    yield told
    await runner.cleanup()


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """The app's own folder, with the speech model downloaded."""
    folder = tmp_path / "data"
    models = folder / "models"
    models.mkdir(parents=True)
    name = store.WHISPER_BASE.name
    (models / name).symlink_to(store.default_folder() / name)
    return folder


@pytest.fixture
def choose(data: Path) -> Callable[..., None]:
    """Writes the options, as the Supervisor does."""

    def write(**options: Any) -> None:
        chosen = {"speech_model": "whisper-base", "chat_model": "none", "debug_logging": False}
        (data / "options.json").write_text(json.dumps(chosen | options), "utf-8")

    return write


@asynccontextmanager
async def started(
    image: Image, data: Path, port: int
) -> AsyncGenerator[tuple[asyncio.subprocess.Process, Path]]:
    """Start the app; the process, and a home folder in which nothing should be written."""
    nowhere = data.parent / "home"
    nowhere.mkdir()
    environment = {name: value for name, value in os.environ.items() if name != "XDG_CACHE_HOME"}
    process = await asyncio.create_subprocess_exec(
        *image.command("CMD"),
        f"--data={data}",
        f"--port={port}",
        env={**environment, "HOME": str(nowhere), "PYTHONDONTWRITEBYTECODE": "1"},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        yield process, nowhere
    finally:
        if process.returncode is None:
            process.terminate()
        await process.communicate()


async def is_healthy(image: Image, port: int) -> bool:
    """Run the image's health check once."""
    command = [part.replace("10700", str(port)) for part in image.command("HEALTHCHECK")]
    process = await asyncio.create_subprocess_exec(*command, stderr=asyncio.subprocess.DEVNULL)
    return await process.wait() == 0


@pytest.mark.usefixtures("enable_custom_integrations")
async def test_home_assistant_is_told_of_the_engine_and_uses_it(
    home: HomeAssistant,
    supervisor: Supervisor,
    image: Image,
    data: Path,
    choose: Callable[..., None],
) -> None:
    choose()
    port = free_port()
    async with started(image, data, port) as (process, nowhere):
        told = await asyncio.wait_for(supervisor.get(), 90)

        assert told == {
            "service": DOMAIN,
            "config": {"host": socket.gethostname(), "port": port},
        }
        assert await is_healthy(image, port)
        # In a container its host name is in the Supervisor's network.
        info = HassioServiceInfo({**told["config"], "host": "127.0.0.1"}, "Engine", "slug", "1234")
        form = await home.config_entries.flow.async_init(
            DOMAIN, context={"source": SOURCE_HASSIO}, data=info
        )
        added = await home.config_entries.flow.async_configure(form["flow_id"], {})
        await home.async_block_till_done()
        assert added["type"] is FlowResultType.CREATE_ENTRY
        assert added["result"].state is ConfigEntryState.LOADED
        assert home.states.get("light.kitchen_lights").state == "on"
        await conversation.async_converse(
            *(home, "turn off the kitchen lights", None, Context(), "en"),
            "conversation.llmos_assistant",
        )
        await home.async_block_till_done()
        assert home.states.get("light.kitchen_lights").state == "off"

        process.terminate()
        assert await asyncio.wait_for(process.wait(), 10) == 0
    assert not await is_healthy(image, port)
    # ONNX Runtime prepares its reports to its makers there.
    assert list(nowhere.rglob("*")) == []


async def test_it_runs_without_options_or_supervisor(
    local_sockets: None, image: Image, data: Path
) -> None:
    """In Docker on any machine."""
    port = free_port()
    async with started(image, data, port) as (process, _):
        assert process.stdout is not None
        lines = [await asyncio.wait_for(process.stdout.readline(), 90) for _ in range(2)]

        assert lines[1].decode() == f"Ready on tcp://0.0.0.0:{port}\n"
        assert await is_healthy(image, port)


async def test_a_chat_model_that_is_not_there_takes_nothing_else_away(
    local_sockets: None, image: Image, data: Path, choose: Callable[..., None]
) -> None:
    choose(own_chat_model=str(data / "missing.gguf"), threads=1)
    port = free_port()
    async with started(image, data, port) as (process, _):
        assert process.stdout is not None
        output = ""
        while "Ready" not in output:
            output += (await asyncio.wait_for(process.stdout.readline(), 90)).decode()

    assert "missing.gguf" in output
    assert "Traceback" not in output


async def test_without_a_speech_model_it_ends_and_says_why(
    local_sockets: None, image: Image, data: Path, choose: Callable[..., None]
) -> None:
    choose()
    (data / "models" / store.WHISPER_BASE.name).unlink()
    (data / "models").rmdir()
    (data / "models").write_text("no folder")  # as on a disk that is full or read-only

    async with started(image, data, free_port()) as (process, _):
        output, _ = await asyncio.wait_for(process.communicate(), 60)

    assert process.returncode == 1
    assert "ERROR: Cannot write the model whisper-base" in output.decode()

"""Downloading from the config flow: progress, closing the dialog, going on. A real HTTP server."""

from __future__ import annotations

import asyncio
import hashlib
import os
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from unittest.mock import patch

import pytest
from aiohttp import web
from homeassistant.config_entries import ConfigFlowResult
from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.data_entry_flow import FlowResultType
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.llmos_assistant.const import ENGINE_REQUIREMENTS, ENV_MODELS
from custom_components.llmos_assistant.engine.hugging_face import HubSource
from custom_components.llmos_assistant.engine.store import Model, ModelFile, is_installed
from custom_components.llmos_assistant.install import async_start_installation

from .flows import start
from .scripted_engine import ScriptedEngine

_PACKAGE = "custom_components.llmos_assistant"
_BLOCK = 1 << 16


@dataclass
class Source:
    """A server with the one file of a model, and how it is asked for it."""

    content: bytes
    pause: float = 0.02  # seconds between two blocks
    starts: list[int] = field(default_factory=list)  # where each request began
    sent: int = 0  # bytes
    open: int = 0  # requests

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Send the file from where it is wanted, slowly."""
        begin = request.http_range.start or 0
        self.starts.append(begin)
        response = web.StreamResponse(status=206 if begin else 200)
        response.content_length = len(self.content) - begin
        await response.prepare(request)
        self.open += 1
        try:
            for at in range(begin, len(self.content), _BLOCK):
                await response.write(self.content[at : at + _BLOCK])
                self.sent += _BLOCK
                await asyncio.sleep(self.pause)
        finally:
            self.open -= 1
        return response


@pytest.fixture
async def source(
    sockets: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncGenerator[Source]:
    """Where the speech model comes from, which is not here yet."""
    served = Source(os.urandom(100 * _BLOCK))
    app = web.Application()
    app.router.add_get("/somebody/model/resolve/main/model.bin", served.serve)
    runner = web.AppRunner(app, shutdown_timeout=0)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{runner.addresses[0][1]}")
    monkeypatch.setenv(ENV_MODELS, str(tmp_path))
    try:
        yield served
    finally:
        await runner.cleanup()


@pytest.fixture
async def model(source: Source) -> AsyncGenerator[Model]:
    """The speech model that is to be downloaded."""
    file = ModelFile("model.bin", len(source.content), hashlib.sha256(source.content).hexdigest())
    wanted = Model("speech", (file,), (HubSource("somebody/model"),))
    with patch(f"{_PACKAGE}.install.SPEECH_MODEL", wanted):
        yield wanted


@pytest.fixture
def shares(hass: HomeAssistant) -> list[float]:
    """The fractions that the dialog has shown."""
    shown: list[float] = []

    @callback
    def note(event: Event) -> None:
        shown.append(event.data["progress"])

    hass.bus.async_listen("data_entry_flow_progress_update", note)
    return shown


async def until(condition: Callable[[], bool]) -> None:
    """Wait for something that takes a moment."""
    async with asyncio.timeout(20):
        while not condition():  # noqa: ASYNC110 - a file or a server tells nobody
            await asyncio.sleep(0.01)


async def begin(hass: HomeAssistant) -> ConfigFlowResult:
    """Submit the first screen and come back while it is being downloaded."""
    form = await start(hass)
    result = await hass.config_entries.flow.async_configure(form["flow_id"], {})
    assert result["type"] is FlowResultType.SHOW_PROGRESS
    return result


async def test_a_download_shows_its_stages_with_bytes_and_ends_in_an_entry(
    home: HomeAssistant,
    local_engine: ScriptedEngine,
    source: Source,
    model: Model,
    shares: list[float],
    tmp_path: Path,
) -> None:
    flow = await begin(home)
    await until(lambda: 0 < source.sent < len(source.content) and bool(shares))
    # As the dialog does when it is told that there is something new.
    shown = await home.config_entries.flow.async_configure(flow["flow_id"])
    source.pause = 0
    await home.async_block_till_done(wait_background_tasks=True)
    result = await home.config_entries.flow.async_configure(flow["flow_id"])
    await home.async_block_till_done()

    assert (shown["progress_action"], shown["description_placeholders"]["total"]) == (
        "speech_model",
        "7 MB",
    )
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert is_installed(tmp_path, model)
    assert len(shares) > 10
    assert shares == sorted(set(shares))
    assert shares[-1] == 1


async def test_closing_the_dialog_stops_the_download_and_the_next_one_goes_on(
    home: HomeAssistant,
    local_engine: ScriptedEngine,
    source: Source,
    model: Model,
    shares: list[float],
    tmp_path: Path,
) -> None:
    flow = await begin(home)
    await until(lambda: bool(shares) and shares[-1] >= 0.2)

    home.config_entries.flow.async_abort(flow["flow_id"])
    await until(lambda: source.open == 0)

    assert source.sent < len(source.content)
    assert not is_installed(tmp_path, model)
    kept = tmp_path / "speech.partial" / "model.bin.part"
    size = kept.stat().st_size
    assert size >= 0.2 * len(source.content)
    await asyncio.sleep(0.3)
    assert kept.stat().st_size == size
    assert len(source.starts) == 1

    flow = await begin(home)
    await home.async_block_till_done(wait_background_tasks=True)
    result = await home.config_entries.flow.async_configure(flow["flow_id"])
    await home.async_block_till_done()

    assert source.starts == [0, size]
    assert (tmp_path / "speech" / "model.bin").read_bytes() == source.content
    assert result["type"] is FlowResultType.CREATE_ENTRY


async def test_closing_the_dialog_while_libraries_come_lets_one_end_and_begins_no_other(
    home: HomeAssistant,
    local_engine: ScriptedEngine,
    source: Source,
    model: Model,
    shares: list[float],
) -> None:
    may_end = asyncio.Event()
    ended: list[str] = []

    async def install(hass: HomeAssistant, name: str, wanted: list[str], is_built_in: bool) -> None:
        await may_end.wait()
        ended.extend(wanted)

    with (
        patch(f"{_PACKAGE}.install.is_installed", return_value=False),
        patch(f"{_PACKAGE}.install.async_process_requirements", install),
    ):
        flow = await begin(home)
        await until(lambda: bool(shares))
        shown = await home.config_entries.flow.async_configure(flow["flow_id"])
        home.config_entries.flow.async_abort(flow["flow_id"])
        may_end.set()
        await home.async_block_till_done(wait_background_tasks=True)

    assert shown["progress_action"] == "packages"
    assert shown["description_placeholders"] == {
        "done": "0",
        "total": str(len(ENGINE_REQUIREMENTS)),
    }
    assert ended == ENGINE_REQUIREMENTS[:1]
    assert source.starts == []


async def test_closing_the_dialog_leaves_alone_what_an_entry_needs(
    home: HomeAssistant,
    local_engine: ScriptedEngine,
    assistant: MockConfigEntry,
    source: Source,
    model: Model,
    tmp_path: Path,
) -> None:
    task = async_start_installation(home)
    form = await assistant.start_reconfigure_flow(home)
    flow = await home.config_entries.flow.async_configure(form["flow_id"], {"engine": "local"})
    await until(lambda: source.sent > 0)

    home.config_entries.flow.async_abort(flow["flow_id"])

    assert await task
    assert len(source.starts) == 1
    assert is_installed(tmp_path, model)


async def test_a_broken_download_says_so_and_goes_on_when_tried_again(
    home: HomeAssistant,
    local_engine: ScriptedEngine,
    source: Source,
    model: Model,
) -> None:
    whole, source.content = source.content, source.content[:-1]
    flow = await begin(home)
    await home.async_block_till_done(wait_background_tasks=True)
    failed = await home.config_entries.flow.async_configure(flow["flow_id"])

    assert (failed["step_id"], failed["errors"]) == ("install_failed", {"base": "model_failed"})
    assert "another version" in failed["description_placeholders"]["reason"]

    source.content = whole
    await home.config_entries.flow.async_configure(flow["flow_id"], {})
    await home.async_block_till_done(wait_background_tasks=True)
    result = await home.config_entries.flow.async_configure(flow["flow_id"])
    assert result["type"] is FlowResultType.CREATE_ENTRY
    await home.async_block_till_done()

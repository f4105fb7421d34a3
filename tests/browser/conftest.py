"""One new Home Assistant for a whole story, a browser before it, and a hub for models."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import pytest
import pytest_asyncio
from playwright.async_api import async_playwright, expect

from custom_components.llmos_assistant.const import DOMAIN, ENV_MODELS
from custom_components.llmos_assistant.engine import store
from demo.client import Client
from demo.process import new_home_assistant
from tests.conftest import allow_local_sockets
from tests.engine.conftest import smollm2, smollm2_gguf
from tests.hub import Hub, serving

from .frontend import WINDOW, Frontend

__all__ = ["smollm2", "smollm2_gguf"]

ENV_SCREENSHOTS = "LLMOS_SCREENSHOTS"
"""Environment variable: a folder to keep screenshots in."""

_CHROMIUM = shutil.which("chromium")
_LOG_LENGTH = 5000
_PATIENCE_MS = 120_000
# The store asks the package index before the hub.
_NO_PACKAGE_INDEX = {"PIP_CONFIG_FILE": "/dev/null", "PIP_FIND_LINKS": "", "PIP_NO_INDEX": "1"}
# On a stronger machine a chat model would be chosen already, which this hub for models lacks.
_SMALL_MACHINE = {"PYTHON_CPU_COUNT": "2"}
_REPOSITORY = "Systran/faster-whisper-base"


@dataclass
class House:
    """A new Home Assistant, with an empty folder for models.

    Args:
        ui: its frontend, in a browser.
        config: the folder of its configuration.
        models: the folder where the integration keeps models.
        hub: where the integration gets models from.
        at_first: how it was before the integration: its files and Assist pipelines.
    """

    ui: Frontend
    config: Path
    models: Path
    hub: Hub
    at_first: tuple[set[Path], Any] = (set(), None)

    async def client(self) -> Client:
        """Home Assistant's APIs, for whoever the browser is signed in as."""
        return Client(self.ui.url, await self.ui.access_token())

    async def until_loaded(self) -> None:
        """Wait until the integration is loaded, or loaded again."""
        async with (
            asyncio.timeout(_PATIENCE_MS / 1000),
            await self.client() as client,
            client.events("config_entries/subscribe") as events,
        ):
            loaded = False
            while not loaded:
                entries = [change["entry"] for change in cast(list[Any], await events.get())]
                loaded = (DOMAIN, "loaded") in {(e["domain"], e["state"]) for e in entries}

    def files(self) -> set[Path]:
        """What lies in the folder of the configuration, beside what Home Assistant stores."""
        return {path for path in self.config.rglob("*") if ".storage" not in path.parts}

    def log(self) -> str:
        """What Home Assistant has written."""
        return (self.config / "output.log").read_text("utf-8", "replace")

    def processes(self) -> list[str]:
        """Command lines of the processes that use the models."""
        lines = []
        for process in Path("/proc").glob("[0-9]*/cmdline"):
            with contextlib.suppress(OSError):  # it ends while it is looked at
                lines.append(process.read_text("utf-8", "replace").replace("\0", " "))
        return [line for line in lines if str(self.models) in line]


@pytest.fixture(scope="module")
def hub() -> Iterator[Hub]:
    """A hub with the speech model."""
    allow_local_sockets()
    model = store.WHISPER_BASE
    folder = store.default_folder() / model.name
    hub = Hub({_REPOSITORY: {file.name: (folder / file.name).read_bytes() for file in model.files}})
    with serving(hub):
        yield hub


def _images() -> Path | None:
    folder = os.environ.get(ENV_SCREENSHOTS)
    return Path(folder).absolute() if folder else None


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(hub: Hub, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    """What all steps of a story share."""
    if _CHROMIUM is None:
        pytest.skip("there is no Chromium here: script/setup installs it where it may")
    allow_local_sockets()
    models = tmp_path_factory.mktemp("models")
    expect.set_options(timeout=_PATIENCE_MS)
    async with AsyncExitStack() as stack:
        environment = {
            ENV_MODELS: str(models),
            "HF_ENDPOINT": hub.url,
            **_NO_PACKAGE_INDEX,
            **_SMALL_MACHINE,
        }
        started = await stack.enter_async_context(
            new_home_assistant("127.0.0.1", None, environment=environment)
        )
        playwright = await stack.enter_async_context(async_playwright())
        browser = await playwright.chromium.launch(
            executable_path=_CHROMIUM,
            # The frontend looks for maps and logos: what it shows must not hang on the internet.
            args=["--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"],
        )
        page = await browser.new_page(locale="en-US", viewport=WINDOW, reduced_motion="reduce")
        page.set_default_timeout(_PATIENCE_MS)
        yield House(Frontend(page, started.url, _images()), started.config, models, hub)
        await browser.close()


@pytest.fixture(autouse=True)
def verify_cleanup() -> None:
    """Replaces that of Home Assistant's tests: here it runs in a process of its own."""


@pytest.fixture(autouse=True)
def _one_story(request: pytest.FixtureRequest, local_sockets: None) -> None:
    """Do not go on with a story after a step that failed."""
    if failed := getattr(request.module, "failed_step", None):
        pytest.skip(f"an earlier step failed: {failed}")


def pytest_runtest_makereport(item: pytest.Function, call: pytest.CallInfo[None]) -> None:
    """Remember a step that failed, and keep what Home Assistant wrote meanwhile."""
    if call.excinfo is None or call.excinfo.errisinstance(pytest.skip.Exception):
        return
    item.module.failed_step = item.name
    if isinstance(house := item.funcargs.get("house"), House):
        item.add_report_section(call.when, "log of Home Assistant", house.log()[-_LOG_LENGTH:])

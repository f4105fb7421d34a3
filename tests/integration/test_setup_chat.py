"""The chat model in the first set-up: offered, fetched, tried, told of, or done without."""

from __future__ import annotations

import asyncio
from collections.abc import Generator
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from homeassistant.config_entries import ConfigEntryState, ConfigFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers.translation import async_get_translations

from custom_components.llmos_assistant.const import DOMAIN, ENV_MODELS
from custom_components.llmos_assistant.engine import store
from custom_components.llmos_assistant.hub import Hub as Machine
from tests.engine.tiny_gguf import write_tiny
from tests.hub import Hub, serving

from .flows import start, submit
from .scripted_engine import ScriptedEngine

_PACKAGE = "custom_components.llmos_assistant"
_TRIAL = ("Hi.", "The sea is salt water, and fish live in it.")
_REPOSITORY = "somebody/small"
_FILES = {
    "model.bin": bytes(range(256)) * 10_000,
    "config.json": b"{}",
    "tokenizer.json": b"{}",
}
_GB = 1_000_000_000
_QWEN = store.QWEN25_CODER_1_5B.name


@pytest.fixture
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The store, with the speech model only."""
    folder = tmp_path / "models"
    folder.mkdir()
    speech = store.WHISPER_BASE.name
    (folder / speech).symlink_to(store.default_folder() / speech)
    monkeypatch.setenv(ENV_MODELS, str(folder))
    return folder


@pytest.fixture
def hub(sockets: None, models: Path, monkeypatch: pytest.MonkeyPatch) -> Generator[Hub]:
    """A hub with the small chat model."""
    with (
        serving(Hub({_REPOSITORY: dict(_FILES)})) as hub,
        patch(f"{_PACKAGE}.install.async_process_requirements"),
    ):
        monkeypatch.setenv("HF_ENDPOINT", hub.url)
        yield hub


def listed(*files: store.ModelFile, **about: Any) -> store.Model:
    """The small chat model as the catalog might have it."""
    [source] = store.of_repository(_REPOSITORY, store.Purpose.CHAT).sources
    return store.Model("small", files, (source,), store.Purpose.CHAT, "Small", **about)


@pytest.fixture
def small() -> Generator[store.Model]:
    """A chat model beside those of the catalog, already converted."""
    with offering(model := listed(download=2_560_000, memory=3_000_000)):
        yield model


def offering(model: store.Model) -> Any:
    """Have a model in the list."""
    return patch.multiple(
        store, CHAT_MODELS=(*store.CHAT_MODELS, model), MODELS={**store.MODELS, model.name: model}
    )


def labels(form: ConfigFlowResult) -> dict[str, str]:
    """What the form offers, as people read it."""
    schema = form["data_schema"]
    assert schema is not None
    return {o["value"]: o["label"] for o in schema.schema["chat_model"].config["options"]}


def default(form: ConfigFlowResult) -> str:
    """What is chosen when nothing is changed."""
    schema = form["data_schema"]
    assert schema is not None
    chosen: str = next(key for key in schema.schema if key == "chat_model").default()
    return chosen


@pytest.mark.parametrize(
    ("machine", "default_model", "told", "label"),
    [
        (Machine("", 8, 16 * _GB, 12 * _GB, 100 * _GB), _QWEN, "chosen below", "Recommended"),
        (Machine("", 8, 16 * _GB, 4 * _GB, 100 * _GB), "none", "It fits", "Recommended"),
        (Machine("", 8, 16 * _GB, 12 * _GB, 6 * _GB), "none", "It fits", "Recommended"),
        (Machine("", 4, 16 * _GB, 12 * _GB, 100 * _GB), "none", "It fits", "Recommended"),
        (
            Machine("", 2, 16 * _GB, 12 * _GB, 100 * _GB),
            "none",
            "fewer than four cores",
            "Likely slow on this hub",
        ),
        (
            Machine("", 8, 4 * _GB, 2 * _GB, 100 * _GB),
            "none",
            "more memory than is free",
            "Needs more memory than is free",
        ),
        (
            Machine("", 8, 16 * _GB, 12 * _GB, 4 * _GB),
            "none",
            "4.5 GB of disk space",
            "Needs more disk space than is free",
        ),
    ],
)
async def test_the_first_screen_offers_what_is_worth_it_on_this_hub(
    home: HomeAssistant,
    models: Path,
    machine: Machine,
    default_model: str,
    told: str,
    label: str,
) -> None:
    with patch(f"{_PACKAGE}.flow_forms.read_hub", return_value=machine):
        form = await start(home)

    assert default(form) == default_model
    assert told in form["description_placeholders"]["chat"]
    offered = labels(form)
    assert list(offered)[:2] == ["none", _QWEN]
    assert offered.keys() == {"none", *(model.name for model in store.CHAT_MODELS)}
    assert offered[_QWEN] == f"Qwen2.5 Coder 1.5B: 1.1 GB to download, 1.9 GB of memory. {label}"
    small = offered[store.SMOLLM2_135M.name]
    assert small.endswith(". For tests only: its answers are often wrong")
    assert "slow" not in small  # two cores are enough for it


async def test_one_that_is_here_needs_no_disk(
    home: HomeAssistant, hub: Hub, models: Path, small: store.Model
) -> None:
    store.install(models, small)
    with patch(f"{_PACKAGE}.flow_forms.read_hub", return_value=Machine("", 4, 8 * _GB, 4 * _GB, 0)):
        form = await start(home)

    assert labels(form)["small"] == "Small: already here, 3 MB of memory"


async def test_it_is_fetched_converted_tried_and_told_of(
    home: HomeAssistant, local_engine: ScriptedEngine, hub: Hub, models: Path, tmp_path: Path
) -> None:
    local_engine.chat = list(_TRIAL)
    write_tiny(gguf := tmp_path / "small.gguf", "llama")
    hub.repositories[_REPOSITORY] = {gguf.name: gguf.read_bytes()}
    flow = home.config_entries.flow
    shown: set[str] = set()

    with offering(listed(store.ModelFile.of(gguf), memory=1_000_000)):
        form = await start(home)
        result = await flow.async_configure(form["flow_id"], {"chat_model": "small"})
        while "trying" not in shown:  # as the dialog does when it is told that there is news
            shown.add(result["progress_action"])
            await asyncio.sleep(0)
            result = await flow.async_configure(form["flow_id"])
        await home.async_block_till_done(wait_background_tasks=True)
        result = await flow.async_configure(form["flow_id"])
        await home.async_block_till_done()

    assert result["type"] is FlowResultType.CREATE_ENTRY
    entry = result["result"]
    assert "chat_model" not in entry.data
    assert entry.options.keys() == {"chat_model", "words"}
    assert entry.options["chat_model"] == "small"
    words = entry.options["words"]["small"]
    assert words > 0
    assert entry.state is ConfigEntryState.LOADED
    assert (models / "small" / "model.bin").is_file()
    assert local_engine.chat == []

    texts = await async_get_translations(home, "en", "config", {DOMAIN})
    assert {"start", "download", "conversion", "trying"} <= shown
    for stage in shown:
        assert f"component.{DOMAIN}.config.progress.{stage}" in texts
    last = texts[f"component.{DOMAIN}.config.create_entry.{result['description']}"]
    said = last.format(**(result["description_placeholders"] or {}))
    assert f"The chat model writes about {words:.1f} words a second here" in said


async def test_without_one_the_last_screen_does_not_tell_of_it(
    home: HomeAssistant, local_engine: ScriptedEngine, hub: Hub
) -> None:
    result = await submit(home, await start(home))

    assert result["description_placeholders"]["chat"] == ""
    assert result["options"] == {"chat_model": "none"}
    assert hub.requests == []


async def test_one_that_does_not_fit_is_refused_before_anything_is_downloaded(
    home: HomeAssistant, local_engine: ScriptedEngine, hub: Hub, models: Path
) -> None:
    with offering(listed(download=2_560_000, memory=1 << 60)):
        refused = await submit(home, await start(home), chat_model="small")
    assert (refused["step_id"], refused["errors"]) == ("user", {"base": "no_memory"})
    assert default(refused) == "small"

    with (
        offering(listed(download=2_560_000)),
        patch(f"{_PACKAGE}.install.disk_free", return_value=1_000_000),
    ):
        refused = await submit(home, refused, chat_model="small")
    assert (refused["step_id"], refused["errors"]) == ("user", {"base": "no_disk"})
    told = refused["description_placeholders"]
    assert (told["needed"], told["free"]) == ("3 MB", "1 MB")
    assert hub.requests == []

    result = await submit(home, refused, chat_model="none")
    assert result["type"] is FlowResultType.CREATE_ENTRY


async def test_if_it_fails_it_can_be_tried_again(
    home: HomeAssistant, local_engine: ScriptedEngine, hub: Hub, models: Path, small: store.Model
) -> None:
    files = hub.repositories.pop(_REPOSITORY)
    failed = await submit(home, await start(home), chat_model="small")

    assert (failed["type"], failed["step_id"]) == (FlowResultType.MENU, "chat_failed")
    assert failed["menu_options"] == ["install", "without_chat"]
    assert _REPOSITORY in failed["description_placeholders"]["reason"]
    assert home.config_entries.async_entries(DOMAIN) == []

    hub.repositories[_REPOSITORY] = files
    local_engine.chat = ["", ""]
    asked = len(local_engine.asked)
    failed = await submit(home, failed, next_step_id="install")
    assert failed["step_id"] == "chat_failed"
    assert failed["description_placeholders"]["reason"].startswith("The chat model was loaded, but")
    assert len(local_engine.asked) == asked  # what was ready is not measured again

    local_engine.chat = list(_TRIAL)
    result = await submit(home, failed, next_step_id="install")
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["options"]["chat_model"] == "small"


async def test_if_it_fails_the_set_up_goes_on_without_it(
    home: HomeAssistant, local_engine: ScriptedEngine, hub: Hub, models: Path, small: store.Model
) -> None:
    hub.break_after = 500_000
    failed = await submit(home, await start(home), chat_model="small")
    result = await submit(home, failed, next_step_id="without_chat")

    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["options"] == {"chat_model": "none"}
    assert result["description_placeholders"]["chat"] == ""
    assert result["result"].state is ConfigEntryState.LOADED
    assert not store.is_installed(models, small)


async def test_what_fails_before_it_is_not_blamed_on_it(
    home: HomeAssistant, local_engine: ScriptedEngine, hub: Hub, small: store.Model
) -> None:
    local_engine.error = "the speech model is broken"
    failed = await submit(home, await start(home), chat_model="small")
    assert (failed["step_id"], failed["errors"]) == ("install_failed", {"base": "engine_failed"})

    local_engine.error, local_engine.chat = "", list(_TRIAL)
    result = await submit(home, failed)
    assert result["options"]["chat_model"] == "small"


async def test_closing_the_dialog_stops_its_download_and_the_next_one_goes_on(
    home: HomeAssistant, local_engine: ScriptedEngine, hub: Hub, models: Path, small: store.Model
) -> None:
    hub.rate = 1_000_000
    form = await start(home)
    await home.config_entries.flow.async_configure(form["flow_id"], {"chat_model": "small"})
    part = models / "small.partial" / "model.bin.part"
    async with asyncio.timeout(60):
        while not part.exists() or part.stat().st_size < 300_000:  # noqa: ASYNC110 - a file tells nobody
            await asyncio.sleep(0.01)
    home.config_entries.flow.async_abort(form["flow_id"])
    await home.async_block_till_done(wait_background_tasks=True)
    await asyncio.sleep(0.3)
    here = part.stat().st_size
    assert here < len(_FILES["model.bin"])
    assert home.config_entries.async_entries(DOMAIN) == []

    hub.rate = None
    hub.requests.clear()
    local_engine.chat = list(_TRIAL)
    result = await submit(home, await start(home), chat_model="small")
    assert ("model.bin", f"bytes={here}-") in hub.requests
    assert result["options"]["chat_model"] == "small"


async def test_an_engine_elsewhere_has_its_own(
    home: HomeAssistant, engine: ScriptedEngine, hub: Hub, small: store.Model
) -> None:
    with patch(f"{_PACKAGE}.install.disk_free", return_value=0):
        refused = await submit(home, await start(home), chat_model="small")
    assert refused["errors"] == {"base": "no_disk"}

    form = await submit(home, refused, engine="remote", chat_model="small")
    result = await submit(home, form, host="127.0.0.1", port=engine.port)

    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["options"] == {}
    assert "chat_model" not in result["data"]
    assert hub.requests == []

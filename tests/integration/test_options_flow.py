"""The options, as somebody clicks through them: models are chosen, fetched, tried, used, removed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from homeassistant.components import stt
from homeassistant.config_entries import ConfigEntryState, ConfigFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.llmos_assistant.const import (
    CONF_ENGINE,
    DOMAIN,
    ENGINE_LOCAL,
    ENV_MODELS,
    NAME,
)
from custom_components.llmos_assistant.engine import shelf, store
from tests.engine.tiny_gguf import write_tiny
from tests.hub import Hub, serving

from .scripted_engine import ScriptedEngine
from .test_real_engine import hear

TRIAL = ("Hi.", "The sea is salt water, and fish live in it.")
_PACKAGE = "custom_components.llmos_assistant"
_SPEECH = {
    "model.bin": bytes(range(256)) * 10_000,
    "config.json": b"{}",
    "tokenizer.json": b"{}",
    "vocabulary.txt": b"a\n",
}


@pytest.fixture
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The store, empty."""
    folder = tmp_path / "models"
    monkeypatch.setenv(ENV_MODELS, str(folder))
    return folder


@pytest.fixture
def hub(sockets: None, models: Path, monkeypatch: pytest.MonkeyPatch) -> Generator[Hub]:
    """A hub with a small speech model, one of the catalog and one that is in none."""
    tiny = "Systran/faster-whisper-tiny"
    with serving(Hub({"somebody/whisper": dict(_SPEECH), tiny: dict(_SPEECH)})) as hub:
        monkeypatch.setenv("HF_ENDPOINT", hub.url)
        yield hub


@pytest.fixture
async def entry_here(
    home: HomeAssistant, local_engine: ScriptedEngine, models: Path
) -> MockConfigEntry:
    """An entry with the engine on this machine, loaded."""
    entry = MockConfigEntry(
        domain=DOMAIN, title=NAME, data={CONF_ENGINE: ENGINE_LOCAL, "language": "en"}
    )
    entry.add_to_hass(home)
    with patch(f"{_PACKAGE}.install._is_installed", return_value=True):
        assert await home.config_entries.async_setup(entry.entry_id)
        await home.async_block_till_done()
    return entry


async def open_step(hass: HomeAssistant, entry: MockConfigEntry, step: str) -> ConfigFlowResult:
    """Open the options and choose from their menu."""
    menu = await hass.config_entries.options.async_init(entry.entry_id)
    assert menu["type"] is FlowResultType.MENU
    assert menu["menu_options"] == ["speech", "chat", "stored"]
    return await hass.config_entries.options.async_configure(
        menu["flow_id"], {"next_step_id": step}
    )


async def submit(
    hass: HomeAssistant, result: ConfigFlowResult, **user_input: Any
) -> ConfigFlowResult:
    """Fill in a form, then wait while progress is shown."""
    with patch(f"{_PACKAGE}.install._is_installed", return_value=True):
        result = await hass.config_entries.options.async_configure(result["flow_id"], user_input)
        while result["type"] is FlowResultType.SHOW_PROGRESS:
            await hass.async_block_till_done(wait_background_tasks=True)
            result = await hass.config_entries.options.async_configure(result["flow_id"])
        await hass.async_block_till_done(wait_background_tasks=True)
    return result


async def configure(
    hass: HomeAssistant, entry: MockConfigEntry, step: str, **chosen: Any
) -> ConfigFlowResult:
    """Open the options, choose, and wait while progress is shown."""
    return await submit(hass, await open_step(hass, entry, step), **chosen)


async def use(
    hass: HomeAssistant, engine: ScriptedEngine, result: ConfigFlowResult
) -> ConfigFlowResult:
    """Take a chat model that was tried: it said what it was asked for a try."""
    assert (result["step_id"], result.get("errors") or {}) == ("finish", {})
    assert float(result["description_placeholders"]["words"]) > 0
    assert engine.chat == []
    return await submit(hass, result)


def labels(result: ConfigFlowResult, field: str) -> dict[str, str]:
    """What a form offers, as people read it."""
    schema = result["data_schema"]
    assert schema is not None
    return {o["value"]: o["label"] for o in schema.schema[field].config["options"]}


async def test_a_speech_model_is_shown_with_its_cost_fetched_tried_and_used(
    home: HomeAssistant, entry_here: MockConfigEntry, hub: Hub, models: Path
) -> None:
    form = await open_step(home, entry_here, "speech")
    offered = labels(form, "speech_model")
    assert offered["whisper-tiny"] == "Whisper tiny: 78 MB to download, 180 MB of memory"
    assert offered["whisper-base"] == (
        "Whisper base: 150 MB to download, 210 MB of memory. Recommended"
    )

    with (
        patch(f"{_PACKAGE}.engines.EngineSupervisor", wraps=_supervisor(entry_here)) as tried,
        patch.object(entry_here.runtime_data.engine, "async_use") as used,
    ):
        result = await submit(home, form, speech_model="whisper-tiny")

    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert entry_here.options["speech_model"] == "whisper-tiny"
    assert entry_here.state is ConfigEntryState.LOADED
    assert tried.call_args.kwargs["speech_model"] == "whisper-tiny"
    used.assert_called_once_with("whisper-tiny", "none")
    assert store.is_installed(models, store.MODELS["whisper-tiny"])

    seconds = entry_here.options["seconds"]["whisper-tiny"]
    offered = labels(await open_step(home, entry_here, "speech"), "speech_model")
    assert offered["whisper-tiny"] == (
        f"Whisper tiny: already here, 180 MB of memory, {seconds:.1f} s for a command here"
    )


def _supervisor(entry: MockConfigEntry) -> Callable[..., Any]:
    """What stands for the engine's process: the scripted engine that the entry uses already."""
    engine = entry.runtime_data.engine
    return lambda *args, **kwargs: engine


async def test_english_only_models_are_offered_for_english_alone(
    home: HomeAssistant, entry_here: MockConfigEntry
) -> None:
    english = labels(await open_step(home, entry_here, "speech"), "speech_model")
    home.config_entries.async_update_entry(entry_here, data={**entry_here.data, "language": "de"})
    german = labels(await open_step(home, entry_here, "speech"), "speech_model")

    assert {"whisper-tiny.en", "whisper-distil-small.en", "whisper-small"} <= english.keys()
    assert "whisper-small" in german
    assert not {name for name in german if name.endswith(".en") or "distil" in name}


async def test_a_speech_model_that_does_not_know_the_language_is_not_used(
    home: HomeAssistant, entry_here: MockConfigEntry, hub: Hub
) -> None:
    home.config_entries.async_update_entry(entry_here, data={**entry_here.data, "language": "de"})

    result = await configure(home, entry_here, "speech", speech_model="whisper-tiny")

    assert result["errors"] == {"base": "other_language"}
    assert result["description_placeholders"]["reason"] == "de"
    assert entry_here.options == {}


async def test_closing_the_dialog_stops_the_download_and_the_next_goes_on(
    home: HomeAssistant, entry_here: MockConfigEntry, hub: Hub, models: Path
) -> None:
    hub.rate = 1_000_000
    form = await open_step(home, entry_here, "speech")
    options = home.config_entries.options
    result = await options.async_configure(form["flow_id"], {"speech_model": "whisper-tiny"})
    assert result["type"] is FlowResultType.SHOW_PROGRESS
    part = models / "whisper-tiny.partial" / "model.bin.part"
    async with asyncio.timeout(20):
        while not part.exists() or part.stat().st_size < 300_000:  # noqa: ASYNC110 - a file tells nobody
            await asyncio.sleep(0.01)
        shown = await options.async_configure(form["flow_id"])
        assert shown["progress_action"] == "download"
        assert (shown["description_placeholders"] or {}).keys() == {"done", "total"}

    options.async_abort(form["flow_id"])
    await home.async_block_till_done(wait_background_tasks=True)
    await asyncio.sleep(0.3)
    here = part.stat().st_size
    await asyncio.sleep(0.3)
    assert part.stat().st_size == here < len(_SPEECH["model.bin"])
    assert entry_here.options == {}

    hub.rate = None
    hub.requests.clear()
    await configure(home, entry_here, "speech", speech_model="whisper-tiny")
    assert ("model.bin", f"bytes={here}-") in hub.requests
    assert entry_here.options["speech_model"] == "whisper-tiny"


async def test_a_chat_model_of_the_store_is_fetched_tried_and_used(
    home: HomeAssistant,
    entry_here: MockConfigEntry,
    local_engine: ScriptedEngine,
    hub: Hub,
    tmp_path: Path,
) -> None:
    local_engine.chat = list(TRIAL)
    write_tiny(tmp_path / "tiny.gguf", "llama")
    hub.repositories["somebody/llama"] = {"tiny.gguf": (tmp_path / "tiny.gguf").read_bytes()}
    file = store.ModelFile.of(tmp_path / "tiny.gguf")
    [known] = store.of_repository("somebody/llama", store.Purpose.CHAT).sources
    model = store.Model("tiny", (file,), (known,), store.Purpose.CHAT, "Tiny", note="for_tests")
    stages: list[str] = []
    home.bus.async_listen("data_entry_flow_progressed", lambda event: stages.append("progressed"))

    with (
        patch.object(store, "CHAT_MODELS", (model,)),
        patch.dict(store.MODELS, {"tiny": model}),
        patch.object(entry_here.runtime_data.engine, "async_use") as used,
    ):
        form = await open_step(home, entry_here, "chat")
        assert "answers are often wrong" in labels(form, "chat_model")["tiny"]
        result = await submit(home, form, chat_model="tiny")
        assert entry_here.options == {}
        result = await use(home, local_engine, result)
        again = labels(await open_step(home, entry_here, "chat"), "chat_model")["tiny"]

    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert entry_here.options["chat_model"] == "tiny"
    words = entry_here.options["words"]["tiny"]
    assert f"about {words:.1f} words a second here" in again
    used.assert_called_once_with("whisper-base", "tiny")
    assert stages


async def test_reconfiguring_fetches_the_models_that_were_chosen_and_no_other(
    home: HomeAssistant, entry_here: MockConfigEntry, hub: Hub, models: Path, tmp_path: Path
) -> None:
    write_tiny(tmp_path / "tiny.gguf", "llama")
    hub.repositories["somebody/llama"] = {"tiny.gguf": (tmp_path / "tiny.gguf").read_bytes()}
    file = store.ModelFile.of(tmp_path / "tiny.gguf")
    [source] = store.of_repository("somebody/llama", store.Purpose.CHAT).sources
    chat = store.Model("tiny", (file,), (source,), store.Purpose.CHAT, "Tiny")
    chosen = {"speech_model": "whisper-tiny", "chat_model": "tiny"}
    stages: set[str] = set()

    with (
        patch.dict(store.MODELS, {"tiny": chat}),
        patch(f"{_PACKAGE}.install.async_process_requirements"),
        patch(f"{_PACKAGE}.install._is_installed", return_value=True),
        patch(f"{_PACKAGE}.engines.EngineSupervisor", wraps=_supervisor(entry_here)) as made,
    ):
        home.config_entries.async_update_entry(entry_here, options=chosen)
        await home.async_block_till_done()
        made.reset_mock()
        form = await entry_here.start_reconfigure_flow(home)
        flow = home.config_entries.flow
        result = await flow.async_configure(form["flow_id"], {"engine": "local"})
        while result["type"] is FlowResultType.SHOW_PROGRESS:
            stages.add(result["progress_action"])
            await asyncio.sleep(0)
            result = await flow.async_configure(form["flow_id"])
        await home.async_block_till_done(wait_background_tasks=True)

    assert result["reason"] == "reconfigure_successful"
    assert {model.name for model in shelf.stored(models)} == {"whisper-tiny", "tiny"}
    assert {"speech_model", "chat_model", "start"} <= stages
    assert made.call_args_list
    for call in made.call_args_list:
        assert call.kwargs["speech_model"] == "whisper-tiny"
        assert call.kwargs["chat_model"] == "tiny"
    assert entry_here.options == chosen
    assert entry_here.state is ConfigEntryState.LOADED


async def test_none_is_a_choice_and_leaves_the_rest(
    home: HomeAssistant, entry_here: MockConfigEntry
) -> None:
    home.config_entries.async_update_entry(
        entry_here, options={"chat_model": "tiny", "speech_model": "whisper-tiny"}
    )
    result = await configure(home, entry_here, "chat", chat_model="none")

    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert entry_here.options == {"chat_model": "none", "speech_model": "whisper-tiny"}


async def own(hass: HomeAssistant, entry: MockConfigEntry, step: str, text: str) -> Any:
    """Choose a model of one's own and type where it is."""
    form = await configure(hass, entry, step, **{f"{step}_model": "own"})
    assert form["step_id"] == "own"
    return await submit(hass, form, model=text)


async def test_a_folder_of_ones_own(
    home: HomeAssistant, entry_here: MockConfigEntry, local_engine: ScriptedEngine, tmp_path: Path
) -> None:
    form = await own(home, entry_here, "chat", str(tmp_path / "nowhere"))
    assert form["errors"] == {"model": "no_such_path"}
    form = await submit(home, form, model="llama")
    assert form["errors"] == {"model": "no_such_name"}

    for name in ("model.bin", "config.json"):
        (tmp_path / name).write_bytes(b"{}")
    failed = await submit(home, form, model=str(tmp_path))
    assert failed["errors"] == {"base": "nothing_usable"}

    (tmp_path / "tokenizer.json").write_bytes(b"{}")
    local_engine.error = "It cannot be loaded."
    failed = await submit(home, failed)
    assert failed["errors"] == {"base": "engine_failed"}
    assert failed["description_placeholders"] == {"reason": "It cannot be loaded"}
    local_engine.error, local_engine.chat = "", ["", ""]
    failed = await submit(home, failed)
    assert failed["errors"] == {"base": "no_answer"}
    assert entry_here.options == {}

    local_engine.chat = list(TRIAL)
    result = await use(home, local_engine, await submit(home, failed))
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert entry_here.options["chat_model"] == str(tmp_path)


async def test_a_gguf_file_of_ones_own(
    home: HomeAssistant,
    entry_here: MockConfigEntry,
    local_engine: ScriptedEngine,
    tmp_path: Path,
    models: Path,
) -> None:
    write_tiny(tmp_path / "tiny.gguf", "qwen2")
    (tmp_path / "broken.gguf").write_bytes(b"no model")
    result = await own(home, entry_here, "chat", str(tmp_path / "broken.gguf"))
    assert result["step_id"] == "install_failed"
    assert result["errors"] == {"base": "model_failed"}
    assert "broken.gguf" in result["description_placeholders"]["reason"]

    local_engine.chat = list(TRIAL)
    result = await own(home, entry_here, "chat", str(tmp_path / "tiny.gguf"))
    result = await use(home, local_engine, result)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert entry_here.options["chat_model"] == "tiny"
    assert (models / "tiny" / "model.bin").is_file()


async def test_a_repository_with_gguf_files(
    home: HomeAssistant,
    entry_here: MockConfigEntry,
    local_engine: ScriptedEngine,
    hub: Hub,
    tmp_path: Path,
    models: Path,
) -> None:
    write_tiny(tmp_path / "tiny.gguf", "gemma")
    content = (tmp_path / "tiny.gguf").read_bytes()
    hub.repositories["somebody/gemma"] = {"t-Q2_K.gguf": b"GGUF", "t-Q4_K_M.gguf": content}

    form = await own(home, entry_here, "chat", "https://huggingface.co/somebody/gemma/")
    assert form["step_id"] == "file"
    assert list(labels(form, "model")) == ["t-Q2_K.gguf", "t-Q4_K_M.gguf"]
    assert form["data_schema"]({}) == {"model": "t-Q4_K_M.gguf"}

    local_engine.chat = list(TRIAL)
    result = await use(home, local_engine, await submit(home, form, model="t-Q4_K_M.gguf"))
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert entry_here.options["chat_model"] == "somebody--gemma--t-Q4_K_M"
    assert (models / "somebody--gemma--t-Q4_K_M" / "model.bin").is_file()

    hub.repositories["somebody/one"] = {"t.gguf": content}
    local_engine.chat = list(TRIAL)
    await use(home, local_engine, await own(home, entry_here, "chat", "somebody/one"))
    assert entry_here.options["chat_model"] == "somebody--one--t"


@pytest.mark.parametrize(
    ("repository", "error"),
    [
        ("somebody/nothing", "no_such_repository"),
        ("somebody/gated", "login_needed"),
        ("somebody/pytorch", "nothing_usable"),
    ],
)
async def test_why_a_repository_cannot_be_used(
    home: HomeAssistant, entry_here: MockConfigEntry, hub: Hub, repository: str, error: str
) -> None:
    hub.repositories["somebody/gated"] = dict(_SPEECH)
    hub.gated.add("somebody/gated")
    hub.repositories["somebody/pytorch"] = {"pytorch_model.bin": b"?"}

    form = await own(home, entry_here, "speech", repository)

    assert (form["step_id"], form["errors"]) == ("own", {"base": error})
    assert form["description_placeholders"]["reason"] == repository


async def test_without_internet(
    home: HomeAssistant, entry_here: MockConfigEntry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    form = await own(home, entry_here, "speech", "somebody/whisper")
    assert form["errors"] == {"base": "unreachable"}

    result = await configure(home, entry_here, "speech", speech_model="whisper-tiny")
    assert result["step_id"] == "install_failed"
    assert result["errors"] == {"base": "unreachable"}


async def test_what_is_stored_is_listed_removed_and_updated(
    home: HomeAssistant, entry_here: MockConfigEntry, hub: Hub, models: Path
) -> None:
    await configure(home, entry_here, "speech", speech_model="whisper-tiny")
    store.install(models, store.of_repository("somebody/whisper", store.Purpose.SPEECH))
    hub.repositories["Systran/faster-whisper-tiny"]["config.json"] = b'{"newer": 1}'

    form = await open_step(home, entry_here, "stored")
    listed = form["description_placeholders"]["models"].splitlines()
    assert listed == ["- somebody/whisper: 3 MB", "- Whisper tiny: 3 MB, in use"]
    assert list(labels(form, "remove")) == ["somebody--whisper"]
    assert set(labels(form, "update")) == {"somebody--whisper", "whisper-tiny"}

    with patch.object(entry_here.runtime_data.engine, "async_use") as used:
        result = await submit(home, form, remove=["somebody--whisper"], update=["whisper-tiny"])
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert [model.name for model in shelf.stored(models)] == ["whisper-tiny"]
    assert (models / "whisper-tiny" / "config.json").read_bytes() == b'{"newer": 1}'
    used.assert_called_once_with("whisper-tiny", "none")
    assert entry_here.options["speech_model"] == "whisper-tiny"


async def test_what_is_being_fetched_cannot_be_removed(
    home: HomeAssistant, entry_here: MockConfigEntry, hub: Hub, models: Path
) -> None:
    store.install(models, store.of_repository("somebody/whisper", store.Purpose.SPEECH))
    form = await open_step(home, entry_here, "stored")

    with store.locked(models, "somebody--whisper"):
        failed = await submit(home, form, remove=["somebody--whisper"])

    assert (failed["step_id"], failed["errors"]) == ("install_failed", {"base": "model_failed"})
    assert "somebody--whisper" in failed["description_placeholders"]["reason"]
    assert [model.name for model in shelf.stored(models)] == ["somebody--whisper"]


async def test_a_download_that_was_not_finished_is_listed_as_such(
    home: HomeAssistant, entry_here: MockConfigEntry, models: Path
) -> None:
    part = models / "whisper-tiny.partial" / "model.bin.part"
    part.parent.mkdir(parents=True)
    part.write_bytes(bytes(5_000_000))

    form = await open_step(home, entry_here, "stored")

    assert form["description_placeholders"]["models"] == (
        "- Whisper tiny: 5 MB, download not finished"
    )
    await submit(home, form, remove=["whisper-tiny.partial"])
    assert not part.exists()


async def test_on_another_machine_it_is_chosen_there(
    home: HomeAssistant, assistant: MockConfigEntry
) -> None:
    result = await home.config_entries.options.async_init(assistant.entry_id)

    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "remote_engine")


async def test_a_speech_model_of_ones_own_from_the_hub_to_a_transcript(
    home: HomeAssistant, hub: Hub, models: Path
) -> None:
    """With the real engine: a repository that is in no catalog, but holds Whisper base."""
    whisper = store.default_folder() / "whisper-base"
    models.mkdir()  # noqa: ASYNC240 - a moment, in a test
    (models / "whisper-base").symlink_to(whisper)
    hub.repositories["somebody/base"] = {
        file.name: (whisper / file.name).read_bytes() for file in store.WHISPER_BASE.files
    }
    entry = MockConfigEntry(domain=DOMAIN, data={CONF_ENGINE: ENGINE_LOCAL, "language": "en"})
    entry.add_to_hass(home)
    assert await home.config_entries.async_setup(entry.entry_id)
    await home.async_block_till_done()

    broken = await own(home, entry, "speech", "somebody/whisper")
    assert broken["errors"] == {"base": "cannot_load"}
    assert entry.options == {}

    result = await own(home, entry, "speech", "somebody/base")
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert entry.options["speech_model"] == "somebody--base"
    assert entry.options["seconds"]["somebody--base"] > 0
    assert entry.state is ConfigEntryState.LOADED
    assert (await entry.runtime_data.engine.info()).asr[0].models[0].name == "somebody--base"
    [entity_id] = home.states.async_entity_ids(stt.DOMAIN)
    assert await hear(home, entity_id, "lock-the-front-door") == "lock the front door"

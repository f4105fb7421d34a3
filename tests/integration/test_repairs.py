"""What is wrong is told, can be repaired with a click, and goes by itself."""

from __future__ import annotations

import os
import signal
from collections.abc import AsyncGenerator, Generator
from datetime import timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from aiohttp.test_utils import TestClient
from freezegun.api import FrozenDateTimeFactory
from homeassistant.components import conversation
from homeassistant.components.assist_pipeline.pipeline import (
    KEY_ASSIST_PIPELINE,
    async_get_pipelines,
)
from homeassistant.components.homeassistant.exposed_entities import async_expose_entity
from homeassistant.config_entries import SOURCE_IGNORE, ConfigEntryState
from homeassistant.core import Context, HomeAssistant
from homeassistant.helpers import issue_registry as ir
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
from homeassistant.util.yaml import load_yaml_dict
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_fire_time_changed
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.llmos_assistant import issues, repairs
from custom_components.llmos_assistant.const import CONF_PIPELINE_ID, DOMAIN, ENV_MODELS, NAME
from custom_components.llmos_assistant.engine import store
from custom_components.llmos_assistant.engine.store import Model, ModelError, Progress
from custom_components.llmos_assistant.supervisor import EngineSupervisor

from .scripted_engine import ScriptedEngine, serving

AGENT = "conversation.llmos_assistant"
_FIX = "/api/repairs/issues/fix"
_PACKAGE = "custom_components.llmos_assistant"


def told(hass: HomeAssistant) -> set[str]:
    """The issues that are shown now."""
    return {
        issue_id
        for (domain, issue_id), issue in ir.async_get(hass).issues.items()
        if domain == DOMAIN and issue.active
    }


async def settle(hass: HomeAssistant, seconds: float = 10) -> None:
    """Let so many seconds pass."""
    await hass.async_block_till_done(wait_background_tasks=True)
    async_fire_time_changed(hass, dt_util.utcnow() + timedelta(seconds=seconds))
    await hass.async_block_till_done(wait_background_tasks=True)


class Repairs:
    """Repairs things as the frontend does."""

    def __init__(self, hass: HomeAssistant, client: TestClient[Any, Any]) -> None:
        """Nothing is being repaired."""
        self._hass = hass
        self._client = client

    async def start(self, issue_id: str) -> dict[str, Any]:
        """Begin to fix an issue."""
        return await self._post("", {"handler": DOMAIN, "issue_id": issue_id})

    async def submit(self, step: dict[str, Any], **fields: Any) -> dict[str, Any]:
        """Submit a form; follow progress to its end."""
        result = await self._post(f"/{step['flow_id']}", fields)
        while result["type"] == "progress":
            await self._hass.async_block_till_done(wait_background_tasks=True)
            response = await self._client.get(f"{_FIX}/{step['flow_id']}")
            if response.status == HTTPStatus.NOT_FOUND:  # it has ended
                return {"type": "create_entry"}
            result = await response.json()
        return result

    async def _post(self, path: str, data: dict[str, Any]) -> dict[str, Any]:
        response = await self._client.post(f"{_FIX}{path}", json=data)
        assert response.status == HTTPStatus.OK, await response.text()
        result: dict[str, Any] = await response.json()
        return result


@pytest.fixture
async def fix(home: HomeAssistant, hass_client: ClientSessionGenerator) -> Repairs:
    """Repairs things."""
    for component in ("repairs", DOMAIN):  # before the client: it ends the adding of routes
        assert await async_setup_component(home, component, {})
    return Repairs(home, await hass_client())


async def test_all_is_well(home: HomeAssistant, assistant: MockConfigEntry) -> None:
    await settle(home)
    assert told(home) == set()


async def test_nothing_exposed_goes_when_something_is(
    home: HomeAssistant, entry: MockConfigEntry
) -> None:
    exposed = [state.entity_id for state in home.states.async_all()]
    for entity_id in exposed:
        async_expose_entity(home, "conversation", entity_id, should_expose=False)
    entry.add_to_hass(home)
    assert await home.config_entries.async_setup(entry.entry_id)
    await settle(home)
    assert told(home) == {issues.NOTHING_EXPOSED}
    issue = ir.async_get(home).async_get_issue(DOMAIN, issues.NOTHING_EXPOSED)
    assert issue.learn_more_url == "homeassistant://config/voice-assistants/expose"

    async_expose_entity(home, "conversation", "light.bed_light", should_expose=True)
    await settle(home)
    assert told(home) == set()

    async_expose_entity(home, "conversation", "light.bed_light", should_expose=False)
    await settle(home)
    assert told(home) == {issues.NOTHING_EXPOSED}

    home.states.async_set("light.new_and_exposed_by_default", "off")
    await settle(home)
    assert told(home) == set()


async def test_a_pipeline_is_created_where_none_leads_here(
    home: HomeAssistant, assistant: MockConfigEntry, fix: Repairs
) -> None:
    pipelines = home.data[KEY_ASSIST_PIPELINE].pipeline_store
    await pipelines.async_delete_item(assistant.data[CONF_PIPELINE_ID])
    assert told(home) == {issues.NO_PIPELINE}

    form = await fix.start(issues.NO_PIPELINE)
    assert (form["type"], form["step_id"]) == ("form", "confirm")
    result = await fix.submit(form)
    await settle(home)

    assert result["type"] == "create_entry"
    (ours,) = [p for p in async_get_pipelines(home) if p.conversation_engine == AGENT]
    assert (ours.name, ours.id) == (NAME, assistant.data[CONF_PIPELINE_ID])
    assert told(home) == set()
    assert assistant.state is ConfigEntryState.LOADED


async def test_a_pipeline_of_ones_own_is_as_good(
    home: HomeAssistant, assistant: MockConfigEntry
) -> None:
    pipelines = home.data[KEY_ASSIST_PIPELINE].pipeline_store
    ours = pipelines.data[assistant.data[CONF_PIPELINE_ID]]
    await pipelines.async_delete_item(ours.id)
    assert told(home) == {issues.NO_PIPELINE}

    own = ours.to_json() | {"name": "My own"}
    del own["id"]
    await pipelines.async_create_item(own)

    assert told(home) == set()


async def test_an_engine_of_another_version(
    home: HomeAssistant, entry: MockConfigEntry, engine: ScriptedEngine
) -> None:
    engine.protocol = 99
    entry.add_to_hass(home)
    assert not await home.config_entries.async_setup(entry.entry_id)
    assert "speaks version 99" in entry.reason
    assert told(home) == {issues.INCOMPATIBLE}
    issue = ir.async_get(home).async_get_issue(DOMAIN, issues.INCOMPATIBLE)
    assert issue.translation_placeholders == {"engine": "99", "here": "1"}

    engine.protocol = 1
    await settle(home, 30)
    assert entry.state is ConfigEntryState.LOADED
    assert told(home) == set()


@pytest.fixture
async def elsewhere(home: HomeAssistant, entry: MockConfigEntry) -> MockConfigEntry:
    """An entry for an engine that has just gone, loaded."""
    entry.add_to_hass(home)
    async with serving(gone := ScriptedEngine()):
        home.config_entries.async_update_entry(entry, data={**entry.data, "port": gone.port})
        assert await home.config_entries.async_setup(entry.entry_id)
        await settle(home)
    return entry


async def minutes(hass: HomeAssistant, freezer: FrozenDateTimeFactory, number: int) -> None:
    """Let so many minutes pass."""
    for _ in range(number):
        freezer.tick(60)
        async_fire_time_changed(hass)
        await hass.async_block_till_done(wait_background_tasks=True)


async def test_an_engine_that_is_away_for_minutes_is_told_and_goes_when_it_is_back(
    home: HomeAssistant, elsewhere: MockConfigEntry, freezer: FrozenDateTimeFactory
) -> None:
    assert "No engine answers" in await ask(home)
    await minutes(home, freezer, 2)
    assert told(home) == set()

    await minutes(home, freezer, 2)
    assert told(home) == {issues.UNREACHABLE}
    issue = ir.async_get(home).async_get_issue(DOMAIN, issues.UNREACHABLE)
    port = elsewhere.data["port"]
    assert issue.translation_placeholders == {
        "reason": f"No engine answers at tcp://127.0.0.1:{port}"
    }

    async with serving(ScriptedEngine(), port):
        await minutes(home, freezer, 2)
        assert told(home) == set()
    await ask(home)
    await minutes(home, freezer, 2)
    assert told(home) == set()  # the minutes of the first time do not count


async def test_what_is_wrong_is_told_in_the_language_of_the_home(
    home: HomeAssistant,
    entry: MockConfigEntry,
    fix: Repairs,
    freezer: FrozenDateTimeFactory,
) -> None:
    await home.config.async_update(language="zh-Hans")
    await home.async_block_till_done()
    entry.add_to_hass(home)
    home.config_entries.async_update_entry(entry, data={**entry.data, "port": 1})
    assert not await home.config_entries.async_setup(entry.entry_id)
    await minutes(home, freezer, 5)

    issue = ir.async_get(home).async_get_issue(DOMAIN, issues.UNREACHABLE)
    assert issue.translation_placeholders == {"reason": "tcp://127.0.0.1:1 上没有引擎应答"}
    form = await fix.submit(await fix.start(issues.UNREACHABLE), host="127.0.0.1", port=2)
    reason = form["description_placeholders"]["reason"]
    assert reason == "引擎无法工作：tcp://127.0.0.1:2 上没有引擎应答"


async def test_an_engine_that_was_never_there_is_told_and_found_where_it_is_now(
    home: HomeAssistant,
    entry: MockConfigEntry,
    engine: ScriptedEngine,
    fix: Repairs,
    freezer: FrozenDateTimeFactory,
) -> None:
    entry.add_to_hass(home)
    home.config_entries.async_update_entry(entry, data={**entry.data, "port": 1})
    assert not await home.config_entries.async_setup(entry.entry_id)
    assert told(home) == set()
    await minutes(home, freezer, 5)
    assert told(home) == {issues.UNREACHABLE}

    form = await fix.start(issues.UNREACHABLE)
    suggested = {f["name"]: f["description"]["suggested_value"] for f in form["data_schema"]}
    assert suggested == {"host": "127.0.0.1", "port": 1}
    form = await fix.submit(form, host="127.0.0.1", port=2)
    assert form["errors"] == {"base": "still_failing"}
    assert "tcp://127.0.0.1:2" in form["description_placeholders"]["reason"]
    assert entry.data["port"] == 1

    result = await fix.submit(form, host="127.0.0.1", port=engine.port)
    await home.async_block_till_done(wait_background_tasks=True)

    assert result["type"] == "create_entry"
    assert entry.data["port"] == engine.port
    assert entry.state is ConfigEntryState.LOADED
    assert told(home) == set()


async def test_an_engine_that_is_back_is_used_at_once(
    home: HomeAssistant,
    elsewhere: MockConfigEntry,
    fix: Repairs,
    freezer: FrozenDateTimeFactory,
) -> None:
    await ask(home)
    await minutes(home, freezer, 4)
    assert told(home) == {issues.UNREACHABLE}
    where = {key: elsewhere.data[key] for key in ("host", "port")}

    async with serving(back := ScriptedEngine(), where["port"]):
        form = await fix.start(issues.UNREACHABLE)
        result = await fix.submit(form, **where)
        await home.async_block_till_done(wait_background_tasks=True)

        assert result["type"] == "create_entry"
        assert told(home) == set()
        assert elsewhere.runtime_data.engine.health.failures == 0
        await ask(home)
        assert back.asked == ["turn off the kitchen lights"]


async def test_an_issue_is_repaired_beside_an_engine_that_is_ignored(
    home: HomeAssistant, assistant: MockConfigEntry, fix: Repairs
) -> None:
    MockConfigEntry(domain=DOMAIN, unique_id="nuc", source=SOURCE_IGNORE).add_to_hass(home)
    pipelines = home.data[KEY_ASSIST_PIPELINE].pipeline_store
    await pipelines.async_delete_item(assistant.data[CONF_PIPELINE_ID])

    result = await fix.submit(await fix.start(issues.NO_PIPELINE))

    assert result["type"] == "create_entry"


@pytest.fixture
def local_entry(home: HomeAssistant, sockets: None) -> MockConfigEntry:
    """An entry for an engine on this machine."""
    entry = MockConfigEntry(
        domain=DOMAIN, data={"engine": "local", "language": "en", "create_pipeline": True}
    )
    entry.add_to_hass(home)
    return entry


@pytest.fixture
async def local(
    home: HomeAssistant, local_entry: MockConfigEntry, monkeypatch: pytest.MonkeyPatch
) -> AsyncGenerator[MockConfigEntry]:
    """That entry, loaded, with a process and the real models of its own."""
    monkeypatch.setenv(ENV_MODELS, str(store.default_folder()))
    assert await home.config_entries.async_setup(local_entry.entry_id)
    await settle(home)
    assert told(home) == set()
    yield local_entry
    await home.config_entries.async_unload(local_entry.entry_id)


async def ask(hass: HomeAssistant) -> str:
    """Ask for something; the answer."""
    text = "turn off the kitchen lights"
    result = await conversation.async_converse(hass, text, None, Context(), "en", AGENT)
    await hass.async_block_till_done(wait_background_tasks=True)
    return str(result.response.speech["plain"]["speech"])


async def test_an_engine_that_keeps_failing_is_restarted(
    home: HomeAssistant, local: MockConfigEntry, fix: Repairs, tmp_path: Path
) -> None:
    """It is asked about, fails once more, then works; what it said is told."""
    broken = tmp_path / "engine"
    broken.mkdir()
    main = broken / "__main__.py"
    main.write_text("import sys; sys.exit('ERROR: The flux is not coupled')")
    with patch(f"{_PACKAGE}.supervisor.ENGINE_FOLDER", broken):
        await local.runtime_data.engine.async_rest()
        for _ in range(2):
            assert "The flux is not coupled" in await ask(home)
        assert told(home) == {issues.KEEPS_FAILING}

        form = await fix.start(issues.KEEPS_FAILING)
        assert form["description_placeholders"] == {
            "reason": "The flux is not coupled",
            "log": "The flux is not coupled",
        }
        with patch(f"{_PACKAGE}.async_start_installation", side_effect=_nothing_to_install(home)):
            form = await fix.submit(form)
        assert form["errors"] == {"base": "still_failing"}
        assert "The flux is not coupled" in form["description_placeholders"]["reason"]
        assert told(home) == {issues.KEEPS_FAILING}

    result = await fix.submit(form)
    assert result["type"] == "create_entry"
    assert local.state is ConfigEntryState.LOADED
    assert told(home) == set()
    assert await ask(home) == "Turned off the lights"


async def test_an_engine_that_does_not_start_at_first(
    home: HomeAssistant,
    local_entry: MockConfigEntry,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.setenv(ENV_MODELS, str(store.default_folder()))
    (tmp_path / "__main__.py").write_text("import sys; sys.exit('ERROR: Not today')")
    with (
        patch(f"{_PACKAGE}.supervisor.ENGINE_FOLDER", tmp_path),
        patch(f"{_PACKAGE}.async_start_installation", side_effect=_nothing_to_install(home)),
    ):
        assert not await home.config_entries.async_setup(local_entry.entry_id)
        assert told(home) == {issues.KEEPS_FAILING}

    assert await home.config_entries.async_reload(local_entry.entry_id)
    await settle(home)

    assert told(home) == set()
    await home.config_entries.async_unload(local_entry.entry_id)


def _nothing_to_install(hass: HomeAssistant) -> Any:
    async def nothing() -> bool:
        return False

    return lambda *args: hass.async_create_task(nothing())


async def test_want_of_memory_is_told_and_goes_with_the_next_answer(
    home: HomeAssistant, local: MockConfigEntry
) -> None:
    engine = local.runtime_data.engine
    assert isinstance(engine, EngineSupervisor)
    changed: list[set[str]] = []
    engine.health.listen(lambda: changed.append(told(home)))

    assert engine.pid is not None
    os.kill(engine.pid, signal.SIGKILL)  # as Linux does when memory runs out
    await ask(home)

    assert {issues.NO_MEMORY} in changed
    assert told(home) == set()


class Downloads:
    """The speech model cannot be downloaded, until the internet is back."""

    is_online = False
    is_here = False

    def install(self, folder: Path, model: Model, progress: Progress) -> None:
        """Download it, in a thread."""
        if not self.is_online:
            raise ModelError("No route to host.")
        progress(1, 2)
        self.is_here = True

    def is_installed(self, folder: Path, model: Model | None) -> bool:
        """Whether it is there."""
        return self.is_here


@pytest.fixture
def downloads() -> Generator[Downloads]:
    """Decides about the downloads."""
    downloads = Downloads()
    with (
        patch(f"{_PACKAGE}.install.async_process_requirements"),
        patch(f"{_PACKAGE}.install.store.install", downloads.install),
        patch(f"{_PACKAGE}.install._is_installed", downloads.is_installed),
    ):
        yield downloads


async def test_a_missing_model_is_downloaded(
    home: HomeAssistant,
    fix: Repairs,
    local_entry: MockConfigEntry,
    local_engine: ScriptedEngine,
    downloads: Downloads,
) -> None:
    shares: list[float] = []
    home.bus.async_listen(
        "data_entry_flow_progress_update", lambda event: shares.append(event.data["progress"])
    )
    assert not await home.config_entries.async_setup(local_entry.entry_id)
    await home.async_block_till_done()
    assert told(home) == {issues.INCOMPLETE}

    form = await fix.start(issues.INCOMPLETE)
    assert form["description_placeholders"] == {"reason": "No route to host"}
    form = await fix.submit(form)
    assert (form["step_id"], form["errors"]) == ("failed", {"base": "model_failed"})

    downloads.is_online = True
    result = await fix.submit(form)

    assert result["type"] == "create_entry"
    assert local_entry.state is ConfigEntryState.LOADED
    assert 0.5 in shares
    await settle(home)
    assert told(home) == set()


async def test_a_chat_model_that_is_gone_is_told(
    home: HomeAssistant,
    local_entry: MockConfigEntry,
    local_engine: ScriptedEngine,
    downloads: Downloads,
) -> None:
    downloads.is_here = True
    options = {"chat_model": "smollm2-135m-instruct"}
    home.config_entries.async_update_entry(local_entry, options=options)
    assert await home.config_entries.async_setup(local_entry.entry_id)
    await settle(home)
    assert told(home) == {issues.INCOMPLETE}
    issue = ir.async_get(home).async_get_issue(DOMAIN, issues.INCOMPLETE)
    assert issue.translation_placeholders == {"reason": "smollm2-135m-instruct"}

    local_engine.chat = []
    await home.config_entries.async_reload(local_entry.entry_id)
    await settle(home)
    assert told(home) == set()


async def test_issues_go_with_the_entry(
    home: HomeAssistant, local_entry: MockConfigEntry, downloads: Downloads
) -> None:
    assert not await home.config_entries.async_setup(local_entry.entry_id)
    await home.async_block_till_done()
    assert told(home) == {issues.INCOMPLETE}

    await home.config_entries.async_remove(local_entry.entry_id)

    assert told(home) == set()


def test_every_issue_and_every_step_of_its_repair_is_described() -> None:
    strings = load_yaml_dict(str(Path(repairs.__file__).with_name("strings.json")))["issues"]
    for issue_id in set(issues.ALL) - {issues.UNSUPPORTED}:
        issue = strings[issue_id]
        assert issue["title"]
        flow = repairs._FLOWS.get(issue_id)
        assert ("description" in issue) is (flow is None)
        if flow is None:
            continue
        steps = {name for name in dir(flow) if name.startswith("async_step_")}
        shown = {step.removeprefix("async_step_") for step in steps} - {
            "init",
            "ignore",
            "install",
            "restart",
        }
        assert issue["fix_flow"]["step"].keys() == shown
        assert all(s["title"] and s["description"] for s in issue["fix_flow"]["step"].values())
        fields = {"host", "port"} if flow is repairs.ReconnectFlow else set()
        step = issue["fix_flow"]["step"]["confirm"]
        assert step.get("data", {}).keys() == step.get("data_description", {}).keys() == fields
        if flow is repairs.DownloadFlow:
            assert issue["fix_flow"]["progress"].keys() == {"install"}
            assert issue["fix_flow"]["error"].keys() == {"model_failed", "still_failing"}

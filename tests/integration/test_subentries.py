"""Assistants and tasks beside the entry's own, each with its name and its own instructions."""

from __future__ import annotations

from typing import Any

import pytest
from homeassistant.components import conversation
from homeassistant.components.assist_pipeline.pipeline import (
    KEY_ASSIST_PIPELINE,
    async_get_pipelines,
    async_update_pipeline,
)
from homeassistant.config_entries import SOURCE_RECONFIGURE, SOURCE_USER, SubentryFlowResult
from homeassistant.const import MATCH_ALL
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.translation import async_get_translations
from homeassistant.setup import async_setup_component
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.components.diagnostics import (
    get_diagnostics_for_config_entry,
)
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.llmos_assistant.const import DOMAIN
from custom_components.llmos_assistant.engine.protocol import ChatModelInfo, Step
from custom_components.llmos_assistant.models import models_in_use
from custom_components.llmos_assistant.subentry_flow import MAX_PROMPT_LENGTH

from .scripted_engine import ScriptedEngine
from .test_ai_task import generate
from .test_conversation import AGENT, converse, speech

PIRATE: dict[str, Any] = {"name": "Captain", "prompt": "Talk like a {pirate}.", "control": True}
TALKER: dict[str, Any] = {"name": "Talker", "control": False}
LIGHT_ON = Step("HassTurnOn", {"name": "bed light"})


async def submit(
    hass: HomeAssistant, result: SubentryFlowResult, **user_input: Any
) -> SubentryFlowResult:
    """Fill in a form, then wait until the entry is loaded again."""
    result = await hass.config_entries.subentries.async_configure(result["flow_id"], user_input)
    await hass.async_block_till_done(wait_background_tasks=True)
    return result


async def start(hass: HomeAssistant, entry: MockConfigEntry, kind: str) -> SubentryFlowResult:
    """Click "Add assistant" or "Add AI task"."""
    return await hass.config_entries.subentries.async_init(
        (entry.entry_id, kind), context={"source": SOURCE_USER}
    )


async def add(
    hass: HomeAssistant, entry: MockConfigEntry, kind: str = "conversation", **user_input: Any
) -> str:
    """Add an assistant or a task; the id of its subentry."""
    before = set(entry.subentries)
    new: str
    result = await submit(hass, await start(hass, entry, kind), **user_input)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    (new,) = set(entry.subentries) - before
    return new


async def reconfigure(
    hass: HomeAssistant, entry: MockConfigEntry, subentry_id: str
) -> SubentryFlowResult:
    """Click "Reconfigure" beside an assistant or a task."""
    return await hass.config_entries.subentries.async_init(
        (entry.entry_id, entry.subentries[subentry_id].subentry_type),
        context={"source": SOURCE_RECONFIGURE, "subentry_id": subentry_id},
    )


def shown(result: SubentryFlowResult) -> dict[str, Any]:
    """What a form has filled in already."""
    return {
        str(key): key.description["suggested_value"]
        for key in result["data_schema"].schema
        if key.description and "suggested_value" in key.description
    }


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("conversation", ["name", "prompt", "language", "control", "chat_model", "llm_hass_api"]),
        ("ai_task_data", ["name", "prompt", "chat_model"]),
    ],
)
async def test_the_browser_gets_a_form_that_is_worded(
    home: HomeAssistant,
    assistant: MockConfigEntry,
    engine: ScriptedEngine,
    hass_client: ClientSessionGenerator,
    kind: str,
    fields: list[str],
) -> None:
    engine.chat_models = [ChatModelInfo("qwen"), ChatModelInfo("smollm2")]
    assert await async_setup_component(home, "config", {})
    client = await hass_client()

    response = await client.post(
        "/api/config/config_entries/subentries/flow",
        json={"handler": [assistant.entry_id, kind]},
    )

    form = await response.json()
    assert [field["name"] for field in form["data_schema"]] == fields
    (models,) = (field for field in form["data_schema"] if field["name"] == "chat_model")
    assert models["selector"]["select"]["options"] == ["qwen", "smollm2"]
    assert form["description_placeholders"] == {"limit": str(MAX_PROMPT_LENGTH)}
    words = await async_get_translations(home, "en", "config_subentries", [DOMAIN])
    step = f"component.{DOMAIN}.config_subentries.{kind}.step.{form['step_id']}"
    for field in fields:
        assert words[f"{step}.data.{field}"]
        assert words[f"{step}.data_description.{field}"]


async def test_an_assistant_has_instructions_and_a_device_of_its_own(
    home: HomeAssistant, assistant: MockConfigEntry, engine: ScriptedEngine
) -> None:
    engine.chat = ["Arr.", "Good day."]
    subentry_id = await add(home, assistant, **PIRATE)

    answers = [
        speech(await converse(home, "good day", agent_id=agent))
        for agent in ("conversation.captain", AGENT)
    ]

    assert answers == ["Arr.", "Good day."]
    told = [chat.messages[0].content for chat in engine.chats]
    assert told[0] == f"{told[1]}\nTalk like a {{pirate}}."
    entity = er.async_get(home).async_get("conversation.captain")
    device = dr.async_get(home).async_get(entity.device_id or "")
    assert (entity.config_subentry_id, entity.unique_id) == (subentry_id, subentry_id)
    assert (device.name, device.entry_type) == ("Captain", dr.DeviceEntryType.SERVICE)
    assert device.identifiers == {(DOMAIN, subentry_id)}


async def test_an_assistant_controls_the_home(
    home: HomeAssistant, assistant: MockConfigEntry, engine: ScriptedEngine
) -> None:
    await add(home, assistant, **PIRATE)
    await home.services.async_call("light", "turn_off", {"entity_id": "all"}, blocking=True)
    engine.plan("bed light on", LIGHT_ON)

    await converse(home, "bed light on", agent_id="conversation.captain")

    assert home.states.get("light.bed_light").state == "on"
    features = home.states.get("conversation.captain").attributes["supported_features"]
    assert features == conversation.ConversationEntityFeature.CONTROL
    (record,) = assistant.runtime_data.requests.records
    assert record.done[0]["entities"] == ["light.bed_light"]


async def test_one_that_may_not_control_the_home_only_chats(
    home: HomeAssistant,
    assistant: MockConfigEntry,
    engine: ScriptedEngine,
    hass_client: ClientSessionGenerator,
) -> None:
    await add(home, assistant, **TALKER)
    await home.services.async_call("light", "turn_off", {"entity_id": "all"}, blocking=True)
    engine.plan("bed light on", LIGHT_ON)
    engine.chat = ["Ich kann das nicht."]

    result = await converse(home, "bed light on", agent_id="conversation.talker", language="de")

    assert speech(result) == "Ich kann das nicht."
    assert home.states.get("light.bed_light").state == "off"
    assert engine.asked == []
    assert "the code de" in engine.chats[0].messages[0].content
    assert home.states.get("conversation.talker").attributes["supported_features"] == 0
    assert (
        conversation.async_get_agent(home, "conversation.talker").supported_languages == MATCH_ALL
    )
    diagnostics = await get_diagnostics_for_config_entry(home, hass_client, assistant)
    assert "bed light" not in str(diagnostics["requests"])


async def test_one_that_only_chats_says_if_there_is_no_chat_model(
    home: HomeAssistant, assistant: MockConfigEntry
) -> None:
    await add(home, assistant, **TALKER)

    result = await converse(home, "hello", agent_id="conversation.talker")

    assert speech(result).startswith("That takes a chat model.")
    assert result.response.error_code == "no_intent_match"


async def test_an_assistant_keeps_to_its_language(
    home: HomeAssistant, assistant: MockConfigEntry, engine: ScriptedEngine
) -> None:
    await add(home, assistant, **PIRATE, language="en")
    await home.services.async_call("light", "turn_off", {"entity_id": "all"}, blocking=True)
    engine.plan("bed light on", LIGHT_ON)
    engine.chat = ["Arr."]

    for text in ("bed light on", "good day"):
        await converse(home, text, agent_id="conversation.captain", language="fr")

    assert home.states.get("light.bed_light").state == "on"
    assert "the code en" in engine.chats[0].messages[0].content
    agent = conversation.async_get_agent(home, "conversation.captain")
    assert agent.supported_languages == ["en"]


async def test_a_task_has_instructions_of_its_own(
    home: HomeAssistant, assistant: MockConfigEntry, engine: ScriptedEngine
) -> None:
    await add(home, assistant, "ai_task_data", name="Poet", prompt="Write in rhymes.")
    engine.chat = ["Rain, again.", "Rain.", "3"]

    assert await generate(home, "write about rain", entity_id="ai_task.poet") == "Rain, again."
    assert await generate(home, "write about rain") == "Rain."
    assert await generate(
        home, "write about rain", entity_id="ai_task.poet", lines={"number": {}}
    ) == {"lines": 3}

    told = [chat.messages[0].content.endswith("\nWrite in rhymes.") for chat in engine.chats]
    assert told == [True, False, True]


async def test_each_has_the_chat_model_that_was_chosen_for_it(
    home: HomeAssistant, assistant: MockConfigEntry, engine: ScriptedEngine
) -> None:
    """Also where no model was chosen for all; one that has gone is missed, and still shown."""
    engine.chat_models = [ChatModelInfo("qwen"), ChatModelInfo("smollm2")]
    captain = await add(home, assistant, **PIRATE, chat_model="qwen")
    await add(home, assistant, "ai_task_data", name="Poet", chat_model="smollm2")
    engine.chat = ["Arr.", "Rain.", "Good day."]

    await converse(home, "good day", agent_id="conversation.captain")
    await generate(home, "write about rain", entity_id="ai_task.poet")
    await converse(home, "good day")

    assert [chat.model for chat in engine.chats] == ["qwen", "smollm2", ""]
    assert models_in_use(assistant) == {"whisper-base", "none", "qwen", "smollm2"}
    engine.chat_models = []
    result = await converse(home, "good day", agent_id="conversation.captain")
    assert "choose a chat model" in speech(result)
    form = await reconfigure(home, assistant, captain)
    assert shown(form)["chat_model"] == "qwen"


async def test_both_are_changed_and_keep_their_ids(
    home: HomeAssistant, assistant: MockConfigEntry, engine: ScriptedEngine
) -> None:
    captain = await add(home, assistant, **PIRATE, language="en")
    poet = await add(home, assistant, "ai_task_data", name="Poet", prompt="Write in rhymes.")

    form = await reconfigure(home, assistant, captain)
    assert shown(form) == {**PIRATE, "language": "en"}
    result = await submit(home, form, name=" Admiral ", prompt="Be brief.", control=True)
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "reconfigure_successful")
    form = await reconfigure(home, assistant, poet)
    assert shown(form) == {"name": "Poet", "prompt": "Write in rhymes."}
    await submit(home, form, name="Poet", prompt=" ")

    engine.chat = ["Yes.", "Rain."]
    await converse(home, "hello", agent_id="conversation.captain", language="en-GB")
    await generate(home, "write about rain", entity_id="ai_task.poet")
    chat, task = (chat.messages[0].content for chat in engine.chats)
    assert chat.endswith("\nBe brief.")
    assert "the code en-GB" in chat
    assert not task.endswith("rhymes.")
    assert home.states.get("conversation.captain").name == "Admiral"
    assert assistant.subentries[captain].title == "Admiral"
    assert dict(assistant.subentries[poet].data) == {}


@pytest.mark.parametrize("kind", ["conversation", "ai_task_data"])
async def test_what_is_no_use_is_refused(
    home: HomeAssistant, assistant: MockConfigEntry, kind: str
) -> None:
    form = await start(home, assistant, kind)
    form = await submit(home, form, name=" ", prompt="Be brief.")
    assert form["errors"] == {"name": "no_name"}

    form = await submit(home, form, name="Captain", prompt="x" * (MAX_PROMPT_LENGTH + 1))
    assert form["errors"] == {"prompt": "prompt_too_long"}
    assert shown(form)["name"] == "Captain"

    result = await submit(home, form, name="Captain", prompt="x" * MAX_PROMPT_LENGTH)
    assert result["type"] is FlowResultType.CREATE_ENTRY


async def test_removing_one_leaves_nothing_of_it_and_all_else(
    home: HomeAssistant, assistant: MockConfigEntry, engine: ScriptedEngine
) -> None:
    def ids() -> tuple[set[str], set[str]]:
        entities = er.async_entries_for_config_entry(er.async_get(home), assistant.entry_id)
        devices = dr.async_entries_for_config_entry(dr.async_get(home), assistant.entry_id)
        return {entity.entity_id for entity in entities}, {device.id for device in devices}

    before = ids()
    captain = await add(home, assistant, **PIRATE)
    poet = await add(home, assistant, "ai_task_data", name="Poet")
    assert ids()[0] - before[0] == {"conversation.captain", "ai_task.poet"}

    for subentry_id in (captain, poet):
        home.config_entries.async_remove_subentry(assistant, subentry_id)
        await home.async_block_till_done(wait_background_tasks=True)

    assert ids() == before
    assert home.states.get("conversation.captain") is None
    engine.chat = ["Good day."]
    assert speech(await converse(home, "good day")) == "Good day."


async def test_an_entry_of_before_keeps_its_ids_and_its_pipeline(
    home: HomeAssistant, entry: MockConfigEntry, engine: ScriptedEngine
) -> None:
    entry.add_to_hass(home)
    registry = er.async_get(home)
    for domain in ("conversation", "ai_task", "stt"):  # as the user renamed them
        registry.async_get_or_create(
            domain, DOMAIN, entry.entry_id, config_entry=entry, suggested_object_id="anna"
        )
    assert await home.config_entries.async_setup(entry.entry_id)
    await home.async_block_till_done()

    await add(home, entry, **PIRATE)
    await add(home, entry, "ai_task_data", name="Poet")

    assert (entry.version, entry.minor_version) == (1, 1)
    for domain in ("conversation", "ai_task", "stt"):
        kept = registry.async_get(f"{domain}.anna")
        assert (kept.unique_id, kept.config_subentry_id) == (entry.entry_id, None)
        assert home.states.get(kept.entity_id).state != "unavailable"
    (pipeline,) = (p for p in async_get_pipelines(home) if p.name == "LLMOS Assistant")
    assert (pipeline.conversation_engine, pipeline.stt_engine) == ("conversation.anna", "stt.anna")


async def test_a_pipeline_with_an_assistant_of_ones_own_is_one_that_uses_it(
    home: HomeAssistant, assistant: MockConfigEntry
) -> None:
    def is_told() -> bool:
        return ir.async_get(home).async_get_issue(DOMAIN, "no_pipeline") is not None

    await add(home, assistant, **PIRATE)
    pipelines = home.data[KEY_ASSIST_PIPELINE].pipeline_store
    await pipelines.async_delete_item(assistant.data["pipeline_id"])
    await home.async_block_till_done()
    assert is_told()

    await async_update_pipeline(
        home, async_get_pipelines(home)[0], conversation_engine="conversation.captain"
    )
    await home.async_block_till_done()

    assert not is_told()


async def test_diagnostics_tell_that_there_are_some_but_not_what_they_are_told(
    home: HomeAssistant, assistant: MockConfigEntry, hass_client: ClientSessionGenerator
) -> None:
    await add(home, assistant, **PIRATE, language="en")

    diagnostics = await get_diagnostics_for_config_entry(home, hass_client, assistant)

    assert diagnostics["subentries"] == [
        {
            "type": "conversation",
            "title": "**REDACTED**",
            "prompt": "**REDACTED**",
            "language": "en",
            "control": True,
        }
    ]

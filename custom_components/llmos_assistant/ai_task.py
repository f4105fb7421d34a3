"""Tasks of automations: questions about the home from its facts, all else from the chat model."""

from __future__ import annotations

from typing import Any, override

from homeassistant.components import ai_task, conversation
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from . import LlmosConfigEntry
from .ask import async_ask, typed
from .chatting import async_find_chat_model, system_prompt
from .const import DOMAIN, SUBENTRY_TASK
from .engine_client import EngineError
from .entity import EngineEntity
from .generating import Field, Writer
from .home.facts import Fact
from .reasons import async_no_engine
from .request_log import RequestRecord, Source, Stage

PARALLEL_UPDATES = 0


async def async_setup_entry(
    hass: HomeAssistant,
    entry: LlmosConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the entry's entity and those of its subentries."""
    async_add_entities([LlmosTask(entry)])
    for subentry in entry.get_subentries_of_type(SUBENTRY_TASK):
        async_add_entities([LlmosTask(entry, subentry)], config_subentry_id=subentry.subentry_id)


class LlmosTask(EngineEntity, ai_task.AITaskEntity):
    """Generates data on this hub."""

    _attr_supported_features = ai_task.AITaskEntityFeature.GENERATE_DATA

    @override
    async def _async_generate_data(
        self, task: ai_task.GenDataTask, chat_log: conversation.ChatLog
    ) -> ai_task.GenDataTaskResult:
        fields = _fields(task)
        language = self.hass.config.language
        with self.requests.asked(Source.AI_TASK, task.instructions, language) as record:
            fact = await self._async_fact(task.instructions, language, record)
            data = _in_fields(fact, fields) if fact else None
            if data is None:
                record.route = "chat"
                with record.timed(Stage.ACT):
                    data = await self._async_generate(task.instructions, fact, fields)
            record.answer = str(data)
        chat_log.async_add_assistant_content_without_tools(
            conversation.AssistantContent(agent_id=self.entity_id, content=str(data))
        )
        return ai_task.GenDataTaskResult(conversation_id=chat_log.conversation_id, data=data)

    async def _async_fact(
        self, instructions: str, language: str, record: RequestRecord
    ) -> Fact | None:
        """The answer, if the task is a question about the home. Raises HomeAssistantError."""
        try:
            return await async_ask(self.hass, self.engine, instructions, language, record)
        except ServiceValidationError:
            return None

    async def _async_generate(
        self, instructions: str, fact: Fact | None, fields: list[Field] | None
    ) -> Any:
        """Let the chat model do it. Raises HomeAssistantError."""
        if not await async_find_chat_model(self.engine, self.chat_model):
            raise HomeAssistantError(translation_domain=DOMAIN, translation_key="no_chat_model")
        system = system_prompt(self.hass, self.hass.config.language, self.instructions)
        if fact:
            instructions = f"{instructions}\n(What is known: {fact.words})"
        writer = Writer(self.engine, system, self.chat_model)
        try:
            if fields is None:
                return await writer.async_text(instructions)
            return await writer.async_fields(instructions, fields)
        except EngineError as err:
            raise await async_no_engine(self.hass, err) from err


def _fields(task: ai_task.GenDataTask) -> list[Field] | None:
    """The fields that are wanted; None for plain text."""
    if task.structure is None:
        return None
    return [
        Field(str(key), str(getattr(key, "description", None) or ""), chosen)
        for key, chosen in task.structure.schema.items()
    ]


def _in_fields(fact: Fact, fields: list[Field] | None) -> Any:
    """The fact as it is wanted; None where it cannot be told so."""
    if fields is None:
        return fact.words
    try:
        return {field.name: typed(fact, field.selector) for field in fields}
    except ServiceValidationError:
        return None

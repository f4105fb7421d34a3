"""The conversation agent."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from typing import Literal, override

from homeassistant.components import conversation
from homeassistant.components.todo import DOMAIN as TODO
from homeassistant.config_entries import ConfigSubentry
from homeassistant.const import CONF_LANGUAGE, CONF_LLM_HASS_API, MATCH_ALL
from homeassistant.core import HomeAssistant, State
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import intent, llm
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from . import LlmosConfigEntry
from .chatting import async_chat, async_find_chat_model
from .const import CONF_CONTROL, DOMAIN, SUBENTRY_ASSISTANT
from .engine_client import EngineError, EngineUnavailable
from .entity import EngineEntity
from .home.acting import OnStep, Request, async_act, async_undo
from .home.follow_ups import Turn
from .home.grounded import IF, UNDO, GroundedStep, Grounding
from .home.items import async_settle_lists
from .home.memory import Memory
from .home.speech import Speaker, async_get_speaker, join_sentences
from .other_languages import async_hand_over, is_understood
from .reasons import async_no_engine, reason
from .request_log import HANDED_OVER, RequestRecord, Stage
from .understanding import area_of_speaker, async_understand

_LOGGER = logging.getLogger(__name__)

PARALLEL_UPDATES = 0

_ErrorCode = intent.IntentResponseErrorCode


async def async_setup_entry(
    hass: HomeAssistant,
    entry: LlmosConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the entry's entity and those of its subentries."""
    async_add_entities([LlmosConversation(entry)])
    for subentry in entry.get_subentries_of_type(SUBENTRY_ASSISTANT):
        async_add_entities(
            [LlmosConversation(entry, subentry)], config_subentry_id=subentry.subentry_id
        )


class LlmosConversation(EngineEntity, conversation.ConversationEntity):
    """Understands with the command model, acts through Home Assistant's intents.

    One that may not control the home only chats.
    """

    _attr_supports_streaming = True

    def __init__(self, entry: LlmosConfigEntry, subentry: ConfigSubentry | None = None) -> None:
        """Remember nothing yet."""
        super().__init__(entry, subentry)
        self._memory = Memory()
        self._has_control: bool = self.settings.get(CONF_CONTROL, True)
        self._language: str | None = self.settings.get(CONF_LANGUAGE)
        self._apis: list[str] = self.settings.get(CONF_LLM_HASS_API, [])
        if self._has_control or self._apis:
            self._attr_supported_features = conversation.ConversationEntityFeature.CONTROL

    @property
    @override
    def supported_languages(self) -> list[str] | Literal["*"]:
        """All, if none was chosen: what the command model does not know is for Home Assistant's agent."""
        return [self._language] if self._language else MATCH_ALL

    @override
    async def async_prepare(self, language: str | None = None) -> None:
        """Read the answers of `language` before the first request."""
        language = self._language or language or self.hass.config.language
        await async_get_speaker(self.hass, language)
        if self._has_control and not is_understood(language):
            await conversation.async_prepare_agent(
                self.hass, conversation.HOME_ASSISTANT_AGENT, language
            )

    @override
    async def _async_handle_message(
        self, user_input: conversation.ConversationInput, chat_log: conversation.ChatLog
    ) -> conversation.ConversationResult:
        language = self._language or user_input.language or self.hass.config.language
        speaker = await async_get_speaker(self.hass, language)
        response: intent.IntentResponse | None
        with self.requests.answering(user_input.text, language) as record:
            try:
                if is_understood(language) or not self._has_control:
                    response = await self._async_respond(user_input, chat_log, speaker, record)
                else:
                    response = await self._async_hand_over(user_input, chat_log, record)
                if response is None:
                    with record.timed(Stage.ACT):
                        response = await self._async_chat(user_input, chat_log, speaker)
            except HomeAssistantError as err:
                response = _failure(err, speaker)
                record.error = err.translation_key or ""
            speech = response.speech.get(intent.SPEECH_TYPE_PLAIN, {}).get("speech", "")
            record.answer = speech
        told = chat_log.content[-1]
        if not (isinstance(told, conversation.AssistantContent) and told.content):
            chat_log.async_add_assistant_content_without_tools(
                conversation.AssistantContent(agent_id=user_input.agent_id, content=speech)
            )
        return conversation.ConversationResult(
            response=response,
            conversation_id=chat_log.conversation_id,
            continue_conversation=chat_log.continue_conversation,
        )

    async def _async_respond(
        self,
        user_input: conversation.ConversationInput,
        chat_log: conversation.ChatLog,
        speaker: Speaker,
        record: RequestRecord,
    ) -> intent.IntentResponse | None:
        """Do what was asked for, ask back, or say why not; None if it is not about the home.

        Raises HomeAssistantError.
        """
        area_id, device_id = area_of_speaker(
            self.hass, user_input.device_id, user_input.satellite_id
        )
        record.area_id = area_id
        if not self._has_control:
            record.route = "chat"
            return None
        request = Request(
            text=user_input.text,
            context=user_input.context,
            device_id=device_id,
            satellite_id=user_input.satellite_id,
            agent_id=user_input.agent_id,
            area_id=area_id,
            later=self._memory.later,
        )
        if undoing := self._memory.later.pop(user_input.text, None):
            with record.timed(Stage.ACT):
                return await async_undo(self.hass, undoing, request, speaker)
        last = self._memory.recall(chat_log.conversation_id)
        with record.timed(Stage.UNDERSTAND):
            understood = await async_understand(
                self.hass,
                self.engine,
                user_input.text,
                speaker.language,
                area_id,
                last.turn if last else None,
            )
            grounding = await async_settle_lists(
                self.hass,
                understood.grounding,
                [entity.entity_id for entity in understood.home.of_kind(frozenset({TODO}))],
                user_input.text,
            )
        record.understood(understood.plan, grounding)
        if not grounding.steps:
            return None
        before = self._states_of(grounding)
        self._memory.keep(
            chat_log.conversation_id,
            Turn(understood.plan, grounding, last.turn.entity_ids if last else ()),
            before,
        )
        undoes = last and any(step.intent == UNDO for step in grounding.steps)
        request = replace(request, before=last.before if last and undoes else before)

        def log_step(step: GroundedStep) -> Callable[[intent.IntentResponse], None]:
            return _log_step(chat_log, user_input.agent_id, step, record)

        with record.timed(Stage.ACT):
            return await self._async_carry_out(grounding, request, speaker, log_step)

    async def _async_hand_over(
        self,
        user_input: conversation.ConversationInput,
        chat_log: conversation.ChatLog,
        record: RequestRecord,
    ) -> intent.IntentResponse | None:
        """Let Home Assistant's agent do it; None if that knows no such sentence, and one can chat."""
        record.route = HANDED_OVER
        with record.timed(Stage.ACT):
            result = await async_hand_over(self.hass, user_input, chat_log.conversation_id)
        if result.response.error_code != _ErrorCode.NO_INTENT_MATCH:
            return result.response
        if not await async_find_chat_model(self.engine, self.chat_model):
            return result.response
        record.route = "chat"
        chat_log.content.pop()  # "I did not understand": the chat model answers instead
        return None

    async def _async_chat(
        self,
        user_input: conversation.ConversationInput,
        chat_log: conversation.ChatLog,
        speaker: Speaker,
    ) -> intent.IntentResponse:
        """Let the chat model answer; say that there is none. Raises HomeAssistantError."""
        model = await async_find_chat_model(self.engine, self.chat_model)
        if not model:
            why = speaker.phrase("only_home" if self._has_control else "no_chat_model")
            return _error(_ErrorCode.NO_INTENT_MATCH, why, speaker)
        try:
            await chat_log.async_provide_llm_data(
                user_input.as_llm_context(DOMAIN),
                self._apis if model.has_tools else None,
                user_extra_system_prompt=user_input.extra_system_prompt,
            )
            words = await async_chat(
                self.hass,
                self.engine,
                chat_log,
                user_input.agent_id,
                speaker.language,
                self.instructions,
                self.chat_model,
            )
        except conversation.ConverseError as err:
            return err.response
        except EngineError as err:
            raise await async_no_engine(self.hass, err) from err
        response = intent.IntentResponse(language=speaker.language)
        response.async_set_speech(words)
        return response

    async def _async_carry_out(
        self, grounding: Grounding, request: Request, speaker: Speaker, on_step: OnStep
    ) -> intent.IntentResponse:
        """Do what is clear; ask about the rest, or say what is missing."""
        clear = [step for step in grounding.steps if step.problem is None]
        problem = grounding.problem
        if problem and all(step.intent == IF for step in clear):
            return _error(_ErrorCode.NO_VALID_TARGETS, speaker.problem(problem), speaker)
        response = await async_act(self.hass, clear, request, speaker, on_step)
        if problem:
            done = response.speech[intent.SPEECH_TYPE_PLAIN]["speech"]
            response.async_set_speech(join_sentences([done, speaker.problem(problem)]))
        return response

    def _states_of(self, grounding: Grounding) -> list[State]:
        """How what is meant is now, to go back to."""
        states = (self.hass.states.get(i) for step in grounding.steps for i in step.entity_ids)
        return [state for state in states if state]


def _failure(err: HomeAssistantError, speaker: Speaker) -> intent.IntentResponse:
    """The answer to a request that could not even be understood."""
    if err.translation_domain != DOMAIN or not err.translation_key:
        raise err
    placeholders = dict(err.translation_placeholders or {})
    if isinstance(err.__cause__, EngineError):
        placeholders["reason"] = reason(speaker, err.__cause__)  # in the language of the answer
    words = speaker.phrase(err.translation_key, **placeholders)
    if isinstance(err, ServiceValidationError):
        return _error(_ErrorCode.NO_INTENT_MATCH, words, speaker)
    # The coordinator has logged it if there is no engine.
    level = logging.DEBUG if isinstance(err.__cause__, EngineUnavailable) else logging.ERROR
    _LOGGER.log(level, "No answer to a request: %s", err.__cause__ or words)
    return _error(_ErrorCode.FAILED_TO_HANDLE, words, speaker)


def _error(code: _ErrorCode, words: str, speaker: Speaker) -> intent.IntentResponse:
    response = intent.IntentResponse(language=speaker.language)
    response.async_set_error(code, words)
    return response


def _log_step(
    chat_log: conversation.ChatLog, agent_id: str, step: GroundedStep, record: RequestRecord
) -> Callable[[intent.IntentResponse], None]:
    """Record a step, in the chat log as a tool call, as Home Assistant's own agent does.

    Returns what records its result: the time between the two is what acting took.
    """
    call = llm.ToolInput(tool_name=step.intent, tool_args=dict(step.slots), external=True)
    chat_log.async_add_assistant_content_without_tools(
        conversation.AssistantContent(agent_id=agent_id, content=None, tool_calls=[call])
    )

    def log_result(response: intent.IntentResponse) -> None:
        record.carried_out(step, response)
        chat_log.async_add_assistant_content_without_tools(
            conversation.ToolResultContent(
                agent_id=agent_id,
                tool_call_id=call.id,
                tool_name=call.tool_name,
                result=llm.ToolResult(data=llm.IntentResponseDict(response)),
            )
        )

    return log_result

"""Languages that the command model does not know, in a home with Home Assistant's real agent."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Any, cast

import pytest
from faster_whisper.tokenizer import _LANGUAGE_CODES
from homeassistant.components import assist_pipeline, conversation, stt
from homeassistant.components.assist_pipeline import (
    PipelineEvent,
    PipelineStage,
    async_get_pipeline,
)
from homeassistant.const import CONF_LANGUAGE, MATCH_ALL
from homeassistant.core import Context, HomeAssistant
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.components.diagnostics import (
    get_diagnostics_for_config_entry,
)
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.llmos_assistant.const import (
    CONF_PIPELINE_ID,
    DOMAIN,
    LANGUAGES,
    SPEECH_LANGUAGES,
)

from .scripted_engine import ScriptedEngine

AGENT = "conversation.llmos_assistant"
LIGHT = "light.bed_light"


async def converse(
    hass: HomeAssistant, text: str, language: str, **kwargs: Any
) -> conversation.ConversationResult:
    """Say `text` to the agent."""
    result = await conversation.async_converse(
        hass, text, kwargs.pop("conversation_id", None), Context(), language, AGENT, **kwargs
    )
    await hass.async_block_till_done()
    return result


def speech(result: conversation.ConversationResult) -> str:
    """What was said."""
    return str(result.response.speech["plain"]["speech"])


async def turn_off(hass: HomeAssistant) -> None:
    """Turn all lights off."""
    await hass.services.async_call("light", "turn_off", {"entity_id": "all"}, blocking=True)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Schalte Bed Light ein", "de"),
        ("Allume Bed Light", "fr-CA"),
        ("打开Bed Light", "zh"),  # as Whisper calls it
        ("打开Bed Light", "zh-Hans"),  # as the interface calls it
        ("Slå på Bed Light", "no"),  # Whisper's nb
    ],
)
async def test_home_assistants_agent_does_what_is_said_in_another_language(
    home: HomeAssistant,
    assistant: MockConfigEntry,
    engine: ScriptedEngine,
    text: str,
    language: str,
) -> None:
    await turn_off(home)

    result = await converse(home, text, language)

    assert home.states.get(LIGHT).state == "on"
    assert home.states.get("light.kitchen_lights").state == "off"
    assert result.response.error_code is None
    assert speech(result)
    assert engine.asked == []


async def test_it_answers_just_as_if_it_had_been_asked_itself(
    home: HomeAssistant, assistant: MockConfigEntry
) -> None:
    for text in ("Welche Lichter sind an", "Backe mir einen Kuchen", "Schalte Foobar ein"):
        ours = await converse(home, text, "de")
        theirs = await conversation.async_converse(home, text, None, Context(), "de")

        assert speech(ours) == speech(theirs)
        assert ours.response.error_code == theirs.response.error_code


async def test_english_stays_with_the_command_model(
    home: HomeAssistant, assistant: MockConfigEntry, engine: ScriptedEngine
) -> None:
    for language in ("en", "en-GB"):
        await converse(home, "turn on bed light", language)

    assert engine.asked == ["turn on bed light"] * 2


async def test_what_it_does_not_understand_goes_to_the_chat_model_if_there_is_one(
    home: HomeAssistant, assistant: MockConfigEntry, engine: ScriptedEngine
) -> None:
    engine.chat = ["Kommt ein Pferd in die Bar."]

    result = await converse(home, "Erzähle mir einen Witz", "de")

    assert speech(result) == "Kommt ein Pferd in die Bar."
    (chat,) = engine.chats
    assert [(m.role, m.content) for m in chat.messages[1:]] == [("user", "Erzähle mir einen Witz")]

    await converse(home, "Schalte Foobar ein", "de")  # understood: there is no such thing
    assert len(engine.chats) == 1


async def test_needs_no_engine(
    home: HomeAssistant, assistant: MockConfigEntry, engine: ScriptedEngine
) -> None:
    await turn_off(home)
    engine.error = "The model is on fire"
    assistant.runtime_data.engine.uri = "tcp://127.0.0.1:1"

    await converse(home, "Schalte Bed Light ein", "de")

    assert home.states.get(LIGHT).state == "on"


async def test_one_log_keeps_the_conversation_and_the_requests(
    home: HomeAssistant, assistant: MockConfigEntry, hass_client: ClientSessionGenerator
) -> None:
    result = await converse(home, "Schalte Bed Light ein", "de")

    told = await home.services.async_call(
        DOMAIN, "requests", {}, blocking=True, return_response=True
    )
    (request,) = cast("list[dict[str, Any]]", told["requests"])
    assert (request["route"], request["answer"]) == ("home_assistant", speech(result))
    assert request["times"].keys() == {"act", "total"}
    content = home.data[conversation.chat_log.DATA_CHAT_LOGS][result.conversation_id].content
    spoken = [part.content for part in content if part.role in ("user", "assistant")]
    assert [words for words in spoken if words] == ["Schalte Bed Light ein", speech(result)]

    diagnostics = await get_diagnostics_for_config_entry(home, hass_client, assistant)
    assert diagnostics["requests"][0]["text"] == "**REDACTED**"


def test_setting_up_offers_what_every_whisper_hears() -> None:
    assert {*SPEECH_LANGUAGES, "yue"} == set(_LANGUAGE_CODES)  # that one only the newest hear
    assert "yue" not in SPEECH_LANGUAGES
    assert set(LANGUAGES) <= set(SPEECH_LANGUAGES)


async def test_the_entities_take_what_the_engine_hears_and_all_that_is_written(
    home: HomeAssistant, engine: ScriptedEngine, entry: MockConfigEntry
) -> None:
    engine.speech_languages = ["de", "en"]
    entry.add_to_hass(home)
    assert await home.config_entries.async_setup(entry.entry_id)
    await home.async_block_till_done()

    entity = stt.async_get_speech_to_text_entity(home, "stt.llmos_assistant")
    assert entity is not None
    assert entity.supported_languages == ["de", "en"]
    agent = conversation.async_get_agent(home, AGENT)
    assert agent is not None
    assert agent.supported_languages == MATCH_ALL


async def test_german_speech_goes_through_the_pipeline(
    home: HomeAssistant, engine: ScriptedEngine, entry: MockConfigEntry
) -> None:
    await turn_off(home)
    engine.speech_languages = SPEECH_LANGUAGES
    engine.transcript = "Schalte Bed Light ein"
    entry.add_to_hass(home)
    home.config_entries.async_update_entry(entry, data={**entry.data, CONF_LANGUAGE: "de"})
    assert await home.config_entries.async_setup(entry.entry_id)
    await home.async_block_till_done()

    async def microphone() -> AsyncGenerator[bytes]:
        for _ in range(15):
            yield bytes(3_200)

    events: list[PipelineEvent] = []
    await assist_pipeline.async_pipeline_from_audio_stream(
        home,
        context=Context(),
        event_callback=events.append,
        stt_metadata=stt.SpeechMetadata(
            language="de",
            format=stt.AudioFormats.WAV,
            codec=stt.AudioCodecs.PCM,
            bit_rate=stt.AudioBitRates.BITRATE_16,
            sample_rate=stt.AudioSampleRates.SAMPLERATE_16000,
            channel=stt.AudioChannels.CHANNEL_MONO,
        ),
        stt_stream=microphone(),
        pipeline_id=entry.data[CONF_PIPELINE_ID],
        end_stage=PipelineStage.INTENT,
        audio_settings=assist_pipeline.AudioSettings(is_vad_enabled=False),
    )
    await home.async_block_till_done()

    assert home.states.get(LIGHT).state == "on", events
    pipeline = async_get_pipeline(home, entry.data[CONF_PIPELINE_ID])
    assert (pipeline.conversation_language, pipeline.stt_language) == ("de", "de")

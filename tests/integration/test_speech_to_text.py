"""Audio streams into the stt entity."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from unittest.mock import patch

import pytest
from homeassistant.components import stt
from homeassistant.components.homeassistant.exposed_entities import async_expose_entity
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from pytest_homeassistant_custom_component.common import MockConfigEntry

from .audio import METADATA
from .scripted_engine import ScriptedEngine

_CHUNK = bytes(640)  # 20 ms

pytestmark = pytest.mark.usefixtures("assistant")


@pytest.fixture
def entity(home: HomeAssistant, assistant: MockConfigEntry) -> stt.SpeechToTextEntity:
    """The entity of the integration."""
    found = stt.async_get_speech_to_text_entity(home, "stt.llmos_assistant")
    assert found is not None
    assert found.check_metadata(METADATA)
    return found


async def microphone(chunks: int, *, hangs: bool = False) -> AsyncIterator[bytes]:
    """A stream of silence that ends or, if it `hangs`, does not."""
    for _ in range(chunks):
        yield _CHUNK
    if hangs:
        await asyncio.Event().wait()


async def test_streams_audio_and_returns_the_transcript(
    entity: stt.SpeechToTextEntity, engine: ScriptedEngine
) -> None:
    engine.transcript = "turn on the light"

    result = await entity.async_process_audio_stream(METADATA, microphone(10))

    assert result == stt.SpeechResult("turn on the light", stt.SpeechResultState.SUCCESS)
    assert engine.heard == 10 * len(_CHUNK)


async def test_the_engine_listens_for_the_names_of_the_home_as_it_is_now(
    home: HomeAssistant, entity: stt.SpeechToTextEntity, engine: ScriptedEngine
) -> None:
    await entity.async_process_audio_stream(METADATA, microphone(1))
    assert {"Kitchen", "Kitchen Lights", "Garage Door", "Front Door"} <= set(engine.names)
    assert "Poorly Latch" not in engine.names  # the demo's lock that is not exposed

    er.async_get(home).async_update_entity("light.kitchen_lights", name="Larder Light")
    async_expose_entity(home, "conversation", "lock.front_door", should_expose=False)
    await home.async_block_till_done()
    await entity.async_process_audio_stream(METADATA, microphone(1))

    assert "Larder Light" in engine.names
    assert not {"Kitchen Lights", "Front Door"} & set(engine.names)


@pytest.mark.parametrize("chunks", [0, 3])
async def test_nothing_heard_is_an_empty_transcript(
    entity: stt.SpeechToTextEntity, engine: ScriptedEngine, chunks: int
) -> None:
    result = await entity.async_process_audio_stream(METADATA, microphone(chunks))

    assert result == stt.SpeechResult("", stt.SpeechResultState.SUCCESS)


async def test_a_stream_that_stops_without_an_end_is_used_as_it_is(
    entity: stt.SpeechToTextEntity, engine: ScriptedEngine
) -> None:
    engine.transcript = "lights"

    with patch("custom_components.llmos_assistant.stt._CHUNK_TIMEOUT", 0.05):
        result = await entity.async_process_audio_stream(METADATA, microphone(3, hangs=True))

    assert result == stt.SpeechResult("lights", stt.SpeechResultState.SUCCESS)


@pytest.mark.parametrize(
    ("chunks", "error", "logged"),
    [(0, "", "no audio came from the microphone"), (3, "No speech model.", "No speech model.")],
)
async def test_failures_are_one_line(
    entity: stt.SpeechToTextEntity,
    engine: ScriptedEngine,
    caplog: pytest.LogCaptureFixture,
    chunks: int,
    error: str,
    logged: str,
) -> None:
    engine.error = error

    with patch("custom_components.llmos_assistant.stt._CHUNK_TIMEOUT", 0.05):
        stream = microphone(chunks, hangs=not chunks)
        result = await entity.async_process_audio_stream(METADATA, stream)

    assert result == stt.SpeechResult(None, stt.SpeechResultState.ERROR)
    errors = [record.message for record in caplog.records if record.levelname == "ERROR"]
    assert errors == [f"Speech was not recognized: {logged}"]

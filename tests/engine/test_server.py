"""The real engine, asked as Wyoming clients ask."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncGenerator

import numpy as np
import pytest
from wyoming.asr import Transcribe, Transcript, TranscriptChunk, TranscriptStart, TranscriptStop
from wyoming.audio import AudioChunk, AudioChunkConverter, AudioStart, AudioStop
from wyoming.client import AsyncClient
from wyoming.error import Error
from wyoming.event import Event, async_read_event
from wyoming.intent import NotRecognized, Recognize
from wyoming.ping import Ping, Pong

from custom_components.llmos_assistant.engine.protocol import Plan
from custom_components.llmos_assistant.engine_client import EngineClient, EngineError
from tests.conftest import AUDIO, recording, stream

SENTENCES = json.loads((AUDIO / "sentences.json").read_text("utf-8"))


def words(text: str) -> list[str]:
    """A text's words, however they are written."""
    return re.findall(r"[\w%']+", text.lower())


@pytest.fixture
def engine(engine_uri: str) -> EngineClient:
    """A client of the shared engine."""
    return EngineClient(engine_uri)


@pytest.fixture
async def connection(engine_uri: str) -> AsyncGenerator[AsyncClient]:
    """A bare connection to the shared engine."""
    async with AsyncClient.from_uri(engine_uri, read_timeout=60) as client:
        yield client


async def ask(connection: AsyncClient, *events: Event) -> Event:
    """The answer to what is sent."""
    for event in events:
        await connection.write_event(event)
    answer = await connection.read_event()
    assert answer is not None
    return answer


async def transcript(connection: AsyncClient) -> tuple[list[str], str]:
    """The pieces and the whole of the transcript that comes."""
    pieces, text = [], ""
    while (event := await connection.read_event()) is not None:
        if TranscriptChunk.is_type(event.type):
            pieces.append(TranscriptChunk.from_event(event).text)
        elif Transcript.is_type(event.type):
            text = Transcript.from_event(event).text
        elif TranscriptStop.is_type(event.type):
            break
    return pieces, text


async def test_info(engine: EngineClient) -> None:
    """Both models are offered, with their languages."""
    info = await engine.info()
    (asr,), (intent,) = info.asr, info.intent
    assert asr.installed
    assert asr.supports_transcript_streaming
    assert [model.name for model in asr.models] == ["whisper-base"]
    assert {"en", "de", "zh"} <= set(asr.models[0].languages)
    assert "en" in intent.models[0].languages


@pytest.mark.parametrize(
    ("name", "heard"),
    [
        ("lock-the-front-door", "lock the front door"),
        ("kitchen-lights-and-garage-door", "turn on the kitchen lights and close the garage door"),
        ("volume-20-percent", "set the volume to 20%"),
    ],
)
async def test_speech(engine: EngineClient, name: str, heard: str) -> None:
    """What was said is written down."""
    assert words(await engine.transcribe(stream(recording(name)), "en-GB")) == words(heard)


async def test_most_words_are_heard(engine: EngineClient) -> None:
    """Few words are missed, numbers aside: they are spoken as words and written as digits."""
    said = heard = 0
    for sentence in SENTENCES[::3]:
        name = sentence["audio"].removesuffix(".flac")
        transcript = words(await engine.transcribe(stream(recording(name)), "en"))
        spoken = words(sentence["text"])
        said += len(spoken)
        heard += sum(word in transcript for word in spoken)
    assert heard / said > 0.85


@pytest.mark.parametrize(("rate", "width", "channels"), [(48_000, 4, 2), (22_050, 2, 1)])
async def test_any_format_of_audio(
    connection: AsyncClient, rate: int, width: int, channels: int
) -> None:
    """Audio is converted to what the model needs."""
    converter = AudioChunkConverter(rate=rate, width=width, channels=channels)
    audio = converter.convert(AudioChunk(16_000, 2, 1, recording("lock-the-front-door"))).audio
    await connection.write_event(AudioStart(rate, width, channels).event())
    await connection.write_event(AudioChunk(rate, width, channels, audio).event())
    await connection.write_event(AudioStop().event())
    _, text = await transcript(connection)
    assert words(text) == ["lock", "the", "front", "door"]


async def test_what_was_said_before_a_pause_is_told_in_it(connection: AsyncClient) -> None:
    """Piece by piece, and whole at the end; the pieces add up to the whole."""
    sound = recording("lock-the-front-door") + bytes(16_000 * 2)
    await connection.write_event(Transcribe(language="en").event())
    for start in range(0, len(sound), 3_200):
        await connection.write_event(AudioChunk(16_000, 2, 1, sound[start : start + 3_200]).event())
        await asyncio.sleep(0.1)
    early = await connection.read_event()
    assert early is not None
    assert TranscriptStart.is_type(early.type)
    early = await connection.read_event()
    assert early is not None
    assert words(TranscriptChunk.from_event(early).text) == ["lock", "the", "front", "door"]
    await connection.write_event(AudioStop().event())
    pieces, text = await transcript(connection)
    assert "".join([TranscriptChunk.from_event(early).text, *pieces]) == text


async def test_two_requests_on_one_connection(connection: AsyncClient) -> None:
    """The second transcript begins anew."""
    for name in ("lock-the-front-door", "start-the-vacuum"):
        await connection.write_event(AudioChunk(16_000, 2, 1, recording(name)).event())
        await connection.write_event(AudioStop().event())
        pieces, text = await transcript(connection)
        assert "".join(pieces) == text
        assert "vacuum" in words(text) or "door" in words(text)


def noise(kind: str) -> bytes:
    """Four seconds in which nobody speaks."""
    random = np.random.default_rng(7)
    time = np.arange(4 * 16_000) / 16_000
    sound = {
        "silence": np.zeros(len(time)),
        "hiss": random.normal(0, 0.1, len(time)),
        "rumble": np.cumsum(random.normal(0, 1, len(time))) / 2_000,
        "hum": 0.3 * np.sin(2 * np.pi * 50 * time),
        "beeps": 0.3 * np.sin(2 * np.pi * 1_000 * time) * (time % 1 < 0.2),
        "clicks": (random.random(len(time)) > 0.9995) * 0.9,
    }[kind]
    return (np.clip(sound, -1, 1) * 32_767).astype(np.int16).tobytes()


@pytest.mark.parametrize("kind", ["silence", "hiss", "rumble", "hum", "beeps", "clicks"])
async def test_nothing_is_heard_where_nobody_speaks(engine: EngineClient, kind: str) -> None:
    """Whisper would invent a sentence."""
    assert await engine.transcribe(stream(noise(kind)), "en") == ""


async def test_no_audio_at_all(engine: EngineClient) -> None:
    """A microphone that sends nothing, or half a sample, is no error."""
    assert await engine.transcribe(stream(b""), "en") == ""
    assert await engine.transcribe(stream(b"\0"), "en") == ""


async def test_audio_is_bounded(engine: EngineClient) -> None:
    """What is said after a minute is not kept."""
    pcm = bytes(61 * 32_000) + recording("lock-the-front-door")
    assert await engine.transcribe(stream(pcm, seconds=10), "en") == ""


async def test_understand(engine: EngineClient) -> None:
    """A text becomes a plan."""
    plan = await engine.understand("turn on the kitchen lights", "en")
    assert [step.intent for step in plan.steps] == ["HassTurnOn"]
    assert plan.route == "command"
    assert 0 < plan.confidence <= 1


async def test_transcript_is_understood(connection: AsyncClient, engine: EngineClient) -> None:
    """Home Assistant's own Wyoming integration sends the text as a transcript."""
    text = "lock the front door"
    await connection.write_event(Transcript(text, language="en").event())
    expected = await engine.understand(text, "en")
    events = [await connection.read_event() for _ in expected.events(text)]
    assert Plan.from_events(event for event in events if event) == expected


@pytest.mark.parametrize(
    "text", ["", "   ", "?!", "turn on the lamp " * 600], ids=["empty", "blank", "signs", "long"]
)
async def test_text_that_is_no_request(connection: AsyncClient, text: str) -> None:
    """Nothing and far too much are both no command; the connection goes on."""
    answer = await ask(connection, Recognize(text).event())
    assert NotRecognized.is_type(answer.type)
    if len(text) > 500:
        assert "at most 500 characters" in (NotRecognized.from_event(answer).text or "")
    assert Pong.is_type((await ask(connection, Ping("still there?").event())).type)


async def test_frees_memory_until_the_next_request(engine: EngineClient) -> None:
    audio = recording("lock-the-front-door")
    before = words(await engine.transcribe(stream(audio), "en"))
    info = await engine.info()
    assert info.frees_memory

    await engine.async_rest()

    assert ((await engine.info()).memory or 0) < (info.memory or 0) - 40 * 2**20
    assert words(await engine.transcribe(stream(audio), "en")) == before
    assert ((await engine.info()).memory or 0) > (info.memory or 0) - 40 * 2**20


async def test_unknown_language(engine: EngineClient) -> None:
    """Said in words, for speech before all of it was sent."""
    with pytest.raises(EngineError, match="does not know the language 'tlh'"):
        await engine.understand("turn on the lamp", "tlh")

    async def endless() -> AsyncGenerator[bytes]:
        while True:
            yield bytes(3_200)
            await asyncio.sleep(0.01)

    with pytest.raises(EngineError, match="does not know the language 'tlh'") as caught:
        await engine.transcribe(endless(), "tlh")
    assert caught.value.code == "unknown-language"


@pytest.mark.parametrize(
    "event",
    [
        Event("recognize", {"text": 5}),
        Event("recognize", {"text": "turn on the lamp", "context": "kitchen"}),
        Event("transcript"),
        Event("audio-chunk", {"rate": 16_000, "width": 3, "channels": 1}, b"1234"),
        Event("audio-chunk", {"rate": 0, "width": 2, "channels": 1}, b"1234"),
        Event("audio-chunk", payload=b"1234"),
    ],
)
async def test_broken_event(connection: AsyncClient, event: Event) -> None:
    """Answered with an error; the connection goes on."""
    assert Error.is_type((await ask(connection, event)).type)
    assert Pong.is_type((await ask(connection, Ping().event())).type)


@pytest.mark.parametrize(
    "sent",
    [
        b"GET / HTTP/1.1\r\n\r\n",
        b"[]\n",
        b'{"type": 7}\n',
        b'{"type": "audio-chunk", "payload_length": 3200}\nends here',
        b"\xff\xfe\n",
        b"x" * 100_000,
    ],
    ids=["http", "list", "no event", "half an event", "no text", "endless line"],
)
async def test_other_protocols(engine: EngineClient, engine_uri: str, sent: bytes) -> None:
    """A client that does not speak Wyoming harms nobody but itself."""
    host, _, port = engine_uri.removeprefix("tcp://").partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(sent)
    writer.write_eof()
    while await async_read_event(reader):
        pass
    writer.close()
    assert (await engine.info()).asr


async def test_stream_that_ends_early(connection: AsyncClient, engine: EngineClient) -> None:
    """A microphone that is unplugged leaves the engine as it was."""
    pcm = recording("lock-the-front-door")
    await connection.write_event(Transcribe(language="en").event())
    await connection.write_event(AudioChunk(16_000, 2, 1, pcm).event())
    await connection.disconnect()
    assert words(await engine.transcribe(stream(pcm), "en")) == ["lock", "the", "front", "door"]


async def test_two_at_once(engine: EngineClient) -> None:
    """Each gets its own answer, and a text need not wait for speech."""
    names = ["lock-the-front-door", "start-the-vacuum"]
    speech = [
        asyncio.create_task(engine.transcribe(stream(recording(name)), "en")) for name in names
    ]
    await engine.understand("turn on the kitchen lights", "en")
    assert not all(task.done() for task in speech)
    lock, vacuum = await asyncio.gather(*speech)
    assert words(lock) == ["lock", "the", "front", "door"]
    assert "vacuum" in words(vacuum)

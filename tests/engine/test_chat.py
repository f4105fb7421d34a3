"""Chat over the wire: an engine with a real model, asked by Home Assistant's side."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import aclosing
from functools import partial
from pathlib import Path

import pytest
from wyoming.asr import Transcript
from wyoming.client import AsyncClient
from wyoming.server import AsyncServer

from custom_components.llmos_assistant.engine.chat_model import ChatModel
from custom_components.llmos_assistant.engine.chat_template import ChatTemplate, takes_tools
from custom_components.llmos_assistant.engine.models import Models
from custom_components.llmos_assistant.engine.protocol import Chat, ChatModelInfo, Message, ToolCall
from custom_components.llmos_assistant.engine.server import EngineHandler
from custom_components.llmos_assistant.engine.store import ModelError
from custom_components.llmos_assistant.engine_client import EngineClient, EngineError
from custom_components.llmos_assistant.supervisor import EngineSupervisor
from tests.ports import free_port

FRANCE = [Message("system", "Answer briefly."), Message("user", "What is the capital of France?")]
STORY = [Message("user", "Tell me a very long story about the sea.")]


@pytest.fixture
def make_model(smollm2: Path) -> Generator[Callable[[float], ChatModel]]:
    """Makes chat models, not yet loaded, that stay in memory for so many minutes."""
    models: list[ChatModel] = []

    def make(idle_minutes: float) -> ChatModel:
        models.append(ChatModel(smollm2, idle_minutes=idle_minutes))
        return models[-1]

    yield make
    for model in models:
        if model._unloading:
            model._unloading.cancel()
        model._thread.shutdown()


@pytest.fixture
def chat_model(make_model: Callable[[float], ChatModel]) -> ChatModel:
    """A chat model that stays."""
    return make_model(10)


@pytest.fixture
async def client(chat_model: ChatModel) -> AsyncGenerator[EngineClient]:
    """A client of an engine that has the chat model alone."""
    async for client in serve(Models("no speech", "no commands", chat_model, "en")):
        yield client


async def serve(models: Models) -> AsyncGenerator[EngineClient]:
    """A client of an engine with `models`."""
    uri = f"tcp://127.0.0.1:{free_port()}"
    server = AsyncServer.from_uri(uri)
    await server.start(partial(EngineHandler, models))
    yield EngineClient(uri)
    await server.stop()


async def until(condition: Callable[[], bool], seconds: float = 20) -> None:
    """Wait until something is so."""
    for _ in range(int(seconds / 0.02)):
        if condition():
            return
        await asyncio.sleep(0.02)
    pytest.fail("It never was")


async def test_answer(client: EngineClient, chat_model: ChatModel) -> None:
    """The model is loaded for the first question, and its answer arrives in pieces."""
    [program] = (await client.info()).handle
    assert program.supports_handled_streaming
    assert program.models[0].name == "smollm2-135m-instruct"
    assert not chat_model.is_loaded
    pieces = [piece async for piece in client.chat(Chat(FRANCE, 40))]
    assert "Paris" in "".join(pieces)
    assert len(pieces) > 3
    assert chat_model.is_loaded


async def test_one_at_a_time(client: EngineClient) -> None:
    """Who asks second waits, and gets an answer of their own."""

    async def ask(messages: list[Message], order: list[str]) -> str:
        text = ""
        async for piece in client.chat(Chat(messages, 12)):
            text += piece
            order.append(messages[-1].content)
        return text

    order: list[str] = []
    story, france = await asyncio.gather(ask(STORY, order), ask(FRANCE, order))
    assert order == sorted(order, key=order.index)  # all of one, then all of the other
    assert story
    assert "Paris" in france


async def test_client_goes(client: EngineClient, chat_model: ChatModel) -> None:
    """Nobody listens any more: the model is free for the next long before the story's end."""
    async with aclosing(client.chat(Chat(STORY, 1000))) as story:
        async for _ in story:
            break
    assert chat_model.is_busy
    await until(lambda: not chat_model.is_busy, 5)


async def test_unloads(make_model: Callable[[float], ChatModel]) -> None:
    """A model that nobody asks leaves the memory, and comes back."""
    model = make_model(0.2 / 60)
    for _ in range(2):
        async with aclosing(model.generate(Chat(FRANCE, 5), lambda: True)) as answer:
            assert [piece async for piece in answer]
        assert model.is_loaded
        await until(lambda: not model.is_loaded)


async def test_frees_memory(client: EngineClient, chat_model: ChatModel) -> None:
    """Not in the middle of an answer; the next question loads it again."""
    answer = client.chat(Chat(FRANCE, 8))
    pieces = [await anext(answer)]
    freeing = asyncio.create_task(client.async_rest())
    pieces += [piece async for piece in answer]
    await freeing
    assert len(pieces) > 1
    assert not chat_model.is_loaded

    assert [piece async for piece in client.chat(Chat(FRANCE, 8))] == pieces
    assert chat_model.is_loaded


async def test_no_chat_model() -> None:
    """An engine without a chat model says so."""
    async for client in serve(Models("no speech", "no commands", "No chat model here.", "en")):
        with pytest.raises(EngineError, match="No chat model here") as raised:
            await anext(client.chat(Chat(FRANCE, 10)))
        assert raised.value.code == "no-model"
        assert not (await client.info()).handle


async def test_missing_folder(tmp_path: Path) -> None:
    """A folder without a model is noticed at the start, not at the first question."""
    with pytest.raises(ModelError, match="There is no chat model in"):
        ChatModel(tmp_path)


@pytest.mark.parametrize(
    "context",
    [
        {"messages": [], "max_tokens": 5},
        {"messages": [{"role": "robot", "content": "?"}], "max_tokens": 5},
        {"messages": [{"role": "user"}], "max_tokens": 5},
        {"messages": [{"role": "assistant", "content": "!"}], "max_tokens": 5},
        {"messages": [{"role": "user", "content": "?"}], "max_tokens": 0},
        {"messages": [{"role": "user", "content": "?"}]},
    ],
)
def test_broken_requests(context: dict[str, object]) -> None:
    """What is no conversation is not taken for one."""
    with pytest.raises((KeyError, TypeError, ValueError)):
        Chat.from_transcript(Transcript("?", context=context))


def test_text_is_no_conversation() -> None:
    """What Home Assistant's own integration sends is a text to be understood."""
    transcript = Transcript("turn on the light", context={"conversation_id": "1"})
    assert Chat.from_transcript(transcript) is None


async def test_broken_request_is_answered(client: EngineClient) -> None:
    """The connection survives it."""
    async with AsyncClient.from_uri(client.uri) as connection:
        await connection.write_event(Transcript("?", context={"messages": [1]}).event())
        event = await connection.read_event()
    assert event.data["code"] == "bad-request"


async def test_supervised(smollm2: Path) -> None:
    """An engine that is started for it: by the name of a model among the downloaded ones."""
    engine = EngineSupervisor(
        smollm2.parent, speech_model="none", chat_model="smollm2-135m-instruct"
    )
    try:
        assert "Paris" in "".join([piece async for piece in engine.chat(Chat(FRANCE, 40))])
    finally:
        await engine.async_stop()


TOOL = {
    "type": "function",
    "function": {"name": "HassTurnOn", "description": "", "parameters": {"type": "object"}},
}


def test_a_conversation_with_tools_travels() -> None:
    """With what the model has called, and what that gave."""
    call = ToolCall("HassTurnOn", {"name": "Lamp", "area": ["Hall"]})
    messages = [
        Message("user", "Lamp on"),
        Message("assistant", "", [call]),
        Message("tool", '{"error": false}'),
    ]
    chat = Chat(messages, 20, "qwen", [TOOL], ["yes", "no"])
    arrived = Chat.from_transcript(Transcript.from_event(chat.event()))
    assert arrived is not None
    assert arrived.event() == chat.event()
    assert arrived.messages[1].tool_calls == [call]


def test_qwen_is_told_of_its_tools(tmp_path: Path) -> None:
    """Its own template, as its makers wrote it."""
    template = Path(__file__).with_name("qwen2.5_chat_template.jinja").read_text("utf-8")
    (tmp_path / "tokenizer_config.json").write_text("{}", "utf-8")
    (tmp_path / "chat_template.jinja").write_text(template, "utf-8")
    call = ToolCall("HassTurnOn", {"name": "Küche"})
    messages = [
        Message("system", "Be brief."),
        Message("user", "Kitchen on"),
        Message("assistant", "", [call]),
        Message("tool", "{}"),
    ]
    text = ChatTemplate(tmp_path).render(messages, tools=[TOOL])
    assert takes_tools(template)
    assert text.startswith("<|im_start|>system\nBe brief.\n\n# Tools")
    assert '{"name": "HassTurnOn", "arguments": {"name": "Küche"}}\n</tool_call>' in text
    assert text.endswith("</tool_response><|im_end|>\n<|im_start|>assistant\n")
    assert "# Tools" not in ChatTemplate(tmp_path).render(messages[:2])


async def test_chooses(client: EngineClient) -> None:
    """The answer is one of the choices, and the likely one."""

    async def choose(*choices: str) -> str:
        chat = Chat([Message("user", "What is the capital of France?")], 5, choices=choices)
        return "".join([piece async for piece in client.chat(chat)])

    assert await choose("Berlin", "Paris", "Rome") == "Paris"
    assert await choose("Rome") == "Rome"
    assert await choose("1", "10", "100", "1") in ("1", "10", "100")
    assert await choose("größer", "grün 🙂") in ("größer", "grün 🙂")


async def test_models_by_name(smollm2: Path, tmp_path: Path) -> None:
    """Those that can chat can be asked for; one is in memory at a time."""
    models = tmp_path / "models"
    models.mkdir()
    for name in ("first", "second", "third.partial"):
        (models / name).symlink_to(smollm2)
    (models / "whisper").mkdir()
    (models / "whisper" / "model.bin").touch()  # without a chat template
    model = ChatModel(None, models=models)
    try:
        async for client in serve(Models("no speech", "no commands", model, "en")):
            info = await client.info()
            assert info.handle == []
            assert info.chat_model() is None
            assert [chat.name for chat in info.chat_models] == ["first", "second"]
            assert info.chat_model("second") == ChatModelInfo("second", has_tools=False)
            for name in ("first", "second"):
                pieces = [piece async for piece in client.chat(Chat(FRANCE, 30, name))]
                assert "Paris" in "".join(pieces)
                assert model._loaded == name
            for name in ("", "whisper", "../models/first"):
                with pytest.raises(EngineError, match="no chat model") as raised:
                    await anext(client.chat(Chat(FRANCE, 10, name)))
                assert raised.value.code == "no-model"
    finally:
        if model._unloading:
            model._unloading.cancel()
        model._thread.shutdown()

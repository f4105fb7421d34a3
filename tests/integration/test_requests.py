"""The log of the last requests: what it tells, to whom, and what it forgets."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Any, cast

import pytest
from homeassistant.auth.models import User
from homeassistant.components import assist_pipeline, conversation
from homeassistant.components.assist_pipeline import PipelineEvent, PipelineStage
from homeassistant.core import Context, HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.exceptions import ServiceValidationError, Unauthorized
from homeassistant.helpers import area_registry as ar
from homeassistant.helpers import device_registry as dr
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.llmos_assistant.const import CONF_PIPELINE_ID, DOMAIN
from custom_components.llmos_assistant.engine.protocol import Step
from custom_components.llmos_assistant.request_log import MAX_REQUESTS

from .audio import METADATA
from .scripted_engine import ScriptedEngine
from .test_ai_task import generate

AGENT = "conversation.llmos_assistant"
PRIVACY = "switch.llmos_assistant_keep_no_transcripts"

pytestmark = pytest.mark.usefixtures("assistant")


async def say(hass: HomeAssistant, text: str) -> str:
    """Write `text` to the agent; its answer."""
    result = await conversation.async_converse(hass, text, None, Context(), "en", AGENT)
    await hass.async_block_till_done()
    return str(result.response.speech["plain"]["speech"])


async def speak(hass: HomeAssistant, entry: MockConfigEntry, device_id: str | None = None) -> None:
    """Say 1.5 seconds of something to the pipeline, which the scripted engine understands."""

    async def microphone() -> AsyncGenerator[bytes]:
        for _ in range(15):
            yield bytes(3_200)

    events: list[PipelineEvent] = []
    await assist_pipeline.async_pipeline_from_audio_stream(
        hass,
        context=Context(),
        event_callback=events.append,
        stt_metadata=METADATA,
        stt_stream=microphone(),
        pipeline_id=entry.data[CONF_PIPELINE_ID],
        device_id=device_id,
        end_stage=PipelineStage.INTENT,
        audio_settings=assist_pipeline.AudioSettings(is_vad_enabled=False),
    )
    await hass.async_block_till_done()


async def log(hass: HomeAssistant, user: User | None = None, **data: Any) -> list[dict[str, Any]]:
    """What the action tells, the last request first."""
    told = await hass.services.async_call(
        DOMAIN,
        "requests",
        data,
        blocking=True,
        return_response=True,
        context=Context(user_id=user.id) if user else Context(),
    )
    return cast(list[dict[str, Any]], told["requests"])


async def ask(hass: HomeAssistant, question: str) -> None:
    """Ask as an automation does."""
    await hass.services.async_call(
        DOMAIN, "ask", {"question": question}, blocking=True, return_response=True
    )


async def set_privacy(hass: HomeAssistant, service: str) -> None:
    """Turn the switch on or off."""
    await hass.services.async_call("switch", service, {"entity_id": PRIVACY}, blocking=True)
    await hass.async_block_till_done()


async def test_tells_everything_about_a_spoken_command(
    home: HomeAssistant, engine: ScriptedEngine, assistant: MockConfigEntry
) -> None:
    kitchen = ar.async_get(home).async_get_area_by_name("Kitchen")
    microphone = dr.async_get(home).async_get_or_create(
        config_entry_id=assistant.entry_id, identifiers={("test", "microphone")}
    )
    dr.async_get(home).async_update_device(microphone.id, area_id=kitchen.id)
    engine.transcript = "lights off"
    engine.plan("lights off", Step("HassTurnOff", {"domain": "light"}), confidence=0.97)

    await speak(home, assistant, microphone.id)

    (request,) = await log(home)
    times = request.pop("times")
    assert list(times) == ["speech", "understand", "act", "total"]
    assert all(isinstance(time, int) and 0 <= time < 10_000 for time in times.values())
    assert times["total"] >= times["speech"] + times["understand"]
    assert request.pop("at").endswith("+00:00")
    assert request == {
        "source": "conversation",
        "audio_seconds": 1.5,
        "text": "lights off",
        "language": "en",
        "area": kitchen.id,
        "route": "command",
        "confidence": 0.97,
        "plan": [{"intent": "HassTurnOff", "slots": {"domain": "light"}}],
        "grounding": [
            {
                "intent": "HassTurnOff",
                "slots": {"domain": "light", "area": "Kitchen"},
                "entities": ["light.kitchen_lights"],
            }
        ],
        "done": [
            {
                "intent": "HassTurnOff",
                "entities": [kitchen.id, "light.kitchen_lights"],
                "failed": [],
                "error": None,
            }
        ],
        "answer": "Turned off the lights",
        "error": "",
    }


async def test_what_was_written_has_no_audio(home: HomeAssistant, engine: ScriptedEngine) -> None:
    engine.plan("dim", Step("HassTurnOn", {"name": "bed light"}))

    await say(home, "dim")

    (request,) = await log(home)
    assert request["audio_seconds"] is None
    assert list(request["times"]) == ["understand", "act", "total"]


async def test_tells_why_it_refused_or_asked(home: HomeAssistant, engine: ScriptedEngine) -> None:
    engine.plan("x", Step("HassTurnOff", {"name": "flux capacitor"}))

    answer = await say(home, "x")

    (request,) = await log(home)
    assert request["grounding"][0]["problem"] == {
        "kind": "unknown_name",
        "spoken": "flux capacitor",
        "candidates": [],
        "area": "",
    }
    assert request["done"] == []
    assert request["answer"] == answer


async def test_tells_what_failed_while_doing_it(
    home: HomeAssistant, engine: ScriptedEngine
) -> None:
    engine.plan("x", Step("HassStartTimer", {"minutes": 5}))

    await say(home, "x")

    (request,) = await log(home)
    assert request["done"][0]["error"] == "failed_to_handle"


async def test_tells_that_the_engine_failed(
    home: HomeAssistant, engine: ScriptedEngine, assistant: MockConfigEntry
) -> None:
    engine.error = "The model is on fire."

    answer = await say(home, "turn on the light")
    await speak(home, assistant)

    heard, written = await log(home)
    assert (written["error"], written["answer"]) == ("no_engine", answer)
    assert (heard["error"], heard["text"]) == ("The model is on fire.", "")


async def test_tells_what_automations_ask(home: HomeAssistant, engine: ScriptedEngine) -> None:
    engine.plan("is any light on", Step("HassGetState", {"domain": "light", "state": "on"}))
    engine.chat = ["Good morning!"]

    await ask(home, "is any light on")
    with pytest.raises(ServiceValidationError):
        await ask(home, "write a poem")
    await generate(home, "is any light on")
    await generate(home, "write a greeting")

    greeting, question, refused, asked = await log(home)
    for request, source in ((asked, "ask"), (question, "ai_task")):
        assert (request["source"], request["route"]) == (source, "question")
        assert request["text"] == "is any light on"
        assert request["answer"].startswith("Yes: ")
        assert "light.kitchen_lights" in request["grounding"][0]["entities"]
        assert request["done"][0]["intent"] == "HassGetState"
        assert list(request["times"]) == ["understand", "act", "total"]
    assert (refused["text"], refused["error"]) == ("write a poem", "not_about_home")
    assert (greeting["route"], greeting["answer"]) == ("chat", "Good morning!")
    assert (greeting["error"], list(greeting["times"])) == ("", ["understand", "act", "total"])


async def test_automations_that_ask_often_leave_what_people_said(
    home: HomeAssistant, engine: ScriptedEngine, assistant: MockConfigEntry
) -> None:
    engine.plan("lights", Step("HassTurnOn", {"name": "bed light"}))
    engine.plan("is any light on", Step("HassGetState", {"domain": "light", "state": "on"}))
    await say(home, "lights")
    times = assistant.runtime_data.requests.times

    for _ in range(MAX_REQUESTS + 1):
        await ask(home, "is any light on")

    requests = await log(home)
    assert len(requests) == MAX_REQUESTS + 1
    assert requests[-1]["text"] == "lights"
    assert assistant.runtime_data.requests.times is times  # of what somebody waited for


async def test_privacy_is_also_that_of_automations(
    home: HomeAssistant, engine: ScriptedEngine
) -> None:
    engine.plan("is any light on", Step("HassGetState", {"domain": "light", "state": "on"}))
    engine.chat = ["A secret."]
    await ask(home, "is any light on")

    await set_privacy(home, "turn_on")
    assert await log(home) == []

    await ask(home, "is any light on")
    await generate(home, "tell me a secret")
    told, asked = await log(home)
    assert (asked["source"], asked["route"], told["source"]) == ("ask", "question", "ai_task")
    assert not {"light", "secret"} & set(str([told, asked]).lower().replace(".", " ").split())
    assert (asked["text"], asked["plan"], asked["answer"]) == ("", [], "")


async def test_what_another_agent_answers_was_still_heard(
    home: HomeAssistant, engine: ScriptedEngine, assistant: MockConfigEntry
) -> None:
    pipeline = assist_pipeline.async_get_pipeline(home, assistant.data[CONF_PIPELINE_ID])
    await assist_pipeline.async_update_pipeline(
        home, pipeline, conversation_engine=conversation.HOME_ASSISTANT_AGENT
    )
    engine.transcript = "what time is it"
    await speak(home, assistant)
    engine.plan("lights", Step("HassTurnOn", {"name": "bed light"}))
    await say(home, "lights")

    written, heard = await log(home)
    assert (heard["text"], heard["plan"], heard["audio_seconds"]) == ("what time is it", [], 1.5)
    assert (written["text"], written["audio_seconds"]) == ("lights", None)


async def test_keeps_the_last_twenty_and_tells_as_many_as_asked_for(
    home: HomeAssistant, engine: ScriptedEngine
) -> None:
    for number in range(MAX_REQUESTS + 3):
        await say(home, f"number {number}")

    assert [request["text"] for request in await log(home)] == [
        f"number {number}" for number in range(22, 2, -1)
    ]
    assert [request["text"] for request in await log(home, limit=2)] == ["number 22", "number 21"]


async def test_only_administrators_see_what_others_said(
    home: HomeAssistant, hass_read_only_user: User, hass_admin_user: User
) -> None:
    assert await log(home, hass_admin_user) == []
    with pytest.raises(Unauthorized):
        await log(home, hass_read_only_user)


async def test_privacy_forgets_at_once_and_keeps_no_words(
    home: HomeAssistant, engine: ScriptedEngine, assistant: MockConfigEntry
) -> None:
    engine.transcript = "bed light on"
    engine.plan("bed light on", Step("HassTurnOn", {"name": "bed light"}))
    await speak(home, assistant)
    assert len(await log(home)) == 1

    await set_privacy(home, "turn_on")
    assert await log(home) == []

    await speak(home, assistant)
    (request,) = await log(home)
    assert "bed" not in str(request)
    assert (request["route"], request["audio_seconds"]) == ("command", 1.5)
    assert request["times"].keys() == {"speech", "understand", "act", "total"}

    await set_privacy(home, "turn_off")
    await speak(home, assistant)
    assert [request["text"] for request in await log(home)] == ["bed light on", ""]


async def test_privacy_stays_on(
    home: HomeAssistant, engine: ScriptedEngine, assistant: MockConfigEntry
) -> None:
    """Without loading anything again now, over restarts, and whatever else is chosen."""
    before = assistant.runtime_data
    await set_privacy(home, "turn_on")
    assert assistant.runtime_data is before

    assert await home.config_entries.async_reload(assistant.entry_id)
    assert home.states.get(PRIVACY).state == "on"
    await say(home, "a secret")
    assert "secret" not in str(await log(home))


async def test_privacy_stays_on_when_a_model_is_chosen(
    home: HomeAssistant, assistant: MockConfigEntry, local_engine: ScriptedEngine
) -> None:
    await set_privacy(home, "turn_on")
    home.config_entries.async_update_entry(assistant, data=assistant.data | {"engine": "local"})

    menu = await home.config_entries.options.async_init(assistant.entry_id)
    form = await home.config_entries.options.async_configure(
        menu["flow_id"], {"next_step_id": "chat"}
    )
    result = await home.config_entries.options.async_configure(
        form["flow_id"], {"chat_model": "none"}
    )

    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert assistant.options["privacy"] is True

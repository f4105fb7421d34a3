"""The proof: the zip, installed into an empty Home Assistant, understands a question there."""

from __future__ import annotations

import zipfile
from pathlib import Path

from demo.client import Client
from demo.process import home_assistant

from .package import DOMAIN, ReleaseError

_QUESTION = "what time is it"


async def prove(archive: Path) -> str:
    """Install, add and ask; the answer. Raises ReleaseError or DemoError if any of it fails."""

    def install(components: Path) -> None:
        with zipfile.ZipFile(archive) as zipped:
            zipped.extractall(components / DOMAIN)

    async with (
        home_assistant("127.0.0.1", None, configuration="", install=install) as running,
        Client(running.url, running.token) as client,
    ):
        entry_id = await client.add_integration(DOMAIN, {"chat_model": "none"})
        entities = await client.call("config/entity_registry/list")
        platforms = {
            entity["entity_id"].partition(".")[0]: entity["entity_id"]
            for entity in entities
            if entity["config_entry_id"] == entry_id
        }
        if missing := {"ai_task", "conversation", "stt"} - platforms.keys():
            raise ReleaseError(f"The integration brings no {', '.join(sorted(missing))}")
        result = await client.call(
            "conversation/process", text=_QUESTION, agent_id=platforms["conversation"]
        )
        response = result["response"]
        if response["response_type"] == "error":
            raise ReleaseError(f"'{_QUESTION}' is answered with an error: {response}")
        answer: str = response["speech"]["plain"]["speech"]
        return answer

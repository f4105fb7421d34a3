"""Commands, questions and chat in a real home, with real models: prints what came of them as JSON."""

from __future__ import annotations

import asyncio
import json
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from custom_components.llmos_assistant.engine import store
from custom_components.llmos_assistant.engine.protocol import Chat, Message
from custom_components.llmos_assistant.supervisor import EngineSupervisor
from demo.recordings import read_audio
from tests.homes.files import entries_from, find_homes, load_home
from tests.homes.running import run_homes

ROOT = Path(__file__).parents[2]
RECORDING = ROOT / "tests" / "audio" / "turn-on-the-lights.flac"
SAID: list[dict[str, Any]] = [
    {"say": "turn on the floor lamp", "about": "lights", "changes": {"light.tradfri_floor": "on"}},
    {"say": "is the front door locked", "about": "states", "answer": ["yes"]},
]


def main() -> None:
    """Say it all."""
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    (folder,) = (home for home in find_homes() if home.name == "leith-flat")
    results = run_homes([(load_home(folder), entries_from("offline", SAID))], ["llmos"])
    told: dict[str, Any] = {
        "right": [result.right for result in results],
        "answers": [result.answer for result in results],
    }
    told |= asyncio.run(_use_engine())
    print(json.dumps(told))


async def _use_engine() -> dict[str, str]:
    """What the engine hears and says."""
    engine = EngineSupervisor(store.default_folder(), chat_model=store.SMOLLM2_135M.name)
    try:
        chat = engine.chat(Chat([Message("user", "What is the capital of France?")], 20))
        return {
            "heard": await engine.transcribe(_recorded(), "en"),
            "said": "".join([piece async for piece in chat]),
        }
    finally:
        await engine.async_stop()


async def _recorded() -> AsyncIterator[bytes]:
    yield read_audio(RECORDING)


main()

"""Home Assistant's REST and websocket APIs, as far as the demo needs them."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable
from typing import Any, Self

import aiohttp

type Message = dict[str, Any]

_FLOW_TIMEOUT_S = 600
"""A config flow may fetch a model of 150 MB on its way."""


class DemoError(Exception):
    """Why the demo cannot go on, in words for whoever started it."""


class Client:
    """A signed-in connection to a Home Assistant. Use it as an async context manager."""

    def __init__(self, url: str, token: str) -> None:
        self._url = url
        self._token = token
        self._requests: dict[int, asyncio.Future[Any]] = {}
        self._listeners: dict[int, Callable[[Message], None]] = {}
        self._last_id = 0

    async def __aenter__(self) -> Self:
        async with contextlib.AsyncExitStack() as stack:
            self._session = await stack.enter_async_context(
                aiohttp.ClientSession(headers={"Authorization": f"Bearer {self._token}"})
            )
            self._socket = await stack.enter_async_context(
                self._session.ws_connect(f"{self._url}/api/websocket", max_msg_size=0)
            )
            await self._socket.receive_json()  # auth_required
            await self._socket.send_json({"type": "auth", "access_token": self._token})
            if (await self._socket.receive_json())["type"] != "auth_ok":
                raise DemoError("Home Assistant does not accept the demo's token")
            self._reader = asyncio.create_task(self._read())
            self._stack = stack.pop_all()
        return self

    async def __aexit__(self, *_: object) -> None:
        self._reader.cancel()
        await self._stack.aclose()

    async def call(self, command: str, **fields: Any) -> Any:
        """The result of a websocket command. Raises DemoError."""
        return await self._send(self._next_id(), command, fields)

    async def action(self, action: str, entity_id: str, **data: Any) -> None:
        """Perform an action, such as `light.turn_on`, on an entity. Raises DemoError."""
        domain, service = action.split(".")
        await self.call(
            "call_service",
            domain=domain,
            service=service,
            service_data=data,
            target={"entity_id": entity_id},
        )

    async def listen(self, listener: Callable[[Message], None], command: str, **fields: Any) -> int:
        """Call `listener` with each event of a subscription; its id. Raises DemoError."""
        message_id = self._next_id()
        self._listeners[message_id] = listener
        await self._send(message_id, command, fields)
        return message_id

    @contextlib.asynccontextmanager
    async def events(self, command: str, **fields: Any) -> AsyncIterator[asyncio.Queue[Message]]:
        """The events of a subscription, for as long as the context lasts. Raises DemoError."""
        queue: asyncio.Queue[Message] = asyncio.Queue()
        message_id = await self.listen(queue.put_nowait, command, **fields)
        try:
            yield queue
        finally:
            del self._listeners[message_id]

    async def send_audio(self, handler_id: int, audio: bytes) -> None:
        """Send PCM to the pipeline run that gave `handler_id`; no bytes at all end the stream."""
        await self._socket.send_bytes(bytes([handler_id]) + audio)

    async def add_integration(self, domain: str, *answers: Message) -> str:
        """Walk through an integration's config flow; the id of the config entry.

        Each form gets the next of `answers`, over the defaults that the form itself proposes.
        Raises DemoError if the flow ends without a loaded entry.
        """
        remaining = list(answers)
        forms: set[str] = set()
        deadline = time.monotonic() + _FLOW_TIMEOUT_S
        flow = await self._flow("POST", "", {"handler": domain})
        while flow["type"] != "create_entry":
            path = f"/{flow['flow_id']}"
            match flow["type"]:
                case "form" if not flow.get("errors") and flow["step_id"] not in forms:
                    forms.add(flow["step_id"])
                    proposed = {
                        field["name"]: field["default"]
                        for field in flow["data_schema"]
                        if "default" in field
                    }
                    given = remaining.pop(0) if remaining else {}
                    flow = await self._flow("POST", path, proposed | given)
                case "menu":
                    choice = remaining.pop(0) if remaining else {}
                    flow = await self._flow(
                        "POST", path, {"next_step_id": flow["menu_options"][0]} | choice
                    )
                case "progress" | "progress_done" if time.monotonic() < deadline:
                    await asyncio.sleep(0.2)
                    flow = await self._flow("GET", path)
                case _:
                    told = ("reason", "errors", "description_placeholders", "step_id")
                    why = next(filter(None, map(flow.get, told)), "it takes too long")
                    raise DemoError(f"{domain} cannot be added: {why}")
        entry_id: str = flow["result"]["entry_id"]
        entry = (await self.call("config_entries/get_single", entry_id=entry_id))["config_entry"]
        if entry["state"] != "loaded":
            raise DemoError(f"{domain} is not loaded: {entry['reason'] or entry['state']}")
        return entry_id

    async def _flow(self, method: str, path: str, data: Message | None = None) -> Message:
        url = f"{self._url}/api/config/config_entries/flow{path}"
        async with self._session.request(method, url, json=data) as response:
            if not response.ok:
                raise DemoError(f"A config flow failed: {await response.text()}")
            flow: Message = await response.json()
            return flow

    def _next_id(self) -> int:
        self._last_id += 1
        return self._last_id

    async def _send(self, message_id: int, command: str, fields: Message) -> Any:
        if self._reader.done():
            raise DemoError("Home Assistant has closed the connection")
        self._requests[message_id] = asyncio.get_running_loop().create_future()
        await self._socket.send_json({"id": message_id, "type": command, **fields})
        return await self._requests[message_id]

    async def _read(self) -> None:
        """Hand each message to whoever waits for it."""
        async for raw in self._socket:
            message = raw.json()
            if message["type"] == "event":
                if listener := self._listeners.get(message["id"]):
                    listener(message["event"])
            elif message["type"] == "result":
                request = self._requests.pop(message["id"])
                if message["success"]:
                    request.set_result(message["result"])
                else:
                    request.set_exception(DemoError(message["error"]["message"]))
        for request in self._requests.values():
            request.set_exception(DemoError("Home Assistant has closed the connection"))

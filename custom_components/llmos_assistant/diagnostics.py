"""What helps to find out why something does not work, without what is personal or secret."""

from __future__ import annotations

import platform
import re
from typing import Any

from homeassistant.components.diagnostics import REDACTED, async_redact_data
from homeassistant.const import CONF_HOST, CONF_PROMPT
from homeassistant.core import HomeAssistant

from . import LlmosConfigEntry
from .const import models_folder
from .engine import store
from .install import unsupported_reason
from .request_log import RequestRecord

# What people say to others and note for themselves. The words of a command stay: without them
# nobody can tell why it was misunderstood. With privacy on, there are none.
_PERSONAL = {"answer", "item", "message", "search_query"}
_FOLDERS = re.compile(r"(?:/[^\s/:]+)+/")


async def async_get_config_entry_diagnostics(
    hass: HomeAssistant, entry: LlmosConfigEntry
) -> dict[str, Any]:
    """Entry, engine, requests, models and machine."""
    coordinator = entry.runtime_data
    health = coordinator.engine.health
    host = entry.data.get(CONF_HOST)
    return {
        "entry": async_redact_data(entry.data, {CONF_HOST}),
        "options": {key: _without_places(value, host) for key, value in entry.options.items()},
        "subentries": [
            async_redact_data(
                {"type": subentry.subentry_type, "title": subentry.title, **subentry.data},
                {"title", CONF_PROMPT},
            )
            for subentry in entry.subentries.values()
        ],
        "engine": {
            "state": str(health.state),
            "failures": health.failures,
            "reason": _without_places(health.reason, host),
            "log": _without_places(coordinator.engine.log_excerpt(), host),
            "memory_bytes": coordinator.memory,
            "info": coordinator.data.to_dict(),
        },
        "privacy": coordinator.requests.is_private,
        "requests": [_redacted(record, host) for record in coordinator.requests.records],
        "models": await hass.async_add_executor_job(_models, hass),
        "machine": {"processor": platform.machine(), "unsupported": unsupported_reason()},
    }


def _redacted(record: RequestRecord, host: str | None) -> dict[str, Any]:
    """A request without what was said to others, to oneself or to the chat model."""
    data = record.as_dict()
    # Without a plan of its own, nothing tells what is personal in it.
    is_free = not record.plan or record.route == "chat"
    is_personal = is_free or any(_PERSONAL & step["slots"].keys() for step in record.plan)
    if record.text and is_personal:
        data["text"] = REDACTED
    data["error"] = _without_places(record.error, host)
    return async_redact_data(data, _PERSONAL)


def _without_places(value: Any, host: str | None) -> Any:
    """A text without the folders and the host in it, which tell of people. All else as it is."""
    if not isinstance(value, str):
        return value
    if host:
        value = value.replace(host, REDACTED)
    return _FOLDERS.sub("…/", value)


def _models(hass: HomeAssistant) -> dict[str, bool]:
    """Whether each model that can be downloaded is here."""
    folder = models_folder(hass)
    return {name: store.is_installed(folder, model) for name, model in store.MODELS.items()}

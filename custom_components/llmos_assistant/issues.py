"""What is wrong, told under Settings > Repairs for as long as it is."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Any, Final

from homeassistant.components import conversation
from homeassistant.components.assist_pipeline.pipeline import (
    KEY_ASSIST_PIPELINE,
    async_get_pipelines,
)
from homeassistant.components.homeassistant.exposed_entities import (
    DEFAULT_EXPOSED_DOMAINS,
    async_listen_entity_updates,
)
from homeassistant.config_entries import ConfigEntry
from homeassistant.const import EVENT_HOMEASSISTANT_STOP
from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.debounce import Debouncer
from homeassistant.helpers.event import async_track_state_added_domain
from homeassistant.helpers.start import async_at_started
from homeassistant.util import dt as dt_util
from homeassistant.util.hass_dict import HassKey

from .const import CONF_CHAT_MODEL, CONF_ENGINE, CONF_SPEECH_MODEL, DOMAIN, ENGINE_LOCAL, NO_MODEL
from .engine.protocol import PROTOCOL, EngineInfo
from .health import Health, State
from .home.building import async_build_home
from .install import InstallError, speech_model
from .reasons import async_worded

_LOGGER = logging.getLogger(__name__)

UNSUPPORTED: Final = "unsupported"  # no engine can run on this machine
INCOMPLETE: Final = "engine_incomplete"  # a model or package is missing or damaged
INCOMPATIBLE: Final = "incompatible_engine"  # it speaks another version of the protocol
UNREACHABLE: Final = "engine_unreachable"  # one elsewhere does not answer
KEEPS_FAILING: Final = "engine_keeps_failing"
NO_MEMORY: Final = "not_enough_memory"
NOTHING_EXPOSED: Final = "nothing_exposed"
NO_PIPELINE: Final = "no_pipeline"

_OF_RUNNING: Final = (UNREACHABLE, KEEPS_FAILING, NO_MEMORY, NOTHING_EXPOSED, NO_PIPELINE)
ALL: Final = (UNSUPPORTED, INCOMPLETE, INCOMPATIBLE, *_OF_RUNNING)

_MANY_FAILURES = 2  # since the last answer; anything can die once
_AWAY = timedelta(minutes=3)  # an update of the app takes less; people speak more often
_CALM = 3  # seconds; a home changes in bursts
_AWAY_SINCE: HassKey[datetime] = HassKey(f"{DOMAIN}_away_since")
_EXPOSE_PAGE = "homeassistant://config/voice-assistants/expose"


@callback
def async_withdraw(hass: HomeAssistant, issues: tuple[str, ...] = _OF_RUNNING) -> None:
    """Nobody is there any more who would notice the end of these issues."""
    hass.data.pop(_AWAY_SINCE, None)
    for issue in issues:
        ir.async_delete_issue(hass, DOMAIN, issue)


@callback
def async_note_unsupported(hass: HomeAssistant, key: str | None) -> None:
    """No engine can run on this machine, for the reason with this translation key; or one can."""
    if key is None:
        ir.async_delete_issue(hass, DOMAIN, UNSUPPORTED)
    else:
        _raise(hass, UNSUPPORTED, is_fixable=False, translation_key=key)


@callback
def async_note_installation(hass: HomeAssistant, error: InstallError | None) -> None:
    """What the engine needs was looked for: it is all here, or could not be had."""
    if error is None:
        ir.async_delete_issue(hass, DOMAIN, INCOMPLETE)
    else:
        _raise(hass, INCOMPLETE, reason=async_worded(hass, error.key, error.placeholders))


@callback
def async_note_setup(hass: HomeAssistant, entry: ConfigEntry, error: InstallError) -> None:
    """The engine does not answer, or not as it should."""
    if error.key == INCOMPATIBLE:
        async_note_protocol(hass, error.reason)
    elif entry.data[CONF_ENGINE] != ENGINE_LOCAL:
        async_note_away(hass, error.reason if error.key == "engine_failed" else None)
    elif error.key == INCOMPLETE:
        async_note_installation(hass, error)


@callback
def async_note_away(hass: HomeAssistant, reason: str | None) -> None:
    """The engine elsewhere does not answer, for this reason; or, with None, it does."""
    if reason is None:
        hass.data.pop(_AWAY_SINCE, None)
        ir.async_delete_issue(hass, DOMAIN, UNREACHABLE)
    elif dt_util.utcnow() - hass.data.setdefault(_AWAY_SINCE, dt_util.utcnow()) >= _AWAY:
        _raise(hass, UNREACHABLE, reason=reason)


@callback
def async_note_protocol(hass: HomeAssistant, version: int | str) -> None:
    """The engine speaks this version of the protocol."""
    if str(version) == str(PROTOCOL):
        ir.async_delete_issue(hass, DOMAIN, INCOMPATIBLE)
    else:
        _raise(hass, INCOMPATIBLE, is_fixable=False, engine=str(version), here=str(PROTOCOL))


@callback
def async_note_info(hass: HomeAssistant, entry: ConfigEntry, info: EngineInfo) -> None:
    """The engine runs with these models: are they all that it was told to have?"""
    async_note_protocol(hass, info.protocol)
    if entry.data[CONF_ENGINE] != ENGINE_LOCAL:
        return
    chat_model = entry.options.get(CONF_CHAT_MODEL, NO_MODEL)
    if not info.asr:
        speech = speech_model(entry.options)
        _raise(hass, INCOMPLETE, reason=speech.name if speech else entry.options[CONF_SPEECH_MODEL])
    elif chat_model != NO_MODEL and not info.handle:
        _raise(hass, INCOMPLETE, reason=chat_model)
    else:
        ir.async_delete_issue(hass, DOMAIN, INCOMPLETE)


@callback
def async_note_health(
    hass: HomeAssistant, health: Health, log: str, *, is_first: bool = False
) -> None:
    """The engine on this machine fails or answers. `is_first`: it never started."""
    if not health.failures:
        async_withdraw(hass, (KEEPS_FAILING, NO_MEMORY))
    if health.state is not State.FAILING or not health.error:
        return
    reason = async_worded(hass, health.error.key, health.error.details)
    if health.lacks_memory:
        ir.async_delete_issue(hass, DOMAIN, KEEPS_FAILING)
        _raise(hass, NO_MEMORY, reason=reason, log=log)
    elif is_first or health.failures >= _MANY_FAILURES:
        ir.async_delete_issue(hass, DOMAIN, NO_MEMORY)
        _raise(hass, KEEPS_FAILING, reason=reason, log=log)


@callback
def async_watch_home(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """See that something is exposed and a pipeline leads here, until the entry is unloaded."""

    @callback
    def look() -> None:
        _note_exposed(hass)
        _note_pipeline(hass, entry)

    calm = Debouncer(hass, _LOGGER, cooldown=_CALM, immediate=False, function=look)

    @callback
    def look_soon(event: Event[Any] | None = None) -> None:
        calm.async_schedule_call()

    async def pipeline_changed(change_type: str, item_id: str, item: object) -> None:
        _note_pipeline(hass, entry)

    @callback
    def start(hass: HomeAssistant) -> None:
        look()
        entry.async_on_unload(async_listen_entity_updates(hass, conversation.DOMAIN, look_soon))
        entry.async_on_unload(hass.bus.async_listen(er.EVENT_ENTITY_REGISTRY_UPDATED, look_soon))
        entry.async_on_unload(
            async_track_state_added_domain(hass, DEFAULT_EXPOSED_DOMAINS, look_soon)
        )
        pipelines = hass.data[KEY_ASSIST_PIPELINE].pipeline_store
        entry.async_on_unload(pipelines.async_add_listener(pipeline_changed))

    @callback
    def stop(event: Event[Any]) -> None:
        calm.async_shutdown()

    entry.async_on_unload(calm.async_shutdown)
    entry.async_on_unload(hass.bus.async_listen_once(EVENT_HOMEASSISTANT_STOP, stop))
    entry.async_on_unload(async_at_started(hass, start))


def _note_exposed(hass: HomeAssistant) -> None:
    if async_build_home(hass).entities:
        ir.async_delete_issue(hass, DOMAIN, NOTHING_EXPOSED)
    else:
        _raise(
            hass,
            NOTHING_EXPOSED,
            is_fixable=False,
            severity=ir.IssueSeverity.WARNING,
            learn_more_url=_EXPOSE_PAGE,
        )


def _note_pipeline(hass: HomeAssistant, entry: ConfigEntry) -> None:
    registry = er.async_get(hass)
    ours = {
        entity.entity_id for entity in er.async_entries_for_config_entry(registry, entry.entry_id)
    }
    if any(ours & {p.conversation_engine, p.stt_engine} for p in async_get_pipelines(hass)):
        ir.async_delete_issue(hass, DOMAIN, NO_PIPELINE)
    else:
        _raise(hass, NO_PIPELINE, severity=ir.IssueSeverity.WARNING)


def _raise(
    hass: HomeAssistant,
    issue: str,
    *,
    is_fixable: bool = True,
    severity: ir.IssueSeverity = ir.IssueSeverity.ERROR,
    translation_key: str | None = None,
    learn_more_url: str | None = None,
    **placeholders: str,
) -> None:
    ir.async_create_issue(
        hass,
        DOMAIN,
        issue,
        is_fixable=is_fixable,
        severity=severity,
        translation_key=translation_key or issue,
        learn_more_url=learn_more_url,
        translation_placeholders={key: text.rstrip(".") for key, text in placeholders.items()},
    )
